"""Pictures of measurements: where things are drawn, by numbers; escaping; what cannot be drawn."""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.charts.axes import drawable, plain_number, round_ends, steps
from benchmarks.charts.canvas import PAPER, SCREEN, Scale
from benchmarks.charts.control import ON_ONE_SIDE, OUTSIDE, limits, signals
from benchmarks.charts.heat import FAINT, FULL, Cell, heat_map, strength
from benchmarks.charts.multiples import multiples
from benchmarks.charts.over_time import Event, Lines, Moment, over_time
from benchmarks.charts.overview import Against, overview
from benchmarks.charts.standing import MarketBar, Own, PublishedFigure, standing

SVG = "{http://www.w3.org/2000/svg}"
TAGS = ("svg", "title", "desc", "text", "rect", "circle", "path", "polyline")
NASTY = 'A & B <script>alert("1")</script> \x00\x0b\ud800 服务'
HEAD: dict[str, Any] = {"title": NASTY, "description": NASTY}
LINES = Lines("mean", "upper", "lower", "market")


def root_of(svg: str) -> ET.Element:
    """Read a picture; it has a name, a description and nothing that the security policy forbids."""
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    for node in root.iter():
        assert "style" not in node.attrib
        assert node.tag in {f"{SVG}{tag}" for tag in TAGS}
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert "NaN" not in svg.replace(NASTY, "")
    assert "inf" not in svg.lower()
    return root


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in root_of(svg).iter(f"{SVG}text")]


def nodes(svg: str, tag: str, **attributes: str) -> list[ET.Element]:
    found = root_of(svg).iter(f"{SVG}{tag}")
    return [node for node in found if all(node.get(name.replace("_", "-")) == v for name, v in attributes.items())]


def own(value: float = 60.0, verdict: str = "below", **changes: Any) -> Own:
    row: dict[str, Any] = {"label": "Us", "beside": "60 %", "low": 50.0, "high": 70.0}
    return Own(value=value, verdict=verdict, **row | changes)


def figure(value: float, *, like: bool = True, statistic: str = "mean", **changes: Any) -> PublishedFigure:
    row: dict[str, Any] = {
        "label": "2024 Somebody",
        "beside": "n = 200",
        "value": value,
        "statistic": statistic,
        "like": like,
    }
    return PublishedFigure(**row | changes)


def stand(us: Own | None, figures: list[PublishedFigure], bars: list[MarketBar], **changes: Any) -> str:
    return standing(us, figures=figures, bars=bars, **{"higher_is_better": True, **HEAD, **changes})


# --- scales ---------------------------------------------------------------------------------------------------------


def test_a_scale_has_round_ends_and_no_negative_start_without_need() -> None:
    assert round_ends([10, 90]) == (0, 150)
    assert round_ends([2, 3]) == (1.5, 3.5)
    assert round_ends([-5, 5]) == (-10, 10)
    assert round_ends([0]) == (0, 1)
    assert [at for at, _places in steps(Scale(0, 100, 0, 1))] == [0, 50, 100]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=9))
def test_whatever_can_be_drawn_has_a_scale_that_holds_it(values: list[float]) -> None:
    known = [value for value in values if drawable(value)]
    if not known:
        return
    low, high = round_ends(known)
    assert low <= min(known) <= max(known) <= high
    assert low < high
    assert 2 <= len(steps(Scale(low, high, 0, 1))) <= 12


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (1234567.25, 1, "1,234,567.3"),
        (-0.5, 1, "−0.5"),
        (-1234, 0, "−1,234"),
        (3e15, 1, "3.00e+15"),
        (-2e-3, 3, "−0.002"),
    ],
)
def test_numbers_are_written_with_thousands_apart(value: float, places: int, words: str) -> None:
    assert plain_number(value, places) == words


# --- where a centre stands ------------------------------------------------------------------------------------------


