"""Which criteria of an edition come into which group, which groups stay empty, and which criteria stay outside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from standards.editions.spec import exact
from standards.lenses.model import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from standards.lenses.model import Group, Lens


@dataclass(frozen=True)
class Branch:
    """A group with its criteria: ``own`` lead into the group itself, ``items`` also into those below, each once.

    ``number`` counts the groups of the lens from 1, in order; ``depth`` is 0 at the top.
    """

    group: Group
    number: int
    depth: int
    own: tuple[Item, ...]
    items: tuple[Item, ...]
    children: tuple[Branch, ...]

    def walk(self) -> Iterator[Branch]:
        """Yield this branch and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Coverage:
    """An edition seen through a lens.

    ``assigned``: the criteria in some group, each once; ``unassigned``: those in none. ``strange``: (code of the
    criterion or group, word) where a crosswalk names a clause that the lens does not have, or a selection a block or
    clause that the edition does not have.
    """

    lens: Lens
    branches: tuple[Branch, ...]
    assigned: tuple[Item, ...]
    unassigned: tuple[Item, ...]
    strange: tuple[tuple[str, str], ...]

    def walk(self) -> Iterator[Branch]:
        """Yield all branches, in order, each before those below it."""
        for branch in self.branches:
            yield from branch.walk()

    @cached_property
    def uncovered(self) -> tuple[Branch, ...]:
        """Return the groups without a criterion, in themselves and below; only the topmost of a line."""
        return tuple(_empty(self.branches))


def items_of(document: Mapping[str, Any]) -> tuple[Item, ...]:
    """Return the criteria of an edition's document as a lens needs them, in order."""
    tiers = {tier["code"]: position for position, tier in enumerate(document["tiers"])}
    return tuple(
        _item(block["code"], clause["code"], criterion, tiers, criterion.get("scale") or document["scale"])
        for block in document["blocks"]
        for clause in block["clauses"]
        for criterion in clause["criteria"]
    )


def _item(
    block: str, clause: str, criterion: Mapping[str, Any], tiers: Mapping[str, int], scale: Mapping[str, Any]
) -> Item:
    return Item(
        code=criterion["code"],
        title=criterion["title"],
        block=block,
        clause=clause,
        kind=criterion["kind"],
        tier=tiers[criterion["tier"]],
        weight=exact(criterion["weight"]),
        lowest=scale["min"],
        highest=scale["max"],
        crosswalk={scheme: tuple(words) for scheme, words in criterion["crosswalk"].items()},
    )


def assign(lens: Lens, items: Iterable[Item]) -> Coverage:
    """Put criteria into the groups of a lens, by the edition's crosswalk or by the groups' own selections."""
    every = tuple(items)
    numbers = iter(range(1, sum(1 for _ in lens.walk()) + 1))
    branches = tuple(_branch(lens, group, every, 0, numbers) for group in lens.groups)
    inside = {item.code for branch in branches for item in branch.items}
    assigned = tuple(item for item in every if item.code in inside)
    outside = tuple(item for item in every if item.code not in inside)
    return Coverage(lens, branches, assigned, outside, tuple(_strange(lens, every)))


def _branch(lens: Lens, group: Group, items: tuple[Item, ...], depth: int, numbers: Iterator[int]) -> Branch:
    number = next(numbers)
    own = tuple(item for item in items if _belongs(lens, group, item))
    children = tuple(_branch(lens, child, items, depth + 1, numbers) for child in group.children)
    codes = {item.code for item in own}.union(item.code for child in children for item in child.items)
    return Branch(group, number, depth, own, tuple(item for item in items if item.code in codes), children)


def _belongs(lens: Lens, group: Group, item: Item) -> bool:
    if lens.scheme:
        return not set(group.keys).isdisjoint(item.crosswalk.get(lens.scheme, ()))
    return any(selection.takes(item) for selection in group.select)


def _empty(branches: Iterable[Branch]) -> Iterator[Branch]:
    for branch in branches:
        if branch.items:
            yield from _empty(branch.children)
        else:
            yield branch


def _strange(lens: Lens, items: tuple[Item, ...]) -> Iterator[tuple[str, str]]:
    if lens.scheme:
        keys = lens.keys
        for item in items:
            yield from ((item.code, word) for word in item.crosswalk.get(lens.scheme, ()) if word not in keys)
        return
    blocks, clauses = {item.block for item in items}, {item.clause for item in items}
    for group in lens.walk():
        for selection in group.select:
            for word, known in ((selection.block, blocks), (selection.clause, clauses)):
                if word and word not in known:
                    yield group.code, word
