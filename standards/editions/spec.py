"""From an edition's document to what the scoring engine needs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from standards.scoring.model import (
    CENTRE,
    LEFT_OUT,
    BlockGate,
    BlockSpec,
    ClauseGate,
    ClauseSpec,
    Condition,
    CriterionSpec,
    EditionSpec,
    FactGate,
    FactSpec,
    FindingsGate,
    MandatoryGate,
    MarketGate,
    NaShareGate,
    TierSpec,
    TotalGate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from standards.scoring.model import GateSpec

Data = dict[str, Any]


def spec_of(document: Data, sha256: str) -> EditionSpec:
    """Return the engine's view of a checked document (from ``parse_edition``, or its JSON read back)."""
    return EditionSpec(
        code=document["code"],
        version=document["version"],
        sha256=sha256,
        scale_min=document["scale"]["min"],
        scale_max=document["scale"]["max"],
        blocks=tuple(_block(block) for block in document["blocks"]),
        tiers=tuple(TierSpec(tier["code"], tuple(map(_gate, tier["gates"]))) for tier in document["tiers"]),
        facts={
            fact["code"]: FactSpec(fact["code"], fact["type"], tuple(fact["choices"])) for fact in document["facts"]
        },
    )


def exact(number: float) -> Fraction:
    """Return the decimals that a JSON number prints, exactly; editions have at most six."""
    return Fraction(str(number))


def _block(block: Data) -> BlockSpec:
    clauses = (ClauseSpec(clause["code"], tuple(map(_criterion, clause["criteria"]))) for clause in block["clauses"])
    return BlockSpec(block["code"], exact(block["points"]), tuple(clauses))


def _criterion(criterion: Data) -> CriterionSpec:
    when, own = criterion["when"], criterion.get("scale")
    return CriterionSpec(
        code=criterion["code"],
        weight=exact(criterion["weight"]),
        tier=criterion["tier"],
        mandatory=criterion["mandatory"],
        na_allowed=criterion["na_allowed"],
        condition=Condition(when["fact"], frozenset(when["includes"])) if when else None,
        scale=(own["min"], own["max"]) if own else None,
    )


def _gate(gate: Data) -> GateSpec:
    return _GATES[gate["gate"]](gate)


def _fact(gate: Data) -> FactGate:
    test = next(key for key in gate if key not in {"gate", "fact"})
    return FactGate(gate["fact"], test, _value(gate[test]))


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_value, value))
    return value if isinstance(value, (bool, str)) else exact(value)


def _market(gate: Data) -> MarketGate:
    return MarketGate(
        tuple(gate["kpis"]),
        gate["at_least"],
        gate["none_below"],
        exact(gate["above_percent"]),
        gate["quarters"],
        gate.get("bar", CENTRE),
        gate.get("otherwise", LEFT_OUT),
    )


_GATES: Mapping[str, Callable[[Data], GateSpec]] = {
    "total": lambda gate: TotalGate(exact(gate["min"])),
    "block": lambda gate: BlockGate(exact(gate["min_percent"])),
    "mandatory_level": lambda gate: MandatoryGate(gate["min"]),
    "clause_level": lambda gate: ClauseGate(gate["clause"], gate["min"]),
    "findings": lambda gate: FindingsGate(gate["fact"], gate["max"]),
    "na_share": lambda gate: NaShareGate(exact(gate["max_percent"])),
    "fact": _fact,
    "market": _market,
}
