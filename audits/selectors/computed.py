"""The levels that measurements give to an audit's result criteria, and on what they rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.models import Channel
from audits.computed import (
    ADVERSE,
    AT_CEILING,
    BETTER,
    LEAST_QUARTERS,
    STEADY,
    Computed,
    KpiFacts,
    Reason,
    Rule,
    compute,
    rule_for,
)
from audits.selectors.case import CHANNELS, scope_channels
from audits.selectors.market import market_verdicts
from audits.words import computed_words
from benchmarks.kpis.registry import FAMILIES, KPIS
from benchmarks.selectors import Series, quarterly, run_measurements
from benchmarks.trend import FALLING, NOT_SHOWN, RISING, SUSTAINED_QUARTERS, recent, trend
from standards.selectors import edition_document, edition_spec, gated_kpis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audits.models import Answer, Audit
    from benchmarks.models import Measurement, MeasurementRun
    from benchmarks.trend import Point
    from standards.models import Criterion, Edition

# The channels in which a KPI means something; the others of the scope are not missed. Those that the registry calls
# free of channels (tickets, people, money) are covered by any measurement.
_LIVE = frozenset({"voice", "chat", "video"})
_WRITTEN = frozenset({"email", "chat", "messaging", "social"})
_MACHINES = frozenset({"bot", "self_service"})
_PEOPLE = frozenset(Channel.values) - _MACHINES
_OF_KPI = {
    **{kpi.code: _LIVE for kpi in FAMILIES["access"]},
    **{kpi.code: _PEOPLE for kpi in (*FAMILIES["handling"], *FAMILIES["ticket"])},
    "first_response_time": _WRITTEN,
    "chat_concurrency": frozenset({"chat"}),
    "bot_containment": frozenset({"bot"}),
    "self_service_completion": _MACHINES,
}

_STAND_INS = tuple(other for _at, other in AT_CEILING.values())


def criterion_rule(edition: Edition, criterion: Criterion) -> Rule | None:
    """Return the rule by which a criterion's level is computed; None where it is judged. No query."""
    if criterion.kind != "result" or criterion.edition_id != edition.pk:  # or of an edition that the audit has left
        return None
    row = edition_spec(edition).row_by_code[criterion.code]
    stated = _stated(edition).get(criterion.code)
    return rule_for(kind=criterion.kind, kpis=criterion.kpis, scale=(row.low, row.high), stated=stated)


def _stated(edition: Edition) -> dict[str, dict[str, Any]]:
    return {each["code"]: each["computed"] for each in _criteria(edition) if "computed" in each}


def _criteria(edition: Edition) -> Iterable[dict[str, Any]]:
    blocks = edition_document(edition)["blocks"]
    return (each for block in blocks for clause in block["clauses"] for each in clause["criteria"])


def computed_levels(audit: Audit, criteria: Iterable[Criterion]) -> dict[str, Computed]:
    """Return, by criterion code, what measurements say about those with a rule; the others are not in it.

    No query without such a criterion, else at most ten, however many there are. Figures of the market are those that
    the audit is compared with, runs those that were there when it was submitted.
    """
    found = {each.code: (each, rule) for each in criteria if (rule := criterion_rule(audit.edition, each))}
    if not found:
        return {}
    run = audit.measurement_run
    if run is None or audit.market_release_id is None:
        why = Reason("no_run" if run is None else "no_release", None)
        return {code: Computed(None, missing=(why,)) for code in found}
    kpis = list(dict.fromkeys(kpi for _each, rule in found.values() for kpi in (*rule.kpis, *_STAND_INS)))
    measured = run_measurements(run)
    history = quarterly(audit.centre, kpis, until=run.period_to, known_at=audit.submitted_at)
    verdicts = {**_ungated(audit, kpis), **audit.market}
    channels, all_of_run = scope_channels(audit), tuple(run.quality.get("channels") or ())
    levels = {}
    for code, (criterion, rule) in found.items():
        scope = _scope(criterion, channels)
        facts = {
            kpi: _facts(kpi, measured, verdicts.get(kpi), history, scope, all_of_run)
            for kpi in (*rule.kpis, *_STAND_INS)
        }
        levels[code] = compute(rule, facts)
    return levels


