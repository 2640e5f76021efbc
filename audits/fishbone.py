"""A cause-and-effect diagram (fishbone) as SVG text, for screen and paper alike. Pure: no Django.

Six bones lead to the spine: people, process, technology above; information, environment, management below. What a
picture cannot hold is cut with an ellipsis; the list beside it has every word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.charts.canvas import SCREEN, Look, element, picture, shortened, units, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CATEGORIES = ("people", "process", "technology", "information", "environment", "management")
WIDTH, HEAD = 900, 190
COLUMN = (WIDTH - HEAD - 20) // 3
SLANT = 44  # px that a bone leans towards the head
LINE, GAP, LABEL = 16, 10, 34
TEXT_UNITS = 24  # half characters in a line of a cause
MOST_LINES = 3
EFFECT_UNITS, EFFECT_LINES = 23, 6


def lines_of(text: str, limit: int, most: int) -> list[str]:
    """Break a text into at most ``most`` lines of ``limit`` half characters, at spaces and inside Chinese."""
    found = [""]
    for piece in _pieces(text):
        if found[-1] and units((found[-1] + piece).rstrip()) > limit:
            found.append("")
        found[-1] += piece if found[-1] else piece.lstrip()
        while units(found[-1].rstrip()) > limit:  # one word that is longer than a line
            cut = next(n for n in range(len(found[-1]), 0, -1) if units(found[-1][:n]) <= limit)
            found[-1:] = [found[-1][:cut], found[-1][cut:]]
    kept = [line.strip() for line in found if line.strip()]
    if len(kept) > most:
        kept = [*kept[: most - 1], shortened(" ".join(kept[most - 1 :]), limit)]
    return kept


def _pieces(text: str) -> list[str]:
    """Return words with the space before them, and Chinese characters one by one."""
    pieces: list[str] = []
    for character in " ".join(text.split()):
        wide = units(character) > 1
        if wide or character == " " or not pieces or units(pieces[-1][-1]) > 1:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def fishbone(
    causes: Mapping[str, Sequence[str]],
    *,
    names: Mapping[str, str],
    effect: str,
    title: str,
    description: str,
    look: Look = SCREEN,
) -> str:
    """Draw the causes by category, with the categories' names, and the effect at the head; as high as it has to be."""
    wrapped = {code: [lines_of(cause, TEXT_UNITS, MOST_LINES) for cause in causes.get(code, ())] for code in CATEGORIES}
    above, below = CATEGORIES[:3], CATEGORIES[3:]
    up, down = (max(_height(wrapped[code]) for code in row) for row in (above, below))
    middle = LABEL + up + GAP
    height = middle + GAP + down + LABEL
    spine = {"stroke": look.accent, "stroke_width": 3, "stroke_linecap": "round"}
    parts = [element("line", x1=8, y1=middle, x2=WIDTH - HEAD - 8, y2=middle, **spine), _head(effect, middle, look)]
    for place, code in enumerate(above):
        parts += _bone(place, wrapped[code], names[code], middle, -1, up, look)
    for place, code in enumerate(below):
        parts += _bone(place, wrapped[code], names[code], middle, 1, down, look)
    return picture(parts, width=WIDTH, height=height, title=title, description=description, look=look)


def _height(causes: Sequence[Sequence[str]]) -> int:
    return max(56, sum(LINE * len(lines) + GAP for lines in causes) + GAP)


def _head(effect: str, middle: int, look: Look) -> str:
    """Draw the effect in its box at the right end of the spine."""
    lines = lines_of(effect, EFFECT_UNITS, EFFECT_LINES)
    height, left = LINE * len(lines) + 20, WIDTH - HEAD
    tip = f"M{left - 12} {middle - 7}l12 7 -12 7z"
    box = element(
        "rect",
        x=left,
        y=middle - height / 2,
        width=HEAD - 2,
        height=height,
        rx=6,
        fill=look.accent,
        fill_opacity=0.12,
        stroke=look.accent,
    )
    said = [
        words(left + 10, middle - height / 2 + 22 + LINE * place, line, size=13, font_weight=600)
        for place, line in enumerate(lines)
    ]
    return element("path", d=tip, fill=look.accent) + box + "".join(said)


def _bone(
    place: int, causes: Sequence[Sequence[str]], name: str, middle: int, side: int, length: int, look: Look
) -> list[str]:
    """Draw one bone: its name at the far end, the causes beside it, each with a twig to the bone."""
    right = 20 + COLUMN * (place + 1)  # where it meets the spine
    far = middle + side * (length + GAP)
    line = {"stroke": look.accent, "stroke_width": 2, "stroke_linecap": "round"}
    parts = [element("line", x1=right - SLANT, y1=far, x2=right, y2=middle, **line)]
    parts.append(
        words(right - SLANT, far - 8 if side < 0 else far + 20, name, size=14, font_weight=700, text_anchor="end")
    )
    top = middle - length if side < 0 else middle + GAP
    for lines in causes:
        base = top + LINE * len(lines)
        meets, above = (right - SLANT * abs(y - middle) / (length + GAP) for y in (base, top))
        edge = min(meets, above)  # text keeps clear of the bone along its whole height
        for number, text in enumerate(lines):
            parts.append(words(edge - 8, top + LINE * (number + 1) - 5, text, size=12, text_anchor="end"))
        thin = {"stroke": look.ink, "stroke_opacity": 0.35, "stroke_width": 1}
        parts.append(element("line", x1=right - COLUMN + 10, y1=base, x2=meets, y2=base, **thin))
        top = base + GAP
    return parts
