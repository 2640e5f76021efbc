"""The ledger as a page: who reads what, in words, with filters, at a constant cost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts import services
from accounts.models import Membership, Role
from benchmarks import life as market_life
from ledger.models import Entry
from ledger.services import ledger_append
from reports.ledger_words import KINDS, PHRASES, told
from reports.selectors.ledger import PAGE
from standards import judging, life
from tests.accounts.test_services import FACTS
from tests.factories import AT, make_audit, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from accounts.models import User

pytestmark = pytest.mark.django_db
LEDGER = "/reports/ledger/"


def shown(client: Client, user: User, **query: object) -> list[str]:
    client.force_login(user)
    answer = client.get(LEDGER, query)
    assert answer.status_code == 200
    return [f"{row.who or 'system'}: {row.words} / {row.about}" for row in answer.context["page"].rows]


def operator() -> User:
    return make_user(is_staff=True)


def test_an_administrator_reads_what_concerns_the_organisation(client: Client) -> None:
    admin, other = make_user(Role.ADMINISTRATOR), make_user(Role.ADMINISTRATOR)
    home, foreign = (each.memberships.get().organisation for each in (admin, other))
    guest = make_user()
    services.membership_add(organisation=home, user=guest, role=Role.VIEWER, by=admin)
    services.centre_create(organisation=home, facts=FACTS, by=admin)
    services.centre_create(organisation=foreign, facts=FACTS, by=other)
    services.audit_body_add(organisation=foreign, body=make_organisation(), by=other)
    assert shown(client, admin) == [
        f"{admin}: added the centre / Centre: Harbour",
        f"{admin}: made {guest} a member: Viewer / Organisation: {home}",
    ]
    assert len(shown(client, other)) == 2


def test_audits_are_read_by_who_makes_them_not_by_the_audited_or_the_operator(client: Client) -> None:
    audit = make_audit()
    conducting, audited = (make_user(Role.ADMINISTRATOR, each) for each in (audit.conductor, audit.centre.organisation))
    assert any("Audit:" in row for row in shown(client, conducting))
    assert not any("Audit:" in row for row in shown(client, audited))
    assert not any("Audit:" in row for row in shown(client, operator()))


def test_operators_read_the_installation_and_no_award(client: Client) -> None:
    for subject in ("installation", "award:1", "credential:1", "programme:1", "edition:x@1", "visitor"):
        ledger_append(action="installation.backed_up", subject=subject, by=None, at=AT, payload={"level": 3})
    assert shown(client, operator()) == [
        "system: made a backup / Visitor",
        "system: made a backup / Edition: x@1",
        "system: made a backup / The installation",
    ]


@pytest.mark.parametrize("role", [each for each in Role if each != Role.ADMINISTRATOR])
def test_nobody_else_reads_it(client: Client, role: str) -> None:
    client.force_login(make_user(role))
    assert client.get(LEDGER).status_code == 403


def test_filters_by_who_kind_day_and_subject(client: Client) -> None:
    admin = make_user(Role.ADMINISTRATOR, name="Ada Lovelace")
    home = admin.memberships.get().organisation
    second = make_user(name="Bob")
    Membership.objects.create(user=second, organisation=home, role=Role.ADMINISTRATOR)
    subject = f"organisation:{home.pk}"
    for day, by, action in ((0, admin, "organisation.invited"), (1, second, "access.denied"), (2, None, "token.made")):
        at = AT + timedelta(days=day)
        ledger_append(action=action, subject=subject, by=by, at=at, payload={"asked": "x.y", "token": "k"})
    assert len(shown(client, admin)) == 3
    assert shown(client, admin, who="lovel") == [f"Ada Lovelace: invited somebody: – / Organisation: {home}"]
    assert shown(client, admin, kind="access") == [
        f"system: made the access token k / Organisation: {home}",
        f"Bob: was refused: x.y / Organisation: {home}",
    ]
    assert len(shown(client, admin, since="2026-09-15", until="2026-09-15")) == 1
    assert len(shown(client, admin, about=subject)) == 3
    assert shown(client, admin, about="organisation:999999") == []
    everything = {
        "who": "\0'\"<",
        "kind": "x",
        "since": "2026-99-99",
        "until": "9999-12-31",
        "before": "٣",
        "about": "%",
    }
    assert shown(client, admin, **everything) == []


def test_pages_go_back_to_the_first_entry(client: Client) -> None:
    user = operator()
    for _ in range(PAGE + 3):
        ledger_append(action="installation.backed_up", subject="installation", by=None, at=AT, payload={})
    client.force_login(user)
    first = client.get(LEDGER).context["page"]
    assert (len(first.rows), first.older) == (PAGE, Entry.objects.count() - PAGE + 1)
    last = client.get(LEDGER, {"before": first.older}).context["page"]
    assert [row.sequence for row in last.rows] == [3, 2, 1]
    assert last.older is None


@pytest.mark.parametrize("count", [1, 8])
def test_a_page_costs_the_same_for_one_and_for_many(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin = make_user(Role.ADMINISTRATOR)
    home = admin.memberships.get().organisation
    for _ in range(count):
        services.membership_add(organisation=home, user=make_user(), role=Role.VIEWER, by=admin)
    client.force_login(admin)
    client.get(LEDGER)
    with django_assert_num_queries(7):
        client.get(LEDGER)


def test_the_link_stands_where_it_may_be_followed(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    assert LEDGER in client.get(reverse("reports:export_list")).content.decode()
    client.force_login(make_user(Role.AUDITOR))
    assert LEDGER not in client.get(reverse("reports:export_list")).content.decode()


def test_what_happens_to_standards_and_practices_is_said_in_words() -> None:
    steps = {"edition": life.STEPS, "practice": judging.STEPS, "market": market_life.STEPS}
    names = [f"{room}.{step}" for room, known in steps.items() for step in known]
    assert [name for name in names if told(name, {}) == name] == []


def test_every_phrase_can_be_said_of_an_entry_without_facts() -> None:
    for action in PHRASES:
        assert told(action, {})
    assert told("somebody.did", {}) == "somebody.did"
    assert told("answer.reviewed", {"criterion": "A1.1"}) == "reviewed A1.1"
    starts = [start for _title, starts in KINDS.values() for start in starts]
    assert [action for action in PHRASES if not action.startswith(tuple(starts))] == []
