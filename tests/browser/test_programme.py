"""An award from its template to the plaque, by the people who run it, enter it and judge it, in three languages."""

from __future__ import annotations

import io
import random
import re
import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pypdf
import pytest
from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TEMPLATES = ("excellence", "stage-gate", "four-ps")  # the last one is played to its end
NAMES = re.compile(
    "evergreen|長青|长青|九龍|九龙|kowloon|northmoor|sheffield|深圳|shenzhen|starling|carmen|priya", re.IGNORECASE
)
CRITERIA = ("strategy", "people", "process", "platform", "performance")


class Award:
    """The programme under way; days go by in its database."""

    def __init__(self, database: Path, code: str) -> None:
        """Keep where it is."""
        self.database, self.code = database, code

    @property
    def url(self) -> str:
        """Return its address."""
        return f"/awards/{self.code}"

    def days_pass(self, days: int) -> None:
        """Put every moment of the programme so many days earlier."""
        sql = """UPDATE awards_stage SET opens_at = datetime(opens_at, ?), closes_at = datetime(closes_at, ?)
            WHERE programme_id = (SELECT id FROM awards_programme WHERE code = ?)"""
        with closing(sqlite3.connect(self.database, timeout=20)) as connection, connection:
            connection.execute(sql, (f"-{days} days", f"-{days} days", self.code))


def send(page: Page, form: str = "main form") -> None:
    page.locator(f"{form} [type=submit]").last.click()


def programme_is_made(page: Page, template: str) -> str:
    page.goto("/awards/new/")
    page.locator(f"input[name=template][value={template}]").check()
    page.get_by_label("Organiser").select_option(index=0)
    page.get_by_label("Name").fill(f"Award by {template}")
    page.get_by_label("Entries open on").fill(f"{date.today()}")  # noqa: DTZ011 - the browser's own day
    send(page)
    expect(page.get_by_role("heading", name=f"Award by {template}")).to_be_visible()
    return page.url.rstrip("/").rsplit("/", 1)[1]


def method_is_declared_and_entries_open(page: Page, award: Award) -> None:
    page.goto(f"{award.url}/method/")
    page.get_by_label("Result").select_option("mean")
    page.get_by_label("Judges per entry").fill("3")
    send(page)
    page.get_by_role("button", name="Open for entries").click()
    expect(page.locator(".ts-page-head .ts-tag.is-good")).to_have_text("Open")


def table(path: Path, *scores: int, cluster: str = "day") -> Path:
    rows = [f"{number},{number % 6},{('voice', 'chat')[number % 2]},{score}" for number, score in enumerate(scores, 1)]
    path.write_text("\n".join([f"respondent,{cluster},channel,score", *rows]), encoding="utf-8")
    return path


def entry_is_begun(page: Page, award: Award, centre: str, title: str) -> str:
    page.goto(f"{award.url}/enter/")
    organisation = page.locator("select[name=organisation]")
    organisation.select_option(index=organisation.locator("option").count() - 1)
    option = page.locator("select[name=centre] option").filter(has_text=centre)
    page.locator("select[name=centre]").select_option(option.get_attribute("value"))
    page.locator("select[name=category]").select_option("centre")
    page.locator("input[name=title]").fill(title)
    page.locator("input[name=title]").blur()
    expect(page.locator("#answers .ts-tag.is-good")).to_have_count(2)  # the answer comes while the form is filled
    expect(page.locator("#answers .ts-tag.is-bad")).to_have_count(0)
    send(page, "#enter-form")
    expect(page.locator("#ask-story")).to_be_visible()
    return page.url


