"""The example in ``docs/mapping-format.md`` reads a file as the page says; the page has every name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.measuring import Measured, measure_file
from benchmarks.records import mapping as format_of
from benchmarks.records.mapping import Mapping, parse_mapping

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "mapping-format.md").read_text(encoding="utf-8")
NAMES = {
    *format_of._TOP,
    *format_of._SOURCE,
    *format_of._THRESHOLDS,
    *format_of._DELIMITERS,
    *format_of.FIELDS,
    *format_of.ENCODINGS,
    *format_of.FORMATS,
    *format_of.UNITS,
} - {"\\t"}
RECORDS = """id;date;time;line;kind;outcome;wait;talk;wrap;agent;moved;stars
1;01.07.2026;23:30:00;MAIN;P;AGENT;0:00:25;100;20;ann;N;5
2;01.07.2026;09:00:00;MAIN;P;AGENT;0:01:05;200;-1;bob;J;4
3;02.07.2026;09:00:00;MAIN;C;HANG;0:00:40;;;;;
4;02.07.2026;09:05:00;MAIN;P;MENU;;;;;;
5;02.07.2026;09:10:00;TEST;P;AGENT;0:00:01;1;1;ann;N;
1;01.07.2026;23:30:00;MAIN;P;AGENT;0:00:25;100;20;ann;N;5
"""


@pytest.fixture(scope="module")
def documented() -> Mapping:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    return parse_mapping(blocks[0])


@pytest.fixture(scope="module")
def measured(documented: Mapping, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    path = tmp_path_factory.mktemp("documented") / "contacts.csv"
    path.write_text(RECORDS, encoding="utf-8")
    return measure_file(path, documented)


def test_documented_mapping_leaves_out_and_rejects_what_it_says(measured: Measured) -> None:
    assert measured.quality["rows_left_out"] == 1
    assert {why: found["rows"] for why, found in measured.rejected.items()} == {"duplicate": 1}


def test_documented_mapping_puts_contacts_on_the_day_of_the_centre(measured: Measured) -> None:
    # 23:30 UTC on 1 July is half past midnight on 2 July in London.
    assert (measured.quality["period_from"], measured.quality["period_to"]) == ("2026-07-01", "2026-07-02")
    assert measured.quality["days_covered"] == 2


def test_documented_mapping_measures_what_one_counts_by_hand(measured: Measured) -> None:
    values = {(each.kpi, each.variant): each.value for each in measured.kpis}
    assert values["service_level", "answered_within_offered_30s"] == pytest.approx(100 / 3)
    assert values["asa", "answered"] == pytest.approx(45)
    assert values["abandonment", "offered"] == pytest.approx(100 / 3)
    assert values["transfer_rate", "standard"] == pytest.approx(50)
    assert values["csat", "top_box"] == pytest.approx(50)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_page_names_every_name_of_the_format(name: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", PAGE)
