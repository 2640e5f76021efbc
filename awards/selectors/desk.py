"""The chair's desk: who is how far, what the scores say and how sure that is, what may still change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from awards.honours import Standing, honours
from awards.models import Assignment, AssignmentState, EntryStatus, Score
from awards.panel import CLEAR_WINNER, DELIBERATE, JOINT, NO_ORDER, Fact, RefusedError, as_decimal, facts, shared_trait
from awards.scheme import ADJUSTED, MEAN
from awards.selectors.panels import entries_in, panel_of
from awards.tally import TRIMMED, StageFacts, tally
from awards.words import STATISTICS
from benchmarks.message import Message
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from fractions import Fraction

    from accounts.models import Organisation
    from awards.models import Entry, Judge, Stage
    from awards.panel import Refusal
    from awards.scheme import AwardSpec, Scheme
    from awards.tally import Group
    from awards.words import Words

WIDE = 2  # levels between the lowest and the highest of one criterion that deserve a talk
SOON = timedelta(days=3)
VERDICTS: dict[str, Words] = {
    CLEAR_WINNER: _("Clear winner"),
    DELIBERATE: _("Deliberate"),
    JOINT: _("Joint award"),
    NO_ORDER: _("No separable order"),
}
UNDER: dict[str, Words] = {
    MEAN: _("Mean of all judges"),
    TRIMMED: _("Mean without the highest and the lowest judge"),
    ADJUSTED: _("With judges' strictness taken out"),
}
RUNGS: dict[str, Words] = {
    "score": _("Equal scores"),
    "criterion": _("The criterion named before"),
    "majority": _("Majority of judges who scored both"),
    "deliberation": _("Recorded deliberation"),
    "joint": _("Joint award"),
}


def counted_cards(stage: Stage) -> Any:
    """Return the cards that count: handed in, of judges who sit on the panel and entries that stand."""
    return Assignment.objects.filter(
        stage=stage,
        state=AssignmentState.SUBMITTED,
        judge__removed_at=None,
        entry__status=EntryStatus.SUBMITTED,
    )


def stage_facts(stage: Stage, entries: Sequence[Entry] | None = None) -> StageFacts:
    """Return all that the order of a stage follows from; five queries."""
    scheme = stage.programme.scheme
    found = entries_in(stage) if entries is None else entries
    codes = {entry.code: entry.category for entry in found}
    rows = Score.objects.filter(assignment__in=counted_cards(stage).order_by().values("pk"), level__isnull=False)
    scores = rows.values_list("assignment__entry__code", "assignment__judge__key", "criterion", "level")
    agreed = stage.consensus.values_list("entry__code", "criterion", "level")
    return StageFacts(
        weights={criterion.code: criterion.weight for criterion in scheme.criteria_of(stage.code)},
        method=scheme.method,
        entries=codes,
        scores=[
            (entry, judge, criterion, level)
            for entry, judge, criterion, level in scores
            if entry in codes and level is not None
        ],
        consensus=[row for row in agreed if row[0] in codes],
        decisions=[(row.entries, row.reason) for row in stage.tie_decisions.all()],
    )


@dataclass(frozen=True)
class JudgeLine:
    """How far one judge is. ``late``: cards are open and the stage is over, or nearly.

    ``drift``: by how many levels the judge lies above what is known of calibration entries, on average.
    """

    judge: Judge
    assigned: int
    submitted: int
    abstained: int
    recused: int
    late: bool
    drift: str = ""

    @property
    def open(self) -> int:
        """How many cards are still to do."""
        return self.assigned - self.submitted - self.abstained


@dataclass(frozen=True)
class EntryLine:
    """One entry in its category. ``bar``: the places it may hold, in per cent of the width."""

    entry: Entry
    place: int | None
    score: str
    mean: str
    judges: int
    spread: str
    wide: list[str]
    may_be: tuple[int, int] | None
    bar: tuple[float, float, float] | None
    awards: list[AwardSpec]
    changed: int


@dataclass(frozen=True)
class CategoryPart:
    """One category on the desk."""

    code: str
    title: str
    lines: list[EntryLine]
    verdict: Words
    said: list[str]
    refused: list[tuple[Words, str]]
    instead: list[str]
    under: list[tuple[Words, str, bool]]
    trace: list[tuple[Words, str, str]]
    tied: list[list[Entry]]


@dataclass(frozen=True)
class Desk:
    """One judging stage on the desk."""

    stage: Stage
    judges: list[JudgeLine]
    parts: list[CategoryPart]
    cards: int
    done: int
    stale: int


def desk(stage: Stage, *, at: datetime) -> Desk:
    """Return the desk of a judging stage: twelve queries, however many entries and judges."""
    scheme = stage.programme.scheme
    entries = entries_in(stage)
    found = stage_facts(stage, entries)
    groups = tally(found)
    by_code = {entry.code: entry for entry in entries}
    judges = panel_of(stage.programme)
    names = {judge.key: str(judge) for judge in stage.programme.judges.select_related("user")}
    names |= {entry.code: entry.title for entry in entries}
    names |= {criterion.code: text(criterion.title) for criterion in scheme.criteria}
    cards = list(Assignment.objects.filter(stage=stage).select_related("entry").exclude(state=AssignmentState.REMOVED))
    levels = _levels(found)
    changed: defaultdict[int, int] = defaultdict(int)
    for card in cards:
        if card.state == AssignmentState.SUBMITTED and card.seen < card.entry.revision:
            changed[card.entry_id] += 1
    drifts = _drifts(stage)
    lines = [_judge_line(judge, cards, stage, at, drifts) for judge in judges]
    employers = {judge.key: judge.employer for judge in judges if judge.employer}
    expected = _expected(stage, groups, entries) if scheme.judging()[-1].code == stage.code else {}
    return Desk(
        stage=stage,
        judges=lines,
        parts=[_part(group, scheme, by_code, names, levels, changed, employers, expected) for group in groups.values()],
        cards=sum(line.assigned for line in lines),
        done=sum(line.assigned - line.open for line in lines),
        stale=sum(changed.values()),
    )


def _drifts(stage: Stage) -> dict[int, str]:
    """Return by judge how far their levels of calibration entries lie from the known ones; one query."""
    rows = Score.objects.filter(
        assignment__stage=stage,
        assignment__state=AssignmentState.SUBMITTED,
        assignment__entry__calibration__isnull=False,
        level__isnull=False,
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    given = rows.values_list("assignment__judge", "assignment__entry__calibration", "criterion", "level")
    for judge, known, criterion, level in given:
        if level is not None and known and criterion in known:
            found[judge].append(level - known[criterion])
    return {judge: f"{sum(gaps) / len(gaps):+.1f}" for judge, gaps in found.items()}


def _judge_line(
    judge: Judge, cards: Sequence[Assignment], stage: Stage, at: datetime, drifts: Mapping[int, str]
) -> JudgeLine:
    own = [card.state for card in cards if card.judge_id == judge.pk]
    recused = own.count(AssignmentState.RECUSED)
    line = JudgeLine(
        judge,
        len(own) - recused,
        own.count(AssignmentState.SUBMITTED),
        own.count(AssignmentState.ABSTAINED),
        recused,
        False,
    )
    late = line.open > 0 and at > stage.closes_at - SOON
    drift = drifts.get(judge.pk, "")
    return JudgeLine(judge, line.assigned, line.submitted, line.abstained, line.recused, late, drift)


def _levels(found: StageFacts) -> dict[str, dict[str, list[int]]]:
    """Return by entry and criterion the levels that were given."""
    levels: defaultdict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for entry, _judge, criterion, level in found.scores:
        levels[entry][criterion].append(level)
    return levels


def _expected(stage: Stage, groups: Mapping[str, Group], entries: Sequence[Entry]) -> dict[str, list[AwardSpec]]:
    """Return by entry the awards that it would get if the last stage were frozen as it stands."""
    standings = []
    for entry in entries:
        group = groups[entry.category]
        place = group.ranking.of().get(entry.code) if group.ranking else None
        score = None if place is None else as_decimal(group.scores[entry.code])
        standings.append(Standing(entry.code, entry.category, entry.division, place, score))
    scheme = stage.programme.scheme
    passed = {each.code: each.passed for each in stage.programme.stages.all()}
    awards = {award.code: award for award in scheme.awards}
    found: defaultdict[str, list[AwardSpec]] = defaultdict(list)
    for honour in honours(scheme.awards, standings, passed):
        found[honour.entry].append(awards[honour.award])
    return found


def _part(
    group: Group,
    scheme: Scheme,
    entries: Mapping[str, Entry],
    names: Mapping[str, str],
    levels: Mapping[str, Mapping[str, list[int]]],
    changed: Mapping[int, int],
    employers: Mapping[str, Organisation],
    expected: Mapping[str, list[AwardSpec]],
) -> CategoryPart:
    places = group.ranking.of() if group.ranking else {}
    members = [*sorted(places, key=lambda code: (places[code], names[code])), *group.unscored]
    analysis = group.analysis
    intervals = (analysis.rank_intervals if analysis else None) or {}
    totals = _totals(group)
    look = _Look(scheme, entries, names, levels, changed, totals, places, intervals, expected)
    lines = [_line(code, group, look) for code in members]
    said = [_renamed(fact, names).words(gettext) for fact in facts(analysis, group.verdict)] if analysis else []
    said += _bias(group, entries, employers)
    told = [each for each in analysis.refused if each.code != "needs_severity"] if analysis else []
    refused = list(dict.fromkeys((STATISTICS[each.what.partition(".")[0]], _refusal(each, names)) for each in told))
    leaders = group.ranking.places[0].entrants if group.ranking else ()
    return CategoryPart(
        code=group.category,
        title=text(scheme.category(group.category).title),
        lines=lines,
        verdict=VERDICTS[group.verdict.word] if group.verdict else _("No scores yet"),
        said=said,
        refused=refused if not intervals else [],
        instead=[_refusal(each, names) for each in group.instead],
        under=[_under(name, found, leaders, names) for name, found in group.under.items()],
        trace=[
            (
                RUNGS[rung.rung],
                ", ".join(names[code] for code in rung.group),
                " › ".join(" = ".join(names[code] for code in part) for part in rung.became),
            )
            for rung in (group.ranking.trace if group.ranking else ())
        ],
        tied=[
            [entries[code] for code in place.entrants]
            for place in (group.ranking.places if group.ranking else ())
            if len(place.entrants) > 1
        ],
    )


def _bias(group: Group, entries: Mapping[str, Entry], employers: Mapping[str, Organisation]) -> list[str]:
    """Say whether judges favour the country or the organisation that they work in; nothing where it cannot be told."""
    if group.analysis is None or not employers:
        return []
    countries = {code: (entry.centre or entry.organisation).country for code, entry in entries.items()}
    organisations = {code: str(entry.organisation_id) for code, entry in entries.items()}
    judges = {key: str(employer.pk) for key, employer in employers.items()}
    said = _favoured(
        group,
        "country",
        (countries, {key: employer.country for key, employer in employers.items()}),
        gettext("No sign that judges favour their own country: %(points)s points (%(low)s to %(high)s)."),
        gettext("Entrants of a judge's own country get %(points)s points (%(low)s to %(high)s): look at it."),
    )
    panel = group.analysis.panel
    pairs = zip(panel.cards.entrant, panel.cards.judge, strict=True)
    if not any(organisations.get(panel.entrants[e]) == judges.get(panel.judges[j], "") for e, j in pairs):
        return [*said, gettext("No judge scored an entrant of their own organisation: that is a conflict of interest.")]
    return said + _favoured(
        group,
        "organisation",
        (organisations, judges),
        gettext("No sign that judges favour their own organisation: %(points)s points (%(low)s to %(high)s)."),
        gettext("Entrants of a judge's own organisation get %(points)s points (%(low)s to %(high)s): look at it."),
    )


def _favoured(
    group: Group, trait: str, shared: tuple[Mapping[str, str], Mapping[str, str]], fair: str, unfair: str
) -> list[str]:
    """Put the effect of a trait that entrants and judges may share into the words for one within chance, or not."""
    if group.analysis is None:
        return []
    entrants, judges = shared
    try:
        found = shared_trait(group.analysis.panel, of_entrants=entrants, of_judges=judges, trait=trait)
    except RefusedError:
        return []
    params = {"points": f"{found.effect:+.2f}", "low": f"{found.low:+.2f}", "high": f"{found.high:+.2f}"}
    return [(fair if found.low <= 0 <= found.high else unfair) % params]


@dataclass(frozen=True)
class _Look:
    """What a line is made with."""

    scheme: Scheme
    entries: Mapping[str, Entry]
    names: Mapping[str, str]
    levels: Mapping[str, Mapping[str, list[int]]]
    changed: Mapping[int, int]
    totals: Mapping[str, list[Fraction]]
    places: Mapping[str, int]
    intervals: Mapping[str, tuple[int, int]]
    expected: Mapping[str, list[AwardSpec]]


def _totals(group: Group) -> dict[str, list[Fraction]]:
    """Return what each entry got from its judges."""
    totals: defaultdict[str, list[Fraction]] = defaultdict(list)
    for given in group.analysis.panel.by_judge().values() if group.analysis else ():
        for code, total in given.items():
            totals[code].append(total)
    return totals


def _line(code: str, group: Group, look: _Look) -> EntryLine:
    place, score, may_be = look.places.get(code), group.scores.get(code), look.intervals.get(code)
    totals = look.totals.get(code, [])
    wide = [look.names[name] for name, given in look.levels.get(code, {}).items() if max(given) - min(given) >= WIDE]
    return EntryLine(
        entry=look.entries[code],
        place=place,
        score=_shown(score),
        mean=_shown(group.analysis.raw.get(code) if group.analysis else None),
        judges=len(totals),
        spread=_shown(max(totals) - min(totals)) if totals else "–",
        wide=wide,
        may_be=may_be,
        bar=_bar(may_be, place, len(look.places)) if may_be and place else None,
        awards=look.expected.get(code, []),
        changed=look.changed.get(look.entries[code].pk, 0),
    )


def _bar(may_be: tuple[int, int], place: int, count: int) -> tuple[float, float, float]:
    """Return where the interval begins, how wide it is, and where the place is, in per cent."""
    step = 100 / max(count, 1)
    best, worst = may_be
    return (round((best - 1) * step, 2), round((worst - best + 1) * step, 2), round((place - 0.5) * step, 2))


def _shown(score: Any) -> str:
    return "–" if score is None else f"{as_decimal(score):.2f}"


def _under(name: str, found: Any, leaders: Sequence[str], names: Mapping[str, str]) -> tuple[Words, str, bool]:
    """Say who would lead under a method, and whether that is somebody else; or why it cannot be said."""
    if found and not isinstance(found[0], str):
        return UNDER[name], " ".join(_refusal(each, names) for each in found), False
    return UNDER[name], ", ".join(names[code] for code in found), set(found) != set(leaders)


def _renamed(fact: Fact, names: Mapping[str, str]) -> Fact:
    """Return a fact that speaks of people, titles and criteria in place of codes."""
    return Fact(fact.code, {key: _named(value, names) for key, value in fact.params.items()})


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return " – ".join(names.get(part, part) for part in value.split(" – "))
    return tuple(_named(each, names) for each in value) if isinstance(value, tuple) else value


def _refusal(refusal: Refusal, names: Mapping[str, str]) -> str:
    params = {key: _named(value, names) for key, value in refusal.message.params.items()}
    return Message(refusal.message.template, params).words(gettext)
