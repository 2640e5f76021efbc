"""Which fields of which records a measure really reads: followed through its expression down to the records.

A column of a view is followed to what it is made of, and what filters, joins and groups decide on counts too;
columns that are only carried along do not. No query is made for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis.expr.operations as ops
from ibis.common.graph import Node

from benchmarks.records.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis.expr.types as ir

Column = tuple[str, str]
_WITHIN = ("values", "metrics")  # what a relation offers: read only where a column of it is asked for


def columns_read(values: Iterable[ir.Value]) -> frozenset[Column]:
    """Return the (table, column) pairs at the bottom that the values are made of."""
    found: set[Column] = set()
    seen: set[Any] = set()
    waiting: list[Any] = [value.op() for value in values]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        if isinstance(each, ops.Field):
            waiting.extend([each.rel, *_made_of(each.rel, each.name)])
            if isinstance(each.rel, ops.PhysicalTable):
                found.add((each.rel.name, each.name))
        else:
            waiting.extend(_parts(each))
    return frozenset(found)


def _made_of(relation: Any, name: str) -> list[Any]:
    """What a column of a relation comes from; nothing where it is a column of records."""
    if isinstance(relation, ops.PhysicalTable):
        return []
    if isinstance(relation, ops.Set):
        return [ops.Field(relation.left, name), ops.Field(relation.right, name)]
    return [relation.values[name]]


def _parts(node: Any) -> list[Any]:
    """The parts of a value; of a relation those that decide which rows there are."""
    skipped = _WITHIN if isinstance(node, ops.Relation) else ()
    found: list[Any] = []
    for name, argument in zip(node.argnames, node.args, strict=True):
        if name not in skipped:
            found.extend(_nodes(argument))
    return found


def _nodes(argument: Any) -> list[Any]:
    if isinstance(argument, Node):
        return [argument]
    if isinstance(argument, tuple):
        return [node for each in argument for node in _nodes(each)]
    if hasattr(argument, "values") and callable(argument.values):
        return [node for each in argument.values() for node in _nodes(each)]
    return []


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
