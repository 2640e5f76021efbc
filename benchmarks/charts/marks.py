"""The shapes that carry meaning: a verdict, a published figure, an interval. Shape first, colour second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.charts.canvas import element, text_of

if TYPE_CHECKING:
    from benchmarks.charts.canvas import Look

MEAN, MEDIAN, BETTER = "mean", "median", "better"


def verdict_mark(x: float, y: float, verdict: str, look: Look) -> str:
    """Draw a centre's value in the shape of its verdict.

    ``above`` is a filled disc, ``not_shown_below`` a disc with a core, ``below`` a square, anything else an open ring.
    """
    white = {"fill": "#ffffff", "stroke": look.accent, "stroke_width": 2}
    if verdict == "above":
        return element("circle", cx=x, cy=y, r=6, fill=look.accent)
    if verdict == "not_shown_below":
        return element("circle", cx=x, cy=y, r=5.5, **white) + element("circle", cx=x, cy=y, r=2.5, fill=look.accent)
    if verdict == "below":
        return element("rect", x=x - 5, y=y - 5, width=10, height=10, stroke="#ffffff", stroke_width=1)
    return element("circle", cx=x, cy=y, r=5.5, **white)


def figure_mark(x: float, y: float, statistic: str, *, like: bool, look: Look, hint: str = "") -> str:
    """Draw a published figure: disc for a mean, diamond for a median, triangle for a better part of the market.

    One that may not be compared with is an outline; ``hint`` is shown while the pointer rests on it.
    """
    hollow = {"fill": "none", "stroke": look.ink, "stroke_width": 1.25, "stroke_opacity": 0.65}
    paint = {"fill": look.ink} if like else hollow
    inside = f"<title>{text_of(hint)}</title>" if hint else ""
    if statistic == MEDIAN:
        return element("path", inside, d=f"M{x:.2f} {y - 5.5:.2f}l5.5 5.5 -5.5 5.5 -5.5 -5.5z", **paint)
    if statistic == BETTER:
        return element("path", inside, d=f"M{x:.2f} {y - 5.5:.2f}l5.5 10h-11z", **paint)
    return element("circle", inside, cx=x, cy=y, r=4.5, **paint)


def whisker(left: float, right: float, y: float, look: Look) -> str:
    """Draw a confidence interval as a bar with two ends, lying."""
    return element("rect", x=left, y=y - 1.5, width=max(right - left, 0.0), height=3, fill=look.accent) + "".join(
        element("rect", x=x - 0.75, y=y - 5, width=1.5, height=10, fill=look.accent) for x in (left, right)
    )


def upright_whisker(x: float, top: float, bottom: float, look: Look) -> str:
    """Draw a confidence interval as a bar with two ends, standing; ``top`` is the smaller pixel."""
    return element("rect", x=x - 0.75, y=top, width=1.5, height=max(bottom - top, 0.0), fill=look.accent) + "".join(
        element("rect", x=x - 4, y=y - 0.75, width=8, height=1.5, fill=look.accent) for y in (top, bottom)
    )
