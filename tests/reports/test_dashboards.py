"""Dashboards: every number is the number of rows that it leads to; organisations never see each other; files."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml import ElementTree
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Organisation, Role, User
from audits.engagements import AuditProgramme, ProgrammeLine
from audits.models import Audit, AuditStatus, Finding, FindingKind
from audits.selectors.case import audit_case
from benchmarks.models import MarketRelease
from reports.dashboard import SiteScore, by_year, newest_of_each
from reports.views.dashboards import CHARTS, OF_ONE
from standards.models import Standard
from tests.factories import AT, leader_of, make_audit, make_centre, make_edition, make_organisation, make_user
from tests.reports.rows import make_certificate

if TYPE_CHECKING:
    from standards.models import Edition

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


def scored(
    conductor: Organisation, auditee: Organisation, edition: Edition, *, year: int, level: int, **fields: Any
) -> Audit:
    """Return an audit with a frozen result: block A at ``level`` fifths, block B at half of it."""
    centre = fields.pop("centre", None) or make_centre(auditee)
    audit = make_audit(conductor=conductor, centre=centre, edition=edition, **fields)
    blocks = {
        "A": {"low": str(8 * level), "high": str(8 * level), "max": "40"},
        "B": {"low": str(6 * level), "high": str(6 * level), "max": "60"},
    }
    case = audit_case(audit, audit.current_answers.select_related("criterion"), today=AT.date())
    audit.result = {
        "case": case,
        "result": {"tier": "base" if level > 2 else None, "tiers": {"base": {"blocks": blocks}}},
    }
    audit.onsite_from, audit.onsite_to = date(year, 5, 4), date(year, 5, 5)
    audit.status = AuditStatus.TECHNICAL_REVIEW
    audit.save()
    return audit


def raise_finding(audit: Audit, kind: str, days: int) -> Finding:
    """Note a finding that was raised so many days ago."""
    return Finding.objects.create(
        audit=audit,
        criterion=audit.answers.first().criterion,
        number=audit.findings.count() + 1,
        kind=kind,
        statement="It is not done.",
        objective_evidence="Three records of five.",
        raised_by=leader_of(audit),
        raised_at=timezone.now() - timedelta(days=days),
    )


class World:
    """A body, two organisations that it audits, a reader who sees both, and one reader each."""

    def __init__(self) -> None:
        """Make them."""
        self.body, self.bank, self.power = (make_organisation() for _each in range(3))
        self.edition = make_edition()
        for each in (self.bank, self.power):
            each.audit_bodies.add(self.body)
        self.audits = [
            scored(self.body, self.bank, self.edition, year=2025, level=2),
            scored(self.body, self.bank, self.edition, year=2026, level=4),
            scored(self.body, self.power, self.edition, year=2026, level=3),
        ]
        self.audits.append(make_audit(conductor=self.body, centre=self.audits[1].centre, edition=self.edition))
        raise_finding(self.audits[0], FindingKind.MAJOR, 200)
        for days in (0, 30, 31):
            raise_finding(self.audits[1], FindingKind.MINOR, days)
        raise_finding(self.audits[2], FindingKind.MINOR, 61)
        today = timezone.localdate()
        for audit, days in zip(self.audits, (20, 100, 100), strict=False):
            make_certificate(audit, valid_from=today - timedelta(days=9), valid_until=today + timedelta(days=days))
        programme = AuditProgramme.objects.create(
            organisation=self.body, year=2026, objectives="All.", created_by=leader_of(self.audits[0]), created_at=AT
        )
        for centre, month in ((self.audits[0].centre, 1), (self.audits[2].centre, 12)):
            ProgrammeLine.objects.create(programme=programme, centre=centre, month=month, kind="internal")
        self.all = make_user(Role.AUDIT_MANAGER, self.body)
        self.manager = make_user(Role.ADMINISTRATOR, self.bank)


@pytest.fixture
def world() -> World:
    return World()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def links_of(page: str, code: str) -> list[tuple[str, str]]:
    """Return (address, label) of every link in the picture of a chart."""
    section = page[page.index(f'id="{code}"') :]
    start, end = section.index("<svg"), section.index("</svg>")
    svg = ElementTree.fromstring(section[start : end + len("</svg>")])
    return [(link.get("href", ""), link.findtext(f"{SVG}title", "")) for link in svg.iter(f"{SVG}a")]


def rows_at(client: Client, address: str) -> int:
    """Count the rows of the list that an address leads to."""
    response = client.get(address)
    assert response.status_code == 200, address
    context = response.context
    if address.startswith("/programmes/"):
        return sum(len(cells) for row in context["year"].centres for _month, cells, _dues in row.cells)
    if address.startswith("/benchmarks/"):
        return len(context["picture"].rows)
    return int(context["page"].paginator.count)


COUNTED = ("audits", "organisations", "programme", "findings", "expiring", "certificates")


@pytest.mark.parametrize("query", ["", "?year=2026", "?tier=base", "?block=A"])
def test_every_number_is_the_number_of_rows_that_it_leads_to(world: World, query: str) -> None:
    client, checked = signed_in(world.all), 0
    page = client.get(reverse("reports:scheme") + query).content.decode()
    for code in COUNTED:
        if f'id="{code}"' not in page or "<svg" not in page[page.index(f'id="{code}"') :].split("</section>")[0]:
            continue
        for address, label in links_of(page, code):
            number = int(re.search(r": (\d+)$", label).group(1))  # type: ignore[union-attr]
            assert rows_at(client, address) == number, (code, label, address)
            checked += 1
    assert checked >= 10


def test_points_of_the_years_lead_to_the_audits_that_they_are_the_mean_of(world: World) -> None:
    client = signed_in(world.all)
    links = links_of(client.get(reverse("reports:scheme")).content.decode(), "trend")
    assert [label for _address, label in links] == ["2025: 28.0 %, audits: 1", "2026: 49.0 %, audits: 2"]
    assert [rows_at(client, address) for address, _label in links] == [1, 2]


def test_cells_lead_to_the_answers_of_a_block_and_to_the_audit(world: World) -> None:
    client = signed_in(world.manager)
    links = links_of(client.get(reverse("reports:dashboard")).content.decode(), "scores")
    block = [address for address, label in links if "A Block A" in label]
    audit = world.audits[1]
    assert f"{reverse('audits:sheet', args=[audit.pk])}?block=A" in block
    kept = client.get(block[0]).context["kept"]
    assert len(kept) == 3
    assert reverse("audits:audit_detail", args=[audit.pk]) in [address for address, _label in links]


def test_numbers_in_the_table_lead_where_the_picture_does(world: World) -> None:
    page = signed_in(world.all).get(reverse("reports:scheme")).content.decode()
    for code in ("audits", "findings", "certificates", "trend"):
        table = page[page.index(f'id="{code}"') :].split("<tbody>")[1].split("</tbody>")[0]
        there = [unescape(each) for each in re.findall(r'href="([^"]+)"', table)]
        assert there == [address for address, _label in links_of(page, code)], code


def test_a_manager_sees_one_organisation_and_nobody_elses(world: World) -> None:
    client = signed_in(world.manager)
    for name in ("reports:dashboard", "reports:scheme"):
        for query in ("", f"?organisation={world.power.pk}", f"?centre={world.audits[2].centre_id}"):
            page = client.get(reverse(name) + query).content.decode()
            assert str(world.power) not in page
            assert str(world.audits[2].centre) not in page
    client.force_login(make_user())
    assert str(world.bank) not in client.get(reverse("reports:scheme")).content.decode()


def test_lists_do_not_name_what_a_reader_may_not_see(world: World) -> None:
    client = signed_in(world.manager)
    for name in ("audits:audit_list", "findings:board", "certificates:list"):
        page = client.get(f"{reverse(name)}?organisation={world.power.pk}&centre={world.audits[2].centre_id}")
        assert str(world.power) not in page.content.decode()
        assert str(world.audits[2].centre) not in page.content.decode()


def test_what_makes_no_sense_narrows_nothing(world: World) -> None:
    client = signed_in(world.all)
    plain = client.get(reverse("reports:scheme")).context["charts"]
    odd = "?year=0&organisation=x&centre=-1&programme=%00&tier=%27%3B&block=%C2%B2&year=99999999999999999999"
    given = client.get(reverse("reports:scheme") + odd).context["charts"]
    assert [chart.rows for chart in given] == [chart.rows for chart in plain]


def test_charts_cost_the_same_for_few_and_for_many(world: World) -> None:
    client = signed_in(world.all)
    address = reverse("reports:scheme")
    client.get(address)  # remembers the edition
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    for year in (2024, 2025, 2026):
        audit = scored(world.body, world.bank, world.edition, year=year, level=5)
        raise_finding(audit, FindingKind.MINOR, 10)
        make_certificate(audit)
    client.get(address)  # remembers the new results
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few) <= 40


@pytest.mark.parametrize("code", OF_ONE)
def test_each_chart_is_a_file_that_others_can_open(world: World, code: str) -> None:
    client = signed_in(world.all)
    asked = f"?organisation={world.bank.pk}"
    found = {kind: client.get(reverse("reports:dashboard_file", args=[code, kind]) + asked) for kind in ("svg", "csv")}
    if code == "market":
        assert found["svg"].status_code == 404  # nobody has measured
        return
    svg = ElementTree.fromstring(found["svg"].content)
    assert svg.find(f"{SVG}title").text
    assert list(svg.iter(f"{SVG}a")) == []
    assert found["svg"]["Content-Security-Policy"] == "sandbox"
    rows = list(csv.reader(io.StringIO(found["csv"].content.decode("utf-8-sig"))))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


def test_png_is_sharp_and_has_chinese_letters(world: World) -> None:
    client = signed_in(world.all)
    client.cookies["django_language"] = "zh-hans"
    address = reverse("reports:dashboard_file", args=["audits", "png"])
    image = Image.open(io.BytesIO(client.get(f"{address}?organisation={world.bank.pk}").content))
    assert image.width == 1920
    assert len(image.convert("L").getcolors()) > 8  # ink, paper, and the edges of letters


def test_unknown_charts_and_kinds_are_not_found(world: World) -> None:
    client = signed_in(world.all)
    for chart, kind in (("audits", "exe"), ("nothing", "svg"), ("organisations", "svg")):
        assert client.get(reverse("reports:dashboard_file", args=[chart, kind])).status_code == 404


def test_csv_holds_nothing_that_a_spreadsheet_runs(world: World) -> None:
    world.bank.name = "=HYPERLINK(1)"
    world.bank.save()
    answer = signed_in(world.all).get(reverse("reports:scheme_file", args=["organisations", "csv"]))
    assert "'=HYPERLINK(1)" in answer.content.decode()


def test_every_chart_says_what_to_do_without_numbers() -> None:
    page = signed_in(make_user(Role.ADMINISTRATOR)).get(reverse("reports:scheme"))
    assert page.status_code == 200
    assert page.content.decode().count("ts-empty") == len(CHARTS)
    assert not MarketRelease.objects.exists()


def score(centre: int, on: date, percent: float, audit: int = 1) -> SiteScore:
    return SiteScore(audit, "A", centre, f"Centre {centre}", "O", on, {"total": percent}, {"total": (percent, 100.0)})


def test_the_newest_result_of_a_centre_counts_and_the_mean_is_of_all() -> None:
    found = [score(1, date(2025, 1, 1), 40), score(1, date(2026, 1, 1), 60, 2), score(2, date(2026, 2, 1), 80, 3)]
    assert [(each.centre, each.audit) for each in newest_of_each(found, None)] == [(1, 2), (2, 3)]
    assert [each.audit for each in newest_of_each(found, 2025)] == [1]
    assert [(each.year, each.mean, each.least, each.most, each.audits) for each in by_year(found)] == [
        (2025, 40, 40, 40, 1),
        (2026, 70, 60, 80, 2),
    ]


def test_a_scheme_owner_sees_numbers_of_the_own_standard_and_no_name(client: Client) -> None:
    owner = make_user(Role.SCHEME_OWNER)
    edition = make_edition()
    Standard.objects.create(code=edition.code, owner=owner.memberships.get().organisation)
    conductor, auditee = make_organisation(), make_organisation()
    finished = scored(conductor, auditee, edition, year=2026, level=4)
    make_audit(conductor=conductor, edition=edition, started=False)
    make_audit(conductor=make_organisation(), edition=edition)
    make_certificate(finished, valid_from=date(2026, 1, 1), valid_until=date(2099, 1, 1))
    client.force_login(owner)
    with CaptureQueriesContext(connection) as few:
        page = client.get(reverse("reports:scheme")).content.decode()
    row = re.search(rf"<tr>\s*<th scope=\"row\">Sample standard {edition.version}</th>(.*?)</tr>", page, re.DOTALL)
    assert row is not None
    assert re.findall(r">(\d+)</td>", row.group(1)) == ["1", "1", "1", "3", "1"]
    assert auditee.name not in page
    assert "There is nothing to draw" in page
    for _number in range(5):
        make_audit(conductor=conductor, edition=edition)
    with CaptureQueriesContext(connection) as more:
        client.get(reverse("reports:scheme"))
    assert len(more) == len(few)


def test_who_owns_no_standard_is_told_no_numbers_of_any(client: Client) -> None:
    make_audit()
    client.force_login(make_user(Role.VIEWER))
    page = client.get(reverse("reports:scheme")).content.decode()
    assert "What rests on your standard" not in page
