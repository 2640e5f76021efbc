"""One KPI over time: values with their intervals, control limits, the market, and what happened when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.axes import Write, drawable, grid_beside, plain_number, round_ends
from benchmarks.charts.canvas import SCREEN, Look, Scale, element, picture, shortened, units, words
from benchmarks.charts.control import OUTSIDE, Limits
from benchmarks.charts.marks import upright_whisker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 70, 530, 30, 236
_LABEL = 6.6  # px, half a character of a label with air
_LINE = 12  # px that two labels on the right need between them


@dataclass(frozen=True, slots=True)
class Moment:
    """What was measured in a period: the middle of the period, its label, value, and interval where it is known."""

    at: date
    label: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day: a mark of one or two characters, and what it was."""

    at: date
    mark: str
    hint: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The words at the right end of the lines: mean, both limits, and the market's figure."""

    mean: str
    upper: str
    lower: str
    market: str


def over_time(
    moments: Sequence[Moment],
    *,
    lines: Lines,
    title: str,
    description: str,
    limits: Limits | None = None,
    signals: Mapping[int, str] | None = None,
    market: float | None = None,
    events: Sequence[Event] = (),
    write: Write = plain_number,
    look: Look = SCREEN,
) -> str:
    """Draw the moments in the order of time, 640 by 280 px; empty where there is no number.

    ``signals`` are places in ``moments`` (``control.signals``): a diamond outside the limits, a square in a run.
    Events outside the time that is drawn are left out.
    """
    places = [place for place, moment in enumerate(moments) if drawable(moment.value)]
    if not places:
        return ""
    drawn = [moments[place] for place in places]
    market = market if drawable(market) else None
    up = Scale(*round_ends(_numbers(drawn, limits, market)), BOTTOM, TOP)
    along = time_scale([moment.at for moment in drawn], LEFT + 24, RIGHT - 24)
    parts = [
        *grid_beside(up, LEFT, RIGHT, write),
        *_events(events, drawn, along, look),
        *_levels(limits, market, lines, up, look),
        *_line(drawn, along, up, look),
    ]
    found = signals or {}
    for place, moment in zip(places, drawn, strict=True):
        parts += _moment(moment, found.get(place, ""), along(moment.at.toordinal()), up, look)
    parts += date_labels(drawn, along, BOTTOM + 18)
    return picture(parts, width=WIDTH, height=HEIGHT, title=title, description=description, look=look)


def time_scale(days: Sequence[date], start: float, end: float) -> Scale:
    """Return the scale of time; a single day stands in the middle."""
    first, last = min(days).toordinal(), max(days).toordinal()
    return Scale(first - 1, last + 1, start, end) if first == last else Scale(first, last, start, end)


def date_labels(moments: Sequence[Moment], along: Scale, y: float, size: int = 11) -> list[str]:
    """Write the labels under the moments, leaving out those that would run into the one before."""
    found, free = [], float("-inf")
    for moment in moments:
        x, half = along(moment.at.toordinal()), units(moment.label) * _LABEL / 2
        if x - half >= free:
            found.append(words(x, y, moment.label, size=size, text_anchor="middle", fill_opacity=0.8))
            free = x + half
    return found


def _numbers(moments: Sequence[Moment], limits: Limits | None, market: float | None) -> list[float]:
    """Return all numbers that the scale has to hold."""
    own = [number for moment in moments for number in (moment.value, moment.low, moment.high)]
    around = (limits.low, limits.high) if limits else ()
    return [number for number in (*own, *around, market) if number is not None and drawable(number)]


def _levels(limits: Limits | None, market: float | None, lines: Lines, up: Scale, look: Look) -> list[str]:
    """Draw mean, limits and market as lines with their words on the right, none over another."""
    found: list[tuple[float, str, dict[str, object]]] = []
    if limits:
        dashed = {"stroke": look.accent, "stroke_width": 1.5, "stroke_dasharray": "6 4"}
        found += [
            (up(limits.high), lines.upper, dashed),
            (up(limits.mean), lines.mean, {"stroke": look.accent, "stroke_width": 1}),
            (up(limits.low), lines.lower, dashed),
        ]
    if market is not None:
        found.append((up(market), lines.market, {"stroke": look.ink, "stroke_width": 2, "stroke_dasharray": "2 3"}))
    parts, free = [], float("-inf")
    for y, label, line in sorted(found, key=lambda each: each[0]):
        parts.append(element("path", d=f"M{LEFT} {y:.2f}H{RIGHT}", fill="none", **line))
        free = max(y + 4, free + _LINE)
        parts.append(words(RIGHT + 6, free, shortened(label, 17), size=11))
    return parts


def _line(moments: Sequence[Moment], along: Scale, up: Scale, look: Look) -> list[str]:
    if len(moments) == 1:
        return []
    pairs = " ".join(f"{along(moment.at.toordinal()):.2f},{up(moment.value):.2f}" for moment in moments)
    return [element("polyline", points=pairs, fill="none", stroke=look.accent, stroke_width=1.5)]


def _moment(moment: Moment, signal: str, x: float, up: Scale, look: Look) -> list[str]:
    y = up(moment.value)
    found = []
    if moment.low is not None and moment.high is not None and drawable(moment.low) and drawable(moment.high):
        found.append(upright_whisker(x, up(moment.high), up(moment.low), look))
    if signal == OUTSIDE:
        return [*found, element("path", d=f"M{x:.2f} {y - 7:.2f}l7 7 -7 7 -7 -7z", stroke="#ffffff", stroke_width=1)]
    if signal:
        return [*found, element("rect", x=x - 4.5, y=y - 4.5, width=9, height=9, stroke="#ffffff", stroke_width=1)]
    return [*found, element("circle", cx=x, cy=y, r=4, fill=look.accent)]


def _events(events: Sequence[Event], moments: Sequence[Moment], along: Scale, look: Look) -> list[str]:
    """Draw what happened as a dotted line with its mark on top; marks that would touch go one line higher."""
    first, last = moments[0].at, moments[-1].at
    found: list[str] = []
    before, raised = float("-inf"), False
    for event in sorted(events, key=lambda each: each.at):
        if not first <= event.at <= last:
            continue
        x = along(event.at.toordinal())
        raised = x - before < units(event.mark) * _LABEL + 6 and not raised
        before = x
        base = 12 if raised else 24
        found.append(
            element(
                "path",
                d=f"M{x:.2f} {base + 4}V{BOTTOM}",
                fill="none",
                stroke=look.ink,
                stroke_opacity=0.5,
                stroke_dasharray="1 3",
            )
        )
        found.append(words(x, base, event.mark, size=11, font_weight=600, text_anchor="middle"))
    return found
