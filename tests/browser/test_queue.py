"""Nothing typed on the answer sheet is lost: in a real browser, against a real server, while things go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.serving import PASSWORD, Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

pytestmark = pytest.mark.browser
LONG = 30_000  # ms; the machine may be busy
# The audit is on another edition, where A1.1 goes on; as a move leaves it.
MOVED = """
import itertools
from audits.models import Audit
from tests import factories
factories._numbers = itertools.count(900_000 + {audit})
audit = Audit.objects.get(pk={audit})
newer = factories.make_edition(3)
later = audit.answers.create(criterion=newer.criteria.get(code="A1.1"))
later.former.add(audit.answers.get(criterion__code="A1.1", criterion__edition=audit.edition))
Audit.objects.filter(pk=audit.pk).update(edition=newer)
"""
# From a key to the next frame: what the hand feels.
SLOWEST_KEY = """() => {
  window.slowest = 0;
  document.addEventListener("keydown", () => {
    const at = performance.now();
    requestAnimationFrame(() => { window.slowest = Math.max(window.slowest, performance.now() - at); });
  }, true);
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("queue"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
def audit(served: Served) -> int:
    if served.process is None:
        served.start()
    return served.new_audit()


@pytest.fixture
def enter(served: Served, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that signs a person in, in a browser of their own; page errors fail the test."""
    contexts, problems = [], []

    def open_page(person: str, **options: object) -> Page:
        context = chromium.new_context(base_url=served.url, **options)
        context.set_default_timeout(LONG)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        sign_in(page, person)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def sign_in(page: Page, person: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", f"{person}@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


def open_sheet(page: Page, audit: int) -> None:
    page.goto(f"/audits/{audit}/sheet/")
    page.wait_for_selector("html[data-queue=ready]")


def row(page: Page, code: str) -> Locator:
    return page.locator(f"article[data-code='{code}']")


def choose(page: Page, code: str, level: int) -> None:
    row(page, code).locator(f"input[name=level][value='{level}']").check(force=True)


def note(page: Page, code: str) -> Locator:
    return row(page, code).locator("textarea[name=note]")


def state(page: Page, text: str) -> None:
    expect(page.locator("#save-state")).to_have_text(text, timeout=LONG)


def connection(page: Page, kind: str) -> None:
    expect(page.locator("#connection")).to_have_attribute("data-state", kind, timeout=LONG)


def context_of(page: Page) -> BrowserContext:
    return page.context


def test_typing_is_saved_by_itself_and_said_so(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    state(page, "All saved")
    choose(page, "A1.1", 4)
    note(page, "A1.1").press_sequentially("Seen in March, 三月 👩‍💻", delay=5)
    state(page, "All saved")
    expect(row(page, "A1.1")).to_contain_text("Saved by Ann")
    expect(page.locator("#strip")).to_contain_text("1 of 6 answered")
    assert served.answer(audit, "A1.1")[:2] == (4, "Seen in March, 三月 👩‍💻")


def test_a_key_that_cannot_do_it_says_why_to_eye_and_ear(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    told = page.locator("#said.ts-told")
    for key, words in (("x", "always applies"), ("p", "first one shown"), ("9", "no such level")):
        page.keyboard.press(key)
        expect(told).to_contain_text(words)
        expect(told).to_be_in_viewport()
    page.keyboard.press("2")
    state(page, "All saved")
    assert served.answer(audit, "A1.1")[0] == 2


def test_server_killed_while_typing_loses_nothing(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    choose(page, "A1.1", 3)
    state(page, "All saved")
    served.kill()
    assert served.answer(audit, "A1.1")[0] == 3
    choose(page, "A1.2", 2)
    note(page, "A1.2").fill("typed while the server was dead")
    note(page, "A1.1").fill("and this")
    state(page, "2 waiting")
    connection(page, "offline")
    page.close(run_before_unload=False)
    served.start()
    page = context_of(page).new_page()
    open_sheet(page, audit)
    state(page, "All saved")
    assert served.answer(audit, "A1.2")[:2] == (2, "typed while the server was dead")
    assert served.answer(audit, "A1.1")[:2] == (3, "and this")


def test_another_auditor_wrote_meanwhile_and_both_texts_are_kept(enter, served: Served, audit: int) -> None:
    ann, ben = enter("ann"), enter("ben")
    open_sheet(ann, audit)
    open_sheet(ben, audit)
    context_of(ann).set_offline(True)
    choose(ann, "A1.1", 5)
    note(ann, "A1.1").fill("Ann saw five calls.")
    state(ann, "1 waiting")
    choose(ben, "A1.1", 2)
    note(ben, "A1.1").fill("Ben saw two calls.")
    state(ben, "All saved")
    context_of(ann).set_offline(False)
    state(ann, "1 conflict")
    merge = row(ann, "A1.1").locator(".ts-merge")
    expect(merge).to_contain_text("Ben saved another answer")
    both = merge.locator("[data-merge-note]")
    expect(both).to_have_value("Ben saw two calls.\n\nAnn saw five calls.")
    assert served.answer(audit, "A1.1")[:2] == (2, "Ben saw two calls.")
    merge.get_by_role("button", name="Save this").click()
    expect(merge).to_contain_text("Choose the level first.")
    both.fill("Ben saw two calls, Ann five.")
    ann.reload()
    ann.wait_for_selector("html[data-queue=ready]")
    expect(both).to_have_value("Ben saw two calls, Ann five.")
    merge.get_by_label("Yours: 5").check()
    merge.get_by_role("button", name="Save this").click()
    state(ann, "All saved")
    assert served.answer(audit, "A1.1") == (5, "Ben saw two calls, Ann five.", 2)
    kept = served.ask(
        "SELECT v.note FROM audits_answervariant v JOIN audits_answer a ON a.id = v.answer_id WHERE a.audit_id = ?",
        audit,
    )
    assert kept == [("Ann saw five calls.",)]


def test_session_that_ends_meanwhile_keeps_all_and_goes_on_after_signing_in(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    served.run("DELETE FROM django_session")
    note(page, "A1.1").fill("typed after the session had ended")
    connection(page, "signed-out")
    state(page, "1 waiting")
    with context_of(page).expect_page() as opened:
        page.get_by_role("link", name="Sign in again in a new tab").click()
    other = opened.value
    sign_in(other, "ann")
    other.close()
    page.bring_to_front()
    state(page, "All saved")
    connection(page, "online")
    assert served.answer(audit, "A1.1")[1] == "typed after the session had ended"


def test_what_waits_is_never_sent_under_another_name(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    served.run("DELETE FROM django_session")
    note(page, "A1.1").fill("typed by Ann")
    connection(page, "signed-out")
    other = context_of(page).new_page()
    sign_in(other, "ben")
    connection(page, "another-user")
    open_sheet(other, audit)
    expect(note(other, "A1.1")).to_have_value("")
    assert served.answer(audit, "A1.1") == (None, "", 0)
    served.run("DELETE FROM django_session")
    sign_in(other, "ann")
    state(page, "All saved")
    saved = served.ask(
        """SELECT u.name FROM audits_answer a JOIN accounts_user u ON u.id = a.answered_by_id
        WHERE a.audit_id = ? AND a.note = 'typed by Ann'""",
        audit,
    )
    assert saved == [("Ann",)]


def test_audit_closed_meanwhile_keeps_the_text_and_says_so(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    context_of(page).set_offline(True)
    note(page, "A1.1").fill("typed on the train")
    served.run("UPDATE audits_audit SET status = 'technical_review' WHERE id = ?", audit)
    context_of(page).set_offline(False)
    state(page, "1 not taken")
    expect(row(page, "A1.1")).to_contain_text("Technical review")
    expect(note(page, "A1.1")).to_have_value("typed on the train")
    served.run("UPDATE audits_audit SET status = 'fieldwork' WHERE id = ?", audit)
    note(page, "A1.1").press_sequentially("!")
    state(page, "All saved")
    assert served.answer(audit, "A1.1")[1] == "typed on the train!"


def test_two_tabs_of_one_person_show_the_same_and_join(enter, served: Served, audit: int) -> None:
    one = enter("ann")
    two = context_of(one).new_page()
    open_sheet(one, audit)
    open_sheet(two, audit)
    note(one, "A1.1").fill("typed in the first tab")
    expect(note(two, "A1.1")).to_have_value("typed in the first tab")
    choose(two, "A1.1", 4)
    expect(row(one, "A1.1").locator("input[name=level][value='4']")).to_be_checked()
    state(one, "All saved")
    state(two, "All saved")
    assert served.answer(audit, "A1.1")[:2] == (4, "typed in the first tab")


@pytest.mark.parametrize("clock", ["1999-06-01T00:00:00Z", "2061-06-01T00:00:00Z"])
def test_a_clock_that_is_years_off_changes_nothing(enter, served: Served, audit: int, clock: str) -> None:
    page = enter("ann")
    context_of(page).clock.install(time=clock)
    open_sheet(page, audit)
    choose(page, "A1.1", 1)
    context_of(page).clock.run_for(2_000)
    state(page, "All saved")
    ((at,),) = served.ask("SELECT answered_at FROM audits_answer WHERE audit_id = ? AND level = 1", audit)
    assert at[:4] not in clock


def test_criterion_that_moved_edition_meanwhile_keeps_the_text_and_names_its_successor(
    enter, served: Served, audit: int
) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    context_of(page).set_offline(True)
    note(page, "A1.1").fill("typed on the old edition")
    state(page, "1 waiting")
    served.shell(MOVED.format(audit=audit))
    context_of(page).set_offline(False)
    state(page, "1 not taken")
    expect(row(page, "A1.1")).to_contain_text("A1.1")
    expect(note(page, "A1.1")).to_have_value("typed on the old edition")
    kept = served.ask(
        "SELECT v.note FROM audits_answervariant v JOIN audits_answer a ON a.id = v.answer_id WHERE a.audit_id = ?",
        audit,
    )
    assert kept == [("typed on the old edition",)]


def test_typing_never_waits_for_the_network(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    with served.stalled():  # connections are accepted, and nothing ever answers
        choose(page, "A1.2", 3)
        state(page, "1 waiting")
        page.evaluate(SLOWEST_KEY)
        note(page, "A1.1").press_sequentially("typed while nothing answers", delay=5)
        expect(note(page, "A1.1")).to_have_value("typed while nothing answers")
        state(page, "2 waiting")
        choose(page, "A1.3", 4)
        state(page, "3 waiting")
        print(f"slowest key: {page.evaluate('slowest'):.0f} ms")  # noqa: T201 - to be read by whoever measures
        page.close(run_before_unload=False)
    page = context_of(page).new_page()
    open_sheet(page, audit)
    state(page, "All saved")
    assert served.answer(audit, "A1.1")[1] == "typed while nothing answers"
    assert [served.answer(audit, code)[0] for code in ("A1.2", "A1.3")] == [3, 4]


def test_browser_without_a_disk_says_so_and_saves_all_the_same(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: {open() { throw new Error('no') }}})")
    open_sheet(page, audit)
    expect(page.locator("#queue-not-kept")).to_be_visible()
    note(page, "A1.1").fill("kept by the server alone")
    state(page, "All saved")
    assert served.answer(audit, "A1.1")[1] == "kept by the server alone"


def test_disk_that_is_full_warns_and_loses_nothing(enter, served: Served, audit: int) -> None:
    page = enter("ann")
    open_sheet(page, audit)
    page.evaluate("""() => { IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError"); }; }""")
    note(page, "A1.1").fill("typed on a full disk")
    expect(page.locator("#queue-not-kept")).to_be_visible()
    state(page, "All saved")
    assert served.answer(audit, "A1.1")[1] == "typed on a full disk"
