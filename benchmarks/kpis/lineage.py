"""Which fields of which records a measure really reads: followed through its expression down to the records.

A column of a view is followed to what it is made of, and what filters, joins and groups decide on counts too;
columns that are only carried along do not. No query is made for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis.expr.operations as ops
from ibis.common.graph import Node

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
