"""Authorisation: each test begins with the number of its row in the checklist (OWASP ASVS 5.0.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import get_resolver
from rules.permissions import permissions

from accounts.access import may
from accounts.models import Centre, Membership, Organisation, Role, User
from audits.models import Audit
from audits.workflow import TRANSITIONS
from config.rights import ELSEWHERE, RELATIONS, RIGHTS, VERBS
from tests.config.test_urls import FOREIGN, access_of, walk
from tests.factories import make_audit, make_centre, make_organisation, make_user
from tests.security.rights_world import kind_of, make_world

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_8_2_1_every_rule_is_promised_and_nothing_else() -> None:
    assert set(permissions) == set(VERBS) | ELSEWHERE
    assert set(RIGHTS) == set(VERBS)
    assert {relation for allowed in RIGHTS.values() for relation in allowed} <= set(RELATIONS)


def test_8_2_1_the_real_rules_keep_the_promise_for_every_relation() -> None:
    people, things = make_world()
    assert set(people) == set(RELATIONS)
    found = {
        verb: tuple(name for name, user in people.items() if may(user, verb, things[kind_of(verb)])) for verb in VERBS
    }
    assert found == RIGHTS


def test_8_2_1_every_step_of_an_engagement_asks_a_promised_rule() -> None:
    assert {step.permission for step in TRANSITIONS.values()} <= set(RIGHTS)


def test_8_2_1_every_address_is_classified() -> None:
    """Pages, fragments, files, the API and the foreign ones: an address that says nothing fails here."""
    found = dict(walk(get_resolver()))
    assert [name for name in found if name not in FOREIGN and not access_of(name)] == []
    assert [name for name in FOREIGN if name not in found] == []


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.DECISION_MAKER, "operator"])
def test_8_2_2_another_organisation_does_not_exist(client: Client, role: str) -> None:
    audit = make_audit()
    centre = audit.centre
    person = make_user(is_staff=True) if role == "operator" else make_user(role)
    client.force_login(person)
    pages = [
        f"/centres/{centre.pk}/",
        f"/people/organisations/{centre.organisation_id}/",
        *(f"/audits/{audit.pk}/{page}" for page in ("", "sheet/", "decision/", "market/", "facts/", "activity/")),
    ]
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 404)
    fresh = User.objects.get(pk=person.pk)
    assert not Audit.objects.visible_to(fresh).exists()
    assert not Centre.objects.visible_to(fresh).exists()
    assert not Organisation.objects.visible_to(fresh).filter(pk=centre.organisation_id).exists()


def test_8_3_2_a_role_that_is_taken_away_is_gone_with_the_next_request(client: Client) -> None:
    organisation = make_organisation()
    centre = make_centre(organisation)
    member = make_user(Role.CENTRE_MANAGER, organisation)
    client.force_login(member)
    assert client.get(f"/centres/{centre.pk}/edit/").status_code == 200
    Membership.objects.filter(user=member).update(role=Role.VIEWER)
    assert client.get(f"/centres/{centre.pk}/edit/").status_code == 403
    Membership.objects.filter(user=member).delete()
    assert client.get(f"/centres/{centre.pk}/edit/").status_code == 404


def test_the_page_of_rights_is_for_administrators_and_operators(client: Client) -> None:
    for person, code in (
        (make_user(Role.ADMINISTRATOR), 200),
        (make_user(is_staff=True), 200),
        (make_user(Role.VIEWER), 403),
    ):
        client.force_login(person)
        assert client.get("/rights/").status_code == code


def test_the_page_of_rights_finds_a_role_and_says_when_nothing_matches(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    page = client.get("/rights/", {"q": "award chair"})
    assert [act for act, _who in page.context["verbs"]] == [
        "Start an award programme",
        "Chair it: judges, stages, results",
        "See an entry with its entrant's name, and its scores",
    ]
    assert "Nothing matches" in client.get("/rights/", {"q": "zzz"}).content.decode()
