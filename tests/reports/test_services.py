"""The life of an export: asked for, rendered once, cancelled, failed, recovered."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from accounts.models import Membership
from audits.models import Finding, FindingKind, TeamMember
from ledger.models import Entry, OutboxMessage
from ledger.outbox import messages, outbox_dispatch, outbox_pending, outbox_run_next
from reports.checking import check
from reports.models import Export, ExportStatus
from reports.services import (
    ExportRefusedError,
    export_cancel,
    export_render,
    export_request,
    export_retry,
    exports_recover,
    outbox_sweep,
)
from reports.services import exports as services
from reports.signing.keys import key_of
from reports.signing.source import KeySource
from reports.storage import export_path, export_read
from tests.factories import AT, leader_of, make_audit
from tests.reports.rows import make_export

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


def render(export: Export, at: Any = LATER) -> Export:
    export_render(export_id=str(export.pk), at=at)
    export.refresh_from_db()
    return export


def test_export_request_writes_row_message_and_entry() -> None:
    export = make_export(make_audit())
    assert OutboxMessage.objects.get().argument == str(export.pk)
    entry = Entry.objects.get(subject=f"export:{export.pk}")
    assert entry.action == "export.requested"


def test_export_request_of_one_who_waits_already_returns_the_same_row() -> None:
    audit = make_audit()
    first = make_export(audit)
    assert make_export(audit).pk == first.pk
    assert OutboxMessage.objects.count() == 1


def test_export_request_in_another_language_is_another_export() -> None:
    audit = make_audit()
    make_export(audit)
    export_request(audit=audit, language="zh-hans", by=leader_of(audit), at=AT)
    assert Export.objects.count() == 2


def test_export_request_refuses_an_unknown_language_and_writes_nothing() -> None:
    audit = make_audit()
    with pytest.raises(ExportRefusedError):
        export_request(audit=audit, language="xx", by=leader_of(audit), at=AT)
    assert not Export.objects.exists()


def test_export_request_refuses_an_eleventh_waiting_export(monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "MOST_WAITING", 1)
    audit = make_audit()
    make_export(audit)
    with pytest.raises(ExportRefusedError, match="ten reports"):
        export_request(audit=audit, language="zh-hans", by=leader_of(audit), at=AT)


def test_export_request_writes_nothing_when_the_ledger_refuses(monkeypatch: Any) -> None:
    def refuse(**_facts: Any) -> None:
        raise RuntimeError("no ledger")

    audit = make_audit()
    monkeypatch.setattr(services, "ledger_append", refuse)
    with pytest.raises(RuntimeError):
        make_export(audit)
    assert not Export.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_export_render_stores_the_file_under_its_hash() -> None:
    export = render(make_export(make_audit()))
    assert export.status == ExportStatus.DONE
    assert export.percent == 100
    assert export_read(export.sha256).startswith(b"%PDF-")
    assert export.size == export_path(export.sha256).stat().st_size
    assert export.pages > 5
    assert export.filename.endswith("-draft-en.pdf")
    assert Entry.objects.filter(action="export.finished").count() == 1


def test_export_render_signs_the_file_with_the_key_of_the_installation(settings: Any, tmp_path: Path) -> None:
    settings.SIGNING = KeySource(tmp_path / "signing")
    verdict = check(export_read(render(make_export(make_audit())).sha256), (key_of(settings.SIGNING).certificate,))
    assert verdict.holds
    assert {row.check: row.state for row in verdict.rows}["signer"] == "good"


def test_export_that_cannot_be_signed_says_so_and_stores_nothing(settings: Any, tmp_path: Path) -> None:
    settings.SIGNING = KeySource(tmp_path, key=str(tmp_path / "gone.pem"))
    export = render(make_export(make_audit()))
    assert (export.status, export.sha256) == (ExportStatus.FAILED, "")
    assert "could not be signed" in export.error


def test_export_render_twice_does_the_work_once(monkeypatch: Any) -> None:
    export = render(make_export(make_audit()))
    monkeypatch.setattr(services, "render_pdf", pytest.fail)
    again = render(export, at=LATER + timedelta(hours=1))
    assert (again.status, again.attempts) == (ExportStatus.DONE, 1)
    assert Entry.objects.filter(action="export.finished").count() == 1


def test_export_render_of_an_unknown_id_does_nothing() -> None:
    assert export_render(export_id="00000000-0000-0000-0000-000000000000", at=AT) is False


def test_export_render_fails_in_words_when_the_requester_lost_the_right() -> None:
    audit = make_audit()
    export = make_export(audit)
    TeamMember.objects.filter(user=leader_of(audit)).delete()
    Membership.objects.filter(user=export.requested_by).delete()
    assert render(export).error == "You may no longer export this audit."
    assert export.status == ExportStatus.FAILED


def test_export_render_fails_in_words_when_the_requester_was_deactivated() -> None:
    export = make_export(make_audit())
    export.requested_by.is_active = False
    export.requested_by.save()
    assert render(export).status == ExportStatus.FAILED


def test_export_render_fails_in_words_for_a_character_without_a_glyph() -> None:
    audit = make_audit()
    Finding.objects.create(
        audit=audit,
        criterion=audit.answers.first().criterion,
        number=1,
        kind=FindingKind.MINOR,
        statement="Fine 🙂",
        objective_evidence="Seen.",
        raised_by=leader_of(audit),
        raised_at=AT,
    )
    export = render(make_export(audit))
    assert export.status == ExportStatus.FAILED
    assert "U+1F642" in export.error
    assert "findings 1 statement" in export.error


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("bad"), RecursionError()])
def test_export_render_keeps_a_message_whatever_goes_wrong(monkeypatch: Any, error: Exception) -> None:
    def fail(_report: Any) -> None:
        raise error

    monkeypatch.setattr(services, "render_pdf", fail)
    export = render(make_export(make_audit()))
    assert export.status == ExportStatus.FAILED
    assert export.error


def test_export_render_fails_in_words_when_the_disk_is_full(monkeypatch: Any) -> None:
    def full(_data: bytes, _suffix: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services, "export_write", full)
    assert "disk" in render(make_export(make_audit())).error


def during(monkeypatch: Any, happens: Callable[[], Any]) -> None:
    """Let something happen while the pages are set."""
    print_it = services.render_pdf

    def render_pdf(report: Any, beside: Any = None) -> Any:
        happens()
        return print_it(report, beside)

    monkeypatch.setattr(services, "render_pdf", render_pdf)


def test_export_render_throws_its_result_away_when_it_was_cancelled(monkeypatch: Any) -> None:
    export = make_export(make_audit())
    during(monkeypatch, lambda: export_cancel(export_id=export.pk, by=export.requested_by, at=LATER))
    assert render(export).status == ExportStatus.CANCELLED
    assert export.sha256 == ""
    assert not Entry.objects.filter(action="export.finished").exists()


def test_export_render_cannot_overwrite_the_run_that_took_over(monkeypatch: Any) -> None:
    export = make_export(make_audit())
    during(monkeypatch, lambda: Export.objects.filter(pk=export.pk).update(attempts=7))
    assert render(export).status == ExportStatus.RUNNING
    assert export.sha256 == ""


def test_export_render_shows_progress_while_the_pages_are_set(monkeypatch: Any) -> None:
    export = make_export(make_audit())
    seen: list[Any] = []
    during(monkeypatch, lambda: seen.append(Export.objects.values_list("status", "percent", "step").get()))
    render(export)
    assert seen == [("running", 25, "setting")]


def test_export_render_leaves_a_fresh_run_of_another_worker_alone() -> None:
    export = make_export(make_audit(), status=ExportStatus.RUNNING, started_at=AT, attempts=1)
    assert render(export, at=AT + timedelta(minutes=9)).status == ExportStatus.RUNNING


def test_export_render_takes_over_after_ten_minutes_of_silence() -> None:
    export = make_export(make_audit(), status=ExportStatus.RUNNING, started_at=AT, attempts=1)
    assert render(export, at=AT + timedelta(minutes=11)).status == ExportStatus.DONE
    assert export.attempts == 2


def test_exports_recover_puts_the_work_of_a_killed_worker_back() -> None:
    export = make_export(make_audit(), status=ExportStatus.RUNNING, started_at=AT, attempts=1, percent=25)
    OutboxMessage.objects.update(dispatched_at=AT)
    assert exports_recover(started_before=LATER, at=LATER) == 1
    assert outbox_pending().count() == 1
    assert render(export).status == ExportStatus.DONE


@pytest.mark.parametrize("status", [ExportStatus.DONE, ExportStatus.FAILED, ExportStatus.CANCELLED])
def test_export_cancel_refuses_what_has_ended(status: str) -> None:
    export = make_export(make_audit(), status=status)
    with pytest.raises(ExportRefusedError):
        export_cancel(export_id=export.pk, by=export.requested_by, at=LATER)


def test_export_retry_after_cancel_is_rendered() -> None:
    export = make_export(make_audit())
    export_cancel(export_id=export.pk, by=export.requested_by, at=LATER)
    export_retry(export_id=export.pk, by=export.requested_by, at=LATER)
    assert render(export).status == ExportStatus.DONE
    assert list(Entry.objects.filter(subject=f"export:{export.pk}").values_list("action", flat=True)) == [
        "export.requested",
        "export.cancelled",
        "export.retried",
        "export.finished",
    ]


def test_export_retry_refuses_what_is_waiting() -> None:
    export = make_export(make_audit())
    with pytest.raises(ExportRefusedError):
        export_retry(export_id=export.pk, by=export.requested_by, at=LATER)


# --- the outbox ------------------------------------------------------------------------------------------------------


@pytest.fixture
def broker(settings: Any, monkeypatch: Any) -> list[Any]:
    """Pretend that there is a broker and collect what is sent to it."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    sent: list[Any] = []
    monkeypatch.setattr(messages.current_app, "send_task", lambda name, args, **_options: sent.append((name, args)))
    return sent


