"""Strengths from pairs, judges against known scores, and shared traits."""

from __future__ import annotations

import random

import pytest

from awards.panel import (
    Comparison,
    Known,
    Panel,
    PanelError,
    RefusedError,
    bradley_terry,
    calibrate,
    fit_additive,
    shared_trait,
)
from tests.awards.panels import drawn, panel_of

# Per judge: first, second, whom the judge preferred.
SAID = (
    "DE- CFF BF- FA- CEE ACC EFE",
    "BEE EAA FDF FAA CBC FB- AC- BD-",
    "BAB BD- FAA EA- BF- CAA",
    "BEB FAA ACA EFF BCB FDD BF-",
    "BEB FAF DED CA- DA- BF- DCC CFC",
    "DBB ADA ECE BC- AF- BAB",
)


def comparisons(*said: str) -> list[Comparison]:
    return [
        Comparison(f"J{judge}", first, second, None if preferred == "-" else preferred)
        for judge, line in enumerate(said)
        for first, second, preferred in line.split()
    ]


def test_strengths_are_those_of_choix() -> None:
    # choix 0.4.1, opt_pairwise(alpha=0) with every win twice and every "can't tell" once each way.
    given = comparisons(*SAID)
    found = bradley_terry(given)
    wanted = (
        0.2747875546286163,
        0.40837763147077705,
        -0.17036282543676598,
        -0.2946833155080259,
        -0.12603677869520513,
        -0.09208226645939642,
    )
    assert found.strength == pytest.approx(dict(zip("ABCDEF", wanted, strict=True)), abs=1e-6)
    assert (found.comparisons, found.undecided) == (len(given), sum(each.preferred is None for each in given))
    assert sum(found.wins.values()) == found.comparisons
    random.Random(3).shuffle(given)  # noqa: S311
    assert bradley_terry(given).strength == pytest.approx(found.strength, abs=1e-9)


def test_two_entrants_by_hand() -> None:
    # Three wins of four: log 3 apart; the variance of that difference is 1/(4 x 3/4 x 1/4) = 4/3, of each a quarter.
    found = bradley_terry(comparisons("ABA", "ABA", "BAA", "ABB"))
    assert found.probability("A", "B") == pytest.approx(0.75)
    assert found.se["A"] == pytest.approx((4 / 3 / 4) ** 0.5)


@pytest.mark.parametrize(
    ("said", "code"),
    [(("ABA", "ABA"), "not_linked"), (("ABA CDC", "ABB CDD"), "not_linked"), ((), "no_comparisons")],
)
def test_strengths_without_bounds_are_refused(said, code) -> None:
    with pytest.raises(RefusedError) as caught:
        bradley_terry(comparisons(*said))
    assert [each.code for each in caught.value.refusals] == [code]


@pytest.mark.parametrize("said", ["ABA BAA", "AAA", "ABC"])
def test_comparisons_that_cannot_be_are_refused(said) -> None:
    with pytest.raises(PanelError):
        bradley_terry(comparisons(said))


def test_judges_against_known_scores() -> None:
    strict = [Known("S", f"K{at}", given, 6.0, at) for at, given in enumerate((4.0, 5.0, 4.0, 5.0, 4.5))]
    drifting = [Known("D", f"K{at}", 6.0 + at, 6.0, at) for at in range(5)]
    few = [Known("F", "K1", 5.0, 6.0), Known("F", "K2", 5.0, 6.0)]
    same = [Known("C", f"K{at}", 5.0, 6.0) for at in range(3)]
    found = calibrate([*strict, *drifting, *few, *same])
    judge = found.judges["S"]
    assert (judge.entries, judge.error) == (5, 1.5)
    # Differences -2 -1 -2 -1 -1.5: sd .5, t(.975; 4) = 2.776, so -1.5 +- 2.776 x .5/sqrt 5.
    assert (judge.bias.value, judge.bias.high) == (-1.5, pytest.approx(-1.5 + 2.776445 * 0.5 / 5**0.5))
    assert judge.bias.clear
    assert judge.drift
    assert judge.drift.value == pytest.approx(0.1)
    assert not judge.drift.clear
    assert found.judges["D"].drift
    assert found.judges["D"].drift.value == pytest.approx(1.0)
    assert {(each.what, each.code) for each in found.refused} == {
        ("calibration.F", "too_few_known"),
        ("drift.C", "too_few_known"),
    }
    constant = found.judges["C"].bias
    assert (constant.value, constant.low, constant.high, constant.clear) == (-1.0, None, None, False)


def test_a_shared_trait_is_that_of_a_model_with_one_more_term() -> None:
    # statsmodels 0.15.0, ols("y ~ C(e) + C(j) + s") on the same scores.
    panel = Panel.of(drawn(40, 7, 3))
    of_entrants = {name: "xyz"[int(name[1:]) % 3] for name in panel.entrants}
    of_judges = {name: "xyzw"[int(name[1:]) % 4] for name in panel.judges}
    found = shared_trait(panel, of_entrants=of_entrants, of_judges=of_judges)
    wanted = (0.022384941068409603, -1.4398417890520292, 1.4846116711888484, 0.9757432613469129)
    assert (found.effect, found.low, found.high, found.p) == pytest.approx(wanted)
    residual = fit_additive(panel).residuals
    assert found.shared * found.pairs + found.others * (len(residual) - found.pairs) == pytest.approx(0, abs=1e-9)


def test_too_few_who_share_a_trait_are_refused() -> None:
    panel = panel_of([(1, 2, 4), (2, 3, 5), (3, 3, 6), (5, 4, 5)])
    with pytest.raises(RefusedError, match=r"1 scorecards share it, by 1 judges"):
        shared_trait(panel, of_entrants={"E1": "NL", "E2": ""}, of_judges={"J1": "NL", "J2": ""}, trait="country")
