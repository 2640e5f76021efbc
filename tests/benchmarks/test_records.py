"""Reading records: what is left out, counted and refused, in CSV, Parquet and XLSX."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from openpyxl import Workbook

from benchmarks.measuring import MappingError, Measured, RecordsError, measure_file, parse_mapping
from tests.benchmarks.samples import HEADER, MAPPING, make_contacts, write_csv

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "1;2026-03-01 09:00:00;5;answered;100;ann;7;billing;voice;no;1;Y;5;10"


def measured(path: Path, mapping: str = MAPPING, **options: Any) -> Measured:
    """Measure a file by a mapping's text."""
    return measure_file(path, parse_mapping(mapping), **options)


def row(**values: str) -> str:
    """Make a good row with some values changed."""
    cells = dict(zip(HEADER.split(";"), GOOD.split(";"), strict=True))
    return ";".join((cells | values).values())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"wait": "soon"}, "wait_seconds: not a number"),
        ({"wait": "nan"}, "wait_seconds: not a number"),
        ({"wait": "1e400"}, "wait_seconds: not a number"),
        ({"wait": "-3"}, "wait_seconds: negative"),
        ({"wait": ""}, "wait_seconds: missing"),
        ({"handle": "-1"}, "handle_seconds: negative"),
        ({"arrived": "yesterday"}, "arrived_at: not a date and time"),
        ({"arrived": "2026-02-30 10:00:00"}, "arrived_at: not a date and time"),
        ({"arrived": ""}, "arrived_at: missing"),
        ({"arrived": "1900-01-01 00:00:00"}, "arrived_at: sentinel date"),
        ({"outcome": ""}, "answered: missing"),
        ({"transferred": "perhaps"}, "transferred: neither yes nor no"),
        ({"csat": "6"}, "score_csat: not a whole number from 1 to 5"),
        ({"csat": "4.5"}, "score_csat: not a whole number from 1 to 5"),
        ({"nps": "-1"}, "score_nps: not a whole number from 0 to 10"),
        ({"id": "1"}, "duplicate"),
    ],
)
def test_wrong_row_is_left_out_with_reason_and_line(tmp_path: Path, bad: dict[str, str], reason: str) -> None:
    path = write_csv(tmp_path / "a.csv", [GOOD, row(**{"id": "2", **bad}), row(id="3")])
    found = measured(path)
    assert found.rejected == {reason: {"rows": 1, "lines": [3]}}
    assert found.quality["rows_read"] == 3
    assert found.quality["rows_used"] == 2
    assert found.quality["duplicates"] == (reason == "duplicate")


def test_line_with_other_number_of_cells_is_counted_and_later_lines_keep_their_number(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [GOOD, "2;too;few", row(id="3"), row(id="4", wait="x"), row(id="5") + ";more"])
    assert measured(path).rejected == {
        "too few columns": {"rows": 1, "lines": [3]},
        "too many columns": {"rows": 1, "lines": [6]},
        "wait_seconds: not a number": {"rows": 1, "lines": [5]},
    }


def test_first_few_lines_only_are_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [GOOD, *(row(id=str(n), wait="x") for n in range(2, 50))])
    assert measured(path).rejected["wait_seconds: not a number"] == {"rows": 48, "lines": [3, 4, 5, 6, 7]}