def test_standing_places_value_interval_figures_and_bar() -> None:
    svg = stand(own(), [figure(80), figure(40, like=False, statistic="median")], [MarketBar("market 80", 80)])
    # Ends 30 and 90: (40, 80) with 8 of air each, in steps of 20: 236 px at 20, 540 px at 100.
    x = Scale(20, 100, 236, 540)
    assert texts(svg)[:5] == ["20", "40", "60", "80", "100"]
    square = nodes(svg, "rect", width="10", height="10")[0]
    assert float(square.get("x") or 0) + 5 == pytest.approx(x(60), abs=0.01)
    bar = nodes(svg, "rect", height="3")[0]
    assert float(bar.get("x") or 0) == pytest.approx(x(50), abs=0.01)
    assert float(bar.get("width") or 0) == pytest.approx(x(70) - x(50), abs=0.01)
    assert float(nodes(svg, "circle", r="4.5")[0].get("cx") or 0) == pytest.approx(x(80), abs=0.01)
    assert nodes(svg, "path", fill="none", stroke_opacity="0.65")[0].get("d", "").startswith(f"M{x(40):.2f} ")
    assert any(
        (node.get("d") or "").startswith(f"M{x(80):.2f} ") and "V" in (node.get("d") or "")
        for node in nodes(svg, "path")
    )


@pytest.mark.parametrize(("higher", "from_x", "to_x"), [(True, 464, 540), (False, 236, 464), (None, None, None)])
def test_standing_shades_the_better_side_of_the_first_bar(higher: Any, from_x: Any, to_x: Any) -> None:
    svg = stand(own(), [figure(40)], [MarketBar("m", 80), MarketBar("q", 85)], higher_is_better=higher)
    shades = nodes(svg, "rect", fill_opacity="0.1")
    assert [(float(n.get("x") or 0), float(n.get("x") or 0) + float(n.get("width") or 0)) for n in shades] == (
        [] if higher is None else [(from_x, to_x)]
    )


def test_standing_gives_each_bar_another_dash_and_no_label_over_another() -> None:
    bars = [
        MarketBar("centre of the market 80", 80),
        MarketBar("upper quartile 81", 81),
        MarketBar("top decile 82", 82),
    ]
    svg = stand(own(), [], bars)
    lines = nodes(svg, "path", stroke_width="2")
    assert len({node.get("stroke-dasharray") for node in lines}) == 3
    labels = [node for node in root_of(svg).iter(f"{SVG}text") if "8" in (node.text or "") and " " in (node.text or "")]
    assert len({node.get("y") for node in labels if node.text in {bar.label for bar in bars}}) == 3


@pytest.mark.parametrize("verdict", ["above", "not_shown_below", "below", "insufficient"])
def test_each_verdict_is_another_shape(verdict: str) -> None:
    drawn = {each: stand(own(verdict=each), [], []) for each in ("above", "not_shown_below", "below", "insufficient")}
    assert [each for each, svg in drawn.items() if svg == drawn[verdict]] == [verdict]


def test_standing_draws_at_most_24_figures_and_says_who_is_who_on_hover() -> None:
    svg = stand(None, [figure(value, hint=NASTY) for value in range(30)], [])
    assert len(nodes(svg, "circle")) == 24
    assert len(list(root_of(svg).iter(f"{SVG}title"))) == 25


# --- at a glance ----------------------------------------------------------------------------------------------------


def against(**changes: Any) -> Against:
    row: dict[str, Any] = {
        "name": NASTY,
        "at": 3.0,
        "low": 1.5,
        "high": 4.5,
        "verdict": "above",
        "verdict_words": "Above",
    }
    return Against(**row | {"value": "82 %", "market": "market 80 %"} | changes)


def glance(*rows: Against) -> str:
    return overview(rows, worse="worse", market="market", better="better", **HEAD)


def test_overview_has_the_market_in_the_middle_and_better_to_the_right() -> None:
    svg = glance(against())
    assert float(nodes(svg, "circle")[0].get("cx") or 0) == 361 + 139 / 2
    assert float(nodes(svg, "rect", width="2")[0].get("x") or 0) + 1 == 361


def test_overview_draws_what_is_far_at_the_edge_with_an_arrow_and_what_is_missing_without_a_mark() -> None:
    far = glance(against(at=40.0, low=39.0, high=41.0))
    assert float(nodes(far, "circle")[0].get("cx") or 0) == 500
    assert len(nodes(far, "path")) == 1
    assert nodes(glance(against(at=None)), "circle") == []
    assert nodes(glance(against(at=float("nan"))), "circle") == []
    assert glance() == ""


