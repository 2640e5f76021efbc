"""Encoding, browser and API, with real payloads: the number of the checklist's row stands in each test's name."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Centre, Membership, Organisation, Role
from ledger.models import Entry
from tests.config.test_urls import ADDRESSES, EXAMPLES, OUR_PUBLIC
from tests.factories import make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from accounts.models import User

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "ledger", "standards", "benchmarks", "audits", "awards", "reports", "config")
SQL = ["'; DROP TABLE accounts_centre; --", "' OR '1'='1", "name) UNION SELECT password FROM accounts_user--", "%' --"]
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{% debug %}"


@pytest.fixture
def admin(client: Client) -> User:
    user = make_user(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def sources() -> list[tuple[Path, str]]:
    """Every file of the product in Python."""
    return [(path, path.read_text()) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_1_2_4_search_and_order_are_parameters(client: Client, admin: User) -> None:
    make_centre(admin.memberships.get().organisation, name="Harbour")
    make_centre(name="Of somebody else")
    for evil in SQL:
        page = client.get("/centres/", {"q": evil, "sort": evil, "industry": evil})
        assert page.status_code == 200
        assert b"Of somebody else" not in page.content
        assert client.get("/reports/ledger/", {"who": evil, "kind": evil, "about": evil}).status_code == 200
    assert Centre.objects.count() == 2


def test_1_3_1_and_1_3_7_what_people_type_is_text_and_no_template(client: Client, admin: User) -> None:
    Organisation.objects.filter(memberships__user=admin).update(name=SCRIPT)
    centre = make_centre(Organisation.objects.get(memberships__user=admin), name=SCRIPT, city="${7*7}")
    for address in ("/centres/", f"/centres/{centre.pk}/", "/people/profile/", "/reports/ledger/"):
        text = client.get(address).content.decode()
        assert "<script>alert(1)" not in text
        assert "<img src=x" not in text
        assert "49" not in re.sub(r"nonce=\"[^\"]*\"|csrf[^>]*>|value=\"[^\"]*\"", "", text).split("<main", 1)[1][:200]
    assert "{{7*7}}" in client.get(f"/centres/{centre.pk}/").content.decode()


def test_1_3_7_no_code_makes_a_template_of_text() -> None:
    made = [path for path, text in sources() if re.search(r"\bTemplate\(|from_string\(", text)]
    assert made == []


def test_1_5_1_and_1_5_2_no_pickle_no_eval_no_unsafe_yaml_or_xml() -> None:
    """What would run or resolve what a file says is called nowhere in the product."""
    refused = {"eval", "exec", "pickle.loads", "pickle.load", "marshal.loads", "yaml.load", "yaml.unsafe_load"}
    refused |= {"os.system", "os.popen", "yaml.full_load", "xml.etree.ElementTree.parse", "minidom.parseString"}
    found = []
    for path, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in refused:
                safe = any(
                    "Safe" in ast.unparse(each) for each in [*node.args, *(word.value for word in node.keywords)]
                )
                found += [] if safe else [f"{path.name}:{node.lineno} {ast.unparse(node.func)}"]
            if isinstance(node, ast.Call):
                shell = [word for word in node.keywords if word.arg == "shell" and ast.unparse(word.value) == "True"]
                found += [f"{path.name}:{node.lineno} shell=True"] if shell else []
    assert found == []


def test_1_3_6_no_field_takes_an_address_that_the_server_would_fetch() -> None:
    """Requests to elsewhere are made by the operator's settings only.

    A webhook is an address that a person typed, at a host that the operator allows: what holds it there, and out of
    our own network, is tested in ``tests/reports/test_webhooks.py``.
    """
    clients = re.compile(
        r"^\s*(?:import|from)\s+(requests|httpx|urllib\.request|urllib3|http\.client|aiohttp)\b", re.MULTILINE
    )
    found = {str(path.relative_to(ROOT)) for path, text in sources() if clients.search(text)}
    # One asks our own pages; one writes a client for programs elsewhere, and asks nobody; one sends webhooks.
    assert found <= {"config/smoke.py", "config/client.py", "reports/delivering.py"}


@pytest.mark.parametrize("name", ["home", "account_login", "verify_form", "healthz", "accounts:centre_list"])
def test_3_4_3_to_3_4_6_each_answer_has_its_guards(client: Client, admin: User, name: str) -> None:
    headers = client.get(reverse(name)).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_3_4_3_the_nonce_is_another_one_each_time(client: Client, settings: SettingsWrapper) -> None:
    policies = {client.get("/account/login/").headers["Content-Security-Policy"] for _ in range(2)}
    scripts = {re.search(r"script-src[^;]*", each)[0] for each in policies}
    assert all("'self'" in each for each in scripts)
    assert len(scripts) == 2 or "nonce" not in next(iter(scripts)), "a nonce is never used again"


def test_3_4_3_and_3_6_1_no_template_has_inline_script_style_or_another_host() -> None:
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if path.parent.name == "reports" and path.name in {
            "certification.html",
            "lens_report.html",
            "award.html",
            "certificate.html",
            "certification_work.html",
        }:
            continue  # printed, not served
        text = path.read_text()
        for pattern in (
            r"\son\w+=\"",
            r"\sstyle=\"",
            r"<script(?![^>]*\b(?:src=|type=\"application/json\"))",  # data is no script
            r"(?:src|href)=\"(?:https?:)?//",
            r"javascript:",
        ):
            found += [f"{path.name}: {hit}" for hit in re.findall(pattern, text)]
    assert found == []


def test_3_3_1_3_3_4_and_3_4_1_cookies_and_hsts_of_production() -> None:
    """Read from the settings as production has them, in a process of its own."""
    import os
    import subprocess
    import sys

    code = (
        "import json, django; django.setup(); from django.conf import settings as s; names = ['SESSION_COOKIE_SECURE',"
        "'CSRF_COOKIE_SECURE','SESSION_COOKIE_HTTPONLY','SECURE_HSTS_SECONDS','SECURE_SSL_REDIRECT',"
        "'SESSION_COOKIE_SAMESITE','DEBUG']; print(json.dumps({n: getattr(s, n) for n in names}))"
    )
    environment = {**os.environ, "TOUCHSTONE_ENV": "production", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "a.example"}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PUBLIC_URL": "https://a.example"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    facts = json.loads(run.stdout)
    assert facts.pop("SECURE_HSTS_SECONDS") >= 31_536_000
    assert facts.pop("DEBUG") is False
    assert facts.pop("SESSION_COOKIE_SAMESITE") in {"Lax", "Strict"}
    assert set(facts.values()) == {True}


def test_3_5_1_no_post_without_its_token(admin: User) -> None:
    """At every address: refused, and nothing is in the ledger that was not there before."""
    strict, taken = Client(enforce_csrf_checks=True), []
    strict.force_login(admin)
    before = Entry.objects.count()
    for name, pattern in sorted(ADDRESSES.items()):
        converters = pattern.pattern.converters
        # The API takes no cookie and so needs no token; addresses by a pattern are the sign-in library's.
        if name.startswith("api:") or (pattern.pattern.regex.groups and not converters):
            continue
        arguments = {key: EXAMPLES.get(_kind(value), "x") for key, value in converters.items()}
        answer = strict.post(reverse(name, kwargs=arguments), {"a": "b"}, headers={"origin": "https://evil.example"})
        taken += [] if answer.status_code in {403, 404, 405} else [(name, answer.status_code)]
    assert taken == []
    assert Entry.objects.count() == before


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


def test_3_5_3_get_changes_nothing(client: Client, admin: User) -> None:
    """Every address without an argument, read by an operator who administers an organisation: no row is written."""
    admin.is_staff = True
    admin.save()
    written = []
    for name, pattern in sorted(ADDRESSES.items()):
        if pattern.pattern.regex.groups or name.startswith(("api:", "account_")):
            continue
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name))
        changes = [each["sql"] for each in captured if re.match(r"\s*(INSERT|UPDATE|DELETE)", each["sql"])]
        # A session's own row, a cache, and the record that somebody was refused change nothing that people see.
        spared = ("django_session", "cache", "ledger_entry", "accounts_session", "usersessions")
        written += [(name, sql[:90]) for sql in changes if not any(table in sql for table in spared)]
    assert written == []


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_3_7_2_next_leads_nowhere_else(client: Client, evil: str) -> None:
    from tests.factories import PASSWORD

    user = make_user()
    answer = client.post(f"/account/login/?next={evil}", {"login": user.email, "password": PASSWORD, "next": evil})
    assert "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")


def test_4_1_3_what_a_client_says_of_host_and_address_is_not_believed(client: Client) -> None:
    forged = {"x-forwarded-host": "evil.example", "x-forwarded-for": "6.6.6.6", "forwarded": "host=evil.example"}
    page = client.get("/account/password/reset/", headers=forged)
    assert b"evil.example" not in page.content
    assert configured.USE_X_FORWARDED_HOST is False
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_4_1_4_methods_that_nobody_uses_are_refused(client: Client, admin: User, method: str) -> None:
    for address in ("/", "/centres/", "/people/tokens/", "/reports/ledger/", "/healthz"):
        assert client.generic(method, address).status_code == 405


def test_13_4_5_description_and_figures_are_closed(client: Client) -> None:
    assert client.get("/api/v1/openapi.json").status_code == 401
    assert client.get("/metrics").status_code == 404
    for address in ("/admin/", "/api/docs", "/api/v1/docs", "/.git/config", "/static/../config/settings.py", "/debug/"):
        assert client.get(address).status_code in {302, 401, 404}


def test_15_3_3_fields_that_a_form_does_not_have_are_ignored(client: Client, admin: User) -> None:
    organisation, other = admin.memberships.get().organisation, make_organisation()
    centre = make_centre(organisation)
    form = {
        "name": "New",
        "city": "X",
        "country": "HK",
        "industry": "banking",
        "channels": ["voice"],
        "languages": "en",
    }
    form |= {"seats": 5, "time_zone": "UTC", "revision": 1, "organisation": other.pk, "organisation_id": other.pk}
    form |= {"id": 999, "pk": 999, "is_staff": "on", "created_at": "2000-01-01"}
    client.post(f"/centres/{centre.pk}/edit/", form)
    centre.refresh_from_db()
    admin.refresh_from_db()
    assert centre.organisation_id == organisation.pk
    assert not admin.is_staff
    profile = {"name": "Ada", "language": "en", "time_zone": "UTC", "email": "evil@example.org", "is_superuser": "on"}
    client.post("/people/profile/", profile)
    admin.refresh_from_db()
    assert (admin.name, admin.is_superuser, admin.email.startswith("evil")) == ("Ada", False, False)


def test_8_2_2_what_others_have_is_not_there(client: Client, admin: User) -> None:
    other = make_centre()
    for address in (
        f"/centres/{other.pk}/",
        f"/centres/{other.pk}/edit/",
        f"/people/organisations/{other.organisation_id}/",
    ):
        assert client.get(address).status_code == 404
        assert client.get(address.replace(str(other.pk), "999999")).status_code == 404


def test_8_3_2_a_role_that_is_taken_is_gone_with_the_next_request(client: Client, admin: User) -> None:
    organisation = admin.memberships.get().organisation
    address = reverse("accounts:invitation_create", args=[organisation.pk])
    assert client.get(address).status_code == 200
    Membership.objects.filter(user=admin).update(role=Role.VIEWER)
    assert client.get(address).status_code == 403


def test_14_2_1_no_public_page_leads_out_a_secret_by_its_address(client: Client) -> None:
    """Whoever opens an invitation sends no address on, and the page names no other host."""
    assert OUR_PUBLIC
    answer = client.get("/people/join/some-secret-token/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(rb"(?:src|href|action)=\"(?:https?:)?//", answer.content)
