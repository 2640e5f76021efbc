"""Bars beside each other, one group of bars for each row of a table, on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.canvas import SCREEN, Look, Scale, element, picture, shortened, shown, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

WIDTH, BAR, GAP, HEAD = 640, 13, 9, 24
NAME_UNITS = 32
TRACK = Scale(0, 1, 232, 568)
# The second and the third bar of a row are lighter, so that a grey print tells them apart.
SHADES = (1.0, 0.55, 0.28)


@dataclass(frozen=True, slots=True)
class RowBars:
    """One row: its name, and a value for each series, None where nothing is known."""

    name: str
    values: tuple[Decimal | int | None, ...]


def row_bars(
    rows: Sequence[RowBars],
    *,
    series: Sequence[str],
    scale: Decimal | int | None = None,
    unit: str = "",
    title: str,
    description: str,
    look: Look = SCREEN,
) -> str:
    """Draw the rows below each other, 640 px wide; ``scale`` ends the track, the greatest value where it is None."""
    found = [value for row in rows for value in row.values if value is not None]
    end = scale or max([*found, 1])
    head = HEAD if len(series) > 1 else 4
    height_of = BAR * len(series) + GAP
    parts = [_legend(series, look)] if len(series) > 1 else []
    for place, row in enumerate(rows):
        parts += _row(row, head + place * height_of, float(end), unit, look)
    height = head + height_of * len(rows)
    return picture(parts, width=WIDTH, height=height, title=title, description=description, look=look)


def _legend(series: Sequence[str], look: Look) -> str:
    parts = []
    step = (WIDTH - TRACK.start) / max(len(series), 1)
    for place, name in enumerate(series):
        left = TRACK.start + place * step
        parts.append(element("rect", x=left, y=4, width=10, height=10, fill=look.accent, fill_opacity=SHADES[place]))
        parts.append(words(left + 15, 13, shortened(name, int(step // 6) - 3), size=11))
    return "".join(parts)


def _row(row: RowBars, top: float, end: float, unit: str, look: Look) -> list[str]:
    """Draw one row: its name once, a bar and a number for each value."""
    middle = top + BAR * len(row.values) / 2
    parts = [words(0, middle + 5, shortened(row.name, NAME_UNITS), size=14)]
    for place, value in enumerate(row.values):
        y = top + place * BAR
        track = TRACK.end - TRACK.start
        parts.append(element("rect", x=TRACK.start, y=y + 1, width=track, height=BAR - 3, fill_opacity=0.06))
        if value is None:
            parts.append(words(WIDTH, y + BAR - 3, "–", size=11, text_anchor="end", fill_opacity=0.75))
            continue
        width = TRACK(min(1.0, max(0.0, float(value) / end))) - TRACK.start
        shade = {"fill": look.accent, "fill_opacity": SHADES[place]}
        parts.append(element("rect", x=TRACK.start, y=y + 1, width=width, height=BAR - 3, **shade))
        parts.append(
            words(
                WIDTH,
                y + BAR - 3,
                f"{shown(value, 0 if isinstance(value, int) else 1)} {unit}".strip(),
                size=11,
                text_anchor="end",
            )
        )
    return parts
