"""Files of practices: read strictly, loaded all or none, and back without loss."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from accounts.models import Industry
from standards.editions import EditionError
from standards.library import carriers, exported
from standards.practice_files import parse_practices, place_of, practices_yaml
from standards.practices import Practice, PracticeConsent
from standards.services.errors import PracticeTakenError
from standards.services.practice_loading import practices_load
from tests.standards.conftest import AT
from tests.standards.practice_scenes import make_scheme

if TYPE_CHECKING:
    from standards.models import Edition

SHIPPED = Path(__file__).resolve().parents[2] / "fixtures" / "practices" / "2025.yaml"
SMALL = """\
standard: tiny
practices:
  - code: BP-2024-01
    title: {en: Publish hours}
    summary: {en: Hours on every page.}
    done: {en: They did it.}
    figures:
      - {measure: {en: Calls asking for hours}, before: "9 %", after: "2 %", period: "2023"}
    industry: retail
    edition: "1"
    places: [X1.1, Y1]
    organisation: {anonymous: true}
    source: {publisher: A journal, date: "2024-02", page: "7", url: "https://example.org/a"}
    consent: given
    judged: {en: Elsewhere.}
    adopted:
      - {edition: "1", criterion: X1.1, manner: guidance}
"""


def parse(text: str) -> Any:
    return parse_practices(text.encode(), industries=Industry.values)


def test_the_shipped_file_is_in_three_languages_and_comes_back_as_it_was() -> None:
    parsed = parse(SHIPPED.read_text())
    assert [each["code"] for each in parsed.practices] == ["BP-2025-01", "BP-2025-02", "BP-2025-03"]
    for practice in parsed.practices:
        for name in ("title", "summary", "done", "changed", "judged"):
            assert set(practice[name]) == {"en", "zh-hans", "zh-hant"}
        assert practice["figures"] == []
        assert {"author", "title", "publisher", "date"} <= set(practice["source"])
    assert parse(practices_yaml(parsed.standard, parsed.practices)) == parsed


def test_a_file_with_everything_comes_back_as_it_was() -> None:
    parsed = parse(SMALL)
    assert parse(practices_yaml(parsed.standard, parsed.practices)) == parsed


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("code: BP-2024-01", "code: BP-24-1", "not a code such as BP-2025-01"),
        ("title: {en: Publish hours}", "title: {zh-hans: 公布时间}", "need one language in common"),
        ("title: {en: Publish hours}", 'title: {en: "<b>Hours</b>"}', "contains HTML"),
        ("title: {en: Publish hours}", "title: {en: [a]}", "must be a text"),
        ("industry: retail", "industry: shops", "is not one of"),
        ('date: "2024-02"', 'date: "spring"', "must be a date"),
        ("https://example.org/a", "javascript:alert(1)", "must be a web address"),
        ("consent: given", "consent: asked", "is not one of"),
        ("consent: given", "consnt: given", "unknown key"),
        ("    judged: {en: Elsewhere.}\n", "", "judged is missing"),
        ("manner: guidance", "manner: magic", "is not one of"),
        ('before: "9 %"', f'before: "{"9" * 81}"', "longer than 80 characters"),
        ("places: [X1.1, Y1]", "places: [X1.1, X1.1]", "is there twice"),
        ("places: [X1.1, Y1]", "places: &a [X1.1]", "anchors"),
        ("organisation: {anonymous: true}", "organisation: {anonymous: maybe}", "must be true or false"),
        ("organisation: {anonymous: true}", "organisation: {name: A, anonymous: true}", "is anonymous"),
        ("{publisher: A journal, date", "{publisher: A journal, dete", "unknown key"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, where: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new)
    with pytest.raises(EditionError) as caught:
        parse(text)
    (fault,) = [fault for fault in caught.value.faults if where in fault.what]
    assert 1 <= fault.line <= text.count("\n")


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"standard: x\npractices: []\n", b"a: \xff", b"x" * 11_000_000, b"[" * 999]
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(EditionError):
        parse_practices(data, industries=Industry.values)


def test_right_to_left_text_and_emoji_are_texts_but_marks_that_turn_the_direction_are_not() -> None:
    assert parse(SMALL.replace("Publish hours", "שעות פתיחה 🎉")).practices[0]["title"]["en"] == "שעות פתיחה 🎉"
    with pytest.raises(EditionError, match=r"U\+202E"):
        parse(SMALL.replace("Publish hours", "Publish \u202ehours"))


def test_without_consent_a_published_source_is_needed() -> None:
    text = SMALL.replace("    consent: given\n", "").replace("publisher: A journal, ", "")
    with pytest.raises(EditionError, match="needs the publisher of its source"):
        parse(text)


def test_the_clause_of_a_code() -> None:
    assert place_of("C3.6", ["C", "C3", "C4"]) == "C3"
    assert place_of("C3", ["C3"]) == "C3"
    assert (place_of("C3.6", []), place_of("C3", [])) == ("C3", "C3")


@pytest.mark.django_db
def test_the_shipped_practices_load_with_their_lineage(shipped: Edition) -> None:
    assert [outcome for _, outcome in practices_load(data=SHIPPED.read_bytes(), at=AT)] == ["created"] * 3
    assert [outcome for _, outcome in practices_load(data=SHIPPED.read_bytes(), at=AT)] == ["unchanged"] * 3
    rows = Practice.objects.public().select_related("standard").order_by("code")
    found = {row.code: [(each.edition, each.code, each.is_new) for each in carriers(row, None)] for row in rows}  # type: ignore[arg-type]
    assert found == {
        "BP-2025-01": [(shipped, "C3.6", True)],
        "BP-2025-02": [(shipped, "C4.5", True)],
        "BP-2025-03": [(shipped, "C1.5", True)],
    }
    assert {(row.status, row.consent) for row in rows} == {("adopted", "published")}
    text = practices_yaml("four-block", exported("four-block"))
    assert [outcome for _, outcome in practices_load(data=text.encode(), at=AT)] == ["unchanged"] * 3


@pytest.mark.django_db
def test_loading_needs_no_edition_but_one_that_is_there_has_to_have_the_criteria(tiny: Edition) -> None:
    assert practices_load(data=SMALL.replace('"1"', '"9"').encode(), at=AT) == [("BP-2024-01", "created")]
    with pytest.raises(EditionError, match="Z9 is not in edition 1"):
        practices_load(data=SMALL.replace("Y1]", "Z9]").encode(), at=AT)
    assert practices_load(data=SMALL.encode(), at=AT) == [("BP-2024-01", "replaced")]
    (row,) = Practice.objects.all()
    assert [(place.code, place.clause) for place in row.places.all()] == [("X1.1", "X1"), ("Y1", "Y1")]
    assert (row.consent, row.anonymous, row.revision) == (PracticeConsent.GIVEN, True, 2)


@pytest.mark.django_db
def test_a_file_does_not_change_what_was_judged_here() -> None:
    scheme = make_scheme()
    practice = scheme.accepted()
    text = practices_yaml(scheme.edition.code, exported(scheme.edition.code))
    assert "innovative, effective and proven by two people" in text
    assert "Report of 3 March" not in text  # evidence stays inside
    assert practices_load(data=text.encode(), at=AT) == [(practice.code, "unchanged")]
    text = text.replace("Call back before", "Never call back before")
    with pytest.raises(PracticeTakenError):
        practices_load(data=text.encode(), at=AT)
    practice.refresh_from_db()
    assert practice.title == {"en": "Call back before they call"}


@pytest.mark.django_db
def test_nothing_leaves_without_consent() -> None:
    scheme = make_scheme()
    scheme.accepted(consent=False)
    scheme.propose()
    assert exported(scheme.edition.code) == []


@pytest.mark.django_db
def test_commands_load_and_write(tmp_path: Path) -> None:
    out = StringIO()
    call_command("load_practices", str(SHIPPED), "--json", stdout=out)
    assert [each["outcome"] for each in json.loads(out.getvalue())] == ["created"] * 3
    target = tmp_path / "out.yaml"
    call_command("export_practices", "four-block", "--output", str(target))
    assert parse(target.read_text()) == parse(SHIPPED.read_text())
    out = StringIO()
    call_command("export_practices", "four-block", stdout=out)
    assert out.getvalue() == target.read_text()


@pytest.mark.django_db
def test_commands_name_faults_and_write_nothing(tmp_path: Path) -> None:
    bad, errors = tmp_path / "bad.yaml", StringIO()
    bad.write_text(SMALL.replace("industry: retail", "industry: shops"))
    with pytest.raises(SystemExit) as left:
        call_command("load_practices", str(bad), stderr=errors)
    assert left.value.code == 2
    assert f"{bad}: line 9: BP-2024-01 industry" in errors.getvalue()
    with pytest.raises(SystemExit) as left:
        call_command("load_practices", str(tmp_path / "none.yaml"), stderr=errors)
    assert (left.value.code, Practice.objects.count()) == (2, 0)
    with pytest.raises(SystemExit) as left:
        call_command("export_practices", "four-block", stderr=errors)
    assert left.value.code == 1
