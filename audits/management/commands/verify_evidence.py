"""``manage.py verify_evidence``: hash every stored file again and compare it with its name.

Files are evidence in all its versions, written notes, copies of pictures, certificates of credentials, and what other
rooms keep the same way. What an audit's retention let go of is not asked for.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from audits.registers import Credential
from audits.samples import Sample
from audits.selectors.retention import contents as models_of_files
from audits.selectors.retention import undisposed
from audits.storage import exists, intact

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Check every stored piece of evidence against its SHA-256. Exit 0: all intact; 1: something is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        checked, bad = 0, []
        certificates = Credential.objects.exclude(file_sha256="").order_by().values_list("file_sha256")
        contents = [
            undisposed(model).exclude(**{name: ""}).order_by().values_list(name)
            for model in models_of_files()
            for name in ("sha256", "view_sha256", "thumb_sha256")
        ]
        populations = (
            Sample.objects.filter(audit__disposal=None)
            .exclude(population_sha256="")
            .order_by()
            .values_list("population_sha256")
        )
        known = contents[0].union(*contents[1:], certificates, populations).order_by("sha256")
        for (sha256,) in known.iterator():
            checked += 1
            if not intact(sha256):
                bad.append({"sha256": sha256, "problem": "changed" if exists(sha256) else "missing"})
        if options["json"]:
            self.stdout.write(json.dumps({"checked": checked, "bad": bad}))
        else:
            for fault in bad:
                self.stdout.write(f"{fault['sha256']}  {fault['problem']}")
            self.stdout.write(f"{checked} files checked, {len(bad)} damaged or missing.")
        if bad:
            sys.exit(1)
