"""From an audit's rows to a score: the case that ``standards.scoring`` takes, and its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.timezone import localdate

from audits.models import NONCONFORMITIES, FindingKind
from audits.workflow import PLANNABLE
from benchmarks.comparable import CENTRE
from standards.scoring import Result, parse_case, score
from standards.scoring.points import not_asked
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from audits.models import Answer, Audit

CHANNELS = "channels"
MISSING, INSUFFICIENT = "missing", "insufficient"  # states of ``benchmarks.verdict``


def finding_counts(audit: Audit, *, today: date) -> dict[str, int]:
    """Count open majors, and minors that were not closed in time; one query."""
    counts = {"major_open": 0, "minor_late": 0}
    rows = audit.findings.filter(kind__in=NONCONFORMITIES).values_list("kind", "due", "closed_at")
    for kind, due, closed_at in rows:
        if kind == FindingKind.MAJOR:
            counts["major_open"] += closed_at is None
        elif due is not None:
            counts["minor_late"] += due < (localdate(closed_at) if closed_at else today)
    return counts


def as_case(answers: Mapping[str, tuple[int | None, str]]) -> dict[str, dict[str, Any]]:
    """Return what is answered of (level, reason for N/A) by code, in the shape of ``score_file``."""
    return {
        code: {"na": na_reason} if level is None else {"level": level}
        for code, (level, na_reason) in answers.items()
        if level is not None or na_reason
    }


def answers_as_case(answers: Iterable[Answer]) -> dict[str, dict[str, Any]]:
    """Return the answered part of the sheet in the shape of ``score_file``; criteria must be loaded."""
    return as_case({answer.criterion.code: (answer.level, answer.na_reason) for answer in answers})


def audit_case(audit: Audit, answers: Iterable[Answer], *, today: date) -> dict[str, Any]:
    """Return everything that decides the score, in the shape of ``score_file``; one query."""
    return _case(audit, answers_as_case(answers), today=today)


def _case(audit: Audit, answers: dict[str, dict[str, Any]], *, today: date) -> dict[str, Any]:
    return {
        "answers": answers,
        "market": _market(audit),
        "findings": finding_counts(audit, today=today),
        "facts": {**{name: fact["value"] for name, fact in audit.facts.items()}, **_channels(audit)},
    }


def _market(audit: Audit) -> dict[str, str | dict[str, str | None]]:
    """Return the verdicts, by bar where the edition asks for several.

    What is not measured is open during fieldwork, and from submission on insufficient.
    """
    missing = None if audit.status in PLANNABLE else INSUFFICIENT

    def counted(verdict: dict[str, Any]) -> str | None:
        return missing if verdict["state"] == MISSING else verdict["state"]

    case: dict[str, str | dict[str, str | None]] = {}
    for kpi, verdict in audit.market.items():
        state = counted(verdict)
        if verdict.get("bars"):
            case[kpi] = {CENTRE: state, **{bar: counted(each) for bar, each in verdict["bars"].items()}}
        elif state is not None:
            case[kpi] = state
    return case


def _channels(audit: Audit) -> dict[str, list[str]]:
    """Return the centre's channels as a fact, as far as the edition knows them; as they were once the result is frozen.

    Whoever edits the centre later must not change what was asked in an audit that was submitted before.
    """
    if audit.result is not None:
        frozen = audit.result["case"]["facts"]
        return {CHANNELS: frozen[CHANNELS]} if CHANNELS in frozen else {}
    spec = edition_spec(audit.edition).facts.get(CHANNELS)
    known = [code for code in audit.centre.channels if not spec.choices or code in spec.choices] if spec else []
    return {CHANNELS: known} if spec else {}


def scope_channels(audit: Audit) -> tuple[str, ...]:
    """Return the channels that the audit looks at, as they were when its result was frozen; else the centre's."""
    return tuple(_channels(audit).get(CHANNELS) or audit.centre.channels)


def _conditions(audit: Audit) -> dict[str, list[str]]:
    """Return the lists that decide what is asked: those somebody filled in, and the centre's channels."""
    facts = edition_spec(audit.edition).facts
    if audit.result is not None:
        frozen = audit.result["case"]["facts"]
        return {code: frozen[code] for code, fact in facts.items() if fact.type == "list" and code in frozen}
    filled = {name: fact["value"] for name, fact in audit.facts.items() if name in facts and facts[name].type == "list"}
    return {**filled, **_channels(audit)}


def asked_codes(audit: Audit) -> frozenset[str]:
    """Return the codes of the criteria that are asked of this centre; no query."""
    spec = edition_spec(audit.edition)
    skipped = not_asked(spec, parse_case(spec, {"facts": _conditions(audit)}))
    return frozenset(spec.row_by_code) - skipped


def audit_score(audit: Audit, answers: Iterable[Answer], *, today: date) -> Result:
    """Score the audit as it stands, or from its frozen case once it was submitted: then time changes nothing more.

    One query besides what the caller loaded, none for a frozen case.
    """
    return case_score(audit, answers_as_case(answers) if audit.result is None else {}, today=today)


def case_score(audit: Audit, answers: dict[str, dict[str, Any]], *, today: date) -> Result:
    """Do as ``audit_score``, with the answers in the shape of ``score_file``."""
    spec = edition_spec(audit.edition)
    case = _case(audit, answers, today=today) if audit.result is None else audit.result["case"]
    return score(spec, parse_case(spec, case))
