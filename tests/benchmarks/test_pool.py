"""The peer pool's arithmetic: quantiles, and attacks on what it publishes."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.kpis.registry import KPIS
from benchmarks.market import COLUMNS, parse_market
from benchmarks.pool import (
    LEAST,
    Cell,
    Contribution,
    dominated,
    organisations,
    period_days,
    place,
    pool,
    quantiles,
    settle,
)

NPS = KPIS["nps"]
INDUSTRIES = ("banking", "insurance", "retail", "other")
COUNTRIES = ("HK", "CN", "GB", "FR")


def one(centre: int, value: float, *, organisation: int | None = None, **fields: str) -> Contribution:
    """Make a contribution of a Hong Kong bank that has an organisation of its own."""
    usual = {"country": "HK", "industry": "banking", "kpi": "nps", "variant": "standard", "unit": "pts"}
    usual["variant"] = NPS.variants[0].code
    return Contribution(
        centre=centre,
        organisation=organisation or centre,
        channel="voice",
        value=value,
        **(usual | fields),
    )


def publish(contributions: list[Contribution], earlier: list[Cell] | None = None, period: str = "2026-H1"):
    """Publish a period."""
    return pool(contributions, earlier or [], period=period, url="/benchmarks/pool/")


def statistics(pooled, industry: str = "banking", region: str = "Hong Kong") -> dict[str, Decimal]:
    return {each.statistic: each.value for each in pooled.figures if (each.industry, each.region) == (industry, region)}


# --- what is published ---------------------------------------------------------------------------------------------


def test_four_organisations_publish_nothing_and_five_a_median() -> None:
    four = publish([one(centre, 10.0 * centre) for centre in range(1, 5)])
    assert (four.cells, four.figures) == ((), ())
    assert four.held_back == {"few": 4}  # banking and all, Hong Kong and the world
    five = publish([one(centre, 10.0 * centre) for centre in range(1, 6)])
    assert statistics(five) == {"median": Decimal("30.0")}
    assert {each.n for each in five.figures} == {"5"}


def test_quartiles_want_eight_centres_and_the_top_decile_twenty() -> None:
    found = {
        count: set(statistics(publish([one(centre, float(centre)) for centre in range(1, count + 1)])))
        for count in (7, 8, 19, 20)
    }
    assert found[7] == {"median"}
    assert found[8] == found[19] == {"median", "upper quartile", "lower quartile"}
    assert found[20] == {"median", "upper quartile", "lower quartile", "top decile"}


def test_upper_means_better_whatever_the_direction() -> None:
    values = [float(value) for value in range(1, 41)]
    high, low = quantiles(NPS, values), quantiles(KPIS["abandonment"], values)
    assert low["top decile"] < low["upper quartile"] < low["median"] < low["lower quartile"]
    assert high["lower quartile"] < high["median"] < high["upper quartile"] < high["top decile"]
    assert float(low["upper quartile"]) == pytest.approx(41 - float(high["upper quartile"]), abs=0.11)
    assert float(high["median"]) == pytest.approx(np.median(values), abs=0.2)
    assert quantiles(KPIS["aht"], values).keys() == {"median"}  # a target band has no better side


def test_no_published_figure_is_the_value_of_one_centre_alone() -> None:
    values = [3.1, 17.7, 41.3, 58.9, 90.3]
    assert float(quantiles(NPS, values)["median"]) not in values


def test_centres_of_one_organisation_count_once_and_may_not_dominate() -> None:
    same = [one(centre, 10.0, organisation=1) for centre in range(1, 7)]
    assert not publish(same).cells
    assert not publish([*same, *(one(centre, 20.0) for centre in range(11, 14))]).cells  # four organisations
    assert publish([*same, *(one(centre, 20.0) for centre in range(11, 15))]).held_back == {"dominance": 4}  # 6 of 10
    assert publish([*same, *(one(centre, 20.0) for centre in range(11, 29))]).cells  # 6 of 24


def test_pool_release_is_one_that_a_file_could_hold() -> None:
    figures = publish([one(centre, float(centre)) for centre in range(1, 25)]).figures
    lines = [",".join(COLUMNS)]
    lines += [",".join(str(getattr(figure, name)) for name in COLUMNS) for figure in figures]
    read = parse_market("\n".join(lines).encode())
    assert [(each.statistic, each.value, each.n) for each in read] == [(f.statistic, f.value, f.n) for f in figures]


def test_result_does_not_depend_on_the_order_of_contributions() -> None:
    contributions = [one(centre, centre * 1.5, industry=INDUSTRIES[centre % 4]) for centre in range(1, 60)]
    assert publish(contributions) == publish(contributions[::-1])


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026-H1", ("2026-01-01", "2026-06-30")),
        ("2026-H2", ("2026-07-01", "2026-12-31")),
        ("2026-H3", None),
        ("26", None),
        ("2026-H1 ", None),
        ("1999", None),
    ],
)
def test_periods(period: str, days: tuple[str, str] | None) -> None:
    found = period_days(period)
    assert (tuple(day.isoformat() for day in found) if found else None) == days


def test_place_is_what_anybody_can_work_out_from_the_figures() -> None:
    figures = {"median": 30, "upper quartile": 50, "lower quartile": 10, "top decile": 70}
    assert [place(NPS, value, figures) for value in (70, 50, 30, 29, 9)] == [
        *("top_tenth", "best_quarter", "better_half", "other_half", "last_quarter")
    ]
    assert place(KPIS["abandonment"], 5, {"median": 6}) == "better_half"
    assert place(KPIS["abandonment"], 7, {"median": 6}) == "other_half"


# --- attacks -------------------------------------------------------------------------------------------------------


def assert_nobody_stands_out(cells: list[Cell]) -> None:
    """Check cells, all differences and overlaps of pairs, and all that can be put together from three."""
    by_subject: dict[object, list[frozenset[tuple[int, int]]]] = {}
    for cell in cells:
        by_subject.setdefault(cell.subject, []).append(cell.members)
    for sets in by_subject.values():
        for each in sets:
            assert organisations(each) >= LEAST
            assert not dominated(each)
        for one_set, other in combinations(sets, 2):
            for part in (one_set - other, other - one_set, one_set & other):
                assert not part or organisations(part) >= LEAST
        for a, b, c in combinations(sets, 3):
            for part in (a - b - c, b - a - c, c - a - b, a & b & c, (a & b) - c, (a & c) - b, (b & c) - a):
                assert not part or organisations(part) >= LEAST


centre_facts = st.tuples(
    st.integers(1, 40), st.sampled_from(COUNTRIES), st.sampled_from(INDUSTRIES), st.floats(-100, 100)
)
rounds = st.lists(st.frozensets(st.integers(0, 59)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.lists(centre_facts, min_size=1, max_size=60), rounds)
def test_no_combination_of_published_cells_isolates_fewer_than_five(facts: list, absent: list) -> None:
    """Random pools over several releases; in each some centres are away: they join, leave and come back."""
    shown: list[Cell] = []
    for number, away in enumerate(absent):
        contributions = [
            one(centre, value, organisation=organisation, country=country, industry=industry)
            for centre, (organisation, country, industry, value) in enumerate(facts)
            if centre not in away
        ]
        shown += publish(contributions, shown, period=f"{2020 + number}").cells
    assert_nobody_stands_out(shown)


def test_attack_test_would_notice_a_naive_pool() -> None:
    """Twelve banks, then eleven: without the rule the difference is one of them."""
    subject = ("nps", NPS.variants[0].code, "pts", "voice")
    naive = [Cell(subject, "all", "global", frozenset((centre, centre) for centre in range(last))) for last in (12, 11)]
    with pytest.raises(AssertionError):
        assert_nobody_stands_out(naive)


def test_industry_that_nearly_fills_all_sets_some_aside_rather_than_showing_the_rest() -> None:
    banks = [one(centre, 10.0) for centre in range(1, 21)]
    others = [one(centre, 90.0, industry="retail") for centre in range(21, 24)]
    sizes = {(cell.industry, cell.region): len(cell.members) for cell in publish([*banks, *others]).cells}
    assert sizes["all", "global"] == 23
    assert sizes["banking", "global"] == 18  # three of retail and two banks by lot are the difference


def test_one_who_leaves_cannot_be_worked_out_and_one_who_joins_waits() -> None:
    twelve = [one(centre, float(centre)) for centre in range(1, 13)]
    first = publish(twelve)
    left = publish(twelve[1:], list(first.cells), period="2026-H2")
    before, after = (
        {(c.industry, c.region): c.members for c in each.cells}["banking", "Hong Kong"] for each in (first, left)
    )
    assert len(before - after) == LEAST
    joined = publish([*twelve, one(99, 50.0)], list(first.cells), period="2026-H2")
    assert all((99, 99) not in cell.members for cell in joined.cells)
    five_more = [one(centre, 50.0) for centre in range(100, 105)]
    grown = publish([*twelve, *five_more], list(first.cells), period="2026-H2")
    assert all(len(cell.members) == 17 for cell in grown.cells)


def test_leaving_joining_and_leaving_again_gives_nothing_away() -> None:
    stay = [one(centre, float(centre)) for centre in range(1, 16)]
    hopper = one(77, 66.0)
    shown: list[Cell] = []
    for number, there in enumerate((True, False, True, False)):
        shown += publish([*stay, hopper] if there else stay, shown, period=f"{2021 + number}").cells
    assert_nobody_stands_out(shown)
    assert any((77, 77) in cell.members for cell in shown)


def test_small_pool_that_one_leaves_is_held_back_rather_than_shown() -> None:
    six = [one(centre, float(centre)) for centre in range(1, 7)]
    second = publish(six[1:], list(publish(six).cells), period="2026-H2")
    assert not second.cells
    assert second.held_back == {"difference": 4}


def test_settle_leaves_what_is_shown_alone() -> None:
    members = frozenset((centre, centre) for centre in range(10))
    assert settle(members, [members]) == (members, "")
    assert settle(members, []) == (members, "")
    assert settle(list(members)[:4], [members]) == (frozenset(), "few")
