"""The fishbone, the ageing chart, and names in a text: pure, with odd texts."""

from __future__ import annotations

import itertools
import re

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from audits.ageing import aged, ageing_plot
from audits.fishbone import CATEGORIES, WIDTH, fishbone, lines_of
from audits.naming import named_in
from benchmarks.charts.canvas import PAPER, units

NAMES = {code: code.title() for code in CATEGORIES}
SVG = "{http://www.w3.org/2000/svg}"


def draw(causes: dict[str, list[str]], effect: str = "It broke.", **more: object) -> str:
    return fishbone(causes, names=NAMES, effect=effect, title="Causes", description="said", **more)  # type: ignore[arg-type]


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_each_cause_stands_in_the_picture_beside_its_category() -> None:
    said = texts(draw({"people": ["No training"], "management": ["No owner"]}))
    assert {"No training", "No owner", *NAMES.values(), "It broke."} <= set(said)


def test_picture_has_a_title_and_says_the_same_in_words() -> None:
    root = ElementTree.fromstring(draw({"people": ["x"]}))
    assert (root.find(f"{SVG}title").text, root.find(f"{SVG}desc").text) == ("Causes", "said")
    assert root.get("role") == "img"


@pytest.mark.parametrize(
    "odd", ["<script>", "a & b", "“引号”", "\x00\x0b", "אבג", "👩🏽‍🚒" * 40, "x" * 500, "长" * 300]
)
def test_odd_texts_give_a_picture_that_can_be_read(odd: str) -> None:
    root = ElementTree.fromstring(draw({code: [odd] * 8 for code in CATEGORIES}, effect=odd))
    assert root.get("width") == str(WIDTH)
    for each in root.iter(f"{SVG}text"):
        assert 0 <= float(each.get("x", "-1")) <= WIDTH
        assert 0 <= float(each.get("y", "-1")) <= float(root.get("height", "0"))


def test_nothing_lies_outside_and_causes_of_one_bone_do_not_overlap() -> None:
    root = ElementTree.fromstring(draw({"people": [f"cause {n}" for n in range(8)]}))
    lines = sorted(float(each.get("y")) for each in root.iter(f"{SVG}text") if (each.text or "").startswith("cause"))
    assert all(second - first >= 14 for first, second in itertools.pairwise(lines))


def test_paper_and_screen_differ_in_ink_only() -> None:
    screen, paper = draw({"people": ["x"]}), draw({"people": ["x"]}, look=PAPER)
    assert screen != paper
    assert re.findall(r' x="[^"]+"', screen) == re.findall(r' x="[^"]+"', paper)


@given(st.text(max_size=300), st.integers(4, 40), st.integers(1, 5))
def test_lines_keep_to_their_width_and_number(text: str, limit: int, most: int) -> None:
    lines = lines_of(text, limit, most)
    assert len(lines) <= most
    assert all(units(line) <= limit + 1 for line in lines)


def test_short_text_is_kept_whole() -> None:
    assert lines_of("No owner of the check", 24, 3) == ["No owner of the check"]
    assert lines_of("没有人负责检查这项工作", 12, 3) == ["没有人负责检", "查这项工作"]


@pytest.mark.parametrize(
    ("days", "place"),
    [(-5, 0), (0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3), (180, 3), (181, 4), (9999, 4)],
)
def test_ages_fall_into_their_bucket(days: int, place: int) -> None:
    counted = aged([("minor", days)])
    assert [each.minor for each in counted] == [int(n == place) for n in range(5)]


@given(st.lists(st.tuples(st.sampled_from(["major", "minor"]), st.integers(0, 1000))))
def test_every_finding_is_counted_once(ages: list[tuple[str, int]]) -> None:
    counted = aged(ages)
    assert sum(each.major + each.minor for each in counted) == len(ages)


def test_bars_are_as_long_as_their_counts() -> None:
    rows = [("0–30", 1, 3), ("31–60", 2, 0)]
    root = ElementTree.fromstring(ageing_plot(rows, legend=("Major", "Minor"), title="t", description="d"))
    bars = [float(each.get("width")) for each in root.iter(f"{SVG}rect") if each.get("height") == "18"]
    track, first, _track, second = bars
    assert (first / track, second / track) == (pytest.approx(1 / 4, abs=0.001), pytest.approx(2 / 4, abs=0.001))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sian Morgan did not log the call.", ["Sian Morgan"]),
        ("The call was not logged by Morgan.", ["Sian Morgan"]),
        ("何嘉敏没有记录。", ["何嘉敏 Carmen Ho"]),
        ("Carmen's list", ["何嘉敏 Carmen Ho"]),
        ("The morgan file", []),
        ("Seen at Hong Kong", []),
        ("", []),
    ],
)
def test_names_are_seen_in_either_script(text: str, found: list[str]) -> None:
    assert named_in(text, ["Sian Morgan", "何嘉敏 Carmen Ho", ""]) == found
