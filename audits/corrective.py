"""The life of a finding as a table. Pure: no Django, no clock, no database.

open → response submitted → accepted | rejected → implemented → verified effective → closed; reopened where the action
did not hold; withdrawn where it was raised by mistake and the audit is not submitted yet. Escalation is no state of its
own: a finding can be escalated wherever it stands until it is verified.
The audited organisation responds and implements (``ANSWER``); the audit team and its managers accept, reject and
verify (``JUDGE``). Guards are named functions over a ``Standing``; words for their codes are in
``audits.finding_words``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER, JUDGE, EITHER = "audits.answer_finding", "audits.judge_finding", "audits.follow_finding"

# The one place that knows states of the engagement: in these nothing is followed up, in all others it is.
UNFOLLOWED = frozenset({"draft", "planned", "cancelled"})
# What a gate or a guard of the engagement may ask: the plan is agreed; the action is known to have worked.
PLAN_AGREED = frozenset({"accepted", "implemented", "verified", "closed"})
SETTLED = frozenset({"verified", "closed"})
WITHDRAWN = "withdrawn"  # raised by mistake: kept, and counted nowhere


@dataclass(frozen=True)
class Standing:
    """What the guards look at. ``actor`` is the id of whoever wants the step, ``is_submitted`` about the audit.

    ``owner`` owns the corrective action, ``responder`` wrote the response. ``missing`` counts the parts of a response
    that are empty. ``due`` is the day that the step sets, ``latest`` the last day that it may be. ``seen_on`` is when
    effectiveness was looked at, ``done_on`` when the action was reported as implemented.
    """

    actor: int
    is_nonconformity: bool
    closes_alone: bool = False
    owner: int | None = None
    responder: int | None = None
    has_words: bool = False
    has_evidence: bool = False
    is_escalated: bool = False
    is_submitted: bool = False
    missing: int = 0
    today: date | None = None
    due: date | None = None
    latest: date | None = None
    seen_on: date | None = None
    done_on: date | None = None


def is_nonconformity(standing: Standing) -> str | None:
    """Opportunities and strengths have no correction to follow."""
    return None if standing.is_nonconformity else "not_a_nonconformity"


def is_opportunity(standing: Standing) -> str | None:
    """A nonconformity is closed by verification only; a strength stays."""
    return None if standing.closes_alone else "needs_verification"


def words_given(standing: Standing) -> str | None:
    """A step that the other side has to understand says why or how."""
    return None if standing.has_words else "no_words"


def response_whole(standing: Standing) -> str | None:
    """Correction, cause, corrective action, owner and due date belong together."""
    return "response_incomplete" if standing.missing else None


def evidence_given(standing: Standing) -> str | None:
    """What is said to be done is shown."""
    return None if standing.has_evidence else "no_evidence"


def due_in_reach(standing: Standing) -> str | None:
    """A due day lies ahead, and not further than the grading allows."""
    if standing.due is None:
        return "due_missing"
    if standing.today and standing.due < standing.today:
        return "due_past"
    return "due_too_far" if standing.latest and standing.due > standing.latest else None


def actor_not_owner(standing: Standing) -> str | None:
    """Nobody judges the action that is their own."""
    return "actor_owns" if standing.actor == standing.owner else None


def actor_not_responder(standing: Standing) -> str | None:
    """Nobody judges the response that they wrote."""
    return "actor_responded" if standing.actor == standing.responder else None


def not_escalated(standing: Standing) -> str | None:
    """Once is enough."""
    return "already_escalated" if standing.is_escalated else None


def not_submitted(standing: Standing) -> str | None:
    """What the frozen result rests on stays; until then the team may say that it was mistaken."""
    return "submitted_already" if standing.is_submitted else None


def seen_in_time(standing: Standing) -> str | None:
    """Effectiveness shows after the action was implemented, and not in the future."""
    if standing.seen_on is None:
        return "seen_missing"
    if standing.today and standing.seen_on > standing.today:
        return "seen_ahead"
    return "seen_before" if standing.done_on and standing.seen_on < standing.done_on else None


@dataclass(frozen=True)
class Step:
    """One allowed step. ``target`` is empty where the state stays; ``permission`` is a name of ``audits.rules``."""

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    guards: tuple[Callable[[Standing], str | None], ...]


JUDGED = (actor_not_owner, actor_not_responder)
UNSETTLED = frozenset({"open", "responded", "rejected", "accepted", "implemented", "reopened"})

STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step(
            "respond",
            frozenset({"open", "rejected", "reopened"}),
            "responded",
            ANSWER,
            (is_nonconformity, response_whole, due_in_reach),
        ),
        Step("recall", frozenset({"responded"}), "open", ANSWER, (is_nonconformity,)),
        Step("accept", frozenset({"responded"}), "accepted", JUDGE, (is_nonconformity, *JUDGED, due_in_reach)),
        Step("reject", frozenset({"responded"}), "rejected", JUDGE, (is_nonconformity, *JUDGED, words_given)),
        Step(
            "implement",
            frozenset({"accepted"}),
            "implemented",
            ANSWER,
            (is_nonconformity, words_given, evidence_given),
        ),
        Step(
            "verify",
            frozenset({"implemented"}),
            "verified",
            JUDGE,
            (is_nonconformity, *JUDGED, words_given, seen_in_time),
        ),
        Step(
            "fail",
            frozenset({"implemented"}),
            "reopened",
            JUDGE,
            (is_nonconformity, *JUDGED, words_given, seen_in_time, due_in_reach),
        ),
        Step("close", frozenset({"verified"}), "closed", JUDGE, (is_nonconformity, *JUDGED, words_given)),
        Step("settle", frozenset({"open"}), "closed", JUDGE, (is_opportunity, words_given)),
        Step(
            "reopen",
            frozenset({"verified", "closed"}),
            "reopened",
            JUDGE,
            (is_nonconformity, *JUDGED, words_given, due_in_reach),
        ),
        Step("withdraw", UNSETTLED, WITHDRAWN, JUDGE, (words_given, not_submitted)),
        Step("escalate", UNSETTLED, "", EITHER, (is_nonconformity, words_given, not_escalated)),
    )
}


def refusals(name: str, *, state: str, standing: Standing) -> tuple[str, ...]:
    """Return the codes of all reasons why the step cannot be made now; empty when it can."""
    step = STEPS[name]
    if state not in step.sources:
        return ("wrong_state",)
    return tuple(code for guard in step.guards if (code := guard(standing)) is not None)


def possible(state: str, *, is_nonconformity: bool) -> tuple[Step, ...]:
    """Return the steps that lead on from a state, in the order of the table, without those of another grading."""
    return tuple(
        step
        for step in STEPS.values()
        if state in step.sources and (step.name == "withdraw" or (step.name == "settle") != is_nonconformity)
    )


# An action that is agreed after the last day still gets this many days; the finding stays late.
LATE_DAYS = 30


def last_day(since: date, most_days: int, today: date) -> date:
    """Return the last day on which an action may be due, counted from when the finding was raised or reopened."""
    return max(since + timedelta(days=most_days), today + timedelta(days=LATE_DAYS))


def agreed_due(due: date | None, action_due: date, answered_on: date) -> date:
    """Return when a finding is due once its response is accepted: the day of the action, if it was answered in time.

    Late is late: an answer that came after the due day does not move it, so that a minor cannot become punctual again.
    """
    return action_due if due is None or answered_on <= due else due


# Whose turn it is: who has to be told when time runs out.
AUDITORS_TURN = frozenset({"responded", "implemented", "verified"})


def waits_for_auditors(state: str) -> bool:
    """Say whether the audit team has to act next; else the audited organisation has."""
    return state in AUDITORS_TURN
