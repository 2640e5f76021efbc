"""The runner of the benchmark: one row, the table, and processes of their own."""

from __future__ import annotations

import json
import multiprocessing
from typing import TYPE_CHECKING

import pytest

import tests.bench
from tests.bench import __main__ as bench
from tests.bench.process import measure, measured
from tests.bench.row import Row

if TYPE_CHECKING:
    from pathlib import Path

ROW = Row(what="score one audit", ours_seconds=0.0005, baseline="by hand", baseline_seconds=0.002, peak_mib=41.6)


def test_ratio_is_ours_over_the_baseline() -> None:
    assert ROW.ratio == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("value", "shown"), [(2.5, "2.5 s"), (0.0331, "33.1 ms"), (4.2e-6, "4.2 µs"), (3e-9, "3 ns"), (0.0, "0 ns")]
)
def test_seconds_chooses_a_unit(value: float, shown: str) -> None:
    assert bench.seconds(value) == shown


def test_table_aligns_the_columns() -> None:
    heading, line = bench.table([ROW]).splitlines()
    assert len(heading) == len(line)
    assert line.split("  ")[0] == "score one audit"
    for cell in ("500 µs", "2 ms", "by hand", "0.25", "42 MiB"):
        assert cell in line


def test_names_leave_out_what_has_no_rows() -> None:
    assert not {"__main__", "__init__", "row"} & set(bench.names())


def test_measured_is_none_for_a_benchmark_that_dies(capfd: pytest.CaptureFixture[str]) -> None:
    assert measured("no_such_benchmark") is None
    assert "no_such_benchmark" in capfd.readouterr().err


def test_measure_keeps_prints_off_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "probe.py").write_text("def rows():\n    print('noise')\n    return []\n")
    monkeypatch.setattr(tests.bench, "__path__", [*tests.bench.__path__, str(tmp_path)])
    ours, theirs = multiprocessing.Pipe(duplex=False)
    measure("probe", theirs)
    assert ours.recv() == []
    assert capfd.readouterr() == ("", "noise\n")


def test_json_carries_full_precision_and_the_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = {"bad": None, "good": [ROW]}
    monkeypatch.setattr(bench, "names", lambda: list(results))
    monkeypatch.setattr(bench, "measured", results.get)
    monkeypatch.setattr("sys.argv", ["bench", "--json"])
    assert bench.main() == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["failed"] == ["bad"]
    assert printed["rows"][0]["ours_seconds"] == ROW.ours_seconds
    assert printed["rows"][0]["ratio"] == ROW.ratio
