"""The main job, by five people in a real browser: from raw records to a decided audit, its PDF and its certificate."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pypdf
import pytest
from playwright.sync_api import expect

from reports.demo.records import Traffic, write_contacts

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

CENTRE = "Hull Service Centre"
RECORDS_FROM = date(2026, 7, 1)
YESTERDAY = date.today() - timedelta(days=1)  # noqa: DTZ011 - the browser's own day


def centre_is_added(page: Page) -> None:
    page.goto("/centres/new/")
    page.get_by_label("Organisation", exact=False).first.select_option(label="Northmoor Energy (demo)")
    page.get_by_label("Name").fill(CENTRE)
    page.get_by_label("City").fill("Hull")
    page.get_by_label("Country").fill("GB")
    page.get_by_label("Industry").select_option("energy")
    page.get_by_label("Voice").check()
    page.get_by_label("Languages").fill("en")
    page.get_by_label("Seats").fill("85")
    page.locator("main form [type=submit]").last.click()
    expect(page.get_by_role("heading", name=CENTRE)).to_be_visible()


def records_are_measured(page: Page, records: Path) -> None:
    page.goto("/centres/")
    page.get_by_role("link", name=CENTRE).click()
    page.get_by_role("link", name=re.compile("easure")).first.click()
    page.get_by_role("link", name="Measure from records").first.click()
    page.get_by_role("link", name="With a mapping file").click()
    page.locator("input[type=file]").first.set_input_files(records)
    page.get_by_label("Mapping").first.select_option(label="Contact export, one row per contact")
    page.locator("main form [type=submit]").last.click()
    # A worker starts, measures, and the page with the progress bar goes on to the run by itself.
    page.wait_for_url("**/benchmarks/runs/*/", timeout=180_000)
    expect(page.get_by_text("Service level").first).to_be_visible()


def audit_is_planned(page: Page) -> str:
    page.goto("/audits/new/")
    page.get_by_label("Centre").select_option(label=CENTRE)
    page.get_by_label("Kind").select_option("certification")
    page.get_by_label("Edition").select_option(index=1)
    page.get_by_label("Scope").fill("All contact by telephone.")
    page.get_by_label("On site from").fill("2026-11-02")
    page.get_by_label("On site to").fill("2026-11-06")
    page.get_by_label("Conducting organisation").select_option(index=1)
    page.get_by_label("Team leader").select_option(label="Mei Lau 劉美怡")
    page.locator("main form [type=submit]").click()
    expect(page.get_by_text("The audit is drafted")).to_be_visible()
    return page.url


def interests_are_declared(page: Page, audit: str) -> None:
    page.goto(f"{audit}conflicts/")
    page.get_by_label("No conflict of interest").check()
    page.get_by_role("button", name="Declare").click()
    expect(page.locator(".alert-success")).to_be_visible()


def work_starts(page: Page, audit: str) -> None:
    page.goto(audit)
    step(page, "Confirm the plan")
    step(page, "Start stage 1")
    page.get_by_role("link", name="Stage 1", exact=True).click()
    page.get_by_label("Held on").fill(f"{YESTERDAY}")
    page.get_by_label("Ready for stage 2", exact=True).check()
    page.get_by_label("What was looked at").fill("The manual and the last review.")
    page.get_by_role("button", name="Record stage 1").click()
    page.goto(audit)
    step(page, "Start stage 2")


def meeting_is_held(page: Page, audit: str, kind: str) -> None:
    page.goto(f"{audit}meetings/{kind}/")
    page.get_by_label("Held").fill(f"{YESTERDAY}T{'09' if kind == 'opening' else '15'}:00")
    page.get_by_label("Who was there").fill("Everybody.")
    page.get_by_role("button", name="Record the meeting").click()
    expect(page.locator(".alert-success")).to_be_visible()


def report_is_drafted(page: Page, audit: str) -> None:
    meeting_is_held(page, audit, "opening")
    step(page, "Go to the closing meeting")
    meeting_is_held(page, audit, "closing")
    step(page, "Draft the report")


def no_conflict_is_declared(page: Page) -> None:
    box = page.get_by_label("I declare that I have no conflict of interest")
    if box.count():
        box.check()


def step(page: Page, name: str, reason: str = "") -> None:
    page.get_by_role("link", name=name).click()
    if reason:
        page.get_by_label("Reason").fill(reason)
        no_conflict_is_declared(page)
    page.get_by_role("button", name=name).click()
    expect(page.locator(".alert-success")).to_be_visible()


def sheet_is_filled(page: Page, audit: str) -> None:
    page.goto(audit)
    page.get_by_role("link", name="Answer sheet").click()
    first, drawer = page.locator("article").first, page.locator("#drawer")
    drawer.locator("input[type=file][name=file]").set_input_files(
        {"name": "promise.txt", "mimeType": "text/plain", "buffer": b"Service promise, version 3"}
    )
    expect(drawer.get_by_role("link", name="promise.txt")).to_be_visible()
    drawer.get_by_label("Grading").select_option("opportunity")
    drawer.get_by_label("Statement").fill("The promise could name the bot.")
    drawer.get_by_label("Objective evidence").fill("Version 3 of the promise, page 2.")
    drawer.get_by_role("button", name="Raise the finding").click()
    expect(drawer.get_by_text("The promise could name the bot.")).to_be_visible()
    rows = page.locator("article form[data-answer-form]")
    for index in range(6):
        rows.nth(index).locator("[name=level][value='4']").check(force=True)
    # The rest at one go: a hundred clicks of a driver take minutes, and show nothing that six do not.
    page.evaluate(
        """() => document.querySelectorAll("article form[data-answer-form] [name=level][value='4']:not(:checked)")
            .forEach((level) => {
                level.checked = true;
                level.dispatchEvent(new Event("input", { bubbles: true }));
            })"""
    )
    first.get_by_placeholder("Reasons and what was seen").fill("Read, and three agents knew it.")
    expect(page.locator(".ts-state", has_text="Saved by")).to_have_count(rows.count(), timeout=180_000)
    expect(page.locator("#save-state")).to_have_text("All saved", timeout=30_000)
    page.reload()
    expect(page.locator(".ts-score").first).to_contain_text("800.0")
    expect(first.get_by_placeholder("Reasons and what was seen")).to_have_value("Read, and three agents knew it.")


def facts_and_texts_are_stated(page: Page, audit: str) -> None:
    page.goto(f"{audit}facts/")
    for label, value in (
        ("Liveness of the service manual", "82"),
        ("Trained internal auditors", "3"),
        ("Internal auditors with a project filed", "3"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Route of the decision").select_option("panel")
    page.get_by_role("button", name="Save the facts").click()
    expect(page.locator(".alert-success")).to_be_visible()
    page.goto(f"{audit}texts/")
    page.get_by_label("Executive summary").fill("赫爾中心守時、守信。 Hull keeps its promise.")
    page.get_by_role("button", name="Save the texts").click()
    expect(page.locator(".alert-success")).to_be_visible()


def market_is_compared(page: Page, audit: str) -> None:
    page.goto(f"{audit}market/")
    page.get_by_label("Measurements").select_option(index=1)
    page.get_by_label("Market release").select_option(index=1)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Average speed of answer")).to_be_visible()


def computed_levels_are_taken(page: Page, audit: str) -> None:
    """Take what the measurements give where they give anything; elsewhere the assessor's answer stays."""
    page.goto(f"{audit}sheet/")
    rows = page.locator("article", has=page.locator("h3 .ts-code", has_text=re.compile(r"^D[234]\.")))
    taken = 0
    for index in range(rows.count()):
        rows.nth(index).locator("h3").click()
        panel = page.locator(f"#panel-{rows.nth(index).get_attribute('data-answer')}")
        expect(panel.get_by_role("heading", name="What to look at")).to_be_visible()
        button = panel.get_by_role("button", name=re.compile("Take the computed level"))
        if button.count():
            button.click()
            expect(button).to_have_count(0)
            taken += 1
    assert taken > 0


