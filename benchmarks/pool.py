"""The peer pool: quantiles of centres' own measurements, published so that no centre can be told from them. Pure.

The rules (decision 0013): every centre counts once; a published segment rests on at least ``LEAST`` organisations, none
with more than a quarter of its centres; and whatever can be put together from published segments, of this release or
of any before, by taking them apart or adding them up, rests on at least ``LEAST`` organisations as well. For that the
centres behind all segments of one KPI are cut into atoms: centres that stand behind exactly the same segments. Every
union, overlap or difference of segments is a union of atoms; so it is enough that no atom is small. Where a segment
would make a small one, the centres on its edge are set aside; where that does not help, it is not published.

Organisations count, not centres: people of one organisation know the numbers of all its centres, and could subtract
them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats.mstats import hdquantiles

from benchmarks.comparable import CentreProfile, Figure
from benchmarks.kpis.registry import KPIS
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from benchmarks.kpis.definition import Kpi

LEAST = 5
MOST_SHARE = Decimal("0.25")
LEAST_FOR_QUARTILES = 8
LEAST_FOR_DECILE = 20
PUBLISHER = "Peer pool"
CONSENT = (
    _(
        "The centre's own figures, measured from its records, go into the peer pool: per KPI, channel, industry, "
        "region and half-year."
    ),
    _(
        "Only quantiles of at least five organisations' centres are published, rounded, each centre counting once. "
        "Nobody is shown which centres take part or what any of them measured."
    ),
    _(
        "The centre may leave at any time. What was published before stays, because it can no longer be taken apart; "
        "no later release uses its figures."
    ),
)
_PERIOD = re.compile(r"(20\d\d)(?:-H([12]))?")


def consent_sha256() -> str:
    """Return the SHA-256 of the text that a centre agrees to, in English."""
    return hashlib.sha256("\n".join(CONSENT).encode()).hexdigest()


def period_days(period: str) -> tuple[date, date] | None:
    """Return first and last day of ``2026``, ``2026-H1`` or ``2026-H2``; None for anything else."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        return None
    year, half = int(match[1]), match[2]
    first = date(year, 7, 1) if half == "2" else date(year, 1, 1)
    last = date(year, 6, 30) if half == "1" else date(year, 12, 31)
    return first, last


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """One centre's measured value of one KPI in one channel, with what places the centre in segments."""

    centre: int
    organisation: int
    country: str
    industry: str
    kpi: str
    variant: str
    unit: str
    channel: str
    value: float


# What is compared at all: KPI, variant, unit, channel.
Subject = tuple[str, str, str, str]
Member = tuple[int, int]


@dataclass(frozen=True)
class Cell:
    """A segment that may be published: its subject, industry (or all), region, and who stands behind it."""

    subject: Subject
    industry: str
    region: str
    members: frozenset[Member]


@dataclass(frozen=True)
class Pooled:
    """What a release of the pool would hold: cells with their figures, and how many segments were held back, why."""

    cells: tuple[Cell, ...]
    figures: tuple[Figure, ...]
    held_back: Mapping[str, int]


def pool(contributions: Iterable[Contribution], earlier: Iterable[Cell], *, period: str, url: str) -> Pooled:
    """Make the cells of a period and their figures, given every cell that was ever published.

    The same input gives the same result, whatever its order. A centre contributes one value per subject.
    """
    values: dict[Subject, dict[Member, float]] = defaultdict(dict)
    segments: dict[Subject, dict[tuple[str, str], set[Member]]] = defaultdict(lambda: defaultdict(set))
    for each in contributions:
        subject = (each.kpi, each.variant, each.unit, each.channel)
        member = (each.centre, each.organisation)
        values[subject][member] = each.value
        for segment in _segments(each):
            segments[subject][segment].add(member)
    before: dict[Subject, list[frozenset[Member]]] = defaultdict(list)
    for cell in earlier:
        before[cell.subject].append(cell.members)
    cells: list[Cell] = []
    figures: list[Figure] = []
    held_back: Counter[str] = Counter()
    for subject in sorted(segments):
        for cell in _cells(subject, segments[subject], before[subject], period, held_back):
            cells.append(cell)
            figures += _figures(cell, [values[subject][member] for member in cell.members], period, url, len(figures))
    return Pooled(tuple(cells), tuple(figures), dict(held_back))


def _segments(each: Contribution) -> Iterator[tuple[str, str]]:
    """Name the segments that a centre belongs to: its industry or all, its regions up to the whole world."""
    industries = ["all"] if each.industry == "other" else ["all", each.industry]
    yield from product(industries, CentreProfile(each.country, each.industry).regions())


def _cells(
    subject: Subject,
    segments: Mapping[tuple[str, str], set[Member]],
    before: Sequence[frozenset[Member]],
    period: str,
    held_back: Counter[str],
) -> Iterator[Cell]:
    """Choose what is published of one subject, the largest segment first."""
    shown = list(before)
    for segment in sorted(segments, key=lambda name: (-len(segments[name]), name)):
        members, why = settle(segments[segment], shown, salt=f"{period} {subject} {segment}")
        if why:
            held_back[why] += 1
            continue
        shown.append(members)
        yield Cell(subject, *segment, members)


