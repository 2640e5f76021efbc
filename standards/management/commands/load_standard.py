"""``manage.py load_standard FILE``: load an edition, or name every fault with its line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Organisation
from standards.editions import EditionError
from standards.editions.source import read_bytes
from standards.services import EditionLockedError, OwnedStandardError, edition_load, edition_publish, standard_own

if TYPE_CHECKING:
    from argparse import ArgumentParser

MOST_DIGITS = 18


class Command(BaseCommand):
    """Exit 0: loaded or unchanged. 1: published with other content, or not ours to publish. 2: cannot be used."""

    help = "Load an edition of a standard from its YAML file as a draft; loading it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--publish", action="store_true", help="publish it too: from then on it cannot change")
        parser.add_argument("--owner", help="name or id of the organisation whose standard it is from now on")
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        owner = self._owner(options["owner"])
        try:
            loaded = edition_load(data=read_bytes(options["file"]), at=now)
            edition = edition_publish(edition=loaded.edition, at=now) if options["publish"] else loaded.edition
            if owner:
                standard_own(code=edition.code, owner=owner, at=now)
        except EditionError as error:
            for fault in error.faults:
                self.stderr.write(f"{options['file']}: {fault}")
            sys.exit(2)
        except (EditionLockedError, OwnedStandardError) as error:
            self.stderr.write(f"{options['file']}: {error}")
            sys.exit(1)
        facts = {
            "code": edition.code,
            "version": edition.version,
            "sha256": edition.sha256,
            "status": str(edition.status),
            "outcome": loaded.outcome,
            "criteria": edition.criteria.count(),
        }
        text = "{code} {version}: {outcome}, {status}, {criteria} criteria, SHA-256 {sha256}".format(**facts)
        self.stdout.write(json.dumps(facts) if options["json"] else text)

    def _owner(self, named: str | None) -> Organisation | None:
        """Return the organisation of this name, else of this id; exits with 2 before anything is written."""
        if not named:
            return None
        found = Organisation.objects.filter(name=named).first()
        if found is None and named.isascii() and named.isdigit() and len(named) < MOST_DIGITS:
            found = Organisation.objects.filter(pk=int(named)).first()
        if found is None:
            self.stderr.write(f"--owner: there is no organisation {named!r}; give its exact name or its id.")
            sys.exit(2)
        return found
