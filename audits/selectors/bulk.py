"""Several answers given at once: the plan that is shown, confirmed by its hash, and then done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audits.carrying import fingerprint
from audits.selectors.case import asked_codes
from audits.selectors.computed import computed_levels
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from collections.abc import Collection

    from audits.computed import Computed
    from audits.models import Answer, Audit

Data = dict[str, Any]
SCHEMA = 1
SET, SAME, KEPT = "set", "same", "kept"
MOST = 500  # answers at once


@dataclass(frozen=True, slots=True)
class Together:
    """What is to be answered: a level, or N/A with a reason, or neither (unanswered again), and a note to add.

    ``replace``: also where somebody answered already. Notes are added to, never replaced.
    """

    level: int | None = None
    na_reason: str = ""
    note: str = ""
    replace: bool = False


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """The plan as plain data, with its hash: who confirms names it, so that nothing else is done."""

    data: Data

    @property
    def fingerprint(self) -> str:
        """Return the hash of what was seen: every answer with its revision, before and after."""
        return fingerprint(self.data)

    @property
    def changes(self) -> list[Data]:
        """Return the rows that will change."""
        return [row for row in self.data["rows"] if row["what"] == SET]


def bulk_plan(audit: Audit, answer_ids: Collection[int], wanted: Together) -> BulkPlan:
    """Return what answering these criteria together would do; the same number of queries for one and for all.

    Only criteria that are asked on the audit's present edition; ids of anything else are left out.
    """
    asked = asked_codes(audit)
    rows = (
        audit.current_answers.filter(pk__in=list(answer_ids)[:MOST])
        .select_related("criterion")
        .defer("criterion__look_at", "criterion__evidence", "criterion__crosswalk")
        .order_by("criterion__position")
    )
    answers = [row for row in rows if row.criterion.code in asked]
    computed = computed_levels(audit, [answer.criterion for answer in answers]) if wanted.level is not None else {}
    return BulkPlan(
        {
            "schema": SCHEMA,
            "audit": audit.reference,
            "level": wanted.level,
            "na_reason": wanted.na_reason,
            "note": wanted.note,
            "replace": wanted.replace,
            "rows": [_row(audit, answer, wanted, computed.get(answer.criterion.code)) for answer in answers],
        }
    )


def _row(audit: Audit, answer: Answer, wanted: Together, computed: Computed | None) -> Data:
    before = {"level": answer.level, "na_reason": answer.na_reason, "note": answer.note}
    after = {"level": wanted.level, "na_reason": wanted.na_reason, "note": _note(answer.note, wanted.note)}
    return {
        "answer": answer.pk,
        "code": answer.criterion.code,
        "title": answer.criterion.title,
        "revision": answer.revision,
        "before": before,
        "after": after,
        "what": _what(audit, answer, before, after, wanted, computed),
    }


def _what(audit: Audit, answer: Answer, before: Data, after: Data, wanted: Together, computed: Computed | None) -> str:
    """Return set, same, kept (answered already), or the code of why it cannot be."""
    if after == before:
        return SAME
    if not wanted.replace and (answer.level is not None or answer.na_reason):
        return KEPT
    return _refused(audit, answer, wanted) or _beside_computed(answer, after, computed.level if computed else None)


def _refused(audit: Audit, answer: Answer, wanted: Together) -> str:
    """Return why the edition does not allow it, empty where it does."""
    spec = edition_spec(audit.edition).row_by_code[answer.criterion.code]
    if wanted.na_reason and not answer.criterion.na_allowed:
        return "na_not_allowed"
    if wanted.level is not None and not spec.low <= wanted.level <= spec.high:
        return "bad_level"
    return ""


def _beside_computed(answer: Answer, after: Data, limit: int | None) -> str:
    """Hold the level to what measurements give, as a single save does."""
    level = after["level"]
    if level is None or limit is None:
        return SET
    if level > limit and level != answer.level:
        return "above_computed"
    return "below_without_reason" if level < limit and not after["note"] else SET


def _note(old: str, new: str) -> str:
    """Add to a note, once: the same words are not added again."""
    if not new or new in old:
        return old
    return f"{old}\n{new}" if old else new
