"""The access family: service level in its four variants, speed of answer, abandonment, connect rate, time in queue."""

from __future__ import annotations

from benchmarks.kpis.measure import Part, Quantile, Ratio, Survival, Thresholds, count_if, sum_if, variant_at

_NEEDS = frozenset({"queued", "answered", "abandoned", "wait_seconds"})
_BLOCKED = frozenset({"blocked"})

PARTS: dict[str, Part] = {
    "offered": Part(_NEEDS, lambda t, _: count_if(t.queued)),
    "answered": Part(_NEEDS, lambda t, _: count_if(t.answered)),
    "abandoned": Part(_NEEDS, lambda t, _: count_if(t.abandoned)),
    "answered_in_time": Part(_NEEDS, lambda t, s: count_if(t.answered & (t.wait_seconds <= s.service_level))),
    "abandoned_in_time": Part(_NEEDS, lambda t, s: count_if(t.abandoned & (t.wait_seconds <= s.service_level))),
    "abandoned_short": Part(_NEEDS, lambda t, s: count_if(t.abandoned & (t.wait_seconds <= s.short_abandon))),
    "waited": Part(_NEEDS, lambda t, _: count_if(t.answered & (t.wait_seconds > 0))),
    "wait_of_answered": Part(_NEEDS, lambda t, _: sum_if(t.answered, t.wait_seconds)),
    "wait_of_answered_squared": Part(_NEEDS, lambda t, _: sum_if(t.answered, t.wait_seconds * t.wait_seconds)),
    "wait_of_all": Part(_NEEDS, lambda t, _: sum_if(t.queued, t.wait_seconds)),
    "wait_of_all_squared": Part(_NEEDS, lambda t, _: sum_if(t.queued, t.wait_seconds * t.wait_seconds)),
    "attempts": Part(_BLOCKED, lambda t, _: count_if(t.blocked.notnull())),
    "blocked": Part(_BLOCKED, lambda t, _: count_if(t.blocked)),
}


def ratios(at: Thresholds) -> tuple[Ratio, ...]:
    """Give the family's ratios. Variants at other thresholds than 20 s and 5 s carry theirs in their name."""
    return (
        *_service_level(at.service_level),
        _mean("asa", "answered", "wait_of_answered", "answered"),
        _mean("asa", "waited", "wait_of_answered", "waited"),
        _rate("abandonment", "offered", {"abandoned": 1}, {"offered": 1}),
        _rate(
            "abandonment",
            variant_at("less_short", at.short_abandon, 5),
            {"abandoned": 1, "abandoned_short": -1},
            {"offered": 1, "abandoned_short": -1},
        ),
        _rate("connect_rate", "standard", {"answered": 1}, {"offered": 1}),
        _mean("queue_time", "mean", "wait_of_all", "offered"),
        _rate("blocked_rate", "standard", {"blocked": 1}, {"attempts": 1}),
    )


QUANTILES = (
    Quantile("queue_time", "median", "day", "wait_seconds", "queued", 0.5, "s"),
    Quantile("queue_time", "p90", "day", "wait_seconds", "queued", 0.9, "s"),
)
# Whoever gave up would have waited longer than was seen.
SURVIVALS = tuple(
    Survival(
        view="contacts",
        kpi="queue_time",
        variant=f"{name}_km",
        column="wait_seconds",
        event="answered",
        level=level,
        unit="s",
        among="queued",
    )
    for name, level in (("median", 0.5), ("p90", 0.9))
)


def _service_level(seconds: int) -> tuple[Ratio, ...]:
    in_time = {"answered_in_time": 1}
    ways = (
        ("answered_within_answered", in_time, {"answered": 1}),
        ("answered_within_offered", in_time, {"offered": 1}),
        ("answered_within_offered_less_short", in_time, {"offered": 1, "abandoned_in_time": -1}),
        ("handled_within_offered", {**in_time, "abandoned_in_time": 1}, {"offered": 1}),
    )
    return tuple(_rate("service_level", variant_at(name, seconds, 20), top, bottom) for name, top, bottom in ways)


def _rate(kpi: str, variant: str, top: dict[str, int], bottom: dict[str, int]) -> Ratio:
    return Ratio(kpi, variant, "day", top, bottom, 100.0, "%")


def _mean(kpi: str, variant: str, top: str, bottom: str) -> Ratio:
    return Ratio(kpi, variant, "day", {top: 1}, {bottom: 1}, 1.0, "s", squares=f"{top}_squared")
