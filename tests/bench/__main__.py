"""Run the benchmark: ``python -m tests.bench [--json] [--only NAME]``.

Each module of this folder that has ``rows()`` runs in a process of its own, one after the other, so that neither its
memory nor its caches change another's numbers. Exits 1 when one fails (the others still run), 2 for an unknown name.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.process import measured

if TYPE_CHECKING:
    from tests.bench.row import Row

HEADINGS = ("what", "ours", "baseline", "on the same work", "ratio", "peak memory")


def names() -> list[str]:
    """Name the modules with benchmarks, in alphabetical order, without importing them into this process."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py") if "\ndef rows(" in path.read_text())


def seconds(value: float) -> str:
    """Write a duration with three digits and a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def cells(row: Row) -> tuple[str, ...]:
    """Write one row for people."""
    ours, baseline = seconds(row.ours_seconds), seconds(row.baseline_seconds)
    return (row.what, ours, baseline, row.baseline, f"{row.ratio:.3g}", f"{row.peak_mib:.0f} MiB")


def table(rows: list[Row]) -> str:
    """Align the rows under the headings."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def main() -> int:
    """Run what was asked for and print it."""
    known = names()
    parser = argparse.ArgumentParser(prog="bin/bench", description="Our code and baselines on the same work.")
    parser.add_argument("--json", action="store_true", help="full precision, on standard output")
    parser.add_argument("--only", metavar="NAME", choices=known, help=f"one of {', '.join(known)}")
    arguments = parser.parse_args()
    rows: list[Row] = []
    failed = []
    for name in [arguments.only] if arguments.only else known:
        sys.stderr.write(f"bench: {name}\n")
        result = measured(name)
        rows += result or []
        failed += [] if result else [name]
    if arguments.json:
        json.dump({"rows": [asdict(row) | {"ratio": row.ratio} for row in rows], "failed": failed}, sys.stdout)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(table(rows) + "\n")
    for name in failed:
        sys.stderr.write(f"bench: {name} failed or gave no row\n")
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
