"""The fine lines of a certificate: waves around a centre, as engravers draw them. The same every time."""

from __future__ import annotations

from math import cos, pi, sin

from benchmarks.charts.canvas import element

STEPS = 600  # points of one line


def rosette(*, size: int, lines: int = 14, waves: int = 12, colour: str, width: float = 0.5) -> str:
    """Return ``<svg>`` of ``size`` px with ``lines`` closed waves, each turned a little against the one before."""
    parts = [
        element("path", d=_line(size / 2, index / lines, waves), fill="none", stroke=colour, stroke_width=width)
        for index in range(lines)
    ]
    box = f"0 0 {size} {size}"
    return element("svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", viewBox=box, aria_hidden="true")


def _line(middle: float, share: float, waves: int) -> str:
    """Return one closed wave; ``share`` from 0 to 1 turns it and swells its waves."""
    points = []
    for step in range(STEPS):
        angle = 2 * pi * step / STEPS
        swell = 0.62 + 0.16 * share + (0.10 + 0.12 * share) * cos(waves * angle + 2 * pi * share)
        inner = 0.05 * cos(2 * waves * angle - 4 * pi * share)
        radius = middle * min(swell + inner, 1)
        points.append(f"{middle + radius * cos(angle):.1f} {middle + radius * sin(angle):.1f}")
    return f"M{'L'.join(points)}Z"
