"""The transition table: who may go where, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audits.models import AuditStatus
from audits.workflow import EDITABLE, TRANSITIONS, Situation, possible, refusals

READY = Situation(
    actor=9,
    team=frozenset({1, 2}),
    leaders=frozenset({1}),
    reviewer=8,
    unanswered=0,
    has_reason=True,
)


def test_every_state_in_the_table_is_a_status_of_the_model() -> None:
    named = {state for transition in TRANSITIONS.values() for state in (*transition.sources, transition.target)}
    assert named == set(AuditStatus.values)


def test_every_status_but_the_final_ones_leads_on_and_final_ones_do_not() -> None:
    for status in AuditStatus.values:
        assert bool(possible(status)) == (status not in {"closed", "cancelled"})


def test_every_status_is_reached_from_planned() -> None:
    reached, frontier = {"planned"}, ["planned"]
    while frontier:
        for transition in possible(frontier.pop()):
            if transition.target not in reached:
                reached.add(transition.target)
                frontier.append(transition.target)
    assert reached == set(AuditStatus.values)


@pytest.mark.parametrize("step", TRANSITIONS)
def test_step_is_made_when_all_guards_hold(step: str) -> None:
    for source in TRANSITIONS[step].sources:
        assert refusals(step, status=source, situation=READY) == ()


@pytest.mark.parametrize("step", TRANSITIONS)
@pytest.mark.parametrize("status", AuditStatus.values)
def test_step_is_refused_from_every_other_state(step: str, status: str) -> None:
    if status not in TRANSITIONS[step].sources:
        assert refusals(step, status=status, situation=READY) == ("wrong_status",)


@pytest.mark.parametrize(
    ("step", "change", "code"),
    [
        ("start", {"leaders": frozenset()}, "no_team_leader"),
        ("submit", {"unanswered": 1}, "unanswered"),
        ("return", {"actor": 2}, "actor_on_team"),
        ("return", {"has_reason": False}, "no_reason"),
        ("approve", {"actor": 1}, "actor_on_team"),
        ("decide", {"actor": 1}, "actor_on_team"),
        ("decide", {"actor": 8}, "actor_reviewed"),
        ("decide", {"has_reason": False}, "no_reason"),
        ("cancel", {"has_reason": False}, "no_reason"),
    ],
)
def test_guard_refuses_with_its_code(step: str, change: dict[str, object], code: str) -> None:
    source = min(TRANSITIONS[step].sources)
    assert refusals(step, status=source, situation=replace(READY, **change)) == (code,)


def test_all_reasons_are_named_not_only_the_first() -> None:
    situation = replace(READY, actor=8, team=frozenset({8}), has_reason=False)
    assert refusals("decide", status="decision", situation=situation) == (
        "actor_on_team",
        "actor_reviewed",
        "no_reason",
    )


def test_content_is_editable_in_fieldwork_only() -> None:
    assert frozenset({"fieldwork"}) == EDITABLE
