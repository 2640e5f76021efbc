"""Writing a draft part by part: conflicts, gaps, faults with their place, and the way to YAML and back."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from ledger.models import Entry
from standards.drafts import draft_document, draft_overview, faults_and_gaps
from standards.editions import EditionError, parse_edition, read_edition
from standards.editions.coverage import coverage, texts_of
from standards.editions.document import check_edition
from standards.editions.lineage import criteria_of
from standards.editions.parts import (
    SECTIONS,
    Address,
    NoSuchPartError,
    faults_of,
    part_at,
    part_hash,
    tree_of,
    with_criterion,
    with_part,
    without_criterion,
)
from standards.editions.tree import parse
from standards.editions.writer import edition_yaml, section_yaml
from standards.models import Criterion, Edition
from standards.services import (
    CodeTakenError,
    StalePartError,
    criterion_add,
    criterion_remove,
    edition_copy,
    edition_import,
    edition_load,
    edition_publish,
    part_save,
)
from tests.factories import make_user
from tests.standards.conftest import AT, changed, line_of, small_yaml

FIXTURES = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "standards").glob("*.yaml"))
X11 = Address("criterion", "X1.1")


@pytest.fixture
def ann(db: None):
    return make_user()


@pytest.fixture
def draft(tiny: Edition, ann) -> Edition:
    """The next edition of the small standard, just begun."""
    return edition_copy(edition=tiny, version="2", by=ann, at=AT)


def now(edition: Edition) -> dict:
    return draft_document(Edition.objects.get(pk=edition.pk))


def save(edition: Edition, address: Address, by, *, seen: str = "", **fields) -> Edition:
    part = part_at(now(edition), address)
    return part_save(
        edition=edition, address=address, part={**part, **fields}, seen=seen or part_hash(part), by=by, at=AT
    )


# --- the pure parts


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_part_put_back_gives_the_same_hash(path: Path) -> None:
    edition = read_edition(path)
    document = edition.document
    addresses = [Address("head"), *(Address("section", name) for name in SECTIONS)]
    addresses += [Address("block", block["code"]) for block in document["blocks"]]
    addresses += [Address("clause", each["code"]) for block in document["blocks"] for each in block["clauses"]]
    for address in addresses:
        again = with_part(document, address, part_at(document, address))
        assert check_edition(tree_of(again)).sha256 == edition.sha256, address
    for code in criteria_of(document):
        address = Address("criterion", code)
        assert with_part(document, address, part_at(document, address)) == document


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_load_export_load_gives_the_same_hash(db: None, path: Path) -> None:
    first = edition_load(data=path.read_bytes(), at=AT).edition
    text = edition_yaml(draft_document(first))
    assert parse_edition(text.encode()).sha256 == first.sha256
    assert edition_load(data=text, at=AT).outcome == "unchanged"


def test_sections_as_yaml_are_read_as_they_were() -> None:
    edition = read_edition(FIXTURES[-1])
    for name in SECTIONS:
        section = parse(section_yaml(name, edition.document[name]))
        again = with_part(edition.document, Address("section", name), {"section": section})
        assert check_edition(tree_of(again)).sha256 == edition.sha256, name


def test_a_draft_with_gaps_goes_to_yaml_and_back() -> None:
    document = parse_edition(small_yaml().encode()).document
    part = {
        "code": "X1.2",
        "title": {},
        "requirement": {},
        "anchors": {str(level): {} for level in range(11)},
        "kind": "process",
        "tier": "bronze",
        "evidence": [],
        "lineage": None,
    }
    with_gaps = check_edition(tree_of(with_criterion(document, "X1", part)), gaps=True)
    again = parse_edition(edition_yaml(with_gaps.document).encode(), gaps=True)
    assert again.sha256 == with_gaps.sha256
    with pytest.raises(EditionError, match=r"X1\.2 title: the English text is missing"):
        parse_edition(edition_yaml(with_gaps.document).encode())
    missing = [(gap.part, gap.where) for gap in coverage(with_gaps.document).gaps]
    assert missing[:3] == [("X1.2", "X1.2 title"), ("X1.2", "X1.2 requirement"), ("X1.2", "X1.2 anchors 0")]
    assert len(missing) == 13


def test_coverage_counts_each_language_and_rounds_down() -> None:
    document = parse_edition(small_yaml().encode()).document
    covered = coverage(document)
    assert covered.total == len(list(texts_of(document))) == covered.found["en"]
    assert (covered.percent("en"), covered.found["zh-hans"], covered.percent("zh-hans")) == (100, 1, 1)
    assert covered.gaps == ()
    assert len(coverage(document, ("zh-hans",)).gaps) == covered.total - 1


def test_parts_that_are_not_there() -> None:
    document = parse_edition(small_yaml().encode()).document
    for address in (Address("criterion", "Q1.1"), Address("section", "blocks"), Address("block", "X1")):
        with pytest.raises(NoSuchPartError):
            part_at(document, address)
    with pytest.raises(NoSuchPartError):
        without_criterion(document, "Q1.1")


def test_faults_are_parted_into_those_of_the_part_and_the_rest() -> None:
    document = parse_edition(small_yaml().encode()).document
    part = {**part_at(document, X11), "weight": 0, "title": {"en": "<b>"}, "tier": "silver", "lineage": "x"}
    with pytest.raises(EditionError) as caught:
        check_edition(tree_of(with_part(document, X11, part)))
    own, rest = faults_of(caught.value, X11)
    assert {fault.where for fault in own} == {"X1.1 weight", "X1.1 title en", "lineage X1.1"}
    assert [fault.where for fault in rest] == ["X"]
    assert all(fault.line == 0 for fault in caught.value.faults)


# --- a new draft


def test_copy_has_the_same_content_and_says_what_it_goes_on_from(tiny: Edition, draft: Edition) -> None:
    old, new = draft_document(tiny), draft_document(draft)
    differing = {key for key in new if new.get(key) != old.get(key)}
    assert differing == {"version", "based_on"}
    assert new["based_on"] == {"version": "1"}
    assert draft.criteria.count() == tiny.criteria.count()
    overview = draft_overview(draft)
    assert overview.before == tiny
    assert not overview.comparison.changed
    assert faults_and_gaps(new, tiny)[0] == []


def test_copy_refuses_a_version_that_is_there_and_one_that_is_none(tiny: Edition, draft: Edition, ann) -> None:
    for version, error in (("2", CodeTakenError), ("1", CodeTakenError), ("../x", EditionError)):
        with pytest.raises(error):
            edition_copy(edition=tiny, version=version, by=ann, at=AT)
    assert Edition.objects.count() == 2


# --- saving a part


def test_save_changes_document_row_and_ledger(draft: Edition, ann) -> None:
    saved = save(draft, X11, ann, requirement={"en": "The centre shall open.", "zh-hans": "中心应当开放。"}, weight=2.5)
    assert saved.sha256 != draft.sha256
    assert json.loads(saved.document)["blocks"][0]["clauses"][0]["criteria"][0]["weight"] == 2.5
    row = Criterion.objects.get(edition=draft, code="X1.1")
    assert (row.requirement["zh-hans"], str(row.weight)) == ("中心应当开放。", "2.500")
    entry = Entry.objects.order_by("sequence").last()
    assert (entry.action, entry.actor) == ("edition.edit", ann)
    assert '"part":"criterion X1.1"' in entry.content
    assert (saved.edited_by, saved.edited_at) == (ann, AT)


def test_save_of_the_same_changes_nothing(draft: Edition, ann) -> None:
    count = Entry.objects.count()
    other = make_user()
    assert save(draft, X11, other).edited_by == ann
    assert Entry.objects.count() == count


def test_a_text_that_is_missing_is_a_gap_and_a_weight_of_zero_a_fault(draft: Edition, ann) -> None:
    save(draft, X11, ann, requirement={})
    assert [gap.where for gap in coverage(now(draft)).gaps] == ["X1.1 requirement"]
    before = now(draft)
    for fields in (
        {"weight": 0},
        {"weight": "NaN"},
        {"title": {"en": "a <b>b</b>"}},
        {"title": {"en": "\u202eturned"}},
        {"kpis": ["happiness"]},
        {"crosswalk": {"iso9001": ["99.9"]}},
        {"tier": "gold"},
        {"when": {"fact": "route", "includes": ["file"]}},
        {"anchors": {}},
        {"lineage": {"meaning": "other"}},
    ):
        with pytest.raises(EditionError):
            save(draft, X11, ann, **fields)
    assert now(draft) == before


def test_emoji_and_right_to_left_letters_are_texts(draft: Edition, ann) -> None:
    words = "שלום 👋🏽 العربية"
    save(draft, X11, ann, title={"en": words})
    assert part_at(now(draft), X11)["title"] == {"en": words}


def test_a_part_saved_meanwhile_is_not_overwritten(draft: Edition, ann) -> None:
    seen = part_hash(part_at(now(draft), X11))
    save(draft, X11, make_user(), title={"en": "Theirs"})
    with pytest.raises(StalePartError) as caught:
        save(draft, X11, ann, seen=seen, title={"en": "Mine"})
    assert caught.value.current["title"] == {"en": "Theirs"}
    assert part_at(now(draft), X11)["title"] == {"en": "Theirs"}


def test_two_people_on_two_parts_both_succeed(draft: Edition, ann) -> None:
    first, second = (part_hash(part_at(now(draft), Address("criterion", code))) for code in ("X1.1", "Y1.1"))
    save(draft, X11, ann, seen=first, title={"en": "Mine"})
    save(draft, Address("criterion", "Y1.1"), make_user(), seen=second, title={"en": "Theirs"})
    titles = [criteria_of(now(draft))[code]["title"]["en"] for code in ("X1.1", "Y1.1")]
    assert titles == ["Mine", "Theirs"]


def test_a_part_removed_meanwhile_is_said_so(draft: Edition, ann) -> None:
    address = Address("criterion", "Y1.2")
    part = part_at(now(draft), address)
    criterion_remove(edition=draft, code="Y1.2", seen=part_hash(part), by=make_user(), at=AT)
    with pytest.raises(StalePartError) as caught:
        part_save(edition=draft, address=address, part=part, seen=part_hash(part), by=ann, at=AT)
    assert caught.value.current is None


@pytest.mark.usefixtures("real_database")
def test_ten_people_at_once_on_real_connections() -> None:
    """Ten writers, each with a criterion or a title of their own, at the same moment: nobody's words are lost."""
    tiny = edition_publish(edition=edition_load(data=small_yaml(), at=AT).edition, at=AT)
    ann = make_user()
    draft = edition_copy(edition=tiny, version="2", by=ann, at=AT)
    addresses = [Address("criterion", code) for code in ("X1.1", "Y1.1", "Y1.2", "Z1.1")]
    addresses += [Address("block", code) for code in "XYZ"] + [Address("clause", code) for code in ("X1", "Y1", "Z1")]
    problems: list[Exception] = []
    barrier = threading.Barrier(len(addresses))

    def write(address: Address) -> None:
        try:
            part = part_at(now(draft), address)
            barrier.wait(timeout=30)
            mine = {**part, "title": {"en": f"By {address}"}}
            part_save(edition=draft, address=address, part=mine, seen=part_hash(part), by=ann, at=AT)
        except Exception as error:  # noqa: BLE001 - shown below
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(address,)) for address in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    document = now(draft)
    assert [part_at(document, address)["title"] for address in addresses] == [
        {"en": f"By {address}"} for address in addresses
    ]


