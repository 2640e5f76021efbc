"""Words of the workbook: labels of its columns, its first sheet, and why a row is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from audits.workbook.comparing import Status
from audits.workbook.layout import BETWEEN, CLEAR, MESSAGE, SERVER_VALUE, SHEETS, STATUS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise as LazyText

    from audits.models import Audit
    from audits.workbook.comparing import Problem, RowPlan
    from audits.workbook.seal import Meta

# The labels of ids are their keys in every language: by them the row of labels is known again.
LABELS: dict[str, LazyText | str] = {
    **{sheet.id_key: sheet.id_key for sheet in SHEETS},
    "_rev": _("Revision"),
    "code": _("Code"),
    "title": _("Title"),
    "requirement": _("Requirement"),
    "level": _("Level"),
    "na_reason": _("Why it does not apply"),
    "note": _("Note"),
    "evidence": _("Evidence"),
    "anchors": _("Anchors"),
    "kind": _("Kind"),
    "criteria": _("Criteria"),
    "valid_until": _("Valid until"),
    "confidential": _("Confidential"),
    "filename": _("File"),
    "sha256": _("SHA-256"),
    "version": _("Version"),
    "uploaded_at": _("Uploaded"),
    "uploaded_by": _("By"),
    "sample": _("Sample"),
    "about": _("What is looked at"),
    "record": _("Record"),
    "result": _("Result"),
    "criterion": _("Criterion"),
    "statement": _("Statement"),
    "objective_evidence": _("Objective evidence"),
    "due": _("Correction due"),
    "state": _("State"),
    "list": pgettext_lazy("of choices", "List"),
    "label": _("Meaning"),
    STATUS: _("Status"),
    MESSAGE: _("Message"),
    SERVER_VALUE: _("What is stored"),
}

STATUSES: dict[str, LazyText] = {
    Status.UNCHANGED: pgettext_lazy("row of a workbook", "unchanged"),
    Status.UPDATE: pgettext_lazy("row of a workbook", "update"),
    Status.CONFLICT: pgettext_lazy("row of a workbook", "conflict"),
    Status.INVALID: pgettext_lazy("row of a workbook", "invalid"),
    Status.LOCKED: pgettext_lazy("row of a workbook", "locked"),
    Status.UNKNOWN: pgettext_lazy("row of a workbook", "unknown"),
    Status.DUPLICATE: pgettext_lazy("row of a workbook", "duplicate"),
}

STATUS_STYLES = {
    Status.UNCHANGED: "",
    Status.UPDATE: " is-good",
    Status.CONFLICT: " is-bad",
    Status.INVALID: " is-bad",
    Status.LOCKED: " is-warn",
    Status.UNKNOWN: " is-warn",
    Status.DUPLICATE: " is-warn",
}

REFUSED: dict[str, LazyText] = {
    "rows_refused": _(
        "Some rows cannot be taken, so nothing was saved. Mend the workbook and bring it again, or choose to save the "
        "valid rows only."
    ),
    "plan_changed": _("Something changed since you looked. Nothing was saved; below is how it stands now."),
    "settled_already": _("This was confirmed already; nothing was saved again."),
}

PROBLEMS: dict[str, LazyText] = {
    "no_id": _("This row has no id: rows of this sheet cannot be added in a workbook."),
    "id_unknown": _("This id is not known here."),
    "id_gone": _("This row is no longer part of the audit."),
    "id_twice": _("This id is there more than once; keep one of the rows."),
    "row_twice": _("The same new row stands above already."),
    "row_mixed": _("The hidden columns belong to another row: the sheet was sorted in part. Sort whole rows only."),
    "rev_changed": _("The hidden revision was changed or comes from another export."),
    "changed_meanwhile": _("Somebody changed this since the workbook was exported. Both are shown; nothing is lost."),
    "locked_status": _("The audit is no longer being worked on."),
    "locked_edition": _("It belongs to the edition that the audit has left."),
    "locked_answered": _("The audited organisation has answered already; the finding can no longer be changed."),
    "fixed": _("This cannot be changed once the row exists."),
    "not_carried": _("This text is too long for a cell, or holds what a cell cannot: change it in the answer sheet."),
    "no_text": _("This is a date or a truth value, not a text: give the cell the format Text and type it again."),
    "no_date": _("This is not a day: write it as 2026-12-31."),
    "no_code": _("This is not a code of the list."),
    "error_value": _("The cell holds an error of the spreadsheet."),
    "bad_level": _("Choose one of %(levels)s, or na."),
    "bad_code": _("Choose one of %(codes)s."),
    "na_not_allowed": _("This criterion always applies."),
    "na_without_reason": _("Say why this does not apply."),
    "reason_without_na": _("A reason for N/A needs the level na."),
    "above_computed": _("Measurements give level %(level)s at most; an assessor may stay below it, never above."),
    "below_without_reason": _("Measurements give level %(level)s. Say in the note why you stay below it."),
    "text_too_long": _("The text is too long."),
    "empty": _("This must not be empty."),
    "unknown_criterion": _("The audit has no criterion %(code)s."),
    "note_missing": _("A record that fails, or was not found, needs a note."),
    "due_missing": _("A nonconformity needs a date by which it must be corrected."),
    "due_past": _("This day has passed already."),
    "due_too_far": _("This day is further away than the grading allows: at the latest %(latest)s."),
}


def problem_words(problem: Problem) -> str:
    """Say one problem, with the column that it is about."""
    words = str(PROBLEMS[problem.code]) % dict(problem.params)
    return f"{LABELS.get(problem.key, problem.key)}: {words}" if problem.key else words


def row_words(plan: RowPlan) -> str:
    """Say why a row is not taken, what it replaces, or that it is new; nothing where there is nothing to say."""
    if plan.problems:
        return " ".join(map(problem_words, plan.problems))
    if plan.overrides:
        return gettext("It will take the place of what somebody else stored, which stays in the history.")
    return gettext("A new row is made.") if plan.is_new else ""


def readme(audit: Audit, meta: Meta) -> list[tuple[str, str]]:
    """Return the first sheet: what this is, and how it is filled in."""
    facts = [
        (gettext("Audit"), audit.reference),
        (gettext("Centre"), str(audit.centre)),
        (gettext("Edition"), f"{meta.edition} {meta.edition_version}"),
        (gettext("Exported"), meta.exported_at),
    ]
    return [*facts, ("", ""), *((str(place), line) for place, line in enumerate(_advice(), start=1))]


def _advice() -> Iterable[str]:
    return (
        gettext("Fill in the white columns; grey ones are there to be read, and nothing written in them is taken."),
        gettext("Codes are those of the sheet Choices, in every language. The second row says what a column is."),
        gettext("An empty cell leaves what is stored. To erase something write %(clear)s.") % {"clear": CLEAR},
        gettext("Write days as 2026-12-31, and several codes with %(between)s between them.") % {"between": BETWEEN},
        gettext("A level needs no reason; na needs one in the column beside it."),
        gettext("Rows may be sorted, filtered and hidden, columns moved; do not change the hidden ones."),
        gettext("On the sheet Findings a row without an id is a new finding."),
        gettext("Formulas, macros and links to other files are refused. Nothing is stored before you have confirmed."),
    )
