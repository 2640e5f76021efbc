"""From an upload over its guessed mapping and the quality report to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from benchmarks.gathering import MAX_FILES
from benchmarks.models import JobStatus, MeasurementRun, RecordsJob, RecordsUpload, SavedMapping
from benchmarks.records.examples import document_of
from benchmarks.services import job_run, mapping_keep
from benchmarks.storage import records_path
from tests.benchmarks.samples import MAPPING
from tests.benchmarks.test_guess import ENGLISH, export
from tests.factories import make_centre, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from accounts.models import Centre, User

pytestmark = pytest.mark.django_db
CALLS = export(ENGLISH, "%d/%m/%Y %H:%M").encode()
TICKETS = b"Case,Created At,Closed At\n1,2026-03-01 08:00:00,2026-03-02 08:00:00\n2,2026-03-02 08:00:00,\n"


@pytest.fixture(autouse=True)
def _own_disk(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def manager() -> User:
    """Somebody who runs a centre."""
    return make_user(Role.CENTRE_MANAGER)


@pytest.fixture
def centre(manager: User) -> Centre:
    """The centre that the manager runs."""
    return make_centre(manager.memberships.get().organisation)


@pytest.fixture
def own(client: Client, manager: User) -> Client:
    """A browser in which the manager is signed in."""
    client.force_login(manager)
    return client


def upload(own: Client, centre: Centre, *contents: bytes) -> HttpResponse:
    """Post files."""
    files = [SimpleUploadedFile(f"export{place}.csv", content) for place, content in enumerate(contents)]
    return own.post(reverse("benchmarks:records", args=[centre.pk]), {"records": files})  # type: ignore[return-value]


def work() -> None:
    """Do what waits in the background."""
    for job in RecordsJob.objects.filter(status=JobStatus.QUEUED):
        job_run(job_id=str(job.pk), clock=timezone.now)


def quality(own: Client, centre: Centre) -> HttpResponse:
    """Ask for the quality report, wait for it and show it."""
    address = reverse("benchmarks:records_quality", args=[centre.pk])
    own.post(address)
    work()
    return own.get(address)  # type: ignore[return-value]


def measure(own: Client, centre: Centre) -> HttpResponse:
    """Confirm what waits, wait for the measurement, and show what became of it."""
    address = reverse("benchmarks:records_quality", args=[centre.pk])
    asked = own.post(address, {"action": "measure", "seen": own.get(address).context["seen"]})
    work()
    return own.get(asked.headers["Location"])  # type: ignore[return-value]


def act(own: Client, waiting: RecordsUpload, action: str, **data: object) -> HttpResponse:
    """Post one of the forms of the mapping page."""
    return own.post(reverse("benchmarks:records_mapping", args=[waiting.pk]), {"action": action, **data})  # type: ignore[return-value]


def test_upload_states_guesses_then_quality_then_measures(own: Client, centre: Centre) -> None:
    assert upload(own, centre, CALLS).status_code == 302
    waiting = RecordsUpload.objects.get()
    page = own.get(reverse("benchmarks:records_mapping", args=[waiting.pk])).content.decode()
    assert "100 % of the values look like dates day-first" in page
    assert "01/03/2026 08:05 → 2026-03-01 08:05:00" in page
    found = quality(own, centre)
    assert "400" in found.content.decode()
    assert not MeasurementRun.objects.exists()
    path = records_path(centre.pk, waiting.sha256)
    assert path.is_file()
    measured = measure(own, centre)
    run = MeasurementRun.objects.get()
    assert measured.headers["Location"] == reverse("benchmarks:run", args=[run.pk])
    assert run.rows_used == 400
    assert not path.exists()
    assert not RecordsUpload.objects.exists()


def test_the_same_files_again_are_the_same_run(own: Client, centre: Centre) -> None:
    for _time in range(2):
        upload(own, centre, CALLS)
        upload(own, centre, CALLS)
        assert RecordsUpload.objects.count() == 1
        measure(own, centre)
    assert MeasurementRun.objects.count() == 1


def test_several_files_become_one_run_that_lists_them(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS, TICKETS)
    page = quality(own, centre)
    assert [each["kind"] for each in page.context["reports"]].count("tickets") == 1
    measure(own, centre)
    run = MeasurementRun.objects.get()
    shown = own.get(reverse("benchmarks:run", args=[run.pk])).content.decode()
    assert all(source.records_sha256 in shown for source in run.sources.all())
    assert run.sources.count() == 2


def test_a_mapping_that_changed_since_the_report_is_not_measured(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    address = reverse("benchmarks:records_quality", args=[centre.pk])
    seen = own.get(address).context["seen"]
    waiting = RecordsUpload.objects.get()
    act(own, waiting, "text", text=waiting.mapping + "thresholds: {service_level_seconds: 30}\n")
    assert own.post(address, {"seen": seen, "action": "measure"}).status_code == 409
    assert not RecordsJob.objects.exists()
    assert not MeasurementRun.objects.exists()


def test_correcting_a_field_keeps_the_others_word_for_word(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    waiting = RecordsUpload.objects.get()
    form = own.get(reverse("benchmarks:records_mapping", args=[waiting.pk])).context["forms"]["fields"]
    data = {name: form.initial.get(name, "") for name in form.fields if name != "leave_out"}
    assert act(own, waiting, "fields", **data).status_code == 302
    before = waiting.mapping
    waiting.refresh_from_db()
    assert waiting.mapping == before
    data |= {"column-reason": "Agent ID", "column-agent": "", "how-wait_seconds": "minutes"}
    assert act(own, waiting, "fields", **data).status_code == 302
    waiting.refresh_from_db()
    assert "reason:\n    column: Agent ID" in waiting.mapping
    assert "agent:" not in waiting.mapping
    assert "unit: minutes" in waiting.mapping
    assert act(own, waiting, "fields", **{**data, "column-arrived_at": ""}).status_code == 422
    assert act(own, waiting, "fields", **{**data, "how-wait_seconds": "moons"}).status_code == 422
    assert act(own, waiting, "fields", **{**data, "time_zone": "Mars/Olympus"}).status_code == 422


def test_guessing_again_with_what_somebody_knows(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    waiting = RecordsUpload.objects.get()
    assert act(own, waiting, "shape", kind="tickets", encoding="", delimiter="", header_row="").status_code == 302
    page = own.get(reverse("benchmarks:records_mapping", args=[waiting.pk])).content.decode()
    assert "The mapping is not complete yet" in page
    refused = quality(own, centre).content.decode()
    assert "export0.csv: line" in refused
    assert act(own, waiting, "shape", header_row="99").status_code == 422


def test_a_mapping_is_kept_in_versions_downloaded_and_used_again(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    waiting = RecordsUpload.objects.get()
    for _time in range(2):
        assert act(own, waiting, "keep", name="Telephone").status_code == 302
    act(own, waiting, "text", text=MAPPING)
    act(own, waiting, "keep", name="Telephone")
    assert list(SavedMapping.objects.values_list("version", flat=True)) == [2, 1]
    kept = SavedMapping.objects.get(version=1)
    file = own.get(reverse("benchmarks:saved_mapping", args=[kept.pk]))
    assert file.content.decode() == kept.text
    assert 'filename="telephone-1.yaml"' in file.headers["Content-Disposition"]
    assert act(own, waiting, "use", saved=kept.pk).status_code == 302
    waiting.refresh_from_db()
    assert waiting.mapping == kept.text
    now = own.get(reverse("benchmarks:records_mapping_file", args=[waiting.pk])).content.decode()
    assert now == kept.text
    for wrong in ("", "x", "²", str(kept.pk + 99), "9" * 40):
        assert act(own, waiting, "use", saved=wrong).status_code == 422


def test_a_mapping_for_yesterdays_export_names_the_columns_that_look_alike(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    yesterday = RecordsUpload.objects.get()
    act(own, yesterday, "keep", name="Telephone")
    kept = SavedMapping.objects.get()
    upload(own, centre, CALLS.replace(b"Queue Time (sec)", b"Wait in Queue").replace(b"Agent ID", b"Colour"))
    today = RecordsUpload.objects.exclude(pk=yesterday.pk).get()
    act(own, today, "use", saved=kept.pk)
    page = own.get(reverse("benchmarks:records_mapping", args=[today.pk])).content.decode()
    assert "The column “Queue Time (sec)” is not in this file. These columns look like it: Wait in Queue." in page
    assert "The column “Agent ID” is not in this file, and none looks like it." in page


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"a,b\n1,\x00\n", b"PK\x03\x04"])
def test_what_is_no_export_is_refused_and_not_kept(own: Client, centre: Centre, tmp_path: Path, content: bytes) -> None:
    answer = upload(own, centre, content)
    assert answer.status_code == 422
    assert not RecordsUpload.objects.exists()
    assert not [path for path in (tmp_path / "records").glob("*") if path.is_file()]


def test_too_large_and_a_full_disk_are_said(
    own: Client, centre: Centre, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.storage._SPARE", 1 << 60)
    assert "not enough room" in upload(own, centre, CALLS).content.decode()
    settings.RECORDS_MAX_BYTES = 100
    assert "larger than 100 bytes" in upload(own, centre, CALLS).content.decode()


def test_a_file_that_is_gone_is_said(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    waiting = RecordsUpload.objects.get()
    records_path(centre.pk, waiting.sha256).unlink()
    assert "is not there any more" in quality(own, centre).content.decode()
    assert own.get(reverse("benchmarks:records_mapping", args=[waiting.pk])).status_code == 302
    assert own.post(reverse("benchmarks:records_remove", args=[waiting.pk])).status_code == 302
    assert not RecordsUpload.objects.exists()


def test_outsiders_find_nothing_and_viewers_may_not(own: Client, client: Client, centre: Centre, manager: User) -> None:
    upload(own, centre, CALLS)
    waiting = RecordsUpload.objects.get()
    kept = mapping_keep(organisation=centre.organisation, name="a", text=MAPPING, by=manager, at=timezone.now())
    pages = [("records", centre.pk), ("records_quality", centre.pk), ("records_mapping", waiting.pk)]
    pages += [("records_mapping_file", waiting.pk), ("saved_mapping", kept.pk)]
    addresses = [reverse(f"benchmarks:{name}", args=[key]) for name, key in pages]
    remove = reverse("benchmarks:records_remove", args=[waiting.pk])
    client.force_login(make_user(Role.CENTRE_MANAGER))
    assert [client.get(address).status_code for address in addresses] == [404] * 5
    assert client.post(remove).status_code == 404
    client.force_login(make_user(Role.VIEWER, organisation=centre.organisation))
    assert [client.get(address).status_code for address in addresses] == [403, 403, 403, 403, 200]
    assert client.post(remove).status_code == 403


def test_the_list_takes_the_same_queries_for_one_and_three_files(own: Client, centre: Centre) -> None:
    counts = []
    for place in range(3):
        upload(own, centre, CALLS + b"\n" * (place + 1))
        with CaptureQueriesContext(connection) as queries:
            own.get(reverse("benchmarks:records", args=[centre.pk]))
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_more_files_than_a_run_may_have_are_refused_with_words(own: Client, centre: Centre) -> None:
    found = upload(own, centre, *(b"a,b\n%d,2\n" % number for number in range(MAX_FILES + 1)))
    assert found.status_code == 422
    assert f"A run has at most {MAX_FILES} files." in found.content.decode()
    assert not RecordsUpload.objects.exists()


def test_the_file_that_cannot_be_records_is_named(own: Client, centre: Centre) -> None:
    found = upload(own, centre, CALLS, b"a,b\n")
    assert found.status_code == 422
    assert "export1.csv: The file has a header but no rows." in found.content.decode()


def test_the_reasons_are_those_of_the_file_until_somebody_states_another_shape(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    waiting = RecordsUpload.objects.get()
    address = reverse("benchmarks:records_mapping", args=[waiting.pk])
    assert "The mapping says so." not in own.get(address).content.decode()
    act(own, waiting, "shape", encoding="latin-1")
    assert "The mapping says so." in own.get(address).content.decode()


def test_the_page_of_a_centre_leads_to_its_records(own: Client, centre: Centre) -> None:
    page = own.get(reverse("accounts:centre_detail", args=[centre.pk])).content.decode()
    assert reverse("benchmarks:records", args=[centre.pk]) in page


def test_fields_with_a_column_come_before_the_others(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    page = own.get(reverse("benchmarks:records_mapping", args=[RecordsUpload.objects.get().pk])).content.decode()
    before, after = page.split("<details", 1)
    assert 'name="column-arrived_at"' in before
    assert 'name="column-hold_seconds"' in after


def test_german_headers_and_numbers_are_understood(own: Client, centre: Centre) -> None:
    rows = "".join(f"{at};{at:02}.03.2026 08:05;1.463,6\r\n" for at in range(1, 32))
    upload(own, centre, f"Anruf-ID;Anrufdatum;Gesprächszeit (s)\r\n{rows}".encode("cp1252"))
    page = own.get(reverse("benchmarks:records_mapping", args=[RecordsUpload.objects.get().pk]))
    sure = {what: (each.value, each.confidence) for what, _guess, each, _why in page.context["stated"]}
    assert sure["talk time (talk_seconds)"] == ("Gesprächszeit (s)", "likely")
    assert sure["arrival (arrived_at)"] == ("Anrufdatum", "sure")
    assert sure["Encoding"][0] == "cp1252"
    assert "1.463,6 → 1463.6" in page.content.decode()


def test_a_correction_is_previewed_and_not_saved(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS.replace(b"01/03/2026 08:05", b"not a time", 1))
    waiting = RecordsUpload.objects.get()
    address = reverse("benchmarks:records_mapping", args=[waiting.pk])
    page = own.get(address)
    assert "First rows as they will be read" in page.content.decode()
    assert page.context["read"].looked == 400
    assert page.context["read"].left_out == {"arrived_at: not a date and time": 1}
    form = page.context["forms"]["fields"]
    data = {name: form.initial.get(name, "") for name in form.fields if name != "leave_out"}
    data |= {"action": "preview", "how-arrived_at": "%m/%d/%Y %H:%M"}
    part = own.post(address, data, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.content.decode()
    assert "nothing is saved yet" in part.content.decode()
    assert part.context["read"].left_out["arrived_at: not a date and time"] > 1
    whole = own.post(address, data)
    assert whole.status_code == 200
    assert "<html" in whole.content.decode()
    assert 'value="%m/%d/%Y %H:%M"' in whole.content.decode()
    before = waiting.mapping
    waiting.refresh_from_db()
    assert waiting.mapping == before
    wrong = own.post(address, {**data, "time_zone": "Mars/Olympus"}, headers={"HX-Request": "true"})
    assert "Mars/Olympus" in wrong.content.decode()
    bad = own.post(address, {**data, "how-wait_seconds": "moons"}, headers={"HX-Request": "true"})
    assert "moons" in bad.content.decode()


def test_full_width_commas_part_lists_too(own: Client, centre: Centre) -> None:
    upload(own, centre, CALLS)
    waiting = RecordsUpload.objects.get()
    form = own.get(reverse("benchmarks:records_mapping", args=[waiting.pk])).context["forms"]["fields"]
    data = {name: form.initial.get(name, "") for name in form.fields if name != "leave_out"}
    act(own, waiting, "fields", **{**data, "column-complaint": "Agent ID", "how-complaint": "甲\uff0c乙、丙\uff1b丁"})
    waiting.refresh_from_db()
    assert document_of(waiting.mapping)["fields"]["complaint"]["in"] == ["甲", "乙", "丙", "丁"]
