"""How often each length occurs in each part of the records: what quantiles and survival curves are read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir


@dataclass(frozen=True)
class Distribution:
    """The lengths of one part in ascending order: of ``number`` rows of each, ``ended`` were seen to end.

    ``key`` are the values of the columns of ``by``, of the types that the records have.
    """

    key: tuple[Any, ...]
    length: Any
    number: Any
    ended: Any


def distributions(rows: ir.Table, column: str, ended: ir.BooleanValue, by: Sequence[str]) -> list[Distribution]:
    """Count the rows of each length in one query; one distribution per part, in the order of the parts.

    Columns come as arrays, never as objects: there may be as many lengths as rows.
    """
    # Whole numbers: PostgreSQL adds up fractions as decimals, which come as objects.
    seen_to_end = ibis.cases((ended, 1), else_=0).sum()
    counts = rows.group_by([*by, column]).agg(number=rows.count(), ended=seen_to_end).to_pyarrow()
    length = counts[column].to_numpy().astype(float)
    number, seen = counts["number"].to_numpy(), counts["ended"].to_numpy()
    part = np.zeros(len(length), np.int64)
    words = []
    for name in by:
        coded = counts[name].combine_chunks().dictionary_encode(null_encoding="encode")
        words.append(coded.dictionary.to_pylist())
        part = part * len(words[-1]) + coded.indices.to_numpy()
    order = np.lexsort((length, part))
    part, length, number, seen = part[order], length[order], number[order].astype(float), seen[order].astype(float)
    ends: list[int] = (np.flatnonzero(np.diff(part, append=-1) != 0) + 1).tolist()
    found, start = [], 0
    for end in ends:
        cut = slice(start, end)
        found.append(Distribution(_key(int(part[start]), words), length[cut], number[cut], seen[cut]))
        start = end
    return sorted(found, key=lambda each: [str(value) for value in each.key])


def _key(code: int, words: list[list[Any]]) -> tuple[Any, ...]:
    key = []
    for known in reversed(words):
        code, place = divmod(code, len(known))
        key.append(known[place])
    return tuple(reversed(key))


def with_numbers(
    rows: ir.Table, parts: Sequence[Distribution], numbers: dict[str, list[float]], by: Sequence[str]
) -> ir.Table:
    """Add to each row the numbers of its part, one in each list per part. Rows of other parts are left out."""
    if not by:
        return rows.mutate(**{name: ibis.literal(values[0], "float64") for name, values in numbers.items()})
    schema = {**{f"of_{name}": rows.schema()[name] for name in by}, **dict.fromkeys(numbers, "float64")}
    columns = {f"of_{name}": [each.key[place] for each in parts] for place, name in enumerate(by)}
    table = ibis.memtable({**columns, **numbers}, schema=schema)
    joined = rows.inner_join(table, [rows[name] == table[f"of_{name}"] for name in by])
    return joined.drop(*(f"of_{name}" for name in by))


__all__ = ["Distribution", "distributions", "with_numbers"]
