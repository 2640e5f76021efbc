"""Records larger than the memory that measuring may take give the same figures, or a clear message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from benchmarks.measuring import Limits, RecordsError, measure_file, parse_mapping
from benchmarks.records.source import LARGE
from tests.bench.kpis import BY, MAKE, MAPPING

if TYPE_CHECKING:
    from pathlib import Path

    from ibis.backends.duckdb import Backend

CONTACTS = 600_000


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("limits") / "contacts.parquet"
    with duckdb.connect() as maker:
        maker.execute("SET enable_progress_bar = false")
        maker.execute(MAKE.format(contacts=CONTACTS, path=path))
    return path


@pytest.mark.parametrize(("by", "large"), [((), 0), (BY, 0), (BY, LARGE)], ids=["whole", "split", "in memory"])
def test_less_memory_than_the_records_take_gives_the_same_figures(
    contacts: Path, tmp_path: Path, by: tuple[str, ...], large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = parse_mapping(MAPPING)
    whole = measure_file(contacts, mapping, by=by, scratch=tmp_path)
    monkeypatch.setattr("benchmarks.records.source.LARGE", large)  # tables in a file from that size on
    tight = measure_file(contacts, mapping, by=by, scratch=tmp_path, limits=Limits("60MB", 1))
    # Among them the windows over all contacts of a customer, and the curves of waits that were cut short.
    names = {(each.kpi, each.variant) for each in tight.kpis}
    assert {("fcr", "no_repeat_7d"), ("queue_time", "p90_km"), ("queue_time", "p90")} <= names
    assert len(whole.kpis) == len(tight.kpis) > 20
    assert {**whole.quality, "arrivals": {}} == {**tight.quality, "arrivals": {}}
    for free, narrow in zip(whole.kpis, tight.kpis, strict=True):
        assert (free.kpi, free.variant, free.group, free.n, free.clusters) == (
            *(narrow.kpi, narrow.variant, narrow.group, narrow.n, narrow.clusters),
        )
        assert narrow.value == pytest.approx(free.value, rel=1e-9)
        assert narrow.se == (free.se and pytest.approx(free.se, rel=1e-9))
    assert list(tmp_path.iterdir()) == []


def test_these_records_do_not_fit_into_that_memory(
    contacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Limits.set_for

    def without_disk(limits: Limits, connection: Backend) -> None:
        limit(limits, connection)
        connection.raw_sql("SET max_temp_directory_size = '0KiB'")

    monkeypatch.setattr(Limits, "set_for", without_disk)
    with pytest.raises(RecordsError, match=r"more memory than is allowed \(60MB\)"):
        measure_file(contacts, parse_mapping(MAPPING), scratch=tmp_path, limits=Limits("60MB", 1))


def test_far_too_little_memory_is_said_and_leaves_nothing_behind(contacts: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match=r"more memory than is allowed \(2MB\)"):
        measure_file(contacts, parse_mapping(MAPPING), scratch=tmp_path, limits=Limits("2MB", 1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("memory", ["much", "-1GB", "0GB", "1", "1GB'; SELECT 1"])
def test_what_is_no_size_is_refused(memory: str) -> None:
    with pytest.raises(ValueError, match="not a size of memory"):
        Limits(memory)


def test_a_negative_number_of_threads_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number of threads"):
        Limits("", -1)
