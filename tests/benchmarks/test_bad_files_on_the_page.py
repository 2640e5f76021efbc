"""Bad files through the page, from the upload to the figures: a message with its place, or figures to be trusted."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from django.urls import reverse

from benchmarks.models import JobStatus, MeasurementRun, RecordsJob, RecordsUpload
from tests.benchmarks.test_records_pages import act, measure, quality, upload
from tests.benchmarks.test_records_pages import centre as centre  # fixtures
from tests.benchmarks.test_records_pages import manager as manager
from tests.benchmarks.test_records_pages import own as own

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from accounts.models import Centre

pytestmark = pytest.mark.django_db
HEADER = "Call ID,Start Time,Wait (sec),Outcome,Agent,Handle Time (sec),Channel"


@pytest.fixture(autouse=True)
def _own_disk(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def calls(*lines: str, count: int = 60) -> bytes:
    """Write an export of plain calls, with further lines after them."""
    plain = [
        f"{i},2024-02-{20 + i % 9} 1{i % 9}:00:00,{i % 40},{'answered' if i % 3 else 'abandoned'},"
        f"{'ann' if i % 2 else 'bob'},{100 + i},voice"
        for i in range(count)
    ]
    return "\n".join([HEADER, *plain, *lines, ""]).encode()


def refused(own: Client, centre: Centre, content: bytes) -> str:
    """Upload what the page does not take, and return the page."""
    answer = upload(own, centre, content)
    assert answer.status_code == 422
    assert not RecordsUpload.objects.exists()
    return answer.content.decode()


def looked_at(own: Client, centre: Centre, content: bytes) -> str:
    """Upload a file and return what the page says about its mapping, its quality, and the work on it."""
    assert upload(own, centre, content).status_code == 302
    waiting = RecordsUpload.objects.get()
    page = own.get(reverse("benchmarks:records_mapping", args=[waiting.pk])).content.decode()
    report = quality(own, centre).content.decode()
    return page + report + (RecordsJob.objects.latest("requested_at").error or "")


def figures(own: Client, centre: Centre, content: bytes) -> MeasurementRun:
    """Take a file all the way."""
    looked_at(own, centre, content)
    measure(own, centre)
    run: MeasurementRun = MeasurementRun.objects.get()
    assert own.get(reverse("benchmarks:run", args=[run.pk])).status_code == 200
    return run


def values(run: MeasurementRun) -> dict[str, float]:
    return {f"{each.kpi} {each.variant}": each.value for each in run.measurements.all()}


def test_ten_thousand_columns_a_bare_header_and_a_workbook_of_formulas(own: Client, centre: Centre) -> None:
    wide = ",".join(f"x{number}" for number in range(10_000))
    assert "line 1: the file has more than 1,000 columns" in refused(own, centre, f"{wide}\n{wide}\n".encode())
    assert "a header but no rows" in refused(own, centre, f"{HEADER}\n".encode())
    book = io.BytesIO()
    table = pd.read_csv(io.BytesIO(calls()))
    table["Wait (sec)"] = table["Wait (sec)"].astype(object)
    table.loc[4, "Wait (sec)"] = "=HYPERLINK(1)"
    table.to_excel(book, index=False)
    said = looked_at(own, centre, book.getvalue())
    assert "Row 6 has a formula" in said
    assert "row 6: formulas are refused" in said
    assert RecordsJob.objects.get().status == JobStatus.FAILED


def test_formulas_in_a_csv_are_texts_and_never_run_or_lead_anywhere(own: Client, centre: Centre) -> None:
    run = figures(own, centre, calls("90,2024-02-21 10:00:00,5,answered,\"=cmd|'/c calc'!A1\",100,voice"))
    assert run.rows_used == 61


def test_two_encodings_in_one_file_are_named_with_the_line(own: Client, centre: Centre) -> None:
    mixed = calls(count=90).replace(b",ann,", ",李小明,".encode())
    mixed += "91,2024-02-21 10:00:00,5,answered,王小明,100,voice\n".encode("gb18030")
    said = looked_at(own, centre, mixed)
    assert "line 92: these bytes are not utf-8" in said


def test_the_29th_of_february_is_a_day_in_leap_years_alone(own: Client, centre: Centre) -> None:
    run = figures(
        own,
        centre,
        calls("90,2024-02-29 10:00:00,5,answered,ann,100,voice", "91,2023-02-29 10:00:00,5,answered,ann,100,voice"),
    )
    assert str(run.period_to) == "2024-02-29"
    assert run.rejected == {"arrived_at: not a date and time": {"rows": 1, "lines": [63]}}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_nan_and_infinity_are_no_numbers(own: Client, centre: Centre, form: str) -> None:
    table = pd.read_csv(io.BytesIO(calls()))
    table["Wait (sec)"] = table["Wait (sec)"].astype(float)
    table.loc[[3, 4], "Wait (sec)"] = [float("nan"), float("inf")]
    file = io.BytesIO()
    table.to_csv(file, index=False, na_rep="NaN") if form == "csv" else table.to_parquet(file)
    run = figures(own, centre, file.getvalue())
    assert run.rows_used == 58
    assert sum(each["rows"] for each in run.rejected.values()) == 2
    assert all(abs(value) < 1e6 for value in values(run).values())


def test_where_all_gave_up_it_is_asked_whether_these_are_all_the_calls(own: Client, centre: Centre) -> None:
    # An export of lost calls alone looks the same: nothing is guessed, and no figure says 100 %.
    lost = calls().replace(b"answered", b"abandoned")
    said = looked_at(own, centre, lost)
    assert "who was answered" in said
    measure(own, centre)
    assert not MeasurementRun.objects.get().measurements.filter(kpi__in=["abandonment", "asa", "aht"]).exists()


def test_without_an_agent_clusters_are_days(own: Client, centre: Centre) -> None:
    nameless = calls().replace(b",ann,", b",,").replace(b",bob,", b",,")
    run = figures(own, centre, nameless)
    aht = run.measurements.get(kpi="aht")
    assert aht.standard_error is None or aht.cluster == "day"


def test_one_row_has_figures_without_errors(own: Client, centre: Centre) -> None:
    run = figures(own, centre, calls(count=2).replace(b"0,2024-02-20 10:00:00,0,abandoned,bob,100,voice\n", b""))
    assert run.rows_used == 1
    assert not [each for each in run.measurements.all() if each.standard_error]


def test_yesterdays_mapping_on_another_export_is_said_and_measures_nothing(own: Client, centre: Centre) -> None:
    upload(own, centre, calls())
    waiting = RecordsUpload.objects.get()
    text = waiting.mapping
    own.post(reverse("benchmarks:records_remove", args=[waiting.pk]))
    upload(own, centre, calls().replace(b"Wait (sec)", b"Position"))
    today = RecordsUpload.objects.get()
    act(own, today, "text", text=text)
    said = quality(own, centre).content.decode() + RecordsJob.objects.latest("requested_at").error
    assert "no column “Wait (sec)”" in said
    assert not MeasurementRun.objects.exists()
