"""The market test a second time, written plainly from its description with scipy's own tests, on families of KPIs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.holm import holm
from benchmarks.kpis.registry import KPIS
from benchmarks.verdict import Verdict, judge
from tests.benchmarks.test_verdict import HONG_KONG, PLAIN, figure, measured

if TYPE_CHECKING:
    from benchmarks.comparable import Figure, Measured

LOWER = [code for code, kpi in KPIS.items() if kpi.direction == "lower" and kpi.unit == "%"][:2]
CODES = (*PLAIN[:3], *LOWER)
# Days on which a figure becomes 24 and 25 months old, or a period lies as far before it, and days between.
ENDS = (date(2023, 11, 30), date(2023, 12, 31), date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 15))


@dataclass(frozen=True)
class Case:
    """One KPI of a gate: what was measured, what was published, whether its age is waived."""

    mine: Measured | None
    theirs: Figure
    waived: bool


@st.composite
def cases(draw: Any) -> tuple[list[Case], date]:
    """Draw the KPIs of a gate and the last measured day."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=5, unique=True))
    return [draw(one_case(code)) for code in codes], draw(st.sampled_from(ENDS))


@st.composite
def one_case(draw: Any, code: str) -> Case:
    """Draw a KPI around a market of 50 %, near enough that every state comes up."""
    names = {"kpi": code, "variant": KPIS[code].variants[0].code}
    clusters = draw(st.sampled_from([1, 2, 8, 60, 365]))
    error = draw(st.sampled_from([None, 0.0, 0.2, 0.5, 1.0, 2.0]))
    far = draw(st.integers(-40, 40)) / 10
    mine = measured(50 + far * (error or 1.0), error, clusters, **names, n=clusters * 100, cluster="day")
    if error and clusters > 1 and draw(st.booleans()):
        mine = skewed(mine, draw(st.sampled_from([0.5, 1.5])))
    spread, count = draw(st.sampled_from([("", ""), ("sd=4", "25"), ("sd=4", ""), ("se=0.5", "11")]))
    fields = {"year": draw(st.integers(2021, 2028)), "grade": draw(st.sampled_from("AABC"))}
    theirs = figure(value=Decimal(50), spread=spread, n=count, **fields, **names)
    return Case(mine if draw(st.integers(0, 9)) else None, theirs, draw(st.booleans()))


def skewed(mine: Measured, share: float) -> Measured:
    """Give a measurement the interval of a quantile, which reaches ``share`` / 2 of its width below the value."""
    width = 2 * (mine.se or 0.0) * reach(mine)
    return replace(mine, low=mine.value - width * share / 2, high=mine.value + width * (1 - share / 2))


def reach(mine: Measured) -> float:
    return float(stats.t.isf(0.025, (mine.clusters or 0) - 1))


def judged(gate: list[Case], end: date) -> dict[str, Verdict]:
    return judge(
        kpis=[each.theirs.kpi for each in gate],
        measurements=[each.mine for each in gate if each.mine],
        figures=[each.theirs for each in gate],
        centre=HONG_KONG,
        period_to=end,
        waived={each.theirs.kpi for each in gate if each.waived},
    )


# --- the second implementation -------------------------------------------------------------------------------------


def months(first: str, last: str) -> int:
    return len(pd.period_range(first, last, freq="M"))


def refused(case: Case, end: date) -> str | None:
    """Say why there is no test, or None."""
    if case.theirs.grade == "C":
        return "no_figure"
    if case.mine is None:
        return "missing"
    old = months(f"{case.theirs.year + 1}-01", end.isoformat()) > 24
    early = months((end.replace(day=1) + pd.Timedelta(days=31)).isoformat(), f"{case.theirs.year - 1}-12") > 24
    if (old or early) and not case.waived:
        return "insufficient"
    return None if case.mine.se and (case.mine.clusters or 0) > 1 else "insufficient"


