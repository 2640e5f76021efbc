"""The life of an engagement as a table. Pure: no Django, no clock, no database.

A transition says from where to where, which permission it takes and which guards must hold. Guards are named
functions over a ``Situation``; each returns ``None`` or the code of the reason why not. Words for the codes are in
``audits.words``, so that a reader gets them in their own language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Situation:
    """What the guards look at. ``actor`` is the id of whoever wants the transition.

    ``actor_is_audited``: belongs to the auditee, and somebody else conducts the audit. ``above_computed`` counts the
    answers above the level that measurements give.
    """

    actor: int
    team: frozenset[int]
    leaders: frozenset[int]
    reviewer: int | None
    unanswered: int
    has_reason: bool
    actor_is_audited: bool = False
    above_computed: int = 0


def has_team_leader(situation: Situation) -> str | None:
    """An engagement needs somebody who leads it before it starts."""
    return None if situation.leaders else "no_team_leader"


def all_answered(situation: Situation) -> str | None:
    """Every criterion is answered or not applicable before submission."""
    return "unanswered" if situation.unanswered else None


def within_computed(situation: Situation) -> str | None:
    """No result criterion is submitted above what its measurements give."""
    return "answers_above_computed" if situation.above_computed else None


def actor_not_on_team(situation: Situation) -> str | None:
    """Whoever reviews or decides was not on the audit team (ISO/IEC 17021-1, impartiality of the decision)."""
    return "actor_on_team" if situation.actor in situation.team else None


def actor_not_audited(situation: Situation) -> str | None:
    """Nobody reviews or decides on their own organisation, whatever they are to the audit body besides."""
    return "actor_audited" if situation.actor_is_audited else None


def actor_not_reviewer(situation: Situation) -> str | None:
    """The decision is made by somebody other than the technical reviewer."""
    return "actor_reviewed" if situation.actor == situation.reviewer else None


def reason_given(situation: Situation) -> str | None:
    """What cannot be undone, or sends work back, needs a reason."""
    return None if situation.has_reason else "no_reason"


@dataclass(frozen=True)
class Transition:
    """One allowed step. ``permission`` is a name of ``audits.rules``."""

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    guards: tuple[Callable[[Situation], str | None], ...]


TRANSITIONS: dict[str, Transition] = {
    transition.name: transition
    for transition in (
        Transition("start", frozenset({"planned"}), "fieldwork", "audits.plan_audit", (has_team_leader,)),
        Transition(
            "submit",
            frozenset({"fieldwork"}),
            "technical_review",
            "audits.submit_audit",
            (all_answered, within_computed),
        ),
        Transition(
            "return",
            frozenset({"technical_review", "decision"}),
            "fieldwork",
            "audits.review_audit",
            (actor_not_on_team, reason_given),
        ),
        Transition(
            "approve",
            frozenset({"technical_review"}),
            "decision",
            "audits.review_audit",
            (actor_not_on_team, actor_not_audited, reason_given),
        ),
        Transition(
            "decide",
            frozenset({"decision"}),
            "closed",
            "audits.decide_audit",
            (actor_not_on_team, actor_not_audited, actor_not_reviewer, reason_given),
        ),
        Transition(
            "cancel",
            frozenset({"planned", "fieldwork", "technical_review"}),
            "cancelled",
            "audits.plan_audit",
            (reason_given,),
        ),
    )
}

# Answers, evidence, findings and facts may change only while work is done on site.
EDITABLE = frozenset({"fieldwork"})
# The team, the plan and its inputs may still change.
PLANNABLE = frozenset({"planned", "fieldwork"})
# Said in place of a state of what stayed with an edition that the audit has left.
LEFT_EDITION = "left_edition"


def refusals(name: str, *, status: str, situation: Situation) -> tuple[str, ...]:
    """Return the codes of all reasons why the transition cannot be made now; empty when it can."""
    transition = TRANSITIONS[name]
    if status not in transition.sources:
        return ("wrong_status",)
    return tuple(code for guard in transition.guards if (code := guard(situation)) is not None)


def possible(status: str) -> tuple[Transition, ...]:
    """Return the transitions that lead on from a status, in the order of the table."""
    return tuple(transition for transition in TRANSITIONS.values() if status in transition.sources)
