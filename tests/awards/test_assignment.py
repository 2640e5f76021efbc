"""The solver: even loads, no conflict broken, everybody connected; and what is given up where that cannot be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from awards.assignment import Seat, assign, groups_of


def seats(count: int, capacity: int = 10) -> list[Seat]:
    return [Seat(key, capacity) for key in range(count)]


def test_loads_are_even_and_everybody_is_connected() -> None:
    plan = assign(entries=range(12), seats=seats(6), barred=[], wanted=2)
    assert set(plan.loads.values()) == {4}
    assert plan.connected
    assert plan.short == {}


def test_two_camps_are_joined_by_the_one_pair_that_may_be() -> None:
    # Entries 0 to 5 for judges 0 to 2, entries 6 to 11 for judges 3 to 5; judge 3 alone may also have entry 0.
    barred = {(entry, judge) for entry in range(12) for judge in range(6) if (entry < 6) != (judge < 3)} - {(0, 3)}
    plan = assign(entries=range(12), seats=seats(6), barred=barred, wanted=2)
    assert plan.connected
    assert (0, 3) in plan.pairs
    assert plan.rounds > 1


def test_two_camps_that_cannot_meet_are_named() -> None:
    barred = {(entry, judge) for entry in range(6) for judge in range(4) if (entry < 3) != (judge < 2)}
    plan = assign(entries=range(6), seats=seats(4), barred=barred, wanted=2)
    assert plan.groups == (frozenset({0, 1}), frozenset({2, 3}))
    assert not plan.connected


def test_reserves_stay_out_where_the_others_suffice_and_help_where_not() -> None:
    regular = [Seat(0, 4), Seat(1, 4), Seat(2, 4, reserve=True)]
    assert assign(entries=range(4), seats=regular, barred=[], wanted=2).reserves == frozenset()
    short = [Seat(0, 3), Seat(1, 4), Seat(2, 4, reserve=True)]
    plan = assign(entries=range(4), seats=short, barred=[], wanted=2)
    assert (plan.reserves, plan.short) == (frozenset({2}), {})


def test_what_is_assigned_stays_and_counts() -> None:
    fixed = {(0, 0), (1, 0), (2, 0)}
    plan = assign(entries=range(6), seats=seats(3, 5), barred=[], wanted=2, fixed=fixed)
    assert fixed <= plan.pairs
    assert plan.loads == {0: 4, 1: 4, 2: 4}


def test_nobody_to_judge_is_no_failure() -> None:
    assert assign(entries=[], seats=seats(2), barred=[], wanted=2).pairs == frozenset()
    plan = assign(entries=[7], seats=[], barred=[], wanted=2)
    assert (plan.pairs, plan.short) == (frozenset(), {7: 2})


@settings(max_examples=8)
@given(
    entries=st.integers(1, 7),
    judges=st.integers(1, 5),
    wanted=st.integers(1, 3),
    capacity=st.integers(1, 5),
    barred=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 4)), max_size=12),
)
def test_no_plan_breaks_a_conflict_or_a_capacity(entries, judges, wanted, capacity, barred) -> None:
    plan = assign(entries=range(entries), seats=seats(judges, capacity), barred=barred, wanted=wanted)
    assert not plan.pairs & barred
    assert all(load <= capacity for load in plan.loads.values())
    count = {entry: sum(each == entry for each, _judge in plan.pairs) for entry in range(entries)}
    assert {entry: wanted - have for entry, have in count.items() if have < wanted} == dict(plan.short)
    assert all(have <= wanted for have in count.values())
    assert plan.groups == groups_of(plan.pairs)
