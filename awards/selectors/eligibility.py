"""Whether an organisation may enter, answered at once and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

from audits.models import Audit, AuditStatus, Certificate, CertificateStatus
from awards.models import Entry, EntryStatus
from standards.models import Edition
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import Centre, Organisation
    from awards.models import Programme
    from awards.scheme import Rule


@dataclass(frozen=True)
class Answer:
    """One rule's answer: whether it is met, and why in words."""

    met: bool
    words: str


def eligibility(
    programme: Programme, organisation: Organisation, centre: Centre | None, category: str, *, today: date
) -> list[Answer]:
    """Return the answer of every rule that asks something of this category; about three queries per rule."""
    asked = [rule for rule in programme.scheme.rules if not rule.categories or category in rule.categories]
    answers = []
    for rule in asked:
        if rule.rule == "standing":
            answers.append(_standing(programme, rule, organisation, centre, today))
        else:
            answers.append(_most(programme, rule, organisation))
    return answers


def _most(programme: Programme, rule: Rule, organisation: Organisation) -> Answer:
    """Count the entries that the organisation has in the programme."""
    have = Entry.objects.filter(programme=programme, organisation=organisation).exclude(status=EntryStatus.WITHDRAWN)
    count = have.count()
    words = ngettext(
        "An organisation may have %(most)s entry here; yours has %(count)s.",
        "An organisation may have %(most)s entries here; yours has %(count)s.",
        rule.most,
    )
    return Answer(count < rule.most, words % {"most": rule.most, "count": count})


def _standing(
    programme: Programme, rule: Rule, organisation: Organisation, centre: Centre | None, today: date
) -> Answer:
    """Look for a certificate, or an assessment that is closed, at the tier or better."""
    edition = programme.edition
    if edition is None:
        return Answer(False, gettext("The programme names no edition that a certificate could be of."))
    tiers = {tier["code"]: tier["title"] for tier in edition_document(edition)["tiers"]}
    order = list(tiers)
    enough = order[order.index(rule.tier) :] if rule.tier in order else order
    wanted = {
        "edition": gettext("any edition") if rule.edition == "any" else f"{edition.code} {edition.version}",
        "tier": text(tiers.get(rule.tier, {"en": rule.tier})),
    }
    editions = Edition.objects.filter(code=edition.code)
    editions = editions if rule.edition == "any" else editions.filter(pk=edition.pk)
    audits = Audit.objects.filter(auditee=organisation, edition__in=editions.values("pk"))
    audits = audits.filter(centre=centre) if centre else audits
    held = _certificate(audits, enough, today)
    if held:
        facts = {"number": held.number, "tier": text(tiers[held.tier]), "until": held.valid_until.isoformat()}
        return Answer(True, gettext("Certificate %(number)s, %(tier)s, valid until %(until)s.") % facts)
    if rule.assessment and (found := _assessed(audits, enough)):
        reached = text(tiers[(found.result or {})["result"]["tier"]])
        facts = {"audit": found.reference, "edition": str(found.edition), "tier": reached}
        return Answer(True, gettext("Assessment %(audit)s on %(edition)s: %(tier)s.") % facts)
    if rule.assessment:
        words = gettext("Needs a certificate or an assessment of %(edition)s at %(tier)s or better; none was found.")
    else:
        words = gettext("Needs a certificate of %(edition)s at %(tier)s or better; none was found.")
    return Answer(False, words % wanted)


def _certificate(audits: QuerySet[Audit], tiers: list[str], today: date) -> Certificate | None:
    return Certificate.objects.filter(
        audit__in=audits.order_by().values("pk"),
        tier__in=tiers,
        status=CertificateStatus.ACTIVE,
        valid_from__lte=today,
        valid_until__gte=today,
    ).first()


def _assessed(audits: QuerySet[Audit], tiers: list[str]) -> Audit | None:
    found = audits.filter(status=AuditStatus.CLOSED, result__isnull=False)
    found = found.select_related("edition").defer("edition__document")
    return next((audit for audit in found if (audit.result or {}).get("result", {}).get("tier") in tiers), None)
