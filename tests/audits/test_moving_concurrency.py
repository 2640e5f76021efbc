"""Moves at the same time as other work, on connections of their own: one wins, the other is told, nothing is lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from audits.carrying import MoveRefusedError
from audits.models import Answer, Audit, AuditMove
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import LeftEditionError, NotEditableError, PlanError, TransitionRefusedError
from audits.services.moving import audit_move
from audits.services.transitions import audit_step
from ledger.chain import verify
from ledger.models import Entry
from ledger.selectors import links
from standards.models import Edition, EditionStatus
from tests.audits.editions import make_pair
from tests.audits.test_concurrency import _real_database as _real_database
from tests.audits.test_concurrency import together
from tests.audits.test_moving import answer_all, answer_of, everything, previewed, save, scene_on
from tests.factories import AT, draft_report, make_audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audits.scenes import Scene

pytestmark = pytest.mark.usefixtures("_real_database")
ROUNDS = 4


def started() -> tuple[Scene, Edition]:
    old, new = make_pair()
    scene = scene_on(old)
    answer_all(scene)
    return scene, new


def moving(scene: Scene, edition: Edition, who: str = "leader") -> Callable[[], AuditMove]:
    """Return the work of confirming the preview of this moment."""
    seen = previewed(scene.audit, edition).fingerprint
    values: dict[str, Any] = {"read": ("again", "gone"), "reason": "Wanted.", "by": scene.people[who], "at": AT}
    return lambda: audit_move(audit_id=scene.audit.pk, edition_id=edition.pk, fingerprint=seen, **values)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_moves_at_once_make_one(_round: int) -> None:
    scene, edition = started()
    before = everything(scene.audit)
    results = together(moving(scene, edition), moving(scene, edition, "audit_manager"))
    assert sum(isinstance(each, AuditMove) for each in results) == 1
    (told,) = [each for each in results if isinstance(each, MoveRefusedError)]
    assert told.codes == ("not_a_target",)
    after = everything(scene.audit)
    assert before["answers"].items() <= after["answers"].items()
    assert len(after["answers"]) == len(before["answers"]) + 5
    assert Entry.objects.filter(action="audit.moved").count() == 1
    assert verify(links()) is None


@pytest.mark.parametrize("code", ["A1.1", "B1.3"])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_answer_saved_while_somebody_moves_is_kept_or_refused(code: str, _round: int) -> None:
    scene, edition = started()
    answer, by = answer_of(scene.audit, code), scene.people["auditor"]

    def saving() -> Answer:
        content = AnswerInput(level=0, note="At the same time.")
        return answer_save(answer_id=answer.pk, content=content, revision=answer.revision, by=by, at=AT)

    saved, moved = together(saving, moving(scene, edition))
    answer.refresh_from_db()
    if isinstance(saved, Answer):
        assert (answer.level, answer.note, answer.revision) == (0, "At the same time.", 2)
    else:
        assert isinstance(saved, LeftEditionError)
        assert answer.revision == 1
    if isinstance(moved, AuditMove):
        stated = {each["code"]: each for each in moved.plan["criteria"]}[code]["from"][0]
        # Saved before the move: it would have been refused. Saved after: only on what was carried.
        assert stated["revision"] == 1
        assert isinstance(saved, LeftEditionError) or code == "A1.1"
    else:
        assert isinstance(moved, MoveRefusedError)
        assert moved.codes == ("plan_changed",)
    assert isinstance(moved, AuditMove) or isinstance(saved, Answer)
    assert verify(links()) is None


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_submitting_and_moving_at_once_leaves_a_result_on_one_edition(_round: int) -> None:
    scene, edition = started()
    leader = scene.people["leader"]
    draft_report(scene.audit)
    submitted, moved = together(
        lambda: audit_step(audit_id=scene.audit.pk, step="submit", by=leader, at=AT), moving(scene, edition)
    )
    scene.audit.refresh_from_db()
    if isinstance(moved, AuditMove):
        assert (scene.audit.status, scene.audit.result, scene.audit.edition) == ("report_draft", None, edition)
        assert isinstance(submitted, TransitionRefusedError)
        assert submitted.codes == ("unanswered",)
    else:
        assert isinstance(moved, NotEditableError)
        assert scene.audit.result["edition_sha256"] == scene.audit.edition_sha256 != edition.sha256


def test_everybody_saving_while_one_moves_loses_no_acknowledged_save() -> None:
    scene, edition = started()
    answers = list(scene.audit.answers.all())
    by = scene.people["auditor"]

    def saving(answer: Answer) -> Callable[[], Answer]:
        content = AnswerInput(level=1, note="Late.")
        return lambda: answer_save(answer_id=answer.pk, content=content, revision=answer.revision, by=by, at=AT)

    *saved, _moved = together(*(saving(answer) for answer in answers[:6]), moving(scene, edition))
    for answer, result in zip(answers[:6], saved, strict=True):
        answer.refresh_from_db()
        assert (answer.note == "Late.") == isinstance(result, Answer)
        assert isinstance(result, (Answer, LeftEditionError))
    assert verify(links()) is None


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undoing_while_somebody_answers_keeps_the_answer_or_undoes(_round: int) -> None:
    scene, edition = started()
    moving(scene, edition)()
    old = scene.audit.edition
    scene.audit.refresh_from_db()
    fresh = answer_of(scene.audit, "A1.99")
    by = scene.people["auditor"]

    def saving() -> Answer:
        return answer_save(answer_id=fresh.pk, content=AnswerInput(level=3), revision=0, by=by, at=AT)

    saved, undone = together(saving, moving(scene, old))
    scene.audit.refresh_from_db()
    if isinstance(undone, AuditMove):
        assert isinstance(saved, Answer.DoesNotExist)
        assert scene.audit.edition == old
    else:
        assert isinstance(saved, Answer)
        assert undone.codes == ("answered_since",)
        assert answer_of(scene.audit, "A1.99").level == 3


def test_saves_go_on_after_the_move() -> None:
    scene, edition = started()
    moving(scene, edition)()
    assert save(scene, "A1.2", level=3).revision == 1


def test_an_audit_is_planned_on_the_edition_as_it_is_now() -> None:
    scene, edition = started()
    values: dict[str, Any] = {"conductor": scene.audit.conductor, "centre": scene.audit.centre}
    seen = Edition.objects.get(pk=edition.pk)
    Edition.objects.filter(pk=edition.pk).update(status=EditionStatus.SUPERSEDED)
    with pytest.raises(PlanError, match="edition_not_published"):
        make_audit(edition=seen, started=False, **values)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_superseding_and_planning_at_once_happen_one_after_the_other(_round: int) -> None:
    """Whichever is first: no audit is planned later than its edition was superseded."""
    scene, edition = started()
    values: dict[str, Any] = {"conductor": scene.audit.conductor, "centre": scene.audit.centre}

    def superseding() -> int:
        with transaction.atomic():
            locked = Edition.objects.select_for_update().get(pk=edition.pk)
            planned = Audit.objects.filter(edition=edition).count()
            time.sleep(0.05)
            locked.status = EditionStatus.SUPERSEDED
            locked.save(update_fields=["status"])
            return planned

    seen, planned = together(superseding, lambda: make_audit(edition=edition, started=False, **values))
    assert isinstance(seen, int), seen
    assert isinstance(planned, (Audit, PlanError)), planned
    assert Audit.objects.filter(edition=edition).count() == seen == isinstance(planned, Audit)
