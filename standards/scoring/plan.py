"""The cheapest way to a tier: an exact optimisation, not a sort.

Wanted: levels to raise so that the total, block, mandatory-level and clause-level gates of the tier are met, with
1. the fewest level steps, 2. among those the fewest criteria changed, 3. among those always the same one. Gates of
lower tiers need no thought: they are attained, and raising a level never loses a tier.

Steps. Mandatory and clause gates force a floor under single criteria. Above the floors each step of a criterion is
worth (block points x weight / block weight / levels of its scale), the same at every level, so the best gain of k steps
in a block is concave in k: taking the most valuable steps first is exact for each block's minimum, and then, across
blocks, for the total. That gives K, the least number of steps. A step is one level of the criterion's own scale: going
from 0 to 1 of 0 to 1 is one step worth the whole criterion, from 0 to 1 of 0 to 5 one step worth a fifth of it.

Criteria. Every way to spend exactly K steps is a choice of k per block. Only k that can still reach the total when the
other blocks do their best are kept (few). For each, ``frontier`` gives the best gain with at most m newly changed
criteria. Then m is raised from its lower bound until some choice reaches the total: the first to do so is the minimum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from standards.scoring.model import BlockGate, Change, ClauseGate, MandatoryGate, TotalGate
from standards.scoring.points import not_asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from standards.scoring.model import Case, EditionSpec, GateSpec, Row

# best gain and the number of new criteria per class that gives it, by number of newly changed criteria
Frontier = list[tuple[int, tuple[int, ...]]]


@dataclass(slots=True)
class Slot:
    """One criterion that may be raised. ``room`` is what is left above ``start``, the level its floor forces."""

    row: Row
    now: int | None
    start: int
    room: int
    forced: int


@dataclass(slots=True)
class StepClass:
    """The criteria of one block whose steps are worth the same (``Row.step``).

    ``free`` room costs no new criterion, ``new`` is by room.
    """

    step: int
    free: list[Slot]
    new: list[Slot]

    def capacity(self) -> list[int]:
        """Return the room with 0, 1, 2 ... new criteria; the roomiest come first, which is never worse."""
        return list(accumulate((slot.room for slot in self.new), initial=sum(slot.room for slot in self.free)))


@dataclass(slots=True)
class BlockTask:
    """One block: ``value`` of a unit of ``Row.step`` in common integer points, ``need`` in such units above floors."""

    classes: list[StepClass]
    value: int
    need: int

    def steps(self) -> list[int]:
        """Return the worth of every possible step, most valuable first."""
        return [each.step for each in self.classes for _ in range(each.capacity()[-1])]


def cheapest_changes(edition: EditionSpec, case: Case, tier: int) -> tuple[Change, ...]:
    """Return the cheapest changes that meet what answers can meet of this tier; empty when nothing is left to raise."""
    slots = _slots(edition, case, tier)
    tasks, need = _tasks(edition, slots, edition.tiers[tier].gates)
    spent = _spend(tasks, need)
    changes = []
    for slot in slots:
        level = slot.start + spent.get(slot.row.code, 0)
        if level > (slot.row.low if slot.now is None else slot.now):
            changes.append(Change(slot.row.code, slot.now, level))
    return tuple(changes)


def _slots(edition: EditionSpec, case: Case, tier: int) -> list[Slot]:
    skipped = not_asked(edition, case) | case.not_applicable
    gates = [(index, gate) for index, spec in enumerate(edition.tiers[: tier + 1]) for gate in spec.gates]
    slots = []
    for row in edition.rows:
        if row.tier > tier or row.code in skipped:
            continue
        now = case.levels.get(row.code)
        level = row.low if now is None else now
        floors = (edition.floor(row, wanted) for index, gate in gates for wanted in _wanted(gate, row, index))
        start = max([level, *floors])
        slots.append(Slot(row, now, start, row.high - start, start - level))
    return slots


def _wanted(gate: GateSpec, row: Row, tier: int) -> Iterator[int]:
    """Yield the level of the edition's scale that a gate wants of this criterion."""
    if row.tier <= tier and isinstance(gate, MandatoryGate) and row.mandatory:
        yield gate.minimum
    if row.tier <= tier and isinstance(gate, ClauseGate) and row.clause == gate.clause:
        yield gate.minimum


