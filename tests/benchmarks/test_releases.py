"""The life of a release: steps, what the database refuses, comparing, and who may do what in the browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from benchmarks.models import MarketFigure, MarketRelease
from benchmarks.selectors import release_now
from benchmarks.services import ReleaseExistsError, ReleaseStepRefusedError, market_load, release_discard, release_step
from ledger.models import Entry
from standards.models import Standard
from tests.benchmarks.test_market import GOOD, RELEASE, release
from tests.factories import make_user

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
OTHER = GOOD.replace("2024", "2023")


def load(content: bytes, code: str = "m1", *, publish: bool = True) -> MarketRelease:
    """Load a release."""
    return market_load(content=content, code=code, title="Market", by=None, at=AT, publish=publish)


@pytest.fixture
def owner() -> User:
    """A scheme owner of an organisation that owns a standard."""
    user = make_user(Role.SCHEME_OWNER)
    Standard.objects.create(code="sample", owner=user.memberships.get().organisation)
    return user


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    """A browser in which the scheme owner is signed in."""
    client.force_login(owner)
    return client


# --- the steps -----------------------------------------------------------------------------------------------------


def test_draft_is_published_superseded_and_withdrawn_each_in_the_ledger(owner: User) -> None:
    first = load(release(GOOD))
    draft = load(release(OTHER), "m2", publish=False)
    assert (first.status, draft.status, release_now()) == ("published", "draft", first)
    new = release_step(
        release=draft, step="publish", seen_sha256=draft.sha256, supersede=[first.pk], by=owner, at=timezone.now()
    )
    first.refresh_from_db()
    assert (new.status, first.status, release_now()) == ("published", "superseded", new)
    gone = release_step(
        release=first, step="withdraw", seen_sha256=first.sha256, reason="A wrong page.", by=owner, at=timezone.now()
    )
    assert gone.status == "withdrawn"
    assert [(step.name, step.reason) for step in first.steps.all()] == [
        *(("publish", ""), ("supersede", "m2"), ("withdraw", "A wrong page."))
    ]
    actions = list(Entry.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == [
        *("market.load", "market.publish", "market.load", "market.publish", "market.supersede", "market.withdraw")
    ]


@pytest.mark.parametrize(
    ("step", "fields", "reasons"),
    [
        ("publish", {}, ("wrong_status",)),
        ("withdraw", {}, ("no_reason",)),
        ("withdraw", {"seen_sha256": "0" * 64, "reason": "x"}, ("other_content",)),
    ],
)
def test_step_that_is_not_allowed_says_why(owner: User, step: str, fields: dict, reasons: tuple[str, ...]) -> None:
    each = load(release(GOOD))
    with pytest.raises(ReleaseStepRefusedError) as caught:
        release_step(release=each, step=step, by=owner, at=AT, **({"seen_sha256": each.sha256} | fields))
    assert caught.value.reasons == reasons
    each.refresh_from_db()
    assert each.status == "published"


def test_draft_can_be_discarded_and_nothing_else(owner: User) -> None:
    release_discard(release=load(release(GOOD), publish=False), by=owner, at=AT)
    assert not MarketRelease.objects.exists()
    assert Entry.objects.filter(action="market.discard").exists()
    with pytest.raises(ReleaseStepRefusedError):
        release_discard(release=load(release(GOOD)), by=owner, at=AT)


def test_loading_a_draft_again_without_the_word_draft_publishes_it() -> None:
    assert load(release(GOOD), publish=False).status == "draft"
    assert load(release(GOOD)).status == "published"
    assert load(release(GOOD), publish=False).status == "published"


@pytest.mark.parametrize("code", ["new", "compare", "peer-pool-2026-h1", "???"])
def test_codes_that_pages_and_the_pool_need_are_refused(code: str) -> None:
    with pytest.raises(ReleaseExistsError):
        load(release(GOOD), code)


# --- the database --------------------------------------------------------------------------------------------------


def refused(statement: str, *params: object) -> bool:
    """Say whether the database refuses a statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
    except DatabaseError as error:
        return "cannot be changed" in str(error)
    return False


