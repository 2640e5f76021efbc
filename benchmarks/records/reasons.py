"""Why rows were not used, in words. Reasons are kept as short English texts; here they become messages."""

from __future__ import annotations

from benchmarks.message import Message, Translate
from benchmarks.message import marked as _

LEFT_OUT = "left out: "
FIELD_NAMES = {
    "contact_id": _("number of the contact"),
    "arrived_at": _("arrival"),
    "queued": _("queued"),
    "wait_seconds": _("waiting time"),
    "answered": _("answered"),
    "abandoned": _("abandoned"),
    "handle_seconds": _("handling time"),
    "talk_seconds": _("talk time"),
    "hold_seconds": _("hold time"),
    "wrap_seconds": _("after-call work"),
    "agent": _("agent"),
    "customer": _("customer"),
    "reason": _("reason of the contact"),
    "channel": _("channel"),
    "queue": _("queue"),
    "skill": _("skill"),
    "transferred": _("transferred"),
    "survey_invited": _("invited to the survey"),
    "survey_resolved": _("resolved, says the customer"),
    "score_csat": _("satisfaction score"),
    "score_nps": _("recommendation score"),
    "score_ces": _("effort score"),
    "score": _("answer"),
    "scale": _("scale"),
    "question": _("question"),
    "ticket": _("ticket"),
    "event": _("event"),
    "happened_at": _("moment of the event"),
    "left_at": _("leaving"),
    "due_at": _("due"),
    "level": _("level"),
    "opened_at": _("opening"),
    "closed_at": _("closing"),
    "complaint": _("complaint"),
    "contact_count": _("number of contacts"),
    "answered_at": _("moment of the answer"),
    "from_at": _("beginning"),
    "to_at": _("end"),
    "state": _("state"),
    "planned": _("planned state"),
    "starts_at": _("beginning of the interval"),
    "forecast": _("forecast"),
    "actual": _("actual number"),
    "rated_at": _("moment of the rating"),
    "points": _("points"),
    "points_possible": _("points possible"),
    "rater": _("rater"),
    "contact": _("contact"),
    "fatal": _("fatal error"),
    "hired_at": _("first day"),
    "competent_at": _("day of competence"),
    "review_due_at": _("review due"),
    "uses": _("uses"),
    "correct": _("correct"),
    "as_of": _("the day it is counted for"),
    "probed_at": _("moment of the probe"),
    "load_seconds": _("loading time"),
    "started_at": _("start"),
    "ended_at": _("end"),
    "ended": _("how it ended"),
    "completed": _("completed"),
    "affected_at": _("day of the event"),
    "cost": _("cost"),
    "revenue": _("revenue"),
    "benefit": _("benefit"),
    "currency": _("currency"),
    "finished_at": _("end of the project"),
    "article": _("article"),
    "asked_at": _("moment of asking"),
    "blocked": _("met a busy line"),
    "escalated": _("escalated"),
    "first_response_seconds": _("time to the first reply"),
    "form": _("form"),
    "internal": _("moved inside the company"),
    "node": _("step"),
    "ok": _("succeeded"),
    "paid": _("paid"),
    "person": _("person"),
    "project": _("project"),
    "reopened": _("reopened"),
    "sale": _("sale"),
    "told_at": _("moment of telling"),
}
_PROBLEMS = {
    "missing": _("missing"),
    "negative": _("negative"),
    "not a number": _("not a number"),
    "not a date and time": _("not a date and time"),
    "neither yes nor no": _("neither yes nor no"),
    "sentinel date": _("a date that stands for “not known”"),
    "not a whole number from 1 to 5": _("not a whole number from 1 to 5"),
    "not a whole number from 0 to 10": _("not a whole number from 0 to 10"),
    "not a whole number from 1 to 7": _("not a whole number from 1 to 7"),
    "not a whole number from 1 to 3": _("not a whole number from 1 to 3"),
    "not a whole number": _("not a whole number"),
    "not a known code": _("not a known code"),
    "outside its scale": _("outside its scale"),
    "more than possible": _("more than possible"),
}
_BEFORE = "before "
_ROWS = {
    "duplicate": _("duplicate"),
    "too few columns": _("too few columns"),
    "too many columns": _("too many columns"),
    "not readable: quotes or length": _("not readable: quotes or length"),
    "both answered and abandoned": _("both answered and abandoned"),
    "answered or abandoned without having queued": _("answered or abandoned without having queued"),
}


def field_message(code: str) -> Message:
    """Name a canonical field, with its code as mappings write it."""
    if code not in FIELD_NAMES:
        return _plain(code)
    return Message(_("{words} ({code})"), {"words": Message(FIELD_NAMES[code], {}), "code": code})


def reason_message(reason: str) -> Message:
    """Make a message of a reason as ``Contacts`` keeps it; one that is not known is said as it is."""
    if reason in _ROWS:
        return Message(_ROWS[reason], {})
    if reason.startswith(LEFT_OUT):
        return Message(_("left out by the mapping: {condition}"), {"condition": reason.removeprefix(LEFT_OUT)})
    field, _colon, problem = reason.partition(": ")
    if field in FIELD_NAMES and problem.startswith(_BEFORE):
        other = Message(_("before {other}"), {"other": field_message(problem.removeprefix(_BEFORE))})
        return Message(_("{field}: {problem}"), {"field": field_message(field), "problem": other})
    if field not in FIELD_NAMES or problem not in _PROBLEMS:
        return _plain(reason)
    return Message(_("{field}: {problem}"), {"field": field_message(field), "problem": Message(_PROBLEMS[problem], {})})


def reason_in_words(reason: str, translate: Translate = str) -> str:
    """Say a reason in the language of ``translate``."""
    return reason_message(reason).words(translate)


def _plain(text: str) -> Message:
    """Make a message of a text that is the same in every language."""
    return Message("{text}", {"text": text})
