"""The API as a whole: who gets in, what is seen, what odd input does, and what lists cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from ninja import Router

from accounts.models import Role, Scope
from config.api import api, rules_of
from tests.api import Program, queries_of
from tests.benchmarks.test_pool_services import measure
from tests.factories import leader_of, make_audit, make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from audits.models import Audit

pytestmark = pytest.mark.django_db
OPERATIONS = [
    (path, method.upper())
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method in methods
]
SOME_UUID = "00000000-0000-4000-8000-000000000000"
EXAMPLE = {
    "centre_id": "1",
    "audit_id": "1",
    "certificate_id": "1",
    "records_id": "1",
    "job_id": SOME_UUID,
    "export_id": SOME_UUID,
    "code": "x",
    "version": "x",
    "criterion": "A1.1",
}


@pytest.fixture
def audit() -> Audit:
    return make_audit()


@pytest.fixture
def leader(audit: Audit) -> Program:
    return Program(leader_of(audit))


@pytest.mark.parametrize("shown", [None, "Bearer", "Bearer ts_0123456789ab_" + "x" * 43, "Basic eDp5", "Bearer \xff"])
def test_without_a_token_in_force_nothing_opens(shown: str | None) -> None:
    client = Client(headers={"Authorization": shown} if shown else {})
    for path, method in OPERATIONS:
        response = client.generic(method, path.format(**EXAMPLE))
        assert (response.status_code, response.json()["error"]) == (401, "unauthenticated"), path
        assert response["WWW-Authenticate"] == "Bearer"


def test_a_session_opens_the_description_and_nothing_else(audit: Audit) -> None:
    client = Client()
    client.force_login(leader_of(audit))
    assert client.get("/api/v1/audits").status_code == 401
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Touchstone"
    assert Client().get("/api/v1/openapi.json").status_code == 401


def test_a_token_without_the_scope_is_refused(audit: Audit) -> None:
    program = Program(leader_of(audit), Scope.MARKET)
    refused = program.get(f"audits/{audit.pk}")
    assert (refused.status_code, refused.json()["error"]) == (403, "scope_missing")
    assert program.get("releases").status_code == 200


def test_a_route_that_does_not_say_who_may_call_it_stops_the_start() -> None:
    router = Router()
    router.get("/open", url_name="open")(lambda: None)
    with pytest.raises(ImproperlyConfigured):
        rules_of(router)


def test_what_others_have_is_not_there(audit: Audit) -> None:
    stranger = Program(make_user(Role.AUDITOR))
    of_audit = [f"audits/{audit.pk}{rest}" for rest in ("", "/answers", "/answers/A1.1", "/evidence")]
    centre = [f"centres/{audit.centre_id}{rest}" for rest in ("", "/measurements", "/records")]
    of_audit += [f"jobs/{SOME_UUID}", f"exports/{SOME_UUID}", f"exports/{SOME_UUID}/file"]
    for path in (*of_audit, *centre, "audits/999999", "certificates/1", "editions/x/y", "releases/x", "elsewhere"):
        response = stranger.get(path)
        assert (response.status_code, response.json()["error"]) == (404, "not_found"), path
    for path in ("audits", "centres", "findings", "certificates", "entries"):
        assert stranger.get(path).json()["items"] == [], path
    put = stranger.put(f"audits/{audit.pk}/answers/A1.1", {"level": 3}, If_Match='"0"')
    assert put.status_code == 404


def test_who_may_only_read_does_not_write(audit: Audit) -> None:
    viewer = Program(make_user(Role.VIEWER, audit.conductor))
    assert viewer.get(f"audits/{audit.pk}/answers/A1.1").status_code == 200
    refused = viewer.put(f"audits/{audit.pk}/answers/A1.1", {"level": 3}, If_Match='"0"')
    assert (refused.status_code, refused.json()["error"]) == (403, "denied")


def test_pages_hold_every_row_once(leader: Program, audit: Audit) -> None:
    for _ in range(4):
        make_audit(conductor=audit.conductor)
    seen, path = [], "audits?limit=2"
    for _ in range(3):
        page = leader.get(path).json()
        seen += [each["id"] for each in page["items"]]
        path = f"audits?limit=2&after={page['next']}"
    assert page["next"] is None
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=" + "9" * 5000,
        "after=x",
        "after=%00",
        "after=9223372036854775808",
        "status=secret",
        "sort=created_by__password",
        "q=%00",
        "q=" + "x" * 101,
        "centre=0",
        "centre=9223372036854775808",
        "centre=1e3",
        "auditee=1",
    ],
)
def test_what_a_list_does_not_know_is_refused_with_its_name(leader: Program, query: str) -> None:
    response = leader.get(f"audits?{query}")
    assert response.status_code == 422
    assert response.json()["fields"]


@pytest.mark.parametrize(
    "path",
    [
        "audits/99999999999999999999999",
        "audits/-1",
        "audits/x",
        "editions/%00/%00",
        "releases/%00",
        "%00",
        "a%0Ab",
        "editions/x/" + "y" * 101,
    ],
)
def test_odd_addresses_are_not_there(leader: Program, path: str) -> None:
    response = leader.get(path)
    assert (response.status_code, response.json()["error"]) == (404, "not_found")


def test_methods_that_are_not_named_are_refused_as_json(leader: Program) -> None:
    for path in ("me", "audits", "openapi.json"):
        response = leader.client.post(f"/api/v1/{path}", {})
        assert (response.status_code, response.json()["error"], response["Allow"]) == (405, "method", "GET")


def test_what_is_nowhere_is_not_found_by_any_method(leader: Program) -> None:
    assert leader.put("audits/x,y/answers/A1.1", {}).status_code == 404
    assert leader.client.post("/api/v1/elsewhere").status_code == 404


def test_the_description_names_each_operation_once() -> None:
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(names) == len(set(names)) == len(OPERATIONS)


def test_nothing_is_kept_by_caches(leader: Program) -> None:
    response = leader.get("me")
    assert response["Cache-Control"] == "no-store, private"
    assert "Authorization" in response["Vary"]


def test_refusals_speak_the_language_of_the_owner(audit: Audit) -> None:
    user = leader_of(audit)
    user.language = "zh-hant"
    user.save()
    message = Program(user).get("audits/999999").json()["message"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in message)


def test_lists_cost_the_same_for_one_and_for_three() -> None:
    organisation = make_organisation()
    program = Program(make_user(Role.AUDIT_MANAGER, organisation))
    audit = make_audit(conductor=organisation)
    measure(audit.centre, 80.0)
    paths = ["editions", "centres", "audits", "findings", "certificates", "releases", "exports"]
    paths += [f"centres/{audit.centre_id}/measurements", f"audits/{audit.pk}/evidence"]

    def costs() -> dict[str, int]:
        return {path: queries_of(lambda path=path: program.get(path)) for path in paths}

    costs()  # editions are remembered, and so is that the token was used
    first = costs()
    for _ in range(2):
        make_audit(conductor=organisation)
        make_centre(organisation)
        measure(audit.centre, 81.0)
    assert costs() == first
    assert max(first.values()) <= 6
