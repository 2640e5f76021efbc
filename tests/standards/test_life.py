"""The life of an edition: the table, the steps, the two people, and that nothing changes by any route."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Role
from ledger.models import Entry
from standards.editions.parts import Address, part_at, part_hash
from standards.life import MOVES, STEPS, Situation, possible, refusals
from standards.models import Criterion, Edition, EditionStatus, EditionStep
from standards.selectors import edition_document
from standards.services import (
    EditionLockedError,
    OwnedStandardError,
    StepRefusedError,
    criterion_add,
    criterion_remove,
    edition_copy,
    edition_import,
    edition_load,
    edition_publish,
    edition_step,
    part_save,
    standard_own,
)
from standards.triggers import REFUSAL
from standards.words import DONE, REFUSALS
from standards.words import STEPS as WORDS
from tests.factories import make_organisation, make_user
from tests.standards.conftest import AT, changed, small_yaml

if TYPE_CHECKING:
    from accounts.models import Organisation, User


@pytest.fixture
def owner(db: None) -> Organisation:
    return make_organisation()


@pytest.fixture
def writers(owner: Organisation) -> tuple[User, User]:
    return make_user(Role.SCHEME_OWNER, owner), make_user(Role.SCHEME_OWNER, owner)


@pytest.fixture
def draft(writers: tuple[User, User], owner: Organisation) -> Edition:
    """A complete draft in English, of an owned standard."""
    edition = edition_load(data=small_yaml(), at=AT).edition
    standard_own(code="tiny", owner=owner, at=AT)
    return edition


def send(edition: Edition, by: User) -> Edition:
    return edition_step(edition=edition, step="send", seen_sha256=edition.sha256, by=by, at=AT)


def publish(edition: Edition, by: User, **more) -> Edition:
    return edition_step(edition=edition, step="publish", seen_sha256=edition.sha256, by=by, at=AT, **more)


def test_the_table_has_words_for_everything() -> None:
    assert {step.name for step in STEPS.values() if step.offered} == set(WORDS)
    assert set(DONE) == set(STEPS)
    codes = {
        code
        for name, status in itertools.product(STEPS, EditionStatus.values)
        for actor in (None, 1, 2, 3)
        for code in refusals(
            name,
            status=status,
            situation=Situation(actor=actor, sender=1, editor=2, faults=1, gaps=1, sha256="a", seen_sha256="b"),
        )
    }
    assert codes == set(REFUSALS)


def test_the_table_leads_where_it_should() -> None:
    assert {
        ("draft", "review"),
        ("review", "draft"),
        ("review", "published"),
        ("published", "superseded"),
        ("published", "withdrawn"),
        ("superseded", "withdrawn"),
    } == MOVES
    assert possible("withdrawn") == ()
    assert [step.name for step in possible("review")] == ["return", "publish"]


def test_two_people_publish(draft: Edition, writers: tuple[User, User]) -> None:
    ann, ben = writers
    assert send(draft, ann).status == EditionStatus.REVIEW
    done = publish(draft, ben)
    assert (done.status, done.published_at) == (EditionStatus.PUBLISHED, AT)
    kept = [(step.name, step.by, step.sha256) for step in done.steps.all()]
    assert kept == [("send", ann, draft.sha256), ("publish", ben, draft.sha256)]
    assert list(Entry.objects.order_by("sequence").values_list("action", flat=True))[-2:] == [
        "edition.send",
        "edition.publish",
    ]


def refused(edition: Edition, step: str, by: User, **more) -> tuple[str, ...]:
    before = (Edition.objects.values().get(pk=edition.pk), EditionStep.objects.count(), Entry.objects.count())
    with pytest.raises(StepRefusedError) as caught:
        edition_step(edition=edition, step=step, by=by, at=AT, **more)
    after = (Edition.objects.values().get(pk=edition.pk), EditionStep.objects.count(), Entry.objects.count())
    assert before == after
    return caught.value.reasons


def test_whoever_sent_it_does_not_approve(draft: Edition, writers: tuple[User, User]) -> None:
    send(draft, writers[0])
    assert refused(draft, "publish", writers[0], seen_sha256=draft.sha256) == ("sent_it",)


def test_whoever_wrote_last_does_not_approve(draft: Edition, writers: tuple[User, User]) -> None:
    ann, ben = writers
    save(draft, "X1.1", ben, weight=2)
    sent = send(Edition.objects.get(pk=draft.pk), ann)
    assert refused(sent, "publish", ben, seen_sha256=sent.sha256) == ("edited_it",)
    third = make_user(Role.SCHEME_OWNER, make_organisation())
    assert publish(sent, third).status == EditionStatus.PUBLISHED


def test_approval_is_of_what_was_seen(draft: Edition, writers: tuple[User, User]) -> None:
    assert refused(draft, "send", writers[0], seen_sha256="0" * 64) == ("other_content",)
    send(draft, writers[0])
    assert refused(draft, "publish", writers[1], seen_sha256="0" * 64) == ("other_content",)


def test_a_draft_is_not_published_without_review(draft: Edition, writers: tuple[User, User]) -> None:
    assert refused(draft, "publish", writers[1], seen_sha256=draft.sha256) == ("wrong_status",)


def test_review_needs_every_text_of_the_declared_languages(draft: Edition, writers: tuple[User, User]) -> None:
    ann, _ben = writers
    head = part_at(edition_document(draft), Address("head"))
    changed_head = {**head, "languages": ["en", "zh-hans"]}
    edition = part_save(edition=draft, address=Address("head"), part=changed_head, seen=part_hash(head), by=ann, at=AT)
    assert refused(edition, "send", ann, seen_sha256=edition.sha256) == ("gaps",)


def test_review_needs_a_lineage_that_holds(draft: Edition, writers: tuple[User, User]) -> None:
    ann, ben = writers
    send(draft, ann)
    publish(draft, ben)
    copy = edition_copy(edition=draft, version="2", by=ann, at=AT)
    document = edition_document(copy)
    part = part_at(document, Address("criterion", "X1.1"))
    edition = part_save(
        edition=copy,
        address=Address("criterion", "X1.1"),
        part={**part, "lineage": ["Q9.9"]},
        seen=part_hash(part),
        by=ann,
        at=AT,
    )
    assert refused(edition, "send", ann, seen_sha256=edition.sha256) == ("faults",)


def test_sent_back_needs_a_reason_and_can_be_written_again(draft: Edition, writers: tuple[User, User]) -> None:
    ann, ben = writers
    send(draft, ann)
    assert refused(draft, "return", ben, reason="  ") == ("no_reason",)
    back = edition_step(edition=draft, step="return", reason="X1.1 is unclear", by=ben, at=AT)
    assert back.status == EditionStatus.DRAFT
    assert save(draft, "X1.1", ann, weight=2).sha256 != draft.sha256
    assert EditionStep.objects.get(name="return").reason == "X1.1 is unclear"


def test_publishing_supersedes_what_was_chosen(draft: Edition, writers: tuple[User, User]) -> None:
    ann, ben = writers
    send(draft, ann)
    publish(draft, ben)
    second = edition_copy(edition=draft, version="2", by=ann, at=AT)
    third = edition_copy(edition=draft, version="3", by=ann, at=AT)
    send(second, ann)
    publish(second, ben, supersede=[])
    assert Edition.objects.get(pk=draft.pk).status == EditionStatus.PUBLISHED
    send(third, ann)
    publish(third, ben, supersede=[draft.pk, third.pk, 12345])
    statuses = dict(Edition.objects.values_list("version", "status"))
    assert statuses == {"1": "superseded", "2": "published", "3": "published"}
    assert draft.steps.last().name == "supersede"
    assert Entry.objects.filter(action="edition.supersede", subject="edition:tiny@1").exists()


def test_superseding_stays_within_the_standard(draft: Edition, writers: tuple[User, User], shipped: Edition) -> None:
    send(draft, writers[0])
    publish(draft, writers[1], supersede=[shipped.pk])
    assert Edition.objects.get(pk=shipped.pk).status == EditionStatus.PUBLISHED


def test_withdrawn_with_a_reason_and_for_ever(draft: Edition, writers: tuple[User, User]) -> None:
    ann, ben = writers
    send(draft, ann)
    publish(draft, ben)
    assert refused(draft, "withdraw", ann) == ("no_reason",)
    gone = edition_step(edition=draft, step="withdraw", reason="A gate was wrong.", by=ann, at=AT)
    assert gone.status == EditionStatus.WITHDRAWN
    for step in STEPS:
        assert refused(gone, step, ben, reason="x", seen_sha256=gone.sha256) == ("wrong_status",)


def test_an_owned_standard_is_not_published_by_the_operators_command(draft: Edition) -> None:
    with pytest.raises(OwnedStandardError, match="two of its people"):
        edition_publish(edition=draft, at=AT)
    assert Edition.objects.get(pk=draft.pk).status == EditionStatus.DRAFT


def test_owner_is_set_once_and_recorded(draft: Edition, owner: Organisation) -> None:
    count = Entry.objects.count()
    standard_own(code="tiny", owner=owner, at=AT)
    assert Entry.objects.count() == count
    standard_own(code="tiny", owner=None, at=AT)
    assert Entry.objects.filter(action="standard.own").count() == 2
    assert edition_publish(edition=draft, at=AT).status == EditionStatus.PUBLISHED


def save(edition: Edition, code: str, by: User, **fields) -> Edition:
    """Save a criterion as it is now with some fields changed."""
    current = Edition.objects.get(pk=edition.pk)
    part = part_at(edition_document(current), Address("criterion", code))
    return part_save(
        edition=current,
        address=Address("criterion", code),
        part={**part, **fields},
        seen=part_hash(part),
        by=by,
        at=AT,
    )


RAW = [
    "UPDATE standards_edition SET document = '{}'",
    "UPDATE standards_edition SET sha256 = 'f'",
    "UPDATE standards_edition SET status = 'superseded'",
    "UPDATE standards_edition SET status = 'withdrawn'",
    "DELETE FROM standards_edition",
    "UPDATE standards_block SET points = 1",
    "UPDATE standards_clause SET code = 'Q'",
    "UPDATE standards_criterion SET weight = 2",
    "DELETE FROM standards_criterion WHERE code = 'X1.1'",
    "UPDATE standards_editionstep SET reason = 'forged'",
    "UPDATE standards_editionstep SET by_id = NULL",
    "DELETE FROM standards_editionstep",
]


def everything() -> list[object]:
    models = (Edition, Criterion, EditionStep)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


@pytest.mark.parametrize("statement", RAW)
def test_database_freezes_an_edition_in_review(draft: Edition, writers: tuple[User, User], statement: str) -> None:
    send(draft, writers[0])
    before = everything()
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert everything() == before


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (source, target)
        for source, target in itertools.permutations(EditionStatus.values, 2)
        if (source, target) not in MOVES
    ],
)
def test_database_knows_the_table(draft: Edition, source: str, target: str) -> None:
    way = {"draft": [], "review": ["review"], "published": ["review", "published"]}
    way["superseded"] = [*way["published"], "superseded"]
    way["withdrawn"] = [*way["published"], "withdrawn"]
    for status in way[source]:
        Edition.objects.filter(pk=draft.pk).update(status=status)
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(status=target)


def test_database_keeps_when_it_was_published(draft: Edition, writers: tuple[User, User]) -> None:
    send(draft, writers[0])
    done = publish(draft, writers[1])
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
        Edition.objects.filter(pk=done.pk).update(published_at=None)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's own")
@pytest.mark.parametrize("table", ["standards_edition", "standards_editionstep", "standards_criterion"])
def test_database_refuses_replace_in_review(draft: Edition, writers: tuple[User, User], table: str) -> None:
    send(draft, writers[0])
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    columns = ", ".join(names)
    statement = f"REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"  # noqa: S608 - ours
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_service_and_no_bulk_call_changes_an_edition_in_review(draft: Edition, writers: tuple[User, User]) -> None:
    ann, _ben = writers
    part = part_at(edition_document(draft), Address("criterion", "X1.1"))
    send(draft, ann)
    before = everything()
    attempts = (
        lambda: save(draft, "X1.1", ann, weight=3),
        lambda: criterion_add(edition=draft, clause="X1", criterion={**part, "code": "X1.9"}, by=ann, at=AT),
        lambda: criterion_remove(edition=draft, code="Y1.2", seen=part_hash(part), by=ann, at=AT),
        lambda: edition_import(edition=draft, data=small_yaml().encode(), seen=draft.sha256, by=ann, at=AT),
        lambda: edition_load(data=changed("shall chat", "shall not chat"), at=AT),
        lambda: edition_copy(edition=draft, version="2", by=ann, at=AT),
    )
    for attempt in attempts:
        with pytest.raises(EditionLockedError):
            attempt()
    row = Criterion.objects.get(edition=draft, code="X1.1")
    row.weight = 9
    for change in (
        row.save,
        row.delete,
        lambda: Criterion.objects.bulk_update([row], ["weight"]),
        lambda: Edition.objects.filter(pk=draft.pk).update(document="{}"),
    ):
        with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
            change()
    assert everything() == before