def old_figures_are_waived(page: Page, audit: str) -> int:
    page.goto(f"{audit}market/")
    waived = 0
    while page.get_by_role("button", name="Grant the waiver").count():
        page.get_by_label("Reason").fill("No newer figure is published for this market.")
        page.get_by_role("button", name="Grant the waiver").click()
        expect(page.locator(".alert-success")).to_be_visible()
        waived += 1
    return waived


def report_is_downloaded(page: Page, audit: str) -> pypdf.PdfReader:
    page.goto(audit)
    page.get_by_role("button", name="PDF report").click()
    link = page.get_by_role("link", name=re.compile("Download"))
    expect(link).to_be_visible(timeout=120_000)
    with page.expect_download() as download:
        link.click()
    return pypdf.PdfReader(io.BytesIO(download.value.path().read_bytes()))


def test_from_raw_records_to_certificate_and_report(sign_in, tmp_path: Path) -> None:
    records = tmp_path / "hull-2026-q3.csv"
    write_contacts(records, Traffic(per_day=380, mean_wait=60, no_wait=0.85), first=RECORDS_FROM, days=92, seed=11)

    priya = sign_in("priya")
    centre_is_added(priya)
    records_are_measured(priya, records)

    daniel = sign_in("daniel")
    audit = audit_is_planned(daniel)

    mei = sign_in("mei")
    interests_are_declared(mei, audit)
    work_starts(daniel, audit)
    sheet_is_filled(mei, audit)
    facts_and_texts_are_stated(mei, audit)
    market_is_compared(mei, audit)

    helena = sign_in("helena")
    assert old_figures_are_waived(helena, audit) >= 1

    computed_levels_are_taken(mei, audit)
    mei.goto(audit)
    report_is_drafted(mei, audit)
    step(mei, "Submit for technical review")
    daniel.goto(audit)
    step(daniel, "Approve the technical review", "Evidence and grading support the result.")
    helena.goto(audit)
    helena.get_by_role("link", name="Decide", exact=True).click()
    helena.get_by_label("Grant certification").check()
    helena.get_by_label("Tier").select_option("operational")
    no_conflict_is_declared(helena)
    helena.get_by_label("Reasons").fill("Above the market, all gates of the tier met.")
    helena.get_by_role("button", name="Record the decision").click()
    expect(helena.get_by_text("The certificate is issued.")).to_be_visible()

    priya.goto(audit)
    report = report_is_downloaded(priya, audit)
    text = "\n".join(page.extract_text() for page in report.pages)
    assert CENTRE in text
    assert "赫爾中心守時" in text
    assert all(re.search(rf"\b{code}\b", text) for code in ("A1.1", "B4.2", "C3.2", "D4.5"))
    assert len(report.pages) >= 20

    code = helena.locator("a[href^='/verify/']").first.get_attribute("href")
    anybody = sign_in("")
    anybody.goto(code)
    expect(anybody.get_by_text(CENTRE)).to_be_visible()
    expect(anybody.get_by_text("Active", exact=False).first).to_be_visible()
