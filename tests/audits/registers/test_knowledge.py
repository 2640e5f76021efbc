"""Knowledge indices: measuring, what is kept, withdrawing, pages, bad files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audits.liveness import Period
from audits.registers import KnowledgeIndex
from audits.selectors.registers.knowledge import PARTS, PULLS, SEEN, WHY
from audits.services.registers.errors import RegisterError
from audits.services.registers.knowledge import knowledge_measure, knowledge_withdraw
from ledger.models import Entry
from tests.audits.registers.rows import Place, make_place
from tests.audits.registers.test_credentials import READERS, STRANGERS, WRITERS
from tests.factories import AT

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = "article,title,uses,review_due\nA1,Lost card 💳,90,2026-12-31\nA2,<b>Fees</b>,10,2026-01-01\n"
PERIOD = Period(date(2026, 6, 1), date(2026, 8, 31))


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture
def measure(place: Place, tmp_path: Path) -> Any:
    def measuring(content: str = LIST, period: Period = PERIOD, **more: Any) -> KnowledgeIndex:
        path = tmp_path / "list"
        path.write_text(content)
        values: dict[str, Any] = {"encoding": "", "file_name": "articles.csv", "at": AT, **more}
        return knowledge_measure(
            centre=place.centre, path=path, period=period, by=place.people["centre_manager"], **values
        )

    return measuring


def test_index_is_kept_with_all_it_came_from(measure: Any) -> None:
    index = measure()
    assert (index.low, index.high) == (Decimal("22.5"), Decimal("97.5"))
    assert (index.articles, index.refused_count, index.columns) == (2, 0, ["article", "title", "uses", "review_due"])
    assert len(index.file_sha256) == 64
    assert index.parameters["batch_percent"] == 10
    assert [pull["article"] for pull in index.result["pulls"]] == ["A2"]
    assert Entry.objects.get(subject=f"knowledge:{index.pk}").action == "knowledge.measured"


def test_points_are_never_rounded_in_favour(measure: Any) -> None:
    index = measure("article,uses,review_due\nA,2,2026-12-31\nB,1,2026-01-01\n")
    assert (index.low, index.high) == (Decimal("16.666666"), Decimal("91.666667"))


def test_the_same_file_again_gives_the_row_that_is_there(measure: Any) -> None:
    first = measure()
    assert measure().pk == first.pk
    assert measure(period=Period(PERIOD.first, PERIOD.last, 10, 5)).pk != first.pk
    assert KnowledgeIndex.objects.count() == 2


def test_content_is_compared_with_the_list_of_the_period_before(measure: Any) -> None:
    def listed(day: str) -> str:
        rows = "".join(f"A{number},1,{day},hash{number},2027-01-01\n" for number in range(10))
        return "article,uses,changed,content,review_due\n" + rows

    before = measure(listed("2026-05-01"), Period(date(2026, 3, 1), date(2026, 5, 31)))
    after = measure(listed("2026-08-01"))
    assert (before.result["parts"][0]["low"], before.result["parts"][0]["high"]) == ("0", "25")
    assert (after.result["parts"][0]["low"], after.result["parts"][0]["high"]) == ("0", "0")
    assert after.result["batch_days"] == ["2026-08-01"]


@pytest.mark.parametrize(
    ("period", "code"),
    [
        (Period(date(2026, 9, 1), date(2026, 8, 31)), "dates_reversed"),
        (Period(date(2026, 9, 1), date(2026, 9, 15)), "in_future"),
        (Period(PERIOD.first, PERIOD.last, 5, None), "contacts_halved"),
        (Period(PERIOD.first, PERIOD.last, None, 5), "contacts_halved"),
        (Period(PERIOD.first, PERIOD.last, 5, 6), "more_linked"),
    ],
)
def test_periods_that_cannot_be_are_refused(measure: Any, period: Period, code: str) -> None:
    with pytest.raises(RegisterError, match=code):
        measure(period=period)
    assert not KnowledgeIndex.objects.exists()


def test_withdrawn_index_stays_and_is_withdrawn_once(place: Place, measure: Any) -> None:
    index, by = measure(), place.people["administrator"]
    knowledge_withdraw(index_id=index.pk, reason="Wrong file.", by=by, at=AT)
    with pytest.raises(RegisterError, match="index_withdrawn"):
        knowledge_withdraw(index_id=index.pk, reason="Again.", by=by, at=AT)
    assert measure().pk != index.pk
    assert KnowledgeIndex.objects.count() == 2


# --- pages ----------------------------------------------------------------------------------------------------------


def upload(client: Client, place: Place, content: bytes | None, name: str = "articles.csv", **fields: str) -> Any:
    data: dict[str, Any] = {"encoding": "", "first": "2026-06-01", "last": "2026-08-31", **fields}
    if content is not None:
        data["file"] = SimpleUploadedFile(name, content)
    return client.post(reverse("registers:knowledge_create", args=[place.centre.pk]), data)


@pytest.mark.parametrize("who", [*WRITERS, *READERS, *STRANGERS])
def test_rights(client: Client, place: Place, measure: Any, who: str) -> None:
    index = measure()
    client.force_login(place.people[who])
    read = 404 if who in STRANGERS else 200
    write = 200 if who in WRITERS else 404 if who in STRANGERS else 403
    assert client.get(reverse("registers:knowledge_detail", args=[index.pk])).status_code == read
    assert client.get(reverse("registers:knowledge_history", args=[place.centre.pk])).status_code == read
    assert client.get(reverse("registers:knowledge_create", args=[place.centre.pk])).status_code == write
    assert client.get(reverse("registers:knowledge_withdraw", args=[index.pk])).status_code == write
    assert upload(client, place, b"article\nB1\n").status_code == (302 if who in WRITERS else write)
    posted = client.post(
        reverse("registers:knowledge_withdraw", args=[index.pk]), {"revision": "0", "reason": "Wrong."}
    )
    assert posted.status_code == (302 if who in WRITERS else write)
    assert (KnowledgeIndex.objects.get(pk=index.pk).withdrawn_at is not None) == (who in WRITERS)


def test_page_shows_parts_pulls_and_refused_rows(client: Client, place: Place) -> None:
    client.force_login(place.people["centre_manager"])
    content = LIST + "A3,مقالة,many,2026-12-31\n"
    response = upload(client, place, content.encode(), contacts="1000", linked="800")
    page = client.get(response.headers["Location"]).content.decode()
    assert "22.5" in page
    assert "800 of 1000 contacts" in page.replace(",", "")
    assert "&lt;b&gt;Fees" in page
    assert "line 4: column “uses”: many is not a whole number" in page
    assert page.count("not known") >= 3
    assert "review overdue" in page


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        (None, {}, "file"),
        (b"", {}, "file"),
        (b"\x00\x01\x02", {}, "file"),
        ("文章".encode("gb18030"), {}, "file"),
        (b"title\nx\n", {}, "file"),
        (b"PK\x03\x04", {}, "file"),
        (b"article\nA\n", {"encoding": "klingon"}, "encoding"),
        (b"article\nA\n", {"last": "2999-01-01"}, "last"),
        (b"article\nA\n", {"last": "2026-05-31"}, "last"),
        (b"article\nA\n", {"first": "now"}, "first"),
        (b"article\nA\n", {"contacts": "NaN"}, "contacts"),
        (b"article\nA\n", {"contacts": "0"}, "contacts"),
        (b"article\nA\n", {"contacts": "5", "linked": "6"}, "linked"),
        (b"article\nA\n", {"contacts": "5"}, "linked"),
        (b"article\nA\n", {"contacts": "9" * 400, "linked": "1"}, "contacts"),
    ],
)
def test_wrong_lists_and_fields_are_located(
    client: Client, place: Place, content: bytes | None, fields: dict[str, str], field: str
) -> None:
    client.force_login(place.people["centre_manager"])
    response = upload(client, place, content, **fields)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})
    assert not KnowledgeIndex.objects.exists()


def test_chinese_list_and_a_strange_name(client: Client, place: Place) -> None:
    client.force_login(place.people["centre_manager"])
    text = "文章编号,标题,使用次数,复核到期日\nA1,挂失,7,2026年12月31日\n"
    response = upload(client, place, text.encode("gb18030"), name="列表\u202e.csv", encoding="gb18030")
    assert response.status_code == 302
    assert KnowledgeIndex.objects.get().low == 25


def test_history_is_drawn_and_counts_what_is_not_withdrawn(client: Client, place: Place, measure: Any) -> None:
    client.force_login(place.people["viewer"])
    url = reverse("registers:knowledge_history", args=[place.centre.pk])
    assert "Upload the list" in client.get(url).content.decode()
    measure()
    first = client.get(url).content.decode()
    assert "<svg" not in first
    second = measure(period=Period(date(2026, 3, 1), date(2026, 5, 31)))
    assert client.get(url).content.decode().count("<circle") == 2
    knowledge_withdraw(index_id=second.pk, reason="Wrong.", by=place.people["administrator"], at=AT)
    page = client.get(url).content.decode()
    assert "<svg" not in page
    assert "withdrawn" in page


def test_history_takes_the_same_queries_for_one_and_for_many(client: Client, place: Place, measure: Any) -> None:
    client.force_login(place.people["viewer"])
    counts = []
    for number in (1, 8):
        for month in range(1, number + 1):
            measure(period=Period(date(2025, month, 1), date(2025, month, 28)))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("registers:knowledge_history", args=[place.centre.pk]))
        counts.append(len(queries))
        assert not any('"marks"' in query["sql"] for query in queries)
    assert counts[0] == counts[1]


def test_everything_a_result_can_say_has_words(measure: Any) -> None:
    from audits.liveness import Fresh, Why

    assert set(PULLS) == set(Fresh) - {Fresh.FRESH}
    assert set(WHY) == set(Why)
    assert set(PARTS) == set(SEEN) == {part["code"] for part in measure().result["parts"]}


# --- the centre's own page ------------------------------------------------------------------------------------------


def test_home_lists_centres_with_the_newest_index(client: Client, place: Place, measure: Any) -> None:
    measure()
    client.force_login(place.people["body_auditor"])
    (row,) = client.get(reverse("registers:home")).context["page"]
    assert (row.pk, row.holding, row.open_projects, row.closed_projects) == (place.centre.pk, 0, 0, 0)
    assert (row.index_low, row.index_high) == (Decimal("22.5"), Decimal("97.5"))
    client.force_login(place.people["outsider"])
    assert "There is no centre here" in client.get(reverse("registers:home")).content.decode()
    assert timezone.localdate() > PERIOD.last
