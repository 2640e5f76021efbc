"""The life of a certificate as a table. Pure: no Django, no clock, no database.

A step says from which states it leads where, and which guards must hold. ``expired`` is no stored state: it follows
from the date. Words for the codes are in ``audits.words``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.cycle import CYCLE, add_months

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


@dataclass(frozen=True)
class Holding:
    """What the guards look at. Every step holds from the day on which it is decided, never from an earlier one."""

    actor_on_team: bool
    actor_is_holder: bool
    has_reason: bool
    has_scope: bool


def not_on_team(holding: Holding) -> str | None:
    """Whoever decides about a certificate was not on the team of the audits that it rests on."""
    return "actor_on_team" if holding.actor_on_team else None


def not_holder(holding: Holding) -> str | None:
    """Nobody decides about the certificate of their own organisation."""
    return "actor_audited" if holding.actor_is_holder else None


def reason_given(holding: Holding) -> str | None:
    """Every step is reasoned."""
    return None if holding.has_reason else "no_reason"


def scope_said(holding: Holding) -> str | None:
    """A change of scope says what the scope is from now on."""
    return None if holding.has_scope else "no_scope"


@dataclass(frozen=True)
class CertificateStep:
    """One allowed step. ``target`` None: the state stays."""

    name: str
    sources: frozenset[str]
    target: str | None
    guards: tuple[Callable[[Holding], str | None], ...]


BY_DECIDER = (not_on_team, not_holder, reason_given)
ACTIVE, HELD = frozenset({"active"}), frozenset({"active", "suspended"})
# What may be relied on, now or from its first day: only then is a certificate printed.
PRINTABLE = frozenset({"active", "not_yet"})
STEPS: dict[str, CertificateStep] = {
    step.name: step
    for step in (
        CertificateStep("suspend", ACTIVE, "suspended", BY_DECIDER),
        CertificateStep("restore", frozenset({"suspended"}), "active", BY_DECIDER),
        CertificateStep("reduce", HELD, None, (*BY_DECIDER, scope_said)),
        CertificateStep("extend", ACTIVE, None, (*BY_DECIDER, scope_said)),
        CertificateStep("withdraw", HELD | {"expired"}, "withdrawn", BY_DECIDER),
    )
}
# Not asked for on their own: granted, renewed, superseded by the decision on an audit; expiry is the passing of time.
BY_DECISION = ("grant", "maintain", "renew", "supersede")


def refusals(name: str, *, state: str, holding: Holding) -> tuple[str, ...]:
    """Return the codes of all reasons why the step cannot be made now; empty when it can."""
    step = STEPS[name]
    if state not in step.sources:
        return ("wrong_state",)
    return tuple(code for guard in step.guards if (code := guard(holding)) is not None)


def possible(state: str) -> tuple[CertificateStep, ...]:
    """Return the steps that lead on from a state, in the order of the table."""
    return tuple(step for step in STEPS.values() if state in step.sources)


def state_on(stored: str, *, valid_from: date, valid_until: date, today: date) -> str:
    """Return the state as it is on a day: expiry follows from the date; what is withdrawn does not expire."""
    if stored in HELD:
        if today > valid_until:
            return "expired"
        if today < valid_from:
            return "not_yet"
    return stored


# Days until a certificate ends: from, to (both within); the last has no end.
REMAINING: tuple[tuple[int, int | None], ...] = ((0, 30), (31, 90), (91, 180), (181, 365), (366, None))


def remaining(valid_until: date, today: date) -> int | None:
    """Return the first day of the span of ``REMAINING`` in which a certificate ends; None once it has ended."""
    days = (valid_until - today).days
    return next((first for first, last in REMAINING if first <= days and (last is None or days <= last)), None)


def suspended_too_long(since: date, today: date) -> bool:
    """Say whether a suspension has lasted longer than it normally may."""
    return today > add_months(since, CYCLE.suspension_months)
