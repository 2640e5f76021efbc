"""Every way in which an edition file can be wrong gives the line and a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from standards.editions import EditionError, parse_edition, read_edition
from standards.editions.source import MAX_BYTES
from tests.standards.conftest import changed, line_of, small_yaml

if TYPE_CHECKING:
    from pathlib import Path


def faults_of(data: bytes, known_kpis: set[str] | None = None) -> list[tuple[int, str]]:
    with pytest.raises(EditionError) as caught:
        parse_edition(data, known_kpis=known_kpis)
    return [(fault.line, str(fault)) for fault in caught.value.faults]


def test_parse_takes_the_small_edition() -> None:
    parsed = parse_edition(small_yaml().encode(), known_kpis={"nps"})
    assert [block.code for block in parsed.spec.blocks] == ["X", "Y", "Z"]


ONE_FAULT = [
    # what is written, instead of what, what is said; the fault is on the line of the new text
    ("code: Y1.1", "code: X1.1", "must begin with Y1"),
    ("code: Y1.2", "code: Y1.1", "Y1.1 is there twice"),
    ("code: Y\n", "code: X\n", "X is there twice"),
    ("points_total: 100", "points_total: 0", "must be from 0.01"),
    ("weight: 1.5", "weight: 0", "must be from 0.001"),
    ("weight: 1.5", "weight: -1", "must be from 0.001"),
    ("weight: 1.5", "weight: .nan", "must be a number, not '.nan'"),
    ("weight: 1.5", "weight: .inf", "must be a number"),
    ("weight: 1.5", "weight: 1.23456", "at most 3 decimals"),
    ("weight: 1.5", 'weight: "1"', "must be a number"),
    ("weight: 1.5", "weight: true", "must be a number"),
    ("weight: 1.5", "weight: " + "9" * 5000, "must be a number"),
    ("tier: silver", "tier: gold", "'gold' is not one of bronze, silver"),
    ("kind: result", "kind: vibes", "is not one of process, result"),
    ("gate: total", "gate: magic", "gate must be one of"),
    ("{gate: total, min: 50}", "{gate: total, min: 101}", "must be from 0 to 100"),
    ("{gate: total, min: 50}", "{gate: total, minimum: 50}", "unknown key 'minimum'"),
    ("{gate: total, min: 50}", "{gate: clause_level, clause: Q9, min: 2}", "'Q9' is not one of X1, Y1, Z1"),
    ("{gate: total, min: 50}", "{gate: mandatory_level, min: 11}", "must be from 0 to 10"),
    ("{gate: total, min: 50}", "{gate: findings, fact: tears, max: 0}", "'tears' is not one of"),
    ("fact: score, min: 7.5", "fact: scare, min: 7.5", "'scare' is not one of"),
    ("fact: score, min: 7.5", "fact: score, min: 1, above: 2", "exactly one of"),
    ("fact: score, min: 7.5", "fact: route, min: 7.5", "does not go with a fact of type choice"),
    ("fact: score, min: 7.5", "fact: route, equals: boat", "'boat' is not one of file, panel"),
    ("at_least: 1", "at_least: 2", "must be from 0 to 1"),
    ("kpis: [nps], at_least", "kpis: [npz], at_least", "unknown: 'npz'"),
    ("kpis: [nps]\n", "kpis: [happiness]\n", "unknown: 'happiness'"),
    ("na_allowed: false", "na_allowed: maybe", "must be true or false"),
    ("includes: [chat]", "includes: [pigeon]", "unknown: 'pigeon'"),
    ("includes: [chat]", "includes: []", "at least one"),
    ("fact: channels, includes", "fact: weather, includes", "'weather' is not one of channels"),
    ("en: The centre shall chat.", "en: The centre <b>shall</b> chat.", "contains HTML"),
    ("en: The centre shall chat.", "en: R&amp;D shall chat.", "contains HTML"),
    ("en: The centre shall chat.", 'en: "The centre\\0 shall chat."', "control character U+0000"),
    ("en: The centre shall chat.", 'en: "The centre\\ud800 shall chat."', "not YAML"),
    ("en: The centre shall chat.", 'en: "right\\u202eleft"', "U+202E"),
    ("en: The centre shall chat.", "zh-hans: 中心应当聊天。", "the English text is missing"),
    ("en: The centre shall chat.", "en: ''", "is empty"),
    ("en: The centre shall chat.", "en: 7", "must be a text"),
    ("en: The centre shall chat.", "en: " + "x" * 4001, "longer than 4000"),
    ("en: The centre shall chat.", "en: yes, EN: no", "'EN' is not a language"),
    ("{en: The centre shall chat.}", "plain words", "must be a mapping from language to text"),
    ("title: {en: Chat}", "titel: {en: Chat}", "unknown key 'titel'"),
    ('crosswalk: {iso9001: ["7.1.2"]}', "crosswalk: {iso9001: 7.1}", "must be a list"),
    ('crosswalk: {iso9001: ["7.1.2"]}', "crosswalk: {iso9001: [7.1]}", "must be a text"),
    ('crosswalk: {iso9001: ["7.1.2"]}', "crosswalk: {secret: []}", "unknown key 'secret'"),
    ("type: number", "type: colour", "is not one of number, boolean"),
    ("choices: [file, panel]", "choices: []", "a choice needs choices"),
    ('version: "1"', "version: 1", "put it in quotes"),
    ('version: "1"', 'version: "1/2"', "not a code"),
    ("scale: {min: 0, max: 10}", "scale: {min: 10, max: 10}", "max must be above min"),
    ("scale: {min: 0, max: 10}", "scale: {min: 0, max: 999999999999999}", "must be from 0 to 100"),
    ("scale: {min: 0, max: 10}", "scale: {min: -999999999999999, max: 10}", "must be from 0 to 100"),
    ("kind: result", "kind: result\n            scale: {min: 0, max: 99999999999}", "must be from 0 to 100"),
    ("code: tiny", "code: practices", "its address leads elsewhere"),
    ("code: tiny", "code: Practices", "its address leads elsewhere"),
    ("code: tiny", "code: tiny.standard", "has no dot"),
    ('version: "1"', "version: compare", "its address leads elsewhere"),
    ("{en: Opening hours}", '{en: "\u200b"}', "X1.1 title en: is empty"),
    ("{en: Opening hours}", '{en: "\u200d\u00a0\u2060"}', "X1.1 title en: is empty"),
    ("title: {en: Tiny standard", "title: &anchor {en: Tiny standard", "anchors (&anchor) are not allowed"),
    ("kind: process", "kind: *anchor", "aliases (*anchor) are not allowed"),
    ("kind: process", "kind: !!python/name:os.system x", "tags"),
    ("kind: process", "kind: process\n            kind: process", "the key 'kind' is there twice"),
    ("code: tiny", "{x: 1}: tiny", "a key must be a plain word"),
]


@pytest.mark.parametrize(
    ("old", "new", "said"), ONE_FAULT, ids=[f"{i}-{each[2][:30]}" for i, each in enumerate(ONE_FAULT)]
)
def test_parse_names_the_line_and_the_reason(old: str, new: str, said: str) -> None:
    data = changed(old, new)
    found = faults_of(data, {"nps"})
    # Where a key was put below the one that is looked for, the fault is a line further down.
    line = line_of(small_yaml().encode(), old) + (new.startswith(f"{old}\n") and "kind: " in old)
    assert any(at == line and said in what for at, what in found), found


def test_parse_names_every_fault_not_just_the_first() -> None:
    text = changed("weight: 1.5", "weight: 0").decode()
    text = changed("tier: silver", "tier: gold", text).decode()
    data = changed("na_allowed: false", "na_allowed: maybe", text)
    lines = {line for line, _ in faults_of(data)}
    assert {line_of(data, "weight: 0"), line_of(data, "tier: gold"), line_of(data, "na_allowed: maybe")} <= lines


def test_parse_refuses_codes_of_criteria_whose_pages_would_be_hidden() -> None:
    text = small_yaml()
    for old, new in (("code: X1.1", "code: export"), ("code: X1\n", "code: exp\n"), ("code: X\n", "code: e\n")):
        text = changed(old, new, text).decode()
    line = line_of(text.encode(), "code: export")
    found = [what for _, what in faults_of(text.encode())]
    assert found == [f"line {line}: export: cannot be the code of a criterion: its address leads elsewhere"]


def test_parse_names_a_missing_level() -> None:
    data = changed("3: {en: Level 3 of this}, ", "")
    assert (
        line_of(data, "anchors:"),
        f"line {line_of(data, 'anchors:')}: X1.1 anchors: level 3 is missing",
    ) in faults_of(data)


def test_parse_names_a_level_too_many() -> None:
    data = changed("10: {en: Level 10 of this}}", "10: {en: Level 10}, 11: {en: More}}")
    assert any("'11' is not a level" in what for _, what in faults_of(data))


def test_parse_names_a_sum_of_points_that_is_not_the_declared_one() -> None:
    assert any(
        "add up to 99, but points_total is 100" in what for _, what in faults_of(changed("points: 20", "points: 19"))
    )


def test_parse_refuses_mandatory_with_na() -> None:
    data = changed("mandatory: true", "mandatory: true\n            na_allowed: true")
    assert any("N/A cannot be allowed" in what for _, what in faults_of(data))


def test_parse_refuses_a_block_that_could_be_empty() -> None:
    data = changed("na_allowed: false", "na_allowed: true")
    assert any("Z: needs a criterion of tier bronze" in what for _, what in faults_of(data))


def test_parse_refuses_two_gates_of_the_same_sort() -> None:
    data = changed("{gate: total, min: 50}", "{gate: total, min: 50}\n      - {gate: total, min: 60}")
    assert any("total is there twice" in what for _, what in faults_of(data))


def test_parse_names_the_line_of_each_tab() -> None:
    data = changed("points: 20", "points:\t20", changed("points: 30", "points: 30\t").decode())
    assert [line for line, what in faults_of(data) if "a tab" in what] == [
        line_of(data, "points:\t20"),
        line_of(data, "points: 30\t"),
    ]


@pytest.mark.parametrize(
    ("piece", "said"), [("\x00", "NUL"), ("\x07", "U+0007"), ("\ufeff", "U+FEFF"), ("\x85", "U+0085")]
)
def test_parse_refuses_control_characters_in_the_file(piece: str, said: str) -> None:
    data = changed("shall chat", f"shall{piece}chat")
    assert any(line == line_of(data, "The centre shall" + piece) and said in what for line, what in faults_of(data))


def test_parse_takes_a_bom_and_windows_line_ends_and_gives_the_same_hash() -> None:
    plain = small_yaml()
    odd = b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()
    assert parse_edition(odd).sha256 == parse_edition(plain.encode()).sha256


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (small_yaml().encode("utf-16"), 1, "UTF-16"),
        (b"code: tiny\ntitle: caf\xe9 au lait\n", 2, "not UTF-8 (byte 0xe9)"),
        (b"", 0, "the file is empty"),
        (b"# only a comment\n", 0, "the file is empty"),
        (b"- a\n- b\n", 1, "must be a mapping"),
        (b"just words", 1, "must be a mapping"),
        (b"a: 1\n---\nb: 2\n", 2, "a second document"),
        (b"a: [1, 2\nb: 3\n", 2, "not YAML"),
        (b"a: " + b"[" * 100_000, 1, "deeper than 24"),
        (b"a: [" + b"1," * 300_000 + b"1]", 1, "more than 200000 values"),
    ],
)
def test_parse_refuses_what_is_no_edition_at_all(data: bytes, line: int, said: str) -> None:
    found = faults_of(data)
    assert any(at == line and said in what for at, what in found), found[:3]


def test_parse_refuses_a_bomb_of_aliases_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert any("not allowed" in what for _, what in faults_of(bomb.encode()))


def test_read_refuses_a_file_of_50_mb_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(EditionError, match="50 MB is too large; the limit is 10 MB"):
        read_edition(path)
    with pytest.raises(EditionError, match="too large"):
        parse_edition(b" " * (MAX_BYTES + 1))


def test_read_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EditionError, match="cannot be read"):
        read_edition(tmp_path / "absent.yaml")
    with pytest.raises(EditionError, match="cannot be read"):
        read_edition(tmp_path)


def test_parse_stops_after_200_faults() -> None:
    many = "\n".join(f"unknown{n}: 1" for n in range(500))
    found = faults_of((many + "\n").encode())
    assert len(found) < 210
    assert any("stopped after 200" in what for _, what in found)
