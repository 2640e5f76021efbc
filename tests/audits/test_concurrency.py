"""People at the same time, on connections of their own: one wins, the other is told, and nothing is lost.

On SQLite in a file of its own with the settings of the product (WAL, IMMEDIATE); on PostgreSQL in the test database.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections

from accounts.models import Role
from audits.models import Answer, Audit, Certificate, Decision, Evidence
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import NotEditableError, StaleRevisionError, TransitionRefusedError
from audits.services.transitions import audit_decide, audit_step
from ledger.chain import verify
from ledger.models import Entry
from ledger.selectors import links
from tests.audits.scenes import PNG, Scene, make_people, make_scene
from tests.factories import AT, draft_report, make_audit, make_edition, make_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

THREADS = 8
ROUNDS = 4


@pytest.fixture
def _real_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Let every thread have a connection of its own to one database that commits."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, facts = connections["default"], connection.settings_dict
    name, path = facts["NAME"], tmp_path / "race.sqlite3"
    copy = sqlite3.connect(path)
    in_memory.connection.backup(copy)
    copy.close()
    facts["NAME"] = str(path)  # new connections, also those of new threads, are made from this
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        facts["NAME"], connections["default"] = name, in_memory


pytestmark = pytest.mark.usefixtures("_real_database")


def together(*works: Callable[[], Any]) -> list[Any]:
    """Do all at once, each in a thread; return results, or the refusals in their place."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 - told to the test, which knows what may be refused
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def fresh(per_block: int = 3) -> Scene:
    audit = make_audit(edition=make_edition(per_block))
    return Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())


def saving(answer: Answer, scene: Scene, who: str, revision: int = 0, **content: Any) -> Callable[[], Answer]:
    """Return the work of saving an answer."""
    fields = AnswerInput(**content)
    return lambda: answer_save(answer_id=answer.pk, content=fields, revision=revision, by=scene.people[who], at=AT)


def assert_ledger_intact(saves: int) -> None:
    assert verify(links()) is None
    assert Entry.objects.filter(action="answer.saved").count() == saves


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_people_save_one_answer_and_one_is_told(_round: int) -> None:
    scene = fresh()
    works = [
        saving(scene.answer, scene, "leader", level=1, note="one"),
        saving(scene.answer, scene, "auditor", level=2, note="two"),
    ]
    results = together(*works)
    (won,) = [each for each in results if isinstance(each, Answer)]
    (told,) = [each for each in results if isinstance(each, StaleRevisionError)]
    scene.answer.refresh_from_db()
    assert (scene.answer.level, scene.answer.note, scene.answer.revision) == (won.level, won.note, 1)
    assert (told.current.level, told.current.note) == (won.level, won.note)
    assert_ledger_intact(saves=1)


def test_one_person_twice_with_the_same_answer_saves_once() -> None:
    scene = fresh()
    results = together(*[saving(scene.answer, scene, "leader", level=1)] * 4)
    assert [each.revision for each in results] == [1] * 4
    assert_ledger_intact(saves=1)


def test_eight_people_save_many_answers_and_none_is_lost() -> None:
    scene = fresh(per_block=20)
    answers = list(scene.audit.answers.all())

    def share(place: int) -> Callable[[], list[Answer]]:
        mine = [
            saving(answer, scene, "auditor", level=place % 6, note=f"{place}") for answer in answers[place::THREADS]
        ]
        return lambda: [work() for work in mine]

    results = together(*(share(place) for place in range(THREADS)))
    assert [type(each) for each in results] == [list] * THREADS
    stored = dict(scene.audit.answers.values_list("pk", "note"))
    assert stored == {answer.pk: f"{place % THREADS}" for place, answer in enumerate(answers)}
    assert_ledger_intact(saves=len(answers))


def test_eight_people_on_one_answer_lose_no_acknowledged_save() -> None:
    scene = fresh()
    results = together(*(saving(scene.answer, scene, "leader", note=f"{number}") for number in range(THREADS)))
    saved = [each for each in results if isinstance(each, Answer)]
    assert len(saved) == 1
    assert sum(isinstance(each, StaleRevisionError) for each in results) == THREADS - 1
    assert_ledger_intact(saves=1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_decisions_at_once_give_one_certificate(_round: int) -> None:
    scene = make_scene("decision")
    other = make_user(Role.DECISION_MAKER, scene.audit.conductor)

    def deciding(by: Any) -> Callable[[], Decision]:
        values = {"granted": True, "tier": "base", "route": "panel", "reason": "Met."}
        return lambda: audit_decide(audit_id=scene.audit.pk, by=by, at=AT, **values)

    results = together(deciding(scene.people["decision_maker"]), deciding(other))
    assert sum(isinstance(each, Decision) for each in results) == 1
    (told,) = [each for each in results if isinstance(each, TransitionRefusedError)]
    assert told.codes == ("wrong_status",)
    assert (Certificate.objects.count(), Decision.objects.count()) == (1, 1)
    assert verify(links()) is None


def test_decisions_on_several_audits_at_once_number_their_certificates_without_gap() -> None:
    scenes = [make_scene("decision") for _ in range(4)]

    def deciding(scene: Scene) -> Callable[[], Decision]:
        values = {"granted": True, "tier": "base", "route": "panel", "reason": "Met."}
        by = scene.people["decision_maker"]
        return lambda: audit_decide(audit_id=scene.audit.pk, by=by, at=AT, **values)

    results = together(*(deciding(scene) for scene in scenes))
    assert [type(each) for each in results] == [Decision] * 4
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert numbers == [f"TS-2026-{number:05d}" for number in range(1, 5)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_what_is_saved_while_somebody_submits_is_in_the_result_or_refused(_round: int) -> None:
    scene = make_scene()
    saving_it = saving(scene.answer, scene, "auditor", revision=1, level=0)
    leader = scene.people["leader"]
    draft_report(scene.audit)
    saved, submitted = together(saving_it, lambda: audit_step(audit_id=scene.audit.pk, step="submit", by=leader, at=AT))
    assert isinstance(submitted, Audit)
    scene.answer.refresh_from_db()
    scene.audit.refresh_from_db()
    frozen = scene.audit.result["case"]["answers"][scene.answer.criterion.code]
    assert frozen == {"level": scene.answer.level}
    assert (isinstance(saved, Answer), scene.answer.level) in {(True, 0), (False, 4)}
    assert isinstance(saved, (Answer, NotEditableError))
    assert verify(links()) is None


def test_one_file_uploaded_by_all_at_once_is_one_row(settings: SettingsWrapper, tmp_path: Path) -> None:
    from io import BytesIO

    from tests.audits.scenes import add_evidence

    settings.EVIDENCE_DIR = tmp_path / "evidence"
    scene = fresh()
    results = together(*[lambda: add_evidence(scene, BytesIO(PNG))] * 4)
    assert [type(each) for each in results] == [Evidence] * 4
    assert Evidence.objects.count() == 1
    assert len([path for path in settings.EVIDENCE_DIR.rglob("*") if path.is_file()]) == 1


def test_planning_at_once_gives_every_audit_a_reference_of_its_own() -> None:
    edition = make_edition()
    make_audit(started=False, edition=edition)
    results = together(*[lambda: make_audit(started=False, edition=edition)] * 4)
    assert [type(each) for each in results] == [Audit] * 4
    references = sorted(Audit.objects.values_list("reference", flat=True))
    assert references == [f"A-2026-{number:05d}" for number in range(1, 6)]
