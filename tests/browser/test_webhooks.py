"""Webhooks as an administrator registers them, in light and dark, at a desk and on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.conftest import accessibility_faults

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_an_address_is_registered_tried_and_removed(sign_in, scheme: str, width: int) -> None:
    page = sign_in("grace", color_scheme=scheme, viewport={"width": width, "height": 900})
    faults = {}

    def look(name: str) -> None:
        found = accessibility_faults(page)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        faults.update({name: (found, wide)} if found or wide else {})
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{scheme}.png", full_page=True)

    page.goto("/people/profile/")
    page.locator("main a[href^='/people/organisations/']").first.click()
    page.get_by_role("link", name="Webhooks").click()
    look("list")
    page.get_by_role("link", name="Register an address").click()
    page.fill("input[name=url]", "https://elsewhere.invalid/")
    page.get_by_label("An audit moved on").check()
    page.get_by_role("button", name="Register", exact=True).click()
    assert "does not allow this host" in page.inner_text("main")
    look("refused")
    page.fill("input[name=url]", "https://hooks.invalid/touchstone/incoming/0123456789")
    page.get_by_role("button", name="Register", exact=True).click()
    assert page.get_by_role("textbox", name="Its secret").input_value().startswith("whsec_")
    look("secret")
    page.get_by_role("link", name="Go on, and send a test").click()
    page.get_by_role("button", name="Send a test").click()
    for _ in range(60):  # the local process has to start
        page.wait_for_timeout(500)
        page.reload()
        if "no host of this name" in page.inner_text("main"):
            break
    assert "There is no host of this name." in page.inner_text("main")
    look("sent")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url("**/webhooks/")
    assert faults == {}
