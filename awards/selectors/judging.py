"""What a judge sees: their own cards, one entry, entries side by side. Never anybody else's scores."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.http import Http404

from accounts.models import Membership
from audits.pictures import FORMATS
from awards.blind import entry_seen
from awards.models import Assignment, AssignmentState, EntryFile, EntryVersion, Preference, Score
from standards.editions.wording import differences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from accounts.models import User
    from awards.blind import EntrySeen, Excerpt
    from awards.models import Entry, Programme, Stage
    from awards.scheme import CriterionSpec, StageSpec
    from standards.editions.wording import Piece


def cards_of(user: User, programme: Programme) -> QuerySet[Assignment]:
    """Return the person's own cards in a programme, in their random order; one query."""
    found = Assignment.objects.visible_to(user).filter(stage__programme=programme)
    return found.select_related("stage__programme", "entry", "judge").order_by("stage__position", "position", "code")


def card_of(user: User, code: str) -> Assignment:
    """Return one of the person's own cards, or answer 404; one query."""
    found = Assignment.objects.visible_to(user).select_related(
        "stage__programme__organiser", "entry__organisation", "entry__centre", "judge"
    )
    card = found.filter(code=code).first()
    if card is None:
        raise Http404
    return card


def seen_by_judges(entries: Sequence[Entry], stage: Stage) -> dict[int, EntrySeen]:
    """Return each entry as judges of a stage read it; three queries for any number of entries."""
    spec = stage.spec
    asks = stage.programme.scheme.asks_before(stage.code)
    names = _names([entry.organisation_id for entry in entries]) if spec.blind else {}
    versions = EntryVersion.objects.filter(entry__in=[entry.pk for entry in entries])
    contents = {(version.entry_id, version.number): version.content for version in versions}
    pictures: defaultdict[int, dict[str, bool]] = defaultdict(dict)
    cleared: defaultdict[int, set[str]] = defaultdict(set)
    for file in EntryFile.objects.filter(entry__in=[entry.pk for entry in entries]):
        pictures[file.entry_id][file.code] = file.media_type in FORMATS and bool(file.view_sha256)
        if file.cleared_at:
            cleared[file.entry_id].add(file.code)
    return {
        entry.pk: entry_seen(
            json.loads(contents[entry.pk, entry.revision]),
            asks,
            blind=spec.blind,
            code=entry.blind_code,
            names=[*names.get(entry.organisation_id, []), *entry.names.split("\n")],
            files=pictures[entry.pk],
            cleared=cleared[entry.pk],
        )
        for entry in entries
    }


