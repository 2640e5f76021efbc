"""What a returned workbook would do, or did: a report by cell, and the workbook with remarks beside its rows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from audits.selectors.workbook.checks import ServerChecks
from audits.selectors.workbook.content import choices_of
from audits.selectors.workbook.rows import rows_now
from audits.workbook.comparing import GOOD, Status, compare
from audits.workbook.texts import carried
from audits.workbook.writer import Content, Row
from audits.workbook_words import LABELS, STATUSES, problem_words, readme, row_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit
    from audits.workbook.comparing import RowPlan
    from audits.workbook.reader import Returned

Plan = list["RowPlan"]


def workbook_plan(audit: Audit, returned: Returned, *, by: User, at: datetime, taken: Collection[str] = ()) -> Plan:
    """Return what becomes of every row as things stand; nothing is written. At most 22 queries, whatever there is.

    ``taken``: keys of rows in conflict of which the file's side is wanted.
    """
    return compare(returned, rows_now(audit, by), ServerChecks(audit, nonce=returned.meta.nonce, at=at), taken)


def counts_of(plan: Plan) -> dict[str, int]:
    """Count the rows by status, all seven of them."""
    found = Counter(row.status for row in plan)
    return {status: found[status] for status in Status}


def is_good(plan: Plan) -> bool:
    """Say whether the whole workbook can be taken."""
    return all(row.status in GOOD for row in plan)


def fingerprint_of(plan: Plan) -> str:
    """Return the hash of what was shown: who confirms names it, so that nothing else is done.

    Rows that ask for nothing are left out: what others do there meanwhile does not matter.
    """
    asking = (row for row in plan if row.status != Status.UNCHANGED)
    rows = [(row.layout.name, row.line, row.id, row.status, row.rev, row.before, row.after) for row in asking]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def report_of(audit: Audit, returned: Returned, plan: Plan, *, written: bool) -> dict[str, Any]:
    """Return the report as plain data, every remark with the address of its cell."""
    meta = returned.meta
    return {
        "audit": audit.reference,
        "edition": {"code": meta.edition, "version": meta.edition_version, "sha256": meta.edition_sha256},
        "exported_at": meta.exported_at,
        "written": written,
        "counts": counts_of(plan),
        "rows": [_row(row) for row in plan],
        "ignored": {
            "sheets": list(returned.ignored),
            "columns": [f"{sheet.title}!{cell}" for sheet in returned.sheets for cell in sheet.ignored],
        },
    }


def _row(plan: RowPlan) -> dict[str, Any]:
    said = {problem.key: problem for problem in plan.problems}
    return {
        "sheet": plan.title,
        "row": plan.line,
        "id": plan.id,
        "status": str(plan.status),
        "codes": [problem.code for problem in plan.problems],
        "message": row_words(plan),
        "key": plan.key,
        "overrides": plan.overrides,
        "cells": [
            {
                "cell": cell.address,
                "column": cell.key,
                "exported": cell.exported,
                "server": cell.server,
                "mine": cell.mine,
                "message": problem_words(said[cell.key]) if cell.key in said else "",
            }
            for cell in plan.cells
        ],
    }


def annotated_content(audit: Audit, returned: Returned, plan: Plan) -> Content:
    """Return what somebody sent, row by row, with status, message and what is stored beside each.

    The workbook is made anew from what was read of it, so that nothing of a hostile file comes back.
    """
    rows: dict[str, Sequence[Row]] = {
        sheet.layout.name: [_annotated(each) for each in plan if each.layout is sheet.layout]
        for sheet in returned.sheets
    }
    return Content(
        title=audit.reference,
        readme=readme(audit, returned.meta),
        rows=rows,
        choices=choices_of(audit),
        labels={key: str(label) for key, label in LABELS.items()},
        meta=returned.sealed,
    )


def _annotated(plan: RowPlan) -> Row:
    values = {key: cell.text for key, cell in plan.read.cells.items()} if plan.read else {}
    server = "\n".join(f"{cell.key}: {carried(cell.server) or '–'}" for cell in plan.cells)
    return Row(values, (str(STATUSES[plan.status]), row_words(plan), server))
