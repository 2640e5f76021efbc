"""Judges' severity: worked by hand, against dense least squares, and refused with the missing links named."""

from __future__ import annotations

import random
from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import studentized_range

from awards.panel import (
    Panel,
    RefusedError,
    Score,
    analyse,
    components,
    design,
    fit_additive,
    intervals,
    intraclass,
    missing_links,
    rank_intervals,
    reliability,
)
from awards.panel.studentized import studentized_quantile
from tests.awards.panels import CATALYSTS, SHROUT_FLEISS, drawn, panel_of


def test_strict_judges_do_not_cost_the_entrants_they_judged() -> None:
    # Merit 5 6 7 8, judge C gives 3 less; A is judged by 1 2 3, B by 2 3 4, C by 3 4 1 2: no error at all.
    merit = {"1": 5, "2": 6, "3": 7, "4": 8}
    judged = {"A": "123", "B": "234", "C": "3412", "D": "1234"}
    panel = Panel.of(
        Score(e, j, Decimal(merit[e] - 3 * (j == "C"))) for j, entrants in judged.items() for e in entrants
    )
    fit = fit_additive(panel)
    assert fit.adjusted == pytest.approx({"1": -1.5, "2": -0.5, "3": 0.5, "4": 1.5})
    assert fit.severity == pytest.approx({"A": 0.75, "B": 0.75, "C": -2.25, "D": 0.75})
    assert (fit.mse, fit.df) == (0.0, 14 - 4 - 4 + 1)
    found = analyse(panel)
    assert found.reliability is None
    assert found.rank_intervals is None
    assert {each.code for each in found.refused if each.what == "rank_intervals"} == {"no_residuals"}


def test_incomplete_blocks_of_montgomery() -> None:
    # Printed: adjusted totals Q = -9/3, -7/3, -4/3, 20/3; effects 3 Q/(2 x 4); error 3.25 on 5 degrees of freedom.
    fit = fit_additive(panel_of(CATALYSTS))
    assert list(fit.adjusted.values()) == pytest.approx([-9 / 8, -7 / 8, -4 / 8, 20 / 8])
    assert (round(fit.mse * fit.df, 10), fit.df, round(fit.mse, 10)) == (3.25, 5, 0.65)


def test_fit_is_that_of_statsmodels() -> None:
    # statsmodels 0.15.0, ols("y ~ C(e, Sum) + C(j, Sum)") on the same scores.
    fit = fit_additive(Panel.of(drawn(40, 7, 3)))
    assert (fit.mu, fit.mse, fit.df) == (pytest.approx(5.122009585591677), pytest.approx(8.30716541573381), 74)
    assert (fit.adjusted["E000"], fit.severity["J00"]) == pytest.approx((-2.037771253109776, 1.174455517086166))
    assert (fit.adjusted_se["E000"], fit.severity_se["J00"]) == pytest.approx((1.6774693952565165, 0.68528125594664))


def test_beyond_the_size_of_a_square_matrix_the_same_without_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = Panel.of(drawn(40, 7, 3))
    exact = fit_additive(panel)
    monkeypatch.setattr(design, "MOST_SMALLER", 5)
    found = analyse(panel)
    assert found.fit
    assert found.fit.adjusted == pytest.approx(exact.adjusted)
    assert found.fit.mse == pytest.approx(exact.mse)
    assert set(found.fit.severity_se.values()) == {None}
    wanted = {"reliability", "rank_intervals", "standard_errors"}
    assert {each.what for each in found.refused if each.code == "too_large"} == wanted


