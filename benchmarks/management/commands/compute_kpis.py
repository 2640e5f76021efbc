"""``compute_kpis``: every KPI that a records file and its mapping allow."""

from __future__ import annotations

import glob
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from benchmarks.measuring import ENGINES, GROUPS, MappingError, Measured, RecordsError, measure_files, parse_mapping
from benchmarks.terms import warning_in_words

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from benchmarks.kpis.measure import Measurement


class Command(BaseCommand):
    help = "Compute every KPI that the mapping allows, with clustered standard errors."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's declaration
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        words = "CSV, Parquet or XLSX: files or patterns; may be repeated, each time followed by its --mapping"
        parser.add_argument("--records", required=True, nargs="+", action="append", metavar="FILE", help=words)
        parser.add_argument("--mapping", required=True, type=Path, action="append", help="what is what in them (YAML)")
        parser.add_argument("--engine", default="duckdb", help=" or ".join(ENGINES))
        parser.add_argument("--by", default="", help=f"split by some of {','.join(GROUPS)}")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        pairs = _pairs(options["records"], options["mapping"])
        if len(options["records"]) != len(options["mapping"]):
            self._refuse("Every --records needs a --mapping, and the other way round.")
        at = 0
        try:
            files = []
            for at, (records, mapping) in enumerate(pairs):  # noqa: B007 - says which is at fault
                files.append((records, parse_mapping(_text(mapping))))
            at = -1
            by = [name.strip() for name in options["by"].split(",") if name.strip()]
            url = os.environ.get("DATABASE_URL", "")
            limits, spark = settings.RECORDS_LIMITS, settings.RECORDS_SPARK
            measured = measure_files(files, by=by, engine=options["engine"], url=url, spark=spark, limits=limits)
        except MappingError as error:
            self._refuse(f"{pairs[error.source if at < 0 else at][1]}: {error}")
        except RecordsError as error:
            self._refuse(f"{pairs[error.source][0]}: {error}")
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(measured), ensure_ascii=False, allow_nan=False))
        else:
            self.stdout.write("\n".join(_as_lines(measured)))

    def _refuse(self, message: str) -> None:
        self.stderr.write(" ".join(message.split()))
        sys.exit(2)


def _pairs(records: list[list[str]], mappings: list[Path]) -> list[tuple[Path, Path]]:
    """Put every file beside its mapping; a name that is no file is a pattern, and one that fits nothing a name."""
    found = []
    for names, mapping in zip(records, mappings, strict=False):
        for name in names:
            fits = [] if Path(name).exists() else sorted(glob.glob(name))  # noqa: PTH207 - a pattern with its folders
            found += [(Path(each), mapping) for each in fits or [name]]
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MappingError(1, "the mapping is not UTF-8.") from error
    except OSError as error:
        raise MappingError(1, "the mapping cannot be read: {error}.", error=error.strerror) from error


def _as_json(measured: Measured) -> dict[str, Any]:
    return {
        "kpis": [_row(each) for each in measured.kpis],
        "quality": measured.quality,
        "rejected": measured.rejected,
        "not_measured": measured.not_measured,
        "warnings": [asdict(each) for each in measured.warnings],
        "sources": [asdict(each) for each in measured.sources],
    }


def _row(each: Measurement) -> dict[str, Any]:
    names = ("kpi", "variant", "value", "numerator", "denominator", "n", "se", "cluster", "design_effect", "unit")
    return {**dict(each.group), **{name: getattr(each, name) for name in names}}


def _as_lines(measured: Measured) -> list[str]:
    quality = measured.quality
    lines = [
        "{rows_read} rows read, {rows_used} used, {rows_rejected} rejected, {rows_left_out} left out by the mapping",
        "{period_from} to {period_to}, {days_covered} days with contacts, {days_without_contacts} without",
    ]
    lines = [line.format(**quality) for line in lines]
    if quality["identified_share"] is not None:
        lines.append(f"customers known for {quality['identified_share']:.1%} of contacts")
    for why, found in {**quality["left_out"], **measured.rejected}.items():
        lines.append(f"  {why}: {found['rows']} rows, first in lines {', '.join(map(str, found['lines']))}")
    lines += ["", f"{'KPI':<22}{'variant':<38}{'value':>12}{'SE':>10}{'n':>10}  {'cluster':<10}{'DEFF':>7}"]
    lines += [_line(each) for each in measured.kpis]
    lines += [*(f"beware: {warning_in_words(each.code, each.values)}" for each in measured.warnings)]
    lines += ["", *(f"not measured: {name}: {why}" for name, why in measured.not_measured.items())]
    return lines


def _line(each: Measurement) -> str:
    group = " ".join(value for _, value in each.group)
    error = "" if each.se is None else f"{each.se:.3f}"
    effect = "" if each.design_effect is None else f"{each.design_effect:.1f}"
    value = f"{each.value:.3f} {each.unit}"
    return f"{each.kpi:<22}{each.variant:<38}{value:>12}{error:>10}{each.n:>10}  {each.cluster:<10}{effect:>7} {group}"
