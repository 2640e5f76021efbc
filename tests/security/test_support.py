"""Operators see nothing of an organisation without its leave, which ends by the clock and stands in the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.models import Centre, Organisation, Role, User
from accounts.services import support_end, support_grant
from audits.models import Audit
from ledger.models import Entry
from tests.factories import make_audit, make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def seen_by(user: User) -> tuple[int, int, int]:
    """Count what a person sees: organisations, centres, audits."""
    fresh = User.objects.get(pk=user.pk)
    return tuple(model.objects.visible_to(fresh).count() for model in (Organisation, Centre, Audit))


def test_without_a_grant_operators_see_nothing() -> None:
    make_audit()
    assert seen_by(make_user(is_staff=True, is_superuser=True)) == (0, 0, 0)


def test_a_grant_opens_reading_and_nothing_else_until_it_ends(client: Client) -> None:
    organisation, at = make_organisation(), timezone.now()
    centre = make_centre(organisation)
    make_centre()
    operator, administrator = make_user(is_staff=True), make_user(Role.ADMINISTRATOR, organisation)
    grant = support_grant(organisation=organisation, hours=4, reason="a list is empty", by=administrator, at=at)
    assert seen_by(operator)[:2] == (1, 1)
    client.force_login(operator)
    assert client.get(f"/centres/{centre.pk}/").status_code == 200
    assert client.get(f"/centres/{centre.pk}/edit/").status_code == 403
    assert client.get(f"/people/organisations/{organisation.pk}/support/").status_code == 403
    support_end(grant=grant, by=administrator, at=at + timedelta(minutes=1))
    assert seen_by(operator) == (0, 0, 0)
    assert client.get(f"/centres/{centre.pk}/").status_code == 404
    told = list(Entry.objects.filter(subject=f"organisation:{organisation.pk}").values_list("action", flat=True))
    assert told[0] == "organisation.support_granted"
    assert told[-1] == "organisation.support_ended"
    assert "organisation.support_used" in told


def test_a_grant_expires_by_itself() -> None:
    organisation = make_organisation()
    administrator, operator = make_user(Role.ADMINISTRATOR, organisation), make_user(is_staff=True)
    ago = timezone.now() - timedelta(hours=5)
    support_grant(organisation=organisation, hours=4, reason="x", by=administrator, at=ago)
    assert seen_by(operator)[0] == 0


def test_a_grant_is_for_operators_only() -> None:
    organisation = make_organisation()
    administrator = make_user(Role.ADMINISTRATOR, organisation)
    support_grant(organisation=organisation, hours=4, reason="x", by=administrator, at=timezone.now())
    assert seen_by(make_user())[0] == 0


def test_the_administrator_gives_and_ends_it_on_the_page(client: Client) -> None:
    organisation = make_organisation()
    client.force_login(make_user(Role.ADMINISTRATOR, organisation))
    page = f"/people/organisations/{organisation.pk}/support/"
    assert client.post(page, {"reason": "", "hours": "4"}).status_code == 422
    assert client.post(page, {"reason": "a list is empty", "hours": "1000"}).status_code == 422
    client.post(page, {"reason": "a list is empty", "hours": "4"})
    grant = organisation.support_grants.get()
    assert "a list is empty" in client.get(f"/people/organisations/{organisation.pk}/").content.decode()
    client.post(f"/people/support/{grant.pk}/end/")
    grant.refresh_from_db()
    assert grant.ended_at is not None


def test_others_neither_give_nor_end_it(client: Client) -> None:
    organisation = make_organisation()
    administrator = make_user(Role.ADMINISTRATOR, organisation)
    grant = support_grant(organisation=organisation, hours=4, reason="x", by=administrator, at=timezone.now())
    for person, code in ((make_user(Role.VIEWER, organisation), 403), (make_user(Role.ADMINISTRATOR), 404)):
        client.force_login(person)
        assert client.get(f"/people/organisations/{organisation.pk}/support/").status_code == code
        assert client.post(f"/people/support/{grant.pk}/end/").status_code == code
