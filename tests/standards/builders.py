"""Small editions and cases for the engine's tests, written in as few characters as possible."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from standards.scoring.model import (
    BlockSpec,
    Case,
    ClauseSpec,
    Condition,
    CriterionSpec,
    EditionSpec,
    FactSpec,
    TierSpec,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standards.scoring.model import GateSpec

FACTS = {
    "cskm": FactSpec("cskm", "number"),
    "unit": FactSpec("unit", "boolean"),
    "route": FactSpec("route", "choice", ("file", "panel")),
    "channels": FactSpec("channels", "list", ("voice", "chat")),
    "market_quarters": FactSpec("market_quarters", "number"),
}


def criterion(
    code: str,
    weight: int | str = 1,
    tier: str = "one",
    *,
    mandatory: bool = False,
    na: bool = False,
    channels: Iterable[str] = (),
    scale: tuple[int, int] | None = None,
) -> CriterionSpec:
    """Return a criterion of the tier ``one``, with the edition's scale, unless said otherwise."""
    condition = Condition("channels", frozenset(channels)) if channels else None
    return CriterionSpec(code, Fraction(weight), tier, mandatory, na, condition, scale)


def block(code: str, points: int, *criteria: CriterionSpec) -> BlockSpec:
    """Return a block; criteria ``A1.1`` and ``A2.1`` are put into the clauses ``A1`` and ``A2``."""
    names = dict.fromkeys(each.code.rpartition(".")[0] for each in criteria)
    clauses = (ClauseSpec(name, tuple(c for c in criteria if c.code.rpartition(".")[0] == name)) for name in names)
    return BlockSpec(code, Fraction(points), tuple(clauses))


def edition(
    blocks: Iterable[BlockSpec], tiers: Mapping[str, Iterable[GateSpec]], scale: tuple[int, int] = (0, 5)
) -> EditionSpec:
    """Return an edition with the facts above."""
    specs = tuple(TierSpec(code, tuple(gates)) for code, gates in tiers.items())
    return EditionSpec("small", "1", "0" * 64, *scale, tuple(blocks), specs, FACTS)


def levels(**by_code: int) -> Case:
    """Return a case from ``A1_1=3`` for the level 3 at A1.1."""
    return Case(levels={code.replace("_", "."): level for code, level in by_code.items()})
