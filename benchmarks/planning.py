"""From arrivals to the agents that each half hour needs: a plan by the models of ``benchmarks.erlang``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.erlang import Demand, ErlangError, Goals, Outlook, agents_needed, scheduled
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_LOAD = 5_000  # erlangs in one interval: what a page computes without making anybody wait
MOST_LINES = 96
_LINE = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)\s*[;,\t ]\s*(\d{1,7}(?:[.,]\d{1,3})?)$")


@dataclass(frozen=True)
class Arrivals:
    """Calls per interval of one day: ``starts`` in minutes from midnight, ``calls`` expected from each on."""

    interval_seconds: int
    starts: tuple[int, ...]
    calls: tuple[float, ...]


@dataclass(frozen=True)
class Known:
    """What the records say besides: seconds of handling and of patience, None where they do not tell."""

    handle_seconds: float | None
    patience_seconds: float | None


@dataclass(frozen=True)
class Slot:
    """One interval of the plan; ``outlook`` is None where nobody calls."""

    start: int
    calls: float
    load: float
    outlook: Outlook | None
    people: int

    @property
    def clock(self) -> str:
        """The time at which it begins."""
        return f"{self.start // 60:02d}:{self.start % 60:02d}"


def profile_of(quality: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the arrivals that a run keeps; None for a run of other records, or from before they were kept."""
    found = quality.get("arrivals")
    return found if found and found["channels"] else None


def arrivals_of(profile: Mapping[str, Any], channel: str, weekday: int) -> Arrivals:
    """Return a mean day: the sums of that weekday over the number of such days with contacts. Empty without any."""
    seconds, days = profile["interval_seconds"], profile["days"][weekday]
    calls = profile["channels"][channel]["calls"].get(str(weekday), [])
    starts = tuple(place * seconds // 60 for place in range(len(calls)))
    return Arrivals(seconds, starts, tuple(each / days for each in calls)) if days else Arrivals(seconds, (), ())


def known_of(profile: Mapping[str, Any], channel: str) -> Known:
    """Return mean handling time, and patience as all waiting over the number of those who gave up.

    That is the maximum likelihood estimate of an exponential patience where those who were answered are censored.
    """
    found = profile["channels"][channel]
    return Known(_ratio(found, "handled_seconds", "handled"), _ratio(found, "waited_seconds", "abandoned"))


def _ratio(found: Mapping[str, Any], top: str, bottom: str) -> float | None:
    return found[top] / found[bottom] if found[top] and found[bottom] else None


def typed_arrivals(text: str) -> Arrivals:
    """Read lines such as ``09:30 120``: the time from which on, and the calls in the half hour that follows.

    Raises ErlangError that names the line.
    """
    calls: dict[int, float] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.match(line.strip())
        if match is None:
            raise ErlangError(
                "volumes", _("Line {number} is not a time and a number of calls, as in 09:30 120."), number=number
            )
        start = int(match[1]) * 60 + int(match[2])
        if start in calls:
            raise ErlangError(
                "volumes", _("Line {number}: the time {time} is there twice."), number=number, time=match[0][:5]
            )
        calls[start] = float(match[3].replace(",", "."))
        if len(calls) > MOST_LINES:
            raise ErlangError("volumes", _("There are more than {most} lines."), most=MOST_LINES)
    if not any(calls.values()):
        raise ErlangError("volumes", _("Give at least one line with calls, as in 09:30 120."))
    return Arrivals(1800, tuple(sorted(calls)), tuple(calls[start] for start in sorted(calls)))


def plan(
    arrivals: Arrivals,
    goals: Goals,
    *,
    handle_seconds: float,
    patience_seconds: float | None,
    shrinkage: float,
    volume: float = 1.0,
) -> list[Slot]:
    """Return what each interval needs, from the first with calls to the last; ``volume`` multiplies the calls.

    Raises ErlangError for what cannot be computed, or is too large for a page.
    """
    scheduled(1, shrinkage)  # refuse before computing
    busy = [place for place, calls in enumerate(arrivals.calls) if calls > 0]
    if not busy:
        return []
    return [
        _slot(arrivals, place, goals, handle_seconds, patience_seconds, shrinkage, volume)
        for place in range(busy[0], busy[-1] + 1)
    ]


def _slot(
    arrivals: Arrivals,
    place: int,
    goals: Goals,
    handle_seconds: float,
    patience_seconds: float | None,
    shrinkage: float,
    volume: float,
) -> Slot:
    start, calls = arrivals.starts[place], arrivals.calls[place] * volume
    if calls == 0:
        return Slot(start, 0.0, 0.0, None, 0)
    demand = Demand(calls, arrivals.interval_seconds, handle_seconds)
    if demand.load > MOST_LOAD:
        raise ErlangError(
            "volumes",
            _("The load of one interval is {load:,.0f} erlangs; this page computes up to {most:,}."),
            load=demand.load,
            most=MOST_LOAD,
        )
    outlook = agents_needed(demand, goals, patience_seconds=patience_seconds)
    return Slot(start, calls, demand.load, outlook, scheduled(outlook.agents, shrinkage))


WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 48, 708, 12, 222
_GRID = 'stroke="currentColor" stroke-opacity="0.15"'
_INK = 'fill-opacity="0.8"'


def plan_plot(slots: Sequence[Slot], *, title: str, description: str) -> str:
    """Return the load as bars and the agents needed as steps above them, as SVG text; empty without slots.

    The texts must be escaped for XML. Presentation attributes only, as the content security policy wants.
    """
    if not slots:
        return ""
    most = max(1, *(slot.outlook.agents if slot.outlook else 0 for slot in slots))
    step = next(size * power for power in (1, 10, 100, 1000, 10_000) for size in (1, 2, 5) if most <= 5 * size * power)
    top = -(-most // step) * step
    wide = (RIGHT - LEFT) / len(slots)

    def up(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * value / top

    parts = [
        f'<line x1="{LEFT}" x2="{RIGHT}" y1="{up(value):.1f}" y2="{up(value):.1f}" {_GRID}/>'
        f'<text x="{LEFT - 8}" y="{up(value) + 4:.1f}" text-anchor="end" {_INK}>{value}</text>'
        for value in range(0, top + 1, step)
    ]
    steps = []
    every = -(-len(slots) // 12)
    for place, slot in enumerate(slots):
        x = LEFT + place * wide
        parts.append(
            f'<rect x="{x + wide * 0.1:.1f}" y="{up(slot.load):.1f}" width="{wide * 0.8:.1f}" '
            f'height="{BOTTOM - up(slot.load):.1f}" fill="#128a8a" fill-opacity="0.35"/>'
        )
        height = up(slot.outlook.agents if slot.outlook else 0)
        steps.append(f"{x:.1f},{height:.1f} {x + wide:.1f},{height:.1f}")
        if place % every == 0:
            middle = x + wide / 2
            parts.append(f'<text x="{middle:.1f}" y="{BOTTOM + 20}" text-anchor="middle" {_INK}>{slot.clock}</text>')
    parts.append(f'<polyline points="{" ".join(steps)}" fill="none" stroke="currentColor" stroke-width="2"/>')
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'fill="currentColor" font-size="12"><title>{title}</title><desc>{description}</desc>{"".join(parts)}</svg>'
    )
