"""What a lens report says, before anyone renders it: frozen facts in one language, and their hash.

As in ``document.py``: complete, without database, template or clock; numbers in full precision. Shares are exact
fractions as ``Decimal`` rounded to 12 places, since thirds have no end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rfc8785

from reports.document import Imprint, Interval, Party, Site, Source, plain, walk_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LensSource:
    """The lens: what it is called, what of its structure is confirmed and by what, and its hash."""

    code: str
    version: str
    title: str
    notice: str
    publisher: str
    confirmed: str
    references: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class LensItem:
    """A criterion in a group: ``level`` and ``na`` say what was found, ``asked`` whether it was asked at all.

    ``groups`` are all groups that it leads into.
    """

    code: str
    title: str
    kind: str
    weight: Decimal
    asked: bool
    level: int | None
    not_applicable: bool
    highest: int
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LensObstacle:
    """A criterion below the grade, or unanswered (``level`` None)."""

    code: str
    title: str
    level: int | None


@dataclass(frozen=True, slots=True)
class LensGroup:
    """A group as it was read; ``number`` counts from 1, ``depth`` from 0. ``covered``: some criterion leads into it.

    ``share`` is in per cent; None where nothing can be said. ``passed`` is met, not_met, open or empty. ``bands`` are
    the possible bands in words. ``criteria`` are the codes of those in the group and below it.
    """

    number: int
    depth: int
    code: str
    title: str
    note: str
    covered: bool
    asked: int
    answered: int
    not_applicable: int
    share: Interval | None
    passed: str
    obstacles: tuple[LensObstacle, ...]
    bands: tuple[str, ...]
    points: Interval | None
    points_of: Decimal | None
    own: tuple[str, ...]
    criteria: tuple[str, ...]

    @property
    def open(self) -> int:
        """Return how many criteria are unanswered."""
        return self.asked - self.answered - self.not_applicable


@dataclass(frozen=True, slots=True)
class LensDelta:
    """The delta audit with what it rests on; minutes are whole, ``refused`` is a code or empty."""

    number: str
    body: str
    valid_until: date | None
    covers: bool
    refused: str
    full: int
    sample: int
    before: int
    after: int
    saved: int
    saved_percent: Decimal
    why: str
    whole: tuple[LensObstacle, ...]
    part: tuple[LensObstacle, ...]
    none: tuple[LensObstacle, ...]


@dataclass(frozen=True, slots=True)
class LensReport:
    """The whole report. Equal content has an equal hash, whenever and wherever it is printed.

    ``reading`` is share, item_pass or bands; ``edges`` are the per cent at which bands begin; ``grade`` is the level
    that items had to reach, None where none is read;
    ``tier`` the highest tier whose criteria are counted, with its words.
    """

    language: str
    draft: bool
    is_demo: bool
    reference: str
    auditee: Party
    conductor: Party
    site: Site
    onsite_from: date
    onsite_to: date
    submitted_at: datetime | None
    edition: Source
    lens: LensSource
    result_sha256: str
    reading: str
    grade: int | None
    edges: tuple[int, ...]
    scale: tuple[int, int]
    tier: str
    tier_title: str
    groups: tuple[LensGroup, ...]
    whole: LensGroup
    points: Interval | None
    points_of: Decimal | None
    items: tuple[LensItem, ...]
    unassigned: tuple[LensObstacle, ...]
    strange: tuple[tuple[str, str], ...]
    delta: LensDelta | None
    imprint: Imprint

    @property
    def top(self) -> tuple[LensGroup, ...]:
        """Return the groups at the top."""
        return tuple(group for group in self.groups if group.depth == 0)

    @property
    def uncovered(self) -> tuple[LensGroup, ...]:
        """Return the groups into which no criterion leads."""
        return tuple(group for group in self.groups if not group.covered)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield (place, text) for every text."""
        yield from walk_texts(self, "")

    def canonical(self) -> bytes:
        """Return the content, all but the imprint, as canonical JSON (RFC 8785)."""
        content = {key: value for key, value in plain(self).items() if key != "imprint"}
        return rfc8785.dumps(content)

    def content_sha256(self) -> str:
        """Return the SHA-256 over the canonical JSON as 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical()).hexdigest()
