"""``manage.py score_file --edition FILE --input CASE.json``: score a case without touching the database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from standards.editions import EditionError, read_edition
from standards.scoring import CaseError, next_tier_plan, parse_case, result_to_json, score, unread_names
from standards.scoring.case import read_json
from standards.scoring.decimals import one_decimal
from standards.scoring.words import seen, wanted
from standards.selectors import known_kpi_codes

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Iterator

    from standards.scoring import Case, Change, EditionSpec, Result, TierResult

MAX_CASE_BYTES = 10 * 1024 * 1024
STATES = {"met": "met", "not_met": "NOT MET", "open": "open"}


class CaseFileError(Exception):
    """The case file cannot be read as text."""


class Command(BaseCommand):
    """Exit 0: scored. 2: the edition or the case cannot be used."""

    help = "Score a case (JSON) on an edition (YAML); the database is not touched."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edition", type=Path, required=True, metavar="FILE")
        parser.add_argument("--input", type=Path, required=True, metavar="CASE.json")
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            edition = read_edition(options["edition"], known_kpis=known_kpi_codes()).spec
            case = parse_case(edition, read_json(_read(options["input"])))
        except EditionError as error:
            self._stop(options["edition"], *error.faults)
        except (CaseError, CaseFileError) as error:
            self._stop(options["input"], error)
        for name in unread_names(edition, case):
            self.stderr.write(f"{options['input']}: note: {name} is read by no gate of this edition")
        result = score(edition, case)
        plan = next_tier_plan(edition, case, result)
        data = result_to_json(edition, result, plan)
        self.stdout.write(
            json.dumps(data, indent=2) if options["json"] else "\n".join(_table(edition, case, result, plan))
        )

    def _stop(self, path: Path, *faults: object) -> None:
        for fault in faults:
            self.stderr.write(f"{path}: {fault}")
        sys.exit(2)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_CASE_BYTES:
            raise CaseFileError("larger than 10 MB: not a case")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CaseFileError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CaseFileError(f"not UTF-8 at byte {error.start}") from None


def _table(edition: EditionSpec, case: Case, result: Result, plan: Iterable[Change]) -> Iterator[str]:
    """Yield the result as lines for people; scores with one decimal."""
    yield f"{edition.code} {edition.version}  (SHA-256 {edition.sha256[:12]}…)"
    yield f"{len(case.levels)} answered, {len(case.not_applicable)} not applicable, of {len(edition.rows)} criteria"
    for tier in result.tiers:
        yield ""
        yield from _tier(tier)
    yield ""
    yield f"Tier attained: {result.tier or 'none'}"
    steps = [f"{each.criterion} {'–' if each.level_from is None else each.level_from}→{each.level_to}" for each in plan]
    if steps:
        yield f"Cheapest way to the next tier, as far as answers can: {', '.join(steps)}"


def _tier(tier: TierResult) -> Iterator[str]:
    attained = {True: "attained", False: "not attained", None: "open"}[tier.attained]
    yield f"{tier.code.upper()}  {_range(tier.low, tier.high)} of {one_decimal(tier.points)}  {attained}"
    for block in tier.blocks:
        yield f"  {block.code:<4} {_range(block.low, block.high):>15} of {one_decimal(block.points):>7}"
    for gate in tier.gates:
        because = ", ".join(gate.because[:6]) + (" …" if len(gate.because) > 6 else "")  # noqa: PLR2004 - fits a line
        why = f"  [{because}]" if gate.state != "met" else ""
        yield f"  {STATES[gate.state]:<8} {gate.gate:<34} {seen(gate)} (wanted: {wanted(gate)}){why}"


def _range(low: Any, high: Any) -> str:
    return one_decimal(low) if low == high else f"{one_decimal(low)} to {one_decimal(high)}"