def _tasks(edition: EditionSpec, slots: list[Slot], gates: Iterable[GateSpec]) -> tuple[list[BlockTask], int]:
    """Return the blocks' tasks and the total still needed, all in integers of one common unit of points."""
    gates = tuple(gates)
    percent = max((gate.min_percent for gate in gates if isinstance(gate, BlockGate)), default=Fraction(0))
    total = max((gate.minimum for gate in gates if isinstance(gate, TotalGate)), default=Fraction(0))
    groups = [[slot for slot in slots if slot.row.block == index] for index in range(len(edition.blocks))]
    wholes = [edition.common * sum(slot.row.units for slot in group) for group in groups]
    per_unit = [block.points / whole for block, whole in zip(edition.blocks, wholes, strict=True)]
    scale = math.lcm(*(value.denominator for value in per_unit))
    tasks, need = [], math.ceil(total * scale)
    for group, whole, value in zip(groups, wholes, per_unit, strict=True):
        gained = sum(slot.row.step * (slot.start - slot.row.low) for slot in group)
        task = BlockTask(_classes(group), int(value * scale), max(0, math.ceil(percent * whole / 100) - gained))
        tasks.append(task)
        need -= gained * task.value
    return tasks, max(0, need)


def _classes(group: list[Slot]) -> list[StepClass]:
    classes = []
    for step in sorted({slot.row.step for slot in group}, reverse=True):
        same = [slot for slot in group if slot.row.step == step]
        new = sorted((slot for slot in same if not slot.forced and slot.room), key=lambda slot: -slot.room)
        classes.append(StepClass(step, [slot for slot in same if slot.forced], new))
    return classes


def _spend(tasks: list[BlockTask], need: int) -> dict[str, int]:
    """Return the steps above the floors by criterion code."""
    steps = [task.steps() for task in tasks]
    least = [_least(units, task.need) for units, task in zip(steps, tasks, strict=True)]
    budget = sum(least) + _least(_marginal(tasks, steps, least), need - _gain(tasks, steps, least))
    choices = [_choices(index, tasks, (steps, least), need, budget) for index in range(len(tasks))]
    spent: dict[str, int] = {}
    for task, (count, path) in zip(tasks, _fewest(tasks, choices, need, budget), strict=True):
        spent.update(_fill(task, count, path))
    return spent


def _least(gains: Sequence[int], need: int) -> int:
    """Return how many of the gains, taken in order, reach the need."""
    for count, total in enumerate(accumulate(gains, initial=0)):
        if total >= need:
            return count
    return len(gains)


def _gain(tasks: list[BlockTask], steps: list[list[int]], counts: Iterable[int]) -> int:
    return sum(task.value * sum(units[:count]) for task, units, count in zip(tasks, steps, counts, strict=True))


def _marginal(tasks: list[BlockTask], steps: list[list[int]], least: list[int]) -> list[int]:
    """Return the worth of all steps beyond each block's own need, most valuable first."""
    beyond = zip(tasks, steps, least, strict=True)
    return sorted((task.value * unit for task, units, start in beyond for unit in units[start:]), reverse=True)


