"""How many agents a service level needs: the formulas of Erlang, as a model of a queue. Pure, no Django.

Arrivals are Poisson at a steady rate, handling times exponential, all agents alike, one queue in order of arrival.

*Erlang B*: who finds nobody free is lost. *Erlang C*: who finds nobody free waits, for ever (Erlang 1917; the stable
recursion of B and C from B are in Cooper, Introduction to Queueing Theory, 1981). *Erlang A*: who waits gives up after
an exponential patience (Palm 1957; Garnett, Mandelbaum and Reiman 2002). Its waits are computed from the density of
the wait that somebody of endless patience would have (Baccelli and Hebuterne 1981; Mandelbaum and Zeltyn 2007): in
units of the probability that all agents are busy and nobody waits, ``nu exp((r/t)(1 - exp(-t x)) - nu x)`` with
arrival rate r, rate of giving up t and rate of service nu of all agents. The density has one peak and is integrated
relative to it by Gauss and Legendre, on pieces that double away from it: thousands of agents, loads far above capacity
and any patience neither overflow nor vanish.

Times are in seconds, probabilities and shares from 0 to 1. What cannot be computed is an ``ErlangError`` that names the
input; no function returns NaN or infinity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.message import MessageError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_AGENTS = 100_000
MAX_SECONDS = 1e9
MAX_CALLS = 1e9
# Beyond so many powers of e below the peak a density adds nothing that a float can hold.
_DROP = 60.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)


class ErlangError(MessageError):
    """The input is unusable, or nothing answers it; ``code`` says which input, for the field of a form."""

    def __init__(self, code: str, template: str, **params: object) -> None:
        """Keep code and text."""
        super().__init__(template, **params)
        self.code = code


@dataclass(frozen=True)
class Demand:
    """What arrives: ``calls`` in an interval of ``interval_seconds``; handling takes ``handle_seconds`` on average."""

    calls: float
    interval_seconds: float
    handle_seconds: float

    def __post_init__(self) -> None:
        """Refuse what is not a demand. Raises ErlangError."""
        _positive("calls", self.calls, MAX_CALLS, _("The number of calls must be above 0 and at most {most:,.0f}."))
        for name in ("interval_seconds", "handle_seconds"):
            _positive(name, getattr(self, name), MAX_SECONDS, _("A time must be above 0 and at most {most:,.0f} s."))
        if not 0 < self.load <= MAX_AGENTS:
            raise ErlangError(
                "calls",
                _("The load is {load:,.0f} erlangs; at most {most:,} are computed."),
                load=self.load,
                most=MAX_AGENTS,
            )

    @property
    def load(self) -> float:
        """The offered load in erlangs: how many agents it keeps busy if everybody is served."""
        return self.calls * self.handle_seconds / self.interval_seconds

    @property
    def rate(self) -> float:
        """Calls per second."""
        return self.calls / self.interval_seconds


@dataclass(frozen=True)
class Outlook:
    """What the model says of a number of agents.

    ``waiting`` is the probability of finding nobody free, ``service_level`` the share of all calls answered within the
    target, ``asa`` the mean wait of those answered, ``abandonment`` the share that gives up (0 in Erlang C).
    """

    agents: int
    load: float
    waiting: float
    service_level: float
    asa: float
    occupancy: float
    abandonment: float


@dataclass(frozen=True)
class Goals:
    """What has to hold: ``service_level`` within ``target_seconds``, a mean wait, a ceiling of occupancy; None: any."""

    service_level: float | None = None
    target_seconds: float = 20.0
    asa_seconds: float | None = None
    occupancy: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be wanted. Raises ErlangError."""
        if self.service_level is None and self.asa_seconds is None and self.occupancy is None:
            raise ErlangError("service_level", _("Give a service level, a mean wait or an occupancy to plan for."))
        _target(self.target_seconds)
        if self.service_level is not None and not 0 < self.service_level < 1:
            raise ErlangError("service_level", _("A service level lies between 0 and 100 %, without the ends."))
        if self.occupancy is not None and not 0 < self.occupancy <= 1:
            raise ErlangError("occupancy", _("An occupancy lies above 0 and is at most 100 %."))
        if self.asa_seconds is not None:
            _positive(
                "asa_seconds", self.asa_seconds, MAX_SECONDS, _("A time must be above 0 and at most {most:,.0f} s.")
            )

    def met_by(self, outlook: Outlook) -> bool:
        """Say whether an outlook meets all of them."""
        return (
            (self.service_level is None or outlook.service_level >= self.service_level)
            and (self.asa_seconds is None or outlook.asa <= self.asa_seconds)
            and (self.occupancy is None or outlook.occupancy <= self.occupancy)
        )


