"""The API of the audits room: answers are saved on what was seen, once, and never over somebody else's."""

from __future__ import annotations

import uuid
from datetime import date
from io import BytesIO

import pytest

from accounts.models import Role
from audits.models import Answer, Audit, AuditStatus, Certificate, Evidence, SaveReceipt
from ledger.models import Entry
from tests.api import Program, queries_of
from tests.audits.scenes import add_evidence, make_scene, picture, raise_finding
from tests.factories import leader_of, make_audit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit() -> Audit:
    return make_audit()


@pytest.fixture
def leader(audit: Audit) -> Program:
    return Program(leader_of(audit))


def path_of(audit: Audit, criterion: str = "A1.1") -> str:
    return f"audits/{audit.pk}/answers/{criterion}"


def test_answer_is_saved_on_the_revision_that_was_read(audit: Audit, leader: Program) -> None:
    path = path_of(audit)
    read = leader.get(path)
    assert (read["ETag"], read.json()["level"]) == ('"0"', None)
    saved = leader.put(path, {"level": 3, "note": " seen\r\ntwice "}, If_Match=read["ETag"])
    assert (saved.status_code, saved["ETag"]) == (200, '"1"')
    stored = Answer.objects.get(audit=audit, criterion__code="A1.1")
    assert (stored.level, stored.note, stored.answered_by) == (3, "seen\ntwice", leader_of(audit))
    assert Entry.objects.filter(action="answer.saved", actor=leader_of(audit)).count() == 1
    assert leader.get(path).json() == saved.json()
    assert leader.get(f"audits/{audit.pk}/answers").json()["items"][0] == saved.json()


def test_save_without_if_match_is_refused(audit: Audit, leader: Program) -> None:
    for headers in ({}, {"If_Match": "*"}):
        refused = leader.put(path_of(audit), {"level": 3}, **headers)
        assert (refused.status_code, refused.json()["error"]) == (428, "if_match_missing")
    assert not Answer.objects.filter(audit=audit, revision__gt=0).exists()


@pytest.mark.parametrize("stale", ['"0"', '"9"', "0", 'W/"1"', "x", '"1', '"99999999999"'])
def test_stale_save_shows_what_is_stored_and_changes_nothing(audit: Audit, leader: Program, stale: str) -> None:
    leader.put(path_of(audit), {"level": 3}, If_Match='"0"')
    refused = leader.put(path_of(audit), {"level": 5}, If_Match=stale)
    assert (refused.status_code, refused.json()["error"], refused["ETag"]) == (412, "stale", '"1"')
    assert (refused.json()["current"]["level"], refused.json()["current"]["revision"]) == (3, 1)
    assert Answer.objects.get(audit=audit, criterion__code="A1.1").level == 3


def test_same_key_is_done_once_and_answered_the_same(audit: Audit, leader: Program) -> None:
    headers = {"If_Match": '"0"', "Idempotency_Key": str(uuid.uuid4())}
    first = leader.put(path_of(audit), {"level": 3}, **headers)
    leader.put(path_of(audit), {"level": 4}, If_Match='"1"')
    again = leader.put(path_of(audit), {"level": 3}, **headers)
    assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), '"1"')
    assert Answer.objects.get(audit=audit, criterion__code="A1.1").level == 4
    other = leader.put(path_of(audit), {"level": 5}, **headers)
    assert (other.status_code, other.json()["error"]) == (422, "key_reused")
    elsewhere = leader.put(path_of(audit, "A1.2"), {"level": 3}, **headers)
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (422, "key_reused")
    assert SaveReceipt.objects.count() == 1


def test_key_of_what_was_refused_is_free_again(audit: Audit, leader: Program) -> None:
    headers = {"If_Match": '"0"', "Idempotency_Key": str(uuid.uuid4())}
    assert leader.put(path_of(audit), {"level": 9}, **headers).status_code == 422
    assert leader.put(path_of(audit), {"level": 2}, **headers).status_code == 200


def test_key_on_what_changes_nothing_is_answered_again(audit: Audit, leader: Program) -> None:
    headers = {"If_Match": '"0"', "Idempotency_Key": str(uuid.uuid4())}
    first, again = (leader.put(path_of(audit), {}, **headers) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())


