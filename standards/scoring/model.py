"""The words of the engine: what an edition asks, what a case says, what a result holds. All frozen.

Numbers are ``int`` or ``Fraction``, never ``float``. ``None`` stands for what cannot be said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction


class State(StrEnum):
    """What can be said of a gate: ``open`` means that answers or facts still missing may decide either way."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"


# --- What an edition asks -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """A criterion is asked only where the list in this fact holds one of these; where the fact is unknown, it is."""

    fact: str
    includes: frozenset[str]


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """One criterion as the engine needs it; ``tier`` is the code of the first tier at which it applies.

    ``scale``: its own lowest and highest level, or None where it has those of the edition.
    """

    code: str
    weight: Fraction
    tier: str
    mandatory: bool = False
    na_allowed: bool = False
    condition: Condition | None = None
    scale: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ClauseSpec:
    """A clause and its criteria, in order."""

    code: str
    criteria: tuple[CriterionSpec, ...]


@dataclass(frozen=True, slots=True)
class BlockSpec:
    """A block, the points it is worth and its clauses, in order."""

    code: str
    points: Fraction
    clauses: tuple[ClauseSpec, ...]


@dataclass(frozen=True, slots=True)
class TotalGate:
    """The score total reaches ``minimum`` points."""

    minimum: Fraction


@dataclass(frozen=True, slots=True)
class BlockGate:
    """Every block reaches this percentage of its points."""

    min_percent: Fraction


@dataclass(frozen=True, slots=True)
class MandatoryGate:
    """Every mandatory criterion of the tier reaches this level of the edition's scale; see ``EditionSpec.floor``."""

    minimum: int


@dataclass(frozen=True, slots=True)
class ClauseGate:
    """Every criterion of this clause that applies at the tier reaches this level of the edition's scale.

    See ``EditionSpec.floor`` for criteria with a scale of their own.
    """

    clause: str
    minimum: int


@dataclass(frozen=True, slots=True)
class FindingsGate:
    """At most ``maximum`` findings of this sort (``major_open``, ``minor_late``)."""

    fact: str
    maximum: int


@dataclass(frozen=True, slots=True)
class NaShareGate:
    """At most this percentage of the criteria asked at the tier are not applicable."""

    max_percent: Fraction


@dataclass(frozen=True, slots=True)
class FactGate:
    """A fact passes a test: ``min`` and ``above`` want a number, ``equals`` a value, ``one_of`` a tuple of values."""

    fact: str
    test: str
    wanted: Any


@dataclass(frozen=True, slots=True)
class MarketGate:
    """The verdicts on these KPIs at a bar of the market; see ``gates.market_gate``.

    ``bar`` is one of ``BARS``. ``otherwise`` says what counts where the market publishes no such figure for a KPI:
    ``centre``, its central figure, or ``left_out``, nothing.
    """

    kpis: tuple[str, ...]
    at_least: int
    none_below: bool
    above_percent: Fraction
    quarters: int
    bar: str = "centre"
    otherwise: str = "left_out"


GateSpec = TotalGate | BlockGate | MandatoryGate | ClauseGate | FindingsGate | NaShareGate | FactGate | MarketGate
QUARTERS_FACT = "market_quarters"
# What the market's average centre reaches, its best quarter, its best tenth; and what an edition may want instead.
CENTRE, UPPER_QUARTILE, TOP_DECILE = "centre", "upper_quartile", "top_decile"
BARS = (CENTRE, UPPER_QUARTILE, TOP_DECILE)
LEFT_OUT = "left_out"
OTHERWISE = (CENTRE, LEFT_OUT)


@dataclass(frozen=True, slots=True)
class TierSpec:
    """A tier and its gates; tiers are listed from the lowest to the highest."""

    code: str
    gates: tuple[GateSpec, ...]


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact that gates or conditions read: ``number``, ``boolean``, ``choice`` or ``list``."""

    code: str
    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion with everything the scoring loop needs as plain integers. ``units`` is the weight as an integer.

    ``step`` is what one level is worth, in units of ``EditionSpec.common``: all levels together are worth
    ``units * common``, whatever the criterion's scale. ``span`` is the number of steps from ``low`` to ``high``.
    """

    code: str
    block: int
    clause: str
    tier: int
    units: int
    mandatory: bool
    na_allowed: bool
    condition: Condition | None
    low: int
    high: int
    span: int
    step: int

    @property
    def levels(self) -> range:
        """Return the levels that the criterion can have, lowest first."""
        return range(self.low, self.high + 1)


