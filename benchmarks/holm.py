"""Holm's correction (1979, Scandinavian Journal of Statistics 6): several tests, one chance of a false alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return the adjusted p-values, each at most 1 and never smaller than one of a smaller p-value."""
    adjusted: dict[str, float] = {}
    largest, count = 0.0, len(p_values)
    for rank, name in enumerate(sorted(p_values, key=lambda each: p_values[each])):
        largest = max(largest, min((count - rank) * p_values[name], 1.0))
        adjusted[name] = largest
    return adjusted


def effective_level(p_values: Mapping[str, float], name: str, alpha: float) -> float:
    """Return the plain p-value up to which Holm would reject ``name``, the other p-values staying as they are."""
    count, rejected = len(p_values), 0
    for p in sorted(value for other, value in p_values.items() if other != name):
        if p > alpha / (count - rejected):
            break
        rejected += 1
    return alpha / (count - rejected)