def p_values(case: Case) -> tuple[float, float]:
    """Return the p-values of being below and of being above the market, by scipy's own tests."""
    mine, theirs = case.mine, case.theirs
    assert mine is not None
    value, clusters, market = mine.value, mine.clusters or 0, float(theirs.value)
    error = mine.se or 0.0
    if mine.low is not None and mine.high is not None:
        error = ((value - mine.low) if market < value else (mine.high - value)) / reach(mine)
    tails = []
    for tail in ("less", "greater"):
        if theirs.spread and theirs.n:
            kind, number = theirs.spread.split("=")
            count = int(theirs.n)
            deviation = float(number) * (1 if kind == "sd" else count**0.5)
            ours = {"mean1": value, "std1": error * clusters**0.5, "nobs1": clusters}
            other = {"mean2": market, "std2": deviation, "nobs2": count}
            tails.append(stats.ttest_ind_from_stats(**ours, **other, equal_var=False, alternative=tail).pvalue)
        else:
            known = stats.t(clusters - 1, loc=market, scale=error)
            tails.append(known.cdf(value) if tail == "less" else known.sf(value))
    less, greater = (float(each) for each in tails)
    return (less, greater) if KPIS[theirs.kpi].direction == "higher" else (greater, less)


def rejected(p: dict[str, float]) -> set[str]:
    """Step down after Holm: the smallest against 0.05 / m, the next against 0.05 / (m - 1), until one is not small."""
    found: set[str] = set()
    for code in sorted(p, key=lambda each: p[each]):
        if p[code] > 0.05 / (len(p) - len(found)):
            break
        found.add(code)
    return found


def expected(gate: list[Case], end: date) -> dict[str, str]:
    states = {case.theirs.kpi: refused(case, end) for case in gate}
    tested = {case.theirs.kpi: case for case in gate if states[case.theirs.kpi] is None}
    p = {code: p_values(case) for code, case in tested.items()}
    assume(all(abs(each * rank - 0.05) > 1e-9 for pair in p.values() for each in pair for rank in range(1, 6)))
    below, above = (rejected({code: pair[side] for code, pair in p.items()}) for side in (0, 1))
    for code, case in tested.items():
        assert case.mine is not None
        wide = reach(case.mine) * (case.mine.se or 0.0) > KPIS[code].precision
        undecided = "insufficient" if wide else "not_shown_below"
        states[code] = "below" if code in below else "above" if code in above else undecided
    return {code: str(state) for code, state in states.items()}


# --- compared ------------------------------------------------------------------------------------------------------


@given(cases())
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
def test_every_state_comes_out_as_in_the_second_implementation(drawn: tuple[list[Case], date]) -> None:
    gate, end = drawn
    found = judged(gate, end)
    assert {code: verdict.state for code, verdict in found.items()} == expected(gate, end)
    for case in gate:
        verdict = found[case.theirs.kpi]
        if verdict.p is not None:
            assert verdict.p == pytest.approx(p_values(case)[0], rel=1e-6, abs=1e-12)


@given(cases())
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_a_verdict_flips_where_it_says_and_more_days_settle_it_when_it_says(drawn: tuple[list[Case], date]) -> None:
    gate, end = drawn
    for place, (case, verdict) in enumerate(zip(gate, judged(gate, end).values(), strict=True)):

        def state(place: int = place, **changes: Any) -> str:
            """Judge the gate with this KPI changed."""
            changed = replace(gate[place], **changes)
            return judged([*gate[:place], changed, *gate[place + 1 :]], end)[changed.theirs.kpi].state

        if verdict.flips_if is not None:
            step = 1e-6 if verdict.flips_if > 50 else -1e-6
            before, after = (
                state(theirs=replace(case.theirs, value=Decimal(repr(verdict.flips_if + each))))
                for each in (-step, step)
            )
            assert before == verdict.state != after
        if verdict.settles:
            assert case.mine is not None
            total = (case.mine.clusters or 0) + verdict.settles["clusters"]
            assert state(mine=longer(case.mine, total)) != "insufficient"
            assert state(mine=longer(case.mine, total - 1)) == "insufficient"


def longer(mine: Measured, clusters: int) -> Measured:
    """Return the measurement as more days of the same kind would give it."""
    error = (mine.se or 0.0) * ((mine.clusters or 0) / clusters) ** 0.5
    grown = replace(mine, se=error, clusters=clusters, low=None, high=None)
    if mine.low is None or mine.high is None:
        return grown
    return skewed(grown, 2 * (mine.value - mine.low) / (mine.high - mine.low))


def test_holm_on_the_example_of_the_paper_that_statsmodels_and_r_give_too() -> None:
    # p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm"), and with ties; statsmodels' multipletests gives the same.
    assert list(holm(dict(zip("abcde", (0.01, 0.02, 0.03, 0.04, 0.05), strict=True))).values()) == pytest.approx(
        [0.05, 0.08, 0.09, 0.09, 0.09]
    )
    assert list(holm({"a": 0.02, "b": 0.02, "c": 0.6}).values()) == pytest.approx([0.06, 0.06, 0.6])
