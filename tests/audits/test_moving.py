"""Moving an audit to another edition: what was previewed is done, whole or not at all, and nothing is lost."""

from __future__ import annotations

import copy
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.carrying import MoveRefusedError, fingerprint, is_newer
from audits.models import Answer, Audit, AuditMove, Evidence, Finding
from audits.selectors.case import audit_score
from audits.selectors.moved import move_page
from audits.selectors.moving import last_move, move_plan, move_targets, target_for
from audits.selectors.sheet import asked_answers
from audits.services.answers import AnswerInput, answer_save
from audits.services.engagement import audit_facts_save
from audits.services.errors import InvalidAnswerError, LeftEditionError, NotEditableError, PlanError
from audits.services.evidence import evidence_detach
from audits.services.moving import audit_move
from ledger.chain import verify
from ledger.models import Entry
from ledger.selectors import links
from standards.editions.comparison import Carry
from standards.models import Edition, EditionStatus
from standards.scoring.decimals import exact
from standards.services import edition_load
from tests.audits.editions import as_yaml, documents, make_pair, publish
from tests.audits.scenes import PNG, Scene, add_evidence, make_people, make_scene, raise_finding
from tests.factories import AT, make_audit, submit

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db
LEVELS = {"A1.1": 5, "A1.2": 4, "A1.3": 3, "A1.4": 2, "A1.5": 1, "B1.1": 5, "B1.2": 4, "B1.3": 3, "B1.4": 2}


def scene_on(edition: Edition, *, started: bool = True) -> Scene:
    audit = make_audit(edition=edition, started=started)
    return Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())


def answer_of(audit: Audit, code: str) -> Answer:
    return Audit.objects.get(pk=audit.pk).current_answers.select_related("criterion").get(criterion__code=code)


def save(scene: Scene, code: str, **content: Any) -> Answer:
    answer = answer_of(scene.audit, code)
    by = scene.people["leader"]
    return answer_save(answer_id=answer.pk, content=AnswerInput(**content), revision=answer.revision, by=by, at=AT)


def answer_all(scene: Scene) -> None:
    for code, level in LEVELS.items():
        save(scene, code, level=level, note=f"Seen at {code}.")
    save(scene, "B1.5", na_reason="No such channel.")


def previewed(audit: Audit, edition: Edition) -> Any:
    audit = Audit.objects.get(pk=audit.pk)
    return move_plan(audit, target_for(audit, edition.pk), today=AT.date())


def move(scene: Scene, edition: Edition, *, by: User | None = None, **fields: Any) -> AuditMove:
    values = {"read": ("again", "gone"), "reason": "The client wants the new edition.", **fields}
    if "fingerprint" not in values:
        values["fingerprint"] = previewed(scene.audit, edition).fingerprint
    made = audit_move(audit_id=scene.audit.pk, edition_id=edition.pk, by=by or scene.people["leader"], at=AT, **values)
    scene.audit.refresh_from_db()
    return made


def everything(audit: Audit) -> dict[str, Any]:
    """Return all that an auditor wrote, whatever row it is in now."""
    answers = audit.answers.order_by("pk")
    return {
        "answers": {each.pk: (each.level, each.na_reason, each.note, each.revision) for each in answers},
        "evidence": sorted(Evidence.answers.through.objects.values_list("evidence_id", "answer_id")),
        "findings": list(audit.findings.values_list("pk", "number", "statement", "closed_at")),
    }


@pytest.fixture
def pair() -> tuple[Edition, Edition]:
    return make_pair()


@pytest.fixture
def scene(pair: tuple[Edition, Edition]) -> Scene:
    made = scene_on(pair[0])
    answer_all(made)
    return made


# --- preview --------------------------------------------------------------------------------------------------------