def erlang_b(agents: int, load: float) -> float:
    """Return the probability that all agents are busy where nobody waits. ``load`` is in erlangs."""
    _agents(agents)
    _positive("load", load, MAX_AGENTS, _("The load must be above 0 and at most {most:,.0f} erlangs."))
    return _blocked(agents, load)


def erlang_c(agents: int, load: float) -> float:
    """Return the probability of having to wait where nobody gives up. ErlangError when the queue grows for ever."""
    blocked = erlang_b(agents, load)
    if load >= agents:
        raise ErlangError(
            "agents",
            _("{agents:,} agents cannot carry {load:,.2f} erlangs: while nobody gives up, the queue grows for ever."),
            agents=agents,
            load=load,
        )
    return blocked / (1 - load / agents * (1 - blocked))


def outlook(
    demand: Demand, agents: int, *, target_seconds: float = 20.0, patience_seconds: float | None = None
) -> Outlook:
    """Say what so many agents achieve: Erlang A with a mean patience, Erlang C without. Raises ErlangError."""
    _target(target_seconds)
    if patience_seconds is not None:
        _positive(
            "patience_seconds",
            patience_seconds,
            MAX_SECONDS,
            _("The patience must be above 0 and at most {most:,.0f} s; leave it out if nobody gives up."),
        )
        _agents(agents)
        return _with_patience(demand, agents, target_seconds, patience_seconds)
    waiting = erlang_c(agents, demand.load)
    spare = (agents - demand.load) / demand.handle_seconds
    return Outlook(
        agents=agents,
        load=demand.load,
        waiting=waiting,
        service_level=1 - waiting * math.exp(-spare * target_seconds),
        asa=waiting / spare,
        occupancy=demand.load / agents,
        abandonment=0.0,
    )


