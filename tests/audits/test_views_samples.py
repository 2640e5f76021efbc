"""Samples as people make them: plan, draw, look, conclude; and what is refused at the place where it stands."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.samples import RecordResult, Sample, SampleItem
from audits.services.samples import SampleError, sample_draw, sample_item_save
from audits.storage import path_of
from ledger.models import Entry
from tests.audits.scenes import Scene, make_scene
from tests.factories import AT

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
TICKETS = "ticket,day\n" + "".join(f"T-{number},1\n" for number in range(200))


@pytest.fixture
def scene(client: Client, settings: SettingsWrapper, tmp_path: Path) -> Scene:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    made = make_scene(answered=False)
    client.force_login(made.people["leader"])
    return made


def plan(client: Client, scene: Scene, **fields: str) -> HttpResponse:
    data = {"title": "Closed tickets", "method": "discovery", "confidence": "95", "rate": "5", "margin": "", **fields}
    return client.post(reverse("audits:sample_create", args=[scene.answer.pk]), data)


def draw(client: Client, sample: Sample, content: str | bytes = TICKETS, name: str = "tickets.csv") -> HttpResponse:
    data = content.encode() if isinstance(content, str) else content
    return client.post(reverse("audits:sample_draw", args=[sample.pk]), {"file": SimpleUploadedFile(name, data)})


def look(client: Client, item: SampleItem, result: str, note: str = "", revision: int | None = None) -> HttpResponse:
    held = item.revision if revision is None else revision
    data = {"result": result, "note": note, "revision": held}
    return client.post(reverse("audits:sample_record", args=[item.pk]), data)


def test_a_discovery_sample_from_plan_to_conclusion(client: Client, scene: Scene) -> None:
    assert plan(client, scene).status_code == 302
    sample = Sample.objects.get()
    assert (sample.planned, sample.parameters) == (59, {"confidence": "95", "rate": "5"})
    assert draw(client, sample).status_code == 302
    sample.refresh_from_db()
    assert (sample.planned, sample.population_size) == (51, 200)
    assert sample.population_sha256 == hashlib.sha256(TICKETS.encode()).hexdigest()
    for item in sample.items.all():
        assert look(client, item, "conforms").status_code == 200
    page = client.get(reverse("audits:sample", args=[sample.pk])).content.decode()
    assert "fewer than 5 % fail" in page
    assert "at most 4.5 % of the 200 records fail" in page
    assert "holds" in client.get(reverse("audits:sample_list", args=[scene.audit.pk])).content.decode()


def test_anybody_can_draw_again_from_what_was_kept(
    client: Client, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(client, scene)
    draw(client, Sample.objects.get())
    sample = Sample.objects.get()
    source = path_of(sample.population_sha256)
    call_command("plan_sample", "draw", population=source, size=str(sample.planned), seed=sample.seed, json=True)
    again = json.loads(capsys.readouterr().out)
    assert again["picked"] == list(sample.items.values_list("record", flat=True))
    assert (again["sha256"], again["size"], str(again["seed"])) == (sample.population_sha256, 200, sample.seed)
    entry = Entry.objects.filter(action="sample.drawn").get()
    assert json.loads(entry.content)["payload"]["picked"] == again["picked"]


def test_a_draw_is_made_once_until_it_is_withdrawn_with_a_reason(client: Client, scene: Scene) -> None:
    plan(client, scene)
    sample = Sample.objects.get()
    draw(client, sample)
    picked = list(sample.items.values_list("record", flat=True))
    assert draw(client, sample).status_code == 422
    assert list(sample.items.values_list("record", flat=True)) == picked
    withdraw = reverse("audits:sample_withdraw", args=[sample.pk])
    assert client.post(withdraw, {"reason": " "}).status_code == 422
    assert client.post(withdraw, {"reason": "Wrong month."}).status_code == 302
    page = client.get(reverse("audits:sample", args=[sample.pk])).content.decode()
    assert "Wrong month." in page
    assert picked[0] in page


def test_a_judgemental_sample_says_why_and_shows_no_confidence(client: Client, scene: Scene) -> None:
    assert plan(client, scene, method="judgemental", size="2").status_code == 422
    assert plan(client, scene, method="judgemental", size="2", why="The two complaints.").status_code == 302
    sample = Sample.objects.get()
    url = reverse("audits:sample_draw", args=[sample.pk])
    assert client.post(url, {"records": "T-1\nT-1"}).status_code == 422
    assert client.post(url, {"records": " T-1 \n\nT-2"}).status_code == 302
    for item in sample.items.all():
        look(client, item, "conforms")
    page = client.get(reverse("audits:sample", args=[sample.pk])).content.decode()
    assert "nothing about the others" in page
    assert "With 95 % confidence" not in page
    assert Sample.objects.get().seed == ""


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("", "t.csv", "empty"),
        ("id\n", "t.csv", "no records"),
        ("id\na\na\n", "t.csv", "line 3"),
        (b"id\n\xff\xfe\n", "t.csv", "UTF-8"),
        (b"MZ\x00\x01", "t.exe", "csv, txt, xlsx"),
        (b"PK\x03\x04nonsense", "t.xlsx", "content"),
    ],
)
def test_a_population_that_cannot_be_used_is_refused_and_nothing_is_drawn(
    client: Client, scene: Scene, content: str | bytes, name: str, words: str
) -> None:
    plan(client, scene)
    response = draw(client, Sample.objects.get(), content, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    sample = Sample.objects.get()
    assert (sample.drawn_at, sample.items.count(), sample.seed) == (None, 0, "")


def test_a_failing_record_needs_a_note_and_counts(client: Client, scene: Scene) -> None:
    plan(client, scene)
    draw(client, Sample.objects.get())
    item = SampleItem.objects.first()
    assert look(client, item, "not_found").status_code == 422
    item.refresh_from_db()
    assert item.result == ""
    assert look(client, item, "not_found", "Not in the archive.").status_code == 200
    assert "1 of 51" not in look(client, item, "not_found", "Not in the archive.", revision=1).content.decode()
    item.refresh_from_db()
    assert (item.result, item.revision) == ("not_found", 1)


def test_a_stale_record_is_refused_and_keeps_what_was_saved(client: Client, scene: Scene) -> None:
    plan(client, scene)
    draw(client, Sample.objects.get())
    item = SampleItem.objects.first()
    other = scene.people["auditor"]
    sample_item_save(item_id=item.pk, result="fails", note="Late.", evidence=[], revision=0, by=other, at=AT)
    response = look(client, item, "conforms", revision=0)
    assert response.status_code == 409
    item.refresh_from_db()
    assert (item.result, item.note, item.checked_by) == (RecordResult.FAILS, "Late.", other)


def test_evidence_of_another_audit_is_no_choice(client: Client, scene: Scene) -> None:
    plan(client, scene)
    draw(client, Sample.objects.get())
    item, foreign = SampleItem.objects.first(), make_scene(answered=False).evidence
    data = {"result": "conforms", "note": "", "revision": 0}
    url = reverse("audits:sample_record", args=[item.pk])
    assert client.post(url, {**data, "evidence": foreign.pk}).status_code == 422
    assert client.post(url, {**data, "evidence": scene.evidence.pk}).status_code == 200
    assert list(item.evidence.all()) == [scene.evidence]


@pytest.mark.parametrize(
    "fields",
    [
        {"rate": "0"},
        {"rate": "100"},
        {"rate": "NaN"},
        {"rate": ""},
        {"confidence": "1e400"},
        {"method": "guess"},
        {"title": ""},
        {"title": "x\x00y"},
        {"method": "acceptance", "aql": "2.4"},
        {"population": "-1"},
        {"population": "9" * 30},
    ],
)
def test_a_plan_that_gives_no_size_is_refused_where_it_stands(
    client: Client, scene: Scene, fields: dict[str, str]
) -> None:
    assert plan(client, scene, **fields).status_code == 422
    assert not Sample.objects.exists()


def test_the_size_follows_as_one_types(client: Client, scene: Scene) -> None:
    def shown(**fields: str) -> str:
        return client.post(reverse("audits:sample_size"), fields).content.decode()

    assert ">59<" in shown(method="discovery", confidence="95", rate="5")
    assert ">51<" in shown(method="discovery", confidence="95", rate="5", population="200")
    assert "E" in shown(method="acceptance", aql="2.5", population="80")
    assert ">20<" in shown(method="acceptance", aql="2.5", population="80")
    assert "number of records in the file" in shown(method="acceptance", aql="2.5")
    assert "This method needs it." in shown(method="discovery", confidence="95", rate="")
    assert scene.audit.pk


def test_records_for_a_spreadsheet_run_nothing(client: Client, scene: Scene) -> None:
    plan(client, scene, method="judgemental", size="1", why="Odd name.")
    sample = Sample.objects.get()
    client.post(reverse("audits:sample_draw", args=[sample.pk]), {"records": "=1+1\n＝2"})
    text = client.get(reverse("audits:sample_csv", args=[sample.pk])).content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert "'＝2" in text


def test_pages_take_the_same_number_of_queries_for_few_and_many(client: Client, scene: Scene) -> None:
    plan(client, scene)
    sample = Sample.objects.get()
    draw(client, sample)
    page, listed = reverse("audits:sample", args=[sample.pk]), reverse("audits:sample_list", args=[scene.audit.pk])

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        return len(seen)

    few = queries(page), queries(listed)
    for _ in range(3):
        plan(client, scene)
    for item in sample.items.all()[:5]:
        item.evidence.add(scene.evidence)
    assert (queries(page), queries(listed)) == few


def test_two_who_draw_at_once_get_one_draw(client: Client, scene: Scene) -> None:
    plan(client, scene)
    draw(client, Sample.objects.get())
    with pytest.raises(SampleError, match="drawn_already"):
        sample_draw(
            sample_id=Sample.objects.get().pk,
            source=BytesIO(TICKETS.encode()),
            filename="t.csv",
            by=scene.people["auditor"],
            at=AT,
        )
    assert Entry.objects.filter(action="sample.drawn").count() == 1


def test_damaged_population_is_not_handed_out(client: Client, scene: Scene) -> None:
    plan(client, scene)
    draw(client, Sample.objects.get())
    sample = Sample.objects.get()
    url = reverse("audits:sample_population", args=[sample.pk])
    response = client.get(url)
    assert b"".join(response.streaming_content) == TICKETS.encode()
    path_of(sample.population_sha256).write_text("id\nother\n")
    assert client.get(url).status_code == 409
    with pytest.raises(SystemExit):
        call_command("verify_evidence")
