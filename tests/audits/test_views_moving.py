"""The pages of a move: choose, preview, confirm, and the record; the former answer on the sheet."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit, AuditMove
from standards.models import Edition, EditionStatus
from tests.audits.editions import documents, make_pair, publish
from tests.audits.scenes import PNG, WHO, Scene, add_evidence, make_people, make_scene, raise_finding
from tests.audits.test_moving import answer_all, answer_of, move, save, scene_on
from tests.factories import make_audit

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytestmark = pytest.mark.django_db
MOVERS = frozenset({"administrator", "audit_manager", "leader"})


@pytest.fixture
def pair() -> tuple[Edition, Edition]:
    return make_pair()


@pytest.fixture
def scene(pair: tuple[Edition, Edition], client: Client) -> Scene:
    made = scene_on(pair[0])
    answer_all(made)
    client.force_login(made.people["leader"])
    return made


def url(scene: Scene, edition: Edition | None = None) -> str:
    if edition is None:
        return reverse("audits:move", args=[scene.audit.pk])
    return reverse("audits:move_preview", args=[scene.audit.pk, edition.pk])


def seen(response: HttpResponse) -> str:
    """Return the fingerprint that the page confirms with."""
    (found,) = re.findall(r'name="fingerprint"\s+value="([0-9a-f]{64})"', response.content.decode())
    return str(found)


def confirm(client: Client, scene: Scene, edition: Edition, **fields: str) -> Any:
    data = {"fingerprint": seen(client.get(url(scene, edition))), "read_again": "on", "read_gone": "on"}
    return client.post(url(scene, edition), {**data, "reason": "Wanted.", **fields})


def test_choice_offers_newer_editions_and_says_when_there_is_none(client: Client, scene: Scene, pair: Any) -> None:
    assert url(scene, pair[1]) in client.get(url(scene)).content.decode()
    Edition.objects.filter(pk=pair[1].pk).update(status=EditionStatus.WITHDRAWN)
    page = client.get(url(scene)).content.decode()
    assert url(scene, pair[1]) not in page
    assert "no newer published edition" in page


def test_preview_groups_the_criteria_and_shows_the_words_that_changed(client: Client, scene: Scene, pair: Any) -> None:
    page = client.get(url(scene, pair[1])).content.decode()
    for heading in ("To be answered again", "Falls away", "New", "Carried over"):
        assert heading in page
    assert "<ins> every day</ins>" in page
    assert "Several criteria became one" in page
    assert "Seen at A1.5." in page


def test_confirmed_preview_moves_and_leads_to_the_record(client: Client, scene: Scene, pair: Any) -> None:
    response = confirm(client, scene, pair[1])
    made = AuditMove.objects.get()
    record = reverse("audits:move_record", args=[scene.audit.pk, made.pk])
    assert (response.status_code, response.headers["Location"]) == (302, record)
    page = client.get(record).content.decode()
    assert made.plan_sha256 in page
    assert "Wanted." in page
    assert "Seen at B1.3." in page
    detail = client.get(reverse("audits:audit_detail", args=[scene.audit.pk])).content.decode()
    assert record in detail
    assert Audit.objects.get(pk=scene.audit.pk).edition == pair[1]


@pytest.mark.parametrize("missing", [{"read_again": ""}, {"read_gone": ""}, {"reason": " "}])
def test_without_reading_or_reason_nothing_moves(
    client: Client, scene: Scene, pair: Any, missing: dict[str, str]
) -> None:
    response = confirm(client, scene, pair[1], **missing)
    assert response.status_code == 422
    assert b"is-invalid" in response.content
    assert not AuditMove.objects.exists()


def test_what_changed_meanwhile_is_refused_with_a_new_preview_and_the_reason_kept(
    client: Client, scene: Scene, pair: Any
) -> None:
    before = seen(client.get(url(scene, pair[1])))
    save(scene, "A1.1", level=0)
    response = confirm(client, scene, pair[1], fingerprint=before, reason="My long reason.")
    assert response.status_code == 409
    assert "Something changed since you looked" in response.content.decode()
    assert "My long reason." in response.content.decode()
    assert "checked" not in response.content.decode().split('id="confirm"')[1]
    assert confirm(client, scene, pair[1], fingerprint=seen(response)).status_code == 302


@pytest.mark.parametrize("junk", ["", "0" * 64, "x" * 10_000, "\x00"])
def test_a_made_up_fingerprint_moves_nothing(client: Client, scene: Scene, pair: Any, junk: str) -> None:
    assert confirm(client, scene, pair[1], fingerprint=junk).status_code == 409
    assert not AuditMove.objects.exists()


def test_moving_twice_by_a_double_click_moves_once(client: Client, scene: Scene, pair: Any) -> None:
    fingerprint = seen(client.get(url(scene, pair[1])))
    data = {"fingerprint": fingerprint, "read_again": "on", "read_gone": "on", "reason": "Wanted."}
    codes = [client.post(url(scene, pair[1]), data).status_code for _ in range(2)]
    assert codes == [302, 409]
    assert AuditMove.objects.count() == 1


def test_undoing_has_a_preview_and_a_record_and_the_move_says_that_it_was_undone(
    client: Client, scene: Scene, pair: Any
) -> None:
    first = move(scene, pair[1])
    assert "Undoes the move" in client.get(url(scene)).content.decode()
    page = client.get(url(scene, pair[0])).content.decode()
    assert "read_again" not in page
    assert confirm(client, scene, pair[0]).status_code == 302
    record = client.get(reverse("audits:move_record", args=[scene.audit.pk, first.pk])).content.decode()
    assert "This move was undone." in record


def test_undoing_after_an_answer_says_why_not(client: Client, scene: Scene, pair: Any) -> None:
    move(scene, pair[1])
    save(scene, "A1.99", level=3)
    response = client.get(url(scene, pair[0]))
    assert response.status_code == 409
    assert "can no longer be undone" in response.content.decode()


def test_older_and_foreign_editions_are_refused_in_words(client: Client, scene: Scene, pair: Any) -> None:
    other = publish({**documents()[1], "code": "another"})
    assert client.get(url(scene, other)).status_code == 409
    assert client.get(reverse("audits:move_preview", args=[scene.audit.pk, 10**30])).status_code == 409


def test_record_of_another_audit_is_not_found(client: Client, scene: Scene, pair: Any) -> None:
    made = move(scene, pair[1])
    other = scene_on(pair[0])
    client.force_login(other.people["leader"])
    assert client.get(reverse("audits:move_record", args=[other.audit.pk, made.pk])).status_code == 404
    assert client.get(reverse("audits:move_record", args=[scene.audit.pk, made.pk])).status_code == 404


@pytest.mark.parametrize("who", WHO)
def test_moving_is_for_the_leader_and_audit_managers(client: Client, scene: Scene, pair: Any, who: str) -> None:
    fingerprint = seen(client.get(url(scene, pair[1])))
    client.force_login(scene.people[who])
    refused = 404 if who == "outsider" else 403
    expected = (200, 302) if who in MOVERS else (refused, refused)
    data = {"fingerprint": fingerprint, "read_again": "on", "read_gone": "on", "reason": "Wanted."}
    got = client.get(url(scene, pair[1])).status_code, client.post(url(scene, pair[1]), data).status_code
    assert got == expected
    assert AuditMove.objects.exists() == (who in MOVERS)
    detail = client.get(reverse("audits:audit_detail", args=[scene.audit.pk]))
    assert (url(scene).encode() in detail.content) == (who in MOVERS)


@pytest.mark.parametrize("status", ["technical_review", "decision", "closed", "cancelled"])
def test_what_was_submitted_offers_no_move(client: Client, status: str) -> None:
    old, new = documents()
    scene = make_scene(status, edition=publish(old))
    newer = publish(new)
    client.force_login(scene.people["leader"])
    page = client.get(url(scene)).content.decode()
    assert url(scene, newer) not in page
    assert client.get(url(scene, newer)).status_code == 409
    assert client.post(url(scene, newer), {"reason": "x"}).status_code == 409
    assert url(scene) not in client.get(reverse("audits:audit_detail", args=[scene.audit.pk])).content.decode()


# --- the sheet after a move -----------------------------------------------------------------------------------------


def test_sheet_shows_what_was_answered_before_beside_what_is_asked_again(
    client: Client, scene: Scene, pair: Any, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    scene.answer = answer_of(scene.audit, "A1.2")
    evidence = add_evidence(scene, BytesIO(PNG))
    old = answer_of(scene.audit, "A1.2")
    move(scene, pair[1])
    page = client.get(reverse("audits:sheet", args=[scene.audit.pk])).content.decode()
    row = page.split(f'id="row-{answer_of(scene.audit, "A1.2").pk}"')[1].split("</article>")[0]
    assert f"Under edition {pair[0].version}, A1.2:" in row
    assert "Level 4" in row
    assert "Seen at A1.2." in row
    assert reverse("audits:evidence_file", args=[evidence.pk]) in row
    assert "checked" not in row
    assert page.count("ts-former") == 4
    assert f'id="row-{old.pk}"' not in page
    assert "4 of 9 answered" in page
    single = client.get(reverse("audits:answer_row", args=[answer_of(scene.audit, "A1.2").pk])).content.decode()
    assert "Seen at A1.2." in single


def test_a_sheet_opened_before_the_move_saves_nothing_on_the_edition_left(
    client: Client, scene: Scene, pair: Any
) -> None:
    old = answer_of(scene.audit, "B1.3")
    move(scene, pair[1])
    response = client.post(
        reverse("audits:answer_save", args=[old.pk]), {"level": "1", "note": "x", "revision": str(old.revision)}
    )
    assert response.status_code == 409
    assert "moved to another edition" in response.content.decode()
    assert client.get(reverse("audits:answer_row", args=[old.pk])).status_code == 404
    panel = client.get(reverse("audits:answer_panel", args=[old.pk]))
    assert panel.status_code == 200
    assert b"<form" not in panel.content
    for name in ("evidence_upload", "finding_add"):
        data = {"kind": "strength", "statement": "Good.", "objective_evidence": "Seen.", "title": ""}
        files = {"file": BytesIO(PNG)} if name == "evidence_upload" else {}
        for key, value in files.items():
            value.name = "x.png"
            data[key] = value
            data["kind"] = "photo"
        response = client.post(reverse(f"audits:{name}", args=[old.pk]), data)
        assert (name, response.status_code) == (name, 409)
        assert "moved to another edition" in response.content.decode()


def test_finding_of_the_edition_left_is_named_with_it(client: Client, scene: Scene, pair: Any) -> None:
    scene.answer = answer_of(scene.audit, "B1.3")
    raise_finding(scene)
    detail = reverse("audits:audit_detail", args=[scene.audit.pk])
    assert f"edition {pair[0].version}" not in client.get(detail).content.decode().split("findings-title")[2]
    move(scene, pair[1])
    assert f"edition {pair[0].version}" in client.get(detail).content.decode().split("findings-title")[2]


@pytest.mark.parametrize("page", ["preview", "record", "sheet", "detail"])
def test_pages_take_the_same_queries_for_small_and_large_editions(
    client: Client, page: str, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    counts = []
    for per_block, pieces in ((5, 1), (55, 6)):
        old, new = make_pair(per_block)
        audit = make_audit(edition=old)
        scene = Scene(audit, make_people(audit), audit.answers.get(criterion__code="A1.2"))
        for number in range(pieces):
            add_evidence(scene, BytesIO(PNG + bytes([number])), f"{number}.png")
        save(scene, "A1.4", level=2)
        client.force_login(scene.people["leader"])
        addresses = {"preview": url(scene, new)}
        if page != "preview":
            made = move(scene, new)
            addresses["record"] = reverse("audits:move_record", args=[audit.pk, made.pk])
            addresses["sheet"] = reverse("audits:sheet", args=[audit.pk])
            addresses["detail"] = reverse("audits:audit_detail", args=[audit.pk])
        assert client.get(addresses[page]).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(addresses[page])
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("status", "said"), [("fieldwork", True), ("decision", True), ("closed", False)])
def test_an_audit_under_way_says_that_its_edition_was_withdrawn(client: Client, status: str, said: bool) -> None:
    scene = make_scene(status)
    client.force_login(scene.people["leader"])
    page = reverse("audits:audit_detail", args=[scene.audit.pk])
    assert b"was withdrawn" not in client.get(page).content
    Edition.objects.filter(pk=scene.audit.edition_id).update(status=EditionStatus.WITHDRAWN)
    assert (b"was withdrawn" in client.get(page).content) is said
