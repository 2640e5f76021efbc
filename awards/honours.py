"""Who gets which award, of the order of the last stage and of the gates that were passed. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from awards.scheme import ALL, CATEGORY, DIVISION, AwardSpec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an entry ended in its category. ``score`` on the scale of the levels; both None: not ranked at the end."""

    entry: str
    category: str
    division: str
    place: int | None
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Honour:
    """One award given to one entry; ``place`` is the one that it was given for, None for an award of a gate."""

    entry: str
    category: str
    award: str
    place: int | None


def honours(
    awards: Sequence[AwardSpec], standings: Sequence[Standing], passed: Mapping[str, Collection[str]]
) -> list[Honour]:
    """Return what is given, award by award, and within an award by category and place.

    ``passed``: by stage the codes of the entries that went on from its gate. Of the awards that are not given beside
    others, an entry gets the first that fits.
    """
    found: list[Honour] = []
    had: set[str] = set()
    for award in awards:
        fitting = [(each, place) for each in standings for place in [_fits(award, each, standings, passed)] if place]
        given = [
            Honour(each.entry, each.category, award.code, None if award.gate and award.rank is None else place)
            for each, place in fitting
            if award.beside or each.entry not in had
        ]
        had |= set() if award.beside else {each.entry for each in given}
        found += sorted(given, key=lambda each: (each.category, each.place or 0, each.entry))
    return found


def _fits(
    award: AwardSpec, one: Standing, standings: Iterable[Standing], passed: Mapping[str, Collection[str]]
) -> int | None:
    """Return the place that the award looks at, 1 where it looks at none; None where the entry does not get it."""
    if award.categories and one.category not in award.categories:
        return None
    if award.gate and one.entry not in passed.get(award.gate, ()):
        return None
    if award.gate and award.rank is None and award.least is None:
        return one.place or 1
    if one.place is None or one.score is None or (award.least is not None and one.score < award.least):
        return None
    place = _place(award.of, one, standings)
    return place if award.rank is None or place <= award.rank else None


def _place(of: str, one: Standing, standings: Iterable[Standing]) -> int:
    """Return the place in the category, within its division, or among all (there by the score)."""
    mine, score = one.place or 0, one.score or Decimal()
    if of == CATEGORY:
        return mine
    if of == DIVISION:
        same = [each for each in standings if (each.category, each.division) == (one.category, one.division)]
        return 1 + sum(each.place is not None and each.place < mine for each in same)
    return 1 + sum(each.score is not None and each.score > score for each in standings)


def awards_document(awards: Iterable[AwardSpec]) -> list[dict[str, Any]]:
    """Return what decides about awards as plain values, for frozen results."""
    return [
        {
            "code": award.code,
            "rank": award.rank,
            "min": None if award.least is None else str(award.least),
            "of": award.of,
            "gate": award.gate,
            "categories": list(award.categories),
            "beside": award.beside,
        }
        for award in awards
    ]


def honours_again(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the winners that frozen results have to name: of the places in them, nothing else."""
    awards = [
        AwardSpec(
            code=each["code"],
            title={},
            rank=each["rank"],
            least=None if each["min"] is None else Decimal(each["min"]),
            of=each.get("of", ALL),
            gate=each["gate"],
            categories=tuple(each["categories"]),
            beside=each["beside"],
        )
        for each in document["awards"]
    ]
    passed = {stage["code"]: stage["passed"] for stage in document["stages"]}
    return [honour_document(each) for each in honours(awards, standings_of(document), passed)]


def standings_of(document: Mapping[str, Any]) -> list[Standing]:
    """Return where every entry of frozen results ended in the last stage."""
    last = document["stages"][-1]["outcome"]
    places = {each["entry"]: each for group in last for each in group["places"]}
    return [
        Standing(
            entry=entry["code"],
            category=entry["category"],
            division=entry.get("division", ""),
            place=places[entry["code"]]["place"] if entry["code"] in places else None,
            score=Decimal(places[entry["code"]]["score"]) if entry["code"] in places else None,
        )
        for entry in document["entries"]
    ]


def honour_document(honour: Honour) -> dict[str, Any]:
    """Return one award given as plain values."""
    return {"entry": honour.entry, "category": honour.category, "award": honour.award, "place": honour.place}
