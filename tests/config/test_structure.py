"""The house is as DESIGN.md draws it: eight rooms, pure parts that need no Django, a README at each door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"accounts", "ledger", "standards", "benchmarks", "audits", "awards", "reports", "config"}
PURE = [
    "standards.scoring",
    "benchmarks.charts",
    "benchmarks.kpis",
    "benchmarks.standing",
    "benchmarks.verdict",
    "ledger.chain",
    "audits.workflow",
    "audits.cycle",
    "audits.life",
    "audits.returns",
    "audits.liveness",
    "audits.articles",
    "audits.levels",
    "audits.plots",
    "audits.pictures",
    "audits.scanning",
    "audits.content_types",
    "audits.sampling",
    "audits.operations",
    "audits.merging",
    "awards.panel",
    "reports.document",
    "reports.charts",
    "reports.lens_document",
    "reports.paper",
    "standards.lenses",
    "awards.scheme",
    "awards.redaction",
    "awards.blind",
    "awards.assignment",
    "awards.tally",
]
LIST_MODULES = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules)"


def test_top_level_packages_are_the_rooms_and_the_tests() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == ROOMS | {"tests"}
    assert {path.name for path in ROOT.glob("*.py")} == {"manage.py"}


@pytest.mark.parametrize("module", PURE)
def test_a_pure_part_loads_without_django(module: str) -> None:
    command = [sys.executable, "-c", LIST_MODULES, module]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert [name for name in run.stdout.split() if name.split(".")[0] == "django"] == []


def test_a_command_starts_without_the_services_of_the_rooms_and_the_statistics() -> None:
    begin = "import django, sys; django.setup(); print(*{'reports.services', 'scipy.stats', 'ibis'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", begin], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == ""


@pytest.mark.parametrize("room", sorted(ROOMS - {"config"}))
def test_each_app_has_a_short_readme(room: str) -> None:
    lines = (ROOT / room / "README.md").read_text().splitlines()
    assert 6 <= len(lines) <= 14
    assert lines[0].startswith(f"# {room}")


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_no_module_is_a_drawer_for_odds_and_ends(room: str) -> None:
    drawers = {"utils", "helpers", "common", "misc", "util", "helper"}
    assert [path for path in (ROOT / room).rglob("*") if path.stem in drawers] == []