def test_audit_that_is_closed_to_changes_says_so(audit: Audit, leader: Program) -> None:
    type(audit).objects.filter(pk=audit.pk).update(status=AuditStatus.TECHNICAL_REVIEW)
    refused = leader.put(path_of(audit), {"level": 3}, If_Match='"0"')
    assert (refused.status_code, refused.json()["error"]) == (409, "not_editable")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid"),
        (b"{", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b'{"level": ' + b"9" * 5000 + b"}", "unreadable"),
        (b'"text"', "invalid"),
        (b"null", "invalid"),
        (b'{"level": NaN}', "invalid"),
        (b'{"level": 1e999}', "invalid"),
        (b'{"note": "\\ud800"}', "invalid"),
        ({"level": "3"}, "invalid"),
        ({"level": True}, "invalid"),
        ({"level": 3.5}, "invalid"),
        ({"level": -1}, "invalid"),
        ({"level": 6}, "bad_level"),
        ({"level": 3, "status": "closed"}, "invalid"),
        ({"level": 3, "na_reason": "No such channel."}, "bad_level"),
        ({"na_reason": "No such channel."}, "na_not_allowed"),
        ({"note": "a\0b"}, "bad_text"),
        ({"note": "x" * 20_001}, "bad_text"),
        ({"note": ["x"]}, "invalid"),
    ],
)
def test_odd_answers_are_refused_and_nothing_is_stored(audit: Audit, leader: Program, body: object, error: str) -> None:
    refused = leader.put(path_of(audit), body, If_Match='"0"')
    assert refused.status_code in {400, 422}
    assert refused.json()["error"] == error
    assert not Answer.objects.filter(audit=audit, revision__gt=0).exists()


def test_body_beyond_every_measure_is_refused(audit: Audit, leader: Program) -> None:
    refused = leader.put(path_of(audit), b'"' + b"x" * 3_000_000 + b'"', If_Match='"0"')
    assert (refused.status_code, refused.json()["error"]) == (413, "too_large")


def test_key_that_is_none_is_refused(audit: Audit, leader: Program) -> None:
    refused = leader.put(path_of(audit), {"level": 3}, If_Match='"0"', Idempotency_Key="x")
    assert (refused.status_code, refused.json()["fields"][0]["at"]) == (422, ["header", "Idempotency-Key"])


def test_audit_shows_its_score_as_the_page_does(audit: Audit, leader: Program) -> None:
    for criterion in ("A1.1", "A1.2", "A1.3", "B1.1", "B1.2", "B1.3"):
        assert leader.put(path_of(audit, criterion), {"level": 5}, If_Match='"0"').status_code == 200
    shown = leader.get(f"audits/{audit.pk}").json()
    assert (shown["criteria_answered"], shown["criteria_asked"]) == (6, 6)
    assert shown["score"]["tiers"]["base"]["total"] == {"low": "100", "high": "100"}
    assert shown["score"]["tiers"]["base"]["blocks"]["A"]["max"] == "40"
    assert {"result", "market", "facts", "review_note"}.isdisjoint(shown)


def test_sealed_evidence_shows_its_title_and_nothing_more() -> None:
    scene = make_scene()
    Evidence.objects.filter(pk=scene.evidence.pk).update(confidential=True)
    path = f"audits/{scene.audit.pk}/evidence"
    (opened,) = Program(scene.people["leader"]).get(path).json()["items"]
    assert (opened["sealed"], opened["sha256"], opened["criteria"]) == (False, scene.evidence.sha256, ["A1.1"])
    (sealed,) = Program(scene.people["viewer"]).get(path).json()["items"]
    assert {name for name, value in sealed.items() if value not in (None, [])} == {
        *("id", "title", "confidential", "sealed")
    }
    assert Program(scene.people["viewer"]).get(f"{path}?q={scene.evidence.sha256[:8]}").json()["items"] == []


