"""Codes in words, and messages that are said in the reader's language."""

from __future__ import annotations

import pytest

from benchmarks.market import parse_market
from benchmarks.message import Message, sentences
from benchmarks.records.files import RecordsError
from benchmarks.records.located import MappingError
from benchmarks.records.reasons import reason_in_words
from benchmarks.terms import TERMS, not_measured_in_words, term, variant_in_words
from benchmarks.verdict import reason_in_words as verdict_in_words
from tests.benchmarks.test_market import RELEASE


def _foreign(text: str) -> str:
    return f"<{text}>"


def test_term_knows_every_code_of_the_shipped_release() -> None:
    signs = {"%", "s", "min", "GBP"}
    for figure in parse_market(RELEASE.read_bytes()):
        for family in ("unit", "statistic", "region", "industry", "channel"):
            code = getattr(figure, family)
            assert code in TERMS[family] or code in signs, (family, code)


def test_term_says_an_unknown_code_as_it_is() -> None:
    assert term("region", "Atlantis", _foreign) == "Atlantis"
    assert term("unit", "ratio", _foreign) == ""


def test_term_translates_words_that_are_their_own_code() -> None:
    assert (term("statistic", "mean", _foreign), term("region", "China", _foreign)) == ("<mean>", "<China>")


def test_sentences_leave_no_space_behind_a_full_width_stop() -> None:
    assert sentences(["太远。", "太旧。"]) == "太远。太旧。"
    assert sentences(["Far.", "Old."]) == "Far. Old."


@pytest.mark.parametrize(
    ("kpi", "variant", "said"),
    [
        ("service_level", "answered_within_offered", "Answered within the threshold / all offered; threshold 20 s"),
        ("service_level", "answered_within_offered_30s", "Answered within the threshold / all offered; threshold 30 s"),
        ("fcr", "no_repeat_7d", "No repeat within 7 days"),
        ("asa", "unstated", "formula not stated"),
        ("asa", "of_my_own", "of_my_own"),
        ("luck", "of_my_own", "of_my_own"),
    ],
)
def test_variant_in_words_gives_the_first_clause(kpi: str, variant: str, said: str) -> None:
    assert variant_in_words(kpi, variant) == said


def test_variant_in_words_cuts_chinese_at_its_own_full_stop() -> None:
    assert variant_in_words("fcr", "no_repeat_7d", lambda _text: "7 天内未再来。其余不计。") == "7 天内未再来"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("duplicate", "<duplicate>"),
        ("not readable: quotes or length", "<not readable: quotes or length>"),
        ("left out: agent ≠ A, B", "<left out by the mapping: agent ≠ A, B>"),
        ("score_nps: not a whole number from 0 to 10", "<<<recommendation score> (score_nps)>: <not a whole number"),
        ("closed_at: before opened_at", "<<<closing> (closed_at)>: <before <<opening> (opened_at)>>>"),
        ("state: not a known code", "<<<state> (state)>: <not a known code>>"),
        ("something: else {braces}", "<something: else {braces}>"),
    ],
)
def test_reason_in_words_translates_every_part(reason: str, said: str) -> None:
    assert reason_in_words(reason, _foreign).startswith(said)


def test_not_measured_names_kpi_formula_and_fields() -> None:
    why = "the mapping does not give score_csat or score_nps, agent"
    said = not_measured_in_words("csat top_box", why)
    assert said == (
        "Customer satisfaction (Answers of 5 / valid answers): the mapping does not give "
        "satisfaction score (score_csat) or recommendation score (score_nps), agent (agent)"
    )
    assert not_measured_in_words("aht standard", "no contact counts towards it").startswith(
        "Average handling time: no "
    )
    assert not_measured_in_words("luck", "bad {luck}") == "luck: bad {luck}"


def test_errors_are_said_in_the_language_of_the_reader_and_in_english_for_commands() -> None:
    error = RecordsError("line {line}: these bytes are not {encoding}; set the encoding.", line=3, encoding="big5")
    assert str(error) == "line 3: these bytes are not big5; set the encoding."
    assert error.words(lambda _text: "第 {line} 行：{encoding}") == "第 3 行：big5"
    located = MappingError(4, "{what} must be one of {known}.", what=Message("the {x}", {"x": "{y}"}), known=("a", "b"))
    assert str(located) == "line 4: the {y} must be one of a, b."
    assert located.words(_foreign) == "<line 4: <<the {y}> must be one of a<, >b.>>"


def test_reason_of_a_verdict_says_formulas_and_channels_in_words() -> None:
    params = {"variant": "waited", "channel": "self_service"}
    verdict = {"kpi": "asa", "reason": {"code": "other_measured", "params": params, "words": ""}}
    said = verdict_in_words(verdict)
    assert "Over the answered contacts that waited more than zero seconds; Self-service" in said
