"""Every address says who may come in, and means it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import rules
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import get_converters

from accounts.access import PUBLIC, SIGNED_IN
from audits.workflow import TRANSITIONS
from tests.factories import make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

# django-allauth's own views, which carry no decorator of ours. Those in the second set need no account.
FOREIGN_SIGNED_IN = {
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_edit_webauthn",
    "socialaccount_connections",
}
FOREIGN_PUBLIC = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",  # between password and second factor: only with a sign-in that has begun
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "openid_connect_login",
    "openid_connect_callback",
}
OUR_PUBLIC = {
    "healthz",
    "readyz",
    "metrics",
    "service_worker",
    "accounts:join",
    "verify_form",
    "verify",
    "verify_file",
    "verify_issuer",
    "verify_key",
    "verify_json",
    "verify_credential",
    "register",
    "register_file",
    "standards:practice_list",
    "standards:practice",
    "awards:gallery",
}
# One view serves every step of the workflow; which permission it takes stands in the table of transitions.
FROM_WORKFLOW = "audits.<step>"
EXAMPLES = {"int": 1, "str": "x", "slug": "x", "path": "x", "uuid": UUID(int=1), "uuidstr": UUID(int=1)}


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield the full name and the pattern of every address."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = ":".join(part for part in (namespace, entry.namespace) if part)
            yield from walk(entry, inner)
        else:
            yield ":".join(part for part in (namespace, entry.name) if part), entry


ADDRESSES = dict(walk(get_resolver()))
FOREIGN = FOREIGN_PUBLIC | FOREIGN_SIGNED_IN
OURS = sorted(set(ADDRESSES) - FOREIGN)


def access_of(name: str) -> str | dict[str, str] | None:
    """Return the note on a view; a view of the API has one per method."""
    return getattr(ADDRESSES[name].callback, "access", None)


def test_every_address_has_a_name_of_its_own() -> None:
    names = [name for name, _pattern in walk(get_resolver())]
    assert all(names)
    assert sorted(names) == sorted(set(names))


def test_foreign_addresses_are_exactly_the_listed_ones() -> None:
    assert {name for name, pattern in ADDRESSES.items() if pattern.callback.__module__.startswith("allauth")} == FOREIGN


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_addresses_says_who_may_come_in(name: str) -> None:
    access = access_of(name)
    if access == FROM_WORKFLOW:
        asked = [transition.permission for transition in TRANSITIONS.values()]
        assert [permission for permission in asked if not rules.perm_exists(permission)] == []
    elif name.startswith("api:"):
        assert access, f"{name} asks no rule"
        assert [each for each in access.values() if each != SIGNED_IN and not rules.perm_exists(each)] == []
    else:
        assert access in {PUBLIC, SIGNED_IN} or rules.perm_exists(access), f"{name} has access {access!r}"


def test_public_addresses_are_exactly_the_listed_ones() -> None:
    assert {name for name in OURS if access_of(name) == PUBLIC} == OUR_PUBLIC


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name in ADDRESSES if not ADDRESSES[name].pattern.regex.groups))
def test_a_page_asks_strangers_to_sign_in_unless_it_is_public(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    if name in OUR_PUBLIC | FOREIGN_PUBLIC:
        assert response.status_code < 500
        assert not response.headers.get("Location", "").startswith("/account/login/?next=")
    elif name.startswith("api:"):
        assert response.status_code == 401
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in OURS if access_of(name) != PUBLIC])
def test_an_address_refuses_methods_that_it_does_not_name(client: Client, name: str) -> None:
    client.force_login(make_user())
    kinds = {type(converter): kind for kind, converter in get_converters().items()}
    arguments = {key: EXAMPLES[kinds[type(value)]] for key, value in ADDRESSES[name].pattern.converters.items()}
    assert client.generic("TRACE", reverse(name, kwargs=arguments)).status_code == 405
