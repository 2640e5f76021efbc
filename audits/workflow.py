"""The life of an engagement as a table. Pure: no Django, no clock, no database.

A transition says on which routes it lies, from where to where it leads, which permission it takes and which guards
must hold. Guards are named functions over a ``Situation``; each returns ``None`` or the code of the reason why not.
Words for the codes are in ``audits.words``, so that a reader gets them in their own language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SELF, INTERNAL, INITIAL, FURTHER = "self_assessment", "internal", "initial", "further"
# What each kind of engagement passes through, in order. ``further`` is every certification audit but the first.
ROUTES: dict[str, tuple[str, ...]] = {
    SELF: ("draft", "fieldwork", "closed"),
    INTERNAL: (
        "draft",
        "planned",
        "fieldwork",
        "closing",
        "report_draft",
        "technical_review",
        "correction",
        "closed",
    ),
    INITIAL: (
        "draft",
        "planned",
        "stage_1",
        "fieldwork",
        "closing",
        "report_draft",
        "technical_review",
        "correction",
        "decision",
        "closed",
    ),
    FURTHER: (
        "draft",
        "planned",
        "fieldwork",
        "closing",
        "report_draft",
        "technical_review",
        "correction",
        "decision",
        "closed",
    ),
}
CERTIFYING = frozenset({INITIAL, FURTHER})
AUDITS = CERTIFYING | {INTERNAL}
# Passed through only when there is something to wait for.
OPTIONAL = frozenset({"correction"})


def route_of(kind: str, purpose: str) -> str:
    """Return the route of an engagement; only the first certification audit of a centre has a stage 1."""
    if kind != "certification":
        return kind
    return INITIAL if purpose == "initial" else FURTHER


@dataclass(frozen=True)
class Situation:
    """What the guards look at. ``actor`` is the id of whoever wants the transition.

    ``actor_is_audited``: belongs to the auditee, and somebody else conducts the audit. ``above_computed`` counts the
    answers above the level that measurements give. ``undeclared`` are the members of the team who have not said
    whether they have a conflict of interest, ``uncleared`` everybody whose conflict was not cleared.
    ``returned`` counts the answers that the review sent back and nobody has dealt with.
    ``majors_late``: a major nonconformity was not verified within six months of the last day of stage 2.
    """

    actor: int
    team: frozenset[int]
    leaders: frozenset[int]
    reviewer: int | None
    unanswered: int
    has_reason: bool
    actor_is_audited: bool = False
    above_computed: int = 0
    route: str = FURTHER
    undeclared: frozenset[int] = frozenset()
    uncleared: frozenset[int] = frozenset()
    ready: bool = True
    opening_held: bool = True
    closing_held: bool = True
    majors_open: int = 0
    minors_unplanned: int = 0
    nonconformities_open: int = 0
    majors_late: bool = False
    returned: int = 0


def has_team_leader(situation: Situation) -> str | None:
    """An engagement needs somebody who leads it before it starts."""
    return None if situation.leaders else "no_team_leader"


def conflicts_declared(situation: Situation) -> str | None:
    """Everybody on the team has said whether they have a conflict of interest."""
    return "conflicts_undeclared" if situation.undeclared else None


def conflicts_cleared(situation: Situation) -> str | None:
    """Whatever was declared or found about a member of the team was cleared by the audit manager."""
    return "conflicts_uncleared" if situation.uncleared & situation.team else None


def ready_for_stage_2(situation: Situation) -> str | None:
    """Stage 1 was recorded, and its result is not that the centre is not ready."""
    return None if situation.ready else "not_ready"


def opening_held(situation: Situation) -> str | None:
    """The opening meeting is on record."""
    return None if situation.opening_held else "no_opening_meeting"


def closing_held(situation: Situation) -> str | None:
    """The closing meeting is on record."""
    return None if situation.closing_held else "no_closing_meeting"


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


def actor_cleared(situation: Situation) -> str | None:
    """Whoever reviews or decides has no conflict of interest that was declared or found and not cleared."""
    if situation.actor_is_audited:
        return None  # said already, by the guard for it
    return "actor_conflict" if situation.actor in situation.uncleared - situation.team else None


def actor_not_reviewer(situation: Situation) -> str | None:
    """The decision is made by somebody other than the technical reviewer."""
    return "actor_reviewed" if situation.actor == situation.reviewer else None


def majors_verified(situation: Situation) -> str | None:
    """The correction of every major nonconformity was verified."""
    return "majors_unverified" if situation.majors_open else None


def minors_planned(situation: Situation) -> str | None:
    """Every minor nonconformity has an accepted plan for its correction."""
    return "minors_unplanned" if situation.minors_unplanned else None


def majors_in_time(situation: Situation) -> str | None:
    """No major nonconformity stayed unverified for more than six months after stage 2."""
    return "stage_2_to_repeat" if situation.majors_late else None


def nothing_returned(situation: Situation) -> str | None:
    """No answer is sent back: the team answers it anew or says why it stands, and for that gets the audit back."""
    return "answers_returned" if situation.returned else None


def something_to_correct(situation: Situation) -> str | None:
    """There is a nonconformity to wait for."""
    return None if situation.nonconformities_open else "nothing_to_correct"


def stage_2_is_stale(situation: Situation) -> str | None:
    """Stage 2 is repeated only for a major nonconformity that was not verified in time."""
    return None if situation.majors_late else "stage_2_holds"


def reason_given(situation: Situation) -> str | None:
    """What cannot be undone, or sends work back, needs a reason."""
    return None if situation.has_reason else "no_reason"


SETTLED = (majors_verified, minors_planned, majors_in_time)
IMPARTIAL = (actor_not_on_team, actor_not_audited, actor_cleared)


@dataclass(frozen=True)
class Transition:
    """One allowed step. ``permission`` is a name of ``audits.rules``."""

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    guards: tuple[Callable[[Situation], str | None], ...]
    routes: frozenset[str] = frozenset(ROUTES)


PLAN, SUBMIT, REVIEW, DECIDE = "audits.plan_audit", "audits.submit_audit", "audits.review_audit", "audits.decide_audit"
TEAM_STANDS = (has_team_leader, conflicts_declared, conflicts_cleared)


def _from(*sources: str) -> frozenset[str]:
    return frozenset(sources)


TRANSITIONS: dict[str, Transition] = {
    transition.name: transition
    for transition in (
        Transition("plan", _from("draft"), "planned", PLAN, TEAM_STANDS, AUDITS),
        Transition("stage_1", _from("planned"), "stage_1", PLAN, TEAM_STANDS, _from(INITIAL)),
        Transition("begin", _from("draft", "planned"), "fieldwork", PLAN, (has_team_leader,), _from(SELF)),
        Transition("start", _from("planned"), "fieldwork", PLAN, TEAM_STANDS, _from(INTERNAL, FURTHER)),
        Transition(
            "start_stage_2", _from("stage_1"), "fieldwork", PLAN, (*TEAM_STANDS, ready_for_stage_2), _from(INITIAL)
        ),
        Transition("close", _from("fieldwork"), "closing", SUBMIT, (opening_held,), AUDITS),
        Transition("report", _from("closing"), "report_draft", SUBMIT, (closing_held,), AUDITS),
        Transition(
            "submit",
            _from("report_draft"),
            "technical_review",
            SUBMIT,
            (opening_held, closing_held, all_answered, within_computed),
            AUDITS,
        ),
        # The two states behind fieldwork are those of a self-assessment that was submitted before it had its own route.
        Transition(
            "finish",
            _from("fieldwork", "technical_review", "decision"),
            "closed",
            SUBMIT,
            (all_answered, within_computed),
            _from(SELF),
        ),
        Transition(
            "approve",
            _from("technical_review"),
            "decision",
            REVIEW,
            (*IMPARTIAL, nothing_returned, *SETTLED, reason_given),
            CERTIFYING,
        ),
        Transition(
            "conclude",
            _from("technical_review", "correction", "decision"),
            "closed",
            REVIEW,
            (*IMPARTIAL, nothing_returned, majors_verified, minors_planned, reason_given),
            _from(INTERNAL),
        ),
        Transition(
            "await_correction",
            _from("technical_review"),
            "correction",
            REVIEW,
            (*IMPARTIAL, nothing_returned, something_to_correct, reason_given),
            AUDITS,
        ),
        Transition("settle", _from("correction"), "decision", REVIEW, (*IMPARTIAL, *SETTLED, reason_given), CERTIFYING),
        Transition("forgo", _from("correction"), "decision", REVIEW, (*IMPARTIAL, reason_given), CERTIFYING),
        Transition(
            "decide",
            _from("decision"),
            "closed",
            DECIDE,
            (*IMPARTIAL, actor_not_reviewer, reason_given),
            CERTIFYING,
        ),
        Transition(
            "return",
            _from("technical_review", "correction", "decision"),
            "report_draft",
            REVIEW,
            (actor_not_on_team, reason_given),
            AUDITS,
        ),
        Transition(
            "repeat_stage_2",
            _from("correction", "decision"),
            "fieldwork",
            PLAN,
            (stage_2_is_stale, reason_given),
            CERTIFYING,
        ),
        Transition(
            "cancel",
            _from(
                "draft",
                "planned",
                "stage_1",
                "fieldwork",
                "closing",
                "report_draft",
                "technical_review",
                "correction",
            ),
            "cancelled",
            PLAN,
            (reason_given,),
        ),
    )
}

# The team may still change freely: nobody has seen anything yet.
UNSTARTED = frozenset({"draft", "planned"})
# Answers, evidence, findings and facts may change while work is done on site and until the report is submitted: what
# the centre corrects at the closing meeting, and what the review returns, is put right there.
EDITABLE = frozenset({"fieldwork", "closing", "report_draft"})
# The team, the plan and its inputs may still change.
PLANNABLE = UNSTARTED | {"stage_1"} | EDITABLE
# The result is frozen and nothing is decided yet; corrections are verified.
REVIEWED = frozenset({"technical_review", "correction", "decision"})
OVER = frozenset({"closed", "cancelled"})
# Said in place of a state of what stayed with an edition that the audit has left.
LEFT_EDITION = "left_edition"


def refusals(name: str, *, status: str, situation: Situation) -> tuple[str, ...]:
    """Return the codes of all reasons why the transition cannot be made now; empty when it can."""
    transition = TRANSITIONS[name]
    if situation.route not in transition.routes:
        return ("wrong_route",)
    if status not in transition.sources:
        return ("wrong_status",)
    return tuple(code for guard in transition.guards if (code := guard(situation)) is not None)


def possible(status: str, route: str) -> tuple[Transition, ...]:
    """Return the transitions that lead on from a status on a route, in the order of the table."""
    return tuple(each for each in TRANSITIONS.values() if status in each.sources and route in each.routes)
