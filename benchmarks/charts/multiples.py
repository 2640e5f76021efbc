"""Small multiples: the same KPI at several centres, one small picture each, all on the same scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.charts.axes import Write, drawable, grid_beside, plain_number, round_ends
from benchmarks.charts.canvas import SCREEN, Look, Scale, element, picture
from benchmarks.charts.marks import upright_whisker
from benchmarks.charts.over_time import Moment, date_labels, time_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 300, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 290, 10, 138


def multiples(
    sites: Sequence[Sequence[Moment]],
    *,
    titles: Sequence[str],
    descriptions: Sequence[str],
    markets: Sequence[float | None],
    write: Write = plain_number,
    look: Look = SCREEN,
) -> list[str]:
    """Draw one picture per site, 300 by 170 px; empty for a site without numbers.

    ``markets`` are the figures that each is compared with, as lines.
    """
    drawn = [[moment for moment in moments if drawable(moment.value)] for moments in sites]
    everything = [moment for moments in drawn for moment in moments]
    if not everything:
        return ["" for _site in sites]
    numbers: list[float | None] = [number for each in everything for number in (each.value, each.low, each.high)]
    up = Scale(*round_ends([n for n in (*numbers, *markets) if n is not None and drawable(n)]), BOTTOM, TOP)
    along = time_scale([moment.at for moment in everything], LEFT + 30, RIGHT - 30)
    return [
        _site(moments, up, along, market if drawable(market) else None, title, description, write, look)
        if moments
        else ""
        for moments, market, title, description in zip(drawn, markets, titles, descriptions, strict=True)
    ]


def _site(
    moments: Sequence[Moment],
    up: Scale,
    along: Scale,
    market: float | None,
    title: str,
    description: str,
    write: Write,
    look: Look,
) -> str:
    parts = [*grid_beside(up, LEFT, RIGHT, write)]
    if market is not None:
        dotted = {"fill": "none", "stroke": look.ink, "stroke_width": 2, "stroke_dasharray": "2 3"}
        parts.append(element("path", d=f"M{LEFT} {up(market):.2f}H{RIGHT}", **dotted))
    points = [(along(moment.at.toordinal()), up(moment.value)) for moment in moments]
    if len(points) > 1:
        pairs = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
        parts.append(element("polyline", points=pairs, fill="none", stroke=look.accent, stroke_width=1.5))
    for moment, (x, y) in zip(moments, points, strict=True):
        if moment.low is not None and moment.high is not None and drawable(moment.low) and drawable(moment.high):
            parts.append(upright_whisker(x, up(moment.high), up(moment.low), look))
        parts.append(element("circle", cx=x, cy=y, r=4, fill=look.accent))
    parts += date_labels(moments, along, BOTTOM + 18)
    return picture(parts, width=WIDTH, height=HEIGHT, title=title, description=description, look=look)