def test_database_keeps_a_published_release_as_it_is() -> None:
    each = load(release(GOOD))
    for column in ("title", "sha256", "code", "kind", "loaded_at"):
        assert refused(f"UPDATE benchmarks_marketrelease SET {column} = '2020-01-01' WHERE id = %s", each.pk), column  # noqa: S608
    assert refused("UPDATE benchmarks_marketrelease SET status = 'draft' WHERE id = %s", each.pk)
    assert refused("UPDATE benchmarks_marketrelease SET published_at = NULL WHERE id = %s", each.pk)
    assert refused("DELETE FROM benchmarks_marketrelease WHERE id = %s", each.pk)
    assert refused("UPDATE benchmarks_marketfigure SET value = 1 WHERE release_id = %s", each.pk)
    assert refused("DELETE FROM benchmarks_marketfigure WHERE release_id = %s", each.pk)
    figure = MarketFigure.objects.get()
    figure.pk = None
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        figure.save(force_insert=True)
    assert not refused("UPDATE benchmarks_marketrelease SET status = 'withdrawn' WHERE id = %s", each.pk)
    assert refused("UPDATE benchmarks_marketrelease SET status = 'published' WHERE id = %s", each.pk)


def test_database_lets_a_draft_change() -> None:
    each = load(release(GOOD), publish=False)
    assert not refused("UPDATE benchmarks_marketrelease SET title = 'x' WHERE id = %s", each.pk)
    assert not refused("UPDATE benchmarks_marketfigure SET value = 1 WHERE release_id = %s", each.pk)
    assert refused("UPDATE benchmarks_marketrelease SET status = 'withdrawn' WHERE id = %s", each.pk)


def test_sqlites_replace_cannot_take_the_place_of_a_published_release() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    each = load(release(GOOD))
    columns = "id, code, title, sha256, status, kind, period, loaded_at, is_demo"
    values = "%s, 'x', 'x', 'x', 'draft', 'figures', '', '2026-01-01', 0"
    assert refused(f"REPLACE INTO benchmarks_marketrelease ({columns}) VALUES ({values})", each.pk)  # noqa: S608


# --- comparing -----------------------------------------------------------------------------------------------------


def test_differences_name_what_was_added_removed_and_changed(capsys: pytest.CaptureFixture[str]) -> None:
    load(release(GOOD, OTHER), "a")
    load(release(GOOD.replace("94.18", "95"), GOOD.replace("2024", "2025")), "b")
    out = StringIO()
    call_command("diff_market", "a", "b", "--json", stdout=out)
    found = {(each["kind"], (each["new"] or each["old"])["year"]): each for each in json.loads(out.getvalue())}
    assert found.keys() == {("changed", 2024), ("removed", 2023), ("added", 2025)}
    assert found["changed", 2024]["columns"] == ["value"]
    assert (found["changed", 2024]["old"]["value"], found["changed", 2024]["new"]["value"]) == ("94.18", "95")
    call_command("diff_market", "a", "b")
    text = capsys.readouterr().out
    assert "1 added, 1 removed, 1 changed" in text
    assert "94.18 -> 95 % (value)" in text
    with pytest.raises(SystemExit) as caught:
        call_command("diff_market", "a", "nothing")
    assert caught.value.code == 2


# --- in the browser ------------------------------------------------------------------------------------------------