def test_preview_says_of_every_criterion_what_becomes_of_it_and_why(scene: Scene, pair: Any) -> None:
    plan = previewed(scene.audit, pair[1]).plan
    found = {
        each["code"]: (each["carry"], each["why"], [given["code"] for given in each["from"]])
        for each in plan["criteria"]
    }
    assert found == {
        "A1.1": ("unchanged", [], ["A1.1"]),
        "A1.2": ("again", ["reworded"], ["A1.2"]),
        "A1.3": ("unchanged", [], ["A1.3"]),
        "A1.4": ("again", ["merged"], ["A1.4", "A1.5"]),
        "A1.99": ("new", [], []),
        "B1.1": ("again", ["scale", "reworded"], ["B1.1"]),
        "B1.2": ("unchanged", [], ["B1.2"]),
        "B1.4": ("unchanged", [], ["B1.4"]),
        "B1.5": ("again", ["not_applicable"], ["B1.5"]),
        "B1.3": ("gone", [], ["B1.3"]),
    }
    assert plan["counts"] == {"unchanged": 4, "again": 4, "new": 1, "gone": 1}


def test_preview_changes_nothing(scene: Scene, pair: Any) -> None:
    before, entries = everything(scene.audit), Entry.objects.count()
    previewed(scene.audit, pair[1])
    assert (everything(scene.audit), Entry.objects.count()) == (before, entries)


def test_score_before_is_the_present_one_and_after_counts_only_what_carries_over(scene: Scene, pair: Any) -> None:
    plan = previewed(scene.audit, pair[1]).plan
    tiers = {each["tier"]: each for each in plan["tiers"]}
    now = audit_score(scene.audit, asked_answers(scene.audit), today=AT.date()).tiers[0]
    assert (tiers["base"]["before"]["low"], tiers["base"]["before"]["high"]) == (exact(now.low), exact(now.high))
    # A: 40 points over weights 1, 1, 2, 1, 1; A1.1 at 5 and A1.3 at 3 (double); B: 60 over four, at 4 and 2.
    low = 40 * (1 * 5 + 2 * 3) / (6 * 5) + 60 * (4 + 2) / (4 * 5)
    high = low + 40 * 3 / 6 + 60 * 2 / 4
    after = tiers["base"]["after"]
    assert [float(after["low"]), float(after["high"])] == pytest.approx([low, high])
    gates = {(each["tier"], each["gate"]): (each["before"], each["after"]) for each in plan["gates"]}
    assert gates["base", "total"] == ("met", "open")


def test_after_the_move_the_score_is_the_previewed_one(scene: Scene, pair: Any) -> None:
    plan = previewed(scene.audit, pair[1]).plan
    move(scene, pair[1])
    now = audit_score(scene.audit, asked_answers(scene.audit), today=AT.date())
    after = {each["tier"]: each["after"] for each in plan["tiers"]}
    assert {tier.code: (exact(tier.low), exact(tier.high)) for tier in now.tiers} == {
        code: (each["low"], each["high"]) for code, each in after.items()
    }


