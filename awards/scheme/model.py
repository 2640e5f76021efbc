"""The parts of a programme: stages with what they ask for, categories, rules, criteria, method, awards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    Words = Mapping[str, str]

ENTRY, JUDGING, EVENT = "entry", "judging", "event"
TEXT, FIGURE, FILE, EVIDENCE = "text", "figure", "file", "evidence"
SURVEY, MYSTERY = "survey", "mystery"  # tables of answers of customers, and of results of mystery contacts
TABLES = (SURVEY, MYSTERY)
ASK_KINDS = (TEXT, FIGURE, FILE, EVIDENCE, *TABLES)
PAPERS, VISIT, PRESENTATION = "papers", "visit", "presentation"
CATEGORY, DIVISION, ALL = "category", "division", "all"
MEAN, ADJUSTED = "mean", "adjusted"
SCORE, HEAD_TO_HEAD, DELIBERATION, JOINT = "score", "head_to_head", "deliberation", "joint"
BY_CRITERION = "criterion:"
CATEGORY_KINDS = ("corporate", "centre", "team", "individual", "innovation")
DIVISIONS = ("none", "industry", "region", "size")
MOST_TEXT = 20_000
LONGEST_CODE = 40
# Trimming a panel smaller than this would leave too little of it.
TRIM_FROM = 5


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that an entrant is asked for; ``most`` characters of a text.

    ``scale``: the lowest and the highest answer of a survey, or mark of a mystery contact. ``mark``: from which answer
    on a customer counts as satisfied, or a contact as passed; None leaves that out.
    """

    code: str
    kind: str
    title: Words
    help: Words
    required: bool
    most: int
    scale: tuple[int, int] = (0, 10)
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class StageSpec:
    """One stage. ``top`` go on from a gate, of each category or (``of_all``) of all; none means everybody.

    ``days``: from the beginning of the programme to opening and to closing. ``how`` judges meet the entrant: papers,
    visit, presentation; only papers can be blind.
    """

    code: str
    kind: str
    title: Words
    blind: bool
    days: tuple[int, int]
    top: int | None
    of_all: bool
    asks: tuple[Ask, ...]
    how: str = PAPERS


@dataclass(frozen=True, slots=True)
class CategorySpec:
    """A category; ``by`` is what its divisions are made by."""

    code: str
    kind: str
    by: str
    title: Words


@dataclass(frozen=True, slots=True)
class Rule:
    """One eligibility rule; ``categories`` empty means all.

    ``standing``: a certificate, or with ``assessment`` also a closed assessment, of ``edition`` (current or any) at
    ``tier`` or better. ``most_entries``: at most so many entries of one organisation.
    """

    rule: str
    categories: tuple[str, ...]
    edition: str = "current"
    tier: str = ""
    assessment: bool = True
    most: int = 0


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """What judges score; ``stages`` empty means all. Anchors by level as text.

    ``asks``: what was given for these is the evidence for it; ``kpis``: so are these figures of the entrant's audit.
    """

    code: str
    title: Words
    look: Words
    weight: Decimal
    stages: tuple[str, ...]
    anchors: Mapping[str, Words]
    asks: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """How scores become an order, declared before the programme opens.

    ``trim``: so many of the highest and of the lowest judges' scores of an entry are left out, from five judges on.
    """

    score: str
    trim: int
    ladder: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AwardSpec:
    """What can be won: up to ``rank`` (none: any rank) with at least ``least`` points of the scale (none: any).

    ``of``: whose rank, that in the category, in the division within it, or among all. ``gate``: the code of a stage
    whose gate one has to have passed. ``categories`` empty means all. ``beside``: given beside another award; of the
    others an entry gets the first that fits.
    """

    code: str
    title: Words
    rank: int | None
    least: Decimal | None
    of: str = CATEGORY
    gate: str = ""
    categories: tuple[str, ...] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """A whole programme without its dates."""

    code: str
    title: Words
    about: Words
    least: int
    most: int
    judges_per_entry: int
    method: Method
    categories: tuple[CategorySpec, ...]
    rules: tuple[Rule, ...]
    criteria: tuple[CriterionSpec, ...]
    criteria_from: str
    stages: tuple[StageSpec, ...]
    awards: tuple[AwardSpec, ...]

    def stage(self, code: str) -> StageSpec:
        """Return the stage with this code. Raises KeyError."""
        return {stage.code: stage for stage in self.stages}[code]

    def category(self, code: str) -> CategorySpec:
        """Return the category with this code. Raises KeyError."""
        return {category.code: category for category in self.categories}[code]

    def judging(self) -> tuple[StageSpec, ...]:
        """Return the stages in which judges score, in order."""
        return tuple(stage for stage in self.stages if stage.kind == JUDGING)

    def criteria_of(self, stage: str) -> tuple[CriterionSpec, ...]:
        """Return what is scored in a stage, in order."""
        return tuple(each for each in self.criteria if not each.stages or stage in each.stages)

    def asks_before(self, stage: str) -> tuple[Ask, ...]:
        """Return what judges of a stage read: the asks of all stages before it."""
        found: list[Ask] = []
        for each in self.stages:
            if each.code == stage:
                break
            found += each.asks
        return tuple(found)
