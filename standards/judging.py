"""The life of a best practice as a table, and what its judges' answers come to. Pure: no Django, no clock.

Each judge answers three questions, each with yes or no and a reason. A practice is accepted when two people say yes to
all three. Guards look at a ``Situation`` and return ``None`` or the code of the reason why not; words for the codes
are in ``standards.practice_words``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

QUESTIONS = ("innovative", "effective", "proven")
NEEDED = 2
MOST = 3


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the guards look at. People are ids, None is the system.

    ``entitled``: has the right for this standard. ``of_origin``: belongs to the organisation that the practice comes
    from. ``judged``: has judged in this round. Revisions count the changes of the text: now, as the actor saw it, and
    when more evidence was asked for.
    """

    actor: int | None
    proposer: int | None = None
    entitled: bool = False
    of_origin: bool = False
    judged: bool = False
    revision: int = 0
    seen: int = 0
    asked_at: int = 0
    reason: str = ""


def has_right(situation: Situation) -> str | None:
    """Only scheme owners of the standard judge."""
    return None if situation.entitled else "no_right"


def not_the_proposer(situation: Situation) -> str | None:
    """Nobody judges what they proposed."""
    return "proposed_it" if situation.actor is not None and situation.actor == situation.proposer else None


def no_conflict(situation: Situation) -> str | None:
    """Nobody judges a practice of an organisation that they belong to."""
    return "own_organisation" if situation.of_origin else None


def not_judged(situation: Situation) -> str | None:
    """A judgement is given once."""
    return "judged_already" if situation.judged else None


def what_was_seen(situation: Situation) -> str | None:
    """Judged is what the person saw, and nothing else."""
    return None if situation.revision == situation.seen else "other_content"


def something_new(situation: Situation) -> str | None:
    """Whoever was asked for more evidence has to have added something."""
    return None if situation.revision > situation.asked_at else "nothing_new"


def reason_given(situation: Situation) -> str | None:
    """What sends work back, or ends it, needs a reason."""
    return None if situation.reason.strip() else "no_reason"


@dataclass(frozen=True)
class Step:
    """One allowed step. ``permission`` is a name of ``standards.rules``.

    ``offered``: on its own, with a page of its own; else it follows from what somebody did elsewhere.
    """

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    guards: tuple[Callable[[Situation], str | None], ...] = ()
    offered: bool = False


JUDGE_GUARDS = (has_right, not_the_proposer, no_conflict, not_judged, what_was_seen)
STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("judge", frozenset({"proposed"}), "proposed", "standards.judge_practice", JUDGE_GUARDS),
        Step("accept", frozenset({"proposed"}), "accepted", "standards.judge_practice"),
        Step("decline", frozenset({"proposed"}), "declined", "standards.judge_practice"),
        Step(
            "ask",
            frozenset({"proposed"}),
            "more_evidence",
            "standards.judge_practice",
            (has_right, not_the_proposer, no_conflict, reason_given),
            offered=True,
        ),
        Step(
            "answer",
            frozenset({"more_evidence"}),
            "proposed",
            "standards.edit_practice",
            (something_new,),
            offered=True,
        ),
        Step(
            "withdraw",
            frozenset({"proposed", "more_evidence", "accepted"}),
            "withdrawn",
            "standards.withdraw_practice",
            (reason_given,),
            offered=True,
        ),
        Step("adopt", frozenset({"accepted", "adopted"}), "adopted", "standards.adopt_practice"),
    )
}


def refusals(name: str, *, status: str, situation: Situation) -> tuple[str, ...]:
    """Return the codes of all reasons why the step cannot be made now; empty when it can."""
    step = STEPS[name]
    if status not in step.sources:
        return ("wrong_status",)
    return tuple(code for guard in step.guards if (code := guard(situation)) is not None)


def outcome(answers: Sequence[Mapping[str, bool]]) -> str:
    """Return the step that the judgements of a round come to: accept, decline, ask; empty while another is needed.

    Two who say yes to everything accept. Two who say no to the same question decline. Two who differ wait for a third;
    where even then nobody agrees with anybody, more evidence is asked for.

    >>> yes, no = dict.fromkeys(QUESTIONS, True), {**dict.fromkeys(QUESTIONS, True), "proven": False}
    >>> outcome([yes]), outcome([yes, yes]), outcome([no, no]), outcome([yes, no]), outcome([yes, no, yes])
    ('', 'accept', 'decline', '', 'accept')
    """
    if sum(all(given[question] for question in QUESTIONS) for given in answers) >= NEEDED:
        return "accept"
    if any(sum(not given[question] for given in answers) >= NEEDED for question in QUESTIONS):
        return "decline"
    return "ask" if len(answers) >= MOST else ""