# --- over time ------------------------------------------------------------------------------------------------------


def months(*values: float) -> list[Moment]:
    return [
        Moment(date(2024 + n // 12, n % 12 + 1, 15), f"{2024 + n // 12}-{n % 12 + 1:02}", value, value - 1, value + 1)
        for n, value in enumerate(values)
    ]


STEADY = (10.0, 12.0, 11.0, 9.0, 10.0, 11.0, 12.0, 10.0, 11.0)


def test_limits_are_those_of_an_individuals_chart() -> None:
    found = limits((1.0, 3.0, 2.0, 4.0, 3.0, 5.0, 4.0, 2.0))
    assert found is not None
    assert found.moving_range == pytest.approx(11 / 7)
    assert (found.mean, found.low, found.high) == pytest.approx((3, 3 - 2.66 * 11 / 7, 3 + 2.66 * 11 / 7))


@pytest.mark.parametrize(
    "values", [(), STEADY[:7], (5.0,) * 9, (*STEADY, float("nan")), (*STEADY, float("inf")), (1e308, -1e308) * 4]
)
def test_no_limits_without_enough_to_go_by(values: tuple[float, ...]) -> None:
    assert limits(values) is None


def test_a_value_outside_and_eight_on_one_side_are_signals() -> None:
    around = limits(STEADY)
    assert around is not None
    assert signals(STEADY, around) == {}
    assert signals((*STEADY, 99.0), around) == {9: OUTSIDE}
    shifted = (9.0, *[around.mean + 0.5] * 8, 9.0)
    assert signals(shifted, around) == dict.fromkeys(range(1, 9), ON_ONE_SIDE)
    assert signals(shifted[:8], around) == {}
    assert signals([around.mean] * 20, around) == {}


def test_over_time_draws_signals_as_other_shapes_and_whiskers() -> None:
    values = (*STEADY[:4], 40.0, *STEADY[4:])
    around = limits(values)
    assert around is not None
    svg = over_time(months(*values), lines=LINES, limits=around, signals=signals(values, around), market=12.0, **HEAD)
    assert len(nodes(svg, "circle", r="4")) == 9
    assert len(nodes(svg, "path", stroke="#ffffff")) == 1
    assert len(nodes(svg, "rect", width="8")) == 20
    assert {"mean", "upper", "lower", "market"} <= set(texts(svg))
    ends = [float(n.get("cx") or 0) for n in nodes(svg, "circle", r="4")]
    assert ends[0] == 94
    assert ends == sorted(ends)
    assert over_time(months(*values), lines=LINES, look=PAPER, **HEAD).count("currentColor") == 0


def test_one_period_stands_in_the_middle_without_a_line() -> None:
    svg = over_time(months(10.0), lines=LINES, **HEAD)
    assert [node.get("cx") for node in nodes(svg, "circle")] == ["300"]
    assert nodes(svg, "polyline") == []
    assert "2024-01" in texts(svg)


def test_events_within_the_time_are_marked_and_neighbours_raised() -> None:
    happened = [Event(date(2024, 3, 1), "1", "a"), Event(date(2024, 3, 2), "2", "b"), Event(date(2020, 1, 1), "3", "c")]
    svg = over_time(months(*STEADY), lines=LINES, events=happened, **HEAD)
    marks = [node for node in root_of(svg).iter(f"{SVG}text") if node.text in {"1", "2", "3"}]
    assert [(node.text, node.get("y")) for node in marks] == [("1", "24"), ("2", "12")]


# --- heat map and small multiples -----------------------------------------------------------------------------------


def test_heat_map_writes_numbers_shades_by_value_and_marks_what_is_missing() -> None:
    cells = {(0, 0): Cell(10, "n 5"), (0, 1): Cell(20, "n 6"), (1, 0): Cell(15, "n 7")}
    svg = heat_map(["voice", NASTY], ["2024-01", "2024-02"], cells, scale_words="more", **HEAD)
    shades = [node.get("fill-opacity") for node in nodes(svg, "rect", rx="3") if node.get("fill") != "none"]
    assert shades == ["0.05", "0.45", "0.25"]
    assert {"10.0", "20.0", "15.0", "n 7", "–"} <= set(texts(svg))
    assert len(nodes(svg, "rect", rx="3", fill="none")) == 1


@given(st.floats(-1e299, 1e299), st.floats(-1e299, 1e299), st.floats(0, 1))
def test_a_shade_never_hides_the_writing(one: float, other: float, share: float) -> None:
    low, high = sorted((one, other))
    value = min(max(low * (1 - share) + high * share, low), high)
    assert FAINT - 1e-9 <= strength(value, low, high) <= FULL + 1e-9


def test_small_multiples_share_their_scales() -> None:
    drawn = multiples(
        [months(10.0, 20.0), months(15.0), []],
        titles=["a", "b", "c"],
        descriptions=["", "", ""],
        markets=[12.0, None, None],
    )
    assert drawn[2] == ""
    assert texts(drawn[0])[:3] == texts(drawn[1])[:3]
    first = [(n.get("cx"), n.get("cy")) for n in nodes(drawn[0], "circle")]
    second = [(n.get("cx"), n.get("cy")) for n in nodes(drawn[1], "circle")]
    assert first[0][0] == second[0][0]
    assert float(first[1][1] or 0) < float(second[0][1] or 0) < float(first[0][1] or 0)
    assert len(nodes(drawn[0], "path")) == 1
    assert nodes(drawn[1], "path") == []


# --- what nobody expects --------------------------------------------------------------------------------------------

ODD = (float("nan"), float("inf"), float("-inf"))


@pytest.mark.parametrize("value", ODD)
def test_what_is_no_number_is_not_drawn(value: float) -> None:
    assert stand(own(value), [figure(value)], [MarketBar("m", value)]) == ""
    assert over_time(months(value), lines=LINES, **HEAD) == ""
    assert heat_map(["a"], ["b"], {(0, 0): Cell(value, "")}, scale_words="", **HEAD) == ""
    assert multiples([months(value)], titles=["a"], descriptions=[""], markets=[value]) == [""]
    root_of(stand(own(5.0, low=value, high=value), [figure(4)], [MarketBar("m", value)]))
    root_of(over_time(months(1.0, value, 3.0), lines=LINES, market=value, **HEAD))


@pytest.mark.parametrize("value", [1e299, -1e299, 1e12, 5e-324, 0.0, -0.0, 1e-30])
def test_huge_and_tiny_values_are_drawn(value: float) -> None:
    around: dict[str, Any] = {"low": value - abs(value) / 2, "high": value + abs(value) / 2}
    root_of(stand(own(value, **around), [figure(-value)], [MarketBar("m", value)]))
    root_of(over_time(months(value, -value, value), lines=LINES, **HEAD))
    root_of(heat_map(["a", "b"], ["c"], {(0, 0): Cell(value, ""), (1, 0): Cell(-value, "")}, scale_words="", **HEAD))
    root_of(multiples([months(value, 1.0)], titles=["a"], descriptions=[""], markets=[None])[0])


def test_text_is_escaped_everywhere() -> None:
    pictures = [
        stand(
            own(label=NASTY, beside=NASTY), [figure(3, label=NASTY, beside=NASTY, hint=NASTY)], [MarketBar(NASTY, 4)]
        ),
        glance(against(verdict_words=NASTY, value=NASTY, market=NASTY)),
        over_time(
            months(1.0, 2.0),
            lines=Lines(*[NASTY] * 4),
            market=1.0,
            events=[Event(date(2024, 1, 20), NASTY, NASTY)],
            **HEAD,
        ),
        heat_map([NASTY], [NASTY], {(0, 0): Cell(1, NASTY)}, scale_words=NASTY, **HEAD),
        *multiples([months(1.0)], titles=[NASTY], descriptions=[NASTY], markets=[1.0], look=SCREEN),
    ]
    for svg in pictures:
        root_of(svg)
        assert "<script" not in svg