@pytest.mark.parametrize("evidence", [1, 12])
@pytest.mark.parametrize("per_block", [5, 55])
def test_preview_takes_the_same_queries_for_any_edition_and_evidence(
    per_block: int, evidence: int, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    old, new = make_pair(per_block)
    scene = scene_on(old)
    for number in range(evidence):
        add_evidence(scene, BytesIO(PNG + bytes([number])), f"{number}.png")
        raise_finding(scene)
    audit = Audit.objects.select_related("edition", "centre").get(pk=scene.audit.pk)
    target = target_for(audit, new.pk)
    move_plan(audit, target, today=AT.date())
    with CaptureQueriesContext(connection) as captured:
        planned = move_plan(audit, target, today=AT.date())
    assert len(planned.outcomes) == 2 * per_block
    assert len(captured) == 6


@pytest.mark.parametrize("per_block", [5, 55])
def test_move_takes_the_same_queries_for_any_edition(per_block: int) -> None:
    old, new = make_pair(per_block)
    scene = scene_on(old)
    seen = previewed(scene.audit, new).fingerprint
    with CaptureQueriesContext(connection) as captured:
        move(scene, new, fingerprint=seen)
    assert len(captured) <= 32, [each["sql"][:90] for each in captured]


# --- acting ---------------------------------------------------------------------------------------------------------


def test_carried_answers_follow_with_revision_evidence_findings_and_who_gave_them(
    scene: Scene, pair: Any, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    evidence, finding = add_evidence(scene, BytesIO(PNG)), raise_finding(scene)
    before = answer_of(scene.audit, "A1.1")
    move(scene, pair[1])
    after = answer_of(scene.audit, "A1.1")
    kept = ("pk", "level", "note", "revision", "answered_by", "answered_at")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert after.criterion.edition == pair[1]
    assert list(after.evidence.all()) == [evidence]
    finding.refresh_from_db()
    assert finding.criterion == after.criterion


def test_what_is_asked_again_is_empty_and_knows_what_was_answered_before(scene: Scene, pair: Any) -> None:
    move(scene, pair[1])
    merged = answer_of(scene.audit, "A1.4")
    assert (merged.level, merged.na_reason, merged.note, merged.revision) == (None, "", "", 0)
    former = merged.former.order_by("criterion__position")
    assert [(each.criterion.code, each.level, each.criterion.edition_id) for each in former] == [
        ("A1.4", 2, pair[0].pk),
        ("A1.5", 1, pair[0].pk),
    ]
    assert not answer_of(scene.audit, "A1.99").former.exists()


def test_nothing_written_is_lost_and_every_criterion_is_asked_once(
    scene: Scene, pair: Any, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    scene.answer = answer_of(scene.audit, "B1.3")
    add_evidence(scene, BytesIO(PNG))
    raise_finding(scene)
    before = everything(scene.audit)
    move(scene, pair[1])
    after = everything(scene.audit)
    assert before["answers"].items() <= after["answers"].items()
    assert (before["evidence"], before["findings"]) == (after["evidence"], after["findings"])
    codes = scene.audit.current_answers.order_by("criterion__position").values_list("criterion__code", flat=True)
    assert list(codes) == list(pair[1].criteria.order_by("position").values_list("code", flat=True))


def test_finding_on_what_falls_away_stays_open_and_counts(scene: Scene, pair: Any) -> None:
    scene.answer = answer_of(scene.audit, "B1.3")
    finding = raise_finding(scene, "major")
    move(scene, pair[1])
    finding.refresh_from_db()
    assert (finding.closed_at, finding.criterion.edition) == (None, pair[0])
    gates = {gate.gate: gate.state for gate in audit_score(scene.audit, [], today=AT.date()).tiers[0].gates}
    assert gates["findings:major_open"] == "not_met"


def test_answers_of_the_edition_left_are_frozen(scene: Scene, pair: Any, settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    gone = answer_of(scene.audit, "B1.3")
    scene.answer = gone
    evidence = add_evidence(scene, BytesIO(PNG))
    move(scene, pair[1])
    by = scene.people["leader"]
    with pytest.raises(LeftEditionError):
        answer_save(answer_id=gone.pk, content=AnswerInput(level=1), revision=1, by=by, at=AT)
    with pytest.raises(LeftEditionError):
        add_evidence(scene, BytesIO(PNG + b"more"))
    with pytest.raises(LeftEditionError):
        evidence_detach(answer=gone, evidence_id=evidence.pk, by=by, at=AT)
    with pytest.raises(LeftEditionError):
        raise_finding(scene)
    gone.refresh_from_db()
    assert (gone.level, gone.revision) == (3, 1)


def test_facts_that_the_newer_edition_asks_for_follow_and_the_others_are_kept_in_the_record(
    scene: Scene, pair: Any
) -> None:
    facts = {"cskm": {"value": "70", "note": "list"}, "own_accounts": {"value": True, "note": "ledger"}}
    audit_facts_save(audit_id=scene.audit.pk, facts=facts, by=scene.people["leader"], at=AT)
    scene.audit.refresh_from_db()
    made = move(scene, pair[1])
    assert scene.audit.facts == {"cskm": facts["cskm"]}
    assert made.plan["facts"]["gone"] == {"own_accounts": facts["own_accounts"]}
    move(scene, pair[0])
    assert scene.audit.facts == facts


def test_fact_of_another_type_or_unit_does_not_follow(scene: Scene) -> None:
    old, new = documents()
    new["facts"][0]["unit"] = "points"
    new["facts"][1]["choices"] = ["panel", "file_review"]
    pair = publish(old), publish(new)
    other = scene_on(pair[0])
    facts = {"cskm": {"value": "70", "note": ""}, "decision_route": {"value": "panel_and_defence", "note": ""}}
    audit_facts_save(audit_id=other.audit.pk, facts=facts, by=other.people["leader"], at=AT)
    assert previewed(other.audit, pair[1]).plan["facts"] == {"carried": {}, "gone": facts}


def test_move_is_in_the_ledger_with_the_hash_of_the_plan(scene: Scene, pair: Any) -> None:
    made = move(scene, pair[1])
    entry = Entry.objects.get(action="audit.moved")
    assert entry.subject == f"audit:{scene.audit.pk}"
    assert fingerprint(AuditMove.objects.get(pk=made.pk).plan) == made.plan_sha256
    assert made.plan_sha256 in entry.content
    assert verify(links()) is None
    assert (scene.audit.edition, scene.audit.edition_sha256) == (pair[1], pair[1].sha256)


def test_a_moved_audit_is_finished_on_the_new_edition(scene: Scene, pair: Any) -> None:
    move(scene, pair[1])
    with pytest.raises(Exception, match="unanswered"):
        submit(scene.audit)
    for code in ("A1.2", "A1.4", "A1.99", "B1.5"):
        save(scene, code, level=4)
    with pytest.raises(InvalidAnswerError):
        save(scene, "B1.1", level=4)
    save(scene, "B1.1", level=3)
    audit = submit(scene.audit)
    assert audit.result["edition_sha256"] == pair[1].sha256
    assert audit.result["case"]["answers"].keys() == set(pair[1].criteria.values_list("code", flat=True))


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"read": ("again",)}, "unread"),
        ({"read": ("gone",)}, "unread"),
        ({"read": ()}, "unread"),
        ({"fingerprint": "0" * 64}, "plan_changed"),
    ],
)
def test_move_needs_a_reason_reading_and_the_previewed_state(
    scene: Scene, pair: Any, fields: dict[str, Any], code: str
) -> None:
    before, entries = everything(scene.audit), Entry.objects.count()
    with pytest.raises(MoveRefusedError) as caught:
        move(scene, pair[1], **fields)
    assert caught.value.codes == (code,)
    scene.audit.refresh_from_db()
    assert scene.audit.edition == pair[0]
    assert (everything(scene.audit), Entry.objects.count()) == (before, entries)


