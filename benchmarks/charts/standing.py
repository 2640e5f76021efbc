"""Where a centre stands: its value with its interval above the published figures, and the bars of the market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.axes import Write, axis_below, drawable, plain_number, round_ends
from benchmarks.charts.canvas import SCREEN, Look, Scale, element, picture, shortened, units, words
from benchmarks.charts.marks import figure_mark, verdict_mark, whisker

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 640
START, END = 236, 540
HEAD, CENTRE, ROW, FOOT = 14, 34, 22, 32
MOST_FIGURES = 24
_LABEL, _BESIDE = 36, 15  # half characters of 12 px
_UNIT = 6.4  # px, half a character of the bars' labels with air
_DASHES = (None, "6 3", "2 3")


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One figure: who and when, what it rests on, the kind of mark (``marks``), whether it may be compared with."""

    label: str
    beside: str
    value: float
    statistic: str
    like: bool
    hint: str = ""


@dataclass(frozen=True, slots=True)
class MarketBar:
    """A value that a tier asks for: the market's centre, its upper quartile, its top decile."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Own:
    """The centre: name, value, interval where it is known, verdict (the shape) and what stands beside it."""

    label: str
    beside: str
    value: float
    low: float | None
    high: float | None
    verdict: str


def standing(
    own: Own | None,
    *,
    figures: Sequence[PublishedFigure],
    bars: Sequence[MarketBar],
    higher_is_better: bool | None,
    title: str,
    description: str,
    write: Write = plain_number,
    look: Look = SCREEN,
) -> str:
    """Draw the centre's row and one row per figure on one scale, at most 24; empty where there is no number at all.

    The bars are lines through all rows, each with another dash, and the better side of the first is shaded;
    ``higher_is_better`` is None for a KPI with a target band, which shades nothing.
    """
    own = own if own and drawable(own.value) else None
    figures = [figure for figure in figures if drawable(figure.value)][:MOST_FIGURES]
    bars = [bar for bar in bars if drawable(bar.value)]
    numbers = [figure.value for figure in figures] + [bar.value for bar in bars]
    if own:
        numbers += [number for number in (own.value, own.low, own.high) if number is not None and drawable(number)]
    if not numbers:
        return ""
    scale = Scale(*round_ends(numbers), START, END)
    lanes = _lanes(bars, scale)
    top = HEAD * (max(lanes, default=-1) + 1) + 6
    bottom = top + (CENTRE if own else 0) + ROW * len(figures)
    parts = [
        *_shade(bars, higher_is_better, scale, top, bottom, look),
        *axis_below(scale, bottom, write),
        *_bars(bars, lanes, scale, bottom, look),
    ]
    if own:
        parts += _own(own, top + CENTRE / 2, scale, look)
    first = top + (CENTRE if own else 0)
    for place, figure in enumerate(figures):
        parts += _figure(figure, first + ROW * (place + 0.5), scale, look)
    return picture(parts, width=WIDTH, height=round(bottom + FOOT), title=title, description=description, look=look)


def _lanes(bars: Sequence[MarketBar], scale: Scale) -> list[int]:
    """Give each label of a bar a line of its own where it would run into another one."""
    taken: list[list[tuple[float, float]]] = []
    found = []
    for bar in bars:
        left, right = _label_span(bar, scale)
        free = (n for n, lane in enumerate(taken) if all(right < a or left > b for a, b in lane))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((left, right))
        found.append(lane)
    return found


def _label_span(bar: MarketBar, scale: Scale) -> tuple[float, float]:
    """Return where a label begins and ends: around its bar, and inside the picture."""
    width = units(bar.label) * _UNIT
    left = min(max(scale(bar.value) - width / 2, 0.0), WIDTH - width)
    return left, left + width


def _shade(
    bars: Sequence[MarketBar], higher: bool | None, scale: Scale, top: float, bottom: float, look: Look
) -> list[str]:
    if not bars or higher is None:
        return []
    x = scale(bars[0].value)
    left, right = (x, END) if higher else (START, x)
    area = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return [element("rect", **area, fill=look.accent, fill_opacity=0.1)]


def _bars(bars: Sequence[MarketBar], lanes: Sequence[int], scale: Scale, bottom: float, look: Look) -> list[str]:
    found = []
    for place, (bar, lane) in enumerate(zip(bars, lanes, strict=True)):
        x, base = scale(bar.value), HEAD * (lane + 1)
        dash = _DASHES[min(place, len(_DASHES) - 1)]
        line = f"M{x:.2f} {base + 3}V{bottom:.2f}"
        found.append(element("path", d=line, fill="none", stroke=look.ink, stroke_width=2, stroke_dasharray=dash))
        left, right = _label_span(bar, scale)
        found.append(words((left + right) / 2, base - 2, bar.label, size=11, text_anchor="middle"))
    return found


def _own(own: Own, y: float, scale: Scale, look: Look) -> list[str]:
    known = own.low is not None and own.high is not None and drawable(own.low) and drawable(own.high)
    return [
        words(0, y + 5, shortened(own.label, _LABEL - 4), size=13, font_weight=600),
        element("rect", x=START, y=y - 0.5, width=END - START, height=1, fill_opacity=0.2),
        whisker(scale(own.low or 0.0), scale(own.high or 0.0), y, look) if known else "",
        verdict_mark(scale(own.value), y, own.verdict, look),
        words(WIDTH, y + 5, shortened(own.beside, _BESIDE), size=13, font_weight=600, text_anchor="end"),
    ]


def _figure(figure: PublishedFigure, y: float, scale: Scale, look: Look) -> list[str]:
    quiet = None if figure.like else 0.75
    return [
        words(0, y + 4, shortened(figure.label, _LABEL), size=12, fill_opacity=quiet),
        element("rect", x=START, y=y - 0.5, width=END - START, height=1, fill_opacity=0.08),
        figure_mark(scale(figure.value), y, figure.statistic, like=figure.like, look=look, hint=figure.hint),
        words(WIDTH, y + 4, shortened(figure.beside, _BESIDE), size=12, text_anchor="end", fill_opacity=quiet),
    ]
