"""The registry of KPIs."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.kpis import access
from benchmarks.kpis.catalogue.references import REFERENCES
from benchmarks.kpis.compute import named
from benchmarks.kpis.measure import Thresholds
from benchmarks.kpis.registry import FAMILIES, KPI_CODES, KPIS

CATALOGUE = set(range(1, 39))


def test_registry_covers_the_catalogue_once() -> None:
    numbers = [kpi.number for kpi in KPIS.values() if kpi.number is not None]
    assert sorted(numbers) == sorted(CATALOGUE)
    assert len(KPI_CODES) == 51


def test_registry_entries_are_complete_and_fit_the_database() -> None:
    for code, kpi in KPIS.items():
        codes = [variant.code for variant in kpi.variants]
        assert codes
        assert len(set(codes)) == len(codes)
        assert len(code) <= 40
        assert all(len(variant) <= 38 for variant in codes)
        assert kpi.direction in {"higher", "lower", "target"}
        assert kpi.precision > 0
        assert all(len(unit) <= 20 for unit in kpi.units)
        assert all(text.endswith(".") for text in (kpi.formula, kpi.traps, *(v.words for v in kpi.variants)))


def test_families_are_those_of_the_expressions() -> None:
    assert list(FAMILIES) == [
        *("access", "handling", "customer", "ticket", "digital", "workforce", "quality", "money"),
    ]


def test_every_kpi_has_texts_references_and_a_side_that_is_better() -> None:
    assert REFERENCES.keys() == KPIS.keys()
    for code, kpi in KPIS.items():
        assert kpi.name, code
        assert kpi.formula, code
        assert kpi.traps, code
        assert REFERENCES[code], code
        assert all(each.says.endswith(".") for each in REFERENCES[code]), code
        assert kpi.target is None or (kpi.direction == "target" and kpi.target[0] <= kpi.target[1]), code
    assert KPIS["occupancy"].target == (75, 85)


def test_everything_measured_is_in_the_registry_with_its_unit() -> None:
    for kpi, variant, unit in named(Thresholds()):
        assert KPIS[kpi].variant(variant) is not None, (kpi, variant)
        assert unit in KPIS[kpi].units or (unit == "currency" and "GBP" in KPIS[kpi].units)


def test_every_kpi_and_variant_of_the_registry_can_be_measured() -> None:
    there = {(kpi.code, variant.code) for kpi in KPIS.values() for variant in kpi.variants}
    assert there == {(kpi, variant) for kpi, variant, _unit in named(Thresholds())}


def test_variant_with_another_threshold_is_another_variant() -> None:
    names = {each.variant for each in access.ratios(Thresholds(30, 10))}
    assert "answered_within_offered_30s" in names
    assert "answered_within_offered" not in names
    assert "less_short_10s" in names
    assert KPIS["service_level"].variant("answered_within_offered_30s") is not None
    assert KPIS["asa"].variant("answered_30s") is None


def test_pure_part_does_not_load_django() -> None:
    code = "import sys, benchmarks.measuring, benchmarks.verdict, benchmarks.market; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