def test_empty_audit_needs_no_reading(pair: Any) -> None:
    scene = scene_on(pair[0], started=False)
    assert move(scene, pair[1], read=()).plan["counts"]["again"] == 3


def change_answer(scene: Scene) -> None:
    save(scene, "A1.1", level=1)


def change_note_only(scene: Scene) -> None:
    save(scene, "A1.1", level=5, note="Another word.")


def change_evidence(scene: Scene) -> None:
    add_evidence(scene, BytesIO(PNG))


def change_finding(scene: Scene) -> None:
    raise_finding(scene)


def change_facts(scene: Scene) -> None:
    facts = {"cskm": {"value": "10", "note": ""}}
    audit_facts_save(audit_id=scene.audit.pk, facts=facts, by=scene.people["leader"], at=AT)


@pytest.mark.parametrize("change", [change_answer, change_note_only, change_evidence, change_finding, change_facts])
def test_whatever_changed_since_the_preview_is_refused(
    scene: Scene, pair: Any, change: Any, settings: Any, tmp_path: Any
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    seen = previewed(scene.audit, pair[1]).fingerprint
    change(scene)
    with pytest.raises(MoveRefusedError, match="plan_changed"):
        move(scene, pair[1], fingerprint=seen)


@pytest.mark.parametrize("status", ["technical_review", "decision", "closed", "cancelled"])
def test_audits_that_are_not_under_way_never_move(status: str) -> None:
    old, new = documents()
    scene = make_scene(status, edition=publish(old))
    with pytest.raises(NotEditableError):
        move(scene, publish(new), fingerprint="")


def test_only_newer_published_editions_of_the_same_standard_are_targets(scene: Scene, pair: Any) -> None:
    number = pair[0].version.split(".")[0]
    another = publish({**documents()[1], "code": "another", "version": "99"})
    withdrawn = publish({**documents()[1], "version": f"{number}.98"})
    Edition.objects.filter(pk=withdrawn.pk).update(status=EditionStatus.WITHDRAWN)
    draft = edition_load(data=as_yaml({**documents()[1], "version": f"{number}.99"}), at=AT).edition
    assert [target.edition for target in move_targets(scene.audit)] == [pair[1]]
    for edition in (another, withdrawn, draft, pair[0]):
        with pytest.raises(MoveRefusedError, match="not_a_target"):
            move(scene, edition, fingerprint="")


def test_older_editions_are_refused(pair: Any) -> None:
    scene = scene_on(pair[1])
    with pytest.raises(MoveRefusedError, match="older_edition"):
        move(scene, pair[0], fingerprint="")


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [("2026", "2025", True), ("10", "9", True), ("v10", "v9", True), ("2025", "2025", False), ("2025.1", "2025", True)],
)
def test_versions_are_ordered_by_their_numbers(version: str, than: str, newer: bool) -> None:
    assert is_newer(version, than) is newer
    assert not is_newer(than, version)