def test_left_out_by_the_mapping_is_counted_apart(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [GOOD, row(id="2", agent="TEST", wait="x")])
    found = measured(path, MAPPING + "leave_out:\n  - {column: agent, equals: TEST}\n")
    assert found.rejected == {}
    assert found.quality["left_out"] == {"left out: agent = TEST": {"rows": 1, "lines": [3]}}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
        ("big5", "big5"),
    ],
)
def test_encoding_and_bom_give_the_same_figures(tmp_path: Path, written: str, said: str) -> None:
    rows = [row(agent="王小明"), row(id="2", agent="李")]
    path = write_csv(tmp_path / "a.csv", rows, encoding=written)
    found = measured(path, MAPPING.replace("encoding: utf-8", f"encoding: {said}"), by=["agent"])
    assert {each.group for each in found.kpis} == {(("agent", "王小明"),), (("agent", "李"),)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (HEADER.encode() + b"\n", "no rows"),
        (b"\n\n", "header"),
        ((HEADER + "\n" + GOOD + "\n").encode() + b"2;\x00", "line 3: the file contains a NUL"),
        ((HEADER + "\n" + GOOD + "\n").encode() + b"2;caf\xe9;", "line 3: these bytes are not utf-8"),
        ((HEADER + "\n" + GOOD).encode("utf-16"), "UTF-16"),
        (HEADER.encode() + b"\nonly;rubbish\n", "No row"),
        (b"a;" * 1001 + b"\n" + b"1;" * 1001, "more than 1,000 columns"),
        (HEADER.replace("agent", "wait").encode() + b"\n" + GOOD.encode(), "“wait” is there twice"),
    ],
)
def test_unusable_file_is_refused_with_its_place(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    mapping = MAPPING.replace("  agent: {column: agent}\n", "")
    with pytest.raises(RecordsError, match=words):
        measured(path, mapping)


def test_long_lists_of_a_mapping_are_one_short_expression(tmp_path: Path) -> None:
    """Nested, 300 columns go past the recursion limit and 30 words for "not known" never end."""
    path = write_csv(tmp_path / "a.csv", [GOOD, row(id="2", agent="w299"), row(id="3", agent="free")])
    words = ", ".join(f"w{number}" for number in range(300))
    mapping = MAPPING.replace("{column: agent}", f"{{column: agent, none: [{words}]}}")
    mapping = mapping.replace("{column: id}", f"{{columns: [{', '.join(['id'] * 300)}]}}")
    assert measured(path, mapping).quality["missing"]["agent"] == 1


def test_utf_16_without_its_mark_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n")
    with pytest.raises(RecordsError, match="line 1: these bytes are not utf-16"):
        measured(path, MAPPING.replace("encoding: utf-8", "encoding: utf-16"))


@pytest.mark.parametrize("channels", [[f"line {number}" for number in range(41)], ["v" * 41, "chat"], ["v" * 41]])
def test_what_cannot_be_a_channel_is_refused(tmp_path: Path, channels: list[str]) -> None:
    path = write_csv(tmp_path / "many.csv", [row(channel=name, id=str(at)) for at, name in enumerate(channels)])
    with pytest.raises(RecordsError, match=r"at most 40, of 40 letters"):
        measured(path, channels=True)


def test_missing_column_is_named_with_the_line_of_the_mapping(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [GOOD])
    with pytest.raises(MappingError, match="line 11: the records have no column “person”"):
        measured(path, MAPPING.replace("column: agent", "column: person"))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match=r"no file none\.csv"):
        measured(tmp_path / "none.csv")


def test_name_with_pattern_letters_is_a_name(tmp_path: Path) -> None:
    write_csv(tmp_path / "other.csv", [GOOD, row(id="2")])
    assert measured(write_csv(tmp_path / "[o]*.csv", [GOOD])).quality["rows_read"] == 1


def test_parquet_and_xlsx_give_the_same_figures_as_csv(tmp_path: Path) -> None:
    frame = make_contacts(400)
    frame.to_csv(tmp_path / "a.csv", sep=";", index=False)
    typed = frame.assign(arrived=pd.to_datetime(frame["arrived"]), csat=frame["csat"].astype("float64"))
    typed["nps"], typed["handle"] = typed["nps"].astype("float64"), typed["handle"].astype("float64")
    typed.to_parquet(tmp_path / "a.parquet")
    book = Workbook()
    book.active.append(list(frame.columns))
    for cells in typed.astype(object).where(typed.notna(), None).itertuples(index=False):
        book.active.append(list(cells))
    book.save(tmp_path / "a.xlsx")
    csv = measured(tmp_path / "a.csv")
    for kind in ("parquet", "xlsx"):
        other = measured(tmp_path / f"a.{kind}", MAPPING.replace("type: csv", f"type: {kind}"))
        assert other.kpis == csv.kpis
        assert other.rejected == csv.rejected == {}


def write_book(path: Path, cells: list[list[object]]) -> Path:
    book = Workbook()
    for each in cells:
        book.active.append(each)
    book.save(path)
    return path


