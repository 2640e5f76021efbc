"""Where an engagement stands on its route: what was done, what may come next, who may do it and why not now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.access import may
from audits.models import AuditStatus
from audits.selectors.overview import STEPS
from audits.selectors.situation import FREEZING, situation_of
from audits.words import words_for
from audits.workflow import OPTIONAL, ROUTES, TRANSITIONS, possible, refusals
from ledger.models import Entry

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.functional import _StrPromise as LazyText

    from accounts.models import User
    from audits.models import Audit
    from audits.selectors.overview import StepWords

WHO_MAY: dict[str, LazyText] = {
    "audits.plan_audit": _("Audit managers and administrators of the conducting organisation"),
    "audits.submit_audit": _("The team leader"),
    "audits.review_audit": _("Audit managers and decision makers of the conducting organisation, not of the team"),
    "audits.decide_audit": _("Decision makers of the conducting organisation, neither of the team nor the reviewer"),
}
# The ledger's names of the steps; the decision has a name of its own.
ACTIONS = {**{f"audit.{name}": name for name in TRANSITIONS}, "audit.decided": "decide"}


@dataclass(frozen=True)
class Stop:
    """One state of the route. ``state`` is done, now, ahead or skipped; ``since`` is when it was entered."""

    status: str
    label: str
    state: str
    since: datetime | None = None
    optional: bool = False


@dataclass(frozen=True)
class Done:
    """A step that was made: what it did, who made it, when, why, and under which number the ledger has it."""

    step: str
    words: StepWords
    by: User | None
    at: datetime
    reason: str
    sequence: int
    target: str


@dataclass(frozen=True)
class Ahead:
    """A step that leads on. ``refused`` says why not now; the lack of a reason is asked for on the step's own page."""

    name: str
    words: StepWords
    who: LazyText
    may: bool
    refused: tuple[str, ...]


def steps_done(audit: Audit) -> list[Done]:
    """Return the steps that were made, in order; one query."""
    entries = Entry.objects.filter(subject=f"audit:{audit.pk}", action__in=ACTIONS).select_related("actor")
    return [_done(entry) for entry in entries.order_by("sequence")]


def _done(entry: Entry) -> Done:
    payload, step = json.loads(entry.content)["payload"], ACTIONS[entry.action]
    return Done(
        step,
        STEPS[step],
        entry.actor,
        entry.at,
        payload.get("reason", ""),
        entry.sequence,
        payload.get("to", TRANSITIONS[step].target),
    )


def stops(audit: Audit, done: list[Done]) -> list[Stop]:
    """Return the states of the route with what lies behind and ahead; no query."""
    entered: dict[str, datetime] = {each.target: each.at for each in done}
    states = [*ROUTES[audit.route]]
    if audit.status == AuditStatus.CANCELLED:
        behind = [state for state in states if state in entered or state == states[0]]
        states = [*behind, audit.status]
    elif audit.status not in states:  # a state from before its kind had a route of its own
        states.insert(-1, audit.status)
    now = states.index(audit.status)
    return [
        Stop(
            status,
            str(AuditStatus(status).label),
            _state(status, position, now, entered),
            entered.get(status) if position <= now else None,
            optional=status in OPTIONAL,
        )
        for position, status in enumerate(states)
    ]


def _state(status: str, position: int, now: int, entered: dict[str, datetime]) -> str:
    if position == now:
        return "now"
    if position > now:
        return "ahead"
    return "skipped" if status in OPTIONAL and status not in entered else "done"


def steps_ahead(audit: Audit, *, user: User, at: datetime) -> list[Ahead]:
    """Return the steps that lead on, with who may make them and why not now; about thirteen queries."""
    found = possible(audit.status, audit.route)
    if not found:
        return []
    freezing = next((step.name for step in found if step.name in FREEZING), "")
    situation = situation_of(audit, by=user, reason="-", step=freezing, at=at)
    rows = []
    for step in found:
        allowed = may(user, step.permission, audit)
        codes = refusals(step.name, status=audit.status, situation=situation)
        # What stands against the reader is of no interest to whoever may not make the step anyway.
        said = [code for code in codes if allowed or not code.startswith("actor_")]
        words = tuple(words_for(code) for code in said)
        rows.append(Ahead(step.name, STEPS[step.name], WHO_MAY[step.permission], allowed, words))
    return rows