def tables_are_imported(page: Page, folder: Path, seed: int) -> None:
    """Upload a survey that is refused, then the one that holds, and the others."""
    chance = random.Random(seed)  # noqa: S311 - invented answers
    page.locator("#ask-nps input[type=file]").set_input_files(table(folder / "wrong.csv", 9, 11, 4))
    page.locator("#ask-nps form [type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("11")
    page.go_back()
    answers = [chance.choice((6, 7, 8, 9, 9, 10)) for _number in range(60)]
    for ask, scores in (
        ("nps", answers),
        ("csat", [chance.choice((3, 4, 5, 5)) for _number in range(60)]),
        ("mystery", [chance.randint(70, 98) for _number in range(24)]),
    ):
        page.locator(f"#ask-{ask} input[type=file]").set_input_files(table(folder / f"{ask}.csv", *scores))
        page.locator(f"#ask-{ask} form [type=submit]").last.click()
        expect(page.locator(f"#ask-{ask} .ts-tag.is-good")).to_be_visible()
    expect(page.locator("#ask-nps")).to_contain_text(re.compile("NPS|净推荐值|淨推薦值"))


def text_is_saved(page: Page, ask: str, words: str) -> None:
    page.locator(f"#ask-{ask} textarea").fill(words)
    page.locator(f"#ask-{ask} form [type=submit]").click()
    expect(page.locator(f"#ask-{ask} .ts-tag.is-good")).to_be_visible()


def entry_is_handed_in(page: Page) -> None:
    page.locator("#where form[action$='/submit/'] [type=submit]").click()
    expect(page).to_have_url(re.compile("/receipts/1/$"))
    expect(page.locator(".ts-hash").first).to_have_text(re.compile("[0-9a-f]{64}"))


def team_drafts_and_hands_in(colleague: Page, manager: Page, award: Award, folder: Path) -> str:
    """A colleague begins, the manager completes: nothing of what either typed is lost."""
    url = entry_is_begun(colleague, award, "Kowloon", "One story on every channel")
    text_is_saved(
        colleague,
        "story",
        "At Evergreen Mutual, 长青互惠银行, the Starling desk answers from 九龙.\nOne person, one story.",
    )
    expect(colleague.locator("#where form[action$='/submit/']")).to_have_count(0)  # a contributor hands nothing in
    manager.goto(url)
    # Typed and not saved, then something else is sent: it is saved before.
    manager.locator("#ask-survey textarea").fill("Everybody who called in May was asked; one in four answered.")
    picture = folder / "Evergreen logo.jpg"
    exif = Image.Exif()
    exif[0x013B] = "Evergreen Mutual"
    Image.new("RGB", (320, 200), "teal").save(picture, exif=exif)
    manager.locator("#ask-files input[type=file]").set_input_files(picture)
    manager.locator("#ask-files form[enctype] [type=submit]").click()
    expect(manager.locator("#ask-files")).to_contain_text("Evergreen logo.jpg")
    expect(manager.locator("#ask-survey textarea")).to_have_value(re.compile("one in four"))
    tables_are_imported(manager, folder, 1)
    manager.locator("#ask-evidence select[name=what]").select_option(index=0)
    manager.locator("#ask-evidence form [type=submit]").last.click()
    expect(manager.locator("#ask-evidence .ts-tag.is-good")).to_be_visible()
    manager.locator("textarea[name=names]").fill("Starling\n椋鳥")
    manager.locator("form[action$='/names/'] [type=submit]").click()
    entry_is_handed_in(manager)
    return url


def entry_is_made_by_one(page: Page, award: Award, folder: Path, centre: str, title: str) -> str:
    url = entry_is_begun(page, award, centre, title)
    tables_are_imported(page, folder, len(title))
    text_is_saved(page, "story", f"{centre} asks what was promised, and keeps it.")
    text_is_saved(page, "survey", "Every tenth customer, by e-mail.")
    entry_is_handed_in(page)  # the button came with the last answer
    return url


def panel_is_put_together(page: Page, award: Award) -> None:
    for judge in ("hana", "mak", "tobias", "yuki"):
        page.goto(f"{award.url}/panel/")
        page.get_by_label("E-mail address").fill(f"{judge}@touchstone.example")
        if judge == "hana":
            page.get_by_label("Employer", exact=True).select_option(label="Northmoor Energy (demo)")
        page.get_by_role("button", name="Put on the panel").click()
        expect(page.locator("main table")).to_contain_text(judge, ignore_case=True)
    # Found before anybody is assigned: her employer entered.
    expect(page.locator("main table tr").filter(has_text="Hana")).to_contain_text("Northmoor Energy")


def conflicts_are_declared(page: Page, award: Award) -> None:
    page.goto(f"{award.url}/judging/conflicts/")
    page.locator("button[name=none]").click()
    expect(page.locator(".alert-success")).to_be_visible()


def stage_is_assigned(page: Page, award: Award, stage: str, kept_apart: int) -> None:
    page.goto(f"{award.url}/assign/{stage}/")
    expect(page.locator(".ts-counts li").last.locator("b")).to_have_text(str(kept_apart))
    page.get_by_role("button", name="Assign exactly this").click()
    expect(page.locator(".alert-success")).to_be_visible()


def entry_is_checked_for_names(page: Page, entry: str) -> None:
    page.goto(f"{entry}blind/")
    expect(page.locator("article")).to_contain_text("▇▇▇")
    expect(page.locator("article")).not_to_contain_text(re.compile("evergreen|starling", re.IGNORECASE))
    page.get_by_role("button", name="It names nobody").click()
    expect(page.locator("main section .ts-tag.is-good").first).to_have_text("cleared")


def cards_of(page: Page, award: Award, stage: int) -> list[str]:
    page.goto(f"{award.url}/judging/")
    section = page.locator("main section").nth(stage)
    found = [link.get_attribute("href") or "" for link in section.locator("table a").all()]
    assert found
    return found


def card_is_filled(page: Page, address: str, levels: tuple[int, ...], words: str = "") -> None:
    """Fill a card by keys and hand it in."""
    page.goto(address)
    page.locator(".ts-score-row input").first.focus()
    for level in levels:
        page.keyboard.press(str(level))
    expect(page.locator("#card-total")).not_to_have_text("–")
    if words:
        page.locator("textarea[name=feedback]").fill(words)
    page.locator("#card button[name=hand]").click()
    page.wait_for_url(lambda url: not url.endswith(address))
    assert not page.url.endswith("/save/"), page.locator("#card-said").inner_text()


def blind_round_is_judged(judges: dict[str, Page], award: Award) -> None:
    for number, (name, page) in enumerate(judges.items()):
        cards = cards_of(page, award, 0)
        for place, card in enumerate(cards):
            page.goto(card)
            # Neither the page, nor its address or title, nor what it fetches says who it is.
            assert NAMES.search(page.content()) is None, NAMES.search(page.content())
            if name == "yuki" and place == 0:
                page.get_by_role("link", name="Step aside").click()
                page.locator("input[name=kind]").first.check()
                page.locator("textarea[name=reason]").fill("I was shown this at a round table.")
                send(page)
                expect(page.locator(".alert-success")).to_be_visible()
                continue
            levels = tuple(max(0, 5 - (number + place + step) % 4) for step in range(len(CRITERIA)))
            card_is_filled(page, card, levels, "Say how many answered." if number == 1 else "")
        if name == "mak":
            page.goto(f"{award.url}/judging/paper/compare/")
            expect(page.locator(".ts-sides")).to_be_visible()
            assert NAMES.search(page.locator("main").inner_text()) is None
            page.locator(".ts-pair button").first.click()
            expect(page.locator(".ts-pair button").first).to_have_attribute("aria-pressed", "true")


def panel_deliberates(page: Page, award: Award) -> None:
    page.goto(f"{award.url}/desk/?stage=paper")
    expect(page.locator("main")).to_contain_text("What the scores say")
    page.locator("main section table a").filter(has_text="promised, kept").first.click()
    page.get_by_label("Criterion").select_option("people")
    lowest = min(int(text) for text in page.locator("tbody tr").nth(1).locator(".ts-level").all_inner_texts())
    page.get_by_label("Level agreed on").fill(str(lowest))
    page.get_by_label("Reason").fill("Attrition was read in the wrong column.")
    page.get_by_role("button", name="Record what was agreed").click()
    expect(page.locator("tbody")).to_contain_text("wrong column")


def visit_is_judged(judges: dict[str, Page], award: Award) -> None:
    """Give two entries the same, so that the ladder has to be climbed down to a deliberation."""
    for page in judges.values():
        for card in cards_of(page, award, 1):
            page.goto(card)
            expect(page.locator("main h1")).to_contain_text(re.compile("demo"))  # this round is not blind, and says so
            third = "promised, kept" in page.locator("main").inner_text()
            card_is_filled(page, card, (2, 2, 3, 2, 2) if third else (4, 4, 4, 3, 5))


def tie_is_broken(page: Page, award: Award) -> None:
    page.goto(f"{award.url}/desk/?stage=visit")
    expect(page.locator("main")).to_contain_text("How ties were broken")
    tie = page.locator("form[action$='/ties/']")
    first, second = tie.locator("select").all()
    one, other = (option.get_attribute("value") or "" for option in first.locator("option").all())
    first.select_option(one)
    second.select_option(other)
    tie.locator("input[name=reason]").fill("The panel prefers what others can copy.")
    tie.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text("Recorded deliberation")


def results_are_frozen_and_announced(page: Page, award: Award) -> None:
    page.goto(f"{award.url}/results/")
    page.get_by_role("button", name=re.compile("Freeze")).click()
    expect(page.locator("main")).to_contain_text("the same")  # computed again from the document
    expect(page.locator("main")).to_contain_text("Gold")
    page.get_by_label("Not before").fill("")
    page.get_by_role("button", name="Announce").click()
    expect(page.locator("main")).to_contain_text("Everybody can read the winners.")


def pdf_of(page: Page, name: str) -> str:
    """Return the text of the document behind a link."""
    address = page.locator(f"a[href*='/{name}.pdf']").first.get_attribute("href")
    answer = page.request.get(address or "")
    assert answer.headers["content-type"] == "application/pdf"
    return "\n".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(answer.body())).pages)