def test_points_change_together_with_their_sum(draft: Edition, ann) -> None:
    head = part_at(now(draft), Address("head"))
    with pytest.raises(EditionError, match="add up to 110"):
        save(draft, Address("head"), ann, points={**head["points"], "X": 30})
    save(draft, Address("head"), ann, points={"X": 30, "Y": 20, "Z": 50})
    assert [block["points"] for block in now(draft)["blocks"]] == [30, 20, 50]


def test_a_section_keeps_the_lines_of_its_faults(draft: Edition, ann) -> None:
    text = section_yaml("tiers", now(draft)["tiers"]).replace("min: 50", "min: 5000")
    part = part_at(now(draft), Address("section", "tiers"))
    with pytest.raises(EditionError) as caught:
        part_save(
            edition=draft,
            address=Address("section", "tiers"),
            part={"section": parse(text)},
            seen=part_hash(part),
            by=ann,
            at=AT,
        )
    assert caught.value.faults[0].line == line_of(text.encode(), "min: 5000")


def test_save_takes_few_queries_for_4_criteria_and_for_110(shipped: Edition, tiny: Edition, ann) -> None:
    counts = []
    for edition, code in ((tiny, "X1.1"), (shipped, "A1.1")):
        draft = edition_copy(edition=edition, version="next", by=ann, at=AT)
        address = Address("criterion", code)
        part = part_at(now(draft), address)
        with CaptureQueriesContext(connection) as queries:
            part_save(edition=draft, address=address, part={**part, "weight": 3}, seen=part_hash(part), by=ann, at=AT)
        counts.append(len(queries))
    # SQLite takes the 110 rows in batches.
    assert counts[0] <= counts[1] <= 24


