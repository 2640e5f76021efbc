"""The page of examples has a mapping for every kind of records, and each reads the rows beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.measuring import Measured, measure_files, parse_mapping
from benchmarks.records.kinds import KINDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "mapping-examples.md").read_text(encoding="utf-8")
EXAMPLES = {
    kind: (rows, mapping)
    for kind, rows, mapping in re.findall(
        r"^## (\w+)\n.*?^```csv\n(.*?)^```\n.*?^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE
    )
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Measure all examples together."""
    folder = tmp_path_factory.mktemp("examples")
    files = []
    for kind, (rows, mapping) in EXAMPLES.items():
        path = folder / f"{kind}.csv"
        path.write_text(rows, encoding="utf-8")
        files.append((path, parse_mapping(mapping)))
    return measure_files(files)


def test_every_kind_has_an_example_whose_rows_are_all_read(measured: Measured) -> None:
    assert set(EXAMPLES) == set(KINDS)
    assert [source.kind for source in measured.sources] == list(EXAMPLES)
    for source in measured.sources:
        assert source.quality["rows_used"] == EXAMPLES[source.kind][0].count("\n") - 1
        assert source.rejected == {}


def test_examples_together_measure_nearly_every_kpi(measured: Measured) -> None:
    values = {(each.kpi, each.variant): each.value for each in measured.kpis}
    assert len({kpi for kpi, _variant in values}) >= 42
    by_hand = {
        ("qa_score", "standard"): 25,
        ("project_roi", "standard"): -10,
        ("proactive_contact_rate", "standard"): 50,
        ("occupancy", "standard"): 80,
        ("forecast_accuracy", "wape_interval"): 40,
        ("csat_mean", "standard"): 4,
    }
    assert {key: values[key] for key in by_hand} == pytest.approx(by_hand)
