"""A level that measurements give is never raised, whichever way an answer comes in."""

from __future__ import annotations

import json
import uuid
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from audits.models import Audit
from audits.operations import Fields, Operation
from audits.selectors.bulk import Together
from audits.services.answers import answer_confirm, answer_take_computed
from audits.services.bulk import answers_bulk_preview, answers_bulk_save, answers_bulk_undo
from audits.services.errors import ComputedLevelError, TransitionRefusedError
from audits.services.market import market_attach
from audits.services.syncing import INVALID, UNKNOWN, operation_apply
from benchmarks.models import MarketRelease
from tests.audits.scenes import Scene, make_people
from tests.audits.test_computed import QUARTER_ENDS, answer_of, found_level, make_run, result_edition, save
from tests.audits.test_computed import audit as audit  # a fixture
from tests.audits.test_moving import move
from tests.factories import AT, leader_of, make_audit, submit

if TYPE_CHECKING:
    from django.test import Client

    from audits.models import Answer

pytestmark = pytest.mark.django_db
COMPUTED = 4


def sent(answer: Answer, level: str, note: str = "", revision: int | None = None) -> Operation:
    """Make the operation that a browser sends for a level."""
    fields = Fields(level=level, note=note)
    held = answer.revision if revision is None else revision
    return Operation(uuid.uuid4(), answer.pk, held, fields, Fields(), None, uuid.uuid4().hex * 2)


def test_an_operation_of_the_queue_neither_raises_nor_lowers_without_a_reason(audit: Audit) -> None:
    answer, by = answer_of(audit, "B1.1"), leader_of(audit)
    for level, code in (("5", "above_computed"), ("3", "below_without_reason")):
        outcome = operation_apply(audit_id=audit.pk, operation=sent(answer, level), by=by, at=AT)
        assert (outcome.state, outcome.code, outcome.level) == (INVALID, code, COMPUTED)
    assert answer_of(audit, "B1.1").level is None
    # Under the number of another audit it is not an answer at all.
    assert operation_apply(audit_id=0, operation=sent(answer, "5"), by=by, at=AT).state == UNKNOWN


def test_what_two_tabs_wrote_is_joined_only_within_the_computed_level(audit: Audit) -> None:
    save(audit, "B1.1", COMPUTED, "As measured.")
    stale = sent(answer_of(audit, "B1.1"), "5", revision=0)
    outcome = operation_apply(audit_id=audit.pk, operation=stale, by=leader_of(audit), at=AT)
    assert outcome.state != "saved"
    assert answer_of(audit, "B1.1").level == COMPUTED


def test_the_queue_says_in_words_what_stands_in_the_way(client: Client, audit: Audit) -> None:
    client.force_login(leader_of(audit))
    answer = answer_of(audit, "B1.1")
    empty = {"level": "", "na_reason": "", "note": ""}
    operation = {"kind": "answer", "key": str(uuid.uuid4()), "answer": answer.pk, "revision": 0, "base": empty}
    operation["content"] = {**empty, "level": "5"}
    body = {"user": leader_of(audit).pk, "operations": [operation]}
    response = client.post(reverse("audits:sync", args=[audit.pk]), json.dumps(body), content_type="application/json")
    assert response.status_code == 200
    assert "Measurements give level 4" in response.content.decode()
    assert answer_of(audit, "B1.1").level is None


def bulk(audit: Audit, level: int, note: str = "") -> int:
    """Answer everything with one level, as previewed."""
    ids = list(audit.current_answers.values_list("pk", flat=True))
    wanted = Together(level=level, note=note, replace=True)
    seen = answers_bulk_preview(audit=audit, answer_ids=ids, wanted=wanted).fingerprint
    by = leader_of(audit)
    made = answers_bulk_save(audit_id=audit.pk, answer_ids=ids, wanted=wanted, fingerprint=seen, by=by, at=AT)
    return made.pk


def test_answering_together_leaves_out_what_would_be_raised_or_lowered_without_a_reason(audit: Audit) -> None:
    bulk(audit, 5, "All the best.")
    bulk(audit, 3)
    assert answer_of(audit, "B1.1").level is None
    assert answer_of(audit, "A1.1").level == 3
    bulk(audit, 3, "Two queues are left out.")
    assert answer_of(audit, "B1.1").level == 3


def test_undoing_does_not_bring_a_higher_level_back(audit: Audit) -> None:
    audit.current_answers.update(level=5)
    made = bulk(audit, COMPUTED)
    with pytest.raises(ComputedLevelError, match="above_computed"):
        answers_bulk_undo(bulk_id=made, by=leader_of(audit), at=AT)
    assert set(audit.current_answers.values_list("level", flat=True)) == {COMPUTED}


def test_confirming_last_years_answer_does_not_raise(audit: Audit) -> None:
    last = make_audit(edition=audit.edition, centre=audit.centre, conductor=audit.conductor)
    last.answers.update(level=5, note="Then.", revision=1)
    Audit.objects.filter(pk=last.pk).update(status="closed", onsite_from=date(2025, 9, 1), onsite_to=date(2025, 9, 5))
    answer, by = answer_of(audit, "B1.1"), make_people(audit)["leader"]
    with pytest.raises(ComputedLevelError, match="above_computed"):
        answer_confirm(answer_id=answer.pk, note="Seen again.", revision=0, by=by, at=AT)
    assert answer_of(audit, "B1.1").level is None
    # What is judged may be confirmed all the same.
    other = answer_of(audit, "A1.1")
    assert answer_confirm(answer_id=other.pk, note="Seen again.", revision=0, by=by, at=AT).level == 5


def test_moving_to_an_edition_that_computes_does_not_carry_a_higher_level_to_the_review(audit: Audit) -> None:
    judged = result_edition(computed={"rule": "judged"})
    computing = result_edition(computed={"rule": "letci", "level": ["connect_rate"], "trend": ["connect_rate"]})
    ours = make_audit(edition=judged, centre=audit.centre, conductor=audit.conductor)
    by = leader_of(ours)
    release = MarketRelease.objects.get()
    run = make_run(audit.centre, QUARTER_ENDS[-1], 97.0)
    market_attach(audit_id=ours.pk, run=run, release=release, by=by, at=AT)
    ours.current_answers.update(level=5, note="Judged.")
    people = {**make_people(ours), "leader": by}
    scene = Scene(Audit.objects.get(pk=ours.pk), people, answer_of(ours, "A1.1"))
    move(scene, computing)
    moved = Audit.objects.get(pk=ours.pk)
    assert found_level(moved, "B1.1").level == COMPUTED
    moved.current_answers.filter(level=None).update(level=COMPUTED)
    with pytest.raises(TransitionRefusedError) as refused:
        submit(moved)
    assert "answers_above_computed" in refused.value.codes
    answer = answer_of(moved, "B1.1")
    answer_take_computed(answer_id=answer.pk, note="As measured.", revision=answer.revision, by=by, at=AT)
    assert answer_of(moved, "B1.1").level == COMPUTED
