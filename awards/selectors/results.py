"""What is shown of frozen results: the gallery, the proof, and what each entrant learns."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any

from awards.honours import honours_again
from awards.models import Result
from awards.scheme import ALL, DIVISION
from awards.selectors.desk import counted_cards
from awards.tally import code_version, replayed
from awards.words import division_words
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awards.models import Assignment, Correction, Entry, Programme, ResultSignature, Stage
    from awards.scheme import Words


@dataclass(frozen=True)
class Winner:
    """One award that was given. ``division``: within which it was the best, where that is what the award looks at."""

    award: Words
    category: Words
    division: str
    entry: dict[str, Any]
    joint: bool
    place: int | None
    code: str


def winners_of(programme: Programme) -> list[Winner]:
    """Return the winners in the order of awards and categories; one query. Empty before results are frozen."""
    result = Result.objects.filter(programme=programme).first()
    if result is None:
        return []
    content = json.loads(result.content)
    entries = {entry["code"]: entry for entry in content["entries"]}
    awards = {award.code: award for award in programme.scheme.awards}
    order = list(awards)

    def ground(each: dict[str, Any]) -> tuple[Any, ...]:
        """Return what two winners share who hold one place jointly."""
        of, division = awards[each["award"]].of, entries[each["entry"]].get("division", "")
        within = {ALL: ("",), DIVISION: (each["category"], division)}.get(of, (each["category"],))
        return (each["award"], each["place"], *within)

    shared = Counter(ground(each) for each in content["winners"] if each["place"] is not None)
    found = sorted(
        content["winners"], key=lambda each: (order.index(each["award"]), each["category"], each["place"] or 0)
    )
    return [
        Winner(
            award=awards[each["award"]].title,
            category=programme.scheme.category(each["category"]).title,
            division=_division(entries[each["entry"]]) if awards[each["award"]].of == DIVISION else "",
            entry=entries[each["entry"]],
            joint=shared[ground(each)] > 1,
            place=each["place"],
            code=each["award"],
        )
        for each in found
    ]


def _division(entry: dict[str, Any]) -> str:
    return division_words(entry.get("division", ""))


@dataclass(frozen=True)
class Proof:
    """What holds frozen results together. ``wrong``: stages that a replay does not give again.

    ``awarded``: the winners follow from the places (None: results from before they could be followed).
    ``signature``: the installation's over the results, None until it was made; ``unsigned``: whatever still waits.
    """

    result: Result
    corrections: list[Correction]
    intact: bool
    wrong: list[str]
    awarded: bool | None
    same_code: bool
    code: str
    signature: ResultSignature | None
    unsigned: bool


def proof_of(programme: Programme) -> Proof | None:
    """Compute frozen results again from the scores that they carry, and compare; three queries."""
    result = Result.objects.filter(programme=programme).select_related("frozen_by").first()
    if result is None:
        return None
    content = json.loads(result.content)
    signatures = {row.correction_id: row for row in result.signatures.all()}
    corrections = list(result.corrections.select_related("by"))
    return Proof(
        result=result,
        corrections=corrections,
        intact=hashlib.sha256(result.content.encode()).hexdigest() == result.sha256,
        wrong=replayed(content),
        awarded=honours_again(content) == content["winners"] if "awards" in content else None,
        same_code=content["code"] == code_version(),
        code=content["code"],
        signature=signatures.get(None),
        unsigned=bool(signatures_wanted(signatures, corrections)),
    )


def signatures_wanted(signatures: Mapping[int | None, Any], corrections: Sequence[Correction]) -> set[int | None]:
    """Return what has no signature yet: None for the results themselves, the keys of corrections."""
    wanted: set[int | None] = {None, *(each.pk for each in corrections if each.content)}
    return wanted - signatures.keys()


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
