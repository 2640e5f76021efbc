"""The pages: taking away, bringing back, every difference, confirming; a checklist of another form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.arrivals import Arrival
from audits.services.answers import AnswerInput, answer_save
from audits.workbook.checklist import Columns, code_in, guess, level_of
from ledger.models import Entry
from tests.audits.scenes import Scene, make_people
from tests.audits.workbook.books import fill, opened
from tests.factories import AT, make_audit, make_edition

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from audits.models import Answer


@pytest.fixture
def scene(client: Client) -> Scene:
    """Return an audit of eight criteria, its leader signed in."""
    audit = make_audit(edition=make_edition(4))
    made = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    client.force_login(made.people["leader"])
    return made


def answer(scene: Scene, code: str) -> Answer:
    return scene.audit.current_answers.get(criterion__code=code)


def taken(client: Client, scene: Scene, folder: Path) -> Path:
    response = client.post(reverse("audits:workbook_take", args=[scene.audit.pk]))
    assert response.headers["Content-Disposition"] == f'attachment; filename="{scene.audit.reference}.xlsx"'
    path = folder / "a.xlsx"
    path.write_bytes(response.content)
    return path


def bring(client: Client, scene: Scene, path: Path) -> str:
    """Upload a workbook and return the address of its page."""
    sent = {"file": SimpleUploadedFile("Mein Ordner.xlsx", path.read_bytes())}
    response = client.post(reverse("audits:workbook_bring", args=[scene.audit.pk]), sent)
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def confirm(client: Client, address: str, rows: str = "all") -> Any:
    shown = client.get(address)
    return client.post(address, {"fingerprint": shown.context["fingerprint"], "rows": rows}, follow=True)


@pytest.mark.django_db
def test_out_and_back_through_the_pages(client: Client, scene: Scene, tmp_path: Path) -> None:
    path = taken(client, scene, tmp_path)
    theirs = AnswerInput(level=1, note="=theirs <b>")
    answer_save(answer_id=answer(scene, "A1.2").pk, content=theirs, revision=0, by=scene.people["auditor"], at=AT)
    with opened(path) as book:
        fill(book["Answers"], "A1.1", level=3, note="Seen <script>.")
        fill(book["Answers"], "A1.2", level=4)
    address = bring(client, scene, path)
    page = client.get(address).content.decode()
    assert "Seen &lt;script&gt;." in page
    assert "=theirs &lt;b&gt;" not in page, "what was not asked to change is not shown"
    assert answer(scene, "A1.1").level is None, "a dry run writes nothing"
    refused = confirm(client, address)
    assert refused.status_code == 409
    assert "nothing was saved" in refused.content.decode()
    shown = client.get(address)
    answer_save(answer_id=answer(scene, "B1.1").pk, content=theirs, revision=0, by=scene.people["auditor"], at=AT)
    done = client.post(address, {"fingerprint": shown.context["fingerprint"], "rows": "valid"}, follow=True)
    assert "Saved: 1 rows." in done.content.decode()
    assert (answer(scene, "A1.1").level, answer(scene, "A1.2").level) == (3, 1)
    payload = json.loads(Entry.objects.get(action="workbook.imported").content)["payload"]
    assert (payload["valid_rows_only"], payload["left_out"]) == (True, ["Answers!4"])
    report = json.loads(client.get(f"{address}report.json").content)
    assert report["written"] is True
    assert [row["status"] for row in report["rows"]][:2] == ["update", "conflict"]
    again = client.post(address, {"fingerprint": "", "rows": "all"})
    assert again.status_code == 200, "it only shows what was done"
    assert Entry.objects.filter(action="workbook.imported").count() == 1
    back = tmp_path / "back.xlsx"
    back.write_bytes(client.get(f"{address}annotated.xlsx").content)
    assert openpyxl.load_workbook(back)["Answers"]["L4"].value.startswith("Somebody changed this")


@pytest.mark.django_db
def test_a_page_that_is_not_true_any_more_saves_nothing(client: Client, scene: Scene, tmp_path: Path) -> None:
    path = taken(client, scene, tmp_path)
    with opened(path) as book:
        fill(book["Answers"], "A1.1", level=3)
    address = bring(client, scene, path)
    shown = client.get(address).context["fingerprint"]
    mine = AnswerInput(level=5)
    answer_save(answer_id=answer(scene, "A1.1").pk, content=mine, revision=0, by=scene.people["auditor"], at=AT)
    response = client.post(address, {"fingerprint": shown, "rows": "all"})
    assert response.status_code == 409
    assert "Something changed since you looked" in response.content.decode()
    assert answer(scene, "A1.1").level == 5


@pytest.mark.django_db
def test_what_cannot_be_read_is_told_at_the_field(client: Client, scene: Scene, tmp_path: Path) -> None:
    other = make_audit()
    client.force_login(scene.people["leader"])
    path = taken(client, scene, tmp_path)
    for name, data, words in (
        ("a.xlsx", b"", "not an XLSX workbook"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 50, "not an XLSX workbook"),
        ("a.exe", b"MZ", "“exe”"),
    ):
        response = client.post(
            reverse("audits:workbook_bring", args=[scene.audit.pk]), {"file": SimpleUploadedFile(name, data)}
        )
        assert response.status_code == 422
        assert words in response.content.decode()
    client.force_login(make_people(other)["leader"])
    response = client.post(
        reverse("audits:workbook_bring", args=[other.pk]), {"file": SimpleUploadedFile("a.xlsx", path.read_bytes())}
    )
    assert response.status_code == 422
    assert f"of audit {scene.audit.reference}" in response.content.decode()
    assert not Arrival.objects.exists()


@pytest.mark.django_db
def test_whoever_brings_it_may_take_their_side_of_a_conflict(client: Client, scene: Scene, tmp_path: Path) -> None:
    path = taken(client, scene, tmp_path)
    theirs = AnswerInput(level=1, note="Theirs.")
    for code in ("A1.1", "A1.2"):
        answer_save(answer_id=answer(scene, code).pk, content=theirs, revision=0, by=scene.people["auditor"], at=AT)
    with opened(path) as book:
        fill(book["Answers"], "A1.1", level=4, note="Mine.")
        fill(book["Answers"], "A1.2", level=4)
    address = bring(client, scene, path)
    assert client.get(address).context["report"]["counts"]["conflict"] == 2
    shown = client.get(address, {"take": ["Answers:A1.1", "Answers:B9.9", "x"]})
    assert shown.context["taken"] == ["Answers:A1.1"]
    sent = {"fingerprint": shown.context["fingerprint"], "rows": "valid", "take": shown.context["taken"]}
    unseen = client.post(address, {**sent, "take": ["Answers:A1.1", "Answers:A1.2"]})
    assert unseen.status_code == 409, "only what was shown"
    client.post(address, sent)
    assert (answer(scene, "A1.1").level, answer(scene, "A1.1").note) == (4, "Mine.")
    assert answer(scene, "A1.2").level == 1
    assert [each.note for each in answer(scene, "A1.1").revisions.all()] == ["Theirs.", "Mine."], "nothing is lost"
    payload = json.loads(Entry.objects.get(action="workbook.imported").content)["payload"]
    assert (payload["overridden"], payload["left_out"]) == (["Answers!3"], ["Answers!4"])


CHECKLIST = """Our own audit,,,
,,,
Item,Score,N/A?,Remarks
BLOCK A,,,
A.1.1 Vision,3 - defined,,Seen in May
a1.2,4,,
A 1.3,great,,Nice
A1.4,,,
B1.1,5,,
Z9.9,2,,
B1.4,n/a,,No such service
"""


def test_a_checklist_is_guessed() -> None:
    known = {"A1.1", "A1.2", "A1.3", "A1.4", "B1.1", "B1.4"}
    lines = [(number, line.split(",")) for number, line in enumerate(CHECKLIST.splitlines(), start=1)]
    found = guess([each for each in lines if any(each[1])], known)
    assert (found.header, found.code, found.level, found.na, found.note) == (3, 0, 1, 2, 3)
    assert found.levels == {"3 - defined": "3", "4": "4", "great": "", "5": "5", "n/a": "na"}
    assert [code_in(each, known) for each in ("A1.1", "a.1.1.", "A1.10", "A11", "1.1", "")] == ["A1.1", "A1.1"] + [
        ""
    ] * 4
    assert [level_of(each) for each in ("3", "3.0", "3.5", "Level 2", "等级4", "35", "N/A")] == [
        *("3", "3", "", "2", "4", "", "na")
    ]
    assert Columns(1, 0, 1).keep


@pytest.mark.django_db
def test_a_checklist_becomes_answers_through_the_same_plan(client: Client, scene: Scene) -> None:
    kept = AnswerInput(level=1)
    answer_save(answer_id=answer(scene, "A1.2").pk, content=kept, revision=0, by=scene.people["auditor"], at=AT)
    sent = {"file": SimpleUploadedFile("ours.csv", CHECKLIST.encode()), "encoding": ""}
    response = client.post(reverse("audits:checklist", args=[scene.audit.pk]), sent)
    columns = str(response.headers["Location"])
    form = client.get(columns).context["form"]
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in data.items() if value is not False}
    response = client.post(columns, data)
    address = str(response.headers["Location"])
    page = client.get(address)
    found = {row["id"]: (row["status"], row["codes"]) for row in page.context["rows"]}
    assert found == {
        "A1.1": ("update", []),
        "A1.3": ("update", []),
        "B1.1": ("update", []),
        "Z9.9": ("unknown", ["id_unknown"]),
        "B1.4": ("update", []),
    }
    assert "ours.csv!B5" in json.dumps(page.context["report"])
    confirm(client, address, rows="valid")
    assert (answer(scene, "A1.1").level, answer(scene, "A1.1").note) == (3, "Seen in May")
    assert answer(scene, "A1.2").level == 1, "what was answered stays"
    assert (answer(scene, "A1.3").level, answer(scene, "A1.3").note) == (None, "Nice"), "nobody guesses what great is"
    assert (answer(scene, "B1.4").na_reason, answer(scene, "B1.4").note) == ("No such service", "")
    payload = json.loads(Entry.objects.get(action="workbook.imported").content)["payload"]
    assert payload["source"] == "checklist"


@pytest.mark.django_db
def test_a_broken_checklist(client: Client, scene: Scene) -> None:
    for data, words in ((b"", "file is empty"), (b"\xff\xfeA", "not UTF-16"), (b"a\0b", "NUL")):
        sent = {"file": SimpleUploadedFile("ours.csv", data), "encoding": ""}
        response = client.post(reverse("audits:checklist", args=[scene.audit.pk]), sent)
        assert response.status_code == 422
        assert words in response.content.decode()
    sent = {"file": SimpleUploadedFile("ours.csv", b"only words\n"), "encoding": ""}
    columns = str(client.post(reverse("audits:checklist", args=[scene.audit.pk]), sent).headers["Location"])
    assert client.get(columns).status_code == 200
    bad = {"header": "x", "code": "99", "level": "0", "na": "-1", "note": "-1"}
    assert client.post(columns, bad).status_code == 422


@pytest.mark.django_db
def test_the_page_takes_the_same_queries_for_one_row_and_for_many(client: Client, scene: Scene, tmp_path: Path) -> None:
    path = taken(client, scene, tmp_path)

    def cost(codes: tuple[str, ...]) -> int:
        with opened(path) as book:
            for code in codes:
                fill(book["Answers"], code, level=3)
        address = bring(client, scene, path)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    assert cost(("A1.1",)) == cost(("A1.1", "A1.2", "A1.3", "B1.1"))
