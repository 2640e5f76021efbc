"""Stacks and years: nothing too narrow to hit, nothing past the end, words escaped, links only where asked for."""

from __future__ import annotations

from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.charts.canvas import PAPER
from reports.charts.stacks import LEAST, Part, Stack, stacks, widths
from reports.charts.years import MOST, Point, years

SVG = "{http://www.w3.org/2000/svg}"


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=6).filter(any), st.integers(0, 10_000))
def test_parts_can_be_hit_and_stay_inside(numbers: list[int], more: int) -> None:
    found = widths(numbers, sum(numbers) + more, 382)
    assert sum(found) <= 382 + 1e-6
    assert all((width >= LEAST - 1e-6) == bool(number) for width, number in zip(found, numbers, strict=True))


def test_parts_are_in_proportion_where_all_can_be_hit() -> None:
    assert widths([1, 3, 0], 4, 382) == [95.5, 286.5, 0]


def test_links_stand_around_what_they_count_and_words_are_escaped() -> None:
    rows = [Stack("<b>", "&", (Part(2, "/a?x=1&y=2", "Two <"), Part(0, "/no"), Part(1)))]
    svg = ElementTree.fromstring(stacks(rows, legend=["one", "two", "three"], title="T <", description="D"))
    assert [(link.get("href"), link.findtext(f"{SVG}title")) for link in svg.iter(f"{SVG}a")] == [
        ("/a?x=1&y=2", "Two <")
    ]
    assert svg.get("role") == "group"
    assert svg.find(f"{SVG}title").text == "T <"  # type: ignore[union-attr]


def test_a_picture_without_links_is_an_image_and_without_numbers_nothing() -> None:
    row = Stack("A", "", (Part(2),))
    assert 'role="img"' in stacks([row], legend=["one"], title="T", description="D", look=PAPER)
    assert stacks([Stack("A", "", (Part(0),))], legend=["one"], title="T", description="D") == ""


def test_years_keep_the_last_and_their_order() -> None:
    points = [Point(2000 + year, 50.0, 40.0, 60.0, "1", f"/{year}", f"{year}") for year in reversed(range(20))]
    svg = ElementTree.fromstring(years(points, title="T", description="D"))
    assert [link.get("href") for link in svg.iter(f"{SVG}a")] == [f"/{year}" for year in range(20 - MOST, 20)]
    assert years([], title="T", description="D") == ""
