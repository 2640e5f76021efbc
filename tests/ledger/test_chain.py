"""The chain without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import GENESIS, Checkpoint, Link, UnfitContentError, canonical, entry_content, entry_hash, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def chain(length: int, note: str = "") -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for sequence in range(1, length + 1):
        subject = f"audit:{sequence}"
        content = entry_content(
            sequence=sequence, at=AT, actor=7, action="answer.save", subject=subject, payload={"note": note}
        )
        digest = entry_hash(previous, content)
        links.append(Link(sequence, AT, 7, "answer.save", subject, content, previous, digest))
        previous = digest
    return links


def test_hash_is_what_the_docstring_says() -> None:
    # printf '%s\n%s' 000…0 '{}' | sha256sum
    assert entry_hash(GENESIS, "{}") == "5649d09ed68c17156095d175eef152856c5b1a81c117c409c1e00f096aa6838e"


def test_canonical_follows_rfc_8785() -> None:
    assert canonical({"b": 1.0, "a": ["é", "\n", True, None], "ﬃ": 1e21}) == (
        '{"a":["é","\\n",true,null],"b":1,"ﬃ":1e+21}'
    )


def test_content_gives_the_moment_in_utc_whatever_the_zone() -> None:
    there = AT.astimezone(timezone(timedelta(hours=8)))
    facts = {"sequence": 1, "actor": None, "action": "a", "subject": "s", "payload": {}}
    assert entry_content(at=there, **facts) == entry_content(at=AT, **facts)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_verify_finds_an_intact_chain_intact(length: int) -> None:
    links = chain(length)
    assert verify(links) is None
    assert verify(links, Checkpoint(length, links[-1].hash if links else GENESIS)) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"action": "answer.none"}, "the column action contradicts"),
        ({"subject": "audit:9"}, "the column subject contradicts"),
        ({"actor": 8}, "the column actor contradicts"),
        ({"actor": None}, "the column actor contradicts"),
        ({"at": AT + timedelta(microseconds=1)}, "the column at contradicts"),
        ({"content": "{}"}, "its content does not give its hash"),
        ({"hash": "1" * 64}, "its content does not give its hash"),
        ({"previous_hash": "1" * 64}, "it does not continue"),
        ({"sequence": 9}, "entry 3 is missing: entry 9 stands in its place"),
    ],
)
def test_verify_names_the_edited_entry(changes: dict, reason: str) -> None:
    links = chain(5)
    links[2] = replace(links[2], **changes)
    broken = verify(links)
    assert broken.sequence == 3
    assert broken.reason.startswith(reason)


@pytest.mark.parametrize("content", ["{}", "[]", "", "null", "{", "[" * 100_000])
def test_verify_survives_content_that_was_hashed_but_says_nothing(content: str) -> None:
    forged = replace(chain(1)[0], content=content, hash=entry_hash(GENESIS, content))
    assert verify([forged]).sequence == 1


def test_verify_finds_a_gap_and_a_reorder() -> None:
    links = chain(5)
    assert verify([*links[:2], *links[3:]]).sequence == 3
    swapped = [links[0], replace(links[2], sequence=2), replace(links[1], sequence=3), *links[3:]]
    assert verify(swapped).sequence == 2


def test_verify_finds_a_cut_tail_only_with_a_checkpoint() -> None:
    links = chain(5)
    assert verify(links[:3]) is None
    broken = verify(links[:3], Checkpoint(5, links[4].hash))
    assert (broken.sequence, "the tail is cut" in broken.reason) == (4, True)


def test_verify_finds_a_chain_computed_anew_only_with_a_checkpoint() -> None:
    anew = chain(5, note="forged")
    assert verify(anew) is None
    broken = verify(anew, Checkpoint(4, chain(5)[3].hash))
    assert (broken.sequence, "computed anew" in broken.reason) == (4, True)


def test_verify_holds_one_link_at_a_time() -> None:
    alive = []

    def stream() -> Iterator[Link]:
        for link in chain(50):
            alive.append(link.sequence)
            yield link
            assert alive[-1] == link.sequence  # nothing was read ahead

    assert verify(stream()) is None


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none())))
def test_canonical_writes_any_payload_the_same_or_refuses(payload: dict) -> None:
    try:
        text = canonical(payload)
    except UnfitContentError:
        return
    assert text == canonical(dict(reversed(payload.items())))
    assert "\0" not in text
