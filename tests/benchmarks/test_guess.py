"""Guessing the mapping of exports that nobody has seen before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from benchmarks.measuring import measure_file
from benchmarks.records.files import RecordsError
from benchmarks.records.guess import Guess, guess, resembling, written
from benchmarks.records.mapping import parse_mapping
from benchmarks.records.sample import take_sample

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 400


def guessed(path: Path, text: str, encoding: str = "utf-8") -> Guess:
    """Write a text, and guess its mapping; what was found must be a mapping that can be read."""
    path.write_bytes(text.encode(encoding))
    return guess(take_sample(path), time_zone="Asia/Shanghai")


def export(header: str, layout: str, line: str = "{moment},{wait},{outcome},{agent},{customer}") -> str:
    """Make an export of calls over 28 days."""
    begin = dt.datetime(2026, 3, 1, 8, 5, 9)  # noqa: DTZ001 - exports give local times
    rows = [
        line.format(
            moment=(begin + dt.timedelta(hours=n * 1.7)).strftime(layout),
            epoch=int((begin + dt.timedelta(hours=n * 1.7) - dt.datetime(1970, 1, 1)).total_seconds()),  # noqa: DTZ001
            wait=n % 90,
            outcome="abandoned" if n % 9 == 0 else "answered",
            flag="是" if n % 9 == 0 else "否",
            agent=f"A{n % 7}",
            customer=n % 50,
            score=n % 5 + 1,
        )
        for n in range(COUNT)
    ]
    return "\n".join([header, *rows]) + "\n"


ENGLISH = "Call Start,Queue Time (sec),Disposition,Agent ID,Customer ID"


def measured(path: Path, found: Guess) -> dict[str, object]:
    """Measure the file as it was guessed."""
    return measure_file(path, parse_mapping(written(found.document))).quality


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("%Y-%m-%d %H:%M:%S", None),
        ("%Y-%m-%d %H:%M:%S.5+00", None),  # as PostgreSQL writes it
        ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M"),
        ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M"),
        ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"),
        ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"),
        ("%d.%m.%y %H:%M", "%d.%m.%y %H:%M"),
        ("%Y年%m月%d日 %H时%M分", "%Y年%m月%d日 %H时%M分"),
        ("%Y%m%d%H%M%S", "%Y%m%d%H%M%S"),
    ],
)
def test_dates_of_every_kind_are_read_to_the_last_row(tmp_path: Path, layout: str, expected: str | None) -> None:
    found = guessed(tmp_path / "a.csv", export(ENGLISH, layout))
    assert found.document["fields"]["arrived_at"].get("format") == expected
    quality = measured(tmp_path / "a.csv", found)
    assert (quality["rows_used"], quality["period_from"]) == (COUNT, "2026-03-01")
    assert quality["period_to"] == "2026-03-29"


def test_the_reason_for_day_first_counts_the_rows_that_decide(tmp_path: Path) -> None:
    found = guessed(tmp_path / "a.csv", export(ENGLISH, "%d/%m/%Y %H:%M"))
    said = next(each for each in found.stated if each.what == "arrived_at").reason.words()
    assert said.startswith("100 % of the values look like dates day-first; ")
    assert " rows could only be day-first." in said


def test_days_that_could_be_months_are_said_to_be_unsure(tmp_path: Path) -> None:
    rows = "\n".join(f"0{n % 9 + 1}/0{n % 8 + 1}/2026 10:00,5,answered,A,1" for n in range(50))
    found = guessed(tmp_path / "a.csv", f"{ENGLISH}\n{rows}\n")
    assert next(each for each in found.stated if each.what == "arrived_at").confidence == "unsure"


@pytest.mark.parametrize(("factor", "name"), [("{epoch}", "epoch seconds"), ("{epoch}123", "epoch milliseconds")])
def test_moments_counted_from_1970(tmp_path: Path, factor: str, name: str) -> None:
    text = export(ENGLISH, "%Y", factor + ",{wait},{outcome},{agent},{customer}")
    found = guessed(tmp_path / "a.csv", text)
    assert found.document["fields"]["arrived_at"]["format"] == name
    quality = measured(tmp_path / "a.csv", found)
    assert (quality["rows_used"], quality["period_from"]) == (COUNT, "2026-03-01")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_chinese_headers_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    header = "来电时间,等待时长,放弃,坐席工号,客户号,满意度"
    text = export(header, "%Y-%m-%d %H:%M:%S", "{moment},{wait},{flag},{agent},{customer},{score}")
    found = guessed(tmp_path / "a.csv", text, encoding)
    fields = found.document["fields"]
    assert {name: entry["column"] for name, entry in fields.items()} == {
        "arrived_at": "来电时间",
        "wait_seconds": "等待时长",
        "answered": "放弃",
        "abandoned": "放弃",
        "agent": "坐席工号",
        "customer": "客户号",
        "score_csat": "满意度",
    }
    assert measured(tmp_path / "a.csv", found)["rows_used"] == COUNT


def test_traditional_chinese_in_big5(tmp_path: Path) -> None:
    text = export(
        "來電時間,等待時長,放棄,客服,客戶號,滿意度", "%Y/%m/%d %H:%M", "{moment},{wait},{flag},{agent},1,{score}"
    )
    found = guessed(tmp_path / "a.csv", text, "big5")
    assert found.document["format"]["encoding"] == "big5"
    assert found.document["fields"]["score_csat"]["column"] == "滿意度"
    assert measured(tmp_path / "a.csv", found)["rows_used"] == COUNT


def test_german_export_with_title_commas_split_time_and_total(tmp_path: Path) -> None:
    lines = [f"{n % 28 + 1:02d}.03.2026;{n % 10 + 8}:05;{n},5;Ergebnis {n};Müller" for n in range(60)]
    text = "\n".join(["Bericht März;;;;", "Datum;Call Time;Wartezeit;Anliegen;Agent", *lines, "Summe;;9,5;;"]) + "\n"
    found = guessed(tmp_path / "a.csv", text, "cp1252")
    document = found.document
    assert document["format"] == {
        "type": "csv",
        "delimiter": "semicolon",
        "encoding": "cp1252",
        "header_row": "2",
        "decimal": "comma",
    }
    assert document["fields"]["arrived_at"] == {"columns": ["Datum", "Call Time"], "format": "%d.%m.%Y %H:%M"}
    assert any("total" in doubt.words() for doubt in found.doubts)
    result = measure_file(tmp_path / "a.csv", parse_mapping(written(document)))
    assert result.quality["rows_used"] == 60
    assert result.rejected["arrived_at: missing"]["lines"] == [63]


def test_comma_numbers_are_read_as_they_are_meant(tmp_path: Path) -> None:
    lines = [f"2026-03-{n % 28 + 1:02d} 08:00:00;1.0{n:02d},5;answered" for n in range(60)]
    found = guessed(
        tmp_path / "a.csv", "\n".join(["Call Start;Wait;Outcome", *lines, ""]).replace("2026-03-05 08", "2026-03-05 09")
    )
    assert found.document["format"]["decimal"] == "comma"


def test_durations_with_colons_and_units_in_headers(tmp_path: Path) -> None:
    lines = [f"2026-03-{n % 28 + 1:02d} 08:00:00,0:{n % 60:02d}:05,{n},answered" for n in range(90)]
    lines += ["2026-03-09 08:00:00,0:00:05,,abandoned"]
    found = guessed(tmp_path / "a.csv", "\n".join(["Call Start,Wait Time,Talk Time (ms),Outcome", *lines, ""]))
    fields = found.document["fields"]
    assert fields["wait_seconds"]["unit"] == "h:m:s"
    assert fields["talk_seconds"]["unit"] == "milliseconds"


def test_tickets_surveys_and_states_are_told_apart(tmp_path: Path) -> None:
    texts = {
        "tickets": "Case,Created At,Closed At\n1,2026-03-01 08:00:00,2026-03-02 08:00:00\n2,2026-03-02 08:00:00,\n",
        "surveys": "Response Date,Question,Score\n2026-03-01 08:00:00,NPS,9\n2026-03-01 09:00:00,CSAT,4\n",
        "agent_states": "Agent,State Start,State End,Aux\nA,2026-03-01 08:00:00,2026-03-01 09:00:00,Lunch\n",
        "staff": "员工编号,入职日期,离职日期\n7,2024-03-01,2026-01-01\n8,2025-03-01,\n",
    }
    for kind, text in texts.items():
        found = guessed(tmp_path / "a.csv", text)
        assert found.document["kind"] == kind
        assert parse_mapping(written(found.document)).kind == kind
    assert guessed(tmp_path / "a.csv", texts["surveys"]).document["fields"]["question"]["map"] == {
        "NPS": "nps",
        "CSAT": "csat",
    }


def test_quoted_newlines_do_not_split_rows(tmp_path: Path) -> None:
    lines = [f'2026-03-{n % 28 + 1:02d} 08:00:00,"two\nlines, {n}"' for n in range(30)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["Call Start,Subject", *lines, ""]))
    sample = take_sample(path)
    assert len(sample.rows) == 30
    assert sample.rows[0][1] == "two\nlines, 0"


def test_sentinels_unknown_customers_and_tests_are_pointed_out(tmp_path: Path) -> None:
    lines = [f"{n},2026-03-{n % 28 + 1:02d} 08:00:00,1899-12-30 00:00:00,anonymous,Test queue" for n in range(30)]
    found = guessed(tmp_path / "a.csv", "\n".join(["Ticket,Created,Closed At,Customer,Queue", *lines, ""]))
    assert "1899-12-30" in found.document["sentinel_dates"]
    assert found.document["fields"]["customer"]["none"] == ["anonymous"]
    assert [(each.column, each.value, each.rows) for each in found.offers] == [("Queue", "Test queue", 30)]


def test_duplicate_and_empty_columns_are_doubtful_and_not_used(tmp_path: Path) -> None:
    found = guessed(
        tmp_path / "a.csv", "Call Start,Agent,Agent,Note\n2026-03-01 08:00:00,A,B,\n2026-03-01 09:00:00,A,B,\n"
    )
    assert "agent" not in found.document["fields"]
    said = " ".join(doubt.words() for doubt in found.doubts)
    assert "Agent" in said
    assert "Note" in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"\n\n \n", "The file is empty."),
        (b"a,b\n", "The file has a header but no rows."),
        (b"a,b\n1,2\n3,\x004\n", "line 3: the file contains a NUL character"),
        ((",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n").encode(), "1,000 columns"),
        (b"PK\x03\x04 and nonsense", "not an XLSX workbook"),
        (b"PAR1 and nonsense", "damaged"),
        (b"\xd0\xcf\x11\xe0 old", ".xls"),
    ],
)
def test_what_is_no_export_is_refused_with_the_place(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(RecordsError, match=says):
        take_sample(path)


def test_nothing_that_fits_is_said_and_guessed_as_nothing(tmp_path: Path) -> None:
    found = guessed(tmp_path / "a.csv", "colour,shape\nred,round\nblue,square\n")
    assert found.document["fields"] == {}
    assert "arrived_at" in found.doubts[-1].words()


def test_workbooks_state_formulas_and_titles(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Report"],
        [],
        ["Call Start", "Wait", "Agent"],
        ["2026-03-01 08:00:00", 5, "A"],
        [None, "=B4", "B"],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    found = guess(take_sample(tmp_path / "a.xlsx"), time_zone="UTC")
    assert found.document["format"] == {"type": "xlsx", "header_row": "3"}
    assert "Row 5 has a formula" in found.doubts[0].words()


def test_a_workbook_below_a_title_is_measured_with_its_own_line_numbers(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[Any]] = [[dt.datetime(2026, 3, day, 8), day, "A"] for day in range(1, 20)]  # noqa: DTZ001
    for row in (["Report"], ["Call Start", "Talk Time", "Agent"], *rows, ["Total", 190, ""]):
        sheet.append(list(row))
    book.save(tmp_path / "a.xlsx")
    found = guess(take_sample(tmp_path / "a.xlsx"), time_zone="UTC")
    result = measure_file(tmp_path / "a.xlsx", parse_mapping(written(found.document)))
    assert result.quality["rows_used"] == 19
    assert result.rejected["arrived_at: not a date and time"]["lines"] == [22]


def test_parquet_says_its_types_itself(tmp_path: Path) -> None:
    moments = [dt.datetime(2026, 3, day, 8, tzinfo=dt.UTC) for day in range(1, 20)]
    table = pa.table({"Call Start": moments, "Talk Time": list(range(19)), "Escalated": [True] * 19})
    pq.write_table(table, tmp_path / "a.parquet")
    found = guess(take_sample(tmp_path / "a.parquet"), time_zone="Asia/Shanghai")
    assert found.document["fields"]["escalated"] == {"column": "Escalated"}
    assert next(each for each in found.stated if each.what == "time_zone").confidence == "sure"
    assert measured(tmp_path / "a.parquet", found)["rows_used"] == 19


def test_columns_of_yesterday_are_looked_for_among_todays() -> None:
    assert resembling("wait_time", ["Agent", "Queue Time", "Wait Time (s)"]) == ["Queue Time", "Wait Time (s)"]
    assert resembling("colour", ["Agent"]) == []
