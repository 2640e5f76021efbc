"""Measuring in a real browser: how far it is is said, it can be cancelled, and what is too large never sets out."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT
from tests.browser.serving import Served
from tests.browser.test_queue import enter as enter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ROWS, LONG = 300_000, 60_000
ROW = "{id};2026-03-{day:02d} {hour:02d}:{minute:02d}:00;{wait};answered;240;agent{agent};customer{customer};billing\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("records"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
def records(served: Served) -> str:
    """The address of the page of records of the audited centre."""
    ((centre,),) = served.ask("SELECT min(centre_id) FROM audits_audit")
    return f"/benchmarks/centres/{centre}/records/"


def write_contacts(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("id;arrived;wait seconds;outcome;handle seconds;agent;customer;reason\n")
        for number in range(ROWS):
            moment = {"day": 1 + number % 28, "hour": 8 + number % 10, "minute": number % 60}
            people = {"agent": number % 40, "customer": number % 9_000}
            file.write(ROW.format(id=number, wait=number % 90, **moment, **people))
    return path


def test_progress_is_said_and_cancelled_work_leaves_nothing(
    served: Served, records: str, enter: Callable[..., Page], tmp_path: Path
) -> None:
    page = enter("mia")
    page.goto(records)
    page.get_by_label("Records", exact=False).first.set_input_files(write_contacts(tmp_path / "march.csv"))
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/benchmarks/records/*/", timeout=LONG)
    page.goto(records)
    page.get_by_role("button", name="Look at the quality").click()
    progress = page.locator("#progress")
    expect(progress.get_by_role("status")).to_contain_text("Queued")
    expect(progress.get_by_role("progressbar")).to_be_visible()
    command = [sys.executable, "manage.py", "work_outbox", "--once"]
    with (served.data / "worker.log").open("ab") as log:
        worker = subprocess.Popen(command, cwd=ROOT, env=served.environment, stdout=log, stderr=log)
    try:
        expect(progress.get_by_role("status")).to_contain_text("Reading", timeout=LONG)
        expect(progress).to_contain_text("%")
        progress.get_by_role("button", name="Cancel").click()
        expect(page.locator("#progress")).to_contain_text("Nothing was stored", timeout=LONG)
        expect(page.locator("#progress").get_by_role("button", name="Try again")).to_be_visible()
    finally:
        worker.wait(timeout=120)
    # The worker has come to its next step, and stopped there.
    assert served.ask("SELECT status, report FROM benchmarks_recordsjob") == [("cancelled", "[]")]
    assert served.ask("SELECT count(*) FROM benchmarks_measurementrun") == [(0,)]
    assert not list(served.data.rglob(".writing-*"))
    assert not list(served.data.rglob("*.duckdb"))
    page.goto(records)
    expect(page.get_by_text("march.csv")).to_be_visible()  # it waits as before


def test_four_gigabytes_are_refused_before_they_are_sent(
    served: Served, records: str, enter: Callable[..., Page], tmp_path: Path
) -> None:
    path = tmp_path / "year.csv"
    with path.open("wb") as file:
        file.truncate(4 << 30)  # sparse: it takes no room
    page = enter("mia")
    page.goto(records)
    field = page.locator("input[type=file][data-most-bytes]")
    field.set_input_files(path)
    began = time.monotonic()
    page.get_by_role("button", name="Upload").click()
    said = field.evaluate("field => field.validationMessage")
    assert "larger than this installation takes at once (512" in said
    assert page.url.endswith(records)
    assert time.monotonic() - began < 30
    assert served.ask("SELECT count(*) FROM benchmarks_recordsupload WHERE name = 'year.csv'") == [(0,)]
