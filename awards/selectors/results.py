"""What is shown of frozen results: the gallery, the proof, and what each entrant learns."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any

from awards.models import Result
from awards.selectors.desk import counted_cards
from awards.tally import code_version, replayed
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from awards.models import Assignment, Correction, Entry, Programme, Stage
    from awards.scheme import Words


@dataclass(frozen=True)
class Winner:
    """One award that was given."""

    award: Words
    category: Words
    entry: dict[str, Any]
    joint: bool


def winners_of(programme: Programme) -> list[Winner]:
    """Return the winners in the order of awards and categories; one query. Empty before results are frozen."""
    result = Result.objects.filter(programme=programme).first()
    if result is None:
        return []
    content = json.loads(result.content)
    entries = {entry["code"]: entry for entry in content["entries"]}
    awards = {award.code: award for award in programme.scheme.awards}
    order = list(awards)
    shared: defaultdict[tuple[str, int], int] = defaultdict(int)
    for each in content["winners"]:
        shared[each["category"], each["place"]] += 1
    found = sorted(content["winners"], key=lambda each: (order.index(each["award"]), each["category"], each["place"]))
    return [
        Winner(
            award=awards[each["award"]].title,
            category=programme.scheme.category(each["category"]).title,
            entry=entries[each["entry"]],
            joint=shared[each["category"], each["place"]] > 1,
        )
        for each in found
    ]


@dataclass(frozen=True)
class Proof:
    """What holds frozen results together. ``wrong``: stages that a replay does not give again."""

    result: Result
    corrections: list[Correction]
    intact: bool
    wrong: list[str]
    same_code: bool


def proof_of(programme: Programme) -> Proof | None:
    """Compute frozen results again from the scores that they carry, and compare; two queries."""
    result = Result.objects.filter(programme=programme).select_related("frozen_by").first()
    if result is None:
        return None
    content = json.loads(result.content)
    return Proof(
        result=result,
        corrections=list(result.corrections.select_related("by")),
        intact=hashlib.sha256(result.content.encode()).hexdigest() == result.sha256,
        wrong=replayed(content),
        same_code=content["code"] == code_version(),
    )


@dataclass(frozen=True)
class Strand:
    """One criterion for one entrant beside its category: own mean, and the others' from lowest to highest.

    ``dots``: all means of the category in per cent of the scale, without names.
    """

    title: str
    own: float
    percent: float
    middle: float
    dots: list[float]

    @property
    def kind(self) -> str:
        """Whether it is a strength, an opportunity, or neither."""
        return "strength" if self.own > self.middle else "opportunity" if self.own < self.middle else ""


@dataclass(frozen=True)
class Feedback:
    """What an entrant learns from one stage."""

    stage: str
    strands: list[Strand]
    words: list[str]
    judges: int
    entries: int


FEWEST = 3  # entries of a category below which a distribution would show somebody


def feedback_of(entry: Entry) -> list[Feedback]:
    """Return the feedback of every stage that the entry was judged in; three queries a stage. Judges stay unnamed."""
    programme = entry.programme
    result = Result.objects.filter(programme=programme).first()
    if result is None:
        return []
    content = json.loads(result.content)
    rows = {stage.code: stage for stage in programme.stages.all()}
    found = []
    for part in content["stages"]:
        facts = part["facts"]
        members = {code for code, category in facts["entries"].items() if category == facts["entries"].get(entry.code)}
        if entry.code not in members:
            continue
        given: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for code, _judge, criterion, level in facts["scores"]:
            if code in members:
                given[criterion][code].append(level)
        stage = rows[part["code"]]
        cards = counted_cards(stage).filter(entry=entry)
        found.append(
            Feedback(
                stage=text(programme.scheme.stage(part["code"]).title),
                strands=_strands(programme, part["code"], entry.code, given),
                words=_words(cards),
                judges=cards.count(),
                entries=len(members),
            )
        )
    return found


def _strands(
    programme: Programme, stage: str, code: str, given: dict[str, defaultdict[str, list[int]]]
) -> list[Strand]:
    low, high = programme.scheme.least, programme.scheme.most
    strands = []
    for criterion in programme.scheme.criteria_of(stage):
        means = {entry: Fraction(sum(levels), len(levels)) for entry, levels in given.get(criterion.code, {}).items()}
        if code not in means:
            continue
        all_means = sorted(means.values()) if len(means) >= FEWEST else [means[code]]
        strands.append(
            Strand(
                title=text(criterion.title),
                own=round(float(means[code]), 2),
                percent=round(100 * float((means[code] - low) / (high - low)), 1),
                middle=round(float(median(all_means)), 2),
                dots=[round(100 * float((mean - low) / (high - low)), 1) for mean in all_means],
            )
        )
    return strands


def _words(cards: Any) -> list[str]:
    """Return what judges wrote for the entrant, in an order that tells nothing about who wrote it."""
    texts = [card.feedback for card in cards.only("feedback", "pk", "stage", "judge", "entry") if card.feedback.strip()]
    return sorted(texts, key=lambda each: hashlib.sha256(each.encode()).hexdigest())


def matrix_of(stage: Stage, entry: Entry) -> list[Assignment]:
    """Return the counted cards of an entry with their scores, for the deliberation; two queries."""
    cards = counted_cards(stage).filter(entry=entry).select_related("judge__user").prefetch_related("scores")
    return list(cards.order_by("judge__user__name"))
