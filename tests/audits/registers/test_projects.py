"""Improvement projects: life, rights, figures on the page, bad input, and two people at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.registers import Project
from audits.selectors.registers.projects import account, cuts_only_cost
from audits.services.registers.credentials import credential_revoke
from audits.services.registers.errors import RegisterError, StaleEntryError
from audits.services.registers.projects import (
    Review,
    project_abandon,
    project_close,
    project_create,
    project_file,
    project_reopen,
    project_start,
    project_update,
)
from ledger.models import Entry
from tests.audits.registers.rows import (
    COST_ONLY,
    FLOWS,
    Place,
    gain,
    invest,
    make_credential,
    make_place,
    make_project,
    project_facts,
)
from tests.audits.registers.test_credentials import READERS, STRANGERS, WRITERS
from tests.factories import AT

if TYPE_CHECKING:
    from django.test import Client

    from audits.registers import Credential

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture
def lead(place: Place) -> Credential:
    return make_credential(place)


def review(**fields: Any) -> Review:
    values: dict[str, Any] = {
        "flows": FLOWS,
        "reached": Decimal(4),
        "customer_words": "Less waiting.",
        "customer_figure": Decimal(5),
        "learnt": "Much.",
    }
    return Review(**{**values, **fields})


def test_life_of_a_project_is_in_the_ledger(place: Place, lead: Credential) -> None:
    project = make_project(place, lead, until="closed")
    actions = list(Entry.objects.filter(subject=f"project:{project.pk}").values_list("action", flat=True))
    assert actions == ["project.drafted", "project.filed", "project.started", "project.closed"]
    assert (project.status, project.revision, project.ended_on) == ("closed", 4, AT.date())
    assert project.reviewed_flows == FLOWS


def test_filing_needs_a_plan_and_a_lead_whose_credential_holds(place: Place, lead: Credential) -> None:
    by = place.people["administrator"]
    for flows in ((), (invest(5),), (gain("revenue", 1, 2, 3),)):
        with pytest.raises(RegisterError, match="plan_incomplete"):
            make_project(place, lead, until="filed", flows=flows)
    credential_revoke(credential_id=lead.pk, revision=1, reason="Left.", by=by, at=AT)
    with pytest.raises(RegisterError, match="lead_not_valid"):
        make_project(place, lead, until="filed")
    lapsed = make_credential(place, holder_name="Bo", passed_on=date(2020, 1, 1), valid_until=date(2023, 1, 1))
    with pytest.raises(RegisterError, match="lead_not_valid"):
        make_project(place, lapsed, until="filed")


def test_filed_plan_is_frozen_until_it_is_taken_back(place: Place, lead: Credential) -> None:
    by = place.people["administrator"]
    project = make_project(place, lead, until="filed")
    with pytest.raises(RegisterError, match="project_wrong_status"):
        project_update(project_id=project.pk, revision=2, facts=project_facts(lead), by=by, at=AT)
    project_reopen(project_id=project.pk, revision=2, by=by, at=AT)
    changed = project_update(project_id=project.pk, revision=3, facts=project_facts(lead, title="New"), by=by, at=AT)
    assert (changed.title, changed.filed_on, changed.filed_by) == ("New", None, None)


def test_review_is_by_somebody_else_and_after_the_end(place: Place) -> None:
    manager, other = place.people["centre_manager"], place.people["audit_manager"]
    lead = make_credential(place, holder=other)
    project = make_project(place, lead, until="running")
    for by in (manager, other):  # who filed, and who leads
        with pytest.raises(RegisterError, match="reviewer_involved"):
            project_close(project_id=project.pk, revision=3, review=review(), by=by, at=AT)
    late = make_project(place, lead, until="running", ends_on=date(2026, 12, 31))
    by = place.people["administrator"]
    with pytest.raises(RegisterError, match="not_ended"):
        project_close(project_id=late.pk, revision=3, review=review(), by=by, at=AT)
    with pytest.raises(RegisterError, match="plan_incomplete"):
        project_close(project_id=project.pk, revision=3, review=review(flows=()), by=by, at=AT)
    assert project_close(project_id=project.pk, revision=3, review=review(), by=by, at=AT).status == "closed"


@pytest.mark.parametrize("until", ["draft", "filed", "running"])
def test_abandoning_keeps_the_project_and_ends_it(place: Place, lead: Credential, until: str) -> None:
    project, by = make_project(place, lead, until=until), place.people["administrator"]
    project = project_abandon(project_id=project.pk, revision=project.revision, reason="No money.", by=by, at=AT)
    assert (project.status, project.abandoned_reason) == ("abandoned", "No money.")
    for step in (project_file, project_start, project_reopen):
        with pytest.raises(RegisterError, match="project_wrong_status"):
            step(project_id=project.pk, revision=project.revision, by=by, at=AT)


def test_old_revision_changes_nothing(place: Place, lead: Credential) -> None:
    project, by = make_project(place, lead), place.people["administrator"]
    project_update(project_id=project.pk, revision=1, facts=project_facts(lead, title="First"), by=by, at=AT)
    with pytest.raises(StaleEntryError):
        project_update(project_id=project.pk, revision=1, facts=project_facts(lead, title="Second"), by=by, at=AT)
    with pytest.raises(StaleEntryError):
        project_file(project_id=project.pk, revision=1, by=by, at=AT)
    assert Project.objects.get().title == "First"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"flows": (invest(1), invest(2))}, "flow_twice"),
        ({"flows": (gain("revenue", 3, 2, 4),)}, "bad_flow"),
        ({"flows": (gain("luck", 1, 2, 4),)}, "bad_flow"),
        ({"flows": (gain("revenue", -1, 2, 4),)}, "bad_flow"),
        ({"flows": (gain("revenue", 1, 2, 4, year=31),)}, "bad_flow"),
        ({"ends_on": date(2026, 1, 1)}, "dates_reversed"),
        ({"customer_words": ""}, "customer_value_halved"),
        ({"customer_figure": None}, "customer_value_halved"),
    ],
)
def test_services_refuse_what_a_form_would_have_located(
    place: Place, lead: Credential, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(RegisterError, match=code):
        project_create(
            centre=place.centre, facts=project_facts(lead, **fields), by=place.people["administrator"], at=AT
        )


def test_lead_of_another_organisation_is_refused(place: Place) -> None:
    with pytest.raises(RegisterError, match="lead_elsewhere"):
        make_project(place, make_credential(make_place()))


def test_what_only_cuts_cost_is_told_by_the_review_once_there_is_one(place: Place, lead: Credential) -> None:
    silent = {"customer_words": "", "customer_figure": None}
    assert cuts_only_cost(make_project(place, lead, flows=COST_ONLY, **silent))
    assert not cuts_only_cost(make_project(place, lead, flows=COST_ONLY))
    project = make_project(place, lead, until="running")
    assert not cuts_only_cost(project)
    project = project_close(
        project_id=project.pk,
        revision=3,
        review=review(flows=COST_ONLY, customer_words="", customer_figure=None),
        by=place.people["audit_manager"],
        at=AT,
    )
    assert cuts_only_cost(project)


def test_account_shows_the_figures_of_the_plan() -> None:
    rows = {row.title: row for row in account(FLOWS, Decimal(8), "HKD").figures}
    assert rows["Net return"].expected == "400.00 HKD"
    assert rows["Return on investment (ROI)"].expected == "40.0 %"
    assert rows["Payback"].expected == "1.33 years"
    assert (rows["Payback"].low, rows["Return on investment (ROI)"].low) == ("never", "-50.0 %")
    # -1000 + 800/1.08 + 600/1.1664
    assert rows["Net present value (NPV)"].expected == "255.14 HKD"
    plot = account(FLOWS, Decimal(8), "HKD").plot
    assert plot.count("<circle") == 3
    assert " style=" not in plot


# --- pages ----------------------------------------------------------------------------------------------------------

ROWS = 9


def form_data(lead: Credential, rows: list[dict[str, str]] | None = None, **fields: Any) -> dict[str, Any]:
    rows = (
        [
            {"kind": "investment", "year": "0", "expected": "1000.50"},
            {"kind": "customer", "year": "1", "low": "300", "expected": "800", "high": "900"},
        ]
        if rows is None
        else rows
    )
    flows = {
        f"flows-{number}-{name}": (rows[number] if number < len(rows) else {}).get(name, "")
        for number in range(ROWS)
        for name in ("kind", "year", "low", "expected", "high")
    }
    return {
        "title": "回电代替等待 ☎️",
        "lead": lead.pk,
        "problem": "Too many give up.",
        "measure": "Abandoned calls",
        "unit": "%",
        "baseline": "8.5",
        "baseline_from": "2026-01-01",
        "baseline_to": "2026-03-31",
        "target": "4",
        "customer_words": "Customers wait less.",
        "customer_figure": "6",
        "customer_unit": "points of NPS",
        "starts_on": "2026-04-01",
        "ends_on": "2026-08-31",
        "currency": "HKD",
        "rate": "8",
        "revision": "0",
        "flows-TOTAL_FORMS": str(ROWS),
        "flows-INITIAL_FORMS": "0",
        **flows,
        **fields,
    }


def add(client: Client, place: Place, lead: Credential, rows: Any = None, **fields: Any) -> Any:
    return client.post(reverse("registers:project_create", args=[place.centre.pk]), form_data(lead, rows, **fields))


@pytest.mark.parametrize("who", [*WRITERS, *READERS, *STRANGERS])
def test_rights(client: Client, place: Place, lead: Credential, who: str) -> None:
    project = make_project(place, lead)
    client.force_login(place.people[who])
    read = 404 if who in STRANGERS else 200
    write = 200 if who in WRITERS else 404 if who in STRANGERS else 403
    assert client.get(reverse("registers:project_detail", args=[project.pk])).status_code == read
    assert client.get(reverse("registers:centre", args=[place.centre.pk])).status_code == read
    assert client.get(reverse("registers:project_create", args=[place.centre.pk])).status_code == write
    for name in ("project_update", "project_review", "project_abandon"):
        assert client.get(reverse(f"registers:{name}", args=[project.pk])).status_code == write
    assert add(client, place, lead).status_code == (302 if who in WRITERS else write)
    step = reverse("registers:project_step", args=[project.pk, "file"])
    assert client.post(step, {"revision": "1"}).status_code == (302 if who in WRITERS else write)
    project.refresh_from_db()
    assert project.status == ("filed" if who in WRITERS else "draft")
    assert (project.title in client.get(reverse("registers:project_list")).content.decode()) == (read == 200)


def test_drafting_changing_and_reading(client: Client, place: Place, lead: Credential) -> None:
    client.force_login(place.people["centre_manager"])
    assert add(client, place, lead).status_code == 302
    project = Project.objects.get()
    assert project.plan == [
        {"kind": "investment", "year": 0, "low": "1000.50", "expected": "1000.50", "high": "1000.50"},
        {"kind": "customer", "year": 1, "low": "300", "expected": "800", "high": "900"},
    ]
    page = client.get(reverse("registers:project_detail", args=[project.pk])).content.decode()
    assert "never" in page
    assert "<svg" in page
    edit = reverse("registers:project_update", args=[project.pk])
    assert 'value="1000.50"' in client.get(edit).content.decode()
    assert client.post(edit, form_data(lead, rows=[], revision="1")).status_code == 302
    assert Project.objects.get().plan == []
    assert "no amounts yet" in client.get(reverse("registers:project_detail", args=[project.pk])).content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"baseline": "NaN"}, "baseline"),
        ({"baseline": "Infinity"}, "baseline"),
        ({"target": "=1+1"}, "target"),
        ({"target": "9" * 5000}, "target"),
        ({"target": "1e400"}, "target"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "101"}, "rate"),
        ({"currency": "hkd"}, "currency"),
        ({"currency": "H€D"}, "currency"),
        ({"title": "a\x00b"}, "title"),
        ({"title": ""}, "title"),
        ({"lead": "999999"}, "lead"),
        ({"lead": "9" * 400}, "lead"),
        ({"ends_on": "2026-03-31"}, "ends_on"),
        ({"baseline_to": "2025-12-31"}, "baseline_to"),
        ({"customer_words": ""}, "customer_words"),
        ({"customer_figure": ""}, "customer_figure"),
        ({"starts_on": "0001-01-01"}, "starts_on"),
    ],
)
def test_wrong_fields_are_located(
    client: Client, place: Place, lead: Credential, fields: dict[str, Any], field: str
) -> None:
    client.force_login(place.people["centre_manager"])
    url = reverse("registers:project_create", args=[place.centre.pk])
    response = client.post(url, {**form_data(lead), **fields})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})
    assert not Project.objects.exists()


BENEFIT = {"kind": "revenue", "year": "1", "low": "1", "expected": "2", "high": "3"}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**BENEFIT, "low": "-1"}, "low"),
        ({**BENEFIT, "low": "NaN"}, "low"),
        ({**BENEFIT, "high": "1e30"}, "high"),
        ({**BENEFIT, "expected": "=SUM(A1)"}, "expected"),
        ({**BENEFIT, "expected": "2.005"}, "expected"),
        ({**BENEFIT, "year": "31"}, "year"),
        ({**BENEFIT, "year": "-1"}, "year"),
        ({**BENEFIT, "year": ""}, "year"),
        ({**BENEFIT, "kind": "luck"}, "kind"),
        ({**BENEFIT, "low": "2.01"}, "low"),
        ({**BENEFIT, "high": "1.99"}, "high"),
        ({**BENEFIT, "low": ""}, "low"),
        ({"kind": "investment", "year": "0", "low": "1", "expected": "2"}, "expected"),
        ({"kind": "investment", "year": "0"}, "expected"),
    ],
)
def test_wrong_amounts_are_located(
    client: Client, place: Place, lead: Credential, row: dict[str, str], field: str
) -> None:
    client.force_login(place.people["centre_manager"])
    response = add(client, place, lead, rows=[row])
    assert response.status_code == 422
    assert [set(errors) for errors in response.context["flows"].errors if errors] == [{field}]


def test_two_rows_of_a_kind_and_year_are_located(client: Client, place: Place, lead: Credential) -> None:
    client.force_login(place.people["centre_manager"])
    response = add(client, place, lead, rows=[BENEFIT, BENEFIT])
    assert response.status_code == 422
    assert set(response.context["flows"].forms[1].errors) == {"year"}


@pytest.mark.parametrize("total", ["", "x", "9" * 30, "100000"])
def test_tampered_number_of_rows_is_refused_or_bounded(
    client: Client, place: Place, lead: Credential, total: str
) -> None:
    client.force_login(place.people["centre_manager"])
    assert add(client, place, lead, **{"flows-TOTAL_FORMS": total}).status_code == 422
    assert not Project.objects.exists()


def test_stale_draft_keeps_what_was_typed(client: Client, place: Place, lead: Credential) -> None:
    project = make_project(place, lead)
    client.force_login(place.people["centre_manager"])
    edit = reverse("registers:project_update", args=[project.pk])
    client.post(edit, form_data(lead, revision="1", title="First"))
    response = client.post(edit, form_data(lead, revision="1", title="Second"))
    assert response.status_code == 409
    assert 'value="Second"' in response.content.decode()
    assert Project.objects.get().title == "First"
    assert client.post(edit, form_data(lead, revision="2", title="Second")).status_code == 302


def test_steps_that_cannot_be_made_are_told(client: Client, place: Place, lead: Credential) -> None:
    project = make_project(place, lead, flows=())
    client.force_login(place.people["centre_manager"])
    for step, data, words in (
        ("file", {"revision": "1"}, "at least one investment"),
        ("start", {"revision": "1"}, "has moved on"),
        ("file", {"revision": "7"}, "Somebody else changed this"),
        ("file", {}, "not known"),
        ("fly", {"revision": "1"}, "not known"),
    ):
        url = reverse("registers:project_step", args=[project.pk, step])
        assert words in client.post(url, data, follow=True).content.decode()
    assert Project.objects.get().status == "draft"


def test_review_page_closes_with_what_came_of_it(client: Client, place: Place, lead: Credential) -> None:
    project = make_project(place, lead, until="running")
    client.force_login(place.people["audit_manager"])
    url = reverse("registers:project_review", args=[project.pk])
    page = client.get(url)
    assert page.context["flows"].initial_form_count() == 3
    rows = [{"kind": "investment", "year": "0", "expected": "1200"}, BENEFIT]
    data = {
        **form_data(lead, rows),
        "revision": "3",
        "reached": "5",
        "review_customer_words": "",
        "review_customer_figure": "",
        "learnt": "Begin small.",
    }
    assert client.post(url, {**data, "learnt": ""}).status_code == 422
    client.force_login(place.people["centre_manager"])
    refused = client.post(url, data)
    assert refused.status_code == 409
    assert "Somebody else must close it" in refused.content.decode()
    client.force_login(place.people["audit_manager"])
    assert client.post(url, data).status_code == 302
    page = client.get(reverse("registers:project_detail", args=[project.pk])).content.decode()
    assert "Begin small." in page
    assert page.count("<svg") == 2


def test_project_that_only_cuts_cost_is_marked(client: Client, place: Place, lead: Credential) -> None:
    project = make_project(place, lead, flows=COST_ONLY, customer_words="", customer_figure=None)
    client.force_login(place.people["viewer"])
    assert "counts to no gate" in client.get(reverse("registers:project_detail", args=[project.pk])).content.decode()
    assert "only cuts cost" in client.get(reverse("registers:project_list")).content.decode()


def test_list_searches_filters_and_sorts(client: Client, place: Place, lead: Credential) -> None:
    make_project(place, lead, title="Alpha")
    make_project(place, lead, title="Beta", until="filed")
    client.force_login(place.people["viewer"])

    def titles(**query: Any) -> list[str]:
        return [row[0].title for row in client.get(reverse("registers:project_list"), query).context["rows"]]

    assert titles() == ["Beta", "Alpha"]
    assert titles(sort="title") == ["Alpha", "Beta"]
    assert titles(status="filed") == ["Beta"]
    assert titles(q="alph") == ["Alpha"]
    assert titles(q="ada wong") == ["Beta", "Alpha"]
    assert titles(centre="1" * 30, status="x", sort="lead__holder__password", page="99") == ["Beta", "Alpha"]
    assert titles(centre=place.centre.pk + 1) == []
    assert "No project matches" in client.get(reverse("registers:project_list"), {"q": "zz"}).content.decode()


def test_pages_take_the_same_queries_for_one_and_for_many(client: Client, place: Place, lead: Credential) -> None:
    client.force_login(place.people["centre_manager"])
    counts: list[list[int]] = []
    for number in (1, 12):
        for each in range(number):
            other = make_credential(place, holder_name=f"Lead {number} {each}")
            make_project(place, other, until="filed")
        counts.append([])
        for url in (reverse("registers:project_list"), reverse("registers:centre", args=[place.centre.pk])):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts[-1].append(len(queries))
    assert counts[0] == counts[1]
