"""What the public may know of a certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.life import state_on
from audits.models import Certificate
from audits.selectors.sites import sites_of
from reports.public_status import CertificateCheck, SiteCheck
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

CODE_LENGTH = 32


def certificate_check(code: str, *, language: str, today: date) -> CertificateCheck | None:
    """Look a certificate up by its code; None for an unknown and for a malformed one alike.

    Two queries, and one more for the certificate that took its place.
    """
    wanted = code.strip().lower()[: CODE_LENGTH + 1]
    related = ("audit__centre", "audit__auditee", "audit__conductor", "audit__edition")
    certificate = Certificate.objects.select_related(*related).filter(code=wanted.replace("\x00", "")).first()
    if certificate is None:
        return None
    audit = certificate.audit
    tiers = {tier["code"]: tier["title"] for tier in edition_document(audit.edition)["tiers"]}
    state, since = _state(certificate, today)
    return CertificateCheck(
        code=certificate.code,
        number=certificate.number,
        state=state,
        since=since,
        organisation=audit.auditee.name,
        country=audit.auditee.country,
        centre=audit.centre.name,
        city=audit.centre.city,
        site_country=audit.centre.country,
        tier_code=certificate.tier,
        tier=_words(tiers.get(certificate.tier, {"en": certificate.tier}), language),
        edition=f"{_words(audit.edition.title, language)} {audit.edition.version}",
        edition_code=audit.edition.code,
        edition_version=audit.edition.version,
        edition_sha256=audit.edition_sha256,
        scope=certificate.scope or audit.scope,
        conductor=audit.conductor.name,
        issued=certificate.issued_at.date(),
        successor=_successor(certificate) if state == "superseded" else "",
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        is_demo=audit.auditee.is_demo,
        sites=tuple(
            SiteCheck(each.centre.name, each.centre.city, each.centre.country, each.activities)
            for each in sites_of(certificate)
        ),
    )


def _state(certificate: Certificate, today: date) -> tuple[str, date]:
    """Return the state of the day, and since when it is so."""
    state = state_on(
        certificate.status, valid_from=certificate.valid_from, valid_until=certificate.valid_until, today=today
    )
    since = {"expired": certificate.valid_until + timedelta(days=1), "not_yet": certificate.valid_from}
    return state, since.get(state, certificate.status_since.date())


def _successor(certificate: Certificate) -> str:
    """Return the number of the newer certificate; the step that superseded the old one names it as its reason."""
    return str(certificate.events.filter(step="supersede").values_list("reason", flat=True).last() or "")


def _words(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
