"""The reason of a stored verdict, in the reader's language."""

from __future__ import annotations

import pytest

from benchmarks.verdict import reason_in_words

STATED = {"half_width": 4.25, "precision": 3, "unit": "%"}


def _foreign(text: str) -> str:
    return f"<{text}>"


def test_reason_in_words_translates_before_it_fills_in_the_numbers() -> None:
    verdict = {"reason": {"code": "not_precise", "params": STATED, "words": "stored"}}
    said = "Known to ±4.25 % only; ±3 % is needed. Measure more days."
    assert reason_in_words(verdict) == said
    assert reason_in_words(verdict, _foreign) == f"<{said}>"
    assert reason_in_words(verdict, lambda _text: "{half_width:g} > {precision:g}") == "4.25 > 3"


def test_reason_in_words_translates_each_refusal_on_its_own() -> None:
    refused = [{"code": "region", "figures": 2, "words": "Far."}, {"code": "grade", "figures": 1, "words": "Weak."}]
    reason = {"code": "no_like_figure", "params": {"figures": 3}, "words": "Far. Weak."}
    assert reason_in_words({"reason": reason, "refused": refused}, _foreign) == "<Far.> <Weak.>"


@pytest.mark.parametrize(("verdict", "said"), [({}, ""), ({"reason": {"code": "of old", "words": "So."}}, "So.")])
def test_reason_in_words_keeps_words_whose_code_is_not_known(verdict: dict[str, object], said: str) -> None:
    assert reason_in_words(verdict, _foreign) == said
