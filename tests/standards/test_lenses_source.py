"""Lens files: those that ship, the documented example, and everything that is refused, with its line."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from standards.editions import EditionError, parse_edition, read_edition
from standards.lenses import assign, items_of, parse_lens, read_lens
from standards.lenses.source import ASSIGN, GROUP_OPTIONAL, OPTIONAL, REQUIRED, SELECT, SOURCE
from standards.services import edition_load
from standards.shelf import known_clauses, lenses, shelf
from tests.standards.conftest import AT, changed, line_of, small_yaml

if TYPE_CHECKING:
    from standards.editions import ParsedEdition

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "fixtures" / "lenses").glob("*.yaml"))
EDITIONS = sorted((ROOT / "fixtures" / "standards").glob("*.yaml"))
PAGE = (ROOT / "docs" / "lens-format.md").read_text(encoding="utf-8")
EXAMPLE, PIECE = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
NAMES = {*REQUIRED, *OPTIONAL, *SOURCE, *GROUP_OPTIONAL, *SELECT, *ASSIGN, "kind", "grade", "bands", "minutes", "never"}


def shipped(name: str) -> Any:
    return read_lens(ROOT / "fixtures" / "lenses" / f"{name}.yaml")


def faults_of(data: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(EditionError) as caught:
        parse_lens(data.encode() if isinstance(data, str) else data)
    return [(fault.line, str(fault)) for fault in caught.value.faults]


def test_six_lenses_ship() -> None:
    assert [path.stem for path in SHIPPED] == ["baldrige", "ccom", "efqm", "four_ps", "iso18295_1", "iso9001"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_lens_loads_under_its_own_name(path: Path) -> None:
    lens = read_lens(path)
    assert lens.code == path.stem
    assert len(lens.sha256) == 64
    assert lens.origin.references


@pytest.mark.parametrize("path", EDITIONS, ids=lambda path: path.stem)
def test_every_crosswalk_of_a_shipped_edition_names_clauses_that_its_lens_has(path: Path) -> None:
    edition = read_edition(path, known_clauses=known_clauses())
    items = items_of(edition.document)
    schemes = {scheme["code"] for scheme in edition.document["schemes"]}
    assert schemes <= set(known_clauses())
    for lens in lenses().values():
        assert assign(lens, items).strange == ()


@pytest.mark.parametrize("path", EDITIONS, ids=lambda path: path.stem)
def test_every_criterion_of_a_shipped_edition_is_in_a_group_of_every_lens(path: Path) -> None:
    items = items_of(read_edition(path).document)
    for lens in lenses().values():
        assert [item.code for item in assign(lens, items).unassigned] == []


def test_clauses_of_iso_9001_are_the_confirmed_ones_and_no_others() -> None:
    codes = [group.code for group in shipped("iso9001").walk()]
    wanted = ["4", *(f"4.{n}" for n in range(1, 5)), "5", *(f"5.{n}" for n in range(1, 4)), "6"]
    wanted += [*(f"6.{n}" for n in range(1, 4)), "7", "7.1", *(f"7.1.{n}" for n in range(1, 7))]
    wanted += [*(f"7.{n}" for n in range(2, 6)), "8", *(f"8.{n}" for n in range(1, 6)), "8.5.1", "8.5.3", "8.6", "8.7"]
    wanted += ["9", "9.1", "9.1.1", "9.1.2", "9.1.3", "9.2", "9.3", "10", "10.1", "10.2", "10.3"]
    assert codes == wanted


def test_iso_18295_shows_sub_clauses_of_chapter_4_only() -> None:
    codes = [group.code for group in shipped("iso18295_1").walk()]
    assert codes == ["4", "4.1", "4.2", "4.3", "4.4", "4.5", "5", "6", "7", "8", "9", "Annex A", "Annex B"]


def test_ccom_keeps_both_fifth_domains_and_says_so() -> None:
    lens = shipped("ccom")
    assert [group.code for group in lens.groups][-2:] == ["data_security", "system_platform"]
    assert "Both are kept" in lens.notice["en"]


def test_efqm_points_are_a_thousand() -> None:
    assert [group.points for group in shipped("efqm").walk() if group.points] == [100, 100, 100, 200, 100, 200, 200]


def test_the_layout_of_a_file_does_not_change_its_hash() -> None:
    text = EXAMPLE.replace("{kind: item_pass, grade: 3}", "\n  grade: 3\n  kind: item_pass").encode()
    assert parse_lens(text).sha256 == parse_lens(EXAMPLE.encode()).sha256
    assert parse_lens(EXAMPLE.replace("grade: 3", "grade: 4").encode()).sha256 != parse_lens(EXAMPLE.encode()).sha256


def test_the_documented_example_loads() -> None:
    lens = parse_lens(EXAMPLE.encode())
    assert (lens.scheme, lens.reading.grade) == ("house", 3)
    assert lens.keys == {"H1", "H2", "H2.1", "contacts", "H2.2"}
    assert lens.delta is not None
    assert (lens.delta.full, lens.delta.sample, lens.delta.whole) == (25, 5, {"H1"})


def test_the_second_documented_piece_loads_in_its_place() -> None:
    head = EXAMPLE[: EXAMPLE.index("assign:")]
    lens = parse_lens((head + PIECE).encode())
    assert (lens.scheme, lens.standard, lens.groups[0].points) == ("", "four-block", 450.5)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_page_names_every_key_of_the_format(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('code: "H2.2"', 'code: "H1"', "the code H1 is there twice (first on line"),
        ("grade: 3", "grade: 3.5", "must be a whole number"),
        ("kind: item_pass, grade: 3", "kind: guess", "'guess' is not one of share, item_pass, bands"),
        ("kind: item_pass, grade: 3", "kind: share, grade: 3", "is for the kind item_pass"),
        ("kind: item_pass, grade: 3", "kind: bands", "the kind bands needs bands"),
        ("kind: item_pass, grade: 3", "kind: bands, bands: [{from: 5, to: 9}]", "the first band begins at 0"),
        (
            "kind: item_pass, grade: 3",
            "kind: bands, bands: [{from: 0, to: 9}, {from: 9, to: 20}]",
            "the band from 9 begins before the one to 9 has ended",
        ),
        ("kind: item_pass, grade: 3", "kind: bands, bands: [{from: 9, to: 0}]", "to (0) is below from (9)"),
        ("sample: 5", "sample: 26", "must not be above full (25)"),
        ("full: 25", "full: 0", "must be from 1 to 6000"),
        ("full: 25", "full: .nan", "must be a number, not '.nan'"),
        ('whole: ["H1"]', 'whole: ["H9"]', "unknown: 'H9'"),
        ("never: [result]", "never: [results]", "'results' is not one of process, result"),
        ('zh-hant: "承諾"', 'zh-hant: ""', "is empty"),
        (', zh-hant: "承諾"', "", "the text in zh-hant is missing"),
        ('{en: "Promise"', '{en: "<b>Promise</b>"', "contains HTML"),
        ('code: "H1"', f'code: "{"H" * 41}"', "longer than 40 characters"),
        ('keys: ["H2.1", "contacts"]', "select: [{kind: result}]", "is for lenses with assign: selection"),
        ("assign: crosswalk", "assign: selection", "is for lenses with assign: crosswalk"),
        ("assign: crosswalk", "assign: guess", "'guess' is not one of crosswalk, selection"),
        ("reading:", "color: red\nreading:", "unknown key 'color'"),
        ('"Our own rules', '&a "Our own rules', "anchors (&a) are not allowed"),
        ("groups:\n", "groups: []\nmore:\n", "needs at least 1 item"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, what: str) -> None:
    data = changed(old, new, EXAMPLE)
    named = [fault for fault in faults_of(data) if what in fault[1]]
    assert named, faults_of(data)
    assert named[0][0] >= 1


def test_the_line_of_a_fault_is_the_right_one() -> None:
    data = changed("grade: 3", "grade: 300", EXAMPLE)
    assert faults_of(data)[0][0] == line_of(data, "grade: 300")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("{kind: result}, {block: D, clause: D1}", "{}", "needs at least one of kind, block, clause"),
        ("standard: four-block\n", "", "the lens has to say of which standard"),
        ("assign: selection", "assign: selection\nscheme: x", "is for lenses with assign: crosswalk"),
        (
            "points: 450.5, select: [{kind: result}, {block: D, clause: D1}]",
            "points: 9, groups: [{code: a, title: {en: a, zh-hans: a, zh-hant: a}, points: 4}]",
            "has points, and so has a group around it",
        ),
    ],
)
def test_a_fault_of_a_selecting_lens_is_named(old: str, new: str, what: str) -> None:
    data = changed(old, new, EXAMPLE[: EXAMPLE.index("assign:")] + PIECE)
    assert any(what in fault for _line, fault in faults_of(data))


def test_a_lens_of_too_many_groups_is_refused() -> None:
    group = '  - {code: "X%d", title: {en: a, zh-hans: a, zh-hant: a}}\n'
    data = EXAMPLE + "".join(group % number for number in range(600))
    assert "more than 500 groups" in faults_of(data)[-1][1]


@pytest.mark.parametrize("data", [b"", b"[]", b"a: *b", b"\xff\xfe", b"code: x", b"{" * 500])
def test_what_is_no_lens_at_all_is_refused(data: bytes) -> None:
    assert faults_of(data)


# --- the crosswalk of an edition ------------------------------------------------------------------------------------


def test_an_edition_that_names_an_unknown_clause_is_refused_at_its_line() -> None:
    data = changed('iso9001: ["7.1.2"]', 'iso9001: ["7.1.2", "12.9"]')
    with pytest.raises(EditionError) as caught:
        parse_edition(data, known_clauses=known_clauses())
    (fault,) = caught.value.faults
    assert (fault.line, fault.where) == (line_of(data, "12.9"), "Y1.1 crosswalk iso9001")
    assert "12.9" in fault.what


def test_clauses_are_checked_only_where_a_lens_of_the_scheme_is_known() -> None:
    data = changed('iso9001: ["7.1.2"]', 'iso9001: ["12.9"]')
    assert parse_edition(data).document["code"] == "tiny"
    assert parse_edition(data, known_clauses={"other": {"1"}}).document["code"] == "tiny"


@pytest.mark.django_db
def test_loading_refuses_a_dangling_crosswalk() -> None:
    with pytest.raises(EditionError, match=re.escape("12.9")):
        edition_load(data=changed('iso9001: ["7.1.2"]', 'iso9001: ["12.9"]'), at=AT)


def test_knowing_the_clauses_changes_no_hash(four_block: ParsedEdition) -> None:
    assert (
        parse_edition(small_yaml().encode(), known_clauses=known_clauses()).sha256
        == parse_edition(small_yaml().encode()).sha256
    )
    path = ROOT / "fixtures" / "standards" / "four-block-2026.yaml"
    assert read_edition(path, known_clauses=known_clauses()).sha256 == four_block.sha256


# --- the shelf --------------------------------------------------------------------------------------------------------


def test_an_installation_adds_its_own_lenses_and_replaces_ours(settings: Any, tmp_path: Path) -> None:
    settings.LENS_FOLDERS = [ROOT / "fixtures" / "lenses", tmp_path, tmp_path / "absent"]
    (tmp_path / "house.yaml").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(EXAMPLE.replace("house_rules", "four_ps"), encoding="utf-8")
    assert {"house_rules", "iso9001"} <= set(lenses())
    assert lenses()["four_ps"].scheme == "house"
    assert known_clauses()["house"] == {"H1", "H2", "H2.1", "contacts", "H2.2"}


def test_a_changed_file_is_read_again_and_a_faulty_one_is_named(settings: Any, tmp_path: Path) -> None:
    settings.LENS_FOLDERS = [tmp_path]
    path = tmp_path / "house.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    first = lenses()["house_rules"]
    assert lenses()["house_rules"] is first
    path.write_text(EXAMPLE.replace("grade: 3", "grade: high"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert lenses() == {}
    ((name, fault),) = shelf().faults
    assert (name, fault.where) == ("house.yaml", "reading grade")
