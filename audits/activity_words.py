"""What the ledger says of an audit, in words: who did what. Each phrase follows the name of who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audits.finding_words import STEP_WORDS, WARNINGS
from audits.models import AuditStatus, TeamRole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.utils.functional import _StrPromise as LazyText

    Facts = Mapping[str, Any]

MOST_CODES = 8
# The kinds by which one can filter, each with the beginnings of the ledger's names.
KINDS: dict[str, tuple[LazyText, tuple[str, ...]]] = {
    "answers": (gettext_lazy("Answers and review"), ("answer.", "answers.", "calibration.")),
    "evidence": (gettext_lazy("Evidence"), ("evidence.",)),
    "samples": (gettext_lazy("Samples"), ("sample.",)),
    "findings": (gettext_lazy("Findings"), ("finding.",)),
    "comments": (gettext_lazy("Comments"), ("comment.",)),
    "plan": (gettext_lazy("Plan and meetings"), ("plan.", "conflict.", "stage_1.", "meeting.")),
    "steps": (gettext_lazy("Steps and decisions"), ("audit.", "certificate.")),
    "workbook": (gettext_lazy("Workbooks"), ("workbook.",)),
}

PHRASES: dict[str, LazyText] = {
    "answer.not_taken": gettext_lazy("wrote an answer to %(criterion)s that was kept beside the stored one"),
    "answer.reviewed": gettext_lazy("reviewed %(criterion)s"),
    "answer.returned": gettext_lazy("returned %(criterion)s to the team"),
    "answer.cleared": gettext_lazy("took back the mark on %(criterion)s"),
    "answer.acknowledged": gettext_lazy("let the returned answer to %(criterion)s stand"),
    "answers.set_back": gettext_lazy("put answers given together back"),
    "evidence.added": gettext_lazy("added evidence to %(criterion)s: %(filename)s"),
    "evidence.attached": gettext_lazy("attached evidence to %(criterion)s: %(filename)s"),
    "evidence.detached": gettext_lazy("detached evidence from %(criterion)s: %(filename)s"),
    "evidence.rested": gettext_lazy("rested the answer to %(criterion)s on the newest version of %(filename)s"),
    "evidence.revised": gettext_lazy("replaced %(filename)s by a newer version"),
    "evidence.described": gettext_lazy("changed what is said about %(filename)s"),
    "evidence.withdrawn": gettext_lazy("withdrew %(filename)s"),
    "evidence.restored": gettext_lazy("took the withdrawal of %(filename)s back"),
    "evidence.original_read": gettext_lazy("opened the original of %(filename)s"),
    "evidence.quarantined": gettext_lazy("put a file into quarantine: %(filename)s"),
    "sample.planned": gettext_lazy("planned sample %(sample)s for %(criterion)s"),
    "sample.drawn": gettext_lazy("drew the records of sample %(sample)s"),
    "sample.chosen": gettext_lazy("chose the records of sample %(sample)s"),
    "sample.checked": gettext_lazy("looked at record %(record)s of sample %(sample)s"),
    "sample.withdrawn": gettext_lazy("withdrew sample %(sample)s"),
    "sample.attached": gettext_lazy("attached sample %(sample)s to %(criterion)s"),
    "finding.raised": gettext_lazy("raised finding %(number)s at %(criterion)s"),
    "finding.changed": gettext_lazy("changed finding %(number)s"),
    "finding.warning_acted": gettext_lazy("is acting on the warning about finding %(number)s"),
    "comment.posted": gettext_lazy("commented on %(criterion)s"),
    "comment.settled": gettext_lazy("marked a comment on %(criterion)s as settled"),
    "comment.reopened": gettext_lazy("opened a comment on %(criterion)s again"),
    "comment.taken_back": gettext_lazy("took back a comment on %(criterion)s"),
    "plan.dates_saved": gettext_lazy("set the days on site"),
    "plan.sections_assigned": gettext_lazy("gave the sections to the team"),
    "plan.site_added": gettext_lazy("took a further site into the scope: %(site)s"),
    "plan.site_removed": gettext_lazy("took a site out of the scope"),
    "plan.agenda_added": gettext_lazy("added to the agenda: %(what)s"),
    "plan.agenda_removed": gettext_lazy("took a line off the agenda"),
    "conflict.declared": gettext_lazy("declared interests"),
    "conflict.cleared": gettext_lazy("cleared a conflict of interest of %(user)s"),
    "stage_1.recorded": gettext_lazy("recorded the result of stage 1"),
    "stage_1.concern_raised": gettext_lazy("raised a concern at %(clause)s"),
    "stage_1.concern_settled": gettext_lazy("settled a concern of stage 1"),
    "audit.planned": gettext_lazy("drafted the audit"),
    "audit.decided": gettext_lazy("decided on certification"),
    "audit.result_frozen": gettext_lazy("froze the result"),
    "audit.facts_saved": gettext_lazy("saved the facts"),
    "audit.fact_taken": gettext_lazy("took a fact from the registers"),
    "audit.texts_saved": gettext_lazy("saved the texts of the report"),
    "audit.market_attached": gettext_lazy("attached measurements and market figures"),
    "audit.market_waived": gettext_lazy("allowed an older market figure for %(kpi)s"),
    "audit.moved": gettext_lazy("moved the audit to another edition"),
    "audit.move_undone": gettext_lazy("took the move to another edition back"),
    "audit.team_member_removed": gettext_lazy("took %(user)s off the team"),
    "audit.hold_placed": gettext_lazy("placed a legal hold on the audit: %(reason)s"),
    "audit.hold_lifted": gettext_lazy("lifted a legal hold on the audit: %(reason)s"),
    "audit.disposed": gettext_lazy("removed the files and personal data of the audit after %(years)s years"),
    "certificate.issued": gettext_lazy("issued certificate %(number)s"),
    "calibration.asked": gettext_lazy("asked two auditors for answers of their own, for calibration"),
    "calibration.given": gettext_lazy("gave an answer of their own to %(criterion)s, for calibration"),
    "workbook.exported": gettext_lazy("took the workbook along"),
    "workbook.imported": gettext_lazy("brought a workbook back"),
}


def _many(action: str) -> Callable[[int], str] | None:
    """Return how several of the same in a row are said; None where each is said by itself."""
    known: dict[str, Callable[[int], str]] = {
        "answer.saved": lambda n: ngettext("answered %(number)s criterion", "answered %(number)s criteria", n),
        "answer.reviewed": lambda n: ngettext("reviewed %(number)s answer", "reviewed %(number)s answers", n),
        "evidence.added": lambda n: ngettext(
            "added %(number)s piece of evidence", "added %(number)s pieces of evidence", n
        ),
        "sample.checked": lambda n: ngettext(
            "looked at %(number)s record of a sample", "looked at %(number)s records of samples", n
        ),
        "audit.market_waived": lambda n: ngettext(
            "allowed %(number)s older market figure", "allowed %(number)s older market figures", n
        ),
    }
    return known.get(action)


def joins(action: str) -> bool:
    """Say whether several of it in a row are told as one."""
    return _many(action) is not None


def told_together(action: str, number: int, codes: Sequence[str]) -> str:
    """Say that somebody did the same so many times in a row, and to which criteria."""
    words = _many(action)
    said = (words(number) if words else action) % {"number": number}
    listed = ", ".join(codes[:MOST_CODES]) + (" …" if len(codes) > MOST_CODES else "")
    return f"{said}: {listed}" if codes else said


def told(action: str, facts: Facts) -> str:
    """Say what was done. An action or fact that is not known here is named as the ledger names it."""
    if action in SPECIAL:
        return SPECIAL[action](facts)
    if action in PHRASES:
        return str(PHRASES[action]) % Known(facts)
    group, _dot, step = action.partition(".")
    if group == "finding" and step in STEP_WORDS:
        return _("moved finding %(number)s on: %(step)s") % Known(facts, step=STEP_WORDS[step].was)
    if group == "audit" and {facts.get("from"), facts.get("to")} <= set(AuditStatus.values):
        labels = {name: AuditStatus(facts[name]).label for name in ("from", "to")}
        return _("moved the audit from “%(from)s” to “%(to)s”") % labels
    return _("changed certificate %(number)s: %(state)s") % Known(facts) if group == "certificate" else action


def _saved(facts: Facts) -> str:
    if facts.get("level") is not None:
        return _("answered %(criterion)s with %(level)s") % Known(facts)
    if facts.get("na_reason"):
        return _("marked %(criterion)s as not applicable") % Known(facts)
    return _("left %(criterion)s unanswered") % Known(facts)


def _warned(facts: Facts) -> str:
    level = WARNINGS.get(facts.get("level", 1), WARNINGS[1])[0]
    return _("warned about finding %(number)s: %(level)s") % Known(facts, level=level)


def _met(facts: Facts) -> str:
    opening = facts.get("kind") == "opening"
    return _("recorded the opening meeting") if opening else _("recorded the closing meeting")


def _joined(facts: Facts) -> str:
    role = facts.get("role")
    named = Known(facts, role=TeamRole(role).label if role in TeamRole.values else "–")
    return _("put %(user)s on the team: %(role)s") % named


def _together(facts: Facts) -> str:
    codes = facts.get("criteria", [])
    return told_together("answer.saved", len(codes), codes)


SPECIAL: dict[str, Callable[[Facts], str]] = {
    "answer.saved": _saved,
    "answers.set_together": _together,
    "finding.warned": _warned,
    "meeting.recorded": _met,
    "audit.team_member_added": _joined,
}


class Known(dict[str, Any]):
    """Facts for a phrase; one that an old entry does not have is a dash, so that no entry breaks the page."""

    def __missing__(self, key: str) -> str:
        """Return a dash."""
        return "–"
