"""What a chair hears, in words of any language, and the exact base score."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from awards.panel import (
    Panel,
    RefusedError,
    Score,
    adjusted_scores,
    analyse,
    base_scores,
    facts,
    rank,
    trimmed_scores,
    verdict,
)
from tests.awards.panels import SHROUT_FLEISS, drawn, panel_of


def said(panel: Panel) -> dict[str, str]:
    analysis = analyse(panel)
    word = verdict(rank(base_scores(panel), judges=panel.by_judge()), analysis.rank_intervals)
    return {fact.code: fact.words() for fact in facts(analysis, word)}


def test_the_chair_hears_what_the_scores_say() -> None:
    found = said(panel_of(SHROUT_FLEISS))
    assert list(found) == ["reliability_both", "judge_strict", "judge_lenient", "crossed", "deliberate"]
    assert found["deliberate"].startswith("E5 leads, but places 1 to 3 are all plausible for it: deliberate.")


def test_scores_drawn_by_lot_tell_nobody_apart() -> None:
    found = said(Panel.of(drawn(12, 4, 3, seed=2)))
    assert {"no_separable_order", "reliability_none"} & found.keys()


def test_criteria_are_judged_by_their_alpha_and_incomplete_scorecards_named() -> None:
    scores = [
        Score(f"E{e}", f"J{j}", Decimal(e if criterion == "agreed" else (e * j) % 3), criterion)
        for e in range(6)
        for j in range(3)
        for criterion in ("agreed", "disputed")
        if (e, j, criterion) != (5, 2, "disputed")
    ]
    found = said(Panel.of(scores))
    assert found["incomplete_scorecards"] == "Scorecards that lack a criterion and do not count: 1, of J2."
    assert found["criterion_reliable"] == "“agreed”: the judges agree reliably (alpha 1.00)."
    assert found["criterion_unreliable"].startswith("“disputed”: the judges agree too little")


def test_facts_are_said_in_the_readers_language() -> None:
    words = {"Every judge scored every entrant: removing strictness cannot change the ranks.": "每位评委都评了。"}
    analysis = analyse(panel_of(SHROUT_FLEISS))
    crossed = next(fact for fact in facts(analysis) if fact.code == "crossed")
    assert crossed.words(lambda text: words.get(text, text)) == "每位评委都评了。"


def test_base_scores_are_exact_where_floating_point_is_not() -> None:
    panel = panel_of([("0.1", "0.2", "0.3"), ("0.2", "0.2", "0.2"), ("0.3", "0.1", "0.2")])
    assert base_scores(panel) == dict.fromkeys(("E1", "E2", "E3"), Fraction(1, 5))
    weighted = Panel.of(
        [Score("A", "J", Decimal(8), "x"), Score("A", "J", Decimal(5), "y")], {"x": Decimal("1.5"), "y": Decimal("0.5")}
    )
    assert base_scores(weighted) == {"A": Fraction(29, 4)}


def test_adjusted_scores_that_differ_by_rounding_alone_are_equal() -> None:
    panel = panel_of([(7.1, 5.3, 6.2), (5.3, 7.1, 6.2), (6.2, 6.2, 6.2), (1, 2, 3)])
    fit = analyse(panel).fit
    assert fit
    found = adjusted_scores(fit)
    assert found["E1"] == found["E2"] == found["E3"]


def test_trimming_is_explicit_and_needs_five_judges() -> None:
    panel = panel_of([(1, 9, 5, 6, 7), (2, 2, 2, 2, 10)])
    assert trimmed_scores(panel, 1) == {"E1": Fraction(6), "E2": Fraction(2)}
    assert trimmed_scores(panel_of([(1, 2, 3, 6)]), 0) == {"E1": Fraction(3)}
    for rows, drop in (([(1, 2, 3, 4)], 1), ([(1, 2, 3, 4, 5)], 3), ([(1, 2, 3, 4, 5)], -1)):
        with pytest.raises(RefusedError, match="To leave out"):
            trimmed_scores(panel_of(rows), drop)