def test_scheme_owner_loads_compares_publishes_and_withdraws(browser: Client) -> None:
    old = load(release(GOOD), "old")
    page = browser.post(
        reverse("benchmarks:release_new"),
        {"file": SimpleUploadedFile("m.csv", release(GOOD.replace("94.18", "95"))), "code": "new-one", "title": "New"},
    )
    assert page.url == reverse("benchmarks:release", args=["new-one"])
    draft = MarketRelease.objects.get(code="new-one")
    assert draft.status == "draft"
    compared = browser.get(reverse("benchmarks:release_compare"), {"old": "old", "new": "new-one"}).content.decode()
    assert "changed: 1" in compared
    step = reverse("benchmarks:release_step", args=["new-one", "publish"])
    assert "Takes the place of" in browser.get(step).content.decode()
    assert browser.post(step, {"seen": "0" * 64}).status_code == 409
    browser.post(step, {"seen": draft.sha256, "supersede": [old.pk]})
    assert set(MarketRelease.objects.values_list("code", "status")) == {("old", "superseded"), ("new-one", "published")}
    withdraw = reverse("benchmarks:release_step", args=["new-one", "withdraw"])
    assert browser.post(withdraw, {"seen": draft.sha256, "reason": " "}).status_code == 422
    browser.post(withdraw, {"seen": draft.sha256, "reason": "Wrong page."})
    assert "Wrong page." in browser.get(reverse("benchmarks:release", args=["new-one"])).content.decode()


def test_faults_of_a_file_are_listed_with_their_lines_and_nothing_is_kept(browser: Client) -> None:
    weak = GOOD.replace(",A,", ",C,")
    data = {"file": SimpleUploadedFile("m.csv", release(GOOD, weak)), "code": "m", "title": "M"}
    page = browser.post(reverse("benchmarks:release_new"), data)
    assert page.status_code == 422
    assert "Line 3: grade “C” is refused" in page.content.decode()
    assert not MarketRelease.objects.exists()
    for bad in ({"code": "a b"}, {"code": "new"}, {"file": SimpleUploadedFile("m.csv", b"")}, {"title": ""}):
        file = SimpleUploadedFile("m.csv", release(GOOD))
        assert browser.post(reverse("benchmarks:release_new"), {**data, "file": file, **bad}).status_code == 422
    assert not MarketRelease.objects.exists()


def test_drafts_and_steps_are_for_scheme_owners_of_a_standard(client: Client) -> None:
    load(release(GOOD), "out")
    load(release(OTHER), "draft", publish=False)
    outsiders = [
        make_user(Role.SCHEME_OWNER),  # of an organisation that owns no standard
        make_user(Role.ADMINISTRATOR),
        make_user(is_staff=True),
    ]
    for person in outsiders:
        client.force_login(person)
        answers = {
            reverse("benchmarks:release_list"): 200,
            reverse("benchmarks:release", args=["out"]): 200,
            reverse("benchmarks:release", args=["draft"]): 404,
            reverse("benchmarks:release_step", args=["draft", "publish"]): 404,
            reverse("benchmarks:release_step", args=["out", "withdraw"]): 403,
            reverse("benchmarks:release_step", args=["out", "explode"]): 404,
            reverse("benchmarks:release_new"): 403,
            reverse("benchmarks:pool_publish"): 403,
        }
        assert {address: client.get(address).status_code for address in answers} == answers
        assert "draft" not in client.get(reverse("benchmarks:release_list")).content.decode().split("<h1", 1)[1]
        hidden = client.get(reverse("benchmarks:release_compare"), {"old": "out", "new": "draft"})
        assert "Choose two releases" in hidden.content.decode()
        assert client.get(reverse("benchmarks:market"), {"release": "draft"}).context["release"].code == "out"


def test_release_pages_take_the_same_queries_for_one_and_three(browser: Client) -> None:
    counts = []
    for number in (1, 2, 3):
        load(release(GOOD.replace("2024", str(2019 + number))), f"m{number}")
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("benchmarks:release_list"))
        with CaptureQueriesContext(connection) as compare:
            browser.get(reverse("benchmarks:release_compare"), {"old": "m1", "new": f"m{number}"})
        counts.append((len(queries), len(compare)))
    assert counts[0] == counts[2]


def test_shipped_release_loads_as_a_draft_too(browser: Client) -> None:
    data = {"file": SimpleUploadedFile("m.csv", RELEASE.read_bytes()), "code": "m", "title": "M"}
    browser.post(reverse("benchmarks:release_new"), data)
    assert MarketRelease.objects.get().figures.count() == 91