@dataclass(frozen=True)
class EditionSpec:
    """One edition as the engine needs it. Scale, blocks, tiers and gates are data; the engine knows none by name."""

    code: str
    version: str
    sha256: str
    scale_min: int
    scale_max: int
    blocks: tuple[BlockSpec, ...]
    tiers: tuple[TierSpec, ...]
    facts: Mapping[str, FactSpec] = field(default_factory=dict)

    @property
    def span(self) -> int:
        """Return the number of steps from the lowest to the highest level of the edition's scale."""
        return self.scale_max - self.scale_min

    def floor(self, row: Row, minimum: int) -> int:
        """Return the level at which a criterion reaches ``minimum``, a level of the edition's scale.

        With a scale of its own it is the lowest level whose share of that scale is at least the share that
        ``minimum`` has of the edition's: level 3 of 0 to 5 is 60 per cent, so level 2 of 0 to 3, and 1 of 0 to 1.
        """
        return row.low - (-(minimum - self.scale_min) * row.span // self.span)

    @cached_property
    def common(self) -> int:
        """Return the least number of parts into which the steps of all scales can be divided."""
        criteria = (each for block in self.blocks for clause in block.clauses for each in clause.criteria)
        own = {each.scale for each in criteria if each.scale is not None}
        return math.lcm(self.span, *(high - low for low, high in own))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return all criteria in order; weights are brought to integers once, since only their ratios matter."""
        tiers = {tier.code: index for index, tier in enumerate(self.tiers)}
        found = [
            (block, clause.code, criterion)
            for block, spec in enumerate(self.blocks)
            for clause in spec.clauses
            for criterion in clause.criteria
        ]
        scale = math.lcm(*(criterion.weight.denominator for _, _, criterion in found))
        rows = []
        for block, clause, criterion in found:
            low, high = criterion.scale or (self.scale_min, self.scale_max)
            units = int(criterion.weight * scale)
            rows.append(
                Row(
                    criterion.code,
                    block,
                    clause,
                    tiers[criterion.tier],
                    units,
                    criterion.mandatory,
                    criterion.na_allowed,
                    criterion.condition,
                    low,
                    high,
                    high - low,
                    units * self.common // (high - low),
                )
            )
        return tuple(rows)

    @cached_property
    def row_by_code(self) -> Mapping[str, Row]:
        """Return the criteria by their code."""
        return {row.code: row for row in self.rows}

    @cached_property
    def conditional(self) -> tuple[tuple[str, Condition], ...]:
        """Return (criterion code, condition) of the criteria that are not always asked."""
        return tuple((row.code, row.condition) for row in self.rows if row.condition is not None)


# --- What a case says ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one audit. A criterion in neither ``levels`` nor ``not_applicable`` is unanswered.

    ``market``: KPI code -> above | not_shown_below | below | insufficient | no_figure, at every bar, or a mapping from
    bar to one of these. ``findings``: counts by name.
    ``facts``: numbers as ``Fraction``, booleans, choices as ``str``, lists as ``frozenset``. Made by ``parse_case``.
    """

    levels: Mapping[str, int] = field(default_factory=dict)
    not_applicable: frozenset[str] = frozenset()
    market: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


# --- What a result holds ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BlockResult:
    """Points of one block: from ``low`` (all that is unanswered at the lowest level) to ``high`` (at the highest)."""

    code: str
    points: Fraction
    low: Fraction
    high: Fraction

    @property
    def percent_low(self) -> Fraction:
        """Return ``low`` as a percentage of the block's points."""
        return self.low * 100 / self.points

    @property
    def percent_high(self) -> Fraction:
        """Return ``high`` as a percentage of the block's points."""
        return self.high * 100 / self.points


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate saw and wanted, as numbers and names; ``words.py`` turns both into sentences.

    ``because`` names the criteria, findings, KPIs or facts that the state rests on.
    """

    gate: str
    kind: str
    state: State
    seen: Mapping[str, Any]
    wanted: Mapping[str, Any]
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierResult:
    """Score and gates of one tier. ``attained`` also needs the tiers below; ``None`` while that is open."""

    code: str
    low: Fraction
    high: Fraction
    points: Fraction
    blocks: tuple[BlockResult, ...]
    gates: tuple[GateResult, ...]
    attained: bool | None
    asked: int
    answered: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Result:
    """Scores of all tiers, lowest first; ``tier`` is the code of the highest one attained, or ``None``."""

    tiers: tuple[TierResult, ...]
    tier: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan: raise this criterion; ``level_from`` is ``None`` where it is unanswered."""

    criterion: str
    level_from: int | None
    level_to: int
