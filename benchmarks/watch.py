"""Telling whoever waits how far a long computation is, and letting them stop it. Pure, no Django."""

from __future__ import annotations

from collections.abc import Callable

# Called with the code of a step and the share of it that is done, from 0 to 1. What it raises ends the computation.
Watch = Callable[[str, float], None]

READING, CHECKING, STORING, FETCHING = "reading", "checking", "storing", "fetching"


def unwatched(_step: str, _share: float) -> None:
    """Tell nobody."""


def part(watch: Watch, place: int, count: int) -> Watch:
    """Return a watch for one of ``count`` equal parts, ``place`` counted from 0."""
    return lambda step, share: watch(step, (place + share) / count)
