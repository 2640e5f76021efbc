"""Years: the mean of each year as a point, the least and the most as a whisker, how many stand behind it below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.axes import grid_beside, plain_number
from benchmarks.charts.canvas import SCREEN, Look, Scale, element, linked, picture, shown, words
from benchmarks.charts.marks import upright_whisker

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 640, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 620, 22, 196
MOST = 12


@dataclass(frozen=True, slots=True)
class Point:
    """One year: per cent, and what stands below it. ``address`` and ``label`` are of its link; both may be empty."""

    year: int
    mean: float
    least: float
    most: float
    beside: str
    address: str = ""
    label: str = ""


def years(points: Sequence[Point], *, title: str, description: str, look: Look = SCREEN) -> str:
    """Draw the years, oldest first, at most the last twelve, on a scale of 0 to 100; empty where there is none."""
    points = sorted(points, key=lambda point: point.year)[-MOST:]
    if not points:
        return ""
    up = Scale(0, 100, BOTTOM, TOP)
    gap = (RIGHT - LEFT) / len(points)
    places = [LEFT + gap * (place + 0.5) for place in range(len(points))]
    line = " ".join(f"{x:.2f},{up(point.mean):.2f}" for x, point in zip(places, points, strict=True))
    parts = [*grid_beside(up, LEFT, RIGHT, plain_number)]
    if len(points) > 1:
        parts.append(element("polyline", points=line, fill="none", stroke=look.accent, stroke_width=1.5))
    parts += [_point(point, x, up, look) for x, point in zip(places, points, strict=True)]
    links = any(point.address for point in points)
    return picture(parts, width=WIDTH, height=HEIGHT, title=title, description=description, look=look, links=links)


def _point(point: Point, x: float, up: Scale, look: Look) -> str:
    """Draw a year from the number above the whisker to the words below the axis, as one thing to hit."""
    top = min(up(point.most), up(point.mean)) - 9
    drawn = [
        element("rect", x=x - 22, y=top - 12, width=44, height=BOTTOM + 42 - top, fill_opacity=0),
        upright_whisker(x, up(point.most), up(point.least), look) if point.most > point.least else "",
        element("circle", cx=x, cy=up(point.mean), r=4.5, fill=look.accent),
        words(x, top, shown(point.mean), size=12, font_weight=600, text_anchor="middle"),
        words(x, BOTTOM + 18, point.year, size=12, text_anchor="middle"),
        words(x, BOTTOM + 33, point.beside, size=11, text_anchor="middle", fill_opacity=0.8),
    ]
    return linked("".join(drawn), point.address, point.label)