# --- criteria that come and go; files


def test_add_and_remove(draft: Edition, ann) -> None:
    new = {**part_at(now(draft), Address("criterion", "Y1.1")), "code": "Y1.3"}
    criterion_add(edition=draft, clause="Y1", criterion=new, by=ann, at=AT)
    assert list(criteria_of(now(draft))) == ["X1.1", "Y1.1", "Y1.2", "Y1.3", "Z1.1"]
    seen = part_hash(part_at(now(draft), Address("criterion", "Y1.3")))
    criterion_remove(edition=draft, code="Y1.3", seen=seen, by=ann, at=AT)
    assert list(criteria_of(now(draft))) == ["X1.1", "Y1.1", "Y1.2", "Z1.1"]


def test_the_last_criterion_of_a_clause_stays(draft: Edition, ann) -> None:
    seen = part_hash(part_at(now(draft), X11))
    with pytest.raises(EditionError, match="needs at least 1 item"):
        criterion_remove(edition=draft, code="X1.1", seen=seen, by=ann, at=AT)


def test_a_code_is_never_used_again(draft: Edition, tiny: Edition, ann) -> None:
    gone = part_at(now(draft), Address("criterion", "Y1.2"))
    criterion_remove(edition=draft, code="Y1.2", seen=part_hash(gone), by=ann, at=AT)
    second = edition_publish(edition=Edition.objects.get(pk=draft.pk), at=AT)
    third = edition_copy(edition=second, version="3", by=ann, at=AT)
    with pytest.raises(CodeTakenError, match="1"):
        criterion_add(edition=third, clause="Y1", criterion=gone, by=ann, at=AT)
    with pytest.raises(EditionError, match=r"code X1\.1 is there twice|must begin with Y1"):
        criterion_add(edition=third, clause="Y1", criterion={**gone, "code": "X1.1"}, by=ann, at=AT)


