"""The answer sheet: a save tells the truth, a conflict shows both, nothing typed is lost, and all stays cheap."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit, AuditStatus
from audits.services.answers import AnswerInput, answer_save
from ledger.models import Entry
from standards.services import edition_load, edition_publish
from tests.audits.scenes import PNG, Scene, add_evidence, make_people, make_scene, raise_finding
from tests.factories import AT, edition_document, leader_of, make_audit, make_edition

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from audits.models import Answer
    from standards.models import Edition

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def fresh(per_block: int = 3) -> Scene:
    """Return a scene in fieldwork with nothing answered."""
    audit = make_audit(edition=make_edition(per_block))
    return Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())


@pytest.fixture
def scene(client: Client) -> Scene:
    made = fresh()
    client.force_login(made.people["leader"])
    return made


def save(client: Client, answer: Answer, **fields: object) -> HttpResponse:
    data = {"level": "3", "note": "", "revision": "0", **fields}
    return client.post(
        reverse("audits:answer_save", args=[answer.pk]),
        {name: value for name, value in data.items() if value is not None},
    )


def held(response: HttpResponse) -> str:
    """Return the revision that the form goes on with."""
    (found,) = re.findall(r'name="revision"\s+value="([^"]*)"', response.content.decode())
    return str(found)


def offered(response: HttpResponse) -> str:
    """Return the revision with which "save mine" saves."""
    (found,) = re.findall(r'data-save="(\d+)"', response.content.decode())
    return str(found)


def now(answer: Answer) -> tuple[int | None, str, str, int]:
    answer.refresh_from_db()
    return answer.level, answer.na_reason, answer.note, answer.revision


# --- saving ---------------------------------------------------------------------------------------------------------


def test_save_answers_with_the_new_revision_and_the_strip_out_of_band(client: Client, scene: Scene) -> None:
    response = save(client, scene.answer, level="4", note="seen\r\ntwice ")
    text = response.content.decode()
    assert response.status_code == 200
    assert held(response) == "1"
    assert 'id="strip"' in text
    assert 'hx-swap-oob="true"' in text
    assert "1 of 6 answered" in text
    assert f'id="state-{scene.answer.pk}"' in text
    assert "<html" not in text
    assert now(scene.answer) == (4, "", "seen\ntwice", 1)


@pytest.mark.parametrize("saves", [0, 1, 2])
def test_page_carries_the_stored_revision_and_a_save_with_it_goes_through(
    client: Client, scene: Scene, saves: int
) -> None:
    for revision in range(saves):
        save(client, scene.answer, level=str(revision), revision=str(revision))
    page = client.get(reverse("audits:sheet", args=[scene.audit.pk])).content.decode()
    row = client.get(reverse("audits:answer_row", args=[scene.answer.pk]))
    carried = re.findall(r'name="revision"\s+value="([^"]*)"', page)
    assert carried == [str(saves), *["0"] * 5]
    assert held(row) == carried[0]
    assert save(client, scene.answer, level="5", revision=carried[0]).status_code == 200


def test_strip_counts_only_what_is_asked_of_the_centre(client: Client, scene: Scene) -> None:
    audit = make_audit(edition=edition_that_asks_only_bots())
    client.force_login(leader_of(audit))
    page = client.get(reverse("audits:sheet", args=[audit.pk])).content.decode()
    saved = save(client, audit.answers.first()).content.decode()
    assert "0 of 5 answered" in page
    assert "1 of 5 answered" in saved


def edition_that_asks_only_bots() -> Edition:
    """Publish an edition whose A1.2 is asked only of centres with a bot."""
    document = edition_document("bots")
    document["facts"].append(
        {"code": "channels", "title": {"en": "Channels"}, "type": "list", "choices": ["voice", "bot"]}
    )
    document["blocks"][0]["clauses"][0]["criteria"][1]["when"] = {"fact": "channels", "includes": ["bot"]}
    text = re.sub(r'"([0-5])": \{"en"', r'\1: {"en"', json.dumps(document))
    return edition_publish(edition=edition_load(data=text, at=AT).edition, at=AT)


def test_strip_after_a_save_is_the_strip_of_the_page(client: Client, scene: Scene) -> None:
    saved = scores(save(client, scene.answer))
    assert saved == scores(client.get(reverse("audits:sheet", args=[scene.audit.pk])))
    assert saved == ["8.0–94.7", "8.0–94.7"]  # one of three in 40 points at 3 of 5: 8 of 13.3


def scores(response: HttpResponse) -> list[str]:
    """Return what the strip says per tier."""
    return [" ".join(found.split()) for found in re.findall(r'ts-score">\s*([^<]*)<', response.content.decode())]


@pytest.mark.parametrize("note", ["<script>alert(1)</script>", "שלום مرحبا", "👩‍💻 𠮷", "=1+1", "x" * 20_000])
def test_any_note_comes_back_as_it_was_typed_and_escaped(client: Client, scene: Scene, note: str) -> None:
    assert save(client, scene.answer, note=note).status_code == 200
    assert now(scene.answer)[2] == note
    page = client.get(reverse("audits:sheet", args=[scene.audit.pk])).content.decode()
    assert "<script>alert" not in page


def test_nothing_chosen_is_unanswered_again(client: Client, scene: Scene) -> None:
    save(client, scene.answer)
    assert save(client, scene.answer, level="", note="later", revision="1").status_code == 200
    assert now(scene.answer) == (None, "", "later", 2)


def test_same_answer_sent_again_is_saved_once(client: Client, scene: Scene) -> None:
    first, second = save(client, scene.answer), save(client, scene.answer)
    assert (first.status_code, second.status_code, held(second)) == (200, 200, "1")
    assert Entry.objects.filter(action="answer.saved").count() == 1


# --- two people -----------------------------------------------------------------------------------------------------


def conflict(client: Client, scene: Scene) -> HttpResponse:
    """Let the auditor save first, and the leader on the revision before."""
    content = AnswerInput(level=2, note="theirs")
    answer_save(answer_id=scene.answer.pk, content=content, revision=0, by=scene.people["auditor"], at=AT)
    return save(client, scene.answer, level="5", note="mine")


def test_conflict_shows_both_and_overwrites_nothing(client: Client, scene: Scene) -> None:
    response = conflict(client, scene)
    text = response.content.decode()
    assert response.status_code == 409
    assert "theirs" in text
    assert "mine" in text
    assert str(scene.people["auditor"]) in text
    assert now(scene.answer) == (2, "", "theirs", 1)


def test_save_mine_saves_on_the_revision_shown(client: Client, scene: Scene) -> None:
    revision = offered(conflict(client, scene))
    response = save(client, scene.answer, level="5", note="mine", revision=revision)
    assert (response.status_code, held(response)) == (200, "2")
    assert now(scene.answer) == (5, "", "mine", 2)


def test_typing_on_after_a_conflict_does_not_overwrite_the_other_answer(client: Client, scene: Scene) -> None:
    revision = held(conflict(client, scene))
    response = save(client, scene.answer, level="5", note="mine and more", revision=revision)
    assert response.status_code == 409
    assert "mine and more" in response.content.decode()
    assert now(scene.answer) == (2, "", "theirs", 1)


def test_take_the_stored_one_shows_it(client: Client, scene: Scene) -> None:
    conflict(client, scene)
    response = client.get(reverse("audits:answer_row", args=[scene.answer.pk]))
    assert held(response) == "1"
    assert "theirs" in response.content.decode()


def test_refused_save_keeps_the_revision_it_was_made_on(client: Client, scene: Scene) -> None:
    content = AnswerInput(level=2, note="theirs")
    answer_save(answer_id=scene.answer.pk, content=content, revision=0, by=scene.people["auditor"], at=AT)
    response = save(client, scene.answer, level="99")
    assert (response.status_code, held(response)) == (422, "0")
    # corrected, it is a conflict: the other answer was never seen
    assert save(client, scene.answer, level="5", revision=held(response)).status_code == 409


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "level", ["6", "99", "-1", "3.0", "3,5", "three", "٣", "３", "²", "9" * 5000, "\x00", " 3", "NA"]
)
def test_level_that_is_none_is_refused_with_words(client: Client, scene: Scene, level: str) -> None:
    response = save(client, scene.answer, level=level, note="kept")
    assert response.status_code == 422
    assert "not a level of the scale" in response.content.decode()
    assert now(scene.answer) == (None, "", "", 0)


@pytest.mark.parametrize("revision", [None, "", "x", "-1", "1.0", "٠", "9" * 10, "9" * 5000, "\x00", "0x0", "<b>"])
def test_revision_that_is_none_is_refused_with_words(client: Client, scene: Scene, revision: str | None) -> None:
    response = save(client, scene.answer, revision=revision)
    text = response.content.decode()
    assert response.status_code == 422
    assert "not known which version" in text
    assert "<b>" not in text.replace("<b>Saved", "")
    assert now(scene.answer) == (None, "", "", 0)
    # the form does not come by a revision that it never had
    assert save(client, scene.answer, revision=held(response)).status_code == 422


@pytest.mark.parametrize("revision", ["1", "999999999"])
def test_revision_from_the_future_is_a_conflict(client: Client, scene: Scene, revision: str) -> None:
    assert save(client, scene.answer, revision=revision).status_code == 409
    assert now(scene.answer) == (None, "", "", 0)


@pytest.mark.parametrize("reason", ["", "   ", "\r\n"])
def test_not_applicable_needs_a_reason(client: Client, scene: Scene, reason: str) -> None:
    last = scene.audit.answers.last()
    response = save(client, last, level="na", na_reason=reason)
    assert response.status_code == 422
    assert "Say why this does not apply" in response.content.decode()
    assert now(last) == (None, "", "", 0)
    assert save(client, last, level="na", na_reason="No such channel.").status_code == 200
    assert now(last) == (None, "No such channel.", "", 1)


def test_not_applicable_where_it_always_applies_is_refused(client: Client, scene: Scene) -> None:
    response = save(client, scene.answer, level="na", na_reason="No.")
    assert response.status_code == 422
    assert "always applies" in response.content.decode()


@pytest.mark.parametrize("note", ["a\x00b", "x" * 20_001])
def test_note_that_cannot_be_stored_is_refused(client: Client, scene: Scene, note: str) -> None:
    response = save(client, scene.answer, note=note)
    assert response.status_code == 422
    assert "20,000" in response.content.decode()
    assert now(scene.answer) == (None, "", "", 0)


def test_save_after_submission_says_so_and_keeps_the_form(client: Client, scene: Scene) -> None:
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.TECHNICAL_REVIEW)
    response = save(client, scene.answer, note="typed meanwhile")
    text = response.content.decode()
    assert response.status_code == 409
    assert "Technical review" in text
    # only the state is replaced: level and note stay in the reader's form
    assert "<textarea" not in text
    assert 'type="radio"' not in text
    assert now(scene.answer) == (None, "", "", 0)


# --- reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("show", ["unanswered", "na", "no_evidence", "nonconformity", "mandatory", "nonsense", ""])
@pytest.mark.parametrize("text", ["", "a1.1", "\x00", "%_'\"<b>", "x" * 1000])
def test_filters_take_anything(client: Client, scene: Scene, show: str, text: str) -> None:
    response = client.get(reverse("audits:sheet", args=[scene.audit.pk]), {"show": show, "q": text})
    assert response.status_code == 200
    assert "<b>" not in response.context["chosen"]["q"] or "&lt;b&gt;" in response.content.decode()


def codes(client: Client, scene: Scene, **query: str) -> list[str]:
    """Return the codes of the rows that are shown at first; the others are in the page too, hidden."""
    page = client.get(reverse("audits:sheet", args=[scene.audit.pk]), query).content.decode()
    rows = re.findall(r'<article class="ts-row"[^>]*>', page)
    assert len(rows) == 6
    return [re.findall(r'data-code="([^"]*)"', row)[0] for row in rows if " hidden" not in row]


def test_filters_keep_what_they_say(client: Client, scene: Scene) -> None:
    leader, last = scene.people["leader"], scene.audit.answers.last()
    answer_save(answer_id=scene.answer.pk, content=AnswerInput(level=3), revision=0, by=leader, at=AT)
    answer_save(answer_id=last.pk, content=AnswerInput(na_reason="None."), revision=0, by=leader, at=AT)
    raise_finding(scene)
    assert codes(client, scene, show="unanswered") == ["A1.2", "A1.3", "B1.1", "B1.2"]
    assert codes(client, scene, show="na") == ["B1.3"]
    assert codes(client, scene, show="no_evidence") == ["A1.1"]
    assert codes(client, scene, show="nonconformity") == ["A1.1"]
    assert codes(client, scene, show="mandatory") == ["A1.1", "B1.1"]
    assert codes(client, scene, q="TITLE B1.2") == ["B1.2"]
    add_evidence(scene, BytesIO(PNG))
    assert codes(client, scene, show="no_evidence") == []
    assert len(codes(client, scene)) == 6


def test_whoever_only_reads_gets_a_sheet_without_fields_to_fill(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["viewer"])
    text = client.get(reverse("audits:sheet", args=[scene.audit.pk])).content.decode()
    assert text.count("<fieldset") == text.count(" disabled>") == 6


# --- cost -----------------------------------------------------------------------------------------------------------


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_sheet_costs_the_same_for_few_and_for_110_answers_with_all_around_them(client: Client) -> None:
    counts = []
    for per_block, full in ((2, False), (55, False), (55, True)):
        scene = fresh(per_block)
        client.force_login(scene.people["leader"])
        if full:
            for answer in scene.audit.answers.select_related("criterion"):
                content = AnswerInput(level=3, note="n")
                answer_save(answer_id=answer.pk, content=content, revision=0, by=scene.people["auditor"], at=AT)
                scene.answer = answer
                add_evidence(scene, BytesIO(PNG + answer.criterion.code.encode()))
                raise_finding(scene)
        counts.append(queries(client, reverse("audits:sheet", args=[scene.audit.pk])))
    assert len(set(counts)) == 1
    assert counts[0] <= MOST_QUERIES


def test_save_costs_the_same_with_one_and_with_many_audits(client: Client) -> None:
    counts = []
    for others in (0, 5):
        for _ in range(others):
            make_audit()
        scene = fresh(55)
        client.force_login(scene.people["leader"])
        save(client, scene.answer)
        with CaptureQueriesContext(connection) as captured:
            assert save(client, scene.answer, level="4", revision="1").status_code == 200
        counts.append(len(captured))
    assert (
        counts[0] == counts[1] <= MOST_QUERIES + 1 + (connection.vendor == "postgresql")
    )  # it locks the ledger by name


def test_conflict_costs_no_more_than_a_save(client: Client, scene: Scene) -> None:
    conflict(client, scene)
    with CaptureQueriesContext(connection) as captured:
        assert save(client, scene.answer, level="5", revision="0").status_code == 409
    assert len(captured) <= MOST_QUERIES


def test_panel_costs_the_same_for_one_and_three_of_everything(client: Client, scene: Scene) -> None:
    url, counts = reverse("audits:answer_panel", args=[scene.answer.pk]), []
    for number in range(3):
        add_evidence(scene, BytesIO(PNG + bytes([number])))
        raise_finding(scene)
        counts.append(queries(client, url))
    assert counts[0] == counts[2] <= MOST_QUERIES + 7  # a part each: history, marks, sections, not taken, comments


def test_detail_costs_the_same_for_one_and_three_findings(client: Client) -> None:
    scene = make_scene()
    client.force_login(scene.people["leader"])
    url, counts = reverse("audits:audit_detail", args=[scene.audit.pk]), []
    for _ in range(3):
        counts.append(queries(client, url))
        raise_finding(scene)
    assert counts[0] == counts[2] <= 2 * MOST_QUERIES + 2  # plan, declarations, meetings, steps, what happened


def test_list_costs_the_same_for_one_and_three_audits(client: Client) -> None:
    first = make_audit(started=False)
    client.force_login(leader_of(first))
    counts = [queries(client, "/audits/")]
    for _ in range(2):
        make_audit(started=False, conductor=first.conductor)
    response = client.get("/audits/")
    assert len(response.context["page"].object_list) == 3
    assert queries(client, "/audits/") == counts[0] <= MOST_QUERIES
