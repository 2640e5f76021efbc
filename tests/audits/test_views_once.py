"""What a browser kept as a form arrives once, under the name of whoever filled it in; and what goes along offline."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits.models import AnswerVariant, Audit, Finding, SaveReceipt
from tests.audits.scenes import PNG, Scene, make_people
from tests.factories import AT, make_audit, make_edition, make_user

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytestmark = pytest.mark.django_db
FINDING = {"kind": "opportunity", "statement": "Seen.", "objective_evidence": "Call 17.", "due": ""}


@pytest.fixture
def scene(client: Client) -> Scene:
    audit = make_audit(edition=make_edition(3))
    made = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    client.force_login(made.people["leader"])
    return made


def post(client: Client, scene: Scene, key: str, what: str = "finding_add", **fields: object) -> HttpResponse:
    url = reverse(f"audits:{what}", args=[scene.answer.pk])
    return client.post(url, FINDING | fields, headers={"Idempotency-Key": key})


def test_finding_sent_again_under_its_key_is_raised_once(client: Client, scene: Scene) -> None:
    key = str(uuid.uuid4())
    assert [post(client, scene, key).status_code for _ in range(3)] == [200, 204, 204]
    assert Finding.objects.count() == 1


def test_key_used_for_something_else_is_refused(client: Client, scene: Scene) -> None:
    key = str(uuid.uuid4())
    post(client, scene, key)
    assert post(client, scene, key, statement="Another.").status_code == 422
    client.force_login(scene.people["auditor"])
    assert post(client, scene, key).status_code == 422
    assert Finding.objects.count() == 1


def test_refused_form_may_come_again_under_its_key(client: Client, scene: Scene) -> None:
    key = str(uuid.uuid4())
    Audit.objects.filter(pk=scene.audit.pk).update(status="technical_review")
    assert post(client, scene, key).status_code == 409
    assert not SaveReceipt.objects.exists()
    Audit.objects.filter(pk=scene.audit.pk).update(status="fieldwork")
    assert post(client, scene, key).status_code == 200


def test_photo_sent_again_is_stored_once(client: Client, scene: Scene) -> None:
    key = str(uuid.uuid4())
    for status in (200, 204):
        file = SimpleUploadedFile("wall.png", PNG)
        assert post(client, scene, key, "evidence_upload", kind="photo", title="", file=file).status_code == status
    assert scene.answer.evidence.count() == 1


@pytest.mark.parametrize("key", ["", "x", "1" * 5000, "{}"])
def test_key_that_is_none_is_refused(client: Client, scene: Scene, key: str) -> None:
    assert post(client, scene, key).status_code == 400
    assert not Finding.objects.exists()


@pytest.mark.parametrize("name", ["999999", "", "x"])
def test_form_kept_for_somebody_else_is_refused(client: Client, scene: Scene, name: str) -> None:
    url = reverse("audits:finding_add", args=[scene.answer.pk])
    response = client.post(url, FINDING, headers={"X-Touchstone-User": name})
    assert (response.status_code, response["X-Touchstone-Refused"]) == (409, "another_user")
    assert not Finding.objects.exists()


def test_strangers_and_readers_learn_nothing_by_a_key(client: Client, scene: Scene) -> None:
    client.force_login(make_user())
    assert post(client, scene, str(uuid.uuid4())).status_code == 404
    client.force_login(scene.people["viewer"])
    assert post(client, scene, str(uuid.uuid4())).status_code == 403
    assert not SaveReceipt.objects.exists()


def test_package_names_the_sheet_and_every_panel_and_they_open(client: Client, scene: Scene) -> None:
    parcel = client.get(reverse("audits:package", args=[scene.audit.pk])).json()
    assert parcel["days"] == 14
    assert reverse("audits:sheet", args=[scene.audit.pk]) in parcel["urls"]
    assert len([url for url in parcel["urls"] if url.endswith("/panel/")]) == 6
    assert {client.get(url).status_code for url in parcel["urls"]} == {200}
    client.force_login(make_user())
    assert client.get(reverse("audits:package", args=[scene.audit.pk])).status_code == 404


def test_drawer_shows_what_was_not_taken(client: Client, scene: Scene) -> None:
    AnswerVariant.objects.create(
        answer=scene.answer, key=uuid.uuid4(), reason="conflict", note="<b>kept</b>", revision=0, at=AT,
        by=scene.people["auditor"],
    )  # fmt: skip
    text = client.get(reverse("audits:answer_panel", args=[scene.answer.pk])).content.decode()
    assert "&lt;b&gt;kept" in text
    assert "somebody else had saved" in text


def test_signing_out_clears_the_cache_and_asks_nobody_about_storage(client: Client, scene: Scene) -> None:
    response = client.post(reverse("account_logout"))
    assert response["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get(reverse("home")).headers


def test_service_worker_is_served_from_the_root_and_never_kept(client: Client) -> None:
    response = client.get("/sw.js")
    assert (response.status_code, response["Content-Type"]) == (200, "text/javascript")
    assert response["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in response["Content-Security-Policy"]
