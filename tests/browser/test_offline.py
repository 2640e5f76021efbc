"""An audit that was taken along opens and takes everything in with no network at all, and gives it back later."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.serving import PASSWORD
from tests.browser.test_queue import audit, choose, connection, enter, note, open_sheet, row, served, sign_in, state

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.serving import Served

__all__ = ["PASSWORD", "audit", "enter", "served"]  # fixtures
pytestmark = pytest.mark.browser
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def take_along(page: Page, audit: int) -> None:
    page.wait_for_selector("html[data-offline=ready]")
    page.get_by_role("button", name="Take this audit with me").click()
    expect(page.locator("[data-package-state]")).to_contain_text("On this device until", timeout=60_000)


def test_tab_killed_and_opened_again_without_a_network(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    choose(page, "A1.2", 1)
    state(page, "All saved")
    take_along(page, audit)
    choose(page, "A1.3", 2)  # saved after the package was made: the page in it is older
    state(page, "All saved")
    page.context.set_offline(True)
    choose(page, "A1.1", 4)
    note(page, "A1.1").fill("typed in the cellar")
    state(page, "1 waiting")
    page.close(run_before_unload=False)

    page = page.context.new_page()
    start = time.perf_counter()
    open_sheet(page, audit)
    opened = time.perf_counter() - start
    expect(note(page, "A1.1")).to_have_value("typed in the cellar")
    for code, level in (("A1.1", 4), ("A1.2", 1), ("A1.3", 2)):
        expect(row(page, code).locator(f"input[name=level][value='{level}']")).to_be_checked()
    state(page, "1 waiting")
    print(f"offline sheet opened in {opened * 1000:.0f} ms")  # noqa: T201 - to be read by whoever measures
    page.goto("/standards/")
    expect(page.locator("main")).to_contain_text("This page needs a connection")
    served.kill()
    page.context.set_offline(False)
    open_sheet(page, audit)
    note(page, "A1.1").press_sequentially(", and with the server dead")
    state(page, "1 waiting")
    served.start()
    state(page, "All saved")
    connection(page, "online")
    assert served.answer(audit, "A1.1")[:2] == (4, "typed in the cellar, and with the server dead")
    assert served.answer(audit, "A1.3")[:1] == (2,)


def test_photo_and_finding_made_without_a_network_arrive_once(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    take_along(page, audit)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-offline=ready]")
    row(page, "A1.1").locator("h3").click()
    panel = page.locator(".ts-panel:visible")
    finding = panel.locator("form[hx-post$='/findings/']")
    finding.locator("select[name=kind]").select_option("opportunity")
    finding.locator("[name=statement]").fill("Seen in the cellar.")
    finding.locator("[name=objective_evidence]").fill("Call 17.")
    finding.get_by_role("button").click()
    expect(finding).to_contain_text("kept on this device")
    evidence = panel.locator("form[data-evidence]")
    evidence.locator("input[name=file]").set_input_files({"name": "wall.png", "mimeType": "image/png", "buffer": PNG})
    expect(evidence).to_contain_text("Kept in this browser")
    expect(page.locator("#waiting-open")).to_have_text("2 waiting")
    page.close(run_before_unload=False)

    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto("/")  # any page sends what waits
    page.wait_for_selector("html[data-offline=ready]")
    expect(page.locator("#waiting-open")).to_be_hidden(timeout=30_000)
    assert served.ask("SELECT statement FROM audits_finding WHERE audit_id = ?", audit) == [("Seen in the cellar.",)]
    assert served.ask("SELECT filename FROM audits_evidence WHERE audit_id = ?", audit) == [("wall.png",)]


def test_signing_out_asks_while_something_waits_and_then_leaves_nothing(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    take_along(page, audit)
    served.run("UPDATE audits_audit SET status = 'technical_review' WHERE id = ?", audit)
    note(page, "A1.1").fill("not sent")
    state(page, "1 not taken")
    page.locator(".ts-bar .dropdown-toggle").click()
    page.get_by_role("button", name="Sign out").click()
    dialog = page.locator("#waiting")
    expect(dialog).to_contain_text("not sent")
    dialog.get_by_role("button", name="Go on working").click()
    expect(note(page, "A1.1")).to_have_value("not sent")
    page.locator(".ts-bar .dropdown-toggle").click()
    page.get_by_role("button", name="Sign out").click()
    dialog.get_by_role("button", name="Delete them and sign out").click()
    page.wait_for_url(lambda url: "/sheet/" not in url)
    left = page.evaluate("async () => [await caches.keys(), (await indexedDB.databases()).map((each) => each.name)]")
    assert [name for name in left[0] if name != "touchstone-static"] == []
    assert left[1] == []


def test_pages_of_one_person_are_gone_when_another_signs_in(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    take_along(page, audit)
    served.run("DELETE FROM django_session")
    sign_in(page, "ben")
    page.wait_for_selector("html[data-offline=ready]")
    names = page.evaluate("caches.keys()")
    assert [name for name in names if name.startswith("touchstone-u")] == []
    page.context.set_offline(True)
    with pytest.raises(Exception, match="net::"):
        page.goto(f"/audits/{audit}/sheet/")
