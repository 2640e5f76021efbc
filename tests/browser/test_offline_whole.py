"""The sheet of a whole standard, 109 criteria of the demo, opens with the network off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
READY = "html[data-queue=ready][data-offline=ready]"


def test_whole_sheet_opens_and_is_typed_in_without_a_network(sign_in: Callable[..., Page]) -> None:
    page = sign_in("mei")
    page.goto("/audits/?q=A-2026-00006")
    page.get_by_role("link", name="A-2026-00006").first.click()
    page.goto(f"{page.url}sheet/")
    page.wait_for_selector(READY)
    page.get_by_role("button", name="Take this audit with me").click()
    expect(page.locator("[data-package-state]")).to_contain_text("On this device until", timeout=120_000)
    page.context.set_offline(True)
    for _ in range(3):
        page.reload(wait_until="commit")
        page.wait_for_selector(READY)
        painted, ready = page.evaluate(PAINTED), page.evaluate("() => performance.now()")
        print(f"whole sheet offline: shown after {painted:.0f} ms, ready {ready:.0f} ms")  # noqa: T201 - to be read
    rows = page.locator("article.ts-row")
    assert rows.count() == 109
    rows.last.locator("textarea[name=note]").fill("typed in the cellar")
    expect(page.locator("#save-state")).to_have_text("1 waiting")