def test_findings_are_filtered_by_what_is_named() -> None:
    scene = make_scene()
    program = Program(scene.people["centre_manager"])
    (found,) = program.get(f"findings?kind=minor&state=open&audit={scene.audit.pk}").json()["items"]
    assert (found["criterion"], found["statement"]) == ("A1.1", "The wallboard was off.")
    for other in ("kind=major", "state=closed", f"audit={scene.audit.pk + 1}", "mine=true", "q=nowhere"):
        assert program.get(f"findings?{other}").json()["items"] == [], other


def test_certificate_shows_its_state_of_today_and_where_anyone_checks_it() -> None:
    scene = make_scene("closed")
    program = Program(scene.people["viewer"])
    (listed,) = program.get("certificates?status=active").json()["items"]
    certificate = Certificate.objects.get()
    assert listed == program.get(f"certificates/{certificate.pk}").json()
    assert listed["verify_url"].endswith(f"/verify/{certificate.code}/")
    assert listed["state"] == "active"
    Certificate.objects.update(valid_until=date(2020, 1, 1), valid_from=date(2019, 1, 1))
    assert program.get(f"certificates/{certificate.pk}").json()["state"] == "expired"


def test_lists_of_an_audit_cost_the_same_for_one_and_for_three() -> None:
    scene = make_scene()
    program = Program(scene.people["leader"])
    paths = ("findings", f"audits/{scene.audit.pk}/evidence", f"audits/{scene.audit.pk}/answers")

    def costs() -> list[int]:
        return [queries_of(lambda path=path: program.get(path)) for path in paths]

    costs()
    first = costs()
    for name in ("two.png", "three.png"):
        raise_finding(scene)
        add_evidence(scene, BytesIO(picture(size=(8, len(name)))), name)
    assert [len(program.get(path).json()["items"]) for path in paths[:2]] == [3, 3]
    assert costs() == first


def test_evidence_is_sent_for_an_answer_and_the_same_file_is_the_same_piece(audit: Audit, leader: Program) -> None:
    path, said = f"{path_of(audit)}/evidence", {"kind": "photo", "valid_until": "2027-01-31", "confidential": "true"}
    sent = leader.send(path, "wall.png", picture(), title="The wall board", **said)
    assert sent.status_code == 200
    assert sent.json().items() >= {"criteria": ["A1.1"], "title": "The wall board", "valid_until": "2027-01-31"}.items()
    assert leader.send(path, "wall.png", picture(), **said).json() == sent.json()
    second = leader.send(f"{path_of(audit, 'A1.2')}/evidence", "wall.png", picture(), kind="photo")
    assert second.json()["criteria"] == ["A1.1", "A1.2"]
    assert Evidence.objects.count() == 1
    assert leader.get(f"audits/{audit.pk}/evidence").json()["items"] == [second.json()]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("wall.png", b"", {"kind": "photo"}),
        ("wall.png", b"MZ no picture", {"kind": "photo"}),
        ("wall.svg", b"<svg onload='alert(1)'/>", {"kind": "photo"}),
        ("wall.png", picture(), {"kind": "rumour"}),
        ("wall.png", picture(), {"kind": "photo", "valid_until": "31/01/2027"}),
        ("wall.png", picture(), {"kind": "photo", "title": "x" * 201}),
        ("wall.png", picture(), {"kind": "photo", "auditor": "me"}),
    ],
)
def test_evidence_that_cannot_be_is_refused(
    audit: Audit, leader: Program, name: str, content: bytes, said: dict[str, str]
) -> None:
    refused = leader.send(f"{path_of(audit)}/evidence", name, content, **said)
    assert refused.status_code == 422
    assert refused.json()["message"]
    assert not Evidence.objects.exists()


def test_evidence_for_a_closed_audit_or_by_a_viewer_is_refused(leader: Program) -> None:
    audit = make_audit(drafted=True)
    viewer = Program(make_user(Role.VIEWER, audit.conductor))
    path, said = f"{path_of(audit)}/evidence", {"kind": "photo"}
    assert viewer.send(path, "wall.png", picture(), **said).status_code == 403
    assert leader.send(path, "wall.png", picture(), **said).status_code == 404
    Audit.objects.filter(pk=audit.pk).update(status=AuditStatus.CLOSED)
    lead = Program(leader_of(audit))
    assert lead.send(path, "wall.png", picture(), **said).status_code in (403, 409)
    assert not Evidence.objects.exists()
