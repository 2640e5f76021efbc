"""What the definition of a KPI consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower", "target"]

# A variant code may end in a threshold that differs from the usual one: ``answered_within_offered_30s``.
_THRESHOLD = re.compile(r"^(?P<base>.+)_(?P<seconds>\d+)s$")


def words(text: str) -> str:
    """Return the text unchanged; imported as ``_`` so that the translators' tools find the words of the catalogue."""
    return text


_ = words

# Why a KPI was not measured; ``benchmarks.terms`` says it in other languages.
LACKING = _("the mapping does not give {fields}")
UNCOUNTED = _("no contact counts towards it")
ABSENT = _("there are no records of {kinds}")
UNSPLIT = _("its records cannot be split by {names}")
CURRENCIES_MIXED = _("the records hold several currencies, and none is converted")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Where a definition or a warning comes from. ``work`` names publisher or author, title and year, untranslated.

    ``says`` is what it is cited for. Without a ``work`` the definition is the catalogue's own.
    """

    says: str
    work: str = ""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to compute a KPI. Figures of different variants are never compared.

    ``threshold`` is the number of seconds that the plain code means, for variants that depend on one. A variant of
    ``other_survey`` needs another question or occasion than the survey after a contact: that a centre did not ask it
    is not an omission.
    """

    code: str
    words: str
    threshold: int | None = None
    other_survey: bool = False


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One KPI.

    ``number`` is the number in the product's KPI catalogue, None for those listed after it. ``units`` are the units
    a figure may have, the usual one first. ``precision`` is the largest half-width of the two-sided 95 % interval, in
    the usual unit, with which "not shown below the market" may still be said; beyond it the evidence is insufficient.
    ``skewed`` KPIs compare better with a median. ``channel_free`` KPIs may be compared across channels.
    ``all_formulas`` says that the variants are all the formulas in use, so that a figure whose publisher does not say
    which one it used may be compared in each of them, the least favourable counting. ``target`` is the band, in the
    usual unit, that a KPI of direction ``target`` should lie in; None where no general band is known and a centre sets
    its own. ``bounds`` are the least and
    greatest value there can be, where the unit does not say so: 0 to 100 for %, -100 to 100 for points of a score.
    """

    code: str
    number: int | None
    name: str
    formula: str
    variants: tuple[Variant, ...]
    units: tuple[str, ...]
    direction: Direction
    precision: float
    traps: str
    target: tuple[float, float] | None = None
    skewed: bool = False
    channel_free: bool = False
    all_formulas: bool = False
    bounds: tuple[float | None, float | None] | None = None

    @property
    def unit(self) -> str:
        """The usual unit."""
        return self.units[0]

    def within(self, low: float, high: float, unit: str) -> tuple[float, float]:
        """Cut an interval at what there can be in a unit."""
        usual: dict[str, tuple[float | None, float | None]] = {"%": (0, 100), "pts": (-100, 100)}
        least, most = self.bounds or usual.get(unit, (0, None))
        return low if least is None else max(low, least), high if most is None else min(high, most)

    def variant(self, code: str) -> Variant | None:
        """Find a variant by its code, with or without a threshold of its own; None when there is none such."""
        plain = {variant.code: variant for variant in self.variants}
        if code in plain:
            return plain[code]
        match = _THRESHOLD.match(code)
        found = plain.get(match["base"]) if match else None
        return found if found and found.threshold is not None else None


def standard(text: str) -> tuple[Variant, ...]:
    """Give the only variant of a KPI that has one definition."""
    return (Variant(code="standard", words=text),)
