"""Broker stopped, disk full, database gone, a clock that jumps, a message delivered twice: inside one process."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import Role
from accounts.notice_words import NEW_ACCESS
from accounts.services import notice_send
from config import settings as product
from ledger.chain import verify
from ledger.models import Entry, OutboxMessage
from ledger.outbox import messages, outbox_pending, outbox_run_next
from ledger.selectors import links
from ledger.services import ledger_append
from reports.models import Export, ExportStatus
from reports.services import export_render, outbox_sweep
from reports.signing.source import KeySource
from reports.storage import export_path
from tests.factories import AT, leader_of, make_audit, make_user
from tests.reports.rows import make_export

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
SCHEDULED = sorted(each["task"] for each in product.CELERY_BEAT_SCHEDULE.values())


@pytest.fixture(autouse=True)
def _folders(settings: SettingsWrapper, tmp_path: Path) -> None:
    cache.clear()
    current_app.loader.import_default_modules()
    settings.EXPORT_DIR, settings.LEDGER_CHECKPOINTS = tmp_path / "exports", tmp_path / "checkpoints"
    settings.SIGNING = KeySource(tmp_path / "signing")


def test_a_stopped_broker_holds_up_no_page_and_the_queue_drains_later(
    client: Client,
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    def stopped(*_words: object, **_named: object) -> None:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "stopped")

    monkeypatch.setattr(messages.current_app, "send_task", stopped)
    audit = make_audit()
    client.force_login(leader_of(audit))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/reports/audits/{audit.pk}/request/")
    export = Export.objects.get()
    assert answer["Location"] == f"/reports/exports/{export.pk}/"
    assert [each.argument for each in outbox_pending()] == [str(export.pk)]
    assert client.get("/").status_code == 200
    sent: list[str] = []
    monkeypatch.setattr(messages.current_app, "send_task", lambda name, args, **_more: sent.extend([name, *args]))
    outbox_sweep(at=timezone.now() + timedelta(minutes=5))
    assert sent == ["reports.export_render", str(export.pk)]
    assert not outbox_pending().exists()


def test_a_full_disk_fails_the_report_in_words_and_leaves_no_half_of_it(
    monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper
) -> None:
    """Evidence on a full disk: 507, neither row nor file, in ``tests/audits/test_views_evidence.py``."""
    export = make_export(make_audit())

    def full(*_words: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("reports.storage.os.fsync", full)
        export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert export.status == ExportStatus.FAILED
    assert export.error
    folder = export_path("x").parent
    assert not folder.exists() or list(folder.iterdir()) == []
    assert verify(links()) is None


def test_a_database_that_is_gone_is_told_and_its_return_needs_no_restart(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_words: object, **_named: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", gone)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "down")
        assert client.get("/healthz").status_code == 200, "alive: nobody restarts it for that"
    assert client.get("/readyz").status_code == 200


def test_a_kept_connection_is_tried_before_it_is_used_after_a_restart_of_the_server(tmp_path: Path) -> None:
    code = "from config.settings import DATABASES as d; print(d['default']['CONN_HEALTH_CHECKS'])"
    environment = {**os.environ, "TOUCHSTONE_DATA": str(tmp_path), "DATABASE_URL": "postgres://u:p@127.0.0.1:1/x"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["True"]


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1), timedelta(days=-400)])
def test_a_clock_that_jumps_changes_no_order(client: Client, jump: timedelta) -> None:
    admin = make_user(Role.ADMINISTRATOR)
    subject = f"organisation:{admin.memberships.get().organisation_id}"
    for number, at in enumerate([AT, AT + jump, AT + timedelta(seconds=1)], 1):
        ledger_append(action="organisation.invited", subject=subject, by=admin, at=at, payload={"n": number})
    assert verify(links()) is None
    client.force_login(admin)
    rows = client.get("/reports/ledger/").context["page"].rows
    assert [row.sequence for row in rows] == [3, 2, 1], "by number, whatever the clock said"


def test_a_message_of_a_clock_that_was_ahead_is_run_all_the_same() -> None:
    export = make_export(make_audit())
    OutboxMessage.objects.update(created_at=AT + timedelta(days=900))
    assert outbox_run_next(at=AT)
    export.refresh_from_db()
    assert export.status == ExportStatus.DONE
    assert not outbox_run_next(at=AT)


@pytest.mark.parametrize("task", SCHEDULED)
def test_a_scheduled_task_delivered_twice_does_its_work_once(task: str, mailoutbox: list[EmailMessage]) -> None:
    notice_send(to=make_user(), kind=NEW_ACCESS, params={"name": "x"}, url="/", at=AT, mail_soon=True)
    make_audit()
    current_app.tasks[task].apply(throw=True)
    after = len(mailoutbox), Entry.objects.count(), OutboxMessage.objects.count()
    current_app.tasks[task].apply(throw=True)
    assert (len(mailoutbox), Entry.objects.count(), OutboxMessage.objects.count()) == after


def test_a_report_delivered_twice_is_made_once() -> None:
    export = make_export(make_audit())
    for _ in range(2):
        current_app.tasks["reports.export_render"].apply(args=[str(export.pk)], throw=True)
    assert Entry.objects.filter(action="export.finished").count() == 1
