"""``manage.py dispose_evidence``: what is due by the declared retention, and, when told so, letting go of it."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audits.retaining import Retention
from audits.selectors.retention import audits_due, holds_on, stored_of
from audits.services.retention import NotDueError, audit_dispose, disposals_finish


class Command(BaseCommand):
    help = (
        "Show which audits' evidence files and personal data are due for removal by the retention that their "
        "organisation declared, and which legal holds stop it. Removes nothing without --carry-out. Exit 0: done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", type=int, metavar="NUMBER", help="of one conducting organisation only")
        parser.add_argument("--carry-out", action="store_true", help="remove what is due and not held back")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        at, rows = timezone.now(), []
        declared = Retention.objects.order_by("organisation")
        if options["organisation"]:
            declared = declared.filter(organisation=options["organisation"])
            if not declared:
                raise CommandError(f"Organisation {options['organisation']} has declared no retention: all is kept.")
        for retention in declared:
            for audit in audits_due(retention, today=at.date()):
                stored = stored_of(audit)
                rows.append(
                    {
                        "audit": audit.reference,
                        "organisation": retention.organisation_id,
                        "years": retention.years,
                        "files": len(stored.hashes),
                        "bytes": stored.size,
                        "holds": [str(each) for each in holds_on(audit.pk, audit.conductor_id, audit.auditee_id)],
                        "removed": options["carry_out"] and self._removed(audit.pk, at),
                    }
                )
        waiting = disposals_finish(at=at) if options["carry_out"] else 0
        if options["json"]:
            self.stdout.write(json.dumps({"audits": rows, "finished": waiting}))
            return
        for row in rows:
            self.stdout.write(_line(row))
        due = sum(not row["holds"] for row in rows)
        self.stdout.write(f"{due} audits due, {len(rows) - due} held back.")
        if due and not options["carry_out"]:
            self.stdout.write("Nothing was removed: --carry-out removes what is due. A backup beforehand keeps it.")

    def _removed(self, audit_id: int, at: Any) -> bool:
        try:
            audit_dispose(audit_id=audit_id, at=at)
        except NotDueError:  # held back, perhaps since the list was made
            return False
        return True


def _line(row: dict[str, Any]) -> str:
    state = f"held back ({'; '.join(row['holds'])})" if row["holds"] else "removed" if row["removed"] else "due"
    return f"{row['audit']}: {row['files']} files, {row['bytes']:,} bytes, after {row['years']} years: {state}"
