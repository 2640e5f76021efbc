"""Who judges what: an exact assignment by integer programming. Pure: numpy and scipy, no Django.

Every entry wants so many judges; a judge takes at most so many entries and none where something stands between them.
Loads are kept even, reserves stay out where the others suffice, and all judges are connected through shared entries:
without that, nobody could tell a strict judge from a weak entry. Where not all of it can be had, the plan says what was
given up; it never breaks a conflict or a capacity.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Pair = tuple[int, int]

# What things cost in the objective: a missing judge is worse than anything else, then an uneven load, then a reserve.
MISSING, UNEVEN, RESERVE = 1000.0, 5.0, 2.0
ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge: key, how many entries at most, whether a reserve."""

    key: int
    capacity: int
    reserve: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Who judges what as (entry, judge), and what had to be given up.

    ``short``: by entry how many judges are missing. ``groups``: sets of judges that share no entry with each other; one
    set when all are connected. ``reserves``: reserves that are used. ``seconds`` it took is for the caller to measure.
    """

    pairs: frozenset[Pair]
    short: Mapping[int, int] = field(default_factory=dict)
    groups: tuple[frozenset[int], ...] = ()
    reserves: frozenset[int] = frozenset()
    rounds: int = 1

    @property
    def loads(self) -> dict[int, int]:
        """Return how many entries each judge has; judges without any are left out."""
        found: dict[int, int] = defaultdict(int)
        for _entry, judge in self.pairs:
            found[judge] += 1
        return dict(found)

    @property
    def connected(self) -> bool:
        """Say whether all judges are connected through shared entries."""
        return len(self.groups) <= 1


def groups_of(pairs: Iterable[Pair]) -> tuple[frozenset[int], ...]:
    """Return the sets of judges that are connected through shared entries, the largest first."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for entry, judge in pairs:
        parent[root(("e", entry))] = root(("j", judge))
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for node in list(parent):
        if node[0] == "j":
            found[root(node)].add(node[1])
    return tuple(frozenset(each) for each in sorted(found.values(), key=lambda each: (-len(each), min(each))))


def assign(
    *,
    entries: Sequence[int],
    seats: Sequence[Seat],
    barred: Iterable[Pair],
    wanted: int,
    fixed: Iterable[Pair] = (),
    seed: int = 0,
    seconds: float = 8.0,
) -> Plan:
    """Return the best plan. ``barred`` and ``fixed`` are (entry, judge); what is fixed stays and counts.

    ``wanted`` judges per entry. The same seed gives the same plan; it decides among plans that are equally good.
    ``seconds`` is the most that one round may take; the best plan found by then is returned.
    """
    stay = set(fixed)
    closed = set(barred) - stay
    pairs = [(entry, seat.key) for entry in entries for seat in seats if (entry, seat.key) not in closed]
    if not pairs:
        return Plan(frozenset(), dict.fromkeys(entries, wanted) if wanted else {})
    model = _Model(entries, seats, pairs, stay, wanted, random.Random(seed))  # noqa: S311 - no secret
    cuts: list[np.ndarray[Any, Any]] = []
    best: tuple[frozenset[Pair], tuple[frozenset[int], ...]] | None = None
    rounds = 0
    while rounds < ROUNDS:
        rounds += 1
        chosen = model.solve(cuts, seconds)
        if chosen is None:
            break
        groups = groups_of(chosen)
        if best is None or len(groups) < len(best[1]):
            best = (chosen, groups)
        new = [cut for group in groups[1:] if (cut := model.cut(chosen, group)) is not None] if len(groups) > 1 else []
        if not new:
            break
        cuts += new
    chosen, groups = best or (frozenset(stay), groups_of(stay))
    count: dict[int, int] = defaultdict(int)
    for entry, _judge in chosen:
        count[entry] += 1
    used = {judge for _entry, judge in chosen}
    return Plan(
        pairs=chosen,
        short={entry: wanted - count[entry] for entry in entries if count[entry] < wanted},
        groups=groups,
        reserves=frozenset(seat.key for seat in seats if seat.reserve and seat.key in used),
        rounds=rounds,
    )