def _choices(
    index: int, tasks: list[BlockTask], known: tuple[list[list[int]], list[int]], need: int, budget: int
) -> dict[int, Frontier]:
    """Return, for each number of steps this block may take of the budget, its frontier; hopeless ones are left out."""
    steps, least = known
    others = [other for other in range(len(tasks)) if other != index]
    rest = [tasks[other] for other in others], [steps[other] for other in others], [least[other] for other in others]
    best_rest = list(accumulate(_marginal(*rest), initial=_gain(rest[0], rest[1], rest[2])))
    own = list(accumulate(steps[index], initial=0))
    spare = budget - sum(rest[2])
    found = {}
    for count in range(least[index], min(spare, len(steps[index])) + 1):
        left = spare - count
        if left < len(best_rest) and tasks[index].value * own[count] + best_rest[left] >= need:
            lowest = max(tasks[index].need, -((best_rest[left] - need) // tasks[index].value))
            found[count] = frontier(tasks[index].classes, count, lowest)
    return found


def frontier(classes: list[StepClass], count: int, lowest: int) -> Frontier:
    """Return, for m = 0, 1, ... new criteria, the best gain in units of ``Row.step`` of exactly ``count`` steps.

    Entries below ``lowest``, or that cannot hold the steps, are (-1, ()). Classes are filled from the most valuable
    down; with a given number of criteria per class that is the best order, so only those numbers have to be tried.
    """
    best: dict[int, tuple[int, tuple[int, ...]]] = {}
    states: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {(0, 0): (0, ())}
    for each in classes:
        following: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {}
        capacity = each.capacity()
        for (new, used), (gain, path) in states.items():
            for more, room in enumerate(capacity):
                filled = used + room >= count
                taken = min(room, count - used)
                entry = (gain + taken * each.step, (*path, more))
                place = (new + more, used + taken)
                if filled and (new + more not in best or best[new + more][0] < entry[0]):
                    best[new + more] = entry
                if filled:
                    break
                if place not in following or following[place][0] < entry[0]:
                    following[place] = entry
        states = following
    table: Frontier = []
    for new in range(max(best, default=-1) + 1):
        entry = best.get(new, (-1, ()))
        previous = table[-1] if table else (-1, ())
        table.append(max(previous, entry if entry[0] >= lowest else (-1, ()), key=lambda found: found[0]))
    return table


def _fewest(
    tasks: list[BlockTask], choices: list[dict[int, Frontier]], need: int, budget: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Return (steps, path) per block with the fewest new criteria in all."""
    splits = []
    for split in _splits(choices, budget):
        tables = [choice[count] for choice, count in zip(choices, split, strict=True)]
        bounds = [next((new for new, entry in enumerate(table) if entry[0] >= 0), None) for table in tables]
        if None not in bounds:
            splits.append((sum(bound for bound in bounds if bound is not None), split, tables, bounds))
    limit = min(bound for bound, *_ in splits)
    while True:
        for bound, split, tables, bounds in splits:
            if bound <= limit:
                chosen = _best_within(tasks, tables, [each or 0 for each in bounds], limit - bound)
                if chosen[0] >= need:
                    return [(count, tables[i][chosen[1][i]][1]) for i, count in enumerate(split)]
        limit += 1


def _splits(choices: list[dict[int, Frontier]], budget: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to split the budget over the blocks."""
    if len(choices) == 1:
        if budget in choices[0]:
            yield (budget,)
        return
    for count in choices[0]:
        for rest in _splits(choices[1:], budget - count):
            yield (count, *rest)


def _best_within(
    tasks: list[BlockTask], tables: list[Frontier], bounds: list[int], extra: int
) -> tuple[int, tuple[int, ...]]:
    """Return the best total gain, and the new criteria per block, with ``extra`` more than the bounds allow."""
    states: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for task, table, bound in zip(tasks, tables, bounds, strict=True):
        following: dict[int, tuple[int, tuple[int, ...]]] = {}
        for used, (gain, path) in states.items():
            for new in range(bound, min(len(table) - 1, bound + extra - used) + 1):
                entry = (gain + task.value * table[new][0], (*path, new))
                place = used + new - bound
                if place not in following or following[place][0] < entry[0]:
                    following[place] = entry
        states = following
    return max(states.values(), key=lambda entry: entry[0])


def _fill(task: BlockTask, count: int, path: tuple[int, ...]) -> dict[str, int]:
    """Return steps per criterion: most valuable class first, in it the criteria already changed, then edition order."""
    spent = {}
    for each, new in zip(task.classes, path, strict=False):
        for slot in [*each.free, *each.new[:new]]:
            taken = min(slot.room, count)
            count -= taken
            spent[slot.row.code] = taken
    return spent
