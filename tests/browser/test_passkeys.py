"""A passkey in a real browser with a virtual authenticator: added under our own policy for scripts, then used alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import PASSWORD, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_and_then_signs_in_alone(live_server: LiveServer, chromium: Browser) -> None:
    user = make_user()
    base = live_server.url.replace("127.0.0.1", "localhost")  # an address of numbers can have no passkey
    context = chromium.new_context(base_url=base)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda note: problems.append(note.text) if note.type == "error" else None)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto("/account/login/")
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form[action='/account/login/'] button[type=submit]").click()
    page.wait_for_url(f"{base}/")
    page.goto("/account/passkeys/new/")
    page.fill("input[name=name]", "Work laptop")
    page.click("#passkey-add")
    page.wait_for_url(f"{base}/account/second-factor/codes/")
    page.goto("/account/second-factor/")
    assert page.get_by_text("Work laptop", exact=True).is_visible()

    context.clear_cookies()
    page.goto("/account/login/")
    page.click("#passkey-use")
    page.wait_for_url(f"{base}/")
    page.goto("/people/profile/")
    assert page.get_by_text(user.email).is_visible()
    assert problems == []
    context.close()
