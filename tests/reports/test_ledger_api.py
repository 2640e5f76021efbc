"""The ledger for programs: what the page shows to the same person, in the order in which it happened."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.models import Role, Scope
from ledger.models import Entry
from ledger.services import ledger_append
from tests.api import Program, queries_of
from tests.factories import AT, leader_of, make_audit, make_organisation, make_user

pytestmark = pytest.mark.django_db


def append(action: str, subject: str) -> Entry:
    with transaction.atomic():
        return ledger_append(action=action, subject=subject, by=None, at=AT, payload={})


@pytest.fixture
def program() -> Program:
    return Program(make_user(Role.ADMINISTRATOR, make_organisation()))


def place_of(program: Program) -> str:
    return f"organisation:{next(iter(program.token.user.organisations_as(Role.ADMINISTRATOR)))}"


def test_it_is_read_oldest_first_page_by_page(program: Program) -> None:
    made = [append("organisation.created", place_of(program)).sequence for _ in range(5)]
    append("organisation.created", f"organisation:{make_organisation().pk}")
    seen, path = [], "ledger?limit=2&kind=people"
    for _ in range(3):
        page = program.get(path).json()
        seen += page["items"]
        path = f"ledger?limit=2&kind=people&after={page['next']}"
    assert page["next"] is None
    assert [each["sequence"] for each in seen] == made
    assert seen[0]["words"] == "opened the organisation"
    assert seen[0]["hash"] == Entry.objects.get(pk=made[0]).hash
    assert "payload" not in seen[0]


def test_who_does_not_read_the_page_reads_nothing_here(program: Program) -> None:
    audit = make_audit()
    append("audit.planned", f"audit:{audit.pk}")
    refused = Program(leader_of(audit)).get("ledger")
    assert (refused.status_code, refused.json()["error"]) == (403, "denied")
    assert f"audit:{audit.pk}" not in program.get("ledger").content.decode()
    without = Program(program.token.user, Scope.AUDITS).get("ledger")
    assert without.json()["error"] == "scope_missing"


def test_filters_narrow_and_odd_ones_are_refused(program: Program) -> None:
    append("organisation.created", place_of(program))
    later = append("centre.created", place_of(program))
    found = program.get(f"ledger?kind=centres&about={place_of(program)}").json()["items"]
    assert [each["sequence"] for each in found] == [later.sequence]
    assert program.get("ledger?until=1990-01-01T00:00:00Z").json()["items"] == []
    assert program.get(f"ledger?since={AT.isoformat().replace('+', '%2B')}").json()["items"]
    for odd in ("kind=secret", "since=2026-01-01", "since=0001-01-01T00:00:00%2B14:00", "order=-at", "who=%00"):
        assert program.get(f"ledger?{odd}").status_code == 422, odd


def test_it_costs_the_same_whatever_its_length(program: Program) -> None:
    append("organisation.created", place_of(program))
    program.get("ledger")
    first = queries_of(lambda: program.get("ledger"))
    for _ in range(20):
        append("organisation.created", place_of(program))
    assert queries_of(lambda: program.get("ledger")) == first <= 9
