"""Documents about the market, several sites, a year and a person: their numbers against the rows, and their rights."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audits.engagements import AgendaLine, AuditProgramme
from audits.models import Decision, FindingKind
from benchmarks.models import MarketFigure, MarketRelease, Measurement, MeasurementRun
from reports.papers import KINDS, SUBJECTS, Order
from reports.papers.shelf import shelf_of
from tests.factories import AT, leader_of, make_audit, make_centre, make_edition, make_organisation, make_user, submit
from tests.reports.rows import answer_all, make_certificate

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Organisation, User
    from audits.models import Audit

pytestmark = pytest.mark.django_db


def sheets(code: str, subject: Any, by: User, language: str = "en") -> dict[str, list[list[Any]]]:
    """Return the rows of every sheet of a workbook by its title."""
    printed = KINDS[code].formats["xlsx"](Order(subject=subject, by=by, language=language, at=AT))
    book = openpyxl.load_workbook(io.BytesIO(printed.data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets}


def queries(code: str, subject: Any, by: User) -> int:
    order = Order(subject=subject, by=by, language="en", at=AT)
    KINDS[code].formats["csv"](order)  # what a process reads once is read
    with CaptureQueriesContext(connection) as caught:
        KINDS[code].formats["csv"](order)
    return len(caught)


def decided(level: int, *, auditee: Organisation, granted: bool = True, **fields: Any) -> Audit:
    """Make an audit of a new centre that was scored and decided on."""
    audit = make_audit(centre=make_centre(auditee), **fields)
    answer_all(audit, level)
    submit(audit)
    audit.refresh_from_db()
    Decision.objects.create(
        audit=audit,
        granted=granted,
        tier="base" if granted else "",
        route="panel",
        reason="Met.",
        decided_by=make_user(),
        decided_at=AT,
    )
    return audit


def raise_finding(audit: Audit, kind: str, number: int, **fields: Any) -> None:
    audit.findings.create(
        criterion=audit.answers.all()[0].criterion,
        number=number,
        kind=kind,
        statement="It is not done.",
        objective_evidence="Seen.",
        raised_by=leader_of(audit),
        **{"raised_at": AT, **fields},
    )


# --- the market -----------------------------------------------------------------------------------------------------


@pytest.fixture
def measured() -> Audit:
    """Return an audit whose centre answers faster than the market, holds its upper quartile, and measured CSAT too."""
    audit = make_audit()
    answer_all(audit, 3)
    run = MeasurementRun.objects.create(
        centre=audit.centre,
        records_name="r.csv",
        records_sha256="0" * 64,
        mapping="kind: contacts",
        mapping_sha256="0" * 64,
        engine="duckdb",
        period_from=date(2026, 7, 1),
        period_to=date(2026, 7, 30),
        rows_read=900,
        rows_used=900,
        created_at=AT,
    )
    rows: dict[str, Any] = {"channel": "voice", "unit": "%", "n": 900, "standard_error": 0.5, "clusters": 30}
    for kpi, variant, value in (("abandonment", "offered", 3.0), ("fcr_survey", "first_yes", 71.5)):
        Measurement.objects.create(run=run, kpi=kpi, variant=variant, value=value, cluster="day", **rows)
    release = MarketRelease.objects.create(code="m1", title="Market 2026", sha256="0" * 64, loaded_at=AT)
    for line, (statistic, value) in enumerate((("mean", 6), ("upper quartile", 4)), 1):
        MarketFigure.objects.create(
            release=release,
            line=line,
            kpi="abandonment",
            variant="offered",
            value=value,
            unit="%",
            statistic=statistic,
            industry="all",
            region="global",
            channel="voice",
            year=2026,
            n="200",
            source="Publisher",
            url="https://example.org/page",
            grade="A",
        )
    release.status, release.published_at = "published", AT
    release.save()
    audit.measurement_run, audit.market_release = run, release
    audit.market = {
        "abandonment": {"state": "above", "variant": "offered", "channel": "voice", "unit": "%", "value": 3.0,
                        "half_width": 1.02, "figure": {"value": "6", "year": 2026, "source": "Publisher"},
                        "reason": {"code": "above"}},
        "fcr_survey": {"state": "no_figure", "reason": {"code": "no_figure"}},
    }  # fmt: skip
    audit.save()
    return audit


def test_a_benchmark_position_has_measured_interval_three_bars_and_the_source(measured: Audit) -> None:
    found = sheets("benchmark_position", measured, leader_of(measured))
    head, abandoned, solved = found["Position at the three bars"]
    row = dict(zip(head, abandoned, strict=False))
    assert (row["Measured value"], row["Records"], row["Unit"]) == (3, 900, "%")
    assert row["95 % from"] == pytest.approx(1.98, abs=0.01)
    assert abandoned[6:12] == [6, "Above the market", 4, "Better than the bar", None, abandoned[11]]
    assert abandoned[11] == "No comparable figure"
    # What nobody publishes is measured nevertheless.
    assert solved[1] == pytest.approx(71.5)
    source = found["Where the market figures come f"][1:]
    assert [each[4:6] for each in source] == [["Publisher", 2026], ["Publisher", 2026]]
    assert source[1][9] == "https://example.org/page"
    assert found["Verdicts by bar"][1][:2] == ["Above the market", 1]


def test_without_measurements_there_is_no_benchmark_position(measured: Audit, client: Client) -> None:
    kind = KINDS["benchmark_position"]
    assert kind.waits(measured, AT) == ""
    measured.measurement_run = None
    measured.save()
    assert "no measurements" in kind.waits(measured, AT)
    client.force_login(leader_of(measured))
    address = reverse("reports:document_request", args=["benchmark_position"])
    answer = client.post(address, {"key": measured.pk, "format": "pdf"}, follow=True)
    assert "no measurements" in answer.content.decode()


# --- sites ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def auditee() -> Organisation:
    return make_organisation()


def test_sites_stand_side_by_side_with_scores_certificates_and_what_is_open(auditee: Organisation) -> None:
    edition = make_edition()
    good, weak = (decided(level, auditee=auditee, edition=edition) for level in (5, 3))
    bare = make_centre(auditee)
    make_certificate_only(good)
    raise_finding(weak, FindingKind.MAJOR, 1, due=date(2026, 9, 1), raised_at=AT - timedelta(days=40))
    raise_finding(weak, FindingKind.MINOR, 2, due=date(2026, 12, 1))
    raise_finding(weak, FindingKind.MINOR, 3, closed_at=AT)
    found = sheets("site_comparison", auditee, make_user(Role.CENTRE_MANAGER, auditee))
    _head, first, second = found["Scores by block, in per cent"]
    assert first == [good.centre.name, 100, 100, 100]
    assert second == [weak.centre.name, 60, 60, 60]
    rows = {row[0]: row[1:] for row in found["Certificates and open nonconfor"][1:]}
    assert rows[weak.centre.name][3:] == [1, 1, 1, 40]
    assert rows[good.centre.name][:2] == [good.certificate.number, "Not valid yet"]
    assert rows[bare.name] == [None, None, None, 0, 0, 0, None]
    assert [row[0] for row in found["Centres without a decided audit"][1:]] == [bare.name]
    assert [row[-2:] for row in found["Latest decided audit of each ce"][1:]] == [[100, 100], [60, 100]]


def make_certificate_only(audit: Audit) -> None:
    audit.decision.delete()
    make_certificate(audit)


def test_the_latest_decision_counts_and_cells_of_the_heat_map_are_numbers_on_a_scale(auditee: Organisation) -> None:
    old = decided(2, auditee=auditee)
    Decision.objects.filter(audit=old).update(decided_at=AT - timedelta(days=400))
    new = make_audit(centre=old.centre)
    answer_all(new, 4)
    submit(new)
    new.refresh_from_db()
    Decision.objects.create(
        audit=new, granted=False, route="panel", reason="No.", decided_by=make_user(), decided_at=AT
    )
    order = Order(subject=auditee, by=make_user(Role.ADMINISTRATOR, auditee), language="en", at=AT)
    book = openpyxl.load_workbook(io.BytesIO(KINDS["site_comparison"].formats["xlsx"](order).data))
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet[2]] == [old.centre.name, 80, 80, 80]
    assert {str(each.sqref) for each in sheet.conditional_formatting} == {"B2", "C2", "D2"}
    assert book.defined_names["blocks_total"].attr_text.endswith("$B$2:$B$2")
    assert book.worksheets[2][2][4].value == "Not granted"


def test_more_sites_ask_the_database_no_more_often(auditee: Organisation) -> None:
    edition = make_edition()
    by = make_user(Role.CENTRE_MANAGER, auditee)
    decided(3, auditee=auditee, edition=edition)
    before = queries("site_comparison", auditee, by)
    for _n in range(3):
        decided(4, auditee=auditee, edition=edition)
    assert queries("site_comparison", auditee, by) == before <= 11


@pytest.mark.parametrize(
    ("role", "status"), [(Role.CENTRE_MANAGER, 302), (Role.CONTRIBUTOR, 403), (Role.VIEWER, 403), (None, 404)]
)
def test_who_has_a_comparison_of_sites(auditee: Organisation, client: Client, role: str | None, status: int) -> None:
    client.force_login(make_user(role, auditee) if role else make_user(Role.ADMINISTRATOR))
    address = reverse("reports:document_request", args=["site_comparison"])
    assert client.post(address, {"key": auditee.pk, "format": "xlsx"}).status_code == status


# --- the year -------------------------------------------------------------------------------------------------------


@pytest.fixture
def programme() -> AuditProgramme:
    body = make_organisation()
    manager = make_user(Role.AUDIT_MANAGER, body)
    return AuditProgramme.objects.create(
        organisation=body, year=2026, objectives="All of it.", created_by=manager, created_at=AT
    )


def planned(programme: AuditProgramme, month: int, audit: Audit | None = None) -> None:
    centre = audit.centre if audit else make_centre()
    line = programme.lines.create(centre=centre, month=month, kind="certification", days=Decimal("2.5"))
    if audit:
        audit.programme_line = line
        audit.save()


def test_a_year_counts_planned_held_decided_certificates_and_findings(programme: AuditProgramme) -> None:
    body = programme.organisation
    begun = make_audit(conductor=body)
    ended = decided(4, auditee=make_organisation(), conductor=body)
    make_certificate_only(ended)
    raise_finding(ended, FindingKind.MAJOR, 1, raised_at=AT - timedelta(days=100), due=date(2026, 9, 1))
    raise_finding(ended, FindingKind.MINOR, 2)
    raise_finding(ended, FindingKind.STRENGTH, 3)
    for month, audit in ((1, None), (9, begun), (9, ended), (12, None)):
        planned(programme, month, audit)
    found = sheets("programme_overview", programme, programme.created_by)
    facts = {row[0]: row[1] for row in found["Overview"]}
    assert [facts[name] for name in ("Audits planned", "Audits held", "Audits decided", "Late, not begun")] == [
        4,
        1,
        1,
        1,
    ]
    assert facts["Auditor days planned"] == 10
    months = {row[0]: row[1:] for row in found["By month"][1:]}
    assert months["September"] == [2, 1, 1, 0, 5]
    assert {row[0]: row[1] for row in found["Where the audits stand"][1:]} == {
        "Late, not begun": 1, "Not begun": 1, "Begun": 1, "Closed": 1, "Cancelled": 0,
    }  # fmt: skip
    assert [row[0] for row in found["Certificates"][1:]] == [ended.certificate.number]
    assert [row[1:] for row in found["By grading"][1:]][:2] == [[1, 0, 1, 1], [1, 0, 1, 0]]
    ages = {row[0]: row[1:] for row in found["Open nonconformities by age in"][1:]}
    assert sum(row[0] for row in ages.values()) == 1
    assert ages["91–180 days"][0] == 1


def test_a_longer_year_asks_the_database_no_more_often(programme: AuditProgramme) -> None:
    edition = make_edition()
    planned(programme, 3, decided(3, auditee=make_organisation(), conductor=programme.organisation, edition=edition))
    before = queries("programme_overview", programme, programme.created_by)
    for month in (4, 5, 6):
        audit = decided(3, auditee=make_organisation(), conductor=programme.organisation, edition=edition)
        planned(programme, month, audit)
    assert queries("programme_overview", programme, programme.created_by) == before <= 6


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADMINISTRATOR, 302), (Role.AUDITOR, 403), (Role.VIEWER, 403), (None, 404)]
)
def test_who_has_the_overview_of_a_year(
    programme: AuditProgramme, client: Client, role: str | None, status: int
) -> None:
    client.force_login(make_user(role, programme.organisation) if role else make_user(Role.AUDIT_MANAGER))
    address = reverse("reports:document_request", args=["programme_overview"])
    assert client.post(address, {"key": programme.pk, "format": "pdf"}).status_code == status


# --- a person -------------------------------------------------------------------------------------------------------


def test_a_portfolio_counts_the_days_of_the_plan_and_else_those_on_site() -> None:
    first = make_audit(onsite_from=date(2026, 9, 10), onsite_to=date(2026, 9, 20))
    person = leader_of(first)
    second = make_audit(conductor=first.conductor)
    second.team.filter(role="auditor").update(user=person)
    for day in (14, 14, 15):
        line = AgendaLine.objects.create(audit=second, day=date(2026, 9, day), begins="09:00", ends="10:00", what="A")
        line.who.add(person)
    found = sheets("auditor_portfolio", person, person)
    rows = {row[0]: row for row in found["Audits"][1:]}
    # Five of the eleven days on site are over on the day of the document.
    assert (rows[first.reference][5], rows[first.reference][8]) == ("Team leader", 5)
    assert (rows[second.reference][5], rows[second.reference][8]) == ("Auditor", 2)
    facts = {row[0]: row[1] for row in found["Overview"]}
    assert (facts["Audits"], facts["Led"], facts["Days on site"]) == (2, 1, 7)
    assert [row[1:] for row in found["By year"][1:]] == [[2, 7]]


def test_only_the_person_and_who_manages_their_audits_see_a_portfolio(client: Client) -> None:
    audit, elsewhere = make_audit(), make_audit()
    person = leader_of(audit)
    elsewhere.team.filter(role="auditor").update(user=person)
    body = audit.conductor
    manager = make_user(Role.AUDIT_MANAGER, body)
    address = reverse("reports:document_request", args=["auditor_portfolio"])
    strangers = [make_user(role, body) for role in (Role.AUDITOR, Role.DECISION_MAKER, Role.ADMINISTRATOR)]
    for who, status in ((person, 302), (manager, 302), *((each, 404) for each in strangers)):
        client.force_login(who)
        assert client.post(address, {"key": person.pk, "format": "pdf"}).status_code == status, who
    # A manager sees what the own body did with them, and not what others did.
    assert len(sheets("auditor_portfolio", person, person)["Audits"]) == 3
    assert [row[0] for row in sheets("auditor_portfolio", person, manager)["Audits"][1:]] == [audit.reference]
    assert SUBJECTS["person"].fetch(make_user(Role.AUDIT_MANAGER), str(person.pk)) is None


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_of_documents_asks_no_more_often_for_more_subjects(
    auditee: Organisation, programme: AuditProgramme, client: Client
) -> None:
    manager = programme.created_by
    manager.memberships.create(organisation=auditee, role=Role.CENTRE_MANAGER)
    make_centre(auditee)
    make_audit(conductor=programme.organisation)
    shelf_of(manager, at=AT)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            shelf_of(manager, at=AT)
        return len(caught)

    before = asked()
    for _n in range(4):
        make_audit(conductor=programme.organisation)
        manager.memberships.create(organisation=make_centre().organisation, role=Role.CENTRE_MANAGER)
    manager.__dict__.pop("_roles", None)
    assert asked() <= before + 1  # the memberships are read again
    client.force_login(manager)
    page = client.get(reverse("reports:document_list")).content.decode()
    for code in ("site_comparison", "programme_overview", "auditor_portfolio"):
        assert str(KINDS[code].purpose) in page


def test_machines_read_a_benchmark_position_as_json_and_csv(measured: Audit) -> None:
    order = Order(subject=measured, by=leader_of(measured), language="zh-hans", at=AT)
    formats = KINDS["benchmark_position"].formats
    rows = list(csv.DictReader(io.StringIO(formats["csv"](order).data.decode("utf-8-sig"))))
    assert [row["measured"] for row in rows] == ["3.0", "71.5"]
    assert json.loads(formats["json"](order).data)["kind"] == "benchmark_position"


def test_a_body_without_centres_is_not_offered_to_compare_them(programme: AuditProgramme) -> None:
    offered = {offer.kind.code for group in shelf_of(programme.created_by, at=AT) for shelf in group.shelves
               for offer in shelf.offers}  # fmt: skip
    assert offered == {"programme_overview"}
