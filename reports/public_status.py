"""What the public may know of a certificate; as a status for machines, and as a verifiable credential. Pure.

The credential is an Open Badge 3.0 (a W3C Verifiable Credential 2.0), secured as a JWT (``application/vc+jwt``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

TYPE = "touchstone/certificate-status/1"
CACHE = timedelta(minutes=5)
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
MEDIA_TYPE = "application/vc+jwt"


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """A further site that a certificate covers, with what is done there; ``country`` is a code."""

    name: str
    city: str
    country: str
    scope: str


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """The public face of a certificate. ``state``: active, suspended, withdrawn, superseded, expired, not_yet.

    ``successor`` is the number of the certificate that took its place; ``issued`` the day of its first issue.
    """

    code: str
    number: str
    state: str
    since: date
    organisation: str
    country: str
    centre: str
    city: str
    site_country: str
    tier_code: str
    tier: str
    edition: str
    edition_code: str
    edition_version: str
    edition_sha256: str
    scope: str
    conductor: str
    issued: date
    successor: str
    valid_from: date
    valid_until: date
    is_demo: bool
    sites: tuple[SiteCheck, ...] = ()


def status_document(check: CertificateCheck, *, url: str, at: datetime) -> dict[str, Any]:
    """Return the status of a certificate as plain data; whoever keeps it asks again after ``expires``."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    return {
        "type": TYPE,
        "certificate": check.number,
        "url": url,
        "status": check.state,
        "since": check.since.isoformat(),
        "superseded_by": check.successor or None,
        "holder": {"name": check.organisation, "country": check.country},
        "sites": [
            {"name": check.centre, "city": check.city, "country": check.site_country, "scope": check.scope},
            *(asdict(each) for each in check.sites),
        ],
        "tier": {"code": check.tier_code, "title": check.tier},
        "standard": {
            "code": check.edition_code,
            "version": check.edition_version,
            "title": check.edition,
            "sha256": check.edition_sha256,
        },
        "issued_by": check.conductor,
        "issued": check.issued.isoformat(),
        "valid_from": check.valid_from.isoformat(),
        "valid_until": check.valid_until.isoformat(),
        "demonstration": check.is_demo,
        "checked": moment.isoformat(),
        "expires": (moment + CACHE).isoformat(),
    }


def credential(check: CertificateCheck, *, url: str, issuer: str) -> dict[str, Any]:
    """Return the certificate as an Open Badge 3.0, the claims of its JWT included; ``issuer`` is the public address."""
    begins = datetime.combine(check.valid_from, time(), UTC)
    ends = datetime.combine(check.valid_until + timedelta(days=1), time(), UTC) - timedelta(seconds=1)
    return {
        "@context": CONTEXTS,
        "id": url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{check.edition} · {check.tier}",
        "issuer": {"id": issuer, "type": ["Profile"], "name": check.conductor, "url": issuer},
        "validFrom": begins.isoformat(),
        "validUntil": ends.isoformat(),
        "credentialSubject": _subject(check, url),
        "evidence": [{"id": url, "type": ["Evidence"], "name": check.number, "description": "The status of the day."}],
        "refreshService": {"id": f"{url.rstrip('/')}.jwt", "type": "1EdTechCredentialRefresh"},
        "iss": issuer,
        "jti": url,
        "sub": f"{url}#holder",
        "nbf": int(begins.timestamp()),
        "exp": int(ends.timestamp()),
    }


def _subject(check: CertificateCheck, url: str) -> dict[str, Any]:
    """Return who holds what: the organisation with its sites, and the tier of the standard."""
    return {
        "id": f"{url}#holder",
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "identityHash": name, "identityType": "name", "hashed": False}
            for name in (
                check.organisation,
                f"{check.centre}, {check.city} ({check.site_country})",
                *(f"{each.name}, {each.city} ({each.country})" for each in check.sites),
            )
        ],
        "activityEndDate": _midnight(check.issued),
        "achievement": {
            "id": f"urn:touchstone:{check.edition_code}:{check.edition_version}:{check.tier_code}",
            "type": ["Achievement"],
            "achievementType": "Certification",
            "name": check.tier,
            "description": check.scope,
            "version": check.edition_version,
            "criteria": {"narrative": f"{check.edition}, SHA-256 {check.edition_sha256}"},
        },
    }


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()
