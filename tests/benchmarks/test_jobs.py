"""Work on records in the background: once, stoppable, recovered after a crash, and only by who still may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from benchmarks.models import JobKind, JobStatus, MeasurementRun, RecordsJob, RecordsUpload
from benchmarks.services import (
    JobRefusedError,
    job_cancel,
    job_request,
    job_retry,
    job_run,
    jobs,
    jobs_recover,
    upload_map,
    upload_store,
    uploads_seen,
)
from benchmarks.words import step_words
from ledger.models import Entry, OutboxMessage
from ledger.outbox import messages, outbox_run_next
from tests.benchmarks.test_guess import ENGLISH, export
from tests.factories import AT, make_centre, make_user

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from accounts.models import Centre, User

pytestmark = pytest.mark.django_db
CALLS = export(ENGLISH, "%d/%m/%Y %H:%M").encode()
LATER = AT + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _own_disk(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def manager() -> User:
    return make_user(Role.CENTRE_MANAGER)


@pytest.fixture
def centre(manager: User) -> Centre:
    return make_centre(manager.memberships.get().organisation)


def asked(centre: Centre, by: User, kind: JobKind = JobKind.MEASURE, content: bytes = CALLS) -> RecordsJob:
    """Upload a file and ask for work on it."""
    upload_store(centre=centre, chunks=[content], size=len(content), name="calls.csv", by=by, at=AT)
    uploads = list(centre.records_uploads.all())
    return job_request(centre=centre, kind=kind, uploads=uploads, seen=uploads_seen(uploads), by=by, at=AT)


def run(job: RecordsJob, at: datetime = LATER) -> RecordsJob:
    job_run(job_id=str(job.pk), clock=lambda: at)
    job.refresh_from_db()
    return job


def test_a_request_is_a_row_a_message_and_an_entry(centre: Centre, manager: User) -> None:
    job = asked(centre, manager)
    assert OutboxMessage.objects.get().argument == str(job.pk)
    assert Entry.objects.get(subject=f"records_job:{job.pk}").action == "records_job.requested"


def test_asking_twice_is_one_job(centre: Centre, manager: User) -> None:
    assert asked(centre, manager).pk == asked(centre, manager).pk
    assert OutboxMessage.objects.count() == 1


def test_a_report_that_was_made_is_not_made_again(centre: Centre, manager: User) -> None:
    first = run(asked(centre, manager, JobKind.LOOK))
    assert asked(centre, manager, JobKind.LOOK).pk == first.pk
    assert first.report[0]["quality"]["rows_used"] == 400


def test_what_was_not_seen_is_not_measured(centre: Centre, manager: User) -> None:
    asked(centre, manager, JobKind.LOOK)
    uploads = list(centre.records_uploads.all())
    with pytest.raises(JobRefusedError, match="changed since"):
        job_request(centre=centre, kind=JobKind.MEASURE, uploads=uploads, seen="0" * 64, by=manager, at=AT)
    with pytest.raises(JobRefusedError, match="No file waits"):
        job_request(centre=centre, kind=JobKind.MEASURE, uploads=[], seen=uploads_seen([]), by=manager, at=AT)


def test_while_a_centre_is_measured_other_records_of_it_wait(centre: Centre, manager: User) -> None:
    asked(centre, manager)
    with pytest.raises(JobRefusedError, match="are being measured"):
        asked(centre, manager, content=CALLS + b"\n")


def test_a_newer_look_cancels_the_one_that_waits(centre: Centre, manager: User) -> None:
    old = asked(centre, manager, JobKind.LOOK)
    asked(centre, manager, JobKind.LOOK, CALLS + b"\n")
    old.refresh_from_db()
    assert old.status == JobStatus.CANCELLED


def test_measuring_twice_stores_one_run(centre: Centre, manager: User) -> None:
    job = run(asked(centre, manager))
    assert (job.status, job.percent, job.run.rows_used) == (JobStatus.DONE, 100, 400)
    assert job.run.created_by == manager
    assert not RecordsUpload.objects.exists()
    assert run(job).attempts == 1
    assert MeasurementRun.objects.count() == 1
    assert Entry.objects.filter(action="measurement_run.create").count() == 1


def test_the_message_is_worked_off_by_the_local_process(centre: Centre, manager: User) -> None:
    messages.current_app.loader.import_default_modules()
    job = asked(centre, manager)
    assert outbox_run_next(at=LATER)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE


def during(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """Let something happen while the figures are computed."""
    compute = jobs.measurement_compute

    def measurement_compute(**given: Any) -> Any:
        happens()
        return compute(**given)

    monkeypatch.setattr(jobs, "measurement_compute", measurement_compute)


def test_a_job_that_is_cancelled_stops_and_stores_nothing(
    centre: Centre, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(centre, manager)
    during(monkeypatch, lambda: job_cancel(job_id=job.pk, by=manager, at=LATER))
    assert run(job).status == JobStatus.CANCELLED
    assert not MeasurementRun.objects.exists()
    assert RecordsUpload.objects.count() == 1


def test_a_job_that_was_taken_over_in_the_last_moment_stores_nothing(
    centre: Centre, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(centre, manager)
    store = jobs.measurement_store

    def measurement_store(**given: Any) -> Any:
        RecordsJob.objects.update(attempts=7)
        return store(**given)

    monkeypatch.setattr(jobs, "measurement_store", measurement_store)
    run(job)
    assert not MeasurementRun.objects.exists()
    assert RecordsUpload.objects.count() == 1


def test_per_cent_rise_and_the_steps_are_said(centre: Centre, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job, seen = asked(centre, manager), []
    monkeypatch.setattr(jobs, "_OFTEN", 0)
    tell = jobs._Watching.__call__

    def call(self: Any, step: str, share: float) -> None:
        tell(self, step, share)
        row = RecordsJob.objects.get()
        seen.append((row.percent, step_words(row)))

    monkeypatch.setattr(jobs._Watching, "__call__", call)
    run(job)
    assert [percent for percent, _words in seen] == sorted(percent for percent, _words in seen)
    words = {words for _percent, words in seen}
    assert {"Reading the files", "Checking the records", "Measuring: handling", "Storing the figures"} <= words


@pytest.mark.parametrize("gone", ["role", "account"])
def test_who_lost_the_right_since_gets_no_figures(centre: Centre, manager: User, gone: str) -> None:
    job = asked(centre, manager)
    if gone == "role":
        Membership.objects.filter(user=manager).delete()
    else:
        manager.is_active = False
        manager.save()
    assert run(job).error == "You may no longer measure this centre."
    assert not MeasurementRun.objects.exists()


def test_a_mapping_that_changed_while_it_waited_is_not_measured(centre: Centre, manager: User) -> None:
    job = asked(centre, manager)
    upload = RecordsUpload.objects.get()
    upload_map(upload=upload, text=upload.mapping + "thresholds: {service_level_seconds: 30}\n")
    assert "changed since" in run(job).error


def test_bad_records_fail_in_the_words_of_who_asked(centre: Centre, manager: User) -> None:
    manager.language = "zh-hans"
    manager.save()
    job = asked(centre, manager)
    (jobs.uploads_files(uploads=list(RecordsUpload.objects.all()))[0].path).write_bytes(CALLS[:200] + b"\xff\xfe\n" * 3)
    assert run(job).status == JobStatus.FAILED
    assert job.error.startswith("calls.csv: ")
    assert not job.error.isascii()


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("bad"), RecursionError()])
def test_whatever_goes_wrong_is_said(
    centre: Centre, manager: User, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> None:
        raise error

    during(monkeypatch, fail)
    job = run(asked(centre, manager))
    assert job.status == JobStatus.FAILED
    assert job.error


def test_a_killed_worker_is_replaced_twice_and_then_given_up(centre: Centre, manager: User) -> None:
    job = asked(centre, manager)
    for attempt in (1, 2):
        RecordsJob.objects.update(status=JobStatus.RUNNING, heard_at=AT, attempts=attempt)
        assert jobs_recover(heard_before=LATER, at=LATER) == 1
    RecordsJob.objects.update(status=JobStatus.RUNNING, heard_at=AT, attempts=3)
    assert jobs_recover(heard_before=LATER, at=LATER) == 0
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "three times" in job.error


def test_a_worker_that_gives_signs_of_life_is_left_alone(centre: Centre, manager: User) -> None:
    job = asked(centre, manager)
    RecordsJob.objects.update(status=JobStatus.RUNNING, heard_at=LATER, attempts=1)
    assert run(job, at=LATER + timedelta(minutes=9)).status == JobStatus.RUNNING
    assert run(job, at=LATER + timedelta(minutes=11)).status == JobStatus.DONE


def test_cancel_and_retry_refuse_the_wrong_moment(centre: Centre, manager: User) -> None:
    job = asked(centre, manager)
    with pytest.raises(JobRefusedError):
        job_retry(job_id=job.pk, by=manager, at=LATER)
    job_cancel(job_id=job.pk, by=manager, at=LATER)
    with pytest.raises(JobRefusedError):
        job_cancel(job_id=job.pk, by=manager, at=LATER)
    assert run(job_retry(job_id=job.pk, by=manager, at=LATER)).status == JobStatus.DONE


def test_the_page_shows_progress_then_leads_to_the_run(client: Client, centre: Centre, manager: User) -> None:
    job = asked(centre, manager)
    client.force_login(manager)
    address = reverse("benchmarks:records_job", args=[job.pk])
    page = client.get(address).content.decode()
    assert "Waiting for a worker" in page
    assert 'hx-trigger="every 1s"' in page
    assert "Waiting for a worker" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    run(job)
    there = reverse("benchmarks:run", args=[job.run_id])
    assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Redirect"] == there
    assert client.get(address).headers["Location"] == there
    assert there in client.get(reverse("benchmarks:records", args=[centre.pk])).content.decode()


def test_the_page_cancels_and_tries_again(client: Client, centre: Centre, manager: User) -> None:
    job = asked(centre, manager)
    client.force_login(manager)
    stopped = client.post(reverse("benchmarks:records_job_stop", args=[job.pk]), follow=True).content.decode()
    assert "Nothing was stored" in stopped
    again = client.post(reverse("benchmarks:records_job_again", args=[job.pk]))
    assert again.headers["Location"] == reverse("benchmarks:records_job", args=[RecordsJob.objects.first().pk])
    assert RecordsJob.objects.filter(status=JobStatus.QUEUED).count() == 1


def test_outsiders_find_no_job_and_viewers_may_not_touch_it(centre: Centre, manager: User) -> None:
    job, client = asked(centre, manager), Client()
    names = ("records_job", "records_job_stop", "records_job_again")
    page, *steps = (reverse(f"benchmarks:{name}", args=[job.pk]) for name in names)
    client.force_login(make_user(Role.CENTRE_MANAGER))
    assert [client.get(page).status_code, *(client.post(step).status_code for step in steps)] == [404, 404, 404]
    client.force_login(make_user(Role.VIEWER, organisation=centre.organisation))
    assert [client.get(page).status_code, *(client.post(step).status_code for step in steps)] == [200, 403, 403]
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED


def test_the_clock_of_a_job_is_that_of_its_task(centre: Centre, manager: User) -> None:
    job = run(asked(centre, manager), at=timezone.now())
    assert job.finished_at is not None
    assert job.heard_at == job.finished_at
