"""``manage.py export_workbook AUDIT FILE.xlsx``: an audit as a workbook, to be filled in and brought back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.access import may
from accounts.models import User
from audits.models import Audit, TeamRole
from audits.services.workbook.handing import workbook_export

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Exit 0: written. 1: the person may not have it. 2: no such audit or person, or the file cannot be written."""

    help = "Write an audit as an XLSX workbook that import_workbook takes back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("audit", metavar="AUDIT", help="its reference, or its number in the address of its page")
        parser.add_argument("file", metavar="FILE.xlsx", type=Path)
        parser.add_argument("--by", metavar="EMAIL", default="", help="for whom; the team leader when left out")
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        audit = audit_named(options["audit"])
        if audit is None:
            self._end(f"There is no audit {options['audit']!r}.", 2)
        by = _person(audit, options["by"])
        if by is None:
            self._end(f"There is nobody {options['by']!r}." if options["by"] else "The audit has no team leader.", 2)
        if not may(by, "audits.export_audit", audit):
            self._end(f"{by} may not take audit {audit} away.", 1)
        try:
            size = options["file"].write_bytes(workbook_export(audit=audit, by=by, at=timezone.now()))
        except OSError as error:
            self._end(f"{options['file']}: {error.strerror}", 2)
        facts = {"audit": audit.reference, "file": str(options["file"]), "bytes": size, "for": by.email}
        text = "{audit}: {file}, {bytes} bytes, for {for}".format(**facts)
        self.stdout.write(json.dumps(facts) if options["json"] else text)

    def _end(self, words: str, code: int) -> NoReturn:
        self.stderr.write(words)
        sys.exit(code)


def audit_named(named: str) -> Audit | None:
    """Return the audit of this reference, else of this number."""
    audits = Audit.objects.select_related("edition", "centre")
    found = audits.filter(reference=named).first()
    if found is None and named.isascii() and named.isdigit() and len(named) <= 18:  # noqa: PLR2004 - fits the database
        found = audits.filter(pk=int(named)).first()
    return found


def _person(audit: Audit, email: str) -> User | None:
    people = User.objects.filter(is_active=True)
    if email:
        return people.filter(email__iexact=email).first()
    return people.filter(team_memberships__audit=audit, team_memberships__role=TeamRole.LEADER).first()
