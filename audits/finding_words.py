"""Words for the life of a finding: its steps, why a step is refused, its warnings, and the notices about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.notices import notice_kind
from audits.models import FindingKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.utils.functional import _StrPromise as LazyText

REFUSED: dict[str, LazyText] = {
    "wrong_state": _(
        "The finding has moved on; this step is not possible from its present state. Load the page again."
    ),
    "not_a_nonconformity": _("Only a nonconformity has a correction to follow up."),
    "needs_verification": _("A nonconformity is closed once its correction was verified as effective."),
    "no_words": _("Say it in words; they become part of the record."),
    "response_incomplete": _("Correction, cause, corrective action, owner and due date are all needed."),
    "no_evidence": _("Add at least one piece of evidence that shows what was done."),
    "due_missing": _("A nonconformity needs a date by which it must be corrected."),
    "due_past": _("This day has passed already."),
    "due_too_far": _("This day is further away than the grading allows."),
    "actor_owns": _("The corrective action is your own. Somebody else must judge it."),
    "actor_responded": _("You wrote this response. Somebody else must judge it."),
    "already_escalated": _("This finding is escalated already."),
    "seen_missing": _("Say on which day effectiveness was looked at."),
    "seen_ahead": _("This day is still to come."),
    "seen_before": _(
        "The action was reported as implemented after this day: what was seen before cannot show its effect."
    ),
    "stale_finding": _(
        "Somebody else changed this finding in the meantime. Nothing was overwritten: load the page again."
    ),
    "owner_elsewhere": _("Choose somebody of the audited organisation."),
    "answered_already": _("The audited organisation has answered already; the finding can no longer be changed."),
    "submitted_already": _(
        "The audit is submitted: its result rests on this finding, which can no longer be withdrawn."
    ),
    "already_acted": _("This warning was acted upon already."),
    "stale_policy": _(
        "Somebody else saved these settings in the meantime. Nothing was overwritten: load the page again."
    ),
    "clock_thresholds": _("The second threshold has to be larger than the first."),
}


def finding_refusal(*codes: str) -> str:
    """Join the words for one or more codes into one message."""
    return " ".join(str(REFUSED[code]) for code in codes)


@dataclass(frozen=True)
class StepWords:
    """What a step is called on its button and in the history, what it does, what is asked, what is said afterwards."""

    label: LazyText
    explains: LazyText | str
    ask: LazyText | str
    was: LazyText
    done: LazyText | str
    danger: bool = False


STEP_WORDS: dict[str, StepWords] = {
    "respond": StepWords(
        _("Respond"),
        _("Correction, cause and corrective action go to the audit team."),
        _("Message to the audit team"),
        _("Response submitted"),
        _("The response is with the audit team."),
    ),
    "recall": StepWords(
        _("Take the response back"),
        _("The response stays in the history; you can submit a better one."),
        _("Why"),
        _("Response taken back"),
        _("The response is taken back."),
    ),
    "accept": StepWords(
        _("Accept the response"),
        _("The plan is agreed; the finding becomes due on the day of its action."),
        _("Remark"),
        _("Response accepted"),
        _("The response is accepted."),
    ),
    "reject": StepWords(
        _("Reject the response"),
        _("It goes back to the audited organisation with your reason."),
        _("What is missing"),
        _("Response rejected"),
        _("The response is rejected; your reason is with the audited organisation."),
        danger=True,
    ),
    "implement": StepWords(
        _("Report as implemented"),
        _("The audit team looks at the evidence and verifies the effect."),
        _("What was done"),
        _("Reported as implemented"),
        _("The audit team is told."),
    ),
    "verify": StepWords(
        _("Verify effectiveness"),
        _("Say how and when you looked, what you saw, and whether the action works."),
        _("What was seen"),
        _("Verified as effective"),
        _("The action is verified as effective."),
    ),
    "fail": StepWords(
        _("Not effective"),
        _("The finding is open again and needs a better action."),
        _("What was seen"),
        _("Found not effective; reopened"),
        _("The finding is open again; its owner is told."),
        danger=True,
    ),
    "close": StepWords(
        _("Close the finding"),
        _("It no longer counts at the gates. It can be reopened."),
        _("Closing remark"),
        pgettext_lazy("finding", "Closed"),
        _("The finding is closed."),
    ),
    "settle": StepWords(
        _("Close the opportunity"),
        _("Say what became of it."),
        _("What became of it"),
        pgettext_lazy("finding", "Closed"),
        _("The finding is closed."),
    ),
    "reopen": StepWords(
        _("Reopen"),
        _("It counts again and needs a new response by a new day."),
        _("Why it is open again"),
        pgettext_lazy("finding", "Reopened"),
        _("The finding is open again; its owner is told."),
        danger=True,
    ),
    "escalate": StepWords(
        _("Escalate"),
        _("The supervisor and the audit manager are told now, whatever the due day."),
        _("Why it cannot wait"),
        _("Escalated"),
        _("The finding is escalated."),
        danger=True,
    ),
    "withdraw": StepWords(
        _("Withdraw"),
        _("It was raised by mistake: it counts nowhere from now on, and stays readable with your reason."),
        _("Why it was a mistake"),
        pgettext_lazy("finding", "Withdrawn"),
        _("The finding is withdrawn. It counts nowhere any more."),
        danger=True,
    ),
    # Kept in the history, no step of the table.
    "raise": StepWords(_("Raise the finding"), "", "", _("Raised"), ""),
    "edit": StepWords(_("Change the finding"), "", "", _("Changed"), ""),
}

# level -> words, style of the tag
WARNINGS: dict[int, tuple[LazyText, str]] = {
    0: (_("In time"), "is-good"),
    1: (_("Due soon"), "is-warn"),
    2: (_("Overdue"), "is-bad"),
    3: (_("Overdue and escalated"), "is-bad"),
}
TELLS: dict[str, LazyText] = {
    "owner": _("Owner of the action"),
    "manager": _("Centre managers"),
    "supervisor": _("Supervisor"),
    "audit_manager": _("Audit managers and team leader"),
}
CATEGORY_WORDS: dict[str, LazyText] = {
    "people": _("People"),
    "process": _("Process"),
    "technology": _("Technology"),
    "information": _("Information"),
    "environment": _("Environment"),
    "management": _("Management"),
}


# --- notices ----------------------------------------------------------------------------------------------------------

STEP_NOTICES: dict[str, LazyText] = {
    "respond": _("%(finding)s: a response waits for the audit team."),
    "recall": _("%(finding)s: the response was taken back."),
    "accept": _("%(finding)s: the response is accepted; the action is due on %(due)s."),
    "reject": _("%(finding)s: the response is rejected. Read the reason and answer again."),
    "implement": _("%(finding)s: reported as implemented; the effect is to be verified."),
    "verify": _("%(finding)s: the action is verified as effective."),
    "fail": _("%(finding)s: the action was found not effective; the finding is open again, due on %(due)s."),
    "close": _("%(finding)s: closed."),
    "settle": _("%(finding)s: closed."),
    "reopen": _("%(finding)s: open again, due on %(due)s."),
    "escalate": _("%(finding)s: escalated. It was due on %(due)s."),
    "withdraw": _("%(finding)s: withdrawn; it was raised by mistake. Nothing is to be done."),
    "own": _("%(finding)s: you own its corrective action, due on %(due)s."),
}
WARNING_NOTICES: dict[int, LazyText] = {
    1: _("%(finding)s is due on %(due)s."),
    2: _("%(finding)s was due on %(due)s and is overdue."),
    3: _("%(finding)s was due on %(due)s, is overdue and is escalated."),
}
_NAMED = _("%(kind)s %(number)s of %(reference)s, %(centre)s")


def _said(params: Mapping[str, Any], sentence: LazyText) -> str:
    named = str(_NAMED) % {
        "kind": FindingKind(params["kind"]).label,
        "number": params["number"],
        "reference": params["reference"],
        "centre": params["centre"],
    }
    due = params.get("due")
    return str(sentence) % {
        "finding": named,
        "due": date_format(date.fromisoformat(due), "DATE_FORMAT") if due else "–",
    }


def _say_with(sentences: Mapping[Any, LazyText], key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda params: _said(params, sentences[params[key]])


STEP_KIND, WARNING_KIND = "audits.finding_step", "audits.finding_warning"
notice_kind(STEP_KIND, _say_with(STEP_NOTICES, "step"), _("A finding moves on"))
notice_kind(WARNING_KIND, _say_with(WARNING_NOTICES, "level"), _("A finding falls due or is late"))
