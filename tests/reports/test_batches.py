"""Many documents at once: chosen, made once each whatever is killed, packed, and every month by themselves."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Notice, Role
from ledger.models import Entry, OutboxMessage
from ledger.outbox import outbox_run_next
from reports import tasks as tasks
from reports.models import Batch, Export, ExportStatus, Schedule
from reports.production import Which
from reports.renderers import Printed
from reports.selectors import Filter, batch_audits, batch_progress, exportable_by
from reports.services import (
    ExportRefusedError,
    batch_cancel,
    batch_lane,
    batch_request,
    batch_retry,
    batch_settle,
    batches_recover,
    export_request,
    export_retry,
    exports,
    exports_expire,
    exports_recover,
    schedule_create,
    schedule_pause,
    schedules_run,
)
from reports.storage import export_path
from tests.factories import AT, make_audit, make_organisation, make_user
from tests.reports.rows import make_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import Organisation, User
    from audits.models import Audit

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"

    def printed(export: Export, *, at: Any) -> Printed:
        return Printed(f"%PDF-{export.audit.reference}".encode(), 1, "0" * 64)

    monkeypatch.setattr(exports, "_print", printed)


@pytest.fixture
def body() -> Organisation:
    return make_organisation()


@pytest.fixture
def manager(body: Organisation) -> User:
    return make_user(Role.AUDIT_MANAGER, body)


@pytest.fixture
def audits(body: Organisation) -> list[Audit]:
    edition = make_audit().edition
    return [_conducted(body, edition) for _number in range(3)]


def _conducted(body: Organisation, edition: Any) -> Audit:
    audit = make_audit(edition=edition)
    audit.conductor = body
    audit.save()
    return audit


def asked(by: User, **fields: Any) -> Batch:
    wanted = fields.pop("wanted", Filter())
    return batch_request(**{"wanted": wanted, "language": "en", "by": by, "at": AT, **fields})


def run(batch: Batch) -> Batch:
    batch_lane(batch_id=str(batch.pk), clock=lambda: LATER)
    batch.refresh_from_db()
    return batch


def test_exportable_by_says_what_the_rule_says(audits: list[Audit], body: Organisation) -> None:
    from accounts.access import may

    for role in Role:
        for place in (body, audits[0].auditee, make_organisation()):
            person = make_user(role, place)
            found = set(exportable_by(person))
            assert {audit for audit in audits if may(person, "audits.export_audit", audit)} == found


def test_a_batch_makes_each_document_once_and_packs_them(audits: list[Audit], manager: User) -> None:
    batch = run(asked(manager))
    assert batch.finished_at == LATER
    assert list(batch.exports.values_list("status", flat=True)) == [ExportStatus.DONE] * 3
    with zipfile.ZipFile(export_path(batch.sha256, ".zip")) as pack:
        assert len(pack.namelist()) == 4
        index = pack.read("index.csv").decode("utf-8-sig")
        assert all(audit.reference in index for audit in audits)
    assert Notice.objects.get(to=manager).params == {"kind": "report", "done": 3, "failed": 0, "cancelled": 0}
    assert Entry.objects.filter(action="batch.finished").count() == 1


def test_lanes_that_run_again_make_nothing_twice(audits: list[Audit], manager: User) -> None:
    batch = run(asked(manager))
    assert batch_lane(batch_id=str(batch.pk), clock=lambda: LATER) == 0
    assert batch_settle(batch_id=str(batch.pk), at=LATER) is False
    assert Notice.objects.count() == 1
    assert Entry.objects.filter(action="export.finished").count() == len(audits)


def test_a_lane_lets_others_have_their_turn(audits: list[Audit], manager: User, monkeypatch: Any) -> None:
    from reports.services import batches

    assert audits
    batch = asked(manager)
    OutboxMessage.objects.all().delete()
    monkeypatch.setattr(batches, "LANE_SECONDS", 0)
    assert batch_lane(batch_id=str(batch.pk), clock=lambda: LATER) == 0
    assert OutboxMessage.objects.get().argument == str(batch.pk)


def test_a_batch_goes_on_where_a_killed_worker_left_it(audits: list[Audit], manager: User) -> None:
    batch = asked(manager)
    OutboxMessage.objects.all().delete()  # they were handed over to the worker that was killed
    first = batch.exports.all()[0]
    batch.exports.filter(pk=first.pk).update(status=ExportStatus.RUNNING, started_at=AT, attempts=1)
    assert exports_recover(started_before=LATER, at=LATER) == 1
    assert batches_recover(at=LATER) == 1
    assert batches_recover(at=LATER) == 0
    while outbox_run_next(at=LATER):
        pass
    batch.refresh_from_db()
    assert batch_progress(batch).done == len(audits)
    assert batch.finished_at
    assert Entry.objects.filter(action="export.finished").count() == len(audits)


def test_a_document_that_workers_die_of_is_given_up(audits: list[Audit], manager: User) -> None:
    assert audits
    batch = asked(manager)
    bad = batch.exports.all()[0]
    batch.exports.filter(pk=bad.pk).update(status=ExportStatus.RUNNING, started_at=AT, attempts=3)
    exports_recover(started_before=LATER, at=LATER)
    bad.refresh_from_db()
    assert (bad.status, "three times" in bad.error) == (ExportStatus.FAILED, True)


def test_cancelling_keeps_what_is_ready_and_packs_it(audits: list[Audit], manager: User) -> None:
    assert audits
    batch = asked(manager)
    exports.export_render(export_id=str(batch.exports.all()[0].pk), at=LATER)
    batch_cancel(batch_id=batch.pk, by=manager, at=LATER)
    run(batch)
    progress = batch_progress(batch)
    assert (progress.done, progress.cancelled, progress.waiting) == (1, 2, 0)
    assert batch.sha256
    with pytest.raises(ExportRefusedError):
        batch_cancel(batch_id=batch.pk, by=manager, at=LATER)


def test_trying_again_makes_only_what_failed(audits: list[Audit], manager: User, monkeypatch: Any) -> None:
    printed = exports._print

    def fail_one(export: Export, *, at: Any) -> Printed:
        if export.audit_id == audits[1].pk:
            raise RuntimeError("bad")
        return printed(export, at=at)

    with monkeypatch.context() as patched:
        patched.setattr(exports, "_print", fail_one)
        batch = run(asked(manager))
    assert batch_progress(batch).failed == 1
    assert batch.sha256
    before = Entry.objects.filter(action="export.finished").count()
    batch_retry(batch_id=batch.pk, by=manager, at=LATER)
    run(batch)
    assert batch_progress(batch).done == 3
    assert Entry.objects.filter(action="export.finished").count() == before + 1
    with pytest.raises(ExportRefusedError):
        batch_retry(batch_id=batch.pk, by=manager, at=LATER)


def test_a_full_disk_costs_the_pack_and_no_document(audits: list[Audit], manager: User, monkeypatch: Any) -> None:
    from reports.services import batches

    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    assert audits
    monkeypatch.setattr(batches, "pack_write", full)
    batch = run(asked(manager))
    assert "disk" in batch.error
    assert batch_progress(batch).done == 3


@pytest.mark.parametrize("bad", ["seen", "language", "nothing", "batches", "quota"])
def test_what_cannot_be_asked_for_writes_nothing(
    audits: list[Audit], manager: User, monkeypatch: Any, settings: Any, bad: str
) -> None:
    from reports.services import batches

    fields: dict[str, Any] = {}
    if bad == "seen":
        fields["seen"] = len(audits) - 1
    elif bad == "language":
        fields["language"] = "xx"
    elif bad == "nothing":
        fields["wanted"] = Filter(search="no such thing")
    elif bad == "batches":
        monkeypatch.setattr(batches, "MOST_BATCHES", 0)
    else:
        settings.EXPORT_QUOTA_BYTES = -1
    with pytest.raises(ExportRefusedError):
        asked(manager, **fields)
    assert not Batch.objects.exists()
    assert not Export.objects.exists()


def test_certificates_are_made_of_valid_certificates_only(audits: list[Audit], manager: User) -> None:
    make_certificate(audits[0])
    make_certificate(audits[1], valid_until=AT.date() - timedelta(days=1))
    found = batch_audits(manager, Filter(kind="certificate"), today=AT.date())
    assert list(found) == [audits[0]]
    assert list(batch_audits(manager, Filter(which=Which.UNDER_WAY), today=AT.date())) == [audits[2]]


def test_the_pages_show_choose_start_and_fetch(audits: list[Audit], manager: User, client: Client) -> None:
    client.force_login(manager)
    page = client.get(reverse("reports:batch_new"))
    assert "3 documents would be made" in page.content.decode()
    sent = {"kind": "report", "which": "all", "language": "en", "seen": "3"}
    answer = client.post(reverse("reports:batch_new"), sent)
    batch = Batch.objects.get()
    address = reverse("reports:batch_detail", args=[batch.pk])
    assert answer.headers["Location"] == address
    assert "0 of 3 documents" in client.get(address).content.decode()
    run(batch)
    assert "Download all" in client.get(address).content.decode()
    got: Any = client.get(reverse("reports:batch_download", args=[batch.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(got.streaming_content))) as pack:
        assert len(pack.namelist()) == 1 + len(audits)
    assert "1 / 1" not in client.get(reverse("reports:batch_list")).content.decode()


def test_a_batch_is_nobody_elses_and_rights_that_are_gone_count(
    audits: list[Audit], manager: User, client: Client
) -> None:
    batch = run(asked(manager))
    stranger = Client()
    stranger.force_login(make_user(Role.ADMINISTRATOR, audits[0].conductor))
    assert stranger.get(reverse("reports:batch_detail", args=[batch.pk])).status_code == 404
    Membership.objects.filter(user=manager).delete()
    client.force_login(manager)
    answer = client.get(reverse("reports:batch_download", args=[batch.pk]), follow=True)
    assert "You may no longer have every document" in answer.content.decode()


def test_the_pages_cost_the_same_for_few_and_many(audits: list[Audit], manager: User, client: Client) -> None:
    client.force_login(manager)
    batch = run(asked(manager))
    address = reverse("reports:batch_new")
    counts = []
    for _turn in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
            client.get(reverse("reports:batch_detail", args=[batch.pk]))
            client.get(reverse("reports:batch_list"))
        counts.append(len(captured))
        for _more in range(2):
            _conducted(audits[0].conductor, audits[0].edition)
    assert counts[0] == counts[1]


def scheduled(manager: User, body: Organisation, **fields: Any) -> Schedule:
    facts = {"organisation": body, "programme": None, "kind": "report", "which": "all", "language": "en", "day": 1}
    return schedule_create(by=manager, at=AT, **{**facts, **fields})


def test_a_schedule_makes_one_batch_a_month(audits: list[Audit], manager: User, body: Organisation) -> None:
    schedule = scheduled(manager, body, day=20)
    assert schedules_run(at=AT) == []
    due = AT.replace(day=21)
    (batch,) = schedules_run(at=due)
    assert (batch.month, batch.schedule, batch.exports.count()) == ("2026-09", schedule, len(audits))
    assert schedules_run(at=due) == []
    assert len(schedules_run(at=AT.replace(month=10, day=20))) == 1


def test_a_day_that_has_passed_counts_from_the_next_month(
    audits: list[Audit], manager: User, body: Organisation
) -> None:
    assert audits
    scheduled(manager, body, day=1)
    assert schedules_run(at=AT) == []
    assert len(schedules_run(at=AT.replace(month=10, day=1))) == 1


def test_a_schedule_rests_and_has_nothing_to_make(manager: User, body: Organisation) -> None:
    schedule = scheduled(manager, body, day=20)
    due = AT.replace(day=20)
    schedule_pause(schedule=schedule, paused=True, by=manager, at=AT)
    assert schedules_run(at=due) == []
    schedule_pause(schedule=schedule, paused=False, by=manager, at=AT)
    assert schedules_run(at=due) == []
    assert Entry.objects.filter(action="schedule.nothing").count() == 1
    schedule.refresh_from_db()
    assert schedule.made_for == "2026-09"


def test_the_page_of_schedules_adds_rests_and_removes(manager: User, body: Organisation, client: Client) -> None:
    client.force_login(manager)
    address = reverse("reports:schedule_list")
    assert "Nothing is made by itself yet" in client.get(address).content.decode()
    sent = {"organisation": body.pk, "kind": "report", "which": "all", "language": "zh-hant", "day": "29"}
    assert Schedule.objects.count() == 0
    assert "28" in client.post(address, sent).content.decode()
    client.post(address, {**sent, "day": "5"})
    schedule = Schedule.objects.get()
    client.post(reverse("reports:schedule_pause", args=[schedule.pk]))
    assert "Resting" in client.get(address).content.decode()
    stranger = Client()
    stranger.force_login(make_user(Role.AUDIT_MANAGER))
    assert stranger.post(reverse("reports:schedule_remove", args=[schedule.pk])).status_code == 404
    client.post(reverse("reports:schedule_remove", args=[schedule.pk]))
    assert Schedule.objects.count() == 0


def test_files_expire_and_can_be_made_anew(audits: list[Audit], manager: User, settings: Any) -> None:
    settings.EXPORT_DAYS = 30
    export = export_request(audit=audits[0], language="en", by=manager, at=AT)
    exports.export_render(export_id=str(export.pk), at=AT)
    batch = run(asked(manager))
    export.refresh_from_db()
    path, pack = export_path(export.sha256), export_path(batch.sha256, ".zip")
    assert exports_expire(at=AT + timedelta(days=30)) == 0
    assert exports_expire(at=AT + timedelta(days=30, minutes=1)) == 1
    assert path.exists(), "another export has the same file"
    assert exports_expire(at=AT + timedelta(days=31)) == 3
    assert not path.exists()
    assert not pack.exists()
    export.refresh_from_db()
    assert export.status == ExportStatus.EXPIRED
    export_retry(export_id=export.pk, by=manager, at=LATER)
    assert exports.export_render(export_id=str(export.pk), at=LATER)


def test_the_command_does_both_and_may_run_again(capsys: Any) -> None:
    call_command("monthly_documents")
    call_command("monthly_documents")
    assert capsys.readouterr().out.count("Batches asked for: 0. Files expired: 0.") == 2
