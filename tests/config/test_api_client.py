"""The client that is made from the description: typed, complete, and understood by the API."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from mypy import api as mypy

from accounts.models import Role
from config.api import api
from config.client import client_source
from tests.api import Program
from tests.audits.scenes import picture
from tests.factories import leader_of, make_audit, make_user

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> str:
    response = Program(make_user()).get("client.py")
    assert response["Content-Disposition"] == 'attachment; filename="touchstone_client.py"'
    return response.content.decode()


def made(source: str) -> dict[str, Any]:
    """Return what the module holds; names of types are looked up in it."""
    module: dict[str, Any] = {"__name__": "touchstone_client"}
    exec(compile(source, "touchstone_client.py", "exec", dont_inherit=True), module)  # noqa: S102 - it is ours
    return module


def client_of(source: str, program: Program) -> Any:
    """Return a client that asks without a network."""
    module = made(source)

    class Inside(module["Client"]):  # type: ignore[misc, valid-type]
        def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
            parts = urlsplit(url)
            answer = program.client.generic(
                method,
                f"{parts.path}?{parts.query}",
                body or b"",
                headers.get("Content-Type", "application/octet-stream"),
                headers={name: value for name, value in headers.items() if name != "Content-Type"},
            )
            return answer.status_code, answer.content

    return Inside("https://testserver/", program.secret)


def test_each_route_is_a_method(source: str) -> None:
    client = made(source)["Client"]
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    names = {operation["operationId"] for methods in paths.values() for operation in methods.values()}
    assert names <= set(dir(client))


def test_types_hold(source: str, tmp_path: Path) -> None:
    file, use = tmp_path / "touchstone_client.py", tmp_path / "use.py"
    file.write_text(source)
    asks = "from touchstone_client import Client\nc = Client('https://x', 't')\n"
    use.write_text(
        asks + "n: int = c.answer_one(1, 'A1.1')['revision']\ns: str = c.answer_one(1, 'A1.1')['revision']\n"
    )
    options = ["--strict", "--config-file=", "--no-error-summary", f"--cache-dir={tmp_path / 'cache'}"]
    said, _errors, _status = mypy.run([*options, f"--python-executable={sys.executable}", str(file), str(use)])
    assert [line.split(":")[1] for line in said.splitlines()] == ["4"]  # only the line that is wrong on purpose


def test_it_reads_saves_sends_and_is_refused(source: str) -> None:
    audit = make_audit()
    client = client_of(source, Program(leader_of(audit)))
    assert client.me()["email"] == leader_of(audit).email
    assert [row["id"] for row in client.every(client.audit_list, limit=1, status="fieldwork")] == [audit.pk]
    saved = client.answer_put(audit.pk, "A1.1", if_match='"0"', body={"level": 3})
    assert (saved["level"], saved["revision"]) == (3, 1)
    with pytest.raises(made(source)["Refused"].__base__) as refused:
        client.answer_put(audit.pk, "A1.1", if_match='"0"', body={"level": 4})
    assert (refused.value.status, refused.value.error) == (412, "stale")
    assert refused.value.body["current"]["level"] == 3
    piece = client.evidence_post(audit.pk, "A1.1", file=('a"b\r\n.png', picture()), kind="photo", confidential=False)
    assert (piece["filename"], piece["confidential"]) == ("a_b__.png", False)


def test_odd_words_in_a_path_stay_in_their_place(source: str) -> None:
    client = client_of(source, Program(make_user(Role.AUDITOR)))
    with pytest.raises(Exception, match="404 not_found"):
        client.answer_one(1, "../../me?x=1#")


def test_odd_words_of_a_description_stay_words() -> None:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    schema["paths"]["/api/v1/me"]["get"]["description"] = 'Ends """ here\\'
    compile(client_source(schema), "x", "exec")
