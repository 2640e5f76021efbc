"""From a strength in an audit to a proposal: who may, what is taken along, whom it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from audits.models import AuditStatus, Finding, FindingKind
from standards.practices import Practice, PracticeConsent, PracticeSource
from tests.audits.scenes import WHO, Scene, make_scene, raise_finding

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def strength(scene: Scene) -> Finding:
    return raise_finding(scene, FindingKind.STRENGTH)


def address(finding: Finding) -> str:
    return reverse("audits:practice_propose", args=[finding.pk])


def data(finding: Finding, **fields: str) -> dict[str, str]:
    return {
        "title__en": "Wallboards that are never off",
        "summary__en": "Spare screens stand ready.",
        "done__en": "Two spare screens.",
        "edition": str(finding.audit.edition_id),
        "places": finding.criterion.code,
        "evidence": "Seen at 10:00.",
        **fields,
    }


def test_who_may_propose(client: Client, scene: Scene, strength: Finding) -> None:
    found = {}
    for who in WHO:
        client.force_login(scene.people[who])
        found[who] = client.get(address(strength)).status_code
    allowed = {"administrator", "audit_manager", "leader", "auditor", "decision_maker", "centre_manager"}
    assert found == {who: 404 if who == "outsider" else 200 if who in allowed else 403 for who in WHO}


def test_the_proposal_knows_the_audit_and_asks_the_auditee(client: Client, scene: Scene, strength: Finding) -> None:
    client.force_login(scene.people["leader"])
    text = client.get(address(strength)).text
    assert "The wallboard was off." in text
    assert "consent_note" not in text
    posted = data(strength, consent="given", organisation="1", organisation_name="Somebody else")
    assert client.post(address(strength), posted).status_code == 302
    practice = Practice.objects.get()
    assert practice.organisation == scene.audit.auditee
    assert (practice.source, practice.source_key) == (PracticeSource.AUDIT, f"finding:{strength.pk}")
    assert practice.consent == PracticeConsent.ASKED
    assert [place.code for place in practice.places.all()] == [strength.criterion.code]
    assert practice.proposed_by == scene.people["leader"]
    client.force_login(scene.people["centre_manager"])
    assert practice.code in client.get(reverse("standards:practice_work")).text
    response = client.get(address(strength))
    assert response["Location"] == reverse("standards:practice", args=[practice.code])


def test_a_second_proposal_of_the_same_finding_is_refused(client: Client, scene: Scene, strength: Finding) -> None:
    client.force_login(scene.people["leader"])
    client.post(address(strength), data(strength))
    # The decision maker does not see the proposal, and is told that there is one.
    client.force_login(scene.people["decision_maker"])
    response = client.post(address(strength), data(strength))
    assert (response.status_code, "This has been proposed already." in response.text) == (409, True)
    assert Practice.objects.count() == 1


def test_only_a_strength_of_an_audit_that_goes_on(client: Client, scene: Scene, strength: Finding) -> None:
    client.force_login(scene.people["leader"])
    assert client.get(address(scene.finding)).status_code == 404
    scene.audit.status = AuditStatus.CANCELLED
    scene.audit.save()
    assert client.get(address(strength)).status_code == 404


def test_the_audit_page_offers_it_beside_the_strength(client: Client, scene: Scene, strength: Finding) -> None:
    page = reverse("audits:audit_detail", args=[scene.audit.pk])
    client.force_login(scene.people["leader"])
    assert client.get(page).text.count("Propose as a best practice") == 1
    client.force_login(scene.people["viewer"])
    assert address(strength) not in client.get(page).text


def test_bad_input_is_refused(client: Client, scene: Scene, strength: Finding) -> None:
    client.force_login(scene.people["leader"])
    assert client.post(address(strength), data(strength, title__en="<i>")).status_code == 422
    assert client.post(address(strength), data(strength, places="Z9")).status_code == 409
    assert not Practice.objects.exists()
