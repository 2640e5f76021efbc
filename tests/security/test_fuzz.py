"""Hostile values for every form and every route: no 500, no stack trace, and nothing typed comes back as markup.

The addresses come from the resolver, so that a new page is tried without a line here. An audit with evidence and a
finding is there, and somebody with every role on both sides of it, so that most pages get as far as their forms.
"""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Membership, Role, Scope
from accounts.services import token_create
from tests.audits.scenes import make_scene
from tests.config.test_urls import ADDRESSES

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
MARKUP = "<script>alert('fuzz')</script>"
HOSTILE = [
    MARKUP,
    "\0\x08\ud7ff\u202e'\"><svg onload=alert(1)>{{ 7*7 }}{% load x %}",
    "-" + "9" * 40,
    "NaN",
    "2026-02-30",
    "../../../../etc/passwd\0.png",
    "=cmd|' /C calc'!A0" + "𝕳" * 5000,
    "",
]
FIELD = re.compile(r"<(?:input|select|textarea)[^>]*\bname=\"([^\"]+)\"")
TRACE = re.compile(r"Traceback \(most recent|File \"/|django\.db\.utils|OperationalError|site-packages")
PARTS = 6


@pytest.fixture
def scene(settings: SettingsWrapper) -> Any:
    cache.clear()
    settings.RECORDS_MAX_BYTES = 1 << 20
    made = make_scene()
    person = made.people["leader"]
    for organisation in {made.audit.conductor, made.audit.auditee}:
        for role in Role:
            Membership.objects.get_or_create(user=person, organisation=organisation, role=role)
    person.is_staff = True
    person.save()
    return made


def arguments(pattern: Any, scene: Any, *, hostile: str = "") -> dict[str, Any]:
    """Values for an address: of rows that are there, by the names of its parts; or hostile where it takes text."""
    known = {"audit_id": scene.audit.pk, "evidence_id": scene.evidence.pk, "finding_id": scene.finding.pk}
    known |= {"answer_id": scene.answer.pk, "pk": 1, "code": scene.audit.edition.code}
    known |= {"version": scene.audit.edition.version, "centre_id": scene.audit.centre_id}
    kinds = {"IntConverter": 1, "UUIDConverter": UUID(int=7)}
    found = {}
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        text = kind not in kinds
        found[name] = hostile if hostile and text else known.get(name, kinds.get(kind, "x"))
    return found


def address(name: str, scene: Any, hostile: str = "") -> str | None:
    try:
        return reverse(name, kwargs=arguments(ADDRESSES[name], scene, hostile=hostile))
    except NoReverseMatch:
        return None


def checked(answer: Any, where: str) -> str:
    """Return the text of an answer that is no fault of ours and gives nothing away."""
    exception = getattr(answer, "exc_info", None)
    assert answer.status_code < 500 or answer.status_code == 507, f"{where}: {answer.status_code} {exception}"
    if answer.streaming:
        list(answer.streaming_content)  # to the end, which closes it
        return ""
    text = answer.content.decode(errors="replace")
    assert not TRACE.search(text), where
    if "html" in answer.headers.get("Content-Type", ""):
        assert MARKUP not in text, f"{where} gives back what was typed, as markup"
        assert "<svg onload" not in text, where
    return text


PAGES = sorted(name for name in ADDRESSES if not name.startswith("api:"))
ROUTES = sorted(name for name in ADDRESSES if name.startswith("api:"))


@pytest.mark.parametrize("part", range(PARTS))
def test_forms_survive_hostile_values(scene: Any, part: int) -> None:
    client = Client(raise_request_exception=False)
    tried = 0
    for name in PAGES[part::PARTS]:
        where = address(name, scene)
        if where is None:
            continue
        client.force_login(scene.people["leader"])  # one of the pages may have been the way out
        fields = set(FIELD.findall(checked(client.get(where), name))) - {"csrfmiddlewaretoken"}
        for number, evil in enumerate(HOSTILE):
            form: dict[str, Any] = dict.fromkeys(sorted(fields), evil)
            form |= {"revision": evil, "next": evil, "reason": evil, "level": evil}
            if number == 0:
                form["file"] = SimpleUploadedFile("../x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image/png")
            if number < 2 or fields:
                checked(client.post(where, form), f"POST {name} {evil[:20]!r}")
                tried += 1
            if tried and not fields and number:
                break
    assert tried > 10


def test_queries_and_paths_survive_hostile_values(scene: Any) -> None:
    client = Client(raise_request_exception=False)
    names = ("q", "page", "sort", "status", "kind", "who", "since", "before", "version", "level", "lang", "language")
    for name in PAGES:
        client.force_login(scene.people["leader"])
        where = address(name, scene)
        if where:
            for evil in HOSTILE[1:5]:
                checked(client.get(where, dict.fromkeys(names, evil)), f"GET {name} ?{evil[:20]!r}")
        for evil in ("%00", "a'b\"<script>", "..%2f..%2f", "x" * 300):
            other = address(name, scene, evil)
            if other and other != where:
                checked(client.get(other), f"GET {name} {evil[:20]!r}")


def test_routes_of_the_api_survive_hostile_bodies(scene: Any) -> None:
    client, now = Client(raise_request_exception=False), timezone.now()
    person = scene.people["leader"]
    _token, secret = token_create(
        user=person, name="fuzz", scopes=list(Scope), expires_at=now + timedelta(days=1), at=now
    )
    headers = {"authorization": f"Bearer {secret}", "if-match": '"\'\0"', "idempotency-key": "k" * 300}
    bodies = [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a":' * 2000,
        b"\xff\xfe",
        b'{"level": 1e400, "note": "\\u0000", "revision": -1}',
    ]
    for name in ROUTES:
        where = address(name, scene)
        if where is None:
            continue
        cache.clear()  # the limit of requests a minute has tests of its own
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            for body in bodies if method in {"POST", "PUT", "PATCH"} else bodies[:1]:
                answer = client.generic(method, where, body, "application/json", headers=headers)
                text = checked(answer, f"{method} {name} {body[:20]!r}")
                if answer.status_code >= 400 and answer.headers.get("Content-Type", "").startswith("application/json"):
                    assert '"error"' in text, f"{method} {name}: a refusal without a code"
        checked(client.get(where, {"q": MARKUP, "after": "\0", "limit": "9" * 30}, headers=headers), name)


def test_a_stranger_learns_nothing_by_trying(scene: Any) -> None:
    """An outsider with every role elsewhere gets the same for what is there and what is not."""
    client = Client(raise_request_exception=False)
    client.force_login(scene.people["outsider"])
    secrets = [html.escape(str(scene.audit.centre)), scene.audit.reference, html.escape(scene.evidence.title)]
    for name in PAGES:
        where = address(name, scene)
        if where is None or name.startswith("account_"):
            continue
        text = checked(client.get(where), name)
        assert [secret for secret in secrets if len(secret) > 4 and secret in text] == [], name
