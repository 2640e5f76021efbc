"""Declared retention lets go of files and personal data, a legal hold stops it, and the record stays whole."""

from __future__ import annotations

import io
import json
import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audits.models import Audit, Certificate, Finding
from audits.retaining import Disposal, LegalHold, Retention
from audits.selectors.retention import audits_due, kept_until
from audits.services.evidence import evidence_add
from audits.services.retention import (
    HoldError,
    NotDueError,
    audit_dispose,
    disposals_finish,
    hold_lift,
    hold_place,
    retention_declare,
)
from audits.storage import path_of
from ledger.chain import verify
from ledger.models import Entry
from ledger.selectors import links
from tests.audits.scenes import PNG, Scene, make_scene
from tests.factories import AT, make_organisation, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=365 * 12)


@pytest.fixture(autouse=True)
def _folder(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def scene() -> Scene:
    """A closed audit whose finding is closed."""
    made = make_scene("closed")
    Finding.objects.filter(audit=made.audit).update(closed_at=AT)
    return made


def declare(scene: Scene, years: int = 6) -> Retention:
    by = scene.people["administrator"]
    return retention_declare(organisation=scene.audit.conductor, years=years, basis="ISO/IEC 17021-1", by=by, at=AT)


def due(scene: Scene, today: date) -> list[Audit]:
    return list(audits_due(Retention.objects.get(organisation=scene.audit.conductor), today=today))


def run(*words: str) -> dict[str, Any]:
    output = io.StringIO()
    call_command("dispose_evidence", *words, "--json", stdout=output)
    return json.loads(output.getvalue())


def test_nothing_is_due_before_somebody_declares_how_long(scene: Scene) -> None:
    assert run() == {"audits": [], "finished": 0}
    with pytest.raises(NotDueError):
        audit_dispose(audit_id=scene.audit.pk, at=LATER)


def test_years_count_from_the_end_of_the_certificate(scene: Scene) -> None:
    declare(scene, 6)
    end = Certificate.objects.get().valid_until
    assert due(scene, end.replace(year=end.year + 6)) == []
    assert due(scene, end.replace(year=end.year + 6) + timedelta(days=1)) == [scene.audit]


@pytest.mark.parametrize("why", ["open finding", "looked back on", "under way", "another organisation's"])
def test_what_is_not_over_is_not_due(scene: Scene, why: str) -> None:
    declare(scene)
    assert due(scene, LATER.date()) == [scene.audit]
    if why == "open finding":
        Finding.objects.update(closed_at=None)
    elif why == "looked back on":
        make_scene("fieldwork")
        Audit.objects.filter(status="fieldwork").update(previous=scene.audit)
    elif why == "under way":
        Audit.objects.update(status="decision")
    else:
        Audit.objects.update(conductor=make_organisation())
    assert due(scene, LATER.date()) == []


def test_letting_go_keeps_the_record_and_its_chain(scene: Scene) -> None:
    declare(scene)
    audit = scene.audit
    scene.audit.refresh_from_db()
    before = (audit.result_sha256, list(audit.answers.values_list("level", "note")), audit.findings.count())
    entries = list(Entry.objects.values_list("sequence", "hash"))
    names = [scene.evidence.sha256, scene.evidence.view_sha256, scene.evidence.thumb_sha256]
    assert [path_of(each).exists() for each in names] == [True] * 3
    meeting = audit.meetings.first()
    disposal = audit_dispose(audit_id=audit.pk, at=LATER)
    assert disposal.finished_at == LATER
    assert [path_of(each).exists() for each in names] == [False] * 3
    audit.refresh_from_db()
    assert (audit.result_sha256, list(audit.answers.values_list("level", "note")), audit.findings.count()) == before
    assert audit.evidence.get().sha256 == names[0], "the seal stays"
    meeting.refresh_from_db()
    assert meeting.attendance == ""
    assert list(Entry.objects.values_list("sequence", "hash"))[: len(entries)] == entries
    last = Entry.objects.last()
    assert (last.action, last.subject) == ("audit.disposed", f"audit:{audit.pk}")
    assert json.loads(last.content)["payload"]["files"] == len(set(names))
    assert verify(links()) is None
    with pytest.raises(NotDueError):
        audit_dispose(audit_id=audit.pk, at=LATER)


def test_a_file_that_another_audit_rests_on_stays(scene: Scene) -> None:
    declare(scene)
    other = make_scene("fieldwork")
    assert other.evidence.sha256 == scene.evidence.sha256
    audit_dispose(audit_id=scene.audit.pk, at=LATER)
    assert path_of(scene.evidence.sha256).read_bytes() == PNG


def test_a_file_that_was_just_written_waits_for_the_next_run(scene: Scene) -> None:
    """Somebody may be uploading the same content: its row comes after its file."""
    declare(scene)
    moment = LATER.timestamp()
    os.utime(path_of(scene.evidence.sha256), (moment, moment))
    assert audit_dispose(audit_id=scene.audit.pk, at=LATER).finished_at is None
    assert path_of(scene.evidence.sha256).exists()
    assert disposals_finish(at=LATER + timedelta(days=2)) == 1
    assert not path_of(scene.evidence.sha256).exists()


def test_a_crash_between_record_and_files_is_made_good(scene: Scene) -> None:
    declare(scene)
    with patch("audits.services.retention.remove", side_effect=OSError("gone")), pytest.raises(OSError, match="gone"):
        audit_dispose(audit_id=scene.audit.pk, at=LATER)
    assert Disposal.objects.get().finished_at is None
    assert disposals_finish(at=LATER) == 1
    assert not path_of(scene.evidence.sha256).exists()
    assert Entry.objects.filter(action="audit.disposed").count() == 1


@pytest.mark.parametrize("held", ["audit", "conductor", "auditee"])
def test_a_hold_stops_it_until_it_is_lifted_and_both_are_logged(scene: Scene, held: str) -> None:
    declare(scene)
    by, audit = make_user(name="Ada"), scene.audit
    place = audit.auditee if held == "auditee" else audit.conductor
    one = audit if held == "audit" else None
    hold = hold_place(organisation=place, audit=one, reason="Court of Hamburg, 3 O 12/26", by=by, at=AT)
    with pytest.raises(NotDueError):
        audit_dispose(audit_id=audit.pk, at=LATER)
    assert [each.held for each in due(scene, LATER.date())] == [True]
    assert path_of(scene.evidence.sha256).exists()
    hold_lift(hold=hold, reason="Settled", by=by, at=AT)
    with pytest.raises(HoldError):
        hold_lift(hold=hold, reason="Settled", by=by, at=AT)
    audit_dispose(audit_id=audit.pk, at=LATER)
    room = "audit" if one else "organisation"
    told = Entry.objects.filter(action__startswith=f"{room}.hold").order_by("sequence")
    assert [(each.action, each.actor, json.loads(each.content)["payload"]["reason"]) for each in told] == [
        (f"{room}.hold_placed", by, "Court of Hamburg, 3 O 12/26"),
        (f"{room}.hold_lifted", by, "Settled"),
    ]


def test_a_hold_on_an_audit_of_others_is_refused(scene: Scene) -> None:
    with pytest.raises(HoldError):
        hold_place(organisation=make_organisation(), audit=scene.audit, reason="x", by=make_user(), at=AT)


def test_the_command_shows_and_removes_only_when_told(scene: Scene) -> None:
    declare(scene)
    hold_place(organisation=scene.audit.auditee, reason="Inquiry", by=make_user(), at=AT)
    with patch("django.utils.timezone.now", return_value=LATER):
        (row,) = run("--carry-out")["audits"]
        assert (row["audit"], row["files"], row["holds"], row["removed"]) == (
            scene.audit.reference,
            1,
            ["Inquiry"],
            False,
        )
        LegalHold.objects.update(lifted_at=AT)
        assert run()["audits"][0]["removed"] is False
        assert path_of(scene.evidence.sha256).exists()
        words = io.StringIO()
        call_command("dispose_evidence", stdout=words)
        assert "1 audits due, 0 held back." in words.getvalue()
        assert run("--carry-out")["audits"][0]["removed"] is True
        assert run()["audits"] == []
    assert not path_of(scene.evidence.sha256).exists()
    output = io.StringIO()
    call_command("verify_evidence", stdout=output)
    assert output.getvalue() == "0 files checked, 0 damaged or missing.\n"


def test_the_command_refuses_an_organisation_that_declared_nothing() -> None:
    with pytest.raises(CommandError, match="declared no retention"):
        run("--organisation", "1")


def test_a_file_that_was_removed_says_so(client: Client, scene: Scene) -> None:
    declare(scene)
    audit_dispose(audit_id=scene.audit.pk, at=LATER)
    client.force_login(scene.people["leader"])
    answer = client.get(reverse("audits:evidence_file", args=[scene.evidence.pk]))
    assert answer.status_code == 410
    assert "removed when its time was over" in answer.content.decode()


def test_what_was_let_go_of_counts_no_more_against_the_quota(scene: Scene, settings: SettingsWrapper) -> None:
    declare(scene)
    audit_dispose(audit_id=scene.audit.pk, at=LATER)
    other = make_scene("fieldwork")
    Audit.objects.filter(pk=other.audit.pk).update(conductor=scene.audit.conductor)
    settings.EVIDENCE_QUOTA_BYTES = len(PNG) + 3
    source = io.BytesIO(b"a note")
    answer = other.answer
    evidence_add(answer=answer, source=source, filename="a.txt", kind="document", title="", by=make_user(), at=AT)


# --- the page ---------------------------------------------------------------------------------------------------------


def page(scene: Scene) -> str:
    return f"/audits/retention/{scene.audit.conductor_id}/"


def test_an_administrator_declares_holds_and_lifts_on_the_page(client: Client, scene: Scene) -> None:
    admin = scene.people["administrator"]
    client.force_login(admin)
    assert "kept for ever" in client.get(page(scene)).content.decode()
    assert client.post(page(scene), {"years": "0", "basis": "x"}).status_code == 422
    assert client.post(page(scene), {"years": "10", "basis": "Contract"}).status_code == 302
    assert Retention.objects.get().years == 10
    assert Entry.objects.last().action == "organisation.retention_declared"
    holds = f"{page(scene)}holds/"
    assert client.post(holds, {"reference": "no such", "reason": "x"}).status_code == 422
    assert client.post(holds, {"reference": "", "reason": ""}).status_code == 422
    assert client.post(holds, {"reference": scene.audit.reference, "reason": "Court"}).status_code == 302
    hold = LegalHold.objects.get()
    assert (hold.audit, hold.placed_by) == (scene.audit, admin)
    shown = client.get(page(scene)).content.decode()
    assert "Court" in shown
    assert client.get(f"/audits/retention/holds/{hold.pk}/lift/").status_code == 200
    assert client.post(f"/audits/retention/holds/{hold.pk}/lift/", {"reason": ""}).status_code == 422
    assert client.post(f"/audits/retention/holds/{hold.pk}/lift/", {"reason": "Settled"}).status_code == 302
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lifted_reason) == (admin, "Settled")
    assert "Settled" in client.get(page(scene)).content.decode()


