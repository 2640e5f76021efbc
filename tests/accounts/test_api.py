"""The API of people and centres: centres are added once, and changed on what was seen."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Centre, Role, Scope
from tests.api import Program
from tests.factories import make_centre, make_organisation, make_user

pytestmark = pytest.mark.django_db
FACTS: dict[str, Any] = {
    "name": "Nord 北",
    "city": "Aberdeen",
    "country": "GB",
    "industry": "energy",
    "channels": ["voice", "email"],
    "languages": ["English", "廣東話"],
    "seats": 40,
    "time_zone": "Europe/London",
}


@pytest.fixture
def manager() -> Program:
    return Program(make_user(Role.CENTRE_MANAGER))


def home_of(program: Program) -> int:
    return program.token.user.memberships.get().organisation_id


def test_a_centre_is_added_once(manager: Program) -> None:
    sent = {**FACTS, "organisation": home_of(manager)}
    added = manager.post("centres", sent)
    assert (added.status_code, added["ETag"]) == (200, f'"{added.json()["revision"]}"')
    assert added.json().items() >= {**FACTS}.items()
    again = manager.post("centres", sent)
    assert (again.status_code, again.json()["error"]) == (409, "name_taken")
    assert Centre.objects.count() == 1


def test_a_centre_is_changed_on_the_revision_that_was_read(manager: Program) -> None:
    path = f"centres/{make_centre(manager.token.user.memberships.get().organisation).pk}"
    seen = manager.get(path)["ETag"]
    assert manager.put(path, FACTS).status_code == 428
    saved = manager.put(path, FACTS, If_Match=seen)
    assert (saved.status_code, saved.json()["seats"]) == (200, 40)
    assert manager.get(path).json() == saved.json()
    for stale in (seen, "W/x"):
        refused = manager.put(path, {**FACTS, "seats": 41}, If_Match=stale)
        assert (refused.status_code, refused.json()["current"]["seats"], refused["ETag"]) == (412, 40, saved["ETag"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("country", "Scotland"),
        ("industry", "witchcraft"),
        ("channels", []),
        ("channels", ["pigeon"]),
        ("languages", [";"]),
        ("seats", 0),
        ("time_zone", "Mars/Phobos"),
        ("name", "\x00"),
        ("name", "x" * 201),
    ],
)
def test_what_the_page_would_refuse_is_refused_by_name(manager: Program, name: str, value: object) -> None:
    refused = manager.post("centres", {**FACTS, "organisation": home_of(manager), name: value})
    assert refused.status_code == 422
    assert {tuple(each["at"]) for each in refused.json()["fields"]} == {("body", name)}
    assert not Centre.objects.exists()


def test_nobody_adds_centres_to_others(manager: Program) -> None:
    refused = manager.post("centres", {**FACTS, "organisation": make_organisation().pk})
    assert [each["at"] for each in refused.json()["fields"]] == [["body", "organisation"]]
    viewer = Program(make_user(Role.VIEWER, manager.token.user.memberships.get().organisation))
    assert viewer.post("centres", {**FACTS, "organisation": home_of(viewer)}).status_code == 403
    path = f"centres/{make_centre(manager.token.user.memberships.get().organisation).pk}"
    assert viewer.put(path, FACTS, If_Match=viewer.get(path)["ETag"]).status_code == 403


def test_reading_opens_no_writing(manager: Program) -> None:
    reader = Program(manager.token.user, Scope.CENTRES)
    assert reader.post("centres", {**FACTS, "organisation": home_of(reader)}).json()["error"] == "scope_missing"
