"""The transition table: who may go where, and why not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from audits.models import AuditPurpose, AuditStatus
from audits.workflow import (
    EDITABLE,
    OPTIONAL,
    OVER,
    PLANNABLE,
    REVIEWED,
    ROUTES,
    TRANSITIONS,
    Situation,
    possible,
    refusals,
    route_of,
)

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
    for route, states in ROUTES.items():
        for status in states:
            assert bool(possible(status, route)) == (status != "closed")
        assert possible("cancelled", route) == ()


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_passes_through_exactly_its_states(route: str) -> None:
    reached, frontier = {"draft"}, ["draft"]
    while frontier:
        for transition in possible(frontier.pop(), route):
            if transition.target not in reached:
                reached.add(transition.target)
                frontier.append(transition.target)
    assert reached == {*ROUTES[route], "cancelled"}


@pytest.mark.parametrize("route", ROUTES)
def test_each_state_of_a_route_leads_to_the_next(route: str) -> None:
    """The next one that is not only a place to wait."""
    states = [state for state in ROUTES[route] if state not in OPTIONAL]
    for state, following in pairwise(states):
        assert following in {transition.target for transition in possible(state, route)}


def situation(step: str, route: str, **change: object) -> Situation:
    """Return a situation in which all guards of a step hold, but for the change."""
    needs = {"await_correction": {"nonconformities_open": 1}, "repeat_stage_2": {"majors_late": True}}
    return replace(READY, **{"route": route, **needs.get(step, {}), **change})


@pytest.mark.parametrize("step", TRANSITIONS)
@pytest.mark.parametrize("route", ROUTES)
def test_step_is_made_on_its_routes_from_its_states_and_nowhere_else(step: str, route: str) -> None:
    transition = TRANSITIONS[step]
    for status in AuditStatus.values:
        if route not in transition.routes:
            expected: tuple[str, ...] = ("wrong_route",)
        elif status not in transition.sources:
            expected = ("wrong_status",)
        else:
            expected = ()
        assert refusals(step, status=status, situation=situation(step, route)) == expected


@pytest.mark.parametrize(
    ("step", "change", "code"),
    [
        *(
            case
            for step in ("plan", "stage_1", "start", "start_stage_2")
            for case in (
                (step, {"leaders": frozenset()}, "no_team_leader"),
                (step, {"undeclared": frozenset({2})}, "conflicts_undeclared"),
                (step, {"uncleared": frozenset({2})}, "conflicts_uncleared"),
            )
        ),
        ("begin", {"leaders": frozenset()}, "no_team_leader"),
        ("start_stage_2", {"ready": False}, "not_ready"),
        ("close", {"opening_held": False}, "no_opening_meeting"),
        ("report", {"closing_held": False}, "no_closing_meeting"),
        ("submit", {"closing_held": False}, "no_closing_meeting"),
        ("submit", {"unanswered": 1}, "unanswered"),
        ("submit", {"above_computed": 1}, "answers_above_computed"),
        ("finish", {"unanswered": 1}, "unanswered"),
        *(
            case
            for step in ("approve", "settle")
            for case in (
                (step, {"majors_open": 1}, "majors_unverified"),
                (step, {"minors_unplanned": 1}, "minors_unplanned"),
                (step, {"majors_late": True}, "stage_2_to_repeat"),
            )
        ),
        *(
            case
            for step in ("approve", "await_correction", "settle", "forgo", "conclude", "decide")
            for case in (
                (step, {"actor": 2}, "actor_on_team"),
                (step, {"actor_is_audited": True}, "actor_audited"),
                (step, {"uncleared": frozenset({9})}, "actor_conflict"),
                (step, {"has_reason": False}, "no_reason"),
            )
        ),
        ("conclude", {"majors_open": 1}, "majors_unverified"),
        *((step, {"returned": 1}, "answers_returned") for step in ("approve", "await_correction", "conclude")),
        ("await_correction", {"nonconformities_open": 0}, "nothing_to_correct"),
        ("repeat_stage_2", {"majors_late": False}, "stage_2_holds"),
        ("repeat_stage_2", {"has_reason": False}, "no_reason"),
        ("return", {"actor": 2}, "actor_on_team"),
        ("return", {"has_reason": False}, "no_reason"),
        ("decide", {"actor": 8}, "actor_reviewed"),
        ("cancel", {"has_reason": False}, "no_reason"),
    ],
)
def test_guard_refuses_with_its_code(step: str, change: dict[str, object], code: str) -> None:
    source, route = min(TRANSITIONS[step].sources), min(TRANSITIONS[step].routes)
    assert refusals(step, status=source, situation=situation(step, route, **change)) == (code,)


def test_all_reasons_are_named_not_only_the_first() -> None:
    seen = replace(READY, actor=8, team=frozenset({8}), has_reason=False)
    assert refusals("decide", status="decision", situation=seen) == (
        "actor_on_team",
        "actor_reviewed",
        "no_reason",
    )


def test_content_is_editable_until_the_report_is_submitted() -> None:
    assert frozenset({"fieldwork", "closing", "report_draft"}) == EDITABLE
    assert EDITABLE < PLANNABLE
    assert not PLANNABLE & REVIEWED
    assert not (PLANNABLE | REVIEWED) & OVER
    assert set(AuditStatus.values) == PLANNABLE | REVIEWED | OVER


@pytest.mark.parametrize(
    ("kind", "purpose", "route"),
    [
        ("self_assessment", "initial", "self_assessment"),
        ("internal", "surveillance", "internal"),
        ("certification", "initial", "initial"),
        *(("certification", purpose, "further") for purpose in AuditPurpose.values if purpose != "initial"),
    ],
)
def test_kind_and_purpose_give_the_route(kind: str, purpose: str, route: str) -> None:
    assert route_of(kind, purpose) == route
