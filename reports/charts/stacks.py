"""Stacks: one lying bar per row, made of parts that are counted, each with its number and, where asked, its link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.canvas import SCREEN, Look, element, linked, picture, shortened, units, words

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, ROW, BAR = 640, 44, 18
NAME, END = 208, 590
NAME_UNITS = 30
# No part is narrower, so that a finger and a mouse hit it; the number above it says how much it is.
LEAST = 24
_UNIT = 6.4  # px, half a character of the legend with air
_LEGEND = 20


@dataclass(frozen=True, slots=True)
class Part:
    """So many of one kind. ``address`` is where a click leads, ``label`` what a reader is told; both may be empty."""

    number: int
    address: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """One row: its name, a few words under it, and a part per kind, in the order of the legend."""

    name: str
    beside: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """Count all parts."""
        return sum(part.number for part in self.parts)


def stacks(rows: Sequence[Stack], *, legend: Sequence[str], title: str, description: str, look: Look = SCREEN) -> str:
    """Draw the rows on one scale, 640 px wide and 44 px each; empty where nothing is counted.

    ``legend`` names the kinds, at most six; a single one needs none. They differ by shade and outline, not by hue.
    """
    rows = [row for row in rows if row.total]
    if not rows:
        return ""
    shown = len(legend) > 1
    present = [any(row.parts[place].number for row in rows) for place in range(len(legend))]
    entries = _legend(legend, present, look) if shown else []
    lines = max((line for line, _entry in entries), default=-1) + 1
    top = _LEGEND * lines + (6 if shown else 0)
    most = max(row.total for row in rows)
    parts = [entry for _line, entry in entries]
    for place, row in enumerate(rows):
        parts += _row(row, top + ROW * place, most, look)
    height = top + ROW * len(rows) + 4
    links = any(part.address for row in rows for part in row.parts)
    return picture(parts, width=WIDTH, height=height, title=title, description=description, look=look, links=links)


def _paint(place: int, look: Look) -> dict[str, object]:
    """Return how the parts of a kind are painted: full, outlined and pale, hollow, half, dark, and grey."""
    accent = look.accent
    paints: tuple[dict[str, object], ...] = (
        {"fill": accent},
        {"fill": accent, "fill_opacity": 0.22, "stroke": accent},
        {"fill": "none", "stroke": look.ink, "stroke_dasharray": "3 2"},
        {"fill": accent, "fill_opacity": 0.55},
        {"fill": look.ink, "fill_opacity": 0.75},
        {"fill": look.ink, "fill_opacity": 0.15, "stroke": look.ink, "stroke_opacity": 0.5},
    )
    return paints[place % len(paints)]


def _legend(legend: Sequence[str], present: Sequence[bool], look: Look) -> list[tuple[int, str]]:
    """Return (line, entry) of the kinds that there are: names that run past the end begin another line."""
    found: list[tuple[int, str]] = []
    x, line = 0.0, 0
    for place, name in enumerate(legend):
        if not present[place]:
            continue
        width = 18 + units(name) * _UNIT + 14
        if x and x + width > WIDTH:
            x, line = 0.0, line + 1
        y = _LEGEND * line
        swatch = element("rect", x=x + 0.5, y=y + 2.5, width=11, height=11, **_paint(place, look))
        found.append((line, swatch + words(x + 18, y + 13, name, size=12)))
        x += width
    return found


def widths(numbers: Sequence[int], most: int, length: float) -> list[float]:
    """Return the widths of parts in a row: in proportion, none that is something below ``LEAST``, together in length.

    What the least width takes is given back by the wider parts.
    """
    plain = [length * number / most for number in numbers]
    found = [max(width, LEAST) if number else 0.0 for width, number in zip(plain, numbers, strict=True)]
    over = sum(found) - length
    wide = sum(width - LEAST for width in found if width > LEAST)
    if over <= 0 or wide <= 0:
        return found
    share = min(1.0, over / wide)
    return [width - (width - LEAST) * share if width > LEAST else width for width in found]


def _row(row: Stack, top: float, most: int, look: Look) -> list[str]:
    """Draw name and parts; the number stands above its part, the total at the end."""
    bar = top + 20
    parts = [
        words(0, top + 22, shortened(row.name, NAME_UNITS), size=13, font_weight=600),
        words(0, top + 37, shortened(row.beside, NAME_UNITS + 4), size=11, fill_opacity=0.8) if row.beside else "",
        element("rect", x=NAME, y=bar, width=END - NAME, height=BAR, fill_opacity=0.05),
    ]
    x = float(NAME)
    for place, (part, width) in enumerate(
        zip(row.parts, widths([part.number for part in row.parts], most, END - NAME), strict=True)
    ):
        if not part.number:
            continue
        hit = element("rect", x=x, y=top + 4, width=width, height=BAR + 18, fill_opacity=0)
        box = element("rect", x=x + 0.75, y=bar + 0.5, width=width - 1.5, height=BAR - 1, **_paint(place, look))
        number = words(x + width / 2, top + 15, part.number, size=12, font_weight=600, text_anchor="middle")
        parts.append(linked(hit + box + number, part.address, part.label))
        x += width
    if sum(1 for part in row.parts if part.number) > 1:
        parts.append(words(WIDTH, bar + 14, row.total, size=13, font_weight=600, text_anchor="end"))
    return parts
