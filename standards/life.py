"""The life of an edition as a table. Pure: no Django, no clock, no database.

A step says from where to where, which permission it takes and which guards must hold. Guards look at a ``Situation``
and return ``None`` or the code of the reason why not; words for the codes are in ``standards.words``. What the table
forbids, ``triggers.py`` forbids in the database as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the guards look at. People are ids; ``actor`` wants the step, None is the system.

    ``sha256`` is that of the edition now, ``seen_sha256`` that of what the actor had before their eyes.
    """

    actor: int | None
    sender: int | None = None
    editor: int | None = None
    faults: int = 0
    gaps: int = 0
    sha256: str = ""
    seen_sha256: str = ""
    reason: str = ""


def no_faults(situation: Situation) -> str | None:
    """Nobody reviews what could not be loaded."""
    return "faults" if situation.faults else None


def no_gaps(situation: Situation) -> str | None:
    """A language is declared only when every text is there."""
    return "gaps" if situation.gaps else None


def second_person(situation: Situation) -> str | None:
    """Whoever approves neither sent the edition to review nor was the last to write in it."""
    if situation.actor is None:
        return "nobody"
    if situation.actor == situation.sender:
        return "sent_it"
    return "edited_it" if situation.actor == situation.editor else None


def what_was_seen(situation: Situation) -> str | None:
    """Approved, or sent to review, is what the person saw, and nothing else."""
    return None if situation.sha256 == situation.seen_sha256 else "other_content"


def reason_given(situation: Situation) -> str | None:
    """What sends work back, or cannot be undone, needs a reason."""
    return None if situation.reason.strip() else "no_reason"


@dataclass(frozen=True)
class Step:
    """One allowed step. ``permission`` is a name of ``standards.rules``; ``offered`` on its own, not within another."""

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    guards: tuple[Callable[[Situation], str | None], ...]
    offered: bool = True


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("send", frozenset({"draft"}), "review", "standards.edit_edition", (no_faults, no_gaps, what_was_seen)),
        Step("return", frozenset({"review"}), "draft", "standards.edit_edition", (reason_given,)),
        Step(
            "publish",
            frozenset({"review"}),
            "published",
            "standards.approve_edition",
            (second_person, what_was_seen, no_faults, no_gaps),
        ),
        Step("supersede", frozenset({"published"}), "superseded", "standards.approve_edition", (), offered=False),
        Step(
            "withdraw",
            frozenset({"published", "superseded"}),
            "withdrawn",
            "standards.approve_edition",
            (reason_given,),
        ),
    )
}
MOVES = frozenset((source, step.target) for step in STEPS.values() for source in step.sources)


def refusals(name: str, *, status: str, situation: Situation) -> tuple[str, ...]:
    """Return the codes of all reasons why the step cannot be made now; empty when it can."""
    step = STEPS[name]
    if status not in step.sources:
        return ("wrong_status",)
    return tuple(code for guard in step.guards if (code := guard(situation)) is not None)


def possible(status: str) -> tuple[Step, ...]:
    """Return the steps that are offered in a status, in the order of the table."""
    return tuple(step for step in STEPS.values() if step.offered and status in step.sources)