def test_outbox_hands_a_message_to_the_broker_after_the_commit(
    broker: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    audit = make_audit()
    with django_capture_on_commit_callbacks(execute=True):
        export = make_export(audit)
        assert broker == []
    assert broker == [("reports.export_render", [str(export.pk)])]
    assert not outbox_pending().exists()


@pytest.mark.parametrize("error", [OperationalError("down"), ConnectionRefusedError(), TimeoutError()])
def test_outbox_keeps_the_message_when_the_broker_is_down(
    broker: list[Any], monkeypatch: Any, django_capture_on_commit_callbacks: Any, error: Exception
) -> None:
    def down(*_args: Any, **_options: Any) -> None:
        raise error

    audit = make_audit()
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(messages.current_app, "send_task", down)
        export = make_export(audit)
    assert outbox_pending().count() == 1
    assert outbox_sweep(at=LATER) == 1
    assert broker == [("reports.export_render", [str(export.pk)])]
    assert outbox_sweep(at=LATER) == 0


def test_outbox_dispatch_without_a_broker_leaves_the_row_for_the_local_process(settings: Any) -> None:
    settings.CELERY_BROKER_URL = ""
    make_export(make_audit())
    assert outbox_dispatch(OutboxMessage.objects.get(), at=AT) is False
    assert outbox_pending().count() == 1


def test_outbox_run_next_runs_the_task_and_marks_the_row() -> None:
    messages.current_app.loader.import_default_modules()
    export = make_export(make_audit())
    assert outbox_run_next(at=LATER) is True
    export.refresh_from_db()
    assert export.status == ExportStatus.DONE
    assert outbox_run_next(at=LATER) is False


def test_outbox_run_next_puts_a_message_aside_that_fails_again_and_again() -> None:
    OutboxMessage.objects.create(task="reports.no_such_task", argument="x", created_at=AT)
    for _attempt in range(messages.MOST_ATTEMPTS):
        assert outbox_run_next(at=LATER) is True
    assert outbox_run_next(at=LATER) is False


def test_a_real_broker_address_that_nobody_answers_does_not_hold_up_the_page(settings: Any, monkeypatch: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setenv("CELERY_BROKER_URL", settings.CELERY_BROKER_URL)  # Celery itself reads it before any setting
    # An application of its own: the process's may have a connection to a broker that does answer.
    lonely = Celery("lonely", set_as_current=False)
    lonely.config_from_object("django.conf:settings", namespace="CELERY")
    monkeypatch.setattr(messages, "current_app", lonely)
    make_export(make_audit())
    start = time.monotonic()
    assert outbox_dispatch(OutboxMessage.objects.get(), at=AT) is False
    assert time.monotonic() - start < 10  # Celery's own patience is far longer; no measurement of speed


def test_settings_keep_worker_processes_out_of_the_tests() -> None:
    assert settings.TOUCHSTONE_WORKER == "none"
