"""A real server on a database of its own, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PASSWORD = "touchstone-demo-2026"


@pytest.fixture(scope="session")
def served_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder in which the served database lies."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def server(served_data: Path) -> Iterator[str]:
    """Serve the demo data as ``bin/demo`` does, but without a worker: exports start their own process."""
    data = served_data
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    leave = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "TOUCHSTONE_WORKER"}
    environment = {name: value for name, value in os.environ.items() if name not in leave}
    environment |= {"TOUCHSTONE_DATA": str(data), "PUBLIC_URL": url, "WEBHOOK_HOSTS": "hooks.invalid"}
    for command in (["migrate", "-v0"], ["load_demo"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(f"{url}/healthz")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium. Without one these tests are skipped, except in CI, where that is a failure."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        reason = "no Chromium found; bin/test installs it where it may, or set CHROMIUM to its path"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The browser's event loop runs in this thread, which uses the database too, and takes it down at the end.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def sign_in(server: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a browser of its own for a person of the demo; page errors fail the test."""
    contexts, problems = [], []

    def open_page(person: str, **options: object) -> Page:
        context = chromium.new_context(base_url=server, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda note: problems.append(note.text) if _is_fault(note.type, note.text) else None)
        if person:
            page.goto("/account/login/")
            page.fill("input[name=login]", f"{person}@touchstone.example")
            page.fill("input[name=password]", PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(f"{server}/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def _is_fault(kind: str, text: str) -> bool:
    """Browsers log every 4xx answer as an error; those that a test provokes are looked at there."""
    return kind == "error" and "Failed to load resource" not in text


def accessibility_faults(page: Page) -> list[str]:
    """Run axe-core with the rules of WCAG 2.2 A and AA; return what it finds, with the elements."""
    page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags}).then(result => result.violations)", tags)
    return [f"{fault['id']}: {', '.join(node['html'][:120] for node in fault['nodes'][:5])}" for fault in found]
