"""Erlang's formulas: by hand, against the chain of states, at their limits, and against a simulated queue."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.erlang import (
    MAX_AGENTS,
    Demand,
    ErlangError,
    Goals,
    Outlook,
    agents_needed,
    erlang_b,
    erlang_c,
    outlook,
    scheduled,
)

HALF_HOUR = Demand(calls=100, interval_seconds=1800, handle_seconds=180)


def by_states(demand: Demand, agents: int, patience: float, target: float) -> Outlook:
    """Compute Erlang A from the probabilities of its states, and waits by sums of exponentials (uniformised)."""
    handle, rate, theta = demand.handle_seconds, demand.rate, 1 / patience
    ratio, total, queue = [1.0], 1.0, 0.0
    while ratio[-1] > 1e-18 * total or len(ratio) < 5:
        ratio.append(ratio[-1] * rate / (agents / handle + len(ratio) * theta))
        total += ratio[-1]
    weights, below = [1.0], 0.0
    for number in range(agents, 0, -1):
        weights.append(weights[-1] * number / demand.load)
        below += weights[-1]
    whole = below + total
    queue = sum(place * each for place, each in enumerate(ratio)) / whole
    abandoned = theta * queue / rate
    # Who finds k waiting is served in time if patience and k + 1 departures allow; summed over finely cut time.
    times = np.linspace(0, target, 20001)
    chance = np.zeros_like(times)  # density of the wait offered
    for place, each in enumerate(ratio):
        rates = [agents / handle + step * theta for step in range(place + 1)]
        # The minimum of k + 1 departures with rates in arithmetic progression has a density in closed form.
        shape = agents / handle / theta
        log_factor = sum(math.log(r) for r in rates) - math.lgamma(place + 1) - place * math.log(theta)
        with np.errstate(divide="ignore"):
            gone = np.log(-np.expm1(-theta * times))
        tail = place * gone if place else np.zeros_like(times)
        chance += each / whole * np.exp(log_factor + tail - shape * theta * times)
    in_time = float(np.trapezoid(chance * np.exp(-theta * times), times))
    answered = 1 - abandoned
    waits_of_all = queue / rate
    return Outlook(
        agents,
        demand.load,
        total / whole,
        below / whole + in_time,
        waits_of_all,
        demand.load * answered / agents,
        abandoned,
    )


def test_the_worked_example() -> None:
    found = outlook(HALF_HOUR, 14)
    assert erlang_c(14, HALF_HOUR.load) == pytest.approx(0.1741319336, abs=1e-10)
    assert found.service_level == pytest.approx(0.8883500192, abs=1e-10)
    assert found.occupancy == pytest.approx(0.7142857, abs=1e-7)
    assert found.asa == pytest.approx(0.1741319336 * 180 / 4, abs=1e-7)
    assert found.abandonment == 0


def test_erlang_b_by_hand() -> None:
    # a = 2, n = 3: (8/6) / (1 + 2 + 2 + 8/6)
    assert erlang_b(3, 2) == pytest.approx((8 / 6) / (1 + 2 + 2 + 8 / 6), rel=1e-14)


@given(st.integers(1, 400), st.floats(0.01, 500))
def test_erlang_b_agrees_with_the_sum_of_its_definition(agents: int, load: float) -> None:
    logs = np.array([k * math.log(load) - math.lgamma(k + 1) for k in range(agents + 1)])
    expected = math.exp(logs[-1] - np.logaddexp.reduce(logs))
    assert erlang_b(agents, load) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("patience", [1.0, 30.0, 180.0, 2000.0])
@pytest.mark.parametrize("agents", [1, 8, 10, 14, 20])
def test_erlang_a_agrees_with_its_chain_of_states(agents: int, patience: float) -> None:
    found = outlook(HALF_HOUR, agents, target_seconds=20, patience_seconds=patience)
    expected = by_states(HALF_HOUR, agents, patience, 20)
    assert found.waiting == pytest.approx(expected.waiting, rel=1e-10)
    assert found.abandonment == pytest.approx(expected.abandonment, rel=1e-9)
    assert found.occupancy == pytest.approx(expected.occupancy, rel=1e-9)
    assert found.service_level == pytest.approx(expected.service_level, rel=2e-6)


def test_erlang_a_becomes_c_as_patience_grows() -> None:
    patient, endless = outlook(HALF_HOUR, 14, patience_seconds=1e9), outlook(HALF_HOUR, 14)
    for name in ("waiting", "service_level", "asa", "occupancy"):
        assert getattr(patient, name) == pytest.approx(getattr(endless, name), rel=1e-5)


def test_erlang_a_becomes_a_loss_system_as_patience_vanishes() -> None:
    found = outlook(HALF_HOUR, 10, patience_seconds=1e-6)
    assert found.abandonment == pytest.approx(erlang_b(10, 10), rel=1e-5)
    assert found.service_level == pytest.approx(1 - erlang_b(10, 10), rel=1e-5)
    assert found.asa < 1e-5


def simulate(demand: Demand, agents: int, patience: float, target: float, calls: int, seed: int) -> Outlook:
    """Play the queue call by call: each takes the agent who is free first, unless patience ends before."""
    random = np.random.default_rng(seed)
    arrivals = np.cumsum(random.exponential(1 / demand.rate, calls))
    handling, endurance = random.exponential(demand.handle_seconds, calls), random.exponential(patience, calls)
    free = [0.0] * agents
    in_time = gone = waiting = 0
    waits = 0.0
    for now, takes, endures in zip(arrivals, handling, endurance, strict=True):
        wait = max(free[0] - now, 0.0)
        waiting += wait > 0
        if wait > endures:
            gone += 1
            continue
        heapq.heapreplace(free, now + wait + takes)
        waits += wait
        in_time += wait <= target
    served = calls - gone
    return Outlook(agents, demand.load, waiting / calls, in_time / calls, waits / served, 0.0, gone / calls)


@pytest.mark.parametrize(("agents", "patience"), [(9, 120.0), (14, 1e9)])
def test_a_simulated_queue_agrees_within_its_own_error(agents: int, patience: float) -> None:
    runs = [simulate(HALF_HOUR, agents, patience, 20, 20_000, seed) for seed in range(8)]
    known = outlook(HALF_HOUR, agents, target_seconds=20, patience_seconds=patience if patience < 1e9 else None)
    for name in ("waiting", "service_level", "asa", "abandonment"):
        seen = np.array([getattr(run, name) for run in runs])
        error = seen.std(ddof=1) / math.sqrt(len(runs))
        assert abs(seen.mean() - getattr(known, name)) <= 4 * error + 1e-12, name
        assert error <= 0.05 * max(getattr(known, name), 0.05) + 1e-12, "too loose to say anything"


@given(
    st.floats(0.1, 1e6),
    st.floats(1, 3600),
    st.integers(1, 3000),
    st.one_of(st.none(), st.floats(0.001, 1e6)),
    st.floats(0, 3600),
)
def test_every_number_is_finite_and_in_its_range(
    calls: float, handle: float, agents: int, patience: float | None, target: float
) -> None:
    try:
        found = outlook(Demand(calls, 1800, handle), agents, target_seconds=target, patience_seconds=patience)
    except ErlangError:
        assert calls * handle / 1800 > MAX_AGENTS or (patience is None and calls * handle / 1800 >= agents)
        return
    shares = (found.waiting, found.service_level, found.occupancy, found.abandonment)
    assert all(0 <= share <= 1 for share in shares), found
    assert 0 <= found.asa < math.inf
    if patience is not None:  # what comes in is served or gives up
        assert found.occupancy * agents == pytest.approx(
            found.load * (1 - found.abandonment), abs=1e-9 * (found.load + agents)
        )


def test_thousands_of_agents() -> None:
    large = Demand(calls=60_000, interval_seconds=1800, handle_seconds=300)  # 10,000 erlangs
    found = agents_needed(large, Goals(service_level=0.8))
    assert 10_000 < found.agents < 10_200
    assert outlook(large, found.agents - 1).service_level < 0.8
    impatient = agents_needed(large, Goals(service_level=0.8), patience_seconds=60)
    assert impatient.agents < found.agents


@given(
    st.floats(0.5, 3000),
    st.floats(0.05, 0.99),
    st.one_of(st.none(), st.floats(1, 10_000)),
    st.one_of(st.none(), st.floats(0.3, 1)),
)
def test_one_agent_less_would_not_do(calls: float, level: float, patience: float | None, ceiling: float | None) -> None:
    demand, goals = Demand(calls, 1800, 200), Goals(service_level=level, occupancy=ceiling)
    found = agents_needed(demand, goals, patience_seconds=patience)
    assert goals.met_by(found)
    fewer = found.agents - 1
    if fewer and (patience is not None or fewer > demand.load):
        assert not goals.met_by(outlook(demand, fewer, target_seconds=20, patience_seconds=patience))


def test_agents_for_the_worked_example() -> None:
    assert agents_needed(HALF_HOUR, Goals(service_level=0.8)).agents == 14
    assert agents_needed(HALF_HOUR, Goals(asa_seconds=5)).agents == 15
    assert agents_needed(HALF_HOUR, Goals(occupancy=0.6)).agents == 17  # 10 / 17 = 58.8 %, 10 / 16 = 62.5 %


@pytest.mark.parametrize(("agents", "shrinkage", "people"), [(14, 0.3, 20), (7, 0.3, 10), (10, 0, 10), (1, 0.99, 100)])
def test_shrinkage(agents: int, shrinkage: float, people: int) -> None:
    assert scheduled(agents, shrinkage) == people


@pytest.mark.parametrize("calls", [0, -1, math.nan, math.inf, 1e10])
def test_calls_that_are_none(calls: float) -> None:
    with pytest.raises(ErlangError) as error:
        Demand(calls, 1800, 180)
    assert error.value.code == "calls"
    assert "number of calls" in str(error.value)


@pytest.mark.parametrize(
    ("interval", "handle", "code"), [(0, 1, "interval_seconds"), (1800, math.nan, "handle_seconds")]
)
def test_times_that_are_none(interval: float, handle: float, code: str) -> None:
    with pytest.raises(ErlangError) as error:
        Demand(10, interval, handle)
    assert error.value.code == code


def test_a_load_beyond_all_agents() -> None:
    with pytest.raises(ErlangError, match="erlangs"):
        Demand(1e9, 1, 1e9)


@pytest.mark.parametrize("agents", [0, -1, MAX_AGENTS + 1, True, 1.5])
def test_agents_that_are_none(agents: int) -> None:
    with pytest.raises(ErlangError, match="whole number"):
        outlook(HALF_HOUR, agents)


@pytest.mark.parametrize("agents", [1, 9, 10])
def test_a_queue_without_end(agents: int) -> None:
    with pytest.raises(ErlangError, match="grows for ever"):
        outlook(HALF_HOUR, agents)


@pytest.mark.parametrize("patience", [0, -1, math.nan, math.inf])
def test_patience_that_is_none(patience: float) -> None:
    with pytest.raises(ErlangError, match="patience"):
        outlook(HALF_HOUR, 14, patience_seconds=patience)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "service_level"),
        ({"service_level": 1.0}, "service_level"),
        ({"service_level": math.nan}, "service_level"),
        ({"occupancy": 0.0}, "occupancy"),
        ({"asa_seconds": 0.0}, "asa_seconds"),
        ({"occupancy": 0.8, "target_seconds": math.nan}, "target_seconds"),
    ],
)
def test_goals_that_cannot_be_wanted(wanted: dict[str, float], code: str) -> None:
    with pytest.raises(ErlangError) as error:
        Goals(**wanted)
    assert error.value.code == code


def test_goals_that_nobody_meets() -> None:
    with pytest.raises(ErlangError, match="Not even"):
        agents_needed(Demand(90_000, 1800, 1800), Goals(occupancy=0.5))


@pytest.mark.parametrize("shrinkage", [-0.1, 1, math.nan])
def test_shrinkage_that_leaves_nobody(shrinkage: float) -> None:
    with pytest.raises(ErlangError, match="Shrinkage"):
        scheduled(10, shrinkage)
