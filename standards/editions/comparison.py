"""What differs between two editions of a standard, and what that means for an answer given on the older one.

Compared are documents (see ``document.py``), so published editions and drafts alike. Criteria are matched through the
lineage of the newer edition.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from standards.editions.lineage import criteria_of, lineage_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from standards.editions.lineage import Lineage

Data = dict[str, Any]


class Aspect(StrEnum):
    """What of a criterion changed."""

    ADDED = "added"
    REMOVED = "removed"
    MERGED = "merged"
    SPLIT = "split"
    RENUMBERED = "renumbered"
    REWORDED = "reworded"
    TRANSLATED = "translated"
    GUIDANCE = "guidance"
    WEIGHT = "re-weighted"
    TIER = "moved to another tier"
    MANDATORY = "mandatory"
    NA_ALLOWED = "not applicable"
    CONDITION = "condition"
    KIND = "kind"
    SCALE = "scale"
    MEASURES = "measures"


class Carry(StrEnum):
    """What becomes of an answer given before."""

    UNCHANGED = "unchanged"
    AGAIN = "again"
    NEW = "new"
    GONE = "gone"


# Texts that say what is asked; a difference here may be a difference of meaning. The others guide the auditor.
ASKING = ("requirement", "anchors")
GUIDING = ("title", "look_at", "evidence")
VALUES = {
    "weight": Aspect.WEIGHT,
    "tier": Aspect.TIER,
    "mandatory": Aspect.MANDATORY,
    "na_allowed": Aspect.NA_ALLOWED,
    "when": Aspect.CONDITION,
    "kind": Aspect.KIND,
    "facets": Aspect.GUIDANCE,
    "kpis": Aspect.MEASURES,
    "computed": Aspect.MEASURES,
    "crosswalk": Aspect.MEASURES,
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with its old and new value; a text has its languages, ``{en: …}``. ``place`` is a level or a number."""

    name: str
    place: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """One criterion of the newer edition, or one of the older that it does not carry on.

    ``code`` is the newer code (the older for one that is gone); ``old`` and ``new`` are the criteria themselves.
    ``carry`` says what becomes of an answer; ``aspects`` what changed; ``fields`` every difference in full.
    """

    code: str
    clause: str
    origin: Lineage | None
    old: tuple[Data, ...]
    new: Data | None
    aspects: tuple[Aspect, ...]
    fields: tuple[FieldChange, ...]
    carry: Carry