def _names(organisations: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the people of each organisation: they give an entrant away too."""
    found: dict[int, list[str]] = defaultdict(list)
    members = Membership.objects.filter(organisation__in=organisations).values_list("organisation", "user__name")
    for organisation, name in members.distinct():
        found[organisation].append(name)
    return found


@dataclass(frozen=True)
class ScoreRow:
    """One criterion with the judge's own level; ``anchors`` are (level, words or nothing)."""

    criterion: CriterionSpec
    level: int | None
    comment: str
    anchors: list[tuple[int, Any]]
    excerpts: tuple[Excerpt, ...]
    market: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class CardPage:
    """One entry before one judge. ``changed``: by ask, what differs from the version that was scored."""

    card: Assignment
    spec: StageSpec
    seen: EntrySeen
    rows: list[ScoreRow]
    number: int
    count: int
    done: int
    before: str
    after: str
    distribution: list[tuple[int, int, int]]
    changed: list[tuple[Any, tuple[Piece, ...]]]


def card_page(card: Assignment) -> CardPage:
    """Return an entry with the judge's own card, and how far they are; seven queries."""
    stage = card.stage
    scheme = stage.programme.scheme
    own = list(
        Assignment.objects.filter(stage=stage, judge=card.judge)
        .exclude(state__in=[AssignmentState.REMOVED, AssignmentState.RECUSED])
        .exclude(entry__status="withdrawn")
        .order_by("position", "code")
        .values_list("code", "state")
    )
    codes = [code for code, _state in own]
    place = codes.index(card.code)
    given = {score.criterion: score for score in card.scores.all()}
    levels = Counter(
        Score.objects.filter(assignment__stage=stage, assignment__judge=card.judge, level__isnull=False)
        .values_list("level", flat=True)
        .order_by()
    )
    most = max(levels.values(), default=1)
    scale = range(scheme.least, scheme.most + 1)
    seen = seen_by_judges([card.entry], stage)[card.entry_id]
    return CardPage(
        card=card,
        spec=stage.spec,
        seen=seen,
        rows=[_row(criterion, given.get(criterion.code), scale, seen) for criterion in scheme.criteria_of(stage.code)],
        number=place + 1,
        count=len(own),
        done=sum(state != AssignmentState.ASSIGNED for _code, state in own),
        before=codes[place - 1] if place else "",
        after=codes[place + 1] if place + 1 < len(codes) else "",
        distribution=[(level, levels[level], round(100 * levels[level] / most)) for level in scale],
        changed=_changed(card, seen) if 0 < card.seen < card.entry.revision else [],
    )


def _row(criterion: CriterionSpec, score: Score | None, scale: range, seen: EntrySeen) -> ScoreRow:
    return ScoreRow(
        criterion=criterion,
        level=score.level if score else None,
        comment=score.comment if score else "",
        anchors=[(level, criterion.anchors.get(str(level)) or "") for level in scale],
        excerpts=seen.excerpts(criterion),
        market=seen.market_for(criterion),
    )


def _changed(card: Assignment, seen: EntrySeen) -> list[tuple[Any, tuple[Piece, ...]]]:
    """Return what differs from the version that was scored, as judges read both."""
    stage = card.stage
    old = EntryVersion.objects.filter(entry=card.entry_id, number=card.seen).first()
    if old is None:
        return []
    names = _names([card.entry.organisation_id]).get(card.entry.organisation_id, [])
    before = entry_seen(
        json.loads(old.content),
        stage.programme.scheme.asks_before(stage.code),
        blind=stage.spec.blind,
        code=card.entry.blind_code,
        names=[*names, *card.entry.names.split("\n")],
        files={},
        cleared=(),
    )
    pairs = zip(before.parts, seen.parts, strict=True)
    return [
        (new.title, differences(f"{was.text} {was.unit}".strip(), f"{new.text} {new.unit}".strip()))
        for was, new in pairs
        if (was.text, was.unit) != (new.text, new.unit)
    ]


@dataclass(frozen=True)
class SideCell:
    """One judge's level for one entry in one criterion; ``gap``: a level or more away from another in the row.

    Beside it the evidence for the criterion, shortened, and the market's verdicts on its figures.
    """

    level: int | None
    comment: str
    anchor: Any
    gap: bool
    excerpts: tuple[Excerpt, ...]
    market: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class SideRow:
    """One criterion across the entries; ``better``: for neighbours the column that was held to be better."""

    criterion: CriterionSpec
    cells: list[SideCell]
    pairs: list[dict[str, Any]]


@dataclass(frozen=True)
class SidePage:
    """Two to four entries side by side, from one judge's own cards."""

    stage: Stage
    cards: list[Assignment]
    seen: list[EntrySeen]
    rows: list[SideRow]
    others: list[Assignment]


MOST_SIDES = 4
SIDE_LENGTH = 140  # characters of an excerpt in a cell


def side_page(user: User, stage: Stage, codes: Sequence[str]) -> SidePage:
    """Return the person's own entries side by side, whatever their number and that of the criteria: ten queries."""
    own = list(
        Assignment.objects.visible_to(user)
        .filter(stage=stage)
        .select_related("entry", "judge")
        .order_by("position", "code")
    )
    by_code = {card.code: card for card in own}
    picked = [by_code[code] for code in dict.fromkeys(codes) if code in by_code][:MOST_SIDES] or own[:2]
    for card in picked:
        card.stage = stage
    scheme = stage.programme.scheme
    seen = seen_by_judges([card.entry for card in picked], stage)
    scores = {
        (score.assignment_id, score.criterion): score
        for score in Score.objects.filter(assignment__in=[card.pk for card in picked])
    }
    held = {
        (row.criterion, row.one_id, row.other_id): row
        for row in Preference.objects.filter(stage=stage, judge__user=user)
    }
    rows = []
    for criterion in scheme.criteria_of(stage.code):
        row = [scores.get((card.pk, criterion.code)) for card in picked]
        levels = [score.level for score in row if score and score.level is not None]
        wide = len(levels) > 1 and max(levels) - min(levels) >= 1
        cells = [
            SideCell(
                level=score.level if score else None,
                comment=score.comment if score else "",
                anchor=criterion.anchors.get(str(score.level)) if score else None,
                gap=wide and score is not None and score.level in {max(levels), min(levels)},
                excerpts=seen[card.entry_id].excerpts(criterion, SIDE_LENGTH),
                market=seen[card.entry_id].market_for(criterion),
            )
            for card, score in zip(picked, row, strict=True)
        ]
        rows.append(SideRow(criterion, cells, _pairs(criterion.code, picked, held)))
    return SidePage(stage, picked, [seen[card.entry_id] for card in picked], rows, own)


def _pairs(criterion: str, picked: Sequence[Assignment], held: dict[Any, Preference]) -> list[dict[str, Any]]:
    """Return for each two neighbouring columns what the judge said: a column's card, ``none`` or nothing yet."""
    found = []
    for left, right in pairwise(picked):
        one, other = sorted((left.entry_id, right.entry_id))
        row = held.get((criterion, one, other))
        said = ""
        if row:
            said = "none" if row.better_id is None else left.code if row.better_id == left.entry_id else right.code
        found.append({"left": left, "right": right, "said": said})
    return found
