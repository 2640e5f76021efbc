"""``plan_sample``: how many sites or records to look at, and a draw that anybody can repeat."""

from __future__ import annotations

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from audits.sampling import (
    METHOD,
    acceptance_plan,
    discovery_size,
    draw,
    proportion_size,
    random_share,
    read_population,
    sites_size,
)
from audits.sampling.sizes import STAGES
from benchmarks.message import MessageError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Plan or draw a sample. Exit 0: done; 2: the input cannot be used, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True)
        sites = kinds.add_parser("sites", help="sites to visit (IAF MD 1); the central function comes on top")
        sites.add_argument("--count", required=True, help="sites, the central function not counted")
        sites.add_argument("--stage", required=True, help=", ".join(STAGES))
        sites.add_argument("--unsuitable", action="store_true", help="the sites are not suitable for sampling")
        discovery = kinds.add_parser("discovery", help="a sample without failure that shows a rate not to be reached")
        discovery.add_argument("--rate", required=True, help="per cent")
        proportion = kinds.add_parser("proportion", help="a share known to a margin")
        proportion.add_argument("--margin", required=True, help="points of per cent")
        for parser_with in (discovery, proportion):
            parser_with.add_argument("--confidence", required=True, help="per cent")
            parser_with.add_argument("--population", help="records in all")
        acceptance = kinds.add_parser("acceptance", help="ISO 2859-1, single sampling, normal, general level II")
        acceptance.add_argument("--lot", required=True, help="records in the lot")
        acceptance.add_argument("--aql", required=True, help="acceptable quality limit, per cent")
        drawing = kinds.add_parser("draw", help="draw records from a CSV or XLSX file, ids in its first column")
        drawing.add_argument("--population", required=True, type=Path)
        drawing.add_argument("--size", required=True, help="records to draw")
        drawing.add_argument("--seed", required=True, help="a number or a text")
        for each in (sites, discovery, proportion, acceptance, drawing):
            each.add_argument("--json", action="store_true", help="the result as JSON on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            found = getattr(self, f"_{options['what']}")(options)
        except (MessageError, _OptionError, OSError) as error:
            self.stderr.write(str(error))
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for name, value in found.items():
            self.stdout.write(f"{name}: {', '.join(value) if isinstance(value, list) else value}")

    def _sites(self, options: dict[str, Any]) -> dict[str, Any]:
        size = sites_size(_whole(options, "count"), options["stage"], suitable=not options["unsuitable"])
        return {"sample": size, "at_random_at_least": random_share(size)}

    def _discovery(self, options: dict[str, Any]) -> dict[str, Any]:
        confidence, rate = _number(options, "confidence"), _number(options, "rate")
        return {"sample": discovery_size(confidence=confidence, rate=rate, population=_population(options))}

    def _proportion(self, options: dict[str, Any]) -> dict[str, Any]:
        margin, confidence = _number(options, "margin"), _number(options, "confidence")
        return {"sample": proportion_size(margin=margin, confidence=confidence, population=_population(options))}

    def _acceptance(self, options: dict[str, Any]) -> dict[str, Any]:
        plan = acceptance_plan(_whole(options, "lot"), _number(options, "aql"))
        return {
            "letter": plan.letter,
            "sample": plan.sample,
            "accept": plan.accept,
            "reject": plan.reject,
            "code_letter": plan.code_letter,
            "whole_lot": plan.whole,
        }

    def _draw(self, options: dict[str, Any]) -> dict[str, Any]:
        population = read_population(options["population"])
        picked = draw(population, size=_whole(options, "size"), seed=options["seed"])
        seed = options["seed"]
        plain = seed.isascii() and seed.isdigit() and str(int(seed)) == seed
        return {
            "sha256": population.sha256,
            "size": population.size,
            "seed": int(seed) if plain else seed,
            "picked": list(picked),
            "method": METHOD,
        }


class _OptionError(Exception):
    """An option is not what it has to be."""


def _whole(options: dict[str, Any], name: str) -> int:
    text = options[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 12):  # noqa: PLR2004 - more than any population has
        raise _OptionError(f"--{name}: “{text[:40]}” is not a whole number.")
    return int(text)


def _number(options: dict[str, Any], name: str) -> Decimal:
    try:
        number = Decimal(options[name])
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise _OptionError(f"--{name}: “{options[name][:40]}” is not a number.")
    return number


def _population(options: dict[str, Any]) -> int | None:
    return None if options["population"] is None else _whole(options, "population")
