"""The delta audit: what a certificate under the lens' scheme leaves to be looked at, and the effort that it saves.

It says what to look at, never what to find: no level and no score follows from a certificate.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from standards.lenses.model import DeltaRule, Item, Lens


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the auditor typed of the certificate; ``covers``: its scope covers the centre."""

    number: str
    body: str
    valid_until: date | None
    covers: bool

    def refused(self, on: date) -> str:
        """Return why it saves nothing: ``incomplete``, ``expired`` on that day, ``not_covered``; empty when it does."""
        if not (self.number and self.body and self.valid_until):
            return "incomplete"
        if self.valid_until < on:
            return "expired"
        return "" if self.covers else "not_covered"


@dataclass(frozen=True, slots=True)
class Minutes:
    """The assumption behind the effort: minutes per criterion looked at in full and in a sample only."""

    full: int
    sample: int


@dataclass(frozen=True, slots=True)
class Delta:
    """Criteria by what the certificate's audit has looked at; ``refused`` as in ``Certificate``, then all is in full.

    ``whole``: looked at there, here in a sample only. ``part``: touched there, here in full. ``none``: not looked at.
    """

    refused: str
    minutes: Minutes
    whole: tuple[Item, ...]
    part: tuple[Item, ...]
    none: tuple[Item, ...]

    @property
    def count(self) -> int:
        """Return the number of criteria."""
        return len(self.whole) + len(self.part) + len(self.none)

    @property
    def before(self) -> int:
        """Return the minutes without the certificate."""
        return self.count * self.minutes.full

    @property
    def after(self) -> int:
        """Return the minutes with the certificate."""
        return self.before - self.saved

    @property
    def saved(self) -> int:
        """Return the minutes saved."""
        return 0 if self.refused else len(self.whole) * (self.minutes.full - self.minutes.sample)

    @property
    def saved_share(self) -> Fraction:
        """Return the share of the effort that is saved, 0 to 1."""
        return Fraction(self.saved, self.before) if self.before else Fraction(0)


def delta_of(lens: Lens, items: Iterable[Item], certificate: Certificate, *, on: date, minutes: Minutes) -> Delta:
    """Sort the criteria (those that are asked and not N/A). ``on`` is the last day on site.

    Raises ValueError for a lens without a delta rule and for more minutes in a sample than in full.
    """
    rule = lens.delta
    if rule is None:
        raise ValueError(f"The lens {lens.code} has no delta audit.")
    if not 0 <= minutes.sample <= minutes.full:
        raise ValueError("A sample cannot take longer than looking in full.")
    sorted_in: dict[str, list[Item]] = {"whole": [], "part": [], "none": []}
    for item in items:
        sorted_in[_looked_at(rule, lens.scheme, item)].append(item)
    return Delta(certificate.refused(on), minutes, *(tuple(found) for found in sorted_in.values()))


def _looked_at(rule: DeltaRule, scheme: str, item: Item) -> str:
    """Say how far the other audit looks at a criterion. One of a higher tier asks more than conformity: never whole."""
    clauses = item.crosswalk.get(scheme, ())
    if not clauses or item.kind in rule.never:
        return "none"
    return "whole" if item.tier == 0 and rule.whole.issuperset(clauses) else "part"
