"""The document and its hash."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reports import document as doc
from tests.reports.samples import digest, make_report


def test_content_sha256_is_the_same_for_equal_content() -> None:
    assert make_report().content_sha256() == make_report().content_sha256()


def test_content_sha256_does_not_depend_on_the_printing() -> None:
    later = doc.Imprint(datetime(2030, 1, 1, tzinfo=UTC), 9999, digest("later"))
    assert make_report(imprint=later).content_sha256() == make_report().content_sha256()


@pytest.mark.parametrize("change", [{"language": "zh-hant"}, {"tier": None}, {"draft": True}, {"findings": ()}])
def test_content_sha256_changes_with_the_content(change: Any) -> None:
    assert make_report(**change).content_sha256() != make_report().content_sha256()


def test_content_sha256_changes_with_one_level_of_one_criterion() -> None:
    report = make_report()
    section = report.sections[0]
    clause = section.clauses[0]
    row = replace(clause.rows[0], level=(clause.rows[0].level or 0) + 1)
    clause = replace(clause, rows=(row, *clause.rows[1:]))
    section = replace(section, clauses=(clause, *section.clauses[1:]))
    assert replace(report, sections=(section, *report.sections[1:])).content_sha256() != report.content_sha256()


def test_canonical_is_json_with_numbers_as_text_and_no_imprint() -> None:
    content = json.loads(make_report().canonical())
    assert content["tiers"][0]["total"] == {"high": "671.25", "low": "671.25"}
    assert content["engagement"]["onsite_from"] == "2026-10-12"
    assert "imprint" not in content
    assert sum(len(clause["rows"]) for block in content["sections"] for clause in block["clauses"]) == 110


def test_texts_name_their_place() -> None:
    places = {place for place, text in make_report().texts() if text.startswith("The night shift")}
    assert places == {"engagement not covered"}
    assert any("findings 3 statement" in place for place, _text in make_report().texts())


def test_document_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make_report().tier = "strategic"


def test_document_and_charts_load_no_django() -> None:
    code = "import reports.document, reports.charts, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