class _Model:
    """The integer program: one variable per possible pair, then what is missing per entry and uneven per judge."""

    def __init__(
        self,
        entries: Sequence[int],
        seats: Sequence[Seat],
        pairs: list[Pair],
        stay: set[Pair],
        wanted: int,
        chance: random.Random,
    ) -> None:
        self.pairs = pairs
        self.count, self.entries, self.seats = len(pairs), list(entries), list(seats)
        size = self.count + len(entries) + 2 * len(seats)
        reserve = {seat.key for seat in seats if seat.reserve}
        jitter = [chance.random() / 100 for _ in pairs]
        costs = [each + (RESERVE if pair[1] in reserve else 0) for each, pair in zip(jitter, pairs, strict=True)]
        self.cost = np.array([*costs, *[MISSING] * len(entries), *[UNEVEN] * (2 * len(seats))])
        low, high = np.zeros(size), np.ones(size)
        for position, pair in enumerate(pairs):
            low[position] = 1.0 if pair in stay else 0.0
        high[self.count :] = math.inf
        self.bounds = Bounds(low, high)
        self.integral = np.array([1] * self.count + [0] * (size - self.count))
        self.size = size
        self.base = self._rows(stay, wanted)

    def _rows(self, stay: set[Pair], wanted: int) -> LinearConstraint:
        """Return: judges per entry plus missing reach what is wanted; loads stay below capacity and near the mean."""
        at_entry = {entry: number for number, entry in enumerate(self.entries)}
        at_judge = {seat.key: number for number, seat in enumerate(self.seats)}
        n, m = len(self.entries), len(self.seats)
        held: dict[int, int] = defaultdict(int)
        given: dict[int, int] = defaultdict(int)
        for entry, judge in stay:
            held[judge] += 1
            given[entry] += 1
        regular = [seat for seat in self.seats if not seat.reserve] or self.seats
        share = n * wanted / max(len(regular), 1)
        rows: list[int] = []
        columns: list[int] = []
        for position, (entry, judge) in enumerate(self.pairs):
            rows += [at_entry[entry], n + at_judge[judge], n + m + at_judge[judge]]
            columns += [position] * 3
        values = [1.0] * len(rows)
        rows += [*range(n), *range(n, n + m), *range(n + m, n + 2 * m)]
        columns += list(range(self.count, self.size))
        values += [1.0] * n + [-1.0] * m + [1.0] * m
        # A row more per judge: the capacity itself, which no slack may stretch.
        for position, (_entry, judge) in enumerate(self.pairs):
            rows.append(n + 2 * m + at_judge[judge])
            columns.append(position)
            values.append(1.0)
        low = [float(wanted)] * n + [-math.inf] * m
        high = [float(max(wanted, given[entry])) for entry in self.entries]
        high += [float(min(math.ceil(share), seat.capacity)) for seat in self.seats]
        low += [0.0 if seat.reserve else float(min(math.floor(share), seat.capacity)) for seat in self.seats]
        high += [math.inf] * m + [float(max(seat.capacity, held[seat.key])) for seat in self.seats]
        low += [0.0] * m
        matrix = coo_array((values, (rows, columns)), shape=(n + 3 * m, self.size)).tocsr()
        return LinearConstraint(matrix, low, high)

    def cut(self, chosen: frozenset[Pair], group: frozenset[int]) -> np.ndarray[Any, Any] | None:
        """Return the row that asks for at least one pair between this group and the rest; None where none can be."""
        own = {entry for entry, judge in chosen if judge in group}
        crosses = [(entry in own) != (judge in group) for entry, judge in self.pairs]
        crossing = [position for position, each in enumerate(crosses) if each]
        if not crossing:
            return None
        row = np.zeros(self.size)
        row[crossing] = 1.0
        return row

    def solve(self, cuts: list[np.ndarray[Any, Any]], seconds: float) -> frozenset[Pair] | None:
        """Return the pairs of the best plan, None where there is none."""
        constraints = [self.base]
        if cuts:
            constraints.append(LinearConstraint(np.array(cuts), 1.0, math.inf))
        found = milp(
            self.cost,
            integrality=self.integral,
            bounds=self.bounds,
            constraints=constraints,
            options={"time_limit": seconds, "mip_rel_gap": 1e-4},
        )
        if found.x is None:
            return None
        return frozenset(pair for pair, value in zip(self.pairs, found.x, strict=False) if value > 0.5)  # noqa: PLR2004 - 0 or 1
