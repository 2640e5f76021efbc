"""What happened in words, and who is at work now: for those inside an audit, at a constant cost."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from audits.activity_words import KINDS, PHRASES, SPECIAL, told
from audits.presence import here, short_names
from audits.selectors.activity import activity_page, entries_of
from audits.services.talk import comment_post
from ledger.models import Entry
from tests.audits.scenes import make_scene
from tests.factories import AT

if TYPE_CHECKING:
    from django.test import Client

    from tests.audits.scenes import Scene

AUDITS = Path(__file__).resolve().parents[2] / "audits"


def test_every_name_that_services_write_about_an_audit_has_words() -> None:
    written = set()
    for path in AUDITS.glob("services/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written |= set(re.findall(r"^(?:[a-z_0-9]+)\.[a-z_0-9]+$", node.value))
    starts = tuple(start for _title, each in KINDS.values() for start in each)
    known = PHRASES.keys() | SPECIAL.keys()
    named = {name for name in written if name.startswith(starts) and not name.startswith(("audits.", "finding.closed"))}
    assert {"answer.saved", "comment.posted", "sample.drawn", "workbook.imported"} <= named
    assert named - known == set()


@pytest.mark.django_db
def test_the_same_in_a_row_is_told_once_and_a_comment_keeps_its_words_to_itself() -> None:
    scene = make_scene("technical_review")
    comment_post(answer_id=scene.answer.pk, text="Between us.", under_id=None, by=scene.people["leader"], at=AT)
    page, rows = activity_page(entries_of(scene.audit), None)
    said = [row.words for row in rows]
    assert said[0] == "commented on A1.1"
    assert "moved the audit from “Report being drafted” to “Technical review”" in said
    assert "answered 6 criteria: A1.1, A1.2, A1.3, B1.1, B1.2, B1.3" in said
    assert "raised finding 1 at A1.1" in said
    assert not any(re.fullmatch(r"[a-z_0-9]+\.[a-z_0-9]+", words) for words in said)
    assert "Between us." not in str(rows)
    assert page.paginator.count == Entry.objects.filter(subject=f"audit:{scene.audit.pk}").count()
    with translation.override("zh-hans"):
        assert "A1.1" in activity_page(entries_of(scene.audit), None)[1][0].words


@pytest.mark.parametrize("action", sorted([*PHRASES, *SPECIAL, "certificate.suspend", "finding.close", "new.thing"]))
def test_an_entry_without_facts_breaks_nothing(action: str) -> None:
    assert told(action, {})


@pytest.mark.django_db
def test_the_page_filters_costs_the_same_for_more_and_takes_what_it_is_given(client: Client) -> None:
    scene = make_scene()
    client.force_login(scene.people["observer"])
    url = reverse("audits:activity", args=[scene.audit.pk])

    def queries(**asked: object) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, asked).status_code == 200
        return len(captured)

    before = queries()
    for who in ("leader", "auditor"):
        by = scene.people[who]
        comment_post(answer_id=scene.answer.pk, text="Seen?", under_id=None, by=by, at=AT)
    assert queries() == before
    shown = client.get(url, {"who": scene.people["auditor"].pk, "kind": "comments"}).context["rows"]
    assert [(row.who, row.words) for row in shown] == [(scene.people["auditor"], "commented on A1.1")]
    assert client.get(url, {"who": "x", "kind": "'", "page": "-3"}).context["rows"]
    assert client.get(url, {"who": scene.people["viewer"].pk}).context["rows"] == []


@pytest.fixture
def _cache() -> None:
    caches["presence"].clear()


@pytest.mark.usefixtures("_cache")
def test_whoever_said_nothing_for_ninety_seconds_is_gone() -> None:
    assert here(audit_id=1, person=7, name="Ann Lee", clause="A1", at=AT) == []
    here(audit_id=2, person=9, name="Elsewhere", clause="A1", at=AT)
    (ann,) = here(audit_id=1, person=8, name="王明", clause="B2", at=AT + timedelta(seconds=89))
    assert (ann.name, ann.clause) == ("Ann Lee", "A1")
    assert here(audit_id=1, person=8, name="王明", clause="B2", at=AT + timedelta(seconds=90)) == []


def test_badges_say_the_first_name_unless_two_share_it() -> None:
    assert short_names(["Ann Lee", "Ann Wu", "Ben O'Hara", "王明", " "]) == {
        "Ann Lee": "Ann Lee",
        "Ann Wu": "Ann Wu",
        "Ben O'Hara": "Ben",
        "王明": "王明",
        " ": " ",
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("_cache")
def test_presence_writes_nothing_into_the_database_and_shows_the_others(client: Client) -> None:
    scene: Scene = make_scene(answered=False)
    url = reverse("audits:presence", args=[scene.audit.pk])
    client.force_login(scene.people["auditor"])
    client.post(url, {"clause": "A1"})
    client.force_login(scene.people["leader"])
    with CaptureQueriesContext(connection) as captured:
        people = client.post(url, {"clause": "x" * 500}).json()["people"]
    assert [each["clause"] for each in people] == ["A1"]
    assert [each["name"] for each in people] == [str(scene.people["auditor"])]
    assert not [each["sql"] for each in captured if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    sheet = client.get(reverse("audits:sheet", args=[scene.audit.pk])).content.decode()
    assert f'data-presence="{url}"' in sheet
    client.force_login(scene.people["centre_manager"])
    assert "data-presence" not in client.get(reverse("audits:sheet", args=[scene.audit.pk])).content.decode()
