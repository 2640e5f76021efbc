"""The tier ladder: one rung per tier, its points on a common scale, its bar, and the gates that knock it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.canvas import (
    SCREEN,
    Look,
    Scale,
    element,
    in_full,
    mark,
    picture,
    shortened,
    shown_against,
    words,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

WIDTH = 640
RUNG, LINE = 44, 13
REMARK_LINES, REMARK_UNITS = 2, 80
TRACK = Scale(0, 1, 192, 520)


@dataclass(frozen=True, slots=True)
class Rung:
    """One tier: points (equal ends once nothing is open), the points it wants, its state and a line in words."""

    title: str
    low: Decimal
    high: Decimal
    wanted: Decimal | None
    state: str
    state_words: str
    remark: str = ""


def tier_ladder(rungs: Sequence[Rung], *, maximum: Decimal, title: str, description: str, look: Look = SCREEN) -> str:
    """Draw the ladder, lowest tier at the bottom. ``state`` is met, not_met or open. 640 px wide, 44 px a rung.

    A rung whose remark takes a second line is 13 px higher.
    """
    height = sum(_height(rung) for rung in rungs) + 16
    scale = Scale(0, float(maximum), TRACK.start, TRACK.end)
    parts = [_axis(scale, maximum, height)]
    top = 0
    for rung in reversed(rungs):
        parts += _rung(rung, top, scale, look)
        top += _height(rung)
    return picture(parts, width=WIDTH, height=height, title=title, description=description, look=look)


def remark_lines(text: str) -> list[str]:
    """Break a remark between the names that it lists, to the width of track and points."""
    return wrapped(text, REMARK_UNITS)


def _lines(rung: Rung) -> list[str]:
    """Return the lines under a track; what two do not hold is shortened."""
    lines = remark_lines(f"{rung.state_words}{rung.remark}")
    head, rest = lines[: REMARK_LINES - 1], " ".join(lines[REMARK_LINES - 1 :])
    return [shortened(line, REMARK_UNITS) for line in (*head, rest) if line]


def _height(rung: Rung) -> int:
    return RUNG + LINE * (len(_lines(rung)) - 1)


def _axis(scale: Scale, maximum: Decimal, height: int) -> str:
    """Draw the ends of the scale under the lowest rung."""
    ends = ((0, "start"), (maximum, "end"))
    return "".join(
        words(scale(value), height - 4, in_full(value), size=11, fill_opacity=0.7, text_anchor=anchor)
        for value, anchor in ends
    )


def _rung(rung: Rung, top: int, scale: Scale, look: Look) -> list[str]:
    """Draw one tier: name, track, points, bar, result."""
    middle = top + 22
    bold = {"font_weight": 600}
    return [
        mark(8, middle, rung.state, look),
        words(24, middle + 5, shortened(rung.title, 25), size=14, **bold),
        element("rect", x=scale.start, y=middle - 6, width=scale.end - scale.start, height=12, fill_opacity=0.08),
        *_points(rung, middle, scale, look),
        *_wanted(rung, middle, scale),
        words(640, middle + 5, _points_shown(rung), size=16, text_anchor="end", **bold),
        *(
            words(scale.start, middle + 18 + LINE * place, line, size=11, fill_opacity=0.8)
            for place, line in enumerate(_lines(rung))
        ),
    ]


def _points_shown(rung: Rung) -> str:
    """Return the points, never rounded up to a bar that they miss."""
    low, high = shown_against(rung.low, rung.wanted), shown_against(rung.high, rung.wanted)
    return low if rung.low == rung.high else f"{low}–{high}"


def _points(rung: Rung, middle: int, scale: Scale, look: Look) -> list[str]:
    """Draw what is certain as a full bar and what is still open as an outline behind it."""
    low, high = scale(rung.low), scale(rung.high)
    certain = element("rect", x=scale.start, y=middle - 6, width=low - scale.start, height=12, fill=look.accent)
    if low == high:
        return [certain]
    outline = {"fill": look.accent, "fill_opacity": 0.22, "stroke": look.accent, "stroke_dasharray": "3 2"}
    return [certain, element("rect", x=low, y=middle - 5.5, width=high - low, height=11, **outline)]


def _wanted(rung: Rung, middle: int, scale: Scale) -> list[str]:
    """Draw the tier's bar as a tick through the track, with its number above."""
    if rung.wanted is None:
        return []
    x = scale(rung.wanted)
    return [
        element("rect", x=x - 1, y=middle - 9, width=2, height=18),
        words(x, middle - 11, in_full(rung.wanted), size=11, text_anchor="middle"),
    ]