def test_a_removed_criterion_of_the_edition_before_can_be_put_back(draft: Edition, ann) -> None:
    gone = part_at(now(draft), Address("criterion", "Y1.2"))
    criterion_remove(edition=draft, code="Y1.2", seen=part_hash(gone), by=ann, at=AT)
    assert [each.code for each in draft_overview(Edition.objects.get(pk=draft.pk)).removed] == ["Y1.2"]
    criterion_add(edition=draft, clause="Y1", criterion=gone, by=ann, at=AT)
    assert Edition.objects.get(pk=draft.pk).sha256 == draft.sha256


def test_import_replaces_the_draft(draft: Edition, ann) -> None:
    text = edition_yaml(now(draft)).replace("The centre shall chat.", "The centre shall chat well.")
    done = edition_import(edition=draft, data=text.encode(), seen=draft.sha256, by=ann, at=AT)
    assert Criterion.objects.get(edition=done, code="Y1.2").requirement == {"en": "The centre shall chat well."}
    with pytest.raises(StalePartError):
        edition_import(edition=draft, data=text.encode() + b"\n# x", seen=draft.sha256, by=ann, at=AT)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (changed('version: "1"', 'version: "7"'), "version: the file has '7', this draft is '2'"),
        (changed("code: tiny", "code: other"), "code: the file has 'other', this draft is 'tiny'"),
        (b"a: [1, 2", "not YAML"),
        (b"\xff\xfea", "UTF-16"),
        (b"code: \xe9", "not UTF-8"),
        (b"code: a\x00b", "NUL"),
        (b"a: &a [x]\nb: [*a, *a]", "aliases"),
        (b"x" * (30 * 1024 * 1024), "30 MB is too large"),
        (b"", "empty"),
    ],
    ids=["version", "code", "yaml", "utf-16", "latin", "nul", "bomb", "large", "empty"],
)
def test_import_refuses_what_is_no_such_edition(draft: Edition, ann, data: bytes, says: str) -> None:
    with pytest.raises(EditionError, match=says):
        edition_import(edition=draft, data=data, seen=draft.sha256, by=ann, at=AT)
    assert Edition.objects.get(pk=draft.pk).sha256 == draft.sha256


def test_an_import_cannot_make_editions_go_on_from_each_other(draft: Edition, ann) -> None:
    edition_load(data=changed('version: "1"\n', 'version: "3"\nbased_on: {version: "2"}\n'), at=AT)
    before = draft.sha256
    file = changed('version: "1"\n', 'version: "2"\nbased_on: {version: "3"}\n')
    with pytest.raises(EditionError, match="goes in a circle: 2 is based on 3 is based on 2"):
        edition_import(edition=draft, data=file, seen=before, by=ann, at=AT)
    draft.refresh_from_db()
    assert draft.sha256 == before
