"""Assigning judges exactly, against scipy's maximum flow on the same entries, judges and conflicts.

300 entries, 60 judges, one pair in ten barred by a conflict, three judges an entry. Both break no conflict and keep
loads even; ours also chooses at random among equal plans, keeps what was assigned, spares reserves, and connects all
judges through shared entries, which a flow cannot say. Target: below 10 s.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from awards.assignment import Seat, assign
from tests.bench.common import peak
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

ENTRIES, JUDGES, WANTED, BARRED, SEED = 300, 60, 3, 0.1, 2026


def rows() -> list[Row]:
    """Return the one row."""
    chance = random.Random(SEED)  # noqa: S311 - invented conflicts
    barred = {(e, j) for e in range(ENTRIES) for j in range(JUDGES) if chance.random() < BARRED}
    start = time.perf_counter()
    plan = assign(
        entries=range(ENTRIES), seats=[Seat(judge, 18) for judge in range(JUDGES)], barred=barred, wanted=WANTED
    )
    ours = time.perf_counter() - start
    start = time.perf_counter()
    flow = _flow(barred)
    theirs = time.perf_counter() - start
    if plan.short or not plan.connected or plan.pairs & barred or flow != len(plan.pairs):
        raise AssertionError("the plan is not what it has to be")
    what = f"Assignment: {ENTRIES} entries, {JUDGES} judges, exact and connected"
    return [Row(what, ours, "scipy's maximum flow, not connected", theirs, peak())]


def _flow(barred: AbstractSet[tuple[int, int]]) -> int:
    """Return how many pairs the flow finds: source, entries, judges with an even share, sink."""
    judge, sink = 1 + ENTRIES, 1 + ENTRIES + JUDGES
    share = -(-ENTRIES * WANTED // JUDGES)
    edges = [(0, 1 + e, WANTED) for e in range(ENTRIES)]
    edges += [(judge + j, sink, share) for j in range(JUDGES)]
    edges += [(1 + e, judge + j, 1) for e in range(ENTRIES) for j in range(JUDGES) if (e, j) not in barred]
    rows_, columns, capacity = np.array(edges, dtype=np.int32).T
    graph = coo_array((capacity, (rows_, columns)), shape=(sink + 1, sink + 1)).tocsr()
    return int(maximum_flow(graph, 0, sink).flow_value)
