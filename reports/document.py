"""What a certification report says, before anyone renders it: frozen facts in one language, and their hash.

The document is complete (a renderer asks nothing else) and knows no database, no template and no clock. Texts that
come from the edition and from people stand here in the report's language; codes (``major``, ``not_met``) stay codes
and are put into words by the renderer. Numbers are ``Decimal`` in full precision; rounding is the renderer's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.carried import Basis
    from reports.fieldwork import Correction, Fieldwork
    from reports.house import Dress


@dataclass(frozen=True, slots=True)
class Interval:
    """What can be said of a number: both ends are equal once nothing is open."""

    low: Decimal
    high: Decimal

    @property
    def settled(self) -> bool:
        """Say whether the interval is one number."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation as it is named on paper."""

    name: str
    country: str
    address: str


@dataclass(frozen=True, slots=True)
class Site:
    """The audited centre; industry, channels and languages are codes."""

    name: str
    city: str
    country: str
    industry: str
    channels: tuple[str, ...]
    languages: tuple[str, ...]
    seats: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class FurtherSite:
    """A site within the scope beside the audited centre, with what is done there; ``country`` is a code."""

    name: str
    city: str
    country: str
    activities: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a part in the engagement; ``role`` is a code."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """Who was audited by whom, when, for what and within which limits."""

    reference: str
    kind: str
    status: str
    auditee: Party
    conductor: Party
    site: Site
    team: tuple[Person, ...]
    scope: str
    objectives: str
    not_covered: str
    summary: str
    onsite_from: date
    onsite_to: date
    submitted_at: datetime | None
    submitted_by: str
    reviewed_at: datetime | None
    reviewed_by: str
    review_note: str
    sites: tuple[FurtherSite, ...] = field(default=(), metadata={"stated": "where there is one"})


@dataclass(frozen=True, slots=True)
class Source:
    """Something that the result rests on, known by its hash."""

    code: str
    version: str
    title: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Records:
    """The raw records that the measurements were computed from."""

    name: str
    sha256: str
    mapping_sha256: str
    period_from: date
    period_to: date
    rows_read: int
    rows_used: int


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a tier: ``state`` is met, not_met or open; title, seen and wanted are words."""

    code: str
    title: str
    state: str
    seen: str
    wanted: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockScore:
    """Points and per cent of one block as one tier counts them; ``wanted`` is the tier's bar in per cent."""

    code: str
    title: str
    points: Interval
    maximum: Decimal
    percent: Interval
    wanted: Decimal | None


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier: its score, its bar and its gates; ``attained`` is None while it is open."""

    code: str
    title: str
    total: Interval
    wanted: Decimal | None
    attained: bool | None
    blocks: tuple[BlockScore, ...]
    gates: tuple[Gate, ...]

    @property
    def knocked_out(self) -> tuple[Gate, ...]:
        """Return the gates that are not met."""
        return tuple(gate for gate in self.gates if gate.state == "not_met")


@dataclass(frozen=True, slots=True)
class Waiver:
    """A named person's permission to compare with a figure older than the edition allows."""

    reason: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class MarketComparison:
    """A KPI of the centre against one published figure; what is missing is None and ``reason`` says why.

    ``variant`` is the formula of the centre's value in words. With ``formula`` "unstated" the publisher does not name
    its own, and the centre was compared in the least favourable one ("only" where the KPI has no other).
    """

    kpi: str
    title: str
    variant: str
    unit: str
    direction: str
    value: Decimal | None
    interval: Interval | None
    n: int | None
    figure: Decimal | None
    year: int | None
    figure_n: str
    publisher: str
    url: str
    scope: str
    grade: str
    formula: str
    verdict: str
    reason: str
    waiver: Waiver | None


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A stored file in the register; ``label`` (E1, E2 ...) is what the criteria refer to.

    ``E1v2`` is a version that a newer one has replaced, while an answer rests on it. What is confidential is told by
    its title: no name of the file, no size, no hash.
    """

    label: str
    kind: str
    title: str
    filename: str
    size: int
    sha256: str
    uploaded_at: datetime
    criteria: tuple[str, ...]
    version: int = 1
    confidential: bool = False
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """The lowest and the highest level that a criterion can have."""

    low: int
    high: int

    @property
    def span(self) -> int:
        """Return the number of steps from the lowest to the highest level."""
        return self.high - self.low


# What belongs to the printing, or stands beside the content as a file of its own; the mark is known by its hash.
NOT_CONTENT = frozenset({"imprint", "edition_json", "logo"})
# What a report does not state: before criteria could differ, reports said nothing of it, and they keep their hash.
UNSTATED_LEVELS = Levels(0, 5)


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion with what was found; unanswered when neither a level nor a reason is there.

    ``asked`` is False where the criterion does not concern the site, for example one about a channel it has not.
    ``scale`` stands in the content only where it is not ``UNSTATED_LEVELS``.
    """

    code: str
    title: str
    requirement: str
    tier: str
    mandatory: bool
    weight: Decimal
    asked: bool
    level: int | None
    na_reason: str
    note: str
    evidence: tuple[str, ...]
    scale: Levels = field(default=UNSTATED_LEVELS, metadata={"stated": "where it differs"})