@pytest.mark.parametrize("shape", [(40, 7, 3), (8, 30, 20)], ids=["more entrants", "more judges"])
def test_fit_is_that_of_dense_least_squares(shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    spread_out = (
        Score(s.entrant, s.judge, s.value + 3 * int(s.entrant[1:])) for s in drawn(*shape) if s.value is not None
    )
    panel = Panel.of(spread_out)
    cards, n, m = panel.cards, len(panel.entrants), len(panel.judges)
    design = np.zeros((len(cards), 1 + n + m))
    design[:, 0] = design[np.arange(len(cards)), 1 + cards.entrant] = 1
    design[np.arange(len(cards)), 1 + n + cards.judge] = 1
    inverse = np.linalg.pinv(design.T @ design)
    effects = inverse @ design.T @ cards.value
    tau, beta = effects[1 : n + 1], effects[n + 1 :]
    mse = np.square(cards.value - design @ effects).sum() / (len(cards) - n - m + 1)
    of_tau = mse * inverse[1 : n + 1, 1 : n + 1]
    apart = np.diag(of_tau)[:, None] + np.diag(of_tau) - 2 * of_tau
    mean = apart[np.triu_indices(n, 1)].mean()

    fit = fit_additive(panel)
    assert list(fit.adjusted.values()) == pytest.approx(tau - tau.mean())
    assert list(fit.severity.values()) == pytest.approx(beta - beta.mean())
    assert fit.mu == pytest.approx(effects[0] + tau.mean() + beta.mean())
    assert fit.mse == pytest.approx(mse)
    assert mse * fit.design.spreads[0].differences(np.arange(n), np.arange(n)) == pytest.approx(apart, abs=1e-9)
    assert reliability(fit) == pytest.approx(1 - mean / 2 / np.var(tau, ddof=1))
    limits = studentized_range.ppf(0.95, n, fit.df) * np.sqrt(apart / 2)
    ahead = tau[None, :] - tau[:, None]
    ranks = zip(1 + (ahead > limits).sum(axis=1), n - (-ahead > limits).sum(axis=1), strict=True)
    monkeypatch.setattr(intervals, "BLOCK", 3)
    assert list(rank_intervals(fit).values()) == list(ranks)
    centre = np.eye(m) - 1 / m
    errors = np.sqrt(mse * np.diag(centre @ inverse[n + 1 :, n + 1 :] @ centre))
    assert list(fit.severity_se.values()) == pytest.approx(errors)


def test_on_a_complete_panel_reliability_is_icc_3k_and_ranks_stay() -> None:
    panel = panel_of(SHROUT_FLEISS)
    fit = fit_additive(panel)
    assert reliability(fit) == pytest.approx(intraclass(panel)["ICC(3,k)"])
    assert fit.crossed
    # q(.95; 6, 15) = 4.595 in printed tables; mse 1.0194: places need 4.595 sqrt(1.0194/4) = 2.32 points.
    assert list(rank_intervals(fit).values()) == [(1, 5), (4, 6), (1, 4), (3, 6), (1, 3), (2, 6)]


@pytest.mark.parametrize("size", [2, 3, 7, 20, 100])
@pytest.mark.parametrize("df", [5, 12, 60, 1000, 45_000])
def test_quantile_of_the_studentized_range_is_that_of_scipy(size: int, df: int) -> None:
    assert studentized_quantile(0.95, size, df) == pytest.approx(studentized_range.ppf(0.95, size, df), rel=1e-8)


def test_quantile_of_the_studentized_range_where_scipy_gives_up() -> None:
    # scipy takes more than 100,000 degrees of freedom for infinitely many: 3.314493. The limit is 3.31449.
    assert studentized_quantile(0.95, 3, 10**9) == pytest.approx(3.314493, abs=1e-6)
    assert studentized_quantile(0.95, 3, 200_000) > studentized_quantile(0.95, 3, 10**9)


def test_missing_links_are_named() -> None:
    apart = panel_of([(1, 2, None, None), (3, 4, None, None), (None, None, 5, 6), (None, None, 7, None)])
    assert [(part.entrants, part.judges) for part in components(apart)] == [
        (("E1", "E2"), ("J1", "J2")),
        (("E3", "E4"), ("J3", "J4")),
    ]
    found = {each.code: each for each in missing_links(apart)}
    assert found.keys() == {"not_connected", "too_few_judges", "too_few_entrants"}
    assert found["too_few_judges"].params["names"] == ("E4",)
    assert "E3, E4" in found["not_connected"].words()
    small = missing_links(panel_of([(1, 2), (2, 3), (3, 5)]))
    assert [(each.code, each.params["df"]) for each in small] == [("too_few_df", 2)]
    with pytest.raises(RefusedError, match="2 degrees of freedom"):
        fit_additive(panel_of([(1, 2), (2, 3), (3, 5)]))


def test_nothing_depends_on_the_order_of_the_scores() -> None:
    scores = drawn(20, 5, 3)
    first = analyse(Panel.of(scores))
    random.Random(2).shuffle(scores)  # noqa: S311
    again = analyse(Panel.of(scores))
    for name in ("raw", "alpha", "reliability", "rank_intervals", "components", "fleiss_kappa"):
        assert getattr(first, name) == getattr(again, name)
    assert first.fit
    assert again.fit
    assert (first.fit.adjusted, first.fit.severity) == (again.fit.adjusted, again.fit.severity)
