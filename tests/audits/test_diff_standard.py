"""``diff_standard``: what differs, and what moving would do to each audit under way."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import Audit
from audits.services.transitions import audit_step
from ledger.models import Entry
from standards.services import edition_load, edition_publish
from tests.audits.editions import as_yaml, documents, make_pair
from tests.audits.test_moving import answer_all, move, previewed, scene_on
from tests.factories import AT, make_audit, make_user

if TYPE_CHECKING:
    from standards.models import Edition

pytestmark = pytest.mark.django_db
STANDARDS = Path(__file__).resolve().parents[2] / "fixtures" / "standards"


def run(*arguments: str) -> tuple[int, str, str]:
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("diff_standard", *arguments, stdout=out, stderr=err, no_color=True)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, out.getvalue(), err.getvalue()


def names(*editions: Edition) -> tuple[str, ...]:
    return (editions[0].code, *(edition.version for edition in editions))


def test_table_names_what_was_added_removed_merged_and_weighed_anew() -> None:
    pair = make_pair()
    code, out, err = run(*names(*pair))
    assert (code, err) == (0, "")
    for line in ("ADDED  1", "REMOVED  1", "A1.4     ← A1.4, A1.5", "A1.3     1 → 2", "B1.5     yes → no"):
        assert line in out
    assert "gate base total: min 50 → min 60" in out
    assert f"No audit is under way on {pair[0].version}." in out


def test_json_says_the_same_and_counts_every_criterion() -> None:
    pair = make_pair()
    code, out, _err = run(*names(*pair), "--json")
    data = json.loads(out)
    assert code == 0
    assert data["carry"] == {"unchanged": 5, "again": 3, "new": 1, "gone": 1}
    merged = next(each for each in data["criteria"] if each["code"] == "A1.4")
    assert (merged["aspects"], merged["from"], merged["carry"]) == (["merged"], ["A1.4", "A1.5"], "again")
    assert ("gate", "base", "total") in {(each["part"], each["code"], each["name"]) for each in data["parts"]}
    assert data["audits"] == []


def test_each_audit_under_way_is_told_with_its_score_before_and_after() -> None:
    pair = make_pair()
    scene = scene_on(pair[0])
    answer_all(scene)
    planned = make_audit(edition=pair[0], started=False)
    cancelled = make_audit(edition=pair[0], started=False)
    leader = scene.people["leader"]
    audit_step(audit_id=cancelled.pk, step="cancel", reason="No.", by=make_user(), at=AT)
    make_audit(edition=pair[1])
    entries = Entry.objects.count()
    data = json.loads(run(*names(*pair), "--json")[1])
    told = {each["reference"]: each for each in data["audits"]}
    assert told.keys() == {scene.audit.reference, planned.reference}
    plan = previewed(scene.audit, pair[1]).plan
    mine = told[scene.audit.reference]
    assert {key: mine[key] for key in plan["counts"]} == plan["counts"]
    assert mine["before"] == {key: plan["tiers"][0]["before"][key] for key in ("low", "high")}
    assert mine["after"] == {key: plan["tiers"][0]["after"][key] for key in ("low", "high")}
    assert scene.audit.reference in run(*names(*pair))[1]
    assert Entry.objects.count() == entries
    assert Audit.objects.get(pk=scene.audit.pk).edition == pair[0]
    move(scene, pair[1], by=leader)
    assert json.loads(run(*names(*pair), "--json")[1])["audits"][0]["reference"] == planned.reference


def test_a_draft_can_be_compared_before_it_is_published() -> None:
    old, new = documents()
    first = edition_publish(edition=edition_load(data=as_yaml(old), at=AT).edition, at=AT)
    draft = edition_load(data=as_yaml(new), at=AT).edition
    make_audit(edition=first)
    data = json.loads(run(*names(first, draft), "--json")[1])
    assert (data["new"]["status"], len(data["audits"])) == ("draft", 1)


def test_an_edition_compared_with_itself_differs_in_nothing() -> None:
    pair = make_pair()
    make_audit(edition=pair[0])
    code, out, _err = run(*names(pair[0], pair[0]))
    assert code == 0
    assert "Nothing differs." in out


@pytest.mark.parametrize("arguments", [("sample", "1", "2"), ("nothing", "1", "2"), ("sample", "\x01", "x" * 500)])
def test_an_unknown_edition_is_one_line_and_exit_2(arguments: tuple[str, ...]) -> None:
    make_pair()
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"There is no edition {arguments[0]} {arguments[1]}.")
    assert err.count("\n") == 1


def test_queries_grow_by_a_fixed_number_for_each_audit() -> None:
    pair = make_pair()
    counts = []
    for _ in range(3):
        make_audit(edition=pair[0])
        run(*names(*pair), "--json")
        with CaptureQueriesContext(connection) as captured:
            run(*names(*pair), "--json")
        counts.append(len(captured))
    assert counts[2] - counts[1] == counts[1] - counts[0] <= 6


def test_shipped_editions_are_compared_and_an_audit_of_110_criteria_moves(tmp_path: Path, settings: Any) -> None:
    old, new = (
        edition_publish(
            edition=edition_load(data=(STANDARDS / f"four-block-{year}.yaml").read_bytes(), at=AT).edition, at=AT
        )
        for year in (2025, 2026)
    )
    scene = scene_on(old)
    scene.audit.answers.update(level=4, note="Seen.", revision=1, answered_by=scene.people["leader"], answered_at=AT)
    data = json.loads(run("four-block", "2025", "2026", "--json")[1])
    (told,) = data["audits"]
    assert told["unchanged"] + told["again"] + told["new"] == new.criteria.count()
    assert {"added", "merged", "reworded", "re-weighted", "moved to another tier", "removed"} <= data["counts"].keys()
    made = move(scene, new)
    assert made.plan["counts"] == {key: told[key] for key in ("unchanged", "again", "new", "gone")}
    assert scene.audit.current_answers.filter(level=4).count() == told["unchanged"]
    assert scene.audit.answers.filter(level=4).count() == old.criteria.count()
    assert move(scene, old, read=()).plan["kind"] == "undo"
    assert scene.audit.current_answers.filter(level=4).count() == old.criteria.count()
