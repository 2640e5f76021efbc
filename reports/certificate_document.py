"""What a certificate says, before anyone renders it: the contents of ISO/IEC 17021-1, 8.2.2, in one language. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import rfc8785

from reports.document import NOT_CONTENT, plain, walk_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from reports.carried import Basis
    from reports.document import CertificateEntry, DecisionEntry, Imprint, Party, Source, Tier
    from reports.house import Dress


@dataclass(frozen=True, slots=True)
class CertifiedSite:
    """One site with what is certified there; ``country`` is a code."""

    name: str
    city: str
    country: str
    scope: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of the certificate: the first, and one for every change of what stands on it. ``step`` is a code."""

    number: int
    on: date
    step: str


@dataclass(frozen=True, slots=True)
class CertificateDocument:
    """The whole certificate. ``basis`` is None where its holder does not want the levels carried.

    ``cycle_from`` is the day of the decision from which the cycle counts, ``recertify_by`` the last day to renew it.
    """

    language: str
    is_demo: bool
    holder: Party
    sites: tuple[CertifiedSite, ...]
    scope: str
    conductor: Party
    edition: Source
    market_release: Source | None
    tier: str | None
    tier_title: str
    tiers: tuple[Tier, ...]
    decision: DecisionEntry
    certificate: CertificateEntry
    reference: str
    time_zone: str
    cycle_from: date
    recertify_by: date
    issues: tuple[Issue, ...]
    result_sha256: str
    basis: Basis | None
    edition_json: bytes
    imprint: Imprint
    dress: Dress | None = field(default=None, metadata={"stated": "where there is one"})
    logo: bytes = b""

    @property
    def issue(self) -> Issue:
        """Return the issue that this is."""
        return self.issues[-1]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield (place, text) for every text."""
        yield from walk_texts(self, "")

    def canonical(self) -> bytes:
        """Return the content, all but the imprint and the edition's text, as canonical JSON (RFC 8785)."""
        return rfc8785.dumps({k: v for k, v in plain(self).items() if k not in NOT_CONTENT})

    def content_sha256(self) -> str:
        """Return the SHA-256 over the canonical JSON as 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical()).hexdigest()


def without_words(frozen: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a frozen result what the score needs and no more: no reasons, and no figures of the centre.

    A certificate hangs on walls and web pages. Its hash is therefore another one than that of the whole.
    """
    case = frozen["case"]
    answers = {code: each if "level" in each else {"na": "–"} for code, each in case["answers"].items()}
    kept = {name: value for name, value in frozen.items() if name != "market"}
    return {**kept, "case": {**case, "answers": answers}}