def agents_needed(demand: Demand, goals: Goals, *, patience_seconds: float | None = None) -> Outlook:
    """Return the outlook of the smallest number of agents that meets the goals. ErlangError when none does."""

    def at(agents: int) -> Outlook:
        return outlook(demand, agents, target_seconds=goals.target_seconds, patience_seconds=patience_seconds)

    low = 0 if patience_seconds is not None else math.floor(demand.load)  # too few: below it the queue has no end
    step, high = 1, low + 1
    while high <= MAX_AGENTS and not goals.met_by(at(high)):
        low, step = high, step * 2
        high = low + step
    if high > MAX_AGENTS:
        high = MAX_AGENTS
        if low >= high or not goals.met_by(at(high)):
            raise ErlangError("agents", _("Not even {most:,} agents would do."), most=MAX_AGENTS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if goals.met_by(at(middle)) else (middle, high)
    return at(high)


def scheduled(agents: int, shrinkage: float) -> int:
    """Return how many people to schedule so that so many agents are there. ``shrinkage`` is from 0 to below 1."""
    _agents(agents)
    if not 0 <= shrinkage < 1:
        raise ErlangError("shrinkage", _("Shrinkage is at least 0 and below 100 %."))
    # A float division just above a whole number must not cost a person.
    return math.ceil(round(agents / (1 - shrinkage), 9))


def _blocked(agents: int, load: float) -> float:
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def _with_patience(demand: Demand, agents: int, target: float, patience: float) -> Outlook:
    blocked = _blocked(agents, demand.load)
    if blocked == 0:  # so many agents that a float cannot hold the chance of finding none free
        return Outlook(agents, demand.load, 0.0, 1.0, 0.0, demand.load / agents, 0.0)
    wait = _Wait(demand.rate, agents / demand.handle_seconds, 1 / patience)
    everybody = wait.integral(lambda _x, _gone: 1.0)
    # States without a wait weigh 1/B - 1, all others this integral, in units of "all busy, nobody waits".
    free = 1 / blocked - 1
    waiting = 1 / (1 + math.exp(min(math.log(free) - wait.top - math.log(everybody), 700.0))) if free > 0 else 1.0

    def share(weight: Callable[[np.ndarray, np.ndarray], object], until: float = math.inf) -> float:
        """Average a weight over all calls, 0 for those who need not wait; ``gone``: the chance of giving up by then."""
        return waiting * wait.integral(weight, until) / everybody

    abandoned = share(lambda _x, gone: gone)
    at_once = 1 - waiting
    in_time = share(lambda _x, gone: 1 - gone, target)
    waited = share(lambda x, gone: x * (1 - gone))
    # Answered is summed, not one minus those who gave up: where nearly all do, the difference would be noise.
    answered = at_once + share(lambda _x, gone: 1 - gone)
    return Outlook(
        agents=agents,
        load=demand.load,
        waiting=waiting,
        service_level=min(at_once + in_time, 1.0),
        asa=waited / answered,
        occupancy=min(demand.load * answered / agents, 1.0),
        abandonment=min(abandoned, 1.0),
    )


class _Wait:
    """The density of the wait offered, up to the factor that makes it one, integrated relative to its peak."""

    def __init__(self, arrivals: float, service: float, giving_up: float) -> None:
        self.arrivals, self.service, self.giving_up = arrivals, service, giving_up
        over = math.log(arrivals / service)
        self.peak = max(over, 0.0) / giving_up
        self.top = float(self.log(np.array([self.peak]))[0])
        self.edges = self._panels()

    def log(self, x: np.ndarray) -> np.ndarray:
        """Return the logarithm of the density without its factor ``service``."""
        return -self.arrivals / self.giving_up * np.expm1(-self.giving_up * x) - self.service * x

    def integral(self, weight: Callable[[np.ndarray, np.ndarray], object], until: float = math.inf) -> float:
        """Return the integral of weight x density from 0, in units of the density at its peak."""
        edges = np.minimum(self.edges, until)
        lows, lengths = edges[:-1, None], np.diff(edges)[:, None]
        x = lows + lengths * (_NODES + 1) / 2
        values = np.exp(self.log(x) - self.top) * weight(x, -np.expm1(-self.giving_up * x))
        return float(np.sum(values * _WEIGHTS * lengths / 2)) * self.service

    def _panels(self) -> np.ndarray:
        """Cut the density at distances from its peak that double, from the faster of service and giving up on."""
        shortest = min(1 / self.giving_up, 1 / self.service)
        start = self._edge(0.0, self.peak) if self.peak > 0 else 0.0
        end = self._beyond()
        count = max(math.ceil(math.log2(max(end - self.peak, self.peak - start) / shortest)), 0) + 1
        away = shortest * 2.0 ** np.arange(count)
        left, right = self.peak - away, self.peak + away
        inside = [*left[left > start][::-1], self.peak, *right[right < end]]
        return np.unique([start, *inside, end])

    def _low(self, x: float) -> bool:
        return float(self.log(np.array([x]))[0]) < self.top - _DROP

    def _beyond(self) -> float:
        length = 1 / self.service
        while not self._low(self.peak + length):
            length *= 2
        return self._edge(self.peak + length, self.peak)

    def _edge(self, outside: float, inside: float) -> float:
        """Find where the density has dropped, between a place where it is low and its peak; the whole way if never."""
        if not self._low(outside):
            return outside
        for _turn in range(60):
            middle = (outside + inside) / 2
            outside, inside = (middle, inside) if self._low(middle) else (outside, middle)
        return outside


def _positive(code: str, value: float, most: float, template: str) -> None:
    if not 0 < value <= most:  # NaN compares with nothing, so it is refused too
        raise ErlangError(code, template, most=most)


def _target(seconds: float) -> None:
    if not 0 <= seconds <= MAX_SECONDS:
        raise ErlangError("target_seconds", _("The target lies between 0 and {most:,.0f} s."), most=MAX_SECONDS)


def _agents(agents: int) -> None:
    if type(agents) is not int or not 0 < agents <= MAX_AGENTS:
        raise ErlangError("agents", _("The number of agents is a whole number from 1 to {most:,}."), most=MAX_AGENTS)