@dataclass(frozen=True, slots=True)
class PartChange:
    """Something else of the edition that changed: a block's points, a gate, a fact, a title; None where it is not."""

    part: str
    code: str
    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs. ``criteria`` holds all, in the order of the newer edition, those that are gone last."""

    criteria: tuple[CriterionChange, ...]
    parts: tuple[PartChange, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> tuple[CriterionChange, ...]:
        """Return the criteria that are not the same in every respect."""
        return tuple(each for each in self.criteria if each.aspects)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing differs."""
        return not self.parts and not self.changed


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Return what differs between two documents of the same standard."""
    before, after = criteria_of(old), criteria_of(new)
    origins = {code: lineage_of(new, code, before.keys()) for code in after}
    heirs = Counter(source for origin in origins.values() for source in origin.codes)
    clauses = {**_clauses(old), **_clauses(new)}
    scales = (_levels(old["scale"]), _levels(new["scale"]))
    changes = [
        _change(criterion, clauses[code], origins[code], before, heirs, scales) for code, criterion in after.items()
    ]
    changes += [
        CriterionChange(code, clauses[code], None, (criterion,), None, (Aspect.REMOVED,), (), Carry.GONE)
        for code, criterion in before.items()
        if not heirs[code]
    ]
    counts = Counter(str(aspect) for change in changes for aspect in change.aspects)
    return Comparison(tuple(changes), tuple(_parts(old, new)), dict(counts))


def _change(
    criterion: Data,
    clause: str,
    origin: Lineage,
    before: Mapping[str, Data],
    heirs: Mapping[str, int],
    scales: tuple[tuple[int, int], tuple[int, int]],
) -> CriterionChange:
    code = criterion["code"]
    sources = tuple(before[each] for each in origin.codes if each in before)
    if not sources:
        return CriterionChange(code, clause, origin, (), criterion, (Aspect.ADDED,), (), Carry.NEW)
    # Of several, the one that kept its code is what the reader compares with.
    main = next((each for each in sources if each["code"] == code), sources[0])
    fields = tuple(_fields(main, criterion))
    aspects = {*_aspects(fields)}
    if len(sources) > 1:
        aspects.add(Aspect.MERGED)
    if any(heirs[each["code"]] > 1 for each in sources):
        aspects.add(Aspect.SPLIT)
    if main["code"] != code:
        aspects.add(Aspect.RENUMBERED)
    if scale_of(main, scales[0]) != scale_of(criterion, scales[1]):
        aspects.add(Aspect.SCALE)
    ordered = tuple(aspect for aspect in Aspect if aspect in aspects)
    return CriterionChange(code, clause, origin, sources, criterion, ordered, fields, _carry(origin, aspects))


def _carry(origin: Lineage, aspects: set[Aspect]) -> Carry:
    """Return what becomes of the answer: only what the edition declares to mean the same survives a new wording.

    A change of scale or kind, a merger and a split ask for a new answer in any case.
    """
    if aspects & {Aspect.MERGED, Aspect.SPLIT, Aspect.SCALE, Aspect.KIND} or origin.meaning == "changed":
        return Carry.AGAIN
    if Aspect.REWORDED in aspects and origin.meaning != "same":
        return Carry.AGAIN
    return Carry.UNCHANGED


def scale_of(criterion: Mapping[str, Any], edition: tuple[int, int]) -> tuple[int, int]:
    """Return lowest and highest level of a criterion: its own scale, else that of its edition."""
    own = criterion.get("scale")
    return _levels(own) if own else edition


def _levels(scale: Mapping[str, Any]) -> tuple[int, int]:
    return scale["min"], scale["max"]


def _fields(old: Data, new: Data) -> Iterator[FieldChange]:
    for name in ("title", "requirement", "look_at"):
        if old[name] != new[name]:
            yield FieldChange(name, "", old[name], new[name])
    for level in sorted({*old["anchors"], *new["anchors"]}, key=int):
        before, after = old["anchors"].get(level, {}), new["anchors"].get(level, {})
        if before != after:
            yield FieldChange("anchors", level, before, after)
    if old["evidence"] != new["evidence"]:
        for place in range(max(len(old["evidence"]), len(new["evidence"]))):
            before, after = _at(old["evidence"], place), _at(new["evidence"], place)
            if before != after:
                yield FieldChange("evidence", str(place + 1), before, after)
    for name in VALUES:
        before, after = old.get(name), new.get(name)  # some stand only where the file states them
        if before != after:
            yield FieldChange(name, "", before, after)


def _at(items: list[Data], place: int) -> Data:
    return items[place] if place < len(items) else {}


def _aspects(fields: tuple[FieldChange, ...]) -> Iterator[Aspect]:
    for change in fields:
        if change.name in VALUES:
            yield VALUES[change.name]
        elif not _rewritten(change):
            yield Aspect.TRANSLATED
        else:
            yield Aspect.REWORDED if change.name in ASKING else Aspect.GUIDANCE


def _rewritten(change: FieldChange) -> bool:
    """Say whether a language that both editions have reads differently; a language that came or went is translation.

    English is the wording that counts when it is the same in both: then only its translation was mended.
    """
    old, new = change.old.get("en"), change.new.get("en")
    return bool(old != new)


def _parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[PartChange]:
    for name in ("title", "notice", "languages", "points_total", "scale", "market"):
        if old[name] != new[name]:
            yield PartChange("edition", "", name, old[name], new[name])
    yield from _titled("scheme", old["schemes"], new["schemes"], ("title",))
    yield from _titled("fact", old["facts"], new["facts"], ("title", "type", "unit", "choices", "help"))
    yield from _titled("tier", old["tiers"], new["tiers"], ("title", "summary"))
    for code, before, after in _paired(old["tiers"], new["tiers"]):
        gates = {_gate(gate): gate for gate in (before or {}).get("gates", ())}
        others = {_gate(gate): gate for gate in (after or {}).get("gates", ())}
        for key in [*gates, *(each for each in others if each not in gates)]:
            if gates.get(key) != others.get(key):
                yield PartChange("gate", code, key, gates.get(key), others.get(key))
    yield from _titled("block", old["blocks"], new["blocks"], ("title", "intro", "points"))
    clauses = [[clause for block in document["blocks"] for clause in block["clauses"]] for document in (old, new)]
    yield from _titled("clause", clauses[0], clauses[1], ("title", "intro"))


def _titled(part: str, old: list[Data], new: list[Data], names: tuple[str, ...]) -> Iterator[PartChange]:
    for code, before, after in _paired(old, new):
        if before is None or after is None:
            yield PartChange(part, code, "", before and before["title"], after and after["title"])
            continue
        for name in names:
            if before[name] != after[name]:
                yield PartChange(part, code, name, before[name], after[name])


def _paired(old: list[Data], new: list[Data]) -> Iterator[tuple[str, Data | None, Data | None]]:
    before, after = ({each["code"]: each for each in items} for items in (old, new))
    for code in [*after, *(code for code in before if code not in after)]:
        yield code, before.get(code), after.get(code)


def _gate(gate: Data) -> str:
    """Name a gate as the scoring engine does: its kind and what it is about."""
    about = gate.get("fact") or gate.get("clause")
    return f"{gate['gate']}:{about}" if about else str(gate["gate"])


def _clauses(document: Mapping[str, Any]) -> dict[str, str]:
    return {
        criterion["code"]: clause["code"]
        for block in document["blocks"]
        for clause in block["clauses"]
        for criterion in clause["criteria"]
    }
