"""The life of a market release as a table. Pure: no Django, no clock, no database.

What the table forbids, ``triggers.py`` forbids in the database as well.
"""

from __future__ import annotations

from dataclasses import dataclass

DRAFT, PUBLISHED, SUPERSEDED, WITHDRAWN = "draft", "published", "superseded", "withdrawn"


@dataclass(frozen=True)
class Step:
    """One allowed step. ``offered`` on its own, not within another; a step that cannot be undone needs a reason."""

    name: str
    sources: frozenset[str]
    target: str
    needs_reason: bool = False
    offered: bool = True


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("publish", frozenset({DRAFT}), PUBLISHED),
        Step("supersede", frozenset({PUBLISHED}), SUPERSEDED, offered=False),
        Step("withdraw", frozenset({PUBLISHED, SUPERSEDED}), WITHDRAWN, needs_reason=True),
    )
}
MOVES = frozenset((source, step.target) for step in STEPS.values() for source in step.sources)


def refusals(name: str, *, status: str, sha256: str, seen_sha256: str, reason: str) -> tuple[str, ...]:
    """Return the codes of all reasons why the step cannot be made now; empty when it can."""
    step = STEPS[name]
    if status not in step.sources:
        return ("wrong_status",)
    found = []
    if sha256 != seen_sha256:
        found.append("other_content")
    if step.needs_reason and not reason.strip():
        found.append("no_reason")
    return tuple(found)


def possible(status: str) -> tuple[Step, ...]:
    """Return the steps that are offered in a status, in the order of the table."""
    return tuple(step for step in STEPS.values() if step.offered and status in step.sources)