def test_an_award_runs_from_its_template_to_the_plaque(
    sign_in: Callable[..., Page], served_data: Path, tmp_path: Path
) -> None:
    chair = sign_in("amara")
    chair.on("dialog", lambda dialog: dialog.accept())
    award = Award(served_data / "touchstone.sqlite3", [programme_is_made(chair, each) for each in TEMPLATES][-1])
    method_is_declared_and_entries_open(chair, award)

    lin, carmen, priya = sign_in("lin"), sign_in("carmen"), sign_in("priya")
    first = team_drafts_and_hands_in(lin, carmen, award, tmp_path)
    second = entry_is_made_by_one(priya, award, tmp_path, "Sheffield", "The bill explained before it is sent")
    entry_is_made_by_one(carmen, award, tmp_path, "Shenzhen", "What was promised, kept")

    award.days_pass(51)  # the deadline is over, the blind round is open
    panel_is_put_together(chair, award)
    judges = {name: sign_in(name) for name in ("hana", "mak", "tobias", "yuki")}
    for page in judges.values():
        conflicts_are_declared(page, award)
    entry_is_checked_for_names(chair, first)
    stage_is_assigned(chair, award, "paper", 1)
    blind_round_is_judged(judges, award)
    panel_deliberates(chair, award)

    award.days_pass(32)  # the blind round is over, finalists are visited
    chair.goto(f"{award.url}/desk/?stage=paper")
    chair.get_by_role("button", name="Close the gate").click()
    expect(chair.locator("main")).to_contain_text("entries that go on: 3")
    stage_is_assigned(chair, award, "visit", 2)  # who stepped aside stays aside
    visit_is_judged(judges, award)

    award.days_pass(60)
    tie_is_broken(chair, award)
    results_are_frozen_and_announced(chair, award)

    anybody = sign_in("")
    anybody.goto(f"{award.url}/winners/")
    expect(anybody.locator("main")).to_contain_text("Gold")
    expect(anybody.locator("main")).to_contain_text("Evergreen Mutual Bank")
    carmen.goto(first)
    shown = [(name, pdf_of(carmen, name)) for name in ("certificate", "plaque")]
    for name, text in shown:
        assert "長青互惠銀行" in text, name
    priya.goto(f"{second}feedback/")
    expect(priya.locator("main")).to_contain_text("Say how many answered.")
    assert re.search("Hana|Tobias|Yuki|麥子健", priya.locator("main").inner_text()) is None
    priya.goto(second)
    expect(priya.locator("main table")).to_contain_text(str(date.today().year))  # noqa: DTZ011 - the browser's day