XLSX = MAPPING.replace("type: csv", "type: xlsx")


def test_workbook_with_a_formula_is_refused(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", [HEADER.split(";"), ["=1+1", *GOOD.split(";")[1:]]])
    with pytest.raises(RecordsError, match="row 2: formulas"):
        measured(path, XLSX)


@pytest.mark.parametrize(("part", "words"), [("xl/vbaProject.bin", "macros"), ("xl/externalLinks/a.xml", "links")])
def test_hostile_part_of_a_workbook_is_refused(tmp_path: Path, part: str, words: str) -> None:
    path = write_book(tmp_path / "a.xlsx", [HEADER.split(";"), GOOD.split(";")])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(part, "x")
    with pytest.raises(RecordsError, match=words):
        measured(path, XLSX)


def test_part_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", [HEADER.split(";"), GOOD.split(";")])
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbook.xml", "x")
    with pytest.raises(RecordsError, match="twice"):
        measured(path, XLSX)


def test_zip_bomb_and_rubbish_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    with pytest.raises(RecordsError, match="200 times"):
        measured(path, XLSX)
    path.write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(RecordsError, match="not an XLSX"):
        measured(path, XLSX)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "no workbook")
    with pytest.raises(RecordsError, match="damaged"):
        measured(path, XLSX)


def test_workbook_with_one_cell_at_the_end_of_the_grid_costs_nothing(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER.split(";"))
    book.active.append(GOOD.split(";"))
    book.active.cell(1_048_576, 16_384, "far")
    book.save(tmp_path / "a.xlsx")
    assert measured(tmp_path / "a.xlsx", XLSX).quality["rows_used"] == 1


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(RecordsError, match="cannot be read as parquet"):
        measured(path, MAPPING.replace("type: csv", "type: parquet"))


def test_times_with_an_offset_fall_on_the_local_day(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", [row(arrived="2026-03-01T23:30:00Z"), row(id="2", arrived="2026-03-01 23:30:00")]
    )
    found = measured(path, by=["day"])
    days = {each.group[0][1]: each.n for each in found.kpis if each.kpi == "connect_rate"}
    assert days == {"2026-03-01": 1, "2026-03-02": 1}
    in_utc = measured(path, MAPPING + "given_in: UTC\n", by=["day"])
    assert {each.group[0][1] for each in in_utc.kpis} == {"2026-03-02"}


def test_durations_between_columns_and_as_clock_times(tmp_path: Path) -> None:
    header = "at;queued;left;talk;ok"
    lines = [
        "2026-03-01 10:00:00;10:00:05;10:00:25;1:02:03;1",
        "2026-03-01 10:00:00;10:00:05;10:00:01;00:10;1",
        "2026-03-01 10:00:00;10:00:05;late;00:10;1",
    ]
    mapping = """kind: contacts
format: {type: csv, delimiter: semicolon}
time_zone: UTC
fields:
  arrived_at: {column: at}
  wait_seconds: {from: queued, to: left, format: "%H:%M:%S"}
  answered: {column: ok}
  talk_seconds: {column: talk, unit: "h:m:s"}
"""
    found = measured(write_csv(tmp_path / "a.csv", lines, header=header), mapping)
    values = {each.kpi: each.value for each in found.kpis}
    assert values["asa"] == 20
    assert values["aht"] == 3723
    assert set(found.rejected) == {"wait_seconds: negative", "wait_seconds: not a date and time"}


def test_quality_report_names_gaps_and_identified_share(tmp_path: Path) -> None:
    rows = [GOOD, row(id="2", arrived="2026-03-04 09:00:00", customer="0"), row(id="3", arrived="2026-03-05 09:00:00")]
    quality = measured(write_csv(tmp_path / "a.csv", rows)).quality
    assert quality["gaps"] == ["2026-03-02", "2026-03-03"]
    assert (quality["period_from"], quality["period_to"], quality["days_covered"]) == ("2026-03-01", "2026-03-05", 3)
    assert quality["identified_share"] == 2 / 3
    assert quality["repeat_within_7d_of_identified"] == 0.5
