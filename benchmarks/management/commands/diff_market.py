"""``diff_market``: say which figures were added, removed and changed between two market releases."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from benchmarks.models import MarketRelease
from benchmarks.selectors import release_differences

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from benchmarks.comparable import Figure
    from benchmarks.market import Difference


class Command(BaseCommand):
    help = "Compare two market releases by their codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old")
        parser.add_argument("new")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        found = release_differences(self._release(options["old"]), self._release(options["new"]))
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(each) for each in found]))
            return
        for each in found:
            self.stdout.write(_line(each))
        counts = {kind: sum(each.kind == kind for each in found) for kind in ("added", "removed", "changed")}
        self.stdout.write(", ".join(f"{count} {kind}" for kind, count in counts.items()))

    def _release(self, code: str) -> MarketRelease:
        release = MarketRelease.objects.filter(code=code).first()
        if release is None:
            self.stderr.write(f"There is no market release “{code}”.")
            sys.exit(2)
        return release


def _as_json(each: Difference) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "columns": list(each.columns),
        "old": _plain(each.old),
        "new": _plain(each.new),
    }


def _plain(figure: Figure | None) -> dict[str, Any] | None:
    return None if figure is None else {**vars(figure), "value": figure.plain_value}


def _line(each: Difference) -> str:
    figure = each.figure
    whom = f"{figure.kpi} {figure.variant} {figure.statistic} {figure.industry} {figure.region} {figure.channel}"
    values = " -> ".join("–" if one is None else one.plain_value for one in (each.old, each.new))
    columns = f" ({', '.join(each.columns)})" if each.columns else ""
    return f"{each.kind} {whom} {figure.year} [{figure.source}]: {values} {figure.unit}{columns}"
