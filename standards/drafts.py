"""Reading a draft: its document, its faults and gaps, what differs from the edition before. Writes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from standards.editions import EditionError, Fault
from standards.editions.comparison import compare
from standards.editions.coverage import coverage
from standards.editions.document import check_edition, digest
from standards.editions.lineage import criteria_of, lineage_faults
from standards.editions.parts import tree_of
from standards.models import Edition, EditionStatus
from standards.selectors import EditionDamagedError, edition_document, known_kpi_codes
from standards.shelf import known_clauses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standards.editions import ParsedEdition
    from standards.editions.comparison import Comparison, CriterionChange
    from standards.editions.coverage import Coverage

# The languages of the interface, which an edition may declare as complete.
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def draft_document(edition: Edition) -> dict[str, Any]:
    """Return the document of a draft, verified but not remembered: it changes with every save. It is the caller's."""
    if digest(edition.document) != edition.sha256:
        raise EditionDamagedError(f"The stored edition does not have its hash {edition.sha256}.")
    document: dict[str, Any] = json.loads(edition.document)
    return document


def checked(document: Mapping[str, Any], *, gaps: bool = True) -> ParsedEdition:
    """Return the document as the reader of files sees it. Raises EditionError; texts may be missing with ``gaps``."""
    return check_edition(
        tree_of(dict(document)), known_kpis=known_kpi_codes(), known_clauses=known_clauses(), gaps=gaps
    )


def edition_before(edition: Edition, document: Mapping[str, Any]) -> Edition | None:
    """Return the edition that this one goes on from; one query, none where it states none."""
    version = document.get("based_on", {}).get("version")
    return Edition.objects.filter(code=edition.code, version=version).first() if version else None


def circle_faults(document: Mapping[str, Any]) -> list[Fault]:
    """Return the fault of an edition that goes on from itself by way of others; a query for each edition before."""
    seen = [document["version"]]
    while version := document.get("based_on", {}).get("version"):
        if version in seen:
            what = f"goes in a circle: {' is based on '.join([*seen, version])}"
            return [Fault(0, "based_on version", what)]
        before = Edition.objects.filter(code=document["code"], version=version).first()
        if before is None:
            break
        seen.append(version)
        document = edition_document(before)
    return []


def faults_and_gaps(document: Mapping[str, Any], before: Edition | None) -> tuple[list[Fault], Coverage]:
    """Return what keeps a draft from review: its faults, and the coverage with the gaps of declared languages."""
    covered = coverage(document)
    try:
        checked(document, gaps=bool(covered.gaps))
        faults: list[Fault] = []
    except EditionError as error:
        faults = error.faults
    if before is not None:
        faults = faults + lineage_faults(document, edition_document(before))
    return faults, covered


@dataclass(frozen=True, slots=True)
class CriterionState:
    """A criterion of a draft with what differs from the edition before (None without one) and its number of gaps."""

    criterion: dict[str, Any]
    change: CriterionChange | None
    gaps: int


@dataclass(frozen=True, slots=True)
class LanguageState:
    """How complete a language is."""

    code: str
    declared: bool
    found: int
    total: int
    percent: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A draft at one glance. ``tree``: (block, [(clause, [criterion state])])."""

    document: dict[str, Any]
    before: Edition | None
    comparison: Comparison | None
    tree: tuple[tuple[dict[str, Any], tuple[tuple[dict[str, Any], tuple[CriterionState, ...]], ...]], ...]
    faults: tuple[Fault, ...]
    coverage: Coverage
    languages: tuple[LanguageState, ...]

    @property
    def removed(self) -> list[CriterionChange]:
        """Return the criteria of the edition before that this one does not carry on."""
        return [each for each in self.comparison.criteria if each.new is None] if self.comparison else []


def draft_overview(edition: Edition) -> Overview:
    """Return what the page of a draft shows; one query."""
    document = draft_document(edition)
    before = edition_before(edition, document)
    comparison = compare(edition_document(before), document) if before else None
    faults, covered = faults_and_gaps(document, before)
    changes = {each.code: each for each in comparison.criteria if each.new is not None} if comparison else {}
    gaps: dict[str, int] = {}
    for gap in coverage(document, LANGUAGES).gaps:
        gaps[gap.part] = gaps.get(gap.part, 0) + 1
    tree = tuple(
        (
            block,
            tuple(
                (
                    clause,
                    tuple(
                        CriterionState(each, changes.get(each["code"]), gaps.get(each["code"], 0))
                        for each in clause["criteria"]
                    ),
                )
                for clause in block["clauses"]
            ),
        )
        for block in document["blocks"]
    )
    languages = tuple(
        LanguageState(
            code, code in document["languages"], covered.found.get(code, 0), covered.total, covered.percent(code)
        )
        for code in dict.fromkeys([*LANGUAGES, *document["languages"]])
    )
    return Overview(document, before, comparison, tree, tuple(faults), covered, languages)


def code_used_before(edition: Edition, code: str) -> str:
    """Return the version of another edition of this standard that has a criterion of this code, or an empty text."""
    others = Edition.objects.filter(code=edition.code, criteria__code=code).exclude(pk=edition.pk)
    return others.values_list("version", flat=True).first() or ""


def criterion_before(before: Edition | None, code: str) -> dict[str, Any] | None:
    """Return the criterion of this code in the edition before; no query."""
    return criteria_of(edition_document(before)).get(code) if before else None


def published_beside(edition: Edition) -> list[Edition]:
    """Return the published editions of the same standard: those that a new one may supersede; one query."""
    others = Edition.objects.filter(code=edition.code, status=EditionStatus.PUBLISHED).exclude(pk=edition.pk)
    return list(others.defer("document").order_by("version"))
