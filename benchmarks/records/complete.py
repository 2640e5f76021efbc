"""Per kind of records: the fields that follow from others, and the contradictions between fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from benchmarks.records.kinds import KINDS, SCALES

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

Values = dict[str, "ir.Value"]
Problems = list[tuple["ir.BooleanValue", str]]

# On which scale a question is asked where the records do not say.
USUAL_SCALES = {"csat": "1-5", "nps": "0-10", "nps_relationship": "0-10", "ces": "1-7", "effort": "1-7"}
# Which column an answer to a question on a scale becomes. On other scales it is another measure.
ANSWERS = {
    "score_csat": ("csat", "1-5"),
    "score_nps": ("nps", "0-10"),
    "score_nps_relationship": ("nps_relationship", "0-10"),
    "score_ces": ("ces", "1-7"),
}


def complete(kind: str, values: Values, problems: Problems) -> None:
    """Add to the values of a row what follows from them, and to the problems what is needed or contradicts itself."""
    if "channel" in KINDS[kind].fields:
        values.setdefault("channel", ibis.literal("all"))
        values["channel"] = values["channel"].fill_null("unknown")
    problems.extend((values[name].isnull(), f"{name}: missing") for name in _never_blank(kind, values))
    if kind in _COMPLETIONS:
        _COMPLETIONS[kind](values, problems)


# Fields without which a row of the kind says nothing. A blank closing time, on the other hand, is an open ticket.
_NEVER_BLANK = {
    "ticket_events": ("ticket", "event"),
    "agent_states": ("agent", "state", "to_at"),
    "schedules": ("agent", "state", "to_at"),
    "quality_forms": ("form",),
    "tasks": ("completed",),
    "bot_sessions": ("ended",),
    "money": ("to_at", "currency"),
    "projects": ("cost", "benefit"),
}


def _never_blank(kind: str, values: Values) -> list[str]:
    return [name for name in _NEVER_BLANK.get(kind, ()) if name in values]


def _contacts(values: Values, problems: Problems) -> None:
    _add_handling(values)
    if "answered" not in values:
        return
    given = {name: values[name] for name in ("queued", "abandoned") if name in values}
    answered = values["answered"]
    queued = values.setdefault("queued", ibis.literal(True))
    abandoned = values.setdefault("abandoned", queued & ~answered)
    problems.extend((values[name].isnull(), f"{name}: missing") for name in ("answered", *given))
    if "abandoned" in given:
        problems.append((answered & abandoned, "both answered and abandoned"))
    if "queued" in given:
        problems.append(((answered | abandoned) & ~queued, "answered or abandoned without having queued"))
    problems.append((queued & values["wait_seconds"].isnull(), "wait_seconds: missing"))


def _add_handling(values: Values) -> None:
    parts = [name for name in ("talk_seconds", "hold_seconds", "wrap_seconds") if name in values]
    if "handle_seconds" in values or "talk_seconds" not in parts:
        return
    total = values["talk_seconds"]
    for name in parts[1:]:
        total = total + values[name].fill_null(0.0)
    values["handle_seconds"] = total


def _tickets(values: Values, problems: Problems) -> None:
    """A ticket is closed where it has a closing time, unless the records say that it is open again."""
    if "closed" in values:
        problems.append((values["closed"] & values["closed_at"].isnull(), "closed_at: missing"))
    known = values["closed_at"].notnull()
    values["closed"] = known & values["closed"].fill_null(known) if "closed" in values else known


def _surveys(values: Values, problems: Problems) -> None:
    """Spread answers in rows, one question each, over a column per question that is measured."""
    if "question" not in values:
        return
    question, score = values["question"], values["score"]
    usual = ibis.cases(*((question == name, scale) for name, scale in USUAL_SCALES.items()), else_="0-1")
    scale = values["scale"].fill_null(usual) if "scale" in values else usual
    outside = [
        ((scale == name) & ((score < low) | (score > high)), "score: outside its scale")
        for name, (low, high) in SCALES.items()
    ]
    problems.extend([*outside, (score != score.floor(), "score: not a whole number")])
    problems.append((score.notnull() & question.isnull(), "question: missing"))
    values["scale"] = scale
    for column, (asked, fits) in ANSWERS.items():
        values[column] = ibis.cases(((question == asked) & (scale == fits), score), else_=ibis.null("float64"))
    yes = ibis.cases(((scale == "0-1") & score.notnull(), score == 1), else_=ibis.null("boolean"))
    for column, asked in (("survey_resolved", "resolved"), ("answer_good", "good_bad")):
        values[column] = ibis.cases((question == asked, yes), else_=ibis.null("boolean"))


def _quality_forms(values: Values, problems: Problems) -> None:
    if "points" in values:
        over = values["points"] > values["points_possible"]
        problems.append((over, "points: more than possible"))


_COMPLETIONS: dict[str, Callable[[Values, Problems], None]] = {
    "contacts": _contacts,
    "tickets": _tickets,
    "surveys": _surveys,
    "quality_forms": _quality_forms,
}

__all__ = ["ANSWERS", "complete"]