def settle(
    wanted: Iterable[Member], shown: Sequence[frozenset[Member]], *, salt: str = ""
) -> tuple[frozenset[Member], str]:
    """Return who of a segment can stand behind it beside what is shown already, and why not where nobody can.

    The reasons are ``few`` (organisations), ``dominance`` and ``difference``. ``salt`` decides whom chance sets aside.
    """
    members = frozenset(wanted)
    if organisations(members) < LEAST:
        return frozenset(), "few"
    kept = set(members)
    for atom in _atoms(shown, members):
        inside, outside = atom.members & members, atom.members - members
        if atom.shown and outside and organisations(outside) < LEAST:
            inside = _without(inside, outside, salt)
        if organisations(inside) < LEAST:
            inside = frozenset()
        kept -= (atom.members & members) - inside
    left = frozenset(kept)
    if organisations(left) < LEAST:
        return frozenset(), "difference"
    return (frozenset(), "dominance") if dominated(left) else (left, "")


def organisations(members: Iterable[Member]) -> int:
    """Count the organisations among members."""
    return len({organisation for _centre, organisation in members})


def dominated(members: frozenset[Member]) -> bool:
    """Say whether one organisation has more than a quarter of the weight; every centre weighs the same."""
    most = max(Counter(organisation for _centre, organisation in members).values(), default=0)
    return Decimal(most) > MOST_SHARE * len(members)


@dataclass(frozen=True)
class _Atom:
    """Centres behind exactly the same shown segments; behind none at all when not ``shown``."""

    members: frozenset[Member]
    shown: bool


def _atoms(shown: Sequence[frozenset[Member]], others: frozenset[Member]) -> list[_Atom]:
    signatures: dict[tuple[bool, ...], set[Member]] = defaultdict(set)
    for member in frozenset().union(others, *shown):
        signatures[tuple(member in each for each in shown)].add(member)
    return [_Atom(frozenset(found), any(signature)) for signature, found in sorted(signatures.items())]


def _without(inside: frozenset[Member], outside: frozenset[Member], salt: str) -> frozenset[Member]:
    """Set whole organisations aside, by lot, until those left out are enough not to be told apart."""
    out = {organisation for _centre, organisation in outside}
    candidates = sorted({organisation for _centre, organisation in inside} - out, key=lambda each: _lot(salt, each))
    aside = set(candidates[: LEAST - len(out)])
    return frozenset(member for member in inside if member[1] not in aside)


def _lot(salt: str, organisation: int) -> str:
    return hashlib.sha256(f"{salt} {organisation}".encode()).hexdigest()


def _figures(cell: Cell, values: Sequence[float], period: str, url: str, before: int) -> list[Figure]:
    kpi = KPIS[cell.subject[0]]
    found = quantiles(kpi, values)
    _code, variant, unit, channel = cell.subject
    return [
        Figure(
            line=before + number,
            kpi=kpi.code,
            variant=variant,
            value=value,
            unit=unit,
            statistic=statistic,
            industry=cell.industry,
            region=cell.region,
            channel=channel,
            year=int(period[:4]),
            n=str(len(values)),
            spread="",
            source=PUBLISHER,
            url=url,
            grade="A",
            note=period,
        )
        for number, (statistic, value) in enumerate(found.items(), 1)
    ]


def quantiles(kpi: Kpi, values: Sequence[float]) -> dict[str, Decimal]:
    """Return the quantiles that so many centres allow, rounded to one decimal: statistic -> value.

    By Harrell and Davis (1982): each is a weighted mean of all values, so that none is the value of one centre.
    """
    shares = {"median": 0.5}
    if kpi.direction != "target" and len(values) >= LEAST_FOR_QUARTILES:
        better = 0.75 if kpi.direction == "higher" else 0.25
        shares |= {"upper quartile": better, "lower quartile": 1 - better}
    if kpi.direction != "target" and len(values) >= LEAST_FOR_DECILE:
        shares["top decile"] = 0.9 if kpi.direction == "higher" else 0.1
    found = np.asarray(hdquantiles(np.sort(np.asarray(values, dtype=float)), prob=list(shares.values())))
    return {name: _rounded(float(value)) for name, value in zip(shares, found, strict=True)}


def _rounded(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.1")) + Decimal(0)


def place(kpi: Kpi, value: float, published: Mapping[str, Any]) -> str:
    """Say where a value stands among published quantiles: a code for ``terms``; only what anybody can work out."""
    sign = 1 if kpi.direction == "higher" else -1
    for statistic, code in (("top decile", "top_tenth"), ("upper quartile", "best_quarter"), ("median", "better_half")):
        if statistic in published and sign * value >= sign * float(published[statistic]):
            return code
    if "lower quartile" in published and sign * value < sign * float(published["lower quartile"]):
        return "last_quarter"
    return "other_half"