@dataclass(frozen=True, slots=True)
class ClauseSection:
    """A clause and its criteria."""

    code: str
    title: str
    rows: tuple[CriterionRow, ...]


@dataclass(frozen=True, slots=True)
class BlockSection:
    """A block and its clauses."""

    code: str
    title: str
    points: Decimal
    clauses: tuple[ClauseSection, ...]


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """A finding: criterion, objective evidence, statement; ``kind`` is a code. Nonconformities have a correction."""

    number: int
    kind: str
    criterion: str
    criterion_title: str
    objective_evidence: str
    statement: str
    due: date | None
    closed_at: datetime | None
    closing_note: str
    correction: Correction | None


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One change on the cheapest way to the next tier."""

    criterion: str
    title: str
    level_from: int | None
    level_to: int


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a gate asks for by name, with the note of whoever established it."""

    code: str
    title: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """The decision, by somebody outside the team; ``route`` and ``tier`` are codes."""

    granted: bool
    tier: str
    route: str
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """The certificate as it stood when the report was printed."""

    number: str
    code: str
    tier: str
    status: str
    status_since: datetime
    valid_from: date
    valid_until: date
    verify_url: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """What belongs to the printing and not to the content: when, and the head of the ledger at that moment."""

    printed_at: datetime
    ledger_sequence: int
    ledger_head: str


@dataclass(frozen=True, slots=True)
class CertificationReport:
    """The whole report. Equal content has an equal hash, whenever and wherever it is printed.

    ``basis`` is what the score follows from; ``edition_json`` the edition's canonical JSON, carried beside the content.
    ``beside`` is the second language that it is printed in.
    """

    language: str
    draft: bool
    is_demo: bool
    engagement: Engagement
    fieldwork: Fieldwork
    edition: Source
    market_release: Source | None
    records: Records | None
    maximum: Decimal
    tier: str | None
    tiers: tuple[Tier, ...]
    comparisons: tuple[MarketComparison, ...]
    sections: tuple[BlockSection, ...]
    findings: tuple[FindingEntry, ...]
    plan: tuple[PlanStep, ...]
    facts: tuple[Fact, ...]
    evidence: tuple[EvidenceItem, ...]
    decision: DecisionEntry | None
    certificate: CertificateEntry | None
    distribution: tuple[str, ...]
    result_sha256: str
    basis: Basis
    edition_json: bytes
    imprint: Imprint
    dress: Dress | None = field(default=None, metadata={"stated": "where there is one"})
    logo: bytes = b""
    beside: str = field(default="", metadata={"stated": "where there is one"})

    @property
    def focus(self) -> Tier | None:
        """Return the tier whose scores the summary shows: the one attained, or else the first."""
        attained = [tier for tier in self.tiers if tier.code == self.tier]
        return next(iter(attained or self.tiers), None)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield (place, text) for every text; a place reads like ``findings 3 statement``."""
        yield from walk_texts(self, "")

    def canonical(self) -> bytes:
        """Return the content, all but the imprint and the edition's text, as canonical JSON (RFC 8785)."""
        content = {key: value for key, value in plain(self).items() if key not in NOT_CONTENT}
        return rfc8785.dumps(content)

    def content_sha256(self) -> str:
        """Return the SHA-256 over the canonical JSON as 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical()).hexdigest()


def walk_texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Walk a document; an entry is named by its code, number or label."""
    if isinstance(value, str):
        yield place.strip(), value
    elif isinstance(value, tuple):
        for item in value:
            yield from walk_texts(item, place)
    elif is_dataclass(value):
        name = next((getattr(value, key) for key in ("code", "number", "label", "kpi") if hasattr(value, key)), "")
        for each in fields(value):
            where = f"{place} {name} {each.name.replace('_', ' ')}".replace("  ", " ")
            yield from walk_texts(getattr(value, each.name), where)


def plain(value: Any) -> Any:
    """Turn a document into what JSON knows: decimals and dates become text, so that no digit is lost."""
    if is_dataclass(value):
        held = ((each, getattr(value, each.name)) for each in fields(value))
        return {each.name: plain(part) for each, part in held if "stated" not in each.metadata or part != each.default}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (date, time)):  # a datetime is a date, too
        return value.isoformat()
    return value
