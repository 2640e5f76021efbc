"""Three bars, how sure a figure is, how much more would settle it; and the error rates of all that, simulated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from benchmarks.comparable import BARS, CENTRE, TOP_DECILE, UPPER_QUARTILE
from benchmarks.kpis.registry import KPIS
from benchmarks.market import MarketError, parse_market
from benchmarks.settling import Evidence, clusters_needed, notes_in_words
from benchmarks.verdict import judge
from standards.scoring.model import BARS as SCORED_BARS
from tests.benchmarks.test_market import GOOD, release
from tests.benchmarks.test_verdict import END, HONG_KONG, PLAIN, figure, measured, one

MARKET = [
    figure(value=Decimal(80), line=2),
    figure(value=Decimal(90), line=3, statistic="upper quartile"),
    figure(value=Decimal(95), line=4, statistic="top decile"),
]


# --- the bars ------------------------------------------------------------------------------------------------------


def test_bars_are_those_that_the_engine_knows() -> None:
    assert tuple(BARS) == SCORED_BARS


@pytest.mark.parametrize(
    ("value", "states"),
    [
        (99, ["above", "above", "above"]),
        (93, ["above", "above", "below"]),
        (90, ["above", "not_shown_below", "below"]),
        (80, ["not_shown_below", "below", "below"]),
        (70, ["below", "below", "below"]),
    ],
)
def test_one_measurement_at_three_bars(value: float, states: list[str]) -> None:
    assert [one([measured(value)], MARKET, bar=bar).state for bar in BARS] == states


def test_each_bar_takes_its_own_statistic() -> None:
    said = {bar: one([measured(90)], MARKET, bar=bar).figure["statistic"] for bar in BARS}
    assert said == {CENTRE: "mean", UPPER_QUARTILE: "upper quartile", TOP_DECILE: "top decile"}
    assert one([measured(90)], MARKET, bar=TOP_DECILE).bar == TOP_DECILE


def test_bar_that_the_market_does_not_publish_has_no_figure_and_says_so() -> None:
    verdict = one([measured(90)], MARKET[:1], bar=UPPER_QUARTILE)
    assert (verdict.state, verdict.reason["code"]) == ("no_figure", "no_figure_at_bar")
    assert one([measured(90)], MARKET[1:]).state == "no_figure"
    assert one([], MARKET, bar=UPPER_QUARTILE).state == "missing"


def test_lower_quartile_is_shown_and_never_a_bar() -> None:
    low = [figure(value=Decimal(70), statistic="lower quartile")]
    assert [one([measured(90)], low, bar=bar).state for bar in BARS] == ["no_figure"] * 3


def test_release_may_hold_quantiles_but_not_of_a_kpi_with_a_target() -> None:
    assert parse_market(release(GOOD.replace(",mean,", ",upper quartile,")))[0].statistic == "upper quartile"
    aht = "aht,standard,300,s,top decile,all,UK,voice,2025,,,P,u,A,"
    variant = KPIS["aht"].variants[0].code
    with pytest.raises(MarketError, match="line 2: statistic “top decile” needs a better side"):
        parse_market(release(aht.replace("standard", variant)))


# --- how sure the figure is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "how", "half"),
    [
        ({}, "assumed", KPIS["connect_rate"].precision),
        ({"n": "216"}, "assumed", KPIS["connect_rate"].precision),  # 216 do not prove more
        ({"n": "4000"}, "participants", 1.96 * (90 * 10 / 4000) ** 0.5),
        ({"n": "4000", "statistic": "median"}, "assumed", KPIS["connect_rate"].precision),
        ({"n": "100", "spread": "sd=4"}, "published", 1.96 * 0.4),
        ({"spread": "se=0.5"}, "published", 1.96 * 0.5),
        ({"n": "200+"}, "assumed", KPIS["connect_rate"].precision),
    ],
)
def test_band_of_a_figure(fields: dict, how: str, half: float) -> None:
    band = one([measured(90)], [figure(**fields)]).band
    assert band is not None
    assert band["how"] == how
    assert band["half_width"] == pytest.approx(half, rel=1e-3)


def test_verdict_says_whether_it_flips_within_the_band_and_where() -> None:
    near, far = one([measured(91.0)], [figure()]), one([measured(99.0)], [figure()])
    assert near.band is not None
    assert far.band is not None
    assert (near.band["flips"], far.band["flips"]) == (True, False)
    said = notes_in_words(near.as_json(), str)
    assert said[0].startswith(f"The verdict flips if the market's figure is {near.flips_if:.4g} %")
    assert "could already change" in said[1]
    assert "holds if it is right" in notes_in_words(far.as_json(), str)[1]
    published = one([measured(91.0)], [figure(spread="se=0.5")])
    assert "is part of the test" in notes_in_words(published.as_json(), str)[1]


def test_verdicts_from_before_there_were_notes_still_read() -> None:
    old = one([measured(91.0)], [figure()]).as_json()
    for name in ("bar", "band", "settles"):
        del old[name]
    assert len(notes_in_words(old, str)) == 1
    assert notes_in_words({"kpi": "nps", "state": "missing", "figure": None}, str) == []


# --- how much more would settle it ---------------------------------------------------------------------------------


def test_insufficient_says_how_many_days_would_settle_it_and_they_do() -> None:
    mine = replace(measured(90.2, 2.0, 20), n=5000, cluster="day")
    verdict = one([mine], [figure()])
    assert (verdict.state, verdict.settles is None) == ("insufficient", False)
    more = verdict.settles
    assert (more["cluster"], more["by"]) == ("day", "precision")
    total = 20 + more["clusters"]
    assert more["answers"] == pytest.approx(5000 * total / 20 - 5000, abs=1)

    def state(clusters: int) -> str:
        return one([replace(mine, se=2.0 * (20 / clusters) ** 0.5, clusters=clusters)], [figure()]).state

    assert state(total) == "not_shown_below"
    assert state(total - 1) == "insufficient"
    assert f"About {more['clusters']} more days" in " ".join(notes_in_words(verdict.as_json(), str))


def test_far_from_the_market_the_distance_settles_it_before_the_precision_does() -> None:
    mine = replace(measured(86.0, 2.6, 20), n=None, cluster="agent")
    verdict = one([mine], [figure()])
    assert verdict.state == "insufficient"
    assert verdict.settles["by"] == "distance"
    total = 20 + verdict.settles["clusters"]
    later = replace(mine, se=2.6 * (20 / total) ** 0.5, clusters=total)
    assert one([later], [figure()]).state == "below"
    assert "more agents like those measured would settle it." in " ".join(notes_in_words(verdict.as_json(), str))


@pytest.mark.parametrize(
    "verdict",
    [
        one([measured(90, None)], [figure()]),
        one([measured(90, 0.0)], [figure()]),
        one([measured(90, 2.0)], [figure(year=2000)]),
        one([measured(90, 0.5)], [figure()]),
    ],
)
def test_nothing_is_said_where_measuring_more_settles_nothing(verdict) -> None:
    assert verdict.settles is None


def test_what_a_million_days_would_not_settle_is_not_given_a_number() -> None:
    assert clusters_needed(Evidence(se=1e6, towards=1e6, clusters=10, distance=0.0, precision=1.0, level=0.05)) is None
    # The figure's own error does not shrink with our days: only the precision can settle it.
    stuck = Evidence(se=2.0, towards=2.0, clusters=20, distance=1.0, precision=2.0, level=0.05, error=3.0, error_df=50)
    assert clusters_needed(stuck)[1] == "precision"


# --- simulated -----------------------------------------------------------------------------------------------------


def days(random: np.random.Generator, truth: float, count: int, contacts: int) -> tuple[float, float]:
    """Simulate a share over days that share a load, and return it in per cent with its clustered error."""
    load = random.beta(truth * 12, (1 - truth) * 12, count)
    size = random.poisson(contacts, count) + 1
    good = random.binomial(size, load)
    share = good.sum() / size.sum()
    residual = good - share * size
    se = np.sqrt(count / (count - 1) * (residual**2).sum()) / size.sum()
    return 100 * share, 100 * se


def test_centre_at_the_market_is_called_below_and_above_one_time_in_twenty() -> None:
    """Clustered by day: 2,000 centres exactly at the market, 60 days each; within four standard errors of 5 %."""
    random = np.random.default_rng(20261122)
    kpi = PLAIN[0]
    market = [figure(kpi=kpi, variant=KPIS[kpi].variants[0].code, unit="%", value=Decimal(80))]
    states: dict[str, int] = {}
    for _ in range(2000):
        value, se = days(random, 0.8, 60, 150)
        mine = measured(value, se, 60, kpi=kpi, variant=KPIS[kpi].variants[0].code)
        state = one([mine], market, kpi).state
        states[state] = states.get(state, 0) + 1
    margin = 4 * (0.05 * 0.95 / 2000) ** 0.5
    # Skewed loads at small errors cost a little on one side.
    assert abs(states["below"] / 2000 - 0.05) < margin + 0.01
    assert abs(states["above"] / 2000 - 0.05) < margin + 0.01


def test_counting_contacts_as_independent_would_call_many_more_below() -> None:
    random = np.random.default_rng(7)
    naive = 0
    for _ in range(400):
        value, _se = days(random, 0.8, 60, 150)
        error = 100 * (0.8 * 0.2 / (60 * 150)) ** 0.5
        naive += one([measured(value, error, 60)], [figure(value=Decimal(80))]).state == "below"
    assert naive / 400 > 0.25


@pytest.mark.parametrize("bar", [CENTRE, UPPER_QUARTILE])
def test_holm_keeps_the_chance_that_any_of_twelve_is_called_below_at_one_in_twenty(bar: str) -> None:
    random = np.random.default_rng(12)
    statistic = next(iter(sorted(BARS[bar])))
    market = [figure(kpi=kpi, variant=KPIS[kpi].variants[0].code, statistic=statistic) for kpi in PLAIN]
    rounds, any_below = 300, 0
    for _ in range(rounds):
        mine = [
            measured(90 + random.normal(0, 0.5), 0.5, 400, kpi=kpi, variant=KPIS[kpi].variants[0].code) for kpi in PLAIN
        ]
        found = judge(
            kpis=PLAIN, measurements=mine, figures=market, centre=HONG_KONG, period_to=END, max_age_months=24, bar=bar
        )
        any_below += any(verdict.state == "below" for verdict in found.values())
    assert len(PLAIN) == 12
    assert 0.01 < any_below / rounds < 0.05 + 4 * (0.05 * 0.95 / rounds) ** 0.5
