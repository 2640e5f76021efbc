"""Sending records by the API: they wait, are read by a mapping that was kept, and are measured in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Role
from benchmarks.models import JobStatus, MeasurementRun, RecordsUpload
from benchmarks.services import job_run, mapping_keep
from tests.api import Program
from tests.benchmarks.test_guess import ENGLISH, export
from tests.factories import AT, make_centre, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Centre

pytestmark = pytest.mark.django_db
CALLS = export(ENGLISH, "%d/%m/%Y %H:%M").encode()


@pytest.fixture(autouse=True)
def _own_disk(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def program() -> Program:
    return Program(make_user(Role.CENTRE_MANAGER))


@pytest.fixture
def centre(program: Program) -> Centre:
    return make_centre(program.token.user.memberships.get().organisation)


def test_records_are_sent_looked_at_and_measured(program: Program, centre: Centre) -> None:
    path = f"centres/{centre.pk}"
    sent = program.send(f"{path}/records", "calls.csv", CALLS)
    assert sent.status_code == 200
    assert program.send(f"{path}/records", "again.csv", CALLS).json() == sent.json()
    waiting = program.get(f"{path}/records").json()
    assert waiting["items"] == [sent.json()]
    look = program.post(f"{path}/jobs", {"kind": "look", "seen": waiting["seen"]}).json()
    job_run(job_id=look["id"], clock=lambda: AT)
    assert program.get(f"jobs/{look['id']}").json()["report"][0]["name"] == "calls.csv"
    asked = program.post(f"{path}/jobs", {"kind": "measure", "seen": waiting["seen"]}).json()
    assert program.post(f"{path}/jobs", {"kind": "measure", "seen": waiting["seen"]}).json() == asked
    job_run(job_id=asked["id"], clock=lambda: AT)
    done = program.get(f"jobs/{asked['id']}").json()
    assert (done["status"], done["run"]) == (JobStatus.DONE, MeasurementRun.objects.get().pk)
    assert program.get(f"{path}/measurements?run={done['run']}").json()["items"]
    assert program.get(f"{path}/records").json() == {"items": [], "seen": ""}


def test_the_newest_version_of_a_kept_mapping_reads_the_records(program: Program, centre: Centre) -> None:
    by = program.token.user
    text = program.send(f"centres/{centre.pk}/records", "calls.csv", CALLS).json()["mapping"]
    for comment in ("# old\n", "# new\n"):
        mapping_keep(organisation=centre.organisation, name="Calls", text=comment + text, by=by, at=AT)
    sent = program.send(f"centres/{centre.pk}/records", "calls.csv", CALLS, mapping="Calls")
    assert sent.json()["mapping"] == "# new\n" + text
    refused = program.send(f"centres/{centre.pk}/records", "calls.csv", CALLS, mapping="Chats")
    assert (refused.status_code, refused.json()["fields"][0]["at"]) == (422, ["body", "mapping"])
    elsewhere = program.send(f"centres/{centre.pk}/records", "odd.csv", b"a,b\n1,2\n", mapping="Calls")
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (422, "records")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 90, b"PK\x03\x04 no workbook"])
def test_what_is_no_records_is_refused_in_words(program: Program, centre: Centre, content: bytes) -> None:
    refused = program.send(f"centres/{centre.pk}/records", "calls.csv", content)
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert not RecordsUpload.objects.exists()


def test_what_nobody_saw_is_not_measured(program: Program, centre: Centre) -> None:
    program.send(f"centres/{centre.pk}/records", "calls.csv", CALLS)
    refused = program.post(f"centres/{centre.pk}/jobs", {"kind": "measure", "seen": "0" * 64})
    assert (refused.status_code, refused.json()["error"]) == (409, "refused")


def test_records_and_jobs_are_taken_back(program: Program, centre: Centre) -> None:
    path = f"centres/{centre.pk}"
    program.send(f"{path}/records", "calls.csv", CALLS)
    waiting = program.get(f"{path}/records").json()
    job = program.post(f"{path}/jobs", {"kind": "measure", "seen": waiting["seen"]}).json()
    assert program.delete(f"jobs/{job['id']}").json()["status"] == JobStatus.CANCELLED
    assert program.delete(f"jobs/{job['id']}").status_code == 409
    assert program.delete(f"{path}/records/{waiting['items'][0]['id']}").json()["items"] == []
    assert program.delete(f"{path}/records/{waiting['items'][0]['id']}").status_code == 404


def test_viewers_send_nothing_and_strangers_find_nothing(program: Program, centre: Centre) -> None:
    viewer, stranger = Program(make_user(Role.VIEWER, centre.organisation)), Program(make_user(Role.CENTRE_MANAGER))
    assert viewer.send(f"centres/{centre.pk}/records", "calls.csv", CALLS).status_code == 403
    assert stranger.send(f"centres/{centre.pk}/records", "calls.csv", CALLS).status_code == 404
    assert program.client.post(f"/api/v1/centres/{centre.pk}/records", {"mapping": ""}).status_code == 422
