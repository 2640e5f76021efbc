"""Files of odd sizes and shapes: refused with their place, or measured without a figure that only looks right."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from benchmarks.measuring import Measured, RecordsError, measure_file, parse_mapping
from benchmarks.models import MeasurementRun
from benchmarks.services import measurement_run_create
from tests.benchmarks.samples import HEADER, MAPPING, make_contacts, write_csv
from tests.factories import make_centre

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "1;2026-03-01 09:00:00;5;answered;100;ann;7;billing;voice;no;1;Y;5;10"
LOST = "{};2026-03-0{} 09:00:00;30;abandoned;;;{};billing;voice;;0;;;"


def measured(path: Path, mapping: str = MAPPING) -> Measured:
    return measure_file(path, parse_mapping(mapping))


def contacts(path: Path, **values: object) -> Path:
    """Write generated contacts with some columns replaced."""
    make_contacts(600, 10).assign(**values).to_csv(path, sep=";", index=False)
    return path


@pytest.mark.django_db
def test_file_of_4_gib_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(4 << 30)  # sparse: it takes no room

    def read(_path: Path) -> str:
        raise AssertionError("the file was read")

    monkeypatch.setattr("benchmarks.services.measuring.sha256_of", read)
    with pytest.raises(RecordsError, match="larger than 536,870,912 bytes") as refused:
        measurement_run_create(
            centre=make_centre(), by=None, at=dt.datetime.now(dt.UTC), records=path, mapping_text=MAPPING
        )
    assert refused.value.source == 0
    assert not MeasurementRun.objects.exists()


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    more = ";".join(f"x{number}" for number in range(10_000))
    path = write_csv(tmp_path / "a.csv", [GOOD + ";" * 10_000], header=f"{HEADER};{more}")
    with pytest.raises(RecordsError, match="line 1: the file has more than 1,000 columns"):
        measured(path)


def test_second_encoding_in_a_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [GOOD, GOOD.replace("ann", "李")])
    path.write_bytes(path.read_bytes() + GOOD.replace("ann", "王小明").encode("gb18030") + b"\n")
    with pytest.raises(RecordsError, match="line 4: these bytes are not utf-8"):
        measured(path)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_header_alone_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.csv":
        write_csv(path, [])
    else:
        pd.DataFrame({column: pd.Series(dtype="str") for column in HEADER.split(";")}).to_parquet(path)
    with pytest.raises(RecordsError, match=r"no rows|No row of the file can be used"):
        measured(path, MAPPING.replace("type: csv", "type: " + name.partition(".")[2]))


def test_one_row_has_values_without_errors(tmp_path: Path) -> None:
    found = measured(write_csv(tmp_path / "a.csv", [GOOD]))
    assert found.quality["rows_used"] == 1
    assert {each.se for each in found.kpis} == {None}
    assert {each.design_effect for each in found.kpis} == {None}
    values = {(each.kpi, each.variant): each.value for each in found.kpis}
    assert values["aht", "standard"] == 100
    assert "fcr" not in {each.kpi for each in found.kpis}


def test_where_all_gave_up_nothing_is_said_about_answers(tmp_path: Path) -> None:
    rows = [LOST.format(number, number % 3 + 1, number) for number in range(1, 9)]
    found = measured(write_csv(tmp_path / "a.csv", rows))
    values = {(each.kpi, each.variant): each.value for each in found.kpis}
    assert values["abandonment", "offered"] == 100
    assert values["connect_rate", "standard"] == 0
    assert values["service_level", "answered_within_offered"] == 0
    assert ("service_level", "answered_within_answered") not in values
    assert not {"asa", "aht", "fcr", "transfer_rate", "csat", "nps"} & {kpi for kpi, _ in values}
    # Nobody was seen to wait until the answer.
    assert not {("queue_time", "median_km"), ("queue_time", "p90_km")} & set(values)
    assert "asa answered" in found.not_measured


def test_one_customer_is_one_cluster_without_an_error(tmp_path: Path) -> None:
    found = measured(contacts(tmp_path / "a.csv", customer=7)).kpis
    same = [each for each in found if each.cluster == "customer"]
    assert {each.kpi for each in same} >= {"csat", "nps", "fcr"}
    assert {(each.clusters, each.se) for each in same} == {(1, None)}


def test_one_day_has_no_error_of_days(tmp_path: Path) -> None:
    found = measured(contacts(tmp_path / "a.csv", arrived="2026-03-01 10:00:00")).kpis
    same = [each for each in found if each.cluster == "day"]
    assert {each.kpi for each in same} >= {"service_level", "queue_time"}
    assert {(each.clusters, each.se, each.design_effect) for each in same} == {(1, None, None)}


def test_without_agents_there_is_no_error_of_agents(tmp_path: Path) -> None:
    found = measured(contacts(tmp_path / "a.csv", agent=""))
    same = [each for each in found.kpis if each.cluster == "agent"]
    assert {each.kpi for each in same} == {"aht", "transfer_rate"}
    assert {(each.clusters, each.se) for each in same} == {(1, None)}
    assert found.quality["missing"]["agent"] > 0


def test_rows_in_the_reverse_order_give_the_same_figures(tmp_path: Path) -> None:
    ordered = make_contacts(600, 10).sort_values("arrived", kind="stable").drop_duplicates("arrived")
    ordered.to_csv(tmp_path / "a.csv", sep=";", index=False)
    ordered[::-1].to_csv(tmp_path / "b.csv", sep=";", index=False)
    forwards, backwards = (measured(tmp_path / name).kpis for name in ("a.csv", "b.csv"))
    assert len(forwards) == len(backwards) > 20
    for left, right in zip(forwards, backwards, strict=True):
        assert (left.kpi, left.variant, left.n) == (right.kpi, right.variant, right.n)
        assert right.value == pytest.approx(left.value)
        assert right.se == (left.se and pytest.approx(left.se))


def test_time_that_runs_backwards_within_a_contact_is_rejected_with_its_line(tmp_path: Path) -> None:
    header = "arrived;picked;outcome"
    rows = ["2026-03-01 09:00:00;2026-03-01 09:00:10;answered", "2026-03-01 09:00:00;2026-03-01 08:59:59;answered"]
    mapping = """kind: contacts
format: {type: csv, delimiter: ";", encoding: utf-8}
time_zone: Asia/Hong_Kong
fields:
  arrived_at: {column: arrived}
  wait_seconds: {from: arrived, to: picked}
  answered: {column: outcome, equals: answered}
"""
    found = measured(write_csv(tmp_path / "a.csv", rows, header=header), mapping)
    assert found.rejected == {"wait_seconds: negative": {"rows": 1, "lines": [3]}}
    assert {each.value for each in found.kpis if (each.kpi, each.variant) == ("asa", "answered")} == {10}
