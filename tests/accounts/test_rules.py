"""Rights by role, and that the rule to view agrees with what ``visible_to`` shows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from accounts.access import may, require
from accounts.models import AUDIT_STAFF, Centre, Organisation, Role
from tests.factories import make_centre, make_organisation, make_user

pytestmark = pytest.mark.django_db
EDITORS = {Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER}
MATRIX = {
    "accounts.view_organisation": set(Role),
    "accounts.manage_organisation": {Role.ADMINISTRATOR},
    "accounts.add_centre": EDITORS,
    "accounts.view_centre": set(Role),
    "accounts.change_centre": EDITORS,
}


@pytest.mark.parametrize("permission", MATRIX)
@pytest.mark.parametrize("role", Role)
def test_rights_of_each_role_at_home_and_elsewhere(permission: str, role: str) -> None:
    home, elsewhere = make_centre(), make_centre()
    user = make_user(role, home.organisation)
    about_centre = permission in {"accounts.view_centre", "accounts.change_centre"}
    assert may(user, permission, home if about_centre else home.organisation) == (role in MATRIX[permission])
    assert not may(user, permission, elsewhere if about_centre else elsewhere.organisation)


@pytest.mark.parametrize("permission", [*MATRIX, "accounts.add_organisation"])
def test_nobody_anonymous_has_a_right(permission: str) -> None:
    about_centre = permission in {"accounts.view_centre", "accounts.change_centre"}
    assert not may(AnonymousUser(), permission, make_centre() if about_centre else make_organisation())


def test_only_operators_add_organisations() -> None:
    assert may(make_user(is_staff=True), "accounts.add_organisation")
    assert not may(make_user(Role.ADMINISTRATOR), "accounts.add_organisation")
    assert not may(make_user(is_staff=True, is_active=False), "accounts.add_organisation")


def test_operators_and_superusers_see_no_organisation_that_is_not_theirs() -> None:
    centre = make_centre()
    operator = make_user(is_staff=True, is_superuser=True)
    assert not may(operator, "accounts.view_centre", centre)
    assert not may(operator, "accounts.manage_organisation", centre.organisation)
    assert not Centre.objects.visible_to(operator).exists()


@pytest.mark.parametrize("role", Role)
def test_visible_centres_are_those_one_may_view(role: str) -> None:
    home, mandated, foreign = make_centre(), make_centre(), make_centre()
    mandated.organisation.audit_bodies.add(home.organisation)
    home.organisation.audit_bodies.add(foreign.organisation)
    user = make_user(role, home.organisation)
    visible = set(Centre.objects.visible_to(user))
    assert visible == {centre for centre in (home, mandated, foreign) if may(user, "accounts.view_centre", centre)}
    assert (mandated in visible) == (role in AUDIT_STAFF)
    assert foreign not in visible


def test_visible_organisations_are_those_one_may_view() -> None:
    home, foreign = make_organisation(), make_organisation()
    user = make_user(Role.VIEWER, home)
    assert list(Organisation.objects.visible_to(user)) == [home]
    assert may(user, "accounts.view_organisation", home)
    assert not may(user, "accounts.view_organisation", foreign)
    assert not Organisation.objects.visible_to(AnonymousUser()).exists()


def test_require_raises_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    user, organisation = make_user(), make_organisation()
    with pytest.raises(PermissionDenied):
        require(user, "accounts.manage_organisation", organisation)
    assert f"denied accounts.manage_organisation on Organisation {organisation.pk} to user {user.pk}" in caplog.text


def test_a_misspelt_permission_is_found_at_once() -> None:
    with pytest.raises(LookupError, match=r"accounts\.mange"):
        may(make_user(), "accounts.mange_organisation")
