"""The list of KPIs and the page of one: who sees them, what they find, and how many queries they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from benchmarks.kpis.registry import KPIS
from benchmarks.services import market_load
from tests.benchmarks.test_market import GOOD, RELEASE, release
from tests.factories import make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(client: Client) -> Client:
    """Somebody who is signed in."""
    client.force_login(make_user(Role.CENTRE_MANAGER))
    return client


@pytest.mark.parametrize("address", [reverse("benchmarks:kpi_list"), reverse("benchmarks:kpi", args=["asa"])])
def test_strangers_are_sent_to_sign_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_list_shows_every_kpi_and_finds_by_name_formula_and_family(own: Client) -> None:
    address = reverse("benchmarks:kpi_list")
    page = own.get(address).content.decode()
    assert all(reverse("benchmarks:kpi", args=[code]) in page for code in KPIS)
    assert "75 – 85 %" in page
    found = own.get(address, {"text": "PROMOTER"}).context["families"]
    assert [[row.kpi.code for row in rows] for _family, rows in found] == [["nps"]]
    found = own.get(address, {"family": "money"}).context["families"]
    assert [family for family, _rows in found] == ["money"]
    assert "Show all KPIs" in own.get(address, {"text": "zzz"}).content.decode()


@pytest.mark.parametrize(
    "asked",
    [{"text": "\0"}, {"text": "\u202e\U0001f600" * 9000}, {"family": "x"}, {"family": "' OR 1=1"}, {"gated": "\0"}],
)
def test_hostile_searches_are_answered(own: Client, asked: dict[str, str]) -> None:
    assert own.get(reverse("benchmarks:kpi_list"), asked).status_code == 200


def test_search_finds_in_the_readers_language(client: Client) -> None:
    reader = make_user(Role.CENTRE_MANAGER)
    reader.language = "zh-hant"
    reader.save()
    client.force_login(reader)
    found = client.get(reverse("benchmarks:kpi_list"), {"text": "服務水準"}).context["families"]
    assert "service_level" in {row.kpi.code for _family, rows in found for row in rows}


def test_pages_take_the_same_queries_for_one_and_three_figures(own: Client) -> None:
    years = ["2022", "2023", "2024"]
    counts = []
    for number in (1, 3):
        content = release(*(GOOD.replace("2024", year) for year in years[:number]))
        market_load(content=content, code=f"m{number}", title="Market", by=None, at=timezone.now())
        for address in (reverse("benchmarks:kpi_list"), reverse("benchmarks:kpi", args=["nps"])):
            with CaptureQueriesContext(connection) as queries:
                own.get(address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_page_sets_the_variants_side_by_side_with_fields_and_sources(own: Client) -> None:
    market_load(content=RELEASE.read_bytes(), code="m", title="Market", by=None, at=timezone.now())
    page = own.get(reverse("benchmarks:kpi", args=["service_level"])).content.decode()
    for shown in ("57.1", "40.0", "50.0", "60.0", "arrived_at", "wait_seconds", "Cisco ICM manual"):
        assert shown in page