def above_computed(audit: Audit) -> list[Answer]:
    """Return the answers above the level that measurements give, in order; one query besides ``computed_levels``."""
    answers = audit.current_answers.filter(criterion__kind="result").exclude(level=None).select_related("criterion")
    found = list(answers.order_by("criterion__position"))
    levels = computed_levels(audit, [answer.criterion for answer in found])
    return [answer for answer in found if _above(answer.level, levels.get(answer.criterion.code))]


def _above(level: int | None, computed: Computed | None) -> bool:
    return level is not None and computed is not None and computed.level is not None and level > computed.level


@dataclass(frozen=True)
class ComputedRow:
    """What a criterion's panel says: the level, why it is not higher, what else is known, and what is missing."""

    level: int | None
    limits: tuple[str, ...]
    others: tuple[str, ...]
    missing: tuple[str, ...]
    run: MeasurementRun | None


def panel_computed(audit: Audit, criterion: Criterion) -> ComputedRow | None:
    """Return the computed level in words; None where the criterion is judged and no rule says otherwise."""
    found = computed_levels(audit, [criterion]).get(criterion.code)
    if found is None:
        return None
    return ComputedRow(
        level=found.level,
        limits=tuple(map(computed_words, found.limits)),
        others=tuple(computed_words(each) for each in found.reasons if each not in found.limits),
        missing=tuple(map(computed_words, found.missing)),
        run=audit.measurement_run,
    )


def _ungated(audit: Audit, kpis: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Judge the KPIs of result criteria that no gate names, all of the edition's together: one family of tests.

    The verdicts on the others are with the audit.
    """
    gated = set(gated_kpis(audit.edition))
    family = dict.fromkeys(kpi for each in _criteria(audit.edition) if each["kind"] == "result" for kpi in each["kpis"])
    others = [kpi for kpi in family if kpi not in gated]
    return market_verdicts(audit, audit.edition, others) if set(kpis) & set(others) else {}


def _scope(criterion: Criterion, channels: Sequence[str]) -> tuple[str, ...]:
    """Return the channels that a criterion asks about."""
    condition = criterion.condition
    if condition and condition["fact"] == CHANNELS:
        return tuple(each for each in channels if each in condition["includes"])
    return tuple(channels)


def _facts(
    kpi: str,
    measurements: Sequence[Measurement],
    verdict: Mapping[str, Any] | None,
    history: Mapping[Series, list[Point]],
    scope: Sequence[str],
    all_of_run: Sequence[str],
) -> KpiFacts:
    ours = [each for each in measurements if each.kpi == kpi]
    state = None if verdict is None else verdict["state"]
    if not ours:
        return KpiFacts(kpi, verdict=state)
    chosen = next(
        (each for each in ours if verdict and (each.variant, each.channel) == (verdict["variant"], verdict["channel"])),
        next((each for each in ours if each.channel == "all"), ours[0]),
    )
    points = history.get(Series(kpi, chosen.variant, chosen.channel, chosen.unit), [])
    direction = KPIS[kpi].direction
    sign, sustained = _trend(points, better=1 if direction == "higher" else -1)
    return KpiFacts(
        kpi,
        measured=True,
        value=chosen.value,
        verdict=state,
        channels_missing=_missing(kpi, ours, scope, all_of_run),
        quarters=len(points),
        trend=sign,
        sustained=sustained,
        directed=direction != "target",
    )


def _missing(kpi: str, ours: Sequence[Measurement], scope: Sequence[str], all_of_run: Sequence[str]) -> tuple[str, ...]:
    if KPIS[kpi].channel_free:
        return ()
    named = {each.channel.casefold() for each in ours} - {"all"}
    covered = named or {each.casefold() for each in all_of_run}
    meant = _OF_KPI.get(kpi, frozenset(scope))
    return tuple(each for each in scope if each in meant and each not in covered)


def _trend(points: Sequence[Point], *, better: int) -> tuple[str | None, bool]:
    """Return what three years and the last four quarters show, and whether it was better for three whole years.

    Worse in either of the two is worse: three good years do not outweigh a bad one.
    """
    whole = trend(recent(points, SUSTAINED_QUARTERS)) if points else None
    if whole is None:
        return None, False
    last = trend(recent(points, LEAST_QUARTERS))
    worse = FALLING if better > 0 else RISING
    signs = [each.sign for each in (whole, last) if each]
    if worse in signs:
        return ADVERSE, False
    if whole.sign == NOT_SHOWN:
        return STEADY, False
    return BETTER, whole.unbroken and len(whole.quarters) == SUSTAINED_QUARTERS
