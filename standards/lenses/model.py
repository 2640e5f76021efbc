"""The words of a lens: its groups, how criteria come into them and how a group is read. All frozen.

Texts are mappings from language to words. Numbers are ``int`` or ``Fraction``, never ``float``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    Texts = Mapping[str, str]


class ReadingKind(StrEnum):
    """How a group is read, beside its share, which every lens shows."""

    SHARE = "share"
    ITEM_PASS = "item_pass"  # noqa: S105 - a way to read, no password
    BANDS = "bands"


@dataclass(frozen=True, slots=True)
class Band:
    """A range of the scheme's own scale in per cent; ``low`` is where it begins, ``high`` the end that it prints."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How groups are read; ``grade`` is the level proposed for an item to pass, None for the middle of the scale."""

    kind: ReadingKind
    grade: int | None
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """A criterion is selected when it has this kind, block and clause; an empty word asks for nothing."""

    kind: str
    block: str
    clause: str

    def takes(self, item: Item) -> bool:
        """Say whether the criterion is selected."""
        wanted = ((self.kind, item.kind), (self.block, item.block), (self.clause, item.clause))
        return all(not word or word == own for word, own in wanted)


@dataclass(frozen=True, slots=True)
class Group:
    """A clause, domain or criterion of the other scheme. ``keys`` are the crosswalk words that lead into it."""

    code: str
    title: Texts
    note: Texts
    keys: tuple[str, ...]
    select: tuple[Selection, ...]
    points: Fraction | None
    children: tuple[Group, ...]

    def walk(self) -> Iterator[Group]:
        """Yield this group and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class DeltaRule:
    """What an audit for the scheme's certificate looks at. ``never``: kinds of criteria that it does not.

    ``whole``: clauses under which it looks at all that a criterion of the lowest tier asks. ``full`` and ``sample`` are
    minutes per criterion to begin with; the reader changes them.
    """

    never: tuple[str, ...]
    whole: frozenset[str]
    full: int
    sample: int
    why: Texts


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the structure comes from: who publishes the scheme, what of it is confirmed, and by what."""

    publisher: str
    confirmed: Texts
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lens:
    """Another scheme's structure. ``scheme`` is the crosswalk that assigns criteria, empty when groups select them.

    ``standard`` is the code of the only standard whose blocks and clauses the groups name, empty when they name none.
    """

    code: str
    version: str
    sha256: str
    title: Texts
    notice: Texts
    origin: Origin
    scheme: str
    standard: str
    reading: Reading
    delta: DeltaRule | None
    groups: tuple[Group, ...]

    def walk(self) -> Iterator[Group]:
        """Yield all groups, in order, each before those below it."""
        for group in self.groups:
            yield from group.walk()

    @property
    def keys(self) -> frozenset[str]:
        """Return the crosswalk words that lead into some group."""
        return frozenset(key for group in self.walk() for key in group.keys)

    def fits(self, standard: str) -> bool:
        """Say whether the lens can be put before editions of this standard."""
        return not self.standard or self.standard == standard


@dataclass(frozen=True, slots=True)
class Item:
    """A criterion as a lens needs it; ``tier`` counts from 0, the lowest."""

    code: str
    title: Texts
    block: str
    clause: str
    kind: str
    tier: int
    weight: Fraction
    lowest: int
    highest: int
    crosswalk: Mapping[str, tuple[str, ...]]

    @property
    def span(self) -> int:
        """Return the number of steps of its scale."""
        return self.highest - self.lowest
