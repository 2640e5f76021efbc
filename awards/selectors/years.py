"""Over the years and across a field: an entrant's history, and the benchmarks of each division."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from awards.honours import standings_of
from awards.models import Entry, Result
from awards.words import division_words
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from awards.models import Programme

FEWEST = 3  # entries of a division below which a distribution would show somebody


@dataclass(frozen=True)
class Year:
    """One entry of an organisation in one year. What it came to is known once the results are public.

    ``score`` on the scale of the levels, ``percent`` of the scale; ``place`` of ``entries`` in the category.
    """

    entry: Entry
    category: str
    score: str
    percent: float
    place: int | None
    entries: int
    awards: list[str]


def history_of(entry: Entry, *, at: datetime) -> list[Year]:
    """Return every entry that the organisation handed in over the years, newest first; two queries."""
    found = Entry.objects.filter(organisation=entry.organisation_id, calibration__isnull=True, revision__gt=0)
    entries = list(found.select_related("programme", "centre").order_by("-programme__year", "-pk"))
    programmes = [each.programme_id for each in entries if each.programme.is_public(at)]
    contents = dict(Result.objects.filter(programme__in=programmes).values_list("programme", "content"))
    read = {key: json.loads(content) for key, content in contents.items()}
    return [_year(each, read.get(each.programme_id)) for each in entries]


def _year(entry: Entry, content: dict[str, Any] | None) -> Year:
    scheme = entry.programme.scheme
    category = text(scheme.category(entry.category).title)
    standings = {each.entry: each for each in standings_of(content)} if content else {}
    own = standings.get(entry.code)
    if content is None or own is None or own.score is None:
        return Year(entry, category, "", 0, None, 0, _awards(entry, content))
    share = 100 * (own.score - scheme.least) / (scheme.most - scheme.least)
    ranked = sum(each.category == own.category and each.place is not None for each in standings.values())
    return Year(entry, category, f"{own.score:.2f}", round(float(share), 1), own.place, ranked, _awards(entry, content))


def _awards(entry: Entry, content: dict[str, Any] | None) -> list[str]:
    titles = {award.code: text(award.title) for award in entry.programme.scheme.awards}
    return [titles[each["award"]] for each in (content or {}).get("winners", ()) if each["entry"] == entry.code]


@dataclass(frozen=True)
class Benchmark:
    """One division of a category: how many entries the last stage ranked, their scores without names, and the best.

    ``dots`` and ``at`` in per cent of the scale; no dots below three entries.
    """

    category: str
    division: str
    entries: int
    middle: str
    best: str
    dots: list[float]
    at: float
    names: list[str]


def benchmarks_of(programme: Programme) -> list[Benchmark]:
    """Return the benchmarks of all divisions, by category; one query. Empty where no category has divisions."""
    result = Result.objects.filter(programme=programme).first()
    if result is None:
        return []
    content = json.loads(result.content)
    names = {entry["code"]: entry["organisation"] for entry in content["entries"]}
    won = {each["entry"] for each in content["winners"]}
    groups: defaultdict[tuple[str, str], list[tuple[str, Decimal]]] = defaultdict(list)
    for each in standings_of(content):
        if each.division and each.score is not None:
            groups[each.category, each.division].append((each.entry, each.score))
    scheme = programme.scheme
    low, width = scheme.least, scheme.most - scheme.least
    found = []
    for (category, division), members in sorted(groups.items()):
        scores = [score for _entry, score in members]
        enough = len(members) >= FEWEST
        found.append(
            Benchmark(
                category=text(scheme.category(category).title),
                division=division_words(division),
                entries=len(members),
                middle=f"{median(scores):.2f}" if enough else "",
                best=f"{max(scores):.2f}" if enough else "",
                dots=[round(float(100 * (score - low) / width), 1) for score in sorted(scores)] if enough else [],
                at=round(float(100 * (max(scores) - low) / width), 1),
                # Only who won something is named: the others did not ask for a place in public.
                names=[names[entry] for entry, score in members if score == max(scores) and entry in won],
            )
        )
    return found
