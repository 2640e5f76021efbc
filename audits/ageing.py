"""How old open nonconformities are, as counts and as SVG text. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.canvas import SCREEN, Look, Scale, element, linked, picture, units, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Days since it was raised: from, to (both within); the last has no end.
BUCKETS: tuple[tuple[int, int | None], ...] = ((0, 30), (31, 60), (61, 90), (91, 180), (181, None))
WIDTH, ROW, TOP, END = 620, 30, 30, 540
LABEL_UNIT = 7


def bucket_from(first: int) -> tuple[int, int | None] | None:
    """Return the age that begins with so many days, as a list is asked for it; None where none does."""
    return next((bucket for bucket in BUCKETS if bucket[0] == first), None)


@dataclass(frozen=True, slots=True)
class Aged:
    """Open nonconformities of one age."""

    first: int
    last: int | None
    major: int
    minor: int


def aged(ages: Iterable[tuple[str, int]]) -> tuple[Aged, ...]:
    """Count (grading, age in days) by bucket; a negative age, of a clock that was wrong, counts as new."""
    counts = [[0, 0] for _bucket in BUCKETS]
    for kind, days in ages:
        place = next(n for n, (_first, last) in enumerate(BUCKETS) if last is None or days <= last)
        counts[place][kind != "major"] += 1
    return tuple(Aged(*bucket, *count) for bucket, count in zip(BUCKETS, counts, strict=True))


def ageing_plot(
    rows: Sequence[tuple[str, int, int]],
    *,
    legend: tuple[str, str],
    title: str,
    description: str,
    addresses: Sequence[tuple[str, str]] = (),
    look: Look = SCREEN,
) -> str:
    """Draw one row per age: (label, majors, minors) as one bar, majors filled and minors as an outline.

    ``addresses`` are where a click on the majors and on the minors of each row leads.
    """
    start = max(units(label) for label, _major, _minor in rows) * LABEL_UNIT + 12
    most = max(1, *(major + minor for _label, major, minor in rows))
    scale = Scale(0, most, start, END)
    parts = [
        element("rect", x=start, y=4, width=12, height=12, fill=look.accent),
        words(start + 18, 15, legend[0], size=12),
    ]
    second = start + 18 + units(legend[0]) * LABEL_UNIT + 16
    parts += [
        element("rect", x=second, y=4.5, width=11, height=11, fill=look.accent, fill_opacity=0.25, stroke=look.accent),
        words(second + 18, 15, legend[1], size=12),
    ]
    for place, (label, major, minor) in enumerate(rows):
        y = TOP + place * ROW
        parts.append(words(start - 10, y + 16, label, size=13, text_anchor="end"))
        parts.append(element("rect", x=start, y=y + 2, width=END - start, height=18, fill_opacity=0.06))
        split, end = scale(major), scale(major + minor)
        to_major, to_minor = addresses[place] if addresses else ("", "")
        if major:
            whole = element("rect", x=start, y=y + 2, width=split - start, height=18, fill=look.accent)
            parts.append(linked(whole, to_major, f"{label}, {legend[0]}: {major}"))
        if minor:
            half = {"fill": look.accent, "fill_opacity": 0.25, "stroke": look.accent}
            outline = element("rect", x=split, y=y + 2.5, width=end - split, height=17, **half)
            parts.append(linked(outline, to_minor, f"{label}, {legend[1]}: {minor}"))
        said = f"{major} + {minor}" if major and minor else f"{major + minor}"
        parts.append(words(end + 8, y + 16, said, size=13, font_weight=600))
    height = TOP + ROW * len(rows) + 4
    return picture(
        parts,
        width=WIDTH,
        height=height,
        title=title,
        description=description,
        look=look,
        links=bool(addresses),
    )
