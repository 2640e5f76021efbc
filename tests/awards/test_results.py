"""From scores to results: the declared method and no other, ties with their trace, agreements, gates, the freeze."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from accounts.models import Membership, Role, User
from awards.scheme import ADJUSTED, MEAN, Method
from awards.selectors.desk import desk
from awards.selectors.panels import preview
from awards.services.errors import FrozenFirstError
from awards.services.panels import assignment_confirm
from awards.services.results import (
    consensus_record,
    gate_close,
    result_correct,
    results_announce,
    results_freeze,
    tie_decide,
)
from awards.services.submitting import late_allow
from awards.tally import StageFacts, facts_document, facts_of, group_document, tally
from tests.awards.scenes import IN_JUDGING, OVER, make_judging, template
from tests.awards.test_entering import refused

LADDER = ("score", "criterion:value", "head_to_head", "deliberation", "joint")
WEIGHTS = {"value": Decimal(2), "proof": Decimal(1)}


def facts(given: dict[str, dict[str, tuple[int, int]]], score: str = MEAN, trim: int = 0, **more) -> StageFacts:
    """Return facts from {entry: {judge: (value, proof)}}."""
    scores = [
        (entry, judge, criterion, level)
        for entry, judges in given.items()
        for judge, levels in judges.items()
        for criterion, level in zip(("value", "proof"), levels, strict=True)
    ]
    values = {"weights": WEIGHTS, "method": Method(score, trim, LADDER), "scores": scores, **more}
    return StageFacts(entries=dict.fromkeys(given, "centre"), **values)


def every(levels: dict[str, tuple[int, int]], judges: str = "pqr") -> dict[str, dict[str, tuple[int, int]]]:
    return {entry: dict.fromkeys(judges, each) for entry, each in levels.items()}


def test_the_mean_is_exact_and_a_missing_level_lowers_nothing() -> None:
    given = {"a": {"p": (5, 2), "q": (4, 4)}, "b": {"p": (3, 3), "q": (3, 3)}}
    found = facts(given)
    found.scores.append(("b", "r", "value", 0))  # no level for proof: the card is incomplete
    group = tally(found)["centre"]
    assert group.scores == {"a": Fraction(4), "b": Fraction(3)}
    assert group.ranking.of() == {"a": 1, "b": 2}


def test_ties_go_down_the_ladder_and_leave_a_trace() -> None:
    # Equal totals; the named criterion decides.
    group = tally(facts(every({"a": (4, 2), "b": (3, 4)})))["centre"]
    assert group.ranking.of() == {"a": 1, "b": 2}
    assert [rung.rung for rung in group.ranking.trace] == ["score", "criterion"]
    # Equal there too: joint, until the panel decides.
    level = facts(every({"a": (4, 2), "b": (4, 2), "c": (1, 1)}))
    group = tally(level)["centre"]
    assert group.ranking.of() == {"a": 1, "b": 1, "c": 3}
    assert group.verdict.word == "joint"
    decided = tally(replace(level, decisions=[(["b", "a"], "The site.")]))["centre"]
    assert decided.ranking.of() == {"b": 1, "a": 2, "c": 3}
    assert decided.ranking.trace[-1].facts == {"reason": "The site."}


def test_strictness_is_taken_out_when_declared_and_who_would_win_otherwise_is_told() -> None:
    # r is strict by 2 and met only a and b; the plain mean puts c first.
    given = {
        "a": {"p": (5, 5), "q": (5, 5), "r": (3, 3)},
        "b": {"p": (4, 4), "q": (4, 4), "r": (2, 2)},
        "c": {"p": (5, 4), "q": (4, 5), "s": (5, 5)},
        "d": {"p": (3, 3), "q": (2, 3), "r": (1, 1), "s": (4, 3)},
        "e": {"p": (2, 2), "r": (0, 0), "s": (2, 3)},
        "f": {"q": (3, 3), "s": (3, 4)},
    }
    group = tally(facts(given, ADJUSTED))["centre"]
    assert group.used == ADJUSTED
    assert group.instead == ()
    assert group.under[MEAN] == ("c",)
    assert group.under[ADJUSTED] == ("a",)


def test_what_cannot_be_computed_gives_way_to_the_plain_mean_with_its_reason() -> None:
    apart = {"a": {"p": (5, 5), "q": (4, 4)}, "b": {"x": (3, 3), "y": (2, 2)}}
    group = tally(facts(apart, ADJUSTED))["centre"]
    assert group.used == MEAN
    assert {refusal.code for refusal in group.instead} >= {"not_connected"}
    few = tally(facts(every({"a": (5, 5), "b": (1, 1)}), MEAN, 1))["centre"]
    assert few.used == MEAN
    assert few.instead


@pytest.mark.parametrize("given", [{}, {"a": {}}, {"a": {"p": (3, 3)}}, every({"a": (3, 3), "b": (3, 3)})])
def test_small_and_equal_panels_are_no_failure(given) -> None:
    for method in (MEAN, ADJUSTED):
        for group in tally(facts(given, method)).values():
            assert group_document(group)["category"] == "centre"


def test_an_agreement_moves_one_criterion_and_nothing_else() -> None:
    given = {"a": {"p": (5, 2), "q": (1, 2)}, "b": {"p": (3, 2), "q": (3, 3)}}
    agreed = replace(facts(given), consensus=[("a", "value", Decimal(2)), ("a", "value", Decimal("4.5"))])
    group = tally(agreed)["centre"]
    assert group.scores["a"] == Fraction(2 * Fraction(9, 2) + 2, 3)
    assert group.scores["b"] == Fraction(17, 6)
    again = facts_of(facts_document(agreed))
    assert [group_document(each) for each in tally(again).values()] == [group_document(group)]


def test_results_do_not_depend_on_the_order_of_scores() -> None:
    found = facts(every({"a": (4, 2), "b": (3, 4), "c": (3, 4)}), ADJUSTED)
    turned = replace(found, scores=found.scores[::-1], entries=dict(reversed(found.entries.items())))
    assert group_document(tally(found)["centre"]) == group_document(tally(turned)["centre"])


@pytest.fixture
def scene(db):
    scene = make_judging(3, 3)
    scene.assign()
    best = scene.entries[0].pk
    scene.score(lambda entry, judge: (5, 3) if entry.pk == best else (2 + (judge.pk % 2), 3))
    return scene


def test_an_agreement_lies_within_what_the_panel_gave(scene) -> None:
    entry = scene.entries[1]
    base = {"stage_id": scene.stage.pk, "by": scene.chair, "at": IN_JUDGING, "reason": "Site visit."}
    given = {**base, "entry": entry, "criterion": "value"}
    error = refused("outside_panel", consensus_record, **given, level=Decimal(4))
    assert (error.params["low"], error.params["high"]) == (2, 3)
    refused("no_scores", consensus_record, **{**given, "criterion": "x"}, level=Decimal(3))
    refused("no_reason", consensus_record, **{**given, "reason": " "}, level=Decimal(3))
    consensus_record(**given, level=Decimal("2.5"))
    refused("not_tied", tie_decide, **base, order=[entry.code])


def test_the_desk_shows_places_and_words_in_a_constant_number_of_queries(scene, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(14):
        page = desk(scene.stage, at=OVER)
    lines = page.parts[0].lines
    assert lines[0].entry == scene.entries[0]
    assert lines[0].place == 1
    assert [award.code for award in lines[0].awards] == ["gold"]
    assert (page.done, page.cards) == (9, 9)
    assert page.parts[0].said


def test_a_gate_closes_once_when_the_stage_is_over(scene) -> None:
    given = {"stage_id": scene.stage.pk, "by": scene.chair}
    refused("judging_open", gate_close, **given, at=IN_JUDGING)
    closed = gate_close(**given, at=OVER)
    assert len(closed.passed) == 3
    refused("gate_closed", gate_close, **given, at=OVER)


def test_results_freeze_when_judging_is_over_and_only_additions_follow(scene) -> None:
    given = {"programme_id": scene.programme.pk, "by": scene.chair}
    refused("not_frozen", results_announce, **given, embargo_until=None, at=OVER)
    refused("not_frozen", result_correct, **given, text="x", at=OVER)
    refused("judging_open", results_freeze, **given, at=IN_JUDGING)
    results_freeze(**given, at=OVER)
    with pytest.raises(FrozenFirstError):
        results_freeze(**given, at=OVER)
    refused("no_reason", result_correct, **given, text=" ", at=OVER)
    first = result_correct(**given, text="A name.", at=OVER)
    assert result_correct(**given, text="A name.", at=OVER).sha256 != first.sha256
    until = OVER + timedelta(days=1)
    programme = results_announce(**given, embargo_until=until, at=OVER)
    assert not programme.is_public(until - timedelta(seconds=1))
    assert programme.is_public(until)
    refused("wrong_status", gate_close, stage_id=scene.stage.pk, by=scene.chair, at=OVER)


def test_nothing_can_be_frozen_without_scores(db) -> None:
    scene = make_judging(2, 3)
    scene.assign()
    refused("unresolved", results_freeze, programme_id=scene.programme.pk, by=scene.chair, at=OVER)


def test_a_chair_keeps_out_of_what_is_about_their_own_organisation(scene) -> None:
    entry = scene.entries[1]
    Membership.objects.create(user=scene.chair, organisation=entry.organisation, role=Role.VIEWER)
    chair = User.objects.get(pk=scene.chair.pk)
    given = {"stage_id": scene.stage.pk, "entry": entry, "criterion": "value", "by": chair, "at": IN_JUDGING}
    refused("own_entry", consensus_record, **given, level=Decimal(3), reason="Mine.")
    refused("own_entry", late_allow, entry_id=entry.pk, until=OVER, reason="Mine.", by=chair, at=IN_JUDGING)
    other = {**given, "entry": scene.entries[2]}
    refused("bad_text", consensus_record, **other, level=Decimal(3), reason="\0")
    consensus_record(**other, level=Decimal("2.5"), reason="Agreed.")


@pytest.mark.django_db
def test_a_round_that_is_not_blind_waits_for_the_blind_one() -> None:
    document = template()
    finals = {"code": "finals", "kind": "judging", "days": [12, 20], "title": {"en": "Finals"}}
    scene = make_judging(2, 2, stages=[*document["stages"], finals])
    stage = scene.programme.stages.get(code="finals")
    given = {"stage_id": stage.pk, "fingerprint": preview(stage).fingerprint, "by": scene.chair}
    refused("blind_open", assignment_confirm, **given, at=IN_JUDGING)
    assert assignment_confirm(**given, at=OVER) == 4
