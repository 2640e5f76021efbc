"""``manage.py load_demo``: an invented world to look at and to try."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import Organisation
from audits.models import Certificate
from reports.demo.play import PASSWORD, World, is_there, sign_ins

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Load the demo data, the same every time; loading it again changes nothing. Prints a sign-in per role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the sign-ins as JSON on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not is_there():
            if Organisation.objects.exists():
                self.stderr.write("This database holds real organisations; the demo is loaded into an empty one only.")
                sys.exit(2)
            with transaction.atomic():
                World(self.stderr.write).make()
        certificate = Certificate.objects.order_by("pk").first()
        path = f"/verify/{certificate.code}/" if certificate else ""
        people = [
            {"name": name, "role": role, "email": email, "password": PASSWORD} for name, role, email in sign_ins()
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"people": people, "certificate": path}, ensure_ascii=False))
            return
        self.stdout.write("Invented people to sign in as (e-mail address, password, who they are):")
        for person in people:
            self.stdout.write(f"  {person['email']:<30} {PASSWORD}  {person['name']}: {person['role']}")
        self.stdout.write(f"A certificate that anyone can check: {path}")
