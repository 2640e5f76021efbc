"""The programme of a year, the plan of an audit, and texts that nobody overwrites unseen."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from audits.engagements import AuditProgramme, ProgrammeLine
from audits.models import Audit, TeamRole
from audits.selectors.plan import assigned_codes
from audits.selectors.programmes import year_of
from audits.services.engagement import audit_create, audit_facts_save, audit_texts_save
from audits.services.errors import NotEditableError, PlanError, StaleTextsError
from audits.services.plan import agenda_add, agenda_remove, plan_dates_save, sections_assign
from audits.services.programmes import line_add, line_remove, programme_create
from tests.audits.scenes import Scene, make_scene
from tests.factories import AT, make_audit, make_centre, make_edition, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.AUDIT_MANAGER)


@pytest.fixture
def programme(manager: User) -> AuditProgramme:
    organisation = manager.memberships.get().organisation
    return programme_create(
        organisation=organisation, year=2026, objectives="All of them.", resources="", by=manager, at=AT
    )


def planned(programme: AuditProgramme, by: User, month: int = 10, **fields: Any) -> ProgrammeLine:
    values: dict[str, Any] = {
        "centre": make_centre(programme.organisation),
        "kind": "internal",
        "purpose": "initial",
        "days": None,
        "note": "",
        **fields,
    }
    return line_add(programme_id=programme.pk, month=month, by=by, at=AT, **values)


def drafted_from(line: ProgrammeLine, by: User) -> Audit:
    return audit_create(
        centre=line.centre,
        conductor=line.programme.organisation,
        edition=make_edition(),
        kind=line.kind,
        scope="All.",
        objectives="",
        onsite_from=date(2026, 10, 5),
        onsite_to=date(2026, 10, 6),
        team=[(by, TeamRole.LEADER)],
        programme_line=line,
        by=by,
        at=AT,
    )


def test_organisation_has_one_programme_a_year(programme: AuditProgramme, manager: User) -> None:
    with pytest.raises(PlanError, match="programme_exists"):
        programme_create(
            organisation=programme.organisation, year=2026, objectives="Again.", resources="", by=manager, at=AT
        )
    assert AuditProgramme.objects.count() == 1


def test_audit_is_drafted_once_from_a_line_which_then_stays(programme: AuditProgramme, manager: User) -> None:
    line = planned(programme, manager)
    audit = drafted_from(line, manager)
    assert (audit.status, audit.programme_line) == ("draft", line)
    with pytest.raises(PlanError, match="already_planned"):
        drafted_from(line, manager)
    with pytest.raises(PlanError, match="already_planned"):
        line_remove(programme_id=programme.pk, line_id=ProgrammeLine.objects.get().pk, by=manager, at=AT)


def test_year_shows_progress_and_what_is_late(programme: AuditProgramme, manager: User) -> None:
    late, begun = planned(programme, manager, month=8), planned(programme, manager, month=9)
    planned(programme, manager, month=12)
    drafted_from(begun, manager)
    year = year_of(programme, user=manager, today=AT.date())
    assert (year.planned, year.begun, year.closed, year.percent) == (3, 1, 0, 0)
    cells = {cell.line.pk: cell.late for row in year.centres for _month, found, _due in row.cells for cell in found}
    assert [pk for pk, is_late in cells.items() if is_late] == [late.pk]


def test_year_shows_what_certificates_make_due_until_a_line_takes_it_up() -> None:
    scene = make_scene("closed")  # decided on 14 September 2026
    by = scene.people["audit_manager"]
    programme = programme_create(
        organisation=scene.audit.conductor, year=2027, objectives="Cycle.", resources="", by=by, at=AT
    )
    year = year_of(programme, user=by, today=AT.date())
    assert [row.due.by for row in year.unplanned if row.due] == [date(2027, 9, 14)]
    assert len(year.centres[0].dues[9]) == 1
    planned(programme, by, centre=scene.audit.centre, kind="certification", purpose="surveillance")
    assert year_of(programme, user=by, today=AT.date()).unplanned == []


def test_page_of_a_year_takes_the_same_queries_for_many_lines(
    client: Client, programme: AuditProgramme, manager: User
) -> None:
    client.force_login(manager)
    url = reverse("programmes:detail", args=[programme.pk])
    counts = []
    for number in (1, 5):
        for _ in range(number):
            planned(programme, manager)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "read", "write"), [("audit_manager", 200, 302), ("auditor", 200, 403), (None, 404, 404)]
)
def test_who_reads_and_changes_a_programme(
    client: Client, programme: AuditProgramme, role: str | None, read: int, write: int
) -> None:
    user = make_user(role, programme.organisation) if role else make_user(Role.AUDIT_MANAGER)
    client.force_login(user)
    url = reverse("programmes:detail", args=[programme.pk])
    assert client.get(url).status_code == read
    centre = make_centre(programme.organisation)
    assert client.post(url, {"centre": centre.pk, "month": 3, "kind": "internal"}).status_code == write
    edit = reverse("programmes:edit", args=[programme.pk])
    assert client.post(edit, {"objectives": "Other."}).status_code == write
    gone = reverse("programmes:line_remove", args=[programme.pk, 99])
    assert client.post(gone).status_code == write


# --- the plan of an audit -------------------------------------------------------------------------------------------


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def test_sections_give_each_person_their_criteria(scene: Scene) -> None:
    leader, auditor = scene.people["leader"], scene.people["auditor"]
    shares = {leader.pk: ["A1"], auditor.pk: ["B1", "B1"]}
    sections_assign(audit_id=scene.audit.pk, sections=shares, by=leader, at=AT)
    assert assigned_codes(scene.audit, leader) == {"A1.1", "A1.2", "A1.3"}
    assert assigned_codes(scene.audit, auditor) == {"B1.1", "B1.2", "B1.3"}
    assert assigned_codes(scene.audit, scene.people["observer"]) == frozenset()
    for wrong, code in (({leader.pk: ["Z9"]}, "unknown_clause"), ({scene.people["viewer"].pk: ["A1"]}, "not_on_team")):
        with pytest.raises(PlanError, match=code):
            sections_assign(audit_id=scene.audit.pk, sections=wrong, by=leader, at=AT)
    assert scene.audit.sections.count() == 2


def test_agenda_stays_within_the_days_and_the_team(scene: Scene) -> None:
    leader = scene.people["leader"]
    session: dict[str, Any] = {
        "audit_id": scene.audit.pk,
        "day": date(2026, 9, 15),
        "begins": time(9),
        "ends": time(10),
        "what": "Floor walk",
        "who": [leader],
        "with_whom": "",
        "mode": "remote",
        "place": "",
        "by": leader,
        "at": AT,
    }
    line = agenda_add(**session)
    for change, code in (
        ({"ends": time(9)}, "times_reversed"),
        ({"day": date(2026, 9, 19)}, "outside_the_days"),
        ({"who": [scene.people["viewer"]]}, "not_on_team"),
    ):
        with pytest.raises(PlanError, match=code):
            agenda_add(**{**session, **change})
    agenda_remove(audit_id=scene.audit.pk, line_id=line.pk, by=leader, at=AT)
    agenda_remove(audit_id=scene.audit.pk, line_id=line.pk, by=leader, at=AT)
    assert not scene.audit.agenda.exists()


def test_plan_of_a_submitted_audit_does_not_change() -> None:
    scene = make_scene("technical_review")
    with pytest.raises(NotEditableError):
        plan_dates_save(
            audit_id=scene.audit.pk,
            onsite_from=date(2026, 9, 14),
            onsite_to=date(2026, 9, 15),
            remote_methods="",
            by=scene.people["leader"],
            at=AT,
        )


# --- texts and facts ------------------------------------------------------------------------------------------------


def test_second_writer_is_told_and_overwrites_nothing(client: Client, scene: Scene) -> None:
    url = reverse("audits:texts", args=[scene.audit.pk])
    client.force_login(scene.people["leader"])
    mine = {"scope": "Mine 我的 🙂", "summary": "", "objectives": "", "not_covered": "", "revision": "0"}
    audit_texts_save(audit_id=scene.audit.pk, texts={"scope": "Theirs"}, revision=0, by=scene.people["auditor"], at=AT)
    response = client.post(url, mine)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Theirs" in text
    assert "Mine 我的 🙂" in text
    assert Audit.objects.get(pk=scene.audit.pk).scope == "Theirs"
    assert 'value="1"' in text
    assert client.post(url, {**mine, "revision": "1"}).status_code == 302
    assert Audit.objects.get(pk=scene.audit.pk).scope == "Mine 我的 🙂"


def test_facts_on_an_old_revision_are_refused_and_the_same_again_is_not(scene: Scene) -> None:
    save: dict[str, Any] = {"audit_id": scene.audit.pk, "by": scene.people["leader"], "at": AT}
    facts = {"cskm": {"value": "62.5", "note": ""}}
    audit_facts_save(**save, facts=facts, revision=0)
    audit_facts_save(**save, facts=facts, revision=0)
    with pytest.raises(StaleTextsError) as caught:
        audit_facts_save(**save, facts={"cskm": {"value": "70", "note": ""}}, revision=0)
    assert caught.value.current["cskm"]["value"] == "62.5"


def test_audit_is_drafted_from_the_address_of_a_line(client: Client, programme: AuditProgramme, manager: User) -> None:
    line = planned(programme, manager)
    client.force_login(manager)
    page = client.get(f"{reverse('audits:audit_create')}?line={line.pk}")
    assert page.context["form"].initial["centre"] == line.centre_id
    for odd in ("x", "9" * 40, "-1", "１"):
        assert (
            client.get(f"{reverse('audits:audit_create')}?line={odd}&certificate={odd}&centre={odd}").status_code == 200
        )
    assert make_audit(drafted=True).programme_line is None
