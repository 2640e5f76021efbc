"""A heat map of numbers: a table whose cells are shaded, so that it reads without colour and without the shade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.axes import Write, drawable, plain_number
from benchmarks.charts.canvas import SCREEN, Look, element, linked, picture, shortened, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEFT, HEAD, FOOT = 128, 24, 34
CELL, ROW = 72, 44
# How much of the accent a cell takes, from the lowest value to the highest: the writing stays readable on all of it.
FAINT, FULL = 0.05, 0.45
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One number and what it rests on, as people read it, such as ``n = 1,204``.

    ``address`` is where a click on it leads, ``label`` what a reader is told about that; both may be empty.
    """

    value: float
    beside: str
    address: str = ""
    label: str = ""


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[int, int], Cell],
    *,
    scale_words: str,
    title: str,
    description: str,
    places: int = 1,
    left: int = LEFT,
    write: Write = plain_number,
    look: Look = SCREEN,
) -> str:
    """Draw the cells by (row, column), 72 by 44 px each; empty where no cell has a number.

    ``left`` is the width in px that the names of the rows have.

    A missing cell is an outline with a dash. The darker a cell, the larger its number, whether that is good or not;
    ``scale_words`` says so below.
    """
    known = {place: cell for place, cell in cells.items() if drawable(cell.value)}
    if not known:
        return ""
    low, high = min(cell.value for cell in known.values()), max(cell.value for cell in known.values())
    parts = [
        *(
            words(
                left + CELL * (place + 0.5), 14, shortened(name, 11), size=11, text_anchor="middle", fill_opacity=0.85
            )
            for place, name in enumerate(columns)
        ),
        *(
            words(0, HEAD + ROW * (place + 0.5) + 4, shortened(name, round(left / 6.7)), size=12, font_weight=600)
            for place, name in enumerate(rows)
        ),
    ]
    for row in range(len(rows)):
        for column in range(len(columns)):
            x, y = left + CELL * column, HEAD + ROW * row
            parts += _cell(known.get((row, column)), x, y, low, high, places, write, look)
    bottom = HEAD + ROW * len(rows)
    parts += _legend(low, high, bottom, scale_words, places, write, look, left)
    width = max(left + CELL * len(columns), 480)
    links = any(cell.address for cell in known.values())
    return picture(
        parts, width=width, height=bottom + FOOT, title=title, description=description, look=look, links=links
    )


def strength(value: float, low: float, high: float) -> float:
    """Return how strong the shade of a value is; the middle where all values are the same."""
    share = 0.5 if high <= low else (value - low) / (high - low)
    return FAINT + (FULL - FAINT) * share


def _cell(
    cell: Cell | None, x: int, y: int, low: float, high: float, places: int, write: Write, look: Look
) -> list[str]:
    box = {"x": x + 1, "y": y + 1, "width": CELL - 2, "height": ROW - 2, "rx": 3}
    middle = x + CELL / 2
    if cell is None:
        outline = element("rect", **box, fill="none", stroke=look.ink, stroke_opacity=0.25, stroke_dasharray="3 3")
        return [outline, words(middle, y + ROW / 2 + 4, "–", size=13, text_anchor="middle", fill_opacity=0.8)]
    drawn = [
        element("rect", **box, fill=look.accent, fill_opacity=round(strength(cell.value, low, high), 3)),
        words(middle, y + 19, write(cell.value, places), size=13, font_weight=600, text_anchor="middle"),
        words(middle, y + 34, shortened(cell.beside, 12), size=10, text_anchor="middle"),
    ]
    return [linked("".join(drawn), cell.address, cell.label)]


def _legend(
    low: float, high: float, top: float, scale_words: str, places: int, write: Write, look: Look, left: int
) -> list[str]:
    """Show what the shades mean, from the lowest number to the highest."""
    y = top + 12
    found = [words(left - 8, y + 11, write(low, places), size=11, text_anchor="end")]
    for step in range(_STEPS):
        shade = FAINT + (FULL - FAINT) * step / (_STEPS - 1)
        found.append(
            element("rect", x=left + 24 * step, y=y, width=24, height=14, fill=look.accent, fill_opacity=shade)
        )
    end = left + 24 * _STEPS + 8
    return [*found, words(end, y + 11, f"{write(high, places)} · {scale_words}", size=11)]
