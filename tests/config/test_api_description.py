"""The API does what its description says, whatever is sent: every route asked with drawn values, by schemathesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks

from config.api import api
from config.wsgi import application
from tests.api import Program
from tests.factories import leader_of, make_audit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.django_db
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
# What is described. A body that fits it may still be refused in words (422), because a criterion, a file or
# an organisation is not what it says.
CHECKS = [
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.status_code_conformance,
]
OPERATIONS = {each.ok().definition.raw["operationId"]: each.ok() for each in SCHEMA.get_all_operations()}


@pytest.fixture(autouse=True)
def _inside_the_test(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Keep the connection of the test open, and files out of the way."""
    settings.DATA_DIR, settings.EXPORT_DIR, settings.API_PER_MINUTE = tmp_path, tmp_path / "exports", 10**6
    for signal, receiver in ((request_started, reset_queries), (request_started, close_old_connections)):
        signal.disconnect(receiver)
    request_finished.disconnect(close_old_connections)
    yield
    for signal, receiver in ((request_started, reset_queries), (request_started, close_old_connections)):
        signal.connect(receiver)
    request_finished.connect(close_old_connections)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_route_answers_as_described(name: str) -> None:
    operation, audit = OPERATIONS[name], make_audit()
    headers = {"Authorization": f"Bearer {Program(leader_of(audit)).secret}", "Host": "testserver"}

    @seed(1)
    @settings(
        max_examples=10,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.booleans())
    def ask(case: schemathesis.Case, known: bool) -> None:
        if known:  # a number that is there, so that more than the address is tried
            ids = {"audit_id": audit.pk, "centre_id": audit.centre_id, "criterion": "A1.1"}
            case.path_parameters = {key: ids.get(key, value) for key, value in case.path_parameters.items()}
        response = case.call(app=application, headers=headers)
        case.validate_response(response, checks=CHECKS)

    ask()
