"""The home page of awards, and a programme in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from accounts.models import Role
from awards.models import Assignment, AssignmentState, Entry, Programme, ProgrammeStatus
from awards.scheme import ENTRY
from awards.selectors.entering import entries_of
from awards.words import METHODS, STAGE_KINDS, STATES, ladder_words
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from awards.models import Stage
    from awards.scheme import Rule, StageSpec
    from awards.words import Words


@dataclass(frozen=True)
class Home:
    """What a person has to do with: rows for each part of the page."""

    chaired: list[Programme]
    entries: list[Entry]
    judging: list[Programme]
    open: list[Programme]
    announced: list[Programme]


def awards_home(user: User, *, at: datetime) -> Home:
    """Return what there is for a person; four queries."""
    visible = list(Programme.objects.visible_to(user).select_related("organiser"))
    chaired = user.organisations_as(Role.AWARD_CHAIR)
    mine = Assignment.objects.visible_to(user).filter(stage__programme__status=ProgrammeStatus.OPEN)
    counted = mine.values("stage__programme").annotate(
        number=Count("pk"), done=Count("pk", filter=~Q(state=AssignmentState.ASSIGNED))
    )
    counts = {row["stage__programme"]: (row["done"], row["number"]) for row in counted.order_by()}
    for programme in visible:
        programme.cards = counts.get(programme.pk)  # type: ignore[attr-defined] # read by the template
    seats = set(user.award_seats.filter(removed_at=None).values_list("programme", flat=True))
    return Home(
        chaired=[each for each in visible if each.organiser_id in chaired],
        entries=list(entries_of(user)),
        judging=[each for each in visible if each.pk in seats],
        open=[each for each in visible if each.status == ProgrammeStatus.OPEN],
        announced=[each for each in visible if each.is_public(at)],
    )


@dataclass(frozen=True)
class StageLine:
    """A stage on the programme's page."""

    stage: Stage
    spec: StageSpec
    kind: Words
    state: str
    words: Words


@dataclass(frozen=True)
class ProgrammePage:
    """A programme in full, in the reader's language."""

    stages: list[StageLine]
    rules: list[tuple[Rule, str, list[str]]]
    method: Words
    ladder: list[str]
    entries: list[Entry]
    takes_entries: bool
    judges: bool


def programme_page(programme: Programme, user: User, *, at: datetime) -> ProgrammePage:
    """Return a programme with its stages and the person's own entries; four queries."""
    scheme = programme.scheme
    stages = list(programme.stages.all())
    lines = []
    for stage in stages:
        spec = scheme.stage(stage.code)
        state = stage.state(at)
        lines.append(StageLine(stage, spec, STAGE_KINDS[spec.kind], state, STATES[state]))
    first = next(line for line in lines if line.spec.kind == ENTRY)
    titles = {category.code: text(category.title) for category in scheme.categories}
    edition = edition_document(programme.edition) if programme.edition else {"tiers": []}
    tiers = {tier["code"]: text(tier["title"]) for tier in edition["tiers"]}
    return ProgrammePage(
        stages=lines,
        rules=[
            (rule, tiers.get(rule.tier, rule.tier), [titles[each] for each in rule.categories]) for rule in scheme.rules
        ],
        method=METHODS[scheme.method.score],
        ladder=ladder_words(scheme),
        entries=[entry for entry in entries_of(user) if entry.programme_id == programme.pk],
        takes_entries=programme.status == ProgrammeStatus.OPEN and first.state == "open",
        judges=programme.judges.filter(user=user, removed_at=None).exists(),
    )
