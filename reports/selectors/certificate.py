"""From a certificate's rows to the document that is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation

from audits.life import PRINTABLE, state_on
from audits.models import Certificate
from audits.selectors.sites import sites_of
from ledger.models import Entry
from reports import document as doc
from reports.carried import Basis
from reports.certificate_document import CertificateDocument, CertifiedSite, Issue, without_words
from reports.selectors.certification import verify_url
from reports.selectors.house import dress_of
from reports.selectors.results import block_of, interval_of
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from accounts.models import Organisation
    from audits.engagements import AuditSite
    from audits.models import Audit

FIRST = "grant"


def certificate_printable(certificate: Certificate, today: date) -> bool:
    """Say whether a certificate may be printed on a day: one that may not be relied on is not."""
    return (
        state_on(
            certificate.status, valid_from=certificate.valid_from, valid_until=certificate.valid_until, today=today
        )
        in PRINTABLE
    )


def certificate_document(audit: Audit, *, language: str, at: datetime, levels: bool = True) -> CertificateDocument:
    """Return everything that an audit's certificate says, in one language; five queries.

    ``levels``: carry the level of every criterion, so that anyone can compute the score anew.
    """
    related = ("audit__centre", "audit__auditee", "audit__conductor", "audit__edition", "audit__market_release")
    people = ("audit__decision__decided_by",)
    rows = Certificate.objects.select_related(*related, *people).defer("audit__market", "audit__facts")
    certificate = rows.get(audit=audit.pk)
    with translation.override(language):
        return _document(certificate, language, at, levels=levels)


def _document(certificate: Certificate, language: str, at: datetime, *, levels: bool) -> CertificateDocument:
    audit = certificate.audit
    frozen: dict[str, Any] = audit.result or {}
    edition, decision, centre = edition_document(audit.edition), audit.decision, audit.centre
    titles = {tier["code"]: _words(tier["title"], language) for tier in edition["tiers"]}
    scope = certificate.scope or audit.scope
    head = Entry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    release = audit.market_release
    dress, logo = dress_of(audit.conductor, language)
    return CertificateDocument(
        language=language,
        is_demo=audit.auditee.is_demo,
        holder=_party(audit.auditee),
        sites=(
            CertifiedSite(centre.name, centre.city, centre.country, scope),
            *(_site(each) for each in sites_of(certificate)),
        ),
        scope=scope,
        conductor=_party(audit.conductor),
        edition=doc.Source(
            audit.edition.code, audit.edition.version, _words(audit.edition.title, language), audit.edition_sha256
        ),
        market_release=doc.Source(release.code, "", release.title, release.sha256) if release else None,
        tier=frozen["result"]["tier"],
        tier_title=titles.get(certificate.tier, certificate.tier),
        tiers=_tiers(frozen["result"], edition, language),
        decision=doc.DecisionEntry(
            decision.granted, decision.tier, decision.route, "", str(decision.decided_by), decision.decided_at
        ),
        certificate=doc.CertificateEntry(
            certificate.number,
            certificate.code,
            certificate.tier,
            certificate.status,
            certificate.status_since,
            certificate.valid_from,
            certificate.valid_until,
            verify_url(certificate.code),
        ),
        reference=audit.reference,
        time_zone=centre.time_zone,
        cycle_from=certificate.cycle_from or certificate.valid_from,
        recertify_by=certificate.valid_until,
        issues=_issues(certificate),
        result_sha256=audit.result_sha256,
        basis=Basis(without_words(frozen), ()) if levels else None,
        edition_json=audit.edition.document.encode(),
        imprint=doc.Imprint(at, *(head or (0, ""))),
        dress=dress,
        logo=logo,
    )


def _site(site: AuditSite) -> CertifiedSite:
    return CertifiedSite(site.centre.name, site.centre.city, site.centre.country, site.activities)


def _tiers(result: dict[str, Any], edition: dict[str, Any], language: str) -> tuple[doc.Tier, ...]:
    """Tell the points of every tier, without gates."""
    blocks = {block["code"]: _words(block["title"], language) for block in edition["blocks"]}
    return tuple(
        doc.Tier(
            code=tier["code"],
            title=_words(tier["title"], language),
            total=interval_of(found["total"]["low"], found["total"]["high"]),
            wanted=None,
            attained=found["attained"],
            blocks=tuple(
                block_of(code, blocks.get(code, code), block, None) for code, block in found["blocks"].items()
            ),
            gates=(),
        )
        for tier in edition["tiers"]
        if (found := result["tiers"].get(tier["code"]))
    )


def _issues(certificate: Certificate) -> tuple[Issue, ...]:
    """Return the issues: the first, and one for every step that changed the scope. One query."""
    issues = [Issue(1, certificate.valid_from, FIRST)]
    scope = ""
    for step, on, then in certificate.events.order_by("pk").values_list("step", "on", "scope"):
        if step != FIRST and then != scope:
            issues.append(Issue(len(issues) + 1, on, step))
        scope = then
    return tuple(issues)


def _party(organisation: Organisation) -> doc.Party:
    return doc.Party(organisation.name, organisation.country, organisation.address)


def _words(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
