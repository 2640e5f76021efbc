"""Reading editions: for scores, for pages, for the answer sheet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Prefetch
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from standards.editions import spec_of
from standards.editions.document import digest
from standards.models import Block, Clause, Criterion, Edition
from standards.scoring import Case, score
from standards.scoring.words import title, wanted
from standards.templatetags.standard_text import picked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from standards.models import EditionQuerySet
    from standards.scoring import EditionSpec, GateResult

CACHED_EDITIONS = 64


class EditionDamagedError(Exception):
    """The stored document does not have the hash under which it was loaded: the database was changed by hand."""


def edition_document(edition: Edition) -> dict[str, Any]:
    """Return the whole edition as plain data; verified against its SHA-256, then remembered. Do not change it.

    No query when ``edition.document`` is loaded or the hash was seen before by this process.
    """
    return _load(edition)[0]


def edition_spec(edition: Edition) -> EditionSpec:
    """Return what the scoring engine needs; verified and remembered like ``edition_document``."""
    return _load(edition)[1]


def gated_kpis(edition: Edition) -> list[str]:
    """Return the KPI codes that any market gate of the edition names, in the edition's order."""
    gates = [gate for tier in edition_document(edition)["tiers"] for gate in tier["gates"]]
    return list(dict.fromkeys(kpi for gate in gates if gate["gate"] == "market" for kpi in gate["kpis"]))


_remembered: dict[str, tuple[dict[str, Any], EditionSpec]] = {}


def _load(edition: Edition) -> tuple[dict[str, Any], EditionSpec]:
    found = _remembered.get(edition.sha256)
    if found is None:
        found = _verified(edition.sha256, edition.document)
        if len(_remembered) >= CACHED_EDITIONS:
            _remembered.pop(next(iter(_remembered)), None)
        _remembered[edition.sha256] = found
    return found


def _verified(sha256: str, canonical: str) -> tuple[dict[str, Any], EditionSpec]:
    if digest(canonical) != sha256:
        raise EditionDamagedError(f"The stored edition does not have its hash {sha256}: nothing may be scored on it.")
    document: dict[str, Any] = json.loads(canonical)
    return document, spec_of(document, sha256)


@lru_cache(maxsize=1)
def known_kpis() -> dict[str, str]:
    """Return the names of all KPIs by code, from the registry that the settings name (it lives above this room)."""
    registry = import_string(settings.KPI_REGISTRY)
    return {code: kpi.name for code, kpi in registry.items()}


def known_kpi_codes() -> frozenset[str]:
    """Return the KPI codes that an edition may name."""
    return frozenset(known_kpis())


def editions() -> EditionQuerySet:
    """Return the editions for a list, newest first within each standard, with the number of criteria; one query."""
    return Edition.objects.defer("document").annotate(criteria_count=Count("criteria")).order_by("code", "-version")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader looks for in an edition; empty means everything."""

    query: str = ""
    tier: str = ""
    kind: str = ""
    mandatory: bool = False

    def __bool__(self) -> bool:
        """Say whether anything is filtered."""
        return bool(self.query or self.tier or self.kind or self.mandatory)

    def keep(self, criterion: Criterion) -> bool:
        """Say whether a criterion is looked for; every word of the query has to be found."""
        if (self.tier and criterion.tier != self.tier) or (self.kind and criterion.kind != self.kind):
            return False
        if self.mandatory and not criterion.mandatory:
            return False
        return not self.query or _contains(criterion, self.query)


def _contains(criterion: Criterion, query: str) -> bool:
    texts = [criterion.title, criterion.requirement, *criterion.anchors.values()]
    haystack = "\n".join([criterion.code, *(picked(each)[1] for each in texts)]).casefold()
    return all(word in haystack for word in query.casefold().split())


@dataclass(frozen=True, slots=True)
class ClauseBranch:
    """A clause with the criteria that are looked for."""

    clause: Clause
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class BlockBranch:
    """A block with the clauses in which something is looked for."""

    block: Block
    clauses: tuple[ClauseBranch, ...]

    @property
    def count(self) -> int:
        """Return the number of criteria."""
        return sum(len(each.criteria) for each in self.clauses)


def edition_tree(edition: Edition, filters: Filters) -> tuple[BlockBranch, ...]:
    """Return blocks, clauses and criteria that the filters keep; empty branches are left out. Three queries."""
    criteria = Criterion.objects.defer("look_at", "evidence", "facets", "kpis", "crosswalk", "condition")
    clauses = Prefetch("clauses", Clause.objects.prefetch_related(Prefetch("criteria", criteria)))
    branches = (_branch(block, filters) for block in edition.blocks.prefetch_related(clauses))
    return tuple(branch for branch in branches if branch.clauses)


def _branch(block: Block, filters: Filters) -> BlockBranch:
    clauses = (ClauseBranch(clause, _kept(clause.criteria.all(), filters)) for clause in block.clauses.all())
    return BlockBranch(block, tuple(each for each in clauses if each.criteria))


def _kept(criteria: Iterable[Criterion], filters: Filters) -> tuple[Criterion, ...]:
    return tuple(each for each in criteria if filters.keep(each))


def tier_demands(edition: Edition) -> list[dict[str, Any]]:
    """Return each tier with its gates as (title, what it wants) in the reader's language; no query."""
    document, spec = edition_document(edition), edition_spec(edition)
    facts = {fact["code"]: picked(fact["title"])[1] for fact in document["facts"]}
    # The score of an empty case has every gate with what it wants.
    tiers = zip(document["tiers"], score(spec, Case()).tiers, strict=True)
    return [{**tier, "demands": [_demand(gate, facts) for gate in result.gates]} for tier, result in tiers]


def _demand(gate: GateResult, facts: dict[str, str]) -> tuple[str, str]:
    return title(gate.gate, facts, gettext), wanted(gate, gettext)


def neighbours(criterion: Criterion) -> tuple[Criterion | None, Criterion | None]:
    """Return the criteria before and after this one in its edition; one query."""
    around = (criterion.position - 1, criterion.position + 1)
    found = {
        each.position: each
        for each in Criterion.objects.filter(edition_id=criterion.edition_id, position__in=around).only(
            "code", "title", "position", "edition_id"
        )
    }
    return found.get(around[0]), found.get(around[1])
