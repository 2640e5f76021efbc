"""A table in an owner's database as a source of records: who sees it, what is read, and what is never said."""

from __future__ import annotations

import json
import logging
import os
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.urls import reverse

from benchmarks.models import JobStatus, MeasurementRun, RecordsJob, RecordsUpload
from benchmarks.records.files import RecordsError
from benchmarks.records.tables import TableSource, stream, table_sources
from benchmarks.services import fetching
from tests.benchmarks.test_records_pages import CALLS, measure, quality, work
from tests.benchmarks.test_records_pages import centre as centre  # fixtures
from tests.benchmarks.test_records_pages import manager as manager
from tests.benchmarks.test_records_pages import own as own
from tests.factories import make_centre

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from accounts.models import Centre

POSTGRES = os.environ.get("DATABASE_URL", "")
SECRET = "s3cret-word"
# Nothing listens there.
FACTS = {
    "name": "calls",
    "organisation": "North Bank",
    "url": f"postgres://reader:{SECRET}@127.0.0.1:1/reporting",
    "table": "reporting.calls",
    "title": "Calls of the switch",
    "moment": "arrived_at",
}


# --- what the operator writes --------------------------------------------------------------------------------------


def test_sources_are_read_from_json_and_their_address_is_never_shown() -> None:
    assert table_sources("  ") == {}
    found = table_sources(json.dumps([FACTS, {**FACTS, "name": "chats", "most_rows": 5}]))
    assert list(found) == ["calls", "chats"]
    assert (found["chats"].most_rows, found["calls"].url) == (5, FACTS["url"])
    assert SECRET not in f"{found!r} {found}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'[{{"url": "{SECRET}"', "not JSON"),
        (json.dumps(FACTS), "not a list"),
        (json.dumps([FACTS, FACTS]), "same name"),
        (json.dumps([{**FACTS, "host": "x"}]), "unknown keys"),
        (json.dumps([{"name": "calls", "url": SECRET}]), "missing keys"),
        (json.dumps([{**FACTS, "most_rows": "5"}]), "wrong type"),
        (json.dumps([{**FACTS, "seconds": True}]), "wrong type"),
        (json.dumps([{**FACTS, "seconds": 0}]), "cannot be right"),
        (json.dumps([{**FACTS, "name": "Calls!"}]), "small letters"),
        (json.dumps([{**FACTS, "organisation": " "}]), "organisation"),
        (json.dumps([{**FACTS, "url": f"mysql://reader:{SECRET}@host/db"}]), "postgres://"),
        (json.dumps([{**FACTS, "url": f"postgres://reader:{SECRET}@/db"}]), "postgres://"),
        (json.dumps([{**FACTS, "table": 'calls"; DROP TABLE x; --'}]), "plain name"),
        (json.dumps([{**FACTS, "moment": "reporting.at"}]), "cannot be right"),
    ],
)
def test_what_cannot_be_right_is_said_without_the_secret(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as error:
        table_sources(text)
    assert SECRET not in f"{error.value} {error.value.__cause__}"


def test_a_server_that_does_not_answer_is_said_without_its_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(RecordsError) as error:
        list(stream(TableSource(**FACTS)))
    said = f"{error.value.words(str)} {error.value.__cause__} {caplog.text}"
    assert "Calls of the switch cannot be reached" in said
    assert "OperationalError" in caplog.text
    assert not {SECRET, "127.0.0.1", "reader"} & set(said.replace(":", " ").replace("/", " ").replace("@", " ").split())


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def source(settings: SettingsWrapper, centre: Centre) -> TableSource:
    """A source of the centre's organisation."""
    made = TableSource(**{**FACTS, "organisation": centre.organisation.name})
    settings.RECORDS_SOURCES = {"calls": made}
    return made


@pytest.fixture(autouse=True)
def _own_disk(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


PERIOD = {"source": "calls", "first": "2026-03-01", "last": "2026-03-31"}


@pytest.mark.django_db
def test_rows_are_fetched_mapped_looked_at_and_measured_as_a_file_is(
    own: Client,
    centre: Centre,
    source: TableSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def rows(*facts: Any) -> Iterator[bytes]:
        asked.append(facts)
        yield CALLS[:1000]
        yield CALLS[1000:]

    monkeypatch.setattr(fetching, "stream", rows)
    page = own.get(reverse("benchmarks:records", args=[centre.pk])).content.decode()
    assert "Calls of the switch" in page
    assert SECRET not in page
    assert own.post(reverse("benchmarks:records_fetch", args=[centre.pk]), PERIOD).status_code == 302
    work()
    assert asked == [(source, date(2026, 3, 1), date(2026, 4, 1), centre.time_zone)]
    job, waiting = RecordsJob.objects.get(), RecordsUpload.objects.get()
    assert (job.status, job.uploads) == (JobStatus.DONE, [waiting.pk])
    assert waiting.size == len(CALLS)
    assert waiting.name == "Calls of the switch 2026-03-01 – 2026-03-31.csv"
    shown = own.get(reverse("benchmarks:records_job", args=[job.pk]))
    assert shown.headers["Location"] == reverse("benchmarks:records_mapping", args=[waiting.pk])
    assert "400" in quality(own, centre).content.decode()
    measure(own, centre)
    assert MeasurementRun.objects.get().rows_used == 400
    shown = own.get(reverse("benchmarks:records_job", args=[job.pk]))
    assert shown.headers["Location"] == reverse("benchmarks:records", args=[centre.pk])


@pytest.mark.django_db
def test_another_organisations_centre_finds_no_source(own: Client, centre: Centre, source: TableSource) -> None:
    other = make_centre()
    assert own.post(reverse("benchmarks:records_fetch", args=[other.pk]), PERIOD).status_code == 404
    centre.organisation.name = "Renamed"
    centre.organisation.save()
    assert "From your database" not in own.get(reverse("benchmarks:records", args=[centre.pk])).content.decode()
    assert own.post(reverse("benchmarks:records_fetch", args=[centre.pk]), PERIOD).status_code == 404


@pytest.mark.django_db
def test_wrong_periods_and_a_second_request_are_refused(own: Client, centre: Centre, source: TableSource) -> None:
    address = reverse("benchmarks:records_fetch", args=[centre.pk])
    for wrong, words in (
        ({"first": ""}, "State the first and the last day"),
        ({"last": "2026-02-01"}, "ends before it begins"),
        ({"source": "postgres://elsewhere/db"}, "Select a valid choice"),
    ):
        answer = own.post(address, PERIOD | wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not RecordsJob.objects.exists()
    own.post(address, PERIOD)
    again = own.post(address, PERIOD)
    assert (again.status_code, RecordsJob.objects.count()) == (409, 1)
    # The server does not answer: said in words, and nothing is kept. Trying again asks for the same.
    work()
    job = RecordsJob.objects.get()
    assert (job.status, RecordsUpload.objects.count()) == (JobStatus.FAILED, 0)
    assert "cannot be reached" in job.error
    assert SECRET not in job.error
    own.post(reverse("benchmarks:records_job_again", args=[job.pk]))
    assert RecordsJob.objects.filter(status=JobStatus.QUEUED).get().report == job.report


# --- a real server -------------------------------------------------------------------------------------------------


@pytest.fixture
def real() -> Iterator[TableSource]:
    """A table of 1,000 rows in a schema of its own, and a view of it that would write when it is read."""
    if not POSTGRES.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL; .ci/run sets it where one answers")
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute("DROP SCHEMA IF EXISTS touchstone_source CASCADE; CREATE SCHEMA touchstone_source")
        server.execute(
            "CREATE TABLE touchstone_source.calls AS SELECT i AS id, timestamptz '2026-02-28 23:30+00' + i * interval "
            "'1 hour' AS arrived_at, i % 2 = 0 AS ok, CASE WHEN i = 3 THEN NULL ELSE 'a,\"b' END AS said "
            "FROM generate_series(0, 999) i"
        )
        server.execute(
            "CREATE FUNCTION touchstone_source.write() RETURNS int LANGUAGE sql AS 'DELETE FROM "
            "touchstone_source.calls; SELECT 1'; "
            "CREATE VIEW touchstone_source.writing AS SELECT touchstone_source.write() AS one; "
            "CREATE VIEW touchstone_source.slow AS SELECT pg_sleep(5)::text AS said"
        )
        yield TableSource(**{**FACTS, "url": POSTGRES, "table": "touchstone_source.calls"})
        assert server.execute("SELECT count(*) FROM touchstone_source.calls").fetchone() == (1000,)
        server.execute("DROP SCHEMA touchstone_source CASCADE")


def altered(source: TableSource, **changes: Any) -> TableSource:
    return TableSource(**{**{name: getattr(source, name) for name in source.__dataclass_fields__}, **changes})


@pytest.mark.server
def test_a_real_table_is_streamed_as_csv_within_a_period(real: TableSource) -> None:
    lines = b"".join(stream(real)).decode().splitlines()
    assert lines[0] == "id,arrived_at,ok,said"
    assert lines[1] == '0,2026-02-28 23:30:00+00,t,"a,""b"'
    assert (lines[4], len(lines)) == ("3,2026-03-01 02:30:00+00,f,", 1001)
    day = b"".join(stream(real, date(2026, 3, 1), date(2026, 3, 2), "Asia/Hong_Kong")).decode().splitlines()
    assert len(day) == 1 + 17, "from the first row, 07:30 in Hong Kong, to midnight there"
    assert day[1].startswith("0,2026-03-01 07:30:00+08")


@pytest.mark.server
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"most_rows": 999}, "more than 999 rows"),
        ({"table": "touchstone_source.slow", "moment": "", "seconds": 1}, "did not answer within 1 seconds"),
        ({"table": "touchstone_source.none"}, "does not let us read"),
        ({"moment": "none"}, "does not let us read"),
        ({"table": "touchstone_source.writing", "moment": ""}, "could not give"),
    ],
)
def test_a_real_server_refuses_in_words(real: TableSource, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecordsError, match=words):
        list(stream(altered(real, **changes)))