# --- there and back, and on -----------------------------------------------------------------------------------------


def state(audit: Audit) -> dict[str, Any]:
    rows = audit.answers.order_by("pk").values()
    return {
        "answers": list(rows),
        "findings": list(Finding.objects.filter(audit=audit).order_by("pk").values()),
        "audit": Audit.objects.filter(pk=audit.pk).values("edition", "edition_sha256", "facts", "market").get(),
        "former": list(Answer.former.through.objects.values_list("from_answer", "to_answer")),
    }


def test_undoing_restores_every_row(scene: Scene, pair: Any, settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    add_evidence(scene, BytesIO(PNG))
    raise_finding(scene)
    before = state(scene.audit)
    first = move(scene, pair[1])
    assert state(scene.audit) != before
    back = move(scene, pair[0], read=())
    assert state(scene.audit) == before
    assert (back.undoes, last_move(scene.audit)) == (first, None)
    assert Entry.objects.filter(action="audit.move_undone").count() == 1
    assert move(scene, pair[1]).plan["counts"] == first.plan["counts"], "there again"


def test_undoing_goes_back_to_an_edition_that_was_superseded_since_but_not_to_a_withdrawn_one(
    scene: Scene, pair: Any
) -> None:
    move(scene, pair[1])
    Edition.objects.filter(pk=pair[0].pk).update(status=EditionStatus.SUPERSEDED)
    assert [target.edition for target in move_targets(scene.audit) if target.undoes] == [pair[0]]
    Edition.objects.filter(pk=pair[0].pk).update(status=EditionStatus.WITHDRAWN)
    assert not [target for target in move_targets(scene.audit) if target.undoes]


@pytest.mark.parametrize("code", ["A1.1", "A1.4", "A1.99"])
def test_undoing_is_refused_once_something_was_answered(scene: Scene, pair: Any, code: str) -> None:
    move(scene, pair[1])
    save(scene, code, level=3, note="New.")
    with pytest.raises(MoveRefusedError, match="answered_since"):
        move(scene, pair[0], fingerprint="")


def test_undoing_is_refused_once_a_finding_was_raised_on_what_is_asked_anew(scene: Scene, pair: Any) -> None:
    move(scene, pair[1])
    scene.answer = answer_of(scene.audit, "A1.99")
    raise_finding(scene)
    with pytest.raises(MoveRefusedError, match="answered_since"):
        move(scene, pair[0], fingerprint="")


def test_undoing_is_refused_once_facts_changed(scene: Scene, pair: Any) -> None:
    move(scene, pair[1])
    change_facts(scene)
    with pytest.raises(MoveRefusedError, match="answered_since"):
        move(scene, pair[0], fingerprint="")


def third(pair: tuple[Edition, Edition]) -> Edition:
    """Return an edition after the second, in which A1.4 is reworded once more."""
    number = int(pair[0].version.split(".")[0])
    document = {**documents(number=number)[1], "version": f"{number}.3", "lineage": {}}
    criteria = document["blocks"][0]["clauses"][0]["criteria"]
    next(each for each in criteria if each["code"] == "A1.4")["requirement"]["en"] = "Again another wording."
    return publish(document)


def test_two_moves_keep_what_was_answered_first_and_both_can_be_undone(scene: Scene, pair: Any) -> None:
    start = state(scene.audit)
    move(scene, pair[1])
    middle = state(scene.audit)
    latest = third(pair)
    move(scene, latest, read=())
    again = answer_of(scene.audit, "A1.4")
    answered = again.former.filter(revision__gt=0).order_by("criterion__position")
    assert [(each.criterion.code, each.level) for each in answered] == [("A1.4", 2), ("A1.5", 1)]
    carried = answer_of(scene.audit, "A1.2").former.filter(revision__gt=0)
    assert [(each.criterion.code, each.level) for each in carried] == [("A1.2", 4)]
    move(scene, pair[1], read=())
    assert state(scene.audit) == middle
    move(scene, pair[0], read=())
    assert state(scene.audit) == start


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.dictionaries(st.sampled_from([*LEVELS]), st.integers(0, 5)),
    na=st.booleans(),
    removed=st.sets(st.sampled_from(["A1.2", "A1.3", "B1.2", "B1.3"])),
    reworded=st.sets(st.sampled_from(["A1.1", "A1.4", "B1.4"])),
    merged=st.booleans(),
)
def test_any_move_loses_nothing_and_its_groups_are_all_criteria(
    db: None, answers: dict[str, int], na: bool, removed: set[str], reworded: set[str], merged: bool
) -> None:
    old, _new = documents()
    new = {
        **copy.deepcopy(old),
        "version": f"{old['version']}9",
        "lineage": {"A1.4": ["A1.4", "A1.5"]} if merged else {},
    }
    for block in new["blocks"]:
        criteria = block["clauses"][0]["criteria"]
        gone = removed | ({"A1.5"} if merged else set())
        criteria[:] = [each for each in criteria if each["code"] not in gone]
        for each in criteria:
            if each["code"] in reworded:
                each["requirement"]["en"] += " Always."
    first, second = publish(old), publish(new)
    scene = scene_on(first)
    for code, level in answers.items():
        save(scene, code, level=level)
    if na:
        save(scene, "B1.5", na_reason="None.")
    before, start = everything(scene.audit), state(scene.audit)
    plan = move(scene, second).plan
    assert before["answers"].items() <= everything(scene.audit)["answers"].items()
    sources = [given["code"] for each in plan["criteria"] for given in each["from"]]
    assert sorted(sources) == sorted(first.criteria.values_list("code", flat=True))
    asked = [each["code"] for each in plan["criteria"] if each["carry"] != Carry.GONE]
    assert sorted(asked) == sorted(second.criteria.values_list("code", flat=True))
    assert sum(plan["counts"].values()) == len(plan["criteria"])
    current = scene.audit.current_answers.filter(level__isnull=False).count()
    carried = [each for each in plan["criteria"] if each["carry"] == "unchanged"]
    assert current == sum(given["level"] is not None for each in carried for given in each["from"])
    move(scene, first, read=())
    assert state(scene.audit) == start


# --- what else knows editions ---------------------------------------------------------------------------------------


def test_superseded_edition_is_not_planned_on(pair: Any) -> None:
    Edition.objects.filter(pk=pair[0].pk).update(status=EditionStatus.SUPERSEDED)
    with pytest.raises(PlanError, match="edition_not_published"):
        make_audit(edition=Edition.objects.get(pk=pair[0].pk))


def test_a_page_says_the_plan_in_words_before_and_after_alike(scene: Scene, pair: Any) -> None:
    planned = previewed(scene.audit, pair[1])
    before = move_page(planned.plan, *pair, must_read=planned.must_read)
    assert [(group.code, len(group.criteria), group.read_first) for group in before.groups] == [
        ("again", 4, True),
        ("gone", 1, True),
        ("new", 1, False),
        ("unchanged", 4, False),
    ]
    reworded = next(each for each in before.groups[0].criteria if each.code == "A1.2")
    assert [piece.text for row in reworded.rows for piece in row.new if piece.kind == "added"] == [" every day"]
    made = move(scene, pair[1])
    after = move_page(AuditMove.objects.get(pk=made.pk).plan, *pair, must_read=planned.must_read)
    assert after == before
