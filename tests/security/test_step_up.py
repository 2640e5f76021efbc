"""7.5.3: what weighs asks once more who is there, however long the session has been open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from audits.models import Audit, AuditStatus, Certificate, CertificateStatus, Decision
from awards.models import Result
from config.rights import RIGHTS
from ledger.models import Entry
from tests.audits.scenes import make_scene
from tests.awards.scenes import make_judging
from tests.config.test_urls import ADDRESSES
from tests.factories import PASSWORD
from tests.security.people import sign_in

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from accounts.models import User

pytestmark = pytest.mark.django_db
# Every act that asks; a new one is written here, and one that no longer asks fails.
ASKING = {
    "accounts:address_confirm",
    "accounts:address_new",
    "accounts:person_step",
    "accounts:support_create",
    "accounts:token_list",
    "audits:decision",
    "awards:announce",
    "awards:correct",
    "awards:deliberate",
    "awards:freeze",
    "awards:gate",
    "certificates:step",
    "reports:webhook_create",
}


@pytest.fixture(autouse=True)
def _asked_after_a_quarter(settings: SettingsWrapper) -> None:
    settings.STEP_UP_MINUTES = 15


def long_ago(client: Client, user: User) -> None:
    """Sign in, and let sixteen minutes pass."""
    sign_in(client, user)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= timedelta(minutes=16).total_seconds()
    session.save()


def is_asked(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer.url.startswith("/account/reauthenticate/")


def confirm(client: Client, answer: HttpResponse, page: str) -> HttpResponse:
    """Give the password; the act that was asked for goes on."""
    assert is_asked(answer)
    return client.post(answer.url, {"password": PASSWORD, "next": page}, follow=True)


def test_7_5_3_these_acts_ask() -> None:
    assert {name for name, address in ADDRESSES.items() if getattr(address.callback, "step_up", False)} == ASKING
    assert RIGHTS["audits.decide_audit"] == ("body_decision_maker",)


def test_7_5_3_a_certificate_is_issued_after_a_proof(client: Client) -> None:
    scene = make_scene("decision")
    long_ago(client, scene.people["decision_maker"])
    page = f"/audits/{scene.audit.pk}/decision/"
    assert client.get(page).status_code == 200, "reading what is to be decided asks for nothing"
    values = {"granted": "yes", "tier": "base", "route": "panel", "reason": "As the record shows."}
    values["declares_none"] = "on"
    asked = client.post(page, values)
    assert not Decision.objects.exists()
    assert Audit.objects.get().status == AuditStatus.DECISION
    confirm(client, asked, page)
    assert Decision.objects.get().decided_by == scene.people["decision_maker"]
    assert Certificate.objects.filter(audit=scene.audit).exists()


@pytest.mark.parametrize("step", ["suspend", "withdraw"])
def test_7_5_3_a_certificate_is_withdrawn_after_a_proof(client: Client, step: str) -> None:
    scene = make_scene("closed")
    certificate = Certificate.objects.get()
    long_ago(client, scene.people["decision_maker"])
    page = f"/certificates/{certificate.pk}/steps/{step}/"
    asked = client.post(page, {"reason": "Complaints of customers."})
    certificate.refresh_from_db()
    assert certificate.status == CertificateStatus.ACTIVE
    confirm(client, asked, page)
    certificate.refresh_from_db()
    assert certificate.status != CertificateStatus.ACTIVE


def test_7_5_3_scores_are_unsealed_after_a_proof(client: Client) -> None:
    scene = make_judging()
    page = reverse("awards:deliberate", args=[scene.programme.code, "blind", scene.entries[0].code])
    long_ago(client, scene.chair)
    asked = client.get(page)
    assert not Entry.objects.filter(action="award.scores_read").exists()
    assert confirm(client, asked, page).status_code == 200
    assert Entry.objects.filter(action="award.scores_read").count() == 1


def test_7_5_3_results_are_frozen_after_a_proof(client: Client) -> None:
    scene = make_judging()
    long_ago(client, scene.chair)
    assert is_asked(client.post(reverse("awards:freeze", args=[scene.programme.code])))
    assert not Result.objects.exists()


def test_7_5_3_a_wrong_password_opens_nothing(client: Client) -> None:
    scene = make_scene("closed")
    long_ago(client, scene.people["decision_maker"])
    page = f"/certificates/{Certificate.objects.get().pk}/steps/withdraw/"
    asked = client.post(page, {"reason": "x"})
    client.post(asked.url, {"password": "wrong password", "next": page})
    assert Certificate.objects.get().status == CertificateStatus.ACTIVE


def test_7_5_3_a_fragment_is_led_to_the_confirmation_as_a_page(client: Client) -> None:
    scene = make_judging()
    page = reverse("awards:deliberate", args=[scene.programme.code, "blind", scene.entries[0].code])
    long_ago(client, scene.chair)
    answer = client.get(page, headers={"hx-request": "true", "hx-current-url": f"http://testserver{page}"})
    assert answer["HX-Redirect"] == f"/account/reauthenticate/?next={page.replace('/', '%2F')}"
