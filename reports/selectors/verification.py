"""What the public may know of a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from audits.life import state_on
from audits.models import Certificate
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE_LENGTH = 32


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """The public face of a certificate. ``state``: active, suspended, withdrawn, superseded, expired, not_yet."""

    number: str
    state: str
    since: date
    organisation: str
    country: str
    centre: str
    city: str
    tier: str
    edition: str
    scope: str
    conductor: str
    valid_from: date
    valid_until: date
    is_demo: bool


def certificate_check(code: str, *, language: str, today: date) -> CertificateCheck | None:
    """Look a certificate up by its code; None for an unknown and for a malformed one alike. One query."""
    wanted = code.strip().lower()[: CODE_LENGTH + 1]
    related = ("audit__centre", "audit__auditee", "audit__conductor", "audit__edition")
    certificate = Certificate.objects.select_related(*related).filter(code=wanted.replace("\x00", "")).first()
    if certificate is None:
        return None
    audit = certificate.audit
    tiers = {tier["code"]: tier["title"] for tier in edition_document(audit.edition)["tiers"]}
    state, since = _state(certificate, today)
    return CertificateCheck(
        number=certificate.number,
        state=state,
        since=since,
        organisation=audit.auditee.name,
        country=audit.auditee.country,
        centre=audit.centre.name,
        city=audit.centre.city,
        tier=_words(tiers.get(certificate.tier, {"en": certificate.tier}), language),
        edition=f"{_words(audit.edition.title, language)} {audit.edition.version}",
        scope=certificate.scope or audit.scope,
        conductor=audit.conductor.name,
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        is_demo=audit.auditee.is_demo,
    )


def _state(certificate: Certificate, today: date) -> tuple[str, date]:
    """Return the state of the day, and since when it is so."""
    state = state_on(
        certificate.status, valid_from=certificate.valid_from, valid_until=certificate.valid_until, today=today
    )
    since = {"expired": certificate.valid_until + timedelta(days=1), "not_yet": certificate.valid_from}
    return state, since.get(state, certificate.status_since.date())


def _words(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
