"""The kinds of records as data: which fields each has, which it needs, which moment puts a row on a day.

A new kind is an entry here, its derived fields in ``complete.py`` where it has some, and a table in
``docs/mapping-format.md``. A field of one name has one type in every kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from benchmarks.codes import STATES

FieldType = Literal["text", "code", "flag", "moment", "seconds", "score", "amount", "number"]

EVENTS = (
    *("opened", "closed", "reopened", "entered", "left"),
    *("paused", "resumed", "escalated", "warned", "acted", "note"),
)
QUESTIONS = ("csat", "nps", "nps_relationship", "ces", "effort", "resolved", "good_bad")
SCALES = {"0-1": (0, 1), "1-5": (1, 5), "1-7": (1, 7), "0-10": (0, 10), "1-10": (1, 10)}
ENDINGS = ("resolved", "handed_over", "abandoned")
CURRENCIES = ("GBP", "USD", "EUR", "CNY", "HKD", "TWD")

# The codes that a field may hold, as the mapping's ``map`` writes them.
CODES: dict[str, tuple[str, ...]] = {
    "event": EVENTS,
    "question": QUESTIONS,
    "scale": tuple(SCALES),
    "state": STATES,
    "planned": STATES,
    "ended": ENDINGS,
    "currency": CURRENCIES,
}
# Whole numbers between two ends.
RANGES = {"score_csat": (1, 5), "score_nps": (0, 10), "score_ces": (1, 7), "level": (1, 3)}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of records.

    ``moment`` is the field that puts a row on a day, ``""`` where rows have none; ``dated`` says whether those days
    are the period measured. ``identity`` names the field that tells repeats. ``requires`` leads from a field to those
    it needs beside it, ``any_of`` are groups of which one whole group must be there. ``clock`` are moments that are
    kept as seconds since 1970 in a column ``<name>_s`` too: durations are counted on them, across any change of the
    clocks. ``order`` are moments of which the second may not come before the first.
    """

    fields: dict[str, FieldType]
    moment: str
    identity: str = ""
    needed: tuple[str, ...] = ()
    requires: dict[str, tuple[str, ...]] = field(default_factory=dict)
    any_of: tuple[tuple[str, ...], ...] = ()
    clock: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    dated: bool = True


