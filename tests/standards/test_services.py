"""Loading and publishing; a published edition is locked by service and database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.models import Entry
from standards.editions import EditionError
from standards.models import Block, Clause, Criterion, Edition, EditionStatus
from standards.selectors import EditionDamagedError, edition_document, edition_spec
from standards.services import EditionLockedError, edition_load, edition_publish
from standards.triggers import REFUSAL
from tests.factories import make_user
from tests.standards.conftest import AT, FOUR_BLOCK, changed, small_yaml

if TYPE_CHECKING:
    from standards.editions import ParsedEdition


def rows() -> list:
    return [list(model.objects.values_list()) for model in (Edition, Block, Clause, Criterion)]


def test_load_writes_the_edition_and_its_index(db: None, four_block: ParsedEdition) -> None:
    loaded = edition_load(data=FOUR_BLOCK.read_bytes(), at=AT)
    edition = loaded.edition
    assert loaded.outcome == "created"
    assert edition.sha256 == four_block.sha256
    assert edition.status == EditionStatus.DRAFT
    assert [edition.blocks.count(), Clause.objects.count(), edition.criteria.count()] == [4, 20, 110]
    assert [each.position for each in edition.criteria.all()] == list(range(1, 111))
    criterion = edition.criteria.get(code="B1.5")
    assert criterion.condition == {"fact": "channels", "includes": ["chat", "messaging"]}
    assert criterion.clause.block.code == "B"


def test_load_of_110_criteria_takes_few_queries(db: None) -> None:
    data = FOUR_BLOCK.read_bytes()
    with CaptureQueriesContext(connection) as queries:
        edition_load(data=data, at=AT)
    assert len(queries) < 20


def test_load_of_the_same_content_changes_nothing(tiny: Edition) -> None:
    before, entries = rows(), Entry.objects.count()
    loaded = edition_load(data="# another layout\n" + small_yaml(), at=AT)
    assert loaded.outcome == "unchanged"
    assert rows() == before
    assert Entry.objects.count() == entries


def test_load_replaces_a_draft(db: None) -> None:
    first = edition_load(data=small_yaml(), at=AT).edition
    loaded = edition_load(data=changed("shall chat", "shall really chat"), at=AT)
    assert loaded.outcome == "replaced"
    assert loaded.edition.pk == first.pk
    assert Criterion.objects.get(code="Y1.2").requirement == {"en": "The centre shall really chat."}
    assert Criterion.objects.count() == 4


def test_load_refuses_other_content_for_a_published_edition(tiny: Edition) -> None:
    before = rows()
    with pytest.raises(EditionLockedError, match=r"tiny 1 is published with other content .* new version"):
        edition_load(data=changed("shall chat", "shall not chat"), at=AT)
    assert rows() == before


def test_load_takes_the_next_version_beside_a_published_one(tiny: Edition) -> None:
    edition_load(data=changed('version: "1"', 'version: "2"'), at=AT)
    assert list(Edition.objects.values_list("version", flat=True)) == ["2", "1"]


def test_load_with_faults_writes_nothing(db: None) -> None:
    with pytest.raises(EditionError):
        edition_load(data=changed("weight: 1.5", "weight: 0"), at=AT)
    assert not Edition.objects.exists()
    assert not Entry.objects.exists()


def test_load_refuses_kpis_that_the_registry_does_not_know(db: None) -> None:
    with pytest.raises(EditionError, match="unknown: 'happiness'"):
        edition_load(data=changed("kpis: [nps]\n", "kpis: [happiness]\n"), at=AT)


def test_load_and_publish_go_into_the_ledger(db: None) -> None:
    user = make_user()
    edition = edition_load(data=small_yaml(), at=AT, by=user).edition
    edition_publish(edition=edition, at=AT, by=user)
    entries = list(Entry.objects.all())
    assert [(each.action, each.subject, each.actor) for each in entries] == [
        ("edition.load", "edition:tiny@1", user),
        ("edition.publish", "edition:tiny@1", user),
    ]
    assert edition.sha256 in entries[1].content


def test_publish_twice_changes_nothing(tiny: Edition) -> None:
    entries = Entry.objects.count()
    assert edition_publish(edition=tiny, at=AT).published_at == AT
    assert Entry.objects.count() == entries


def test_publish_refuses_a_withdrawn_edition(tiny: Edition) -> None:
    Edition.objects.filter(pk=tiny.pk).update(status=EditionStatus.WITHDRAWN)
    with pytest.raises(EditionLockedError, match="only a draft"):
        edition_publish(edition=tiny, at=AT)


RAW = [
    "UPDATE standards_edition SET document = '{}'",
    "UPDATE standards_edition SET sha256 = 'f'",
    "UPDATE standards_edition SET code = 'other'",
    "UPDATE standards_edition SET version = '9'",
    'UPDATE standards_edition SET title = \'{"en": "Other"}\'',
    "UPDATE standards_edition SET status = 'draft'",
    "DELETE FROM standards_edition",
    "UPDATE standards_block SET points = 1",
    "UPDATE standards_clause SET code = 'Q'",
    "UPDATE standards_criterion SET weight = 2",
    "UPDATE standards_criterion SET requirement = '{}' WHERE code = 'X1.1'",
    "DELETE FROM standards_criterion WHERE code = 'X1.1'",
    "DELETE FROM standards_clause",
    "DELETE FROM standards_block",
    (
        "INSERT INTO standards_block (edition_id, code, position, points, title, intro) "
        "SELECT edition_id, 'N', 9, 1, title, intro FROM standards_block LIMIT 1"
    ),
    (
        "INSERT INTO standards_clause (block_id, code, position, title, intro) "
        "SELECT block_id, 'N1', 9, title, intro FROM standards_clause LIMIT 1"
    ),
]


@pytest.mark.parametrize("statement", RAW)
def test_database_refuses_to_change_a_published_edition(tiny: Edition, statement: str) -> None:
    before = rows()
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert rows() == before


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's own")
def test_database_refuses_to_replace_a_published_edition(tiny: Edition) -> None:
    columns = "id, code, version, title, status, document, sha256, created_at, published_at"
    statement = f"REPLACE INTO standards_edition ({columns}) SELECT {columns} FROM standards_edition"  # noqa: S608 - ours
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_database_refuses_to_move_a_part_into_a_published_edition(tiny: Edition) -> None:
    draft = edition_load(data=changed('version: "1"', 'version: "2"'), at=AT).edition
    with pytest.raises(IntegrityError, match=REFUSAL), transaction.atomic():
        draft.criteria.filter(code="X1.1").update(edition=tiny, code="X1.9")


def test_database_lets_a_published_edition_be_superseded(tiny: Edition) -> None:
    assert Edition.objects.filter(pk=tiny.pk).update(status=EditionStatus.SUPERSEDED) == 1


def test_spec_needs_no_query_and_is_remembered(tiny: Edition) -> None:
    edition = Edition.objects.get(pk=tiny.pk)
    with CaptureQueriesContext(connection) as queries:
        spec = edition_spec(edition)
        assert edition_spec(edition) is spec
        assert edition_document(edition)["code"] == "tiny"
    assert len(queries) == 0
    assert spec.sha256 == edition.sha256


def test_spec_of_a_remembered_edition_does_not_load_the_document(tiny: Edition) -> None:
    edition_spec(tiny)
    deferred = Edition.objects.defer("document").get(pk=tiny.pk)
    with CaptureQueriesContext(connection) as queries:
        edition_spec(deferred)
    assert len(queries) == 0


def test_spec_refuses_a_document_without_its_hash(tiny: Edition) -> None:
    tiny.sha256 = "0" * 64
    tiny.document = json.dumps({"code": "forged"})
    with pytest.raises(EditionDamagedError, match="nothing may be scored"):
        edition_spec(tiny)


def _later(version: str, before: str, lineage: str = "") -> bytes:
    """Return the small edition as another version that goes on from ``before``."""
    head = f'version: "{version}"\nbased_on: {{version: "{before}"}}\n{lineage}'
    return changed('version: "1"\n', head)


@pytest.mark.parametrize(
    ("lineage", "said"),
    [
        ("lineage: {X1.1: [Q9.9]}\n", "lineage X1.1: Q9.9 is no criterion of edition 1"),
        ("lineage: {X1.1: {from: []}}\n", "lineage X1.1: edition 1 has X1.1, but the lineage does not carry it on"),
    ],
)
def test_load_refuses_a_lineage_that_the_edition_before_does_not_bear_out(
    tiny: Edition, lineage: str, said: str
) -> None:
    before = rows()
    with pytest.raises(EditionError, match=said):
        edition_load(data=_later("2", "1", lineage), at=AT)
    assert rows() == before
    assert edition_load(data=_later("2", "1"), at=AT).outcome == "created"


def test_load_refuses_editions_that_go_on_from_each_other(db: None) -> None:
    edition_load(data=_later("3", "2"), at=AT)
    edition_load(data=_later("2", "1"), at=AT)
    said = "based_on version: goes in a circle: 1 is based on 3 is based on 2 is based on 1"
    with pytest.raises(EditionError, match=said):
        edition_load(data=_later("1", "3"), at=AT)
    assert set(Edition.objects.values_list("version", flat=True)) == {"2", "3"}
