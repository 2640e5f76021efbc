"""How the work was done, as a report tells it: plan and meetings, samples, last time's findings, corrections. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class StageOneEntry:
    """What stage 1 came to; ``readiness`` is a code, ``concerns`` are (clause, concern, how it was dealt with)."""

    held_on: date
    readiness: str
    notes: str
    concerns: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class MeetingEntry:
    """An opening or closing meeting; ``kind`` is a code, ``round`` counts how often stage 2 was begun."""

    kind: str
    round: int
    held_at: datetime
    attendance: str
    notes: str


@dataclass(frozen=True, slots=True)
class Session:
    """One session of the audit plan; ``mode`` is a code."""

    day: date
    begins: time
    ends: time
    what: str
    with_whom: str
    mode: str


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """A sample with what it is for, what it was drawn from, and how far it reaches, in words.

    ``holds`` is None where nothing is claimed; a judgemental sample has no seed and never a confidence.
    """

    number: int
    title: str
    method: str
    criteria: tuple[str, ...]
    population: int | None
    population_sha256: str
    seed: str
    picked: int
    looked_at: int
    failed: int
    why: str
    says: tuple[str, ...]
    warns: tuple[str, ...]
    holds: bool | None
    withdrawn: str


@dataclass(frozen=True, slots=True)
class FormerFinding:
    """A nonconformity of the audit before, and what became of it; ``kind`` and ``state`` are codes."""

    number: int
    kind: str
    criterion: str
    statement: str
    state: str
    closed_at: datetime | None
    closing_note: str


@dataclass(frozen=True, slots=True)
class Former:
    """The audit before this one, with its nonconformities."""

    reference: str
    findings: tuple[FormerFinding, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """Where a nonconformity stands: ``state`` is a code; what the audited organisation answered, empty until it has."""

    state: str
    correction: str
    root_cause: str
    action: str
    action_due: date | None


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """All of it. ``rounds``: how often stage 2 was begun; more than once is a deviation from the plan."""

    purpose: str
    remote_methods: str
    conclusion: str
    rounds: int
    stage_one: StageOneEntry | None
    meetings: tuple[MeetingEntry, ...]
    agenda: tuple[Session, ...]
    samples: tuple[SampleEntry, ...]
    former: Former | None

    @property
    def drawn(self) -> tuple[SampleEntry, ...]:
        """Return the samples that were not withdrawn."""
        return tuple(sample for sample in self.samples if not sample.withdrawn)
