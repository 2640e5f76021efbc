"""Charts are well-formed, escaped, and say their numbers."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks.charts.canvas import shortened, shown_against, wrapped
from reports.charts import BlockBar, Rung, block_bars, bullet, shown, tier_ladder

SVG = "{http://www.w3.org/2000/svg}"
NASTY = 'A & B <script>alert("1")</script> \x00\x0b\ud800 服务'


def texts(svg: Any) -> Any:
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    for node in root.iter():
        assert "style" not in node.attrib
        assert node.tag in {f"{SVG}{tag}" for tag in ("svg", "title", "desc", "text", "rect", "circle", "path")}
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    return [node.text for node in root.iter(f"{SVG}text")]


def ladder(**changes: Any) -> Any:
    values = {
        "title": "Base",
        "low": Decimal("612.44"),
        "high": Decimal("612.44"),
        "wanted": Decimal(550),
        "state": "met",
    }
    rungs = [Rung(**{**values, "state_words": "Attained", **changes})]
    return tier_ladder(rungs, maximum=Decimal(1000), title=NASTY, description=NASTY)


def test_tier_ladder_is_well_formed_and_shows_points_and_bar() -> None:
    assert {"612.4", "550", "Base", "Attained"} <= set(texts(ladder()))


def test_tier_ladder_shows_an_interval_while_it_is_open() -> None:
    assert "612.4–700.1" in texts(ladder(high=Decimal("700.05"), state="open"))


def test_tier_ladder_never_rounds_up_to_a_bar_that_is_missed() -> None:
    assert "549.97" in texts(ladder(low=Decimal("549.97"), high=Decimal("549.97"), state="not_met"))


def test_charts_escape_text() -> None:
    svg = ladder(title=NASTY[:20], remark=NASTY)
    assert "<script" not in svg
    assert any(text and text.startswith("A & B") for text in texts(svg))


@pytest.mark.parametrize("state", ["met", "not_met", "open"])
def test_tier_ladder_gives_each_state_another_shape(state: Any) -> None:
    others = {other: ladder(state=other) for other in ("met", "not_met", "open")}
    assert [other for other, svg in others.items() if svg == ladder(state=state)] == [state]


def test_block_bars_show_code_title_percent_and_points() -> None:
    bars = [
        BlockBar(
            "A",
            "管理责任",
            Decimal("61.25"),
            Decimal("61.25"),
            Decimal("110.25"),
            Decimal("110.25"),
            Decimal(180),
            (("I", Decimal(45)),),
        ),
        BlockBar(
            "B", "Resources", Decimal(40), Decimal(60), Decimal(80), Decimal(120), Decimal(200), (("I", Decimal(45)),)
        ),
    ]
    found = set(texts(block_bars(bars, title="t", description="d")))
    assert {"A", "管理责任", "61.3 %", "110.3 / 180", "I", "40.0–60.0 %", "80.0–120.0 / 200"} <= found


def test_block_bars_without_blocks_is_an_empty_picture() -> None:
    assert texts(block_bars([], title="t", description="d")) == []


@pytest.mark.parametrize("verdict", ["above", "not_shown_below", "below", "insufficient"])
@pytest.mark.parametrize("higher", [True, False, None])
def test_bullet_is_well_formed_for_every_verdict_and_direction(verdict: Any, higher: Any) -> None:
    svg = bullet(
        Decimal("59.68"),
        figure=Decimal(80),
        low=Decimal(55),
        high=Decimal(64),
        higher_is_better=higher,
        verdict=verdict,
        title="t",
        description="d",
    )
    assert {"50", "80"} <= set(texts(svg))


@pytest.mark.parametrize(("value", "figure"), [("0", "0"), ("-20", "35"), ("0.0004", None), ("1e9", "2e9")])
def test_bullet_finds_a_scale_for_any_numbers(value: Any, figure: Any) -> None:
    number = Decimal(value)
    svg = bullet(
        number,
        figure=Decimal(figure) if figure else None,
        higher_is_better=True,
        verdict="above",
        title="t",
        description="d",
    )
    assert len(texts(svg)) >= 2


def test_bullet_starts_a_scale_of_positive_numbers_at_or_above_zero() -> None:
    svg = bullet(Decimal(1), figure=Decimal(9), higher_is_better=True, verdict="below", title="t", description="d")
    assert not any(text.startswith("−") for text in texts(svg))


@pytest.mark.parametrize(("value", "words"), [("0.05", "0.1"), ("-2.25", "−2.3"), ("100", "100.0"), ("0.04", "0.0")])
def test_shown_rounds_half_up_with_a_real_minus_sign(value: Any, words: Any) -> None:
    assert shown(Decimal(value)) == words


def test_shown_against_keeps_as_many_decimals_as_it_takes() -> None:
    assert shown_against(Decimal("549.9999"), Decimal(550)) == "549.9999"
    assert shown_against(Decimal("550.04"), Decimal(550)) == "550.0"


def test_shortened_counts_chinese_double() -> None:
    assert shortened("客户服务中心质量", 8) == "客户服…"
    assert shortened("Service", 8) == "Service"


def test_shortened_cuts_at_a_word() -> None:
    assert shortened("Kowloon Contact Centre", 18) == "Kowloon Contact…"
    assert shortened("Kowloon 九龍客服中心", 14) == "Kowloon 九龍…"


def test_wrapped_breaks_between_names_only() -> None:
    assert wrapped("not met: Total score, Market gate, Clause D4", 24) == [
        "not met: Total score,",
        "Market gate, Clause D4",
    ]
    assert wrapped("One name that is longer", 8) == ["One name that is longer"]


def test_tier_ladder_gives_a_long_remark_a_second_line() -> None:
    one, two = ladder(remark=" · not met: A"), ladder(remark=" · not met: " + ", ".join(["Total score"] * 8))
    assert [line for line in texts(two) if "Total score" in line][1].startswith("Total score")
    assert ET.fromstring(two).get("height") == str(int(ET.fromstring(one).get("height", "")) + 13)  # noqa: S314 - ours
