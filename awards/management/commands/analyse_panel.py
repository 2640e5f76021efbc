"""``analyse_panel``: what a panel's scores allow to be said, and the reasons for the rest."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from audits.tabular import ENCODINGS, read_table
from awards.panel import analyse, as_json, as_lines, read_panel
from benchmarks.message import MessageError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = (
        "Analyse the scores of a panel. Exit 0: done; 1: nothing but raw scores can be computed; 2: the input "
        "cannot be used, and why."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's declaration
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX with the columns entrant, judge, score (criterion)")
        parser.add_argument("--encoding", default="", help=f"where it is not UTF-8: {', '.join(ENCODINGS)}")
        parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")

    def handle(self, *_: Any, **options: Any) -> None:
        path = options["file"]
        try:
            panel = read_panel(read_table(path, encoding=options["encoding"]))
        except (MessageError, OSError, LookupError) as error:
            self.stderr.write(" ".join(f"{path}: {_why(error)}".split()))
            sys.exit(2)
        analysis = analyse(panel)
        found = as_json(analysis)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, allow_nan=False))
        else:
            self.stdout.write("\n".join(as_lines(analysis)))
        if not _said(found):
            self.stderr.write("Nothing but the raw scores can be computed.")
            sys.exit(1)


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"the file cannot be read: {error.strerror or error}."
    return str(error) if isinstance(error, MessageError) else f"{error}."


def _said(found: dict[str, Any]) -> bool:
    """Whether any statistic of the panel could be computed."""
    several = [found["icc"] or {}, found["alpha"], found["alpha_by_criterion"]]
    values = [
        found["severity"],
        found["kendall_w"],
        found["fleiss_kappa"],
        *(v for each in several for v in each.values()),
    ]
    return any(value is not None for value in values)
