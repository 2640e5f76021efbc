"""From columns of clean records back to the fields that a mapping gives: what must be there for them to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.records.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a record is given as, where the column follows from fields of another name.
_ANSWERS = ("score_csat", "score_nps", "score_nps_relationship", "score_ces", "survey_resolved", "answer_good")
_FOLLOWS: dict[str, dict[str, tuple[str, ...]]] = {
    "surveys": dict.fromkeys(_ANSWERS, ("question", "score")),
    "tickets": {"closed": ("closed_at",)},
    "contacts": {"queued": ("answered",), "abandoned": ("answered",)},
}


def fields_of(kind: str, columns: Iterable[str], given: frozenset[str]) -> tuple[str, ...]:
    """Name the fields of a kind behind columns, in the kind's order; ``given`` are the mapped ones.

    With them come those that every record of the kind has, and those that a field asks for beside it.
    """
    known = KINDS[kind]
    found = {known.moment, *known.needed} - {""}
    for column in columns:
        name = column.removesuffix("_s") if column.removesuffix("_s") in known.clock else column
        found.update((name,) if name in given else _FOLLOWS.get(kind, {}).get(name, ()))
    for name in tuple(found):
        found.update(known.requires.get(name, ()))
    return tuple(name for name in known.fields if name in found)
