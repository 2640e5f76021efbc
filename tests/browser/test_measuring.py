"""From an export to figures in the browser: upload, guesses, how far it is, stopping it, and the run."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import accessibility_faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MANY = 90_000
SLOW = 180_000  # ms: the worker starts a process of its own
QUEUES = ("Sales", "Service", "Complaints")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Write an export of calls in May, with heads of its own and every ninth call given up."""
    begin = datetime(2026, 5, 1)  # noqa: DTZ001 - an export in local time
    chance = Random(20260501)  # noqa: S311 - no secret
    path = tmp_path / "calls-may.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("Call ID;Skill group;Agent name;Queue entry;Answered at;Hung up at;Caller number\n")
        for number in range(MANY):
            entry = begin + timedelta(seconds=chance.randrange(31 * 86_400))
            until = entry + timedelta(seconds=chance.randrange(60))
            end = until + timedelta(seconds=chance.randrange(30, 600))
            agent, answered, ended = ("", "", until) if number % 9 == 0 else (f"Agent {number % 40}", until, end)
            out.write(f"{number};{QUEUES[number % 3]};{agent};{entry};{answered};{ended};5550{number % 7_000:05}\n")
    return path


def test_an_export_is_mapped_looked_at_stopped_and_measured(sign_in: Callable[..., Page], export: Path) -> None:
    page = sign_in("priya")
    page.goto("/centres/")
    page.get_by_role("link", name="Sheffield Customer Centre").click()
    page.get_by_role("link", name="Measure from records").click()
    page.set_input_files("input[type=file]", export)
    page.get_by_role("button", name="Upload").click()

    stated = page.get_by_role("region", name="What the file looks like")
    expect(stated.get_by_role("row", name="Whoever has this moment was answered.")).to_contain_text("Answered at")
    assert accessibility_faults(page) == []

    page.get_by_role("button", name="Look at the quality").click()
    bar = page.get_by_role("progressbar", name="Progress of the work")
    expect(bar).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Nothing was stored.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    go_on = page.get_by_role("button", name="The records are as they should be: measure")
    expect(go_on).to_be_visible(timeout=SLOW)  # the page looks by itself, and goes on when the work is done
    expect(page.get_by_role("main")).to_contain_text(f"{MANY:,}")

    go_on.click()
    page.wait_for_url("**/benchmarks/runs/*/", timeout=SLOW)
    expect(page.get_by_role("row").filter(has_text="Abandonment").first).to_contain_text("11.1")
