"""The table of a finding's life: every step from every state, every guard, and the days by which something is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import rules
from hypothesis import given
from hypothesis import strategies as st

from audits.corrective import (
    LATE_DAYS,
    PLAN_AGREED,
    SETTLED,
    STEPS,
    UNFOLLOWED,
    Standing,
    agreed_due,
    last_day,
    possible,
    refusals,
)
from audits.finding_words import REFUSED, STEP_NOTICES, STEP_WORDS
from audits.models import AuditStatus, FindingState

TODAY = date(2026, 9, 20)
READY = Standing(
    actor=9,
    is_nonconformity=True,
    owner=5,
    responder=4,
    has_words=True,
    has_evidence=True,
    today=TODAY,
    due=TODAY + timedelta(days=10),
    latest=TODAY + timedelta(days=90),
    seen_on=TODAY,
    done_on=TODAY - timedelta(days=3),
)
# step -> state -> state after it; what is not here is refused.
LIFE = {
    "respond": {"open": "responded", "rejected": "responded", "reopened": "responded"},
    "recall": {"responded": "open"},
    "accept": {"responded": "accepted"},
    "reject": {"responded": "rejected"},
    "implement": {"accepted": "implemented"},
    "verify": {"implemented": "verified"},
    "fail": {"implemented": "reopened"},
    "close": {"verified": "closed"},
    "settle": {"open": "closed"},
    "reopen": {"verified": "reopened", "closed": "reopened"},
    "withdraw": dict.fromkeys(("open", "responded", "rejected", "accepted", "implemented", "reopened"), "withdrawn"),
    "escalate": dict.fromkeys(("open", "responded", "rejected", "accepted", "implemented", "reopened"), ""),
}


def test_states_of_the_table_are_those_of_the_model() -> None:
    named = {state for step in STEPS.values() for state in (*step.sources, step.target)} - {""}
    assert named == set(FindingState.values)
    assert set(FindingState.values) >= PLAN_AGREED | SETTLED


@pytest.mark.parametrize("state", FindingState.values)
@pytest.mark.parametrize("name", STEPS)
def test_each_step_leads_where_the_practice_says_and_from_nowhere_else(name: str, state: str) -> None:
    standing = replace(READY, is_nonconformity=name != "settle", closes_alone=name == "settle")
    seen = refusals(name, state=state, standing=standing)
    assert seen == (() if state in LIFE[name] else ("wrong_state",))
    if state in LIFE[name]:
        assert STEPS[name].target == LIFE[name][state]


def test_every_step_has_words_and_a_permission_that_exists() -> None:
    assert set(STEPS) <= set(STEP_WORDS)
    assert set(STEPS) <= set(STEP_NOTICES)
    assert [step.name for step in STEPS.values() if not rules.perm_exists(step.permission)] == []


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("respond", {"is_nonconformity": False}, "not_a_nonconformity"),
        ("respond", {"missing": 1}, "response_incomplete"),
        ("respond", {"due": None}, "due_missing"),
        ("respond", {"due": TODAY - timedelta(days=1)}, "due_past"),
        ("respond", {"due": TODAY + timedelta(days=91)}, "due_too_far"),
        ("accept", {"actor": 5}, "actor_owns"),
        ("accept", {"actor": 4}, "actor_responded"),
        ("reject", {"actor": 5}, "actor_owns"),
        ("reject", {"has_words": False}, "no_words"),
        ("implement", {"has_words": False}, "no_words"),
        ("implement", {"has_evidence": False}, "no_evidence"),
        ("verify", {"actor": 5}, "actor_owns"),
        ("verify", {"actor": 4}, "actor_responded"),
        ("verify", {"seen_on": None}, "seen_missing"),
        ("verify", {"seen_on": TODAY + timedelta(days=1)}, "seen_ahead"),
        ("verify", {"seen_on": TODAY - timedelta(days=4)}, "seen_before"),
        ("fail", {"due": None}, "due_missing"),
        ("close", {"actor": 5}, "actor_owns"),
        ("settle", {"closes_alone": False}, "needs_verification"),
        ("reopen", {"due": None}, "due_missing"),
        ("withdraw", {"has_words": False}, "no_words"),
        ("withdraw", {"is_submitted": True}, "submitted_already"),
        ("escalate", {"is_escalated": True}, "already_escalated"),
        ("escalate", {"has_words": False}, "no_words"),
    ],
)
def test_each_guard_refuses_with_a_code_that_has_words(name: str, change: dict[str, object], code: str) -> None:
    whole = replace(READY, closes_alone=name == "settle", is_nonconformity=name != "settle")
    state = min(STEPS[name].sources)
    assert refusals(name, state=state, standing=whole) == ()
    assert refusals(name, state=state, standing=replace(whole, **change)) == (code,)
    assert code in REFUSED


def test_due_on_the_last_day_and_on_today_is_taken() -> None:
    for day in (TODAY, READY.latest):
        assert refusals("respond", state="open", standing=replace(READY, due=day)) == ()


@pytest.mark.parametrize("state", FindingState.values)
def test_opportunities_only_settle_and_nonconformities_never_do(state: str) -> None:
    assert {step.name for step in possible(state, is_nonconformity=False)} <= {"settle", "withdraw"}
    assert "settle" not in {step.name for step in possible(state, is_nonconformity=True)}


def test_every_state_leads_on() -> None:
    ends = [state for state in FindingState.values if not possible(state, is_nonconformity=True)]
    assert ends == ["withdrawn"], "what was a mistake is raised anew, or not at all"


def test_what_is_not_followed_up_is_named_by_states_that_may_exist() -> None:
    assert {str(AuditStatus.PLANNED), str(AuditStatus.CANCELLED)} <= UNFOLLOWED
    assert not UNFOLLOWED & {"fieldwork", "technical_review", "decision", "closed", "correction"}


def test_no_due_day_lies_in_2099_and_late_answers_still_get_thirty_days() -> None:
    assert last_day(TODAY, 180, TODAY) == date(2027, 3, 19)
    assert last_day(TODAY - timedelta(days=400), 90, TODAY) == TODAY + timedelta(days=LATE_DAYS)


def test_late_is_late_whatever_is_agreed_afterwards() -> None:
    due, action = date(2026, 9, 1), date(2026, 10, 1)
    assert agreed_due(due, action, date(2026, 9, 1)) == action
    assert agreed_due(due, action, date(2026, 9, 2)) == due
    assert agreed_due(None, action, date(2026, 9, 2)) == action


days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(due=days, action=days, answered=days, today=days)
def test_a_finding_answered_late_never_becomes_punctual(due: date, action: date, answered: date, today: date) -> None:
    agreed = agreed_due(due, action, answered)
    if answered > due and today > due:
        assert today > agreed
