"""Logs without personal data, figures for those who may, and a doctor who says what is wrong."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from config import doctor
from config.logs import JsonFormatter, LineFormatter, NoPaths, one_line, request_id
from ledger.models import OutboxMessage
from ledger.services import ledger_append
from tests.factories import make_user

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper


def record(message: str, *words: object, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("touchstone", logging.WARNING, "", 0, message, words, None)
    made.__dict__.update(more)
    return made


@pytest.mark.parametrize("evil", ["a\r\nERROR root: forged", "a\x1b[2Jb", "a\u2028b", "a\x85b", "\0"])
def test_nobodys_input_begins_a_line(evil: str) -> None:
    for formatter in (LineFormatter(), JsonFormatter()):
        line = formatter.format(record("denied %s", evil))
        assert len(line.splitlines()) == 1
    assert one_line("a\nb") == "a\\nb"


def test_json_lines_carry_level_request_and_facts() -> None:
    token = request_id.set("r-1")
    facts = json.loads(JsonFormatter().format(record("GET home", route="home", status=200, user=7)))
    request_id.reset(token)
    at = facts.pop("at")
    assert at.endswith("+00:00")
    wanted = {"level": "WARNING", "logger": "touchstone", "request": "r-1", "message": "GET home"}
    assert facts == {**wanted, "route": "home", "status": 200, "user": 7}


def test_a_traceback_is_a_field() -> None:
    try:
        int("broken")
    except ValueError as error:
        made = record("failed", exc_info=(type(error), error, error.__traceback__))
    assert "ValueError: invalid literal" in json.loads(JsonFormatter().format(made))["traceback"]


def test_django_says_the_route_and_not_the_path(rf: Any) -> None:
    request = rf.get("/people/join/secret-token/")
    made = record("Not Found: %s", request.path, request=request, status_code=404)
    assert NoPaths().filter(made)
    assert made.getMessage() == "404 GET no such address"


@pytest.mark.django_db
def test_each_answer_is_a_line_without_path_or_name(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    user = make_user(name="Ada Lovelace")
    client.force_login(user)
    with caplog.at_level(logging.INFO, "touchstone.request"):
        answer = client.get("/centres/?q=secret", headers={"x-request-id": "proxy-12345678"})
        client.get("/people/join/secret-token/")
    assert answer["X-Request-ID"] == "proxy-12345678"
    lines = [each for each in caplog.records if each.name == "touchstone.request"]
    assert [(each.route, each.status, each.user) for each in lines] == [
        ("accounts:centre_list", 200, user.pk),
        ("accounts:join", 404, user.pk),
    ]
    assert "secret" not in caplog.text
    assert "Ada" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "short", "a" * 65, "bad id!!", "x\r\nSet-Cookie: a=b", "ü" * 10])
def test_a_request_id_that_is_none_is_replaced(client: Client, given: str) -> None:
    made = client.get("/healthz", headers={"x-request-id": given})["X-Request-ID"]
    assert made != given
    assert len(made) == 32


@pytest.mark.django_db
@pytest.mark.parametrize(("token", "given"), [("", ""), ("", "Bearer "), ("secret", ""), ("secret", "Bearer wrong")])
def test_metrics_are_closed_by_default(client: Client, settings: SettingsWrapper, token: str, given: str) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


@pytest.mark.django_db
def test_metrics_say_what_goes_on_and_of_nobody(
    client: Client, settings: SettingsWrapper, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.METRICS_TOKEN = "secret"
    client.force_login(make_user(email="ada@example.org"))
    client.get("/centres/")
    client.logout()
    OutboxMessage.objects.create(task="x", argument="1", created_at=timezone.now() - timedelta(seconds=90))
    with django_assert_num_queries(4):
        text = client.get("/metrics", headers={"authorization": "Bearer secret"}).content.decode()
    assert 'touchstone_requests_total{method="GET",route="accounts:centre_list",status="200"}' in text
    assert "touchstone_outbox_waiting 1.0" in text
    assert "touchstone_ledger_entries 1.0" in text, "signing out is one"
    assert "ada@" not in text


# --- The doctor ----------------------------------------------------------------------------------------------------


def found(**more: Any) -> dict[str, doctor.Finding]:
    return {each.check: each for each in doctor.examine(at=timezone.now(), **more)}


@pytest.mark.django_db
def test_the_doctor_finds_a_test_installation_well(settings: SettingsWrapper) -> None:
    settings.TOUCHSTONE_WORKER = "auto"
    settings.CELERY_BROKER_URL = ""  # with one, a worker would have to answer
    assert [each for each in found().values() if each.state == doctor.FAULT] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"DEBUG": True}, "mode", "DEBUG is on"),
        ({"SECRET_KEY": "short"}, "secret key", "short or simple"),
        ({"ALLOWED_HOSTS": ["*"]}, "hosts", "has '*'"),
        ({"PUBLIC_URL": "https://elsewhere.example"}, "hosts", "not in ALLOWED_HOSTS"),
        ({"PRODUCTION": True, "PUBLIC_URL": "http://localhost"}, "https", "in the clear"),
        ({"PRODUCTION": True, "PUBLIC_URL": "http://localhost"}, "hosts", "names this machine"),
        ({"PRODUCTION": True}, "e-mail", "goes to files or nowhere"),
        (
            {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": "127.0.0.1",
                "EMAIL_PORT": 1,
            },
            "e-mail",
            "refused",
        ),
        ({"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}, "broker", "The check failed"),
        ({"EVIDENCE_SCANNER": ["no-such-scanner"]}, "virus scanner", "not on this machine"),
        ({"TOUCHSTONE_WORKER": "none", "CELERY_BROKER_URL": ""}, "worker", "None runs"),
        ({"CACHES": {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}}, "cache", "does not come"),
    ],
)
def test_the_doctor_says_what_is_wrong(
    settings: SettingsWrapper, changes: dict[str, Any], check: str, words: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    finding = found()[check]
    assert finding.state == doctor.FAULT
    assert words in finding.words


@pytest.mark.django_db
def test_the_doctor_sees_a_full_outbox_and_a_clock_that_was_ahead() -> None:
    now = timezone.now()
    OutboxMessage.objects.create(task="x", argument="1", created_at=now - timedelta(hours=1))
    ledger_append(action="a.b", subject="x", by=None, at=now + timedelta(days=1), payload={})
    seen = found(connect=False)
    assert (seen["outbox"].state, seen["ledger"].state) == (doctor.FAULT, doctor.FAULT)
    assert "in the future" in seen["ledger"].words
    OutboxMessage.objects.update(attempts=5)
    assert "put aside" in found(connect=False)["outbox"].words


@pytest.mark.django_db
def test_the_doctor_sees_a_folder_that_cannot_be_written(
    settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    assert "cannot be written to" in found(connect=False)["storage"].words


@pytest.mark.django_db
def test_doctor_prints_words_or_json_and_exits_1_on_a_fault(
    settings: SettingsWrapper, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TOUCHSTONE_WORKER = "auto"
    settings.CELERY_BROKER_URL = ""
    call_command("doctor")
    assert "ok     database:" in capsys.readouterr().out
    settings.DEBUG = True
    with pytest.raises(SystemExit) as stop:
        call_command("doctor", "--json", "--here")
    assert stop.value.code == 1
    rows = {each["check"]: each["state"] for each in json.loads(capsys.readouterr().out)}
    assert rows["mode"] == "fault"
    assert not {"e-mail", "worker", "broker"} & set(rows)
