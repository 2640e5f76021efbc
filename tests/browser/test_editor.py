"""Writing a standard in a real browser: faults while typing, a look in each language, two people on one criterion."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PASSWORD, ROOT, _wait_for, accessibility_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

# Two scheme owners with a draft of the next edition; run by ``manage.py shell`` in the server's own database.
SETUP = f"""
from pathlib import Path
from django.utils import timezone
from accounts.models import Membership, Organisation, Role, User
from standards.services import edition_copy, edition_load, edition_publish, standard_own
now = timezone.now()
owner = Organisation.objects.create(name="Owner of the scheme", country="HK")
for name in ("ann", "ben"):
    user = User.objects.create_user(f"{{name}}@touchstone.example", {PASSWORD!r}, name=name.title())
    Membership.objects.create(user=user, organisation=owner, role=Role.SCHEME_OWNER)
edition = edition_load(data=Path("fixtures/standards/four-block-2026.yaml").read_bytes(), at=now).edition
edition_publish(edition=edition, at=now)
standard_own(code=edition.code, owner=owner, at=now)
edition_copy(edition=edition, version="2027", by=user, at=now)
"""
DRAFT = "/standards/four-block/2027/edit/"
PAGES = (
    *(DRAFT, f"{DRAFT}head/", f"{DRAFT}sections/tiers/", f"{DRAFT}blocks/A/", f"{DRAFT}clauses/A1/"),
    *(f"{DRAFT}clauses/A1/new/", f"{DRAFT}criteria/B1.1/", f"{DRAFT}criteria/A1.2/remove/", f"{DRAFT}import/"),
    *("/standards/four-block/2027/steps/send/", "/standards/four-block/2026/begin/"),
    "/standards/four-block/2026/steps/withdraw/",
)


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a draft of the shipped standard."""
    data = tmp_path_factory.mktemp("drafts")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    leave = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "TOUCHSTONE_WORKER"}
    environment = {name: value for name, value in os.environ.items() if name not in leave}
    environment |= {"TOUCHSTONE_DATA": str(data), "PUBLIC_URL": url}
    for command in (["migrate", "-v0"], ["shell", "-v0", "-c", SETUP]):
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


@pytest.fixture
def enter(drafts: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a browser of its own for Ann or Ben; page errors fail the test."""
    contexts, problems = [], []

    def open_page(person: str, **options: object) -> Page:
        context = chromium.new_context(base_url=drafts, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto("/account/login/")
        page.fill("input[name=login]", f"{person}@touchstone.example")
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{drafts}/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_of_a_draft_have_no_accessibility_fault_and_fit(enter, scheme: str, width: int) -> None:
    page = enter("ann", color_scheme=scheme, viewport={"width": width, "height": 800})
    faults, wide = {}, {}
    for path in PAGES:
        assert page.goto(path).status == 200, path
        faults |= {path: found} if (found := accessibility_faults(page)) else {}
        found_width = page.evaluate("document.documentElement.scrollWidth")
        wide |= {path: found_width} if found_width > width else {}
    assert (faults, wide) == ({}, {})


def test_faults_and_looks_while_typing_with_the_keyboard_alone(enter) -> None:
    page = enter("ann")
    page.goto(f"{DRAFT}criteria/B1.1/")
    page.get_by_role("group", name="Requirement").get_by_label("English").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("The centre shall <b>forecast</b>.")
    page.locator("#fault-requirement__en", has_text="contains HTML; write plain text").wait_for()
    page.get_by_role("button", name="Beside edition 2026").focus()
    page.keyboard.press("Enter")
    page.locator("#look", has_text="Mend the faults first").wait_for()
    page.get_by_role("group", name="Requirement").get_by_label("English").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("The centre shall forecast.")
    page.locator("#faults", has_text="No faults. Not saved yet.").wait_for()
    assert page.inner_text("#fault-requirement__en") == ""
    page.get_by_role("button", name="Beside edition 2026").press("Enter")
    page.locator("#look ins").first.wait_for()
    page.locator("#look .ts-tag", has_text="To be answered again").wait_for()
    page.get_by_role("button", name="繁體中文").press("Enter")
    page.locator("#look [lang=zh-hant]").wait_for()
    assert accessibility_faults(page) == []


def test_two_people_on_one_criterion_choose(enter) -> None:
    ann, ben = enter("ann"), enter("ben")
    for page in (ann, ben):
        page.goto(f"{DRAFT}criteria/C3.2/")
    ben.get_by_role("group", name="Title", exact=True).get_by_label("English").fill("Ben's title")
    ben.get_by_role("button", name="Save", exact=True).click()
    ben.get_by_text("Saved.").wait_for()
    ann.get_by_role("group", name="Title", exact=True).get_by_label("English").fill("Ann's title")
    ann.get_by_role("button", name="Save", exact=True).click()
    ann.get_by_role("heading", name="Somebody else saved this part").wait_for()
    assert ann.input_value("#id_title__en") == "Ann's title"
    assert "Ben's title" in ann.inner_text(".ts-theirs")
    assert accessibility_faults(ann) == []
    ann.get_by_role("button", name="Save mine in its place").click()
    ann.get_by_text("Saved.").wait_for()
    ben.reload()
    assert ben.input_value("#id_title__en") == "Ann's title"