KINDS: dict[str, Kind] = {
    "contacts": Kind(
        moment="arrived_at",
        identity="contact_id",
        fields={
            "arrived_at": "moment",
            "contact_id": "text",
            "queued": "flag",
            "wait_seconds": "seconds",
            "answered": "flag",
            "abandoned": "flag",
            "handle_seconds": "seconds",
            "talk_seconds": "seconds",
            "hold_seconds": "seconds",
            "wrap_seconds": "seconds",
            "agent": "text",
            "customer": "text",
            "reason": "text",
            "channel": "text",
            "queue": "text",
            "skill": "text",
            "transferred": "flag",
            "survey_invited": "flag",
            "survey_resolved": "flag",
            "score_csat": "score",
            "score_nps": "score",
            "score_ces": "score",
            "escalated": "flag",
            "complaint": "flag",
            "blocked": "flag",
            "sale": "flag",
            "ticket": "text",
            "first_response_seconds": "seconds",
            "started_at": "moment",
            "ended_at": "moment",
        },
        requires={
            "answered": ("wait_seconds",),
            "wait_seconds": ("answered",),
            "abandoned": ("answered",),
            "started_at": ("ended_at",),
            "ended_at": ("started_at",),
        },
        clock=("started_at", "ended_at"),
        order=(("started_at", "ended_at"),),
    ),
    "tickets": Kind(
        moment="opened_at",
        identity="ticket",
        fields={
            "opened_at": "moment",
            "ticket": "text",
            "closed_at": "moment",
            "closed": "flag",
            "complaint": "flag",
            "reopened": "flag",
            "escalated": "flag",
            "contact_count": "amount",
            "waiting_seconds": "seconds",
            "paused_seconds": "seconds",
            "agent": "text",
            "customer": "text",
            "channel": "text",
            "queue": "text",
            "skill": "text",
        },
        needed=("closed_at",),
        clock=("opened_at", "closed_at"),
        order=(("opened_at", "closed_at"),),
    ),
    "ticket_events": Kind(
        moment="happened_at",
        fields={
            "happened_at": "moment",
            "ticket": "text",
            "event": "code",
            "node": "text",
            "left_at": "moment",
            "level": "score",
            "due_at": "moment",
            "complaint": "flag",
            "agent": "text",
            "customer": "text",
            "channel": "text",
        },
        needed=("ticket", "event"),
        clock=("happened_at", "left_at", "due_at"),
        order=(("happened_at", "left_at"),),
    ),
    "surveys": Kind(
        moment="answered_at",
        identity="answer_id",
        fields={
            "answered_at": "moment",
            "answer_id": "text",
            "survey": "text",
            "question": "code",
            "score": "number",
            "scale": "code",
            "score_csat": "score",
            "score_nps": "score",
            "score_ces": "score",
            "survey_resolved": "flag",
            "survey_invited": "flag",
            "mode": "text",
            "agent": "text",
            "customer": "text",
            "channel": "text",
            "queue": "text",
            "skill": "text",
        },
        requires={"question": ("score",), "score": ("question",), "scale": ("question",)},
        any_of=(("question",), ("score_csat",), ("score_nps",), ("score_ces",), ("survey_resolved",)),
    ),
    "agent_states": Kind(
        moment="from_at",
        fields={
            "from_at": "moment",
            "to_at": "moment",
            "agent": "text",
            "state": "code",
            "planned": "code",
            "paid": "flag",
            "channel": "text",
        },
        needed=("agent", "state", "to_at"),
        clock=("from_at", "to_at"),
        order=(("from_at", "to_at"),),
    ),
    "schedules": Kind(
        moment="from_at",
        fields={"from_at": "moment", "to_at": "moment", "agent": "text", "state": "code", "channel": "text"},
        needed=("agent", "state", "to_at"),
        clock=("from_at", "to_at"),
        order=(("from_at", "to_at"),),
    ),
    "intervals": Kind(
        moment="starts_at",
        fields={
            "starts_at": "moment",
            "length_seconds": "seconds",
            "forecast": "amount",
            "actual": "amount",
            "answered_in_time": "amount",
            "service_level_percent": "amount",
            "channel": "text",
            "queue": "text",
            "skill": "text",
        },
        requires={"forecast": ("actual",)},
        any_of=(("forecast",), ("service_level_percent",), ("answered_in_time", "actual")),
    ),
    "quality_forms": Kind(
        moment="rated_at",
        fields={
            "rated_at": "moment",
            "form": "text",
            "item": "text",
            "points": "amount",
            "points_possible": "amount",
            "weight": "amount",
            "fatal": "flag",
            "rater": "text",
            "contact": "text",
            "agent": "text",
            "channel": "text",
        },
        needed=("form",),
        requires={"points": ("points_possible",), "points_possible": ("points",), "weight": ("points",)},
        any_of=(("points",), ("fatal",)),
    ),
    "staff": Kind(
        moment="hired_at",
        identity="person",
        fields={
            "hired_at": "moment",
            "left_at": "moment",
            "person": "text",
            "internal": "flag",
            "headcount": "amount",
            "competent_at": "moment",
        },
        needed=("left_at",),
        clock=("hired_at", "left_at", "competent_at"),
        order=(("hired_at", "left_at"), ("hired_at", "competent_at")),
        dated=False,
    ),
    "articles": Kind(
        moment="",
        identity="article",
        fields={"article": "text", "review_due_at": "moment", "uses": "amount", "correct": "flag"},
        any_of=(("review_due_at",), ("correct",)),
        clock=("review_due_at",),
    ),
    "probes": Kind(
        moment="probed_at",
        fields={"probed_at": "moment", "ok": "flag", "load_seconds": "seconds", "service": "text", "channel": "text"},
        any_of=(("ok",), ("load_seconds",)),
    ),
    "tasks": Kind(
        moment="started_at",
        identity="task",
        fields={
            "started_at": "moment",
            "task": "text",
            "completed": "flag",
            "customer": "text",
            "channel": "text",
        },
        needed=("completed",),
    ),
    "bot_sessions": Kind(
        moment="started_at",
        identity="session",
        fields={
            "started_at": "moment",
            "session": "text",
            "ended": "code",
            "customer": "text",
            "channel": "text",
        },
        needed=("ended",),
    ),
    "notices": Kind(
        moment="affected_at",
        fields={
            "affected_at": "moment",
            "customer": "text",
            "told_at": "moment",
            "asked_at": "moment",
            "channel": "text",
        },
        needed=("told_at",),
        clock=("told_at", "asked_at"),
    ),
    "money": Kind(
        moment="from_at",
        fields={
            "from_at": "moment",
            "to_at": "moment",
            "cost": "amount",
            "revenue": "amount",
            "contact_count": "amount",
            "currency": "code",
        },
        needed=("to_at", "currency"),
        any_of=(("cost",), ("revenue",)),
        clock=("from_at", "to_at"),
        order=(("from_at", "to_at"),),
    ),
    "projects": Kind(
        moment="finished_at",
        identity="project",
        fields={"finished_at": "moment", "project": "text", "cost": "amount", "benefit": "number"},
        needed=("cost", "benefit"),
    ),
}

# Every field of every kind with its type.
FIELDS: dict[str, FieldType] = {name: type_ for kind in KINDS.values() for name, type_ in kind.fields.items()}
