"""``load_market``: load a market release, or name every fault with its line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from benchmarks.market import MarketError
from benchmarks.services import ReleaseExistsError, market_load

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Load a market release (CSV) and publish it. What is published never changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--code", default="", help="default: market- and the name of the file")
        parser.add_argument("--title", default="")
        parser.add_argument("--draft", action="store_true", help="load it as a draft, for a scheme owner to publish")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        file: Path = options["file"]
        code = options["code"] or f"market-{file.stem}"
        try:
            content = file.read_bytes()
            title = options["title"] or f"Market figures {file.stem}"
            release = market_load(
                content=content, code=code, title=title, by=None, at=timezone.now(), publish=not options["draft"]
            )
        except MarketError as error:
            self._refuse([f"{file}: line {fault.line}: {fault.message}" for fault in error.faults])
        except ReleaseExistsError as error:
            self._refuse([f"{file}: {error}"])
        except OSError as error:
            self._refuse([f"{file}: cannot be read: {error.strerror}"])
        count = release.figures.count()
        if options["json"]:
            self.stdout.write(
                json.dumps({"code": release.code, "sha256": release.sha256, "figures": count, "status": release.status})
            )
        else:
            self.stdout.write(f"{release.code}: {count} figures, SHA-256 {release.sha256}")

    def _refuse(self, lines: list[str]) -> None:
        self.stderr.write("\n".join(lines))
        sys.exit(2)
