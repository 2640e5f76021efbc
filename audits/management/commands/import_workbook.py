"""``manage.py import_workbook FILE.xlsx [--dry-run]``: take a filled workbook back, or say what that would do."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.access import may
from accounts.models import User
from audits.selectors.workbook.report import annotated_content, counts_of, is_good, report_of, workbook_plan
from audits.services.workbook.handing import WorkbookRefusedError, workbook_import, workbook_read
from audits.workbook.comparing import Status
from audits.workbook.seal import WorkbookError
from audits.workbook.writer import write_workbook
from audits.workbook_words import row_words

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from audits.models import Audit
    from audits.selectors.workbook.report import Plan
    from audits.workbook.reader import Returned


class Command(BaseCommand):
    """Exit 0: taken, or would be. 1: some row cannot be taken, and nothing was written. 2: the file cannot be used."""

    help = "Take back a workbook that export_workbook wrote: every row, or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what it would do, and write nothing")
        parser.add_argument("--valid-rows-only", action="store_true", help="leave out the rows that cannot be taken")
        parser.add_argument("--by", metavar="EMAIL", default="", help="who brings it; for whom it went out if left out")
        parser.add_argument("--annotated", metavar="OUT.xlsx", type=Path, help="write the workbook with remarks here")
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        at, path = timezone.now(), options["file"]
        try:
            audit, returned = workbook_read(path)
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except WorkbookError as error:
            self._end(f"{path}: {error}", 2)
        except OSError as error:
            self._end(f"{path}: {error.strerror}", 2)
        by = _person(options["by"], returned)
        if by is None:
            self._end(f"There is nobody {options['by']!r} who could bring it." if options["by"] else GONE, 2)
        if not may(by, "audits.change_answer", audit):
            self._end(f"{by} may not answer in audit {audit}.", 1)
        written = not options["dry_run"]
        try:
            if options["dry_run"]:
                plan = workbook_plan(audit, returned, by=by, at=at)
            else:
                only = options["valid_rows_only"]
                plan = workbook_import(
                    audit_id=audit.pk, returned=returned, sha256=sha256, valid_only=only, by=by, at=at
                )
        except WorkbookRefusedError as error:
            plan, written = error.plan, False
        self._tell(audit, returned, plan, options, written=written)
        if not is_good(plan) and not (written and options["valid_rows_only"]):
            sys.exit(1)

    def _tell(self, audit: Audit, returned: Returned, plan: Plan, options: dict[str, Any], *, written: bool) -> None:
        if options["annotated"]:
            try:
                options["annotated"].write_bytes(write_workbook(annotated_content(audit, returned, plan)))
            except OSError as error:
                said = "the rows are saved, the remarks are not" if written else "nothing was written"
                self._end(f"{options['annotated']}: {error.strerror}; {said}.", 2)
        if options["json"]:
            report = report_of(audit, returned, plan, written=written)
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_table(audit, plan, written=written)))

    def _end(self, words: str, code: int) -> NoReturn:
        self.stderr.write(words)
        sys.exit(code)


GONE = "The person for whom the workbook went out is not there any more: name somebody by --by."


def _person(email: str, returned: Returned) -> User | None:
    people = User.objects.filter(is_active=True)
    return people.filter(email__iexact=email).first() if email else people.filter(pk=returned.meta.exported_by).first()


def _table(audit: Audit, plan: Plan, *, written: bool) -> Iterator[str]:
    """Say what becomes of each row that is not as it was."""
    for row in plan:
        if row.status == Status.UNCHANGED:
            continue
        yield f"{row.title}!{row.line}  {row.id or 'new'}  {row.status}  {row_words(row)}".rstrip()
        for cell in row.cells:
            sides = f"exported {_short(cell.exported)}, stored {_short(cell.server)}, mine {_short(cell.mine)}"
            yield f"    {cell.address} {cell.key}: {sides}"
    counts = ", ".join(f"{number} {status}" for status, number in counts_of(plan).items() if number)
    yield f"{audit}: {counts or 'no rows'}; {'saved' if written else 'nothing written'}."


def _short(text: str) -> str:
    most = 60
    line = " ".join(text.split())
    return f"“{line[:most]}…”" if len(line) > most else f"“{line}”"
