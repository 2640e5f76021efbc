"""Agreement: published examples to the printed digit, and what is refused."""

from __future__ import annotations

import math

import pytest

from awards.panel import LEVELS, Panel, RefusedError, alpha, fleiss_kappa, intraclass, kendall_w, krippendorff_alpha
from tests.awards.panels import SHROUT_FLEISS, drawn, fleiss, krippendorff, panel_of

RATINGS = ("23164", "42111", "45377", "12553", "37271", "32176", "73732", "23367", "67731", "75364", "52224", "31775")


def test_intraclass_correlations_of_shrout_and_fleiss() -> None:
    found = {form: f"{value:.2f}" for form, value in intraclass(panel_of(SHROUT_FLEISS)).items()}
    assert found == {
        "ICC(1,1)": "0.17",
        "ICC(2,1)": "0.29",
        "ICC(3,1)": "0.71",
        "ICC(1,k)": "0.44",
        "ICC(2,k)": "0.62",
        "ICC(3,k)": "0.91",
    }


def test_alpha_of_krippendorff_on_four_levels() -> None:
    cards = krippendorff().cards
    found = {level: f"{krippendorff_alpha(cards, level):.3f}" for level in LEVELS}
    assert found == {"nominal": "0.743", "ordinal": "0.815", "interval": "0.849", "ratio": "0.797"}


def test_ratio_is_computed_in_blocks_and_refused_for_too_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = krippendorff().cards
    monkeypatch.setattr(alpha, "BLOCK", 2)
    assert f"{krippendorff_alpha(cards, 'ratio'):.3f}" == "0.797"
    monkeypatch.setattr(alpha, "MOST_PAIRS", 40)
    with pytest.raises(RefusedError, match="5 different scores: too many pairs"):
        krippendorff_alpha(cards, "ratio")


def test_kappa_of_fleiss() -> None:
    assert f"{fleiss_kappa(fleiss()):.3f}" == "0.430"


def test_agreement_is_that_of_other_programs() -> None:
    # krippendorff 0.9.0 on the first panel; pingouin 0.7.0, statsmodels 0.15.0 and scipy's Friedman test on the second.
    cards = Panel.of(drawn(40, 7, 3)).cards
    alpha = (0.014928541106551396, 0.017202048255410718, 0.03809639480002669, 0.10327313918737524)
    assert [krippendorff_alpha(cards, level) for level in LEVELS] == pytest.approx(alpha)

    full = panel_of([list(map(int, row)) for row in RATINGS])
    alpha = (-0.035430463576158866, 0.025451448446731417, 0.010366295938104342, 0.019558244871961006)
    assert [krippendorff_alpha(full.cards, level) for level in LEVELS] == pytest.approx(alpha)
    icc = (0.011111831022, 0.011175898931, 0.011179520415, 0.053194789082, 0.053488372093, 0.053504962779)
    assert list(intraclass(full).values()) == pytest.approx(icc)
    assert fleiss_kappa(full) == pytest.approx(-0.05298013245033116)
    found = kendall_w(full)
    assert (found.chi2, found.p, found.df) == (pytest.approx(12.734306569343), pytest.approx(0.311045155583), 11)


def test_kendall_w_corrects_for_ties() -> None:
    # By hand: ranks 1 2.5 2.5 4 and 1 2 3 4 have sums 2, 4.5, 5.5, 8: S = 18.5, T = 6,
    # so W = 12 x 18.5 / (4 x 60 - 2 x 6) = 222/228; uncorrected it would be 222/240.
    found = kendall_w(panel_of([(1, 1), (2, 2), (2, 3), (3, 4)]))
    assert found.w == pytest.approx(222 / 228)
    assert (found.chi2, found.df) == (pytest.approx(2 * 3 * 222 / 228), 3)
    half = found.chi2 / 2  # the tail of chi2 with three degrees of freedom in closed form
    assert found.p == pytest.approx(math.erfc(math.sqrt(half)) + 2 * math.sqrt(half / math.pi) * math.exp(-half))


@pytest.mark.parametrize(
    ("compute", "rows", "code"),
    [
        (intraclass, [(1, 2), (3, None)], "incomplete_panel"),
        (intraclass, [(1, 2)], "too_small"),
        (intraclass, [(0.1, 0.1, 0.1), (0.1, 0.1, 0.1)], "no_variation"),
        (kendall_w, [(1, 5), (1, 5)], "all_tied"),
        (fleiss_kappa, [(1, 2), (1, None)], "unequal_raters"),
        (fleiss_kappa, [(1,), (2,)], "unequal_raters"),
        (fleiss_kappa, [(1, 2)], "unequal_raters"),
        (fleiss_kappa, [(1, 1), (1, 1)], "no_variation"),
        (lambda panel: krippendorff_alpha(panel.cards, "interval"), [(1, 3), (None, 2)], "too_few_paired"),
        (lambda panel: krippendorff_alpha(panel.cards, "nominal"), [(3, 3), (3, 3)], "no_variation"),
        (lambda panel: krippendorff_alpha(panel.cards, "ratio"), [(-1, 3), (2, 3)], "negative_scores"),
    ],
)
def test_what_cannot_be_said_is_refused(compute, rows, code) -> None:
    with pytest.raises(RefusedError) as caught:
        compute(panel_of(rows))
    assert [each.code for each in caught.value.refusals] == [code]


def test_ratio_takes_zero_as_wholly_different_from_anything_else() -> None:
    # By hand: every pair is apart, D_o = 1; of all 12 ordered pairs of 0 0 1 1 eight are, D_e = 8/12.
    assert krippendorff_alpha(panel_of([(0, 1), (0, 1)]).cards, "ratio") == pytest.approx(1 - 1 / (8 / 12))


def test_a_form_that_divides_nothing_by_nothing_is_none() -> None:
    found = intraclass(panel_of([(1, 3), (1, 3)]))
    assert found["ICC(3,k)"] is None
    assert found["ICC(2,1)"] == 0.0
