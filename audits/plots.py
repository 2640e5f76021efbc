"""A line over steps with the range it lies in, as SVG text. Pure: no Django, no files.

One plot serves the running total of a project and the history of an index. It is made of presentation attributes only
(a content security policy forbids style attributes), takes its ink from the page, and has a title and a description.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 78, 546, 14, 206
ACCENT = "#128a8a"
MOST_LABELS = 9
TICKS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One step: its label, and the value with the range it lies in (low <= middle <= high)."""

    label: str
    low: float
    middle: float
    high: float


def band_plot(points: Sequence[Point], *, title: str, description: str, floor: float | None = None) -> str:
    """Return the plot; ``floor`` is a value that the scale must reach. Without points an empty text."""
    if not points:
        return ""
    values = [value for point in points for value in (point.low, point.high)] + [0.0 if floor is None else floor]
    low, high, step = _scale(min(values), max(values))
    across = [LEFT + 14 + (RIGHT - LEFT - 28) * (place / max(len(points) - 1, 1)) for place in range(len(points))]

    def up(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)

    parts = [_grid(low, high, step, up(0.0) if low <= 0 <= high else None)]
    upper = [(x, up(point.high)) for x, point in zip(across, points, strict=True)]
    lower = [(x, up(point.low)) for x, point in zip(across, points, strict=True)]
    line = [(x, up(point.middle)) for x, point in zip(across, points, strict=True)]
    if len(points) > 1:
        parts.append(_element("polygon", points=_pairs([*upper, *lower[::-1]]), fill=ACCENT, fill_opacity=0.18))
        parts.append(_element("polyline", points=_pairs(line), fill="none", stroke=ACCENT, stroke_width=2))
    for (x, y), (_x, top), (_y, base) in zip(line, upper, lower, strict=True):
        if base - top > 1:
            parts.append(_element("line", x1=x, x2=x, y1=top, y2=base, stroke=ACCENT, stroke_width=1.5))
        parts.append(_element("circle", cx=x, cy=y, r=3.5, fill=ACCENT))
    every = math.ceil(len(points) / MOST_LABELS)
    parts += [
        _text(x, BOTTOM + 20, point.label, anchor="middle")
        for place, (x, point) in enumerate(zip(across, points, strict=True))
        if place % every == 0
    ]
    head = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    attributes = {"class": "chart", "role": "img", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "fill": "currentColor"}
    return _element("svg", head + "".join(parts), **attributes, width=WIDTH, height=HEIGHT, font_size=12)


def _scale(low: float, high: float) -> tuple[float, float, float]:
    """Return round ends and the step between the lines of the grid."""
    length = (high - low) or abs(high) or 1.0
    raw = length / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    start = math.floor(low / step) * step
    end = math.ceil(high / step) * step
    return start, end if end > start else start + step, step


def _grid(low: float, high: float, step: float, zero: float | None) -> str:
    parts = []
    for place in range(round((high - low) / step) + 1):
        value = low + place * step
        y = BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)
        parts.append(_element("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, stroke="currentColor", stroke_opacity=0.15))
        parts.append(_text(LEFT - 8, y + 4, _figure(value, step), anchor="end"))
    if zero is not None:
        parts.append(_element("line", x1=LEFT, x2=RIGHT, y1=zero, y2=zero, stroke="currentColor", stroke_opacity=0.7))
    return "".join(parts)


def _figure(value: float, step: float) -> str:
    """Write a number of the scale with a real minus sign and thin spaces between thousands."""
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{value:,.{places}f}" if abs(value) < 1e12 else f"{value:.2e}"  # noqa: PLR2004 - what fits beside the axis
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")


def _pairs(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _text(x: float, y: float, content: str, *, anchor: str) -> str:
    return _element("text", escape(content), x=x, y=y, text_anchor=anchor, fill_opacity=0.8)


def _element(name: str, content: str = "", /, **attributes: object) -> str:
    written = "".join(
        f" {key.replace('_', '-')}={quoteattr(f'{value:.2f}' if isinstance(value, float) else str(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"
