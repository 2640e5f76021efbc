"""What differs between two editions, what it does to an answer, and the way back to YAML."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards.editions import EditionError, parse_edition, read_edition
from standards.editions.comparison import Aspect, Carry, CriterionChange, compare
from standards.editions.lineage import criteria_of, lineage_faults, lineage_of
from standards.editions.wording import ADDED, REMOVED, differences
from standards.editions.writer import edition_yaml
from tests.standards.conftest import line_of, small_yaml

Document = dict[str, Any]
SHIPPED = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "standards").glob("*.yaml"))


@pytest.fixture
def old() -> Document:
    return parse_edition(small_yaml().encode()).document


@pytest.fixture
def new(old: Document) -> Document:
    return {**copy.deepcopy(old), "version": "2"}


def change_of(old: Document, new: Document, code: str) -> CriterionChange:
    return next(each for each in compare(old, new).criteria if each.code == code)


def test_same_edition_differs_in_nothing(old: Document, new: Document) -> None:
    comparison = compare(old, new)
    assert comparison.is_empty
    assert {each.carry for each in comparison.criteria} == {Carry.UNCHANGED}


def test_new_wording_is_answered_again_unless_the_edition_says_it_means_the_same(old: Document, new: Document) -> None:
    criteria_of(new)["Y1.1"]["requirement"]["en"] += " Always."
    assert change_of(old, new, "Y1.1").carry is Carry.AGAIN
    new["lineage"] = {"Y1.1": {"meaning": "same"}}
    change = change_of(old, new, "Y1.1")
    assert (change.carry, change.aspects) == (Carry.UNCHANGED, (Aspect.REWORDED,))


def test_declared_change_of_meaning_is_answered_again_without_a_new_word(old: Document, new: Document) -> None:
    new["lineage"] = {"Y1.1": {"meaning": "changed"}}
    assert change_of(old, new, "Y1.1").carry is Carry.AGAIN


def test_mended_translation_and_guidance_keep_the_answer(old: Document, new: Document) -> None:
    criterion = criteria_of(new)["Y1.1"]
    criterion["requirement"]["zh-hans"] = "坐席应接听电话。"
    criterion["evidence"] = [{"en": "Call log"}]
    change = change_of(old, new, "Y1.1")
    assert change.carry is Carry.UNCHANGED
    assert change.aspects == (Aspect.TRANSLATED, Aspect.GUIDANCE)
    assert [(each.name, each.place) for each in change.fields] == [("requirement", ""), ("evidence", "1")]


@pytest.mark.parametrize(
    ("field", "value", "aspect"),
    [("weight", 3, Aspect.WEIGHT), ("mandatory", True, Aspect.MANDATORY), ("kpis", ["nps"], Aspect.MEASURES)],
)
def test_values_change_without_touching_the_answer(
    old: Document, new: Document, field: str, value: object, aspect: Aspect
) -> None:
    criterion = criteria_of(new)["Y1.2"]
    assert criterion[field] != value
    criterion[field] = value
    change = change_of(old, new, "Y1.2")
    assert (change.aspects, change.carry) == ((aspect,), Carry.UNCHANGED)


@pytest.mark.parametrize("field", ["kind", "scale"])
def test_other_kind_or_scale_is_answered_again(old: Document, new: Document, field: str) -> None:
    criterion = criteria_of(new)["Y1.1"]
    criterion[field] = {"min": 0, "max": 3} if field == "scale" else "result"
    assert criteria_of(old)["Y1.1"].get(field) != criterion[field]
    assert change_of(old, new, "Y1.1").carry is Carry.AGAIN


def test_merger_names_both_and_what_is_not_carried_on_is_gone(old: Document, new: Document) -> None:
    codes = list(criteria_of(old))
    kept, merged = "Y1.1", "Y1.2"
    clause = next(c for b in new["blocks"] for c in b["clauses"] if c["code"] == "Y1")
    clause["criteria"] = [each for each in clause["criteria"] if each["code"] != merged]
    assert change_of(old, new, merged).carry is Carry.GONE
    new["lineage"] = {kept: [kept, merged]}
    change = change_of(old, new, kept)
    assert (change.aspects, change.carry) == ((Aspect.MERGED,), Carry.AGAIN)
    assert [each["code"] for each in change.old] == [kept, merged]
    assert [each.code for each in compare(old, new).criteria] == [code for code in codes if code != merged]


def test_added_criterion_and_new_number(old: Document, new: Document) -> None:
    clause = next(c for b in new["blocks"] for c in b["clauses"] if c["code"] == "Y1")
    clause["criteria"].append({**copy.deepcopy(clause["criteria"][0]), "code": "Y1.9"})
    assert change_of(old, new, "Y1.9").carry is Carry.NEW
    new["lineage"] = {"Y1.9": {"from": ["Y1.1"], "meaning": "same"}}
    change = change_of(old, new, "Y1.9")
    assert change.aspects == (Aspect.SPLIT, Aspect.RENUMBERED)
    assert change.carry is Carry.AGAIN, "one answer cannot hold for two criteria"


def test_gates_points_and_facts_are_told_apart(old: Document, new: Document) -> None:
    new["tiers"][0]["gates"][0]["min"] = 55
    del new["tiers"][0]["gates"][1]
    new["blocks"][0]["points"] += 1
    new["facts"].append({**new["facts"][0], "code": "other"})
    told = {(each.part, each.code, each.name): (each.old, each.new) for each in compare(old, new).parts}
    assert told["gate", "bronze", "total"] == ({"gate": "total", "min": 50}, {"gate": "total", "min": 55})
    assert told["gate", "bronze", "fact:score"][1] is None
    assert told["block", "X", "points"] == (old["blocks"][0]["points"], old["blocks"][0]["points"] + 1)
    assert told["fact", "other", ""] == (None, new["facts"][0]["title"])
    assert len(told) == 4


LINEAGE_FAULTS = [
    ("lineage:\n  Y9.9: [Y1.1]", "no criterion of this edition has this code"),
    ("lineage:\n  Y1.1: [Y1.2]\n  Y1.2: [Y1.1]", "goes in a circle"),
    ("lineage:\n  Y1.1: {from: Y1.2}", "must be a list"),
    ("lineage:\n  Y1.1: {meaning: other}", "is not one of same, changed"),
    ("lineage:\n  Y1.1: {since: 2024}", "unknown key 'since'"),
    ("lineage: [Y1.1]", "must be a mapping"),
    ('based_on: {version: "1"}', "an edition cannot be based on itself"),
    ("based_on: {year: 1}", "version is missing"),
]


@pytest.mark.parametrize(("text", "said"), LINEAGE_FAULTS, ids=[said for _, said in LINEAGE_FAULTS])
def test_lineage_faults_have_their_line(text: str, said: str) -> None:
    data = (small_yaml() + text + "\n").encode()
    first = line_of(data, text.partition("\n")[0])
    with pytest.raises(EditionError) as caught:
        parse_edition(data)
    assert any(said in str(fault) and fault.line >= first for fault in caught.value.faults)


def test_lineage_is_read_as_it_is_written() -> None:
    text = "lineage:\n  Y1.1: [Y1.1, Y1.7]\n  Y1.2: {from: [], practices: [P-1], reason: {en: Why}}\n"
    document = parse_edition((small_yaml() + text).encode()).document
    assert lineage_of(document, "Y1.1", {"Y1.1"}).codes == ("Y1.1", "Y1.7")
    origin = lineage_of(document, "Y1.2", {"Y1.2"})
    assert (origin.codes, origin.practices, origin.reason) == ((), ("P-1",), {"en": "Why"})
    assert "based_on" not in document, "a key that the file does not state must not change its hash"


def test_lineage_is_held_against_the_edition_before(old: Document, new: Document) -> None:
    assert lineage_faults(new, old) == []
    new["lineage"] = {"Y1.1": ["Y7.7"]}
    assert [fault.what.split(":")[0] for fault in lineage_faults(new, old)] == [
        "Y7.7 is no criterion of edition 1",
        "edition 1 has Y1.1, but the lineage does not carry it on",
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_editions_go_to_yaml_and_back_with_the_same_hash(path: Path) -> None:
    parsed = read_edition(path)
    assert parse_edition(edition_yaml(parsed.document).encode()).sha256 == parsed.sha256


TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co", "Mn", "Zl", "Zp"], include_characters="\n"
    ),
    min_size=1,
).filter(
    lambda text: text.strip() and "<" not in text and "&" not in text and "\ufffe" not in text and "\uffff" not in text
)


@settings(deadline=None, max_examples=150)
@given(TEXT, st.decimals(min_value="0.001", max_value="999.999", places=3), TEXT)
def test_any_text_goes_to_yaml_and_back(title: str, weight: object, unit: str) -> None:
    document = parse_edition(small_yaml().encode()).document
    criterion = criteria_of(document)["Y1.1"]
    criterion["title"] = {"en": title.strip(), "yes": "no", "zh-hant": "「1.0」: #"}
    criterion["weight"] = float(str(weight))
    document["facts"][0]["unit"] = unit.strip()
    criterion["crosswalk"] = {"iso9001": ["4.1", "yes", "null", "8"]}
    read = parse_edition(edition_yaml(document).encode()).document
    got = criteria_of(read)["Y1.1"]
    assert (got["title"], got["weight"]) == (criterion["title"], criterion["weight"])
    assert read["facts"][0]["unit"] == unit.strip()
    assert got["crosswalk"] == criterion["crosswalk"]


WORDS = st.text(st.sampled_from("ab 坐席，。. 5%"), max_size=60)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_pieces_join_to_both_texts(old: str, new: str) -> None:
    pieces = differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.kind != REMOVED) == new


def test_chinese_is_compared_letter_by_letter_and_english_by_words() -> None:
    chinese = [(piece.kind, piece.text) for piece in differences("工单应在5天内关闭", "工单应在3天内关闭")]
    assert chinese == [("same", "工单应在"), ("removed", "5"), ("added", "3"), ("same", "天内关闭")]
    english = [(piece.kind, piece.text) for piece in differences("closed within five days", "closed within three days")]
    assert english == [("same", "closed within "), ("removed", "five"), ("added", "three"), ("same", " days")]