def test_others_neither_see_nor_change_it(client: Client, scene: Scene) -> None:
    hold = hold_place(organisation=scene.audit.conductor, reason="x", by=make_user(), at=AT)
    lift = f"/audits/retention/holds/{hold.pk}/lift/"
    for person, code in (
        (scene.people["decision_maker"], 403),
        (make_user(Role.ADMINISTRATOR), 404),
        (make_user(is_staff=True), 404),
    ):
        client.force_login(person)
        assert client.get(page(scene)).status_code == code
        assert client.post(page(scene), {"years": "1", "basis": "x"}).status_code == code
        assert client.post(f"{page(scene)}holds/", {"reason": "x"}).status_code == code
        assert client.post(lift, {"reason": "x"}).status_code == code
    assert not Retention.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_many(
    client: Client, scene: Scene, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    declare(scene, 1)
    for _ in range(count):
        hold_place(organisation=scene.audit.conductor, audit=scene.audit, reason="x", by=User.objects.first(), at=AT)
    client.force_login(scene.people["administrator"])
    client.get(page(scene))
    with django_assert_num_queries(9):
        client.get(page(scene))


def test_the_29th_of_february() -> None:
    assert kept_until(date(2028, 2, 29), 1) == date(2027, 2, 28)
    assert timezone.localdate() >= kept_until(timezone.localdate(), 1)
