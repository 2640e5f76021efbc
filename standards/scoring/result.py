"""A result as plain data for JSON, as INTERFACES promises it. Scores are decimal strings (see ``decimals.exact``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standards.scoring.decimals import exact
from standards.scoring.words import seen, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from standards.scoring.model import BlockResult, Change, EditionSpec, GateResult, Result, TierResult


def result_to_json(edition: EditionSpec, result: Result, plan: Iterable[Change]) -> dict[str, Any]:
    """Return the result of ``score`` and ``next_tier_plan`` as JSON-ready data."""
    return {
        "edition": {"code": edition.code, "version": edition.version, "sha256": edition.sha256},
        "tiers": {tier.code: _tier(tier) for tier in result.tiers},
        "tier": result.tier,
        "next_tier_plan": [
            {"criterion": change.criterion, "from": change.level_from, "to": change.level_to} for change in plan
        ],
    }


def _tier(tier: TierResult) -> dict[str, Any]:
    return {
        "total": {"low": exact(tier.low), "high": exact(tier.high)},
        "blocks": {block.code: _block(block) for block in tier.blocks},
        "gates": [_gate(gate) for gate in tier.gates],
        "attained": tier.attained,
    }


def _block(block: BlockResult) -> dict[str, str]:
    return {
        "low": exact(block.low),
        "high": exact(block.high),
        "max": exact(block.points),
        "percent_low": exact(block.percent_low),
        "percent_high": exact(block.percent_high),
    }


def _gate(gate: GateResult) -> dict[str, Any]:
    return {
        "gate": gate.gate,
        "state": gate.state.value,
        "seen": seen(gate),
        "wanted": wanted(gate),
        "because": list(gate.because),
    }
