"""The API of reports: asked for once, looked at, fetched as they were written."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Role
from reports.models import Export
from reports.services import export_render
from reports.storage import export_path
from tests.api import Program
from tests.factories import AT, leader_of, make_audit, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import Audit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


@pytest.fixture
def audit() -> Audit:
    return make_audit()


@pytest.fixture
def leader(audit: Audit) -> Program:
    return Program(leader_of(audit))


def test_a_report_is_asked_for_once_and_fetched(audit: Audit, leader: Program) -> None:
    asked = leader.post(f"audits/{audit.pk}/exports", {"kind": "report", "language": "zh-hant"})
    assert asked.status_code == 200
    assert leader.post(f"audits/{audit.pk}/exports", {"language": "zh-hant"}).json() == asked.json()
    path = f"exports/{asked.json()['id']}"
    assert leader.get(f"{path}/file").json()["error"] == "not_done"
    assert export_render(export_id=asked.json()["id"], at=AT)
    done = leader.get(path).json()
    assert (done["status"], done["language"], done["pages"] > 1) == ("done", "zh-hant", True)
    file = leader.get(f"{path}/file")
    assert (file.status_code, file["ETag"]) == (200, f'"{done["sha256"]}"')
    assert hashlib.sha256(file.content).hexdigest() == done["sha256"]
    assert done["filename"] in file["Content-Disposition"]
    assert leader.delete(path).status_code == 409
    export_path(done["sha256"], ".pdf").write_bytes(b"another")
    assert leader.get(f"{path}/file").json()["error"] == "damaged"


def test_what_cannot_be_made_is_refused_in_words(audit: Audit, leader: Program) -> None:
    for sent in ({"kind": "certificate"}, {"language": "tlh"}):
        refused = leader.post(f"audits/{audit.pk}/exports", sent)
        assert (refused.status_code, refused.json()["error"]) == (409, "refused")
    assert leader.post(f"audits/{audit.pk}/exports", {"kind": "novel"}).status_code == 422
    assert not Export.objects.exists()


def test_an_export_is_cancelled(audit: Audit, leader: Program) -> None:
    made = leader.post(f"audits/{audit.pk}/exports", {}).json()
    assert leader.delete(f"exports/{made['id']}").json()["status"] == "cancelled"


def test_pages_in_the_order_of_their_moments_hold_every_row_once(audit: Audit, leader: Program) -> None:
    row = {"audit": audit, "requested_by": leader.token.user}
    for moment in (0, 0, 1, 2, 2):
        Export.objects.create(**row, requested_at=AT + timedelta(microseconds=moment))
    seen, path = [], "exports?limit=2"
    for _ in range(3):
        page = leader.get(path).json()
        seen += page["items"]
        path = f"exports?limit=2&after={page['next']}"
    assert page["next"] is None
    assert len({each["id"] for each in seen}) == len(seen) == 5
    moments = [datetime.fromisoformat(each["requested_at"]) for each in seen]
    assert moments == sorted(moments)
    assert leader.get(f"exports?after={'9' * 20}-{'0' * 32}").json()["items"] == []
    for odd in ("1", "x-" + "0" * 32, "1-" + "0" * 33, "1%0A-" + "0" * 32):
        assert leader.get(f"exports?after={odd}").status_code == 422


def test_strangers_find_nothing_and_viewers_ask_for_nothing(audit: Audit, leader: Program) -> None:
    made = leader.post(f"audits/{audit.pk}/exports", {}).json()
    stranger = Program(make_user(Role.AUDITOR))
    assert stranger.post(f"audits/{audit.pk}/exports", {}).status_code == 404
    assert stranger.get("exports").json()["items"] == []
    assert stranger.delete(f"exports/{made['id']}").status_code == 404
