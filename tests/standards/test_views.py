"""Reading a standard in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from standards.models import EditionStatus, EditionStep
from standards.services import edition_load
from standards.templatetags.standard_text import highlighted, text, text_marked
from tests.factories import make_user
from tests.standards.conftest import AT, changed

if TYPE_CHECKING:
    from django.test import Client

    from standards.models import Edition

LIST = "standards:edition_list"


@pytest.fixture
def reader(client: Client, db: None) -> Client:
    client.force_login(make_user())
    return client


def page(client: Client, name: str, *args: str, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def queries(client: Client, name: str, *args: str, **query: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, name, *args, **query)
    return len(captured)


def test_pages_ask_for_sign_in(client: Client, tiny: Edition) -> None:
    for address in (reverse(LIST), reverse("standards:edition", args=["tiny", "1"])):
        response = client.get(address)
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_list_without_editions_says_what_to_do(reader: Client) -> None:
    assert "load_standard" in page(reader, LIST)


def test_list_shows_and_finds_editions(reader: Client, tiny: Edition) -> None:
    assert "Tiny standard" in page(reader, LIST)
    assert "Tiny standard" in page(reader, LIST, q="tINy")
    assert "No standard matches" in page(reader, LIST, q="elephant")


def test_list_takes_as_many_queries_for_three_editions_as_for_one(reader: Client, tiny: Edition) -> None:
    page(reader, LIST)
    one = queries(reader, LIST)
    for version in "23":
        edition_load(data=changed('version: "1"', f'version: "{version}"'), at=AT)
    assert queries(reader, LIST) == one


def test_tree_takes_as_many_queries_for_110_criteria_as_for_4(reader: Client, tiny: Edition, shipped: Edition) -> None:
    page(reader, "standards:edition", "tiny", "1")
    page(reader, "standards:edition", "four-block", "2026")
    few = queries(reader, "standards:edition", "tiny", "1")
    assert queries(reader, "standards:edition", "four-block", "2026") == few
    assert few <= 10


def test_tree_shows_every_criterion_with_its_badges(reader: Client, tiny: Edition) -> None:
    found = page(reader, "standards:edition", "tiny", "1")
    for words in ("Opening hours", "Forecast &amp; plan", "Mandatory", "Weight 1.5", "Bronze", "4 of 4 criteria"):
        assert words in found


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"tier": "silver"}, {"Y1.2"}),
        ({"mandatory": "1"}, {"X1.1"}),
        ({"kind": "result"}, {"Y1.2", "Z1.1"}),
        ({"q": "SHALL chat"}, {"Y1.2"}),
        ({"q": "z1.1"}, {"Z1.1"}),
        ({"q": "level 7 of"}, {"X1.1", "Y1.1", "Y1.2", "Z1.1"}),
        ({"q": "elephant"}, set()),
        ({"tier": "nonsense", "kind": "nonsense"}, {"X1.1", "Y1.1", "Y1.2", "Z1.1"}),
        ({"q": "chat", "mandatory": "1"}, set()),
    ],
)
def test_tree_filters(reader: Client, tiny: Edition, query: dict[str, str], codes: set[str]) -> None:
    found = page(reader, "standards:edition", "tiny", "1", **query)
    assert {code for code in ("X1.1", "Y1.1", "Y1.2", "Z1.1") if f">{code}<" in found} == codes
    assert ("No criterion matches" in found) == (not codes)


def test_tree_marks_what_was_found_and_nothing_hostile(reader: Client, tiny: Edition) -> None:
    assert "The centre shall <mark>chat</mark>." in page(reader, "standards:edition", "tiny", "1", q="chat")
    hostile = page(reader, "standards:edition", "tiny", "1", q="<script>alert(1)</script>\0" + "x" * 5000)
    assert "<script>alert" not in hostile
    assert "<mark>&amp;</mark>" in page(reader, "standards:edition", "tiny", "1", q="&")


def test_tree_says_what_each_tier_takes(reader: Client, shipped: Edition) -> None:
    found = page(reader, "standards:edition", "four-block", "2026")
    assert found.count("Total score") == found.count("Open major nonconformities") == 3
    for words in (
        "at least 550",
        "at least 45 %",
        "Clause D4",
        "Liveness of the service manual",
        "4 quarters in a row",
    ):
        assert words in found


def test_tree_gives_htmx_the_tree_alone(reader: Client, tiny: Edition) -> None:
    address = reverse("standards:edition", args=["tiny", "1"])
    found = reader.get(address, {"q": "chat"}, headers={"HX-Request": "true"}).content.decode()
    assert "<mark>chat</mark>" in found.lower()
    assert "<html" not in found


def test_criterion_shows_everything_of_it(reader: Client, shipped: Edition) -> None:
    found = page(reader, "standards:criterion", "four-block", "2026", "B1.1")
    for words in (
        "Frozen interval forecast",
        "What to look at",
        "Expected evidence",
        "Forecast",
        "ISO 9001:2015",
        "only where we could confirm",
        "B1.2",
        "A5.5",
        "N/A not allowed",
    ):
        assert words in found
    assert found.count("<b>") >= 6


def test_criterion_names_its_condition(reader: Client, shipped: Edition) -> None:
    assert "Chat, Messaging app" in page(reader, "standards:criterion", "four-block", "2026", "B1.5")


def test_every_criterion_has_a_page_in_few_queries(reader: Client, shipped: Edition) -> None:
    page(reader, "standards:criterion", "four-block", "2026", "A1.1")
    counts = {
        queries(reader, "standards:criterion", "four-block", "2026", code)
        for code in shipped.criteria.values_list("code", flat=True)
    }
    # One more where the lineage names best practices.
    assert max(counts) - min(counts) <= 1
    assert max(counts) <= 7


@pytest.mark.parametrize("address", ["/standards/none/1/", "/standards/tiny/9/", "/standards/tiny/1/Q9.9/"])
def test_unknown_addresses_are_not_found(reader: Client, tiny: Edition, address: str) -> None:
    assert reader.get(address).status_code == 404


def test_text_is_the_readers_or_visibly_english() -> None:
    texts = {"en": "Tiny <b>", "zh-hans": "小标准"}
    with override("zh-hans"):
        assert text(texts) == text_marked(texts) == "小标准"
        assert text_marked({"en": "Tiny <b>"}).startswith('<span lang="en">Tiny &lt;b&gt;</span> <span class="ts-tag"')
    with override("en"):
        assert text_marked(texts) == "Tiny &lt;b&gt;"
    assert text({}) == text_marked(None) == ""


def test_highlighted_escapes_and_prefers_the_longer_word() -> None:
    assert highlighted("<i>Forecasting</i>", "fore forecast") == "&lt;i&gt;<mark>Forecast</mark>ing&lt;/i&gt;"
    assert highlighted("a.b", ".") == "a<mark>.</mark>b"


def test_the_page_of_a_superseded_edition_leads_to_the_one_that_took_its_place(reader: Client, tiny: Edition) -> None:
    assert "Superseded on" not in page(reader, "standards:edition", "tiny", "1")
    edition_load(data=changed('version: "1"', 'version: "2"'), at=AT)
    type(tiny).objects.filter(pk=tiny.pk).update(status=EditionStatus.SUPERSEDED)
    EditionStep.objects.create(edition=tiny, name="supersede", sha256=tiny.sha256, reason="2", at=AT)
    shown = page(reader, "standards:edition", "tiny", "1")
    assert "Superseded on 5 January 2026 by edition 2." in shown
    assert f'href="{reverse("standards:edition", args=["tiny", "2"])}"' in shown
