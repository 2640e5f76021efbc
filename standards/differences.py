"""What differs between two editions, as a page shows it: words in the reader's language, texts piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from standards.editions.comparison import Aspect, Carry, compare
from standards.editions.wording import ADDED, REMOVED, Piece, differences
from standards.scoring import Case, score
from standards.scoring.words import plain, title, wanted
from standards.selectors import edition_document, edition_spec, known_kpis
from standards.templatetags.standard_text import picked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.utils.functional import _StrPromise as LazyText

    from standards.editions.comparison import Comparison, CriterionChange, FieldChange, PartChange
    from standards.models import Edition

ASPECTS: dict[Aspect, LazyText] = {
    Aspect.ADDED: _("Added"),
    Aspect.REMOVED: _("Removed"),
    Aspect.MERGED: _("Merged"),
    Aspect.SPLIT: _("Split"),
    Aspect.RENUMBERED: _("Renumbered"),
    Aspect.REWORDED: _("Reworded"),
    Aspect.TRANSLATED: _("Translation mended"),
    Aspect.GUIDANCE: _("Guidance changed"),
    Aspect.WEIGHT: _("Re-weighted"),
    Aspect.TIER: _("Moved to another tier"),
    Aspect.MANDATORY: _("Mandatory or not changed"),
    Aspect.NA_ALLOWED: _("N/A rule changed"),
    Aspect.CONDITION: _("Condition changed"),
    Aspect.KIND: _("Kind changed"),
    Aspect.SCALE: _("Scale changed"),
    Aspect.MEASURES: _("KPIs or crosswalk changed"),
}
CARRIES: dict[Carry, LazyText] = {
    Carry.UNCHANGED: _("An answer carries over"),
    Carry.AGAIN: _("To be answered again"),
    Carry.NEW: _("To be answered for the first time"),
    Carry.GONE: _("Falls away; the answer is kept"),
}
FIELDS: dict[str, LazyText] = {
    "title": _("Title"),
    "requirement": _("Requirement"),
    "look_at": _("What to look at"),
    "evidence": _("Expected evidence"),
    "anchors": _("Level"),
    "weight": _("Weight"),
    "tier": _("Applies from"),
    "mandatory": _("Mandatory"),
    "na_allowed": _("N/A allowed"),
    "when": _("Asked only where"),
    "kind": _("Kind"),
    "facets": _("Judged by"),
    "kpis": _("KPIs"),
    "computed": _("Level from measurements"),
    "crosswalk": _("In other schemes"),
    "intro": _("Introduction"),
    "summary": _("Summary"),
    "points": _("Points"),
    "notice": _("Notice"),
    "languages": _("Languages"),
    "points_total": _("Points in all"),
    "scale": _("Scale"),
    "market": _("Market figures"),
    "type": _("Type"),
    "unit": _("Unit"),
    "choices": _("Choices"),
    "help": _("Explanation"),
}
PARTS: dict[str, LazyText] = {
    "edition": _("Edition"),
    "scheme": _("Scheme"),
    "fact": _("Fact"),
    "tier": _("Tier"),
    "gate": _("Gate"),
    "block": _("Block"),
    "clause": _("Clause"),
}
KINDS: dict[str, LazyText] = {"process": _("Process (judged)"), "result": _("Result (from data)")}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One difference: its name, and what stands on the left and on the right, piece by piece.

    ``languages`` are those of the two texts where they are texts of the standard.
    """

    label: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    languages: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion that differs, ready to be shown."""

    change: CriterionChange
    title: Mapping[str, str]
    aspects: tuple[LazyText, ...]
    carry: LazyText
    merged: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that differs, with the number of criteria by aspect and by what becomes of their answers."""

    comparison: Comparison
    parts: tuple[Row, ...]
    criteria: tuple[CriterionRow, ...]
    aspects: tuple[tuple[str, LazyText, int], ...]
    carries: tuple[tuple[LazyText, int], ...]


def difference_page(old: Edition, new: Edition, *, only: str = "") -> Page:
    """Return what a page shows of the difference; ``only`` is the value of an ``Aspect``. No query."""
    before, after = edition_document(old), edition_document(new)
    comparison = compare(before, after)
    words = _Words(before, after)
    shown = [each for each in comparison.changed if not only or only in {str(aspect) for aspect in each.aspects}]
    counts = [
        (str(aspect), label, comparison.counts[aspect])
        for aspect, label in ASPECTS.items()
        if aspect in comparison.counts
    ]
    carried = [(label, sum(each.carry is carry for each in comparison.criteria)) for carry, label in CARRIES.items()]
    gates = (_demands(old), _demands(new))
    return Page(
        comparison,
        tuple(words.part(part, gates) for part in comparison.parts),
        tuple(_criterion(each, words) for each in shown),
        tuple(counts),
        tuple(each for each in carried if each[1]),
    )


def _demands(edition: Edition) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (title, what it wants) of each gate by (tier, gate); the score of an empty case has them all."""
    facts = {fact["code"]: picked(fact["title"])[1] for fact in edition_document(edition)["facts"]}
    return {
        (tier.code, gate.gate): (title(gate.gate, facts, gettext), wanted(gate, gettext))
        for tier in score(edition_spec(edition), Case()).tiers
        for gate in tier.gates
    }


def _criterion(change: CriterionChange, words: _Words) -> CriterionRow:
    shown = change.new or change.old[0]
    others = tuple(each["code"] for each in change.old if each["code"] != change.code)
    return CriterionRow(
        change=change,
        title=shown["title"],
        aspects=tuple(ASPECTS[aspect] for aspect in change.aspects),
        carry=CARRIES[change.carry],
        merged=others,
        rows=tuple(words.criterion(change, others)),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """Turns values into words; tiers have other titles in each edition."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]

    def criterion(self, change: CriterionChange, others: tuple[str, ...]) -> Iterator[Row]:
        if change.new is None or not change.old:
            yield self._alone(change)
            return
        for each in change.fields:
            label = f"{FIELDS[each.name]} {each.place}".strip()
            yield _texts(label, each.old, each.new) if _is_text(each) else self._values(label, each)
        for source in change.old:
            if source["code"] in others:
                yield _texts(f"{FIELDS['requirement']} {source['code']}", source["requirement"], {})

    def _alone(self, change: CriterionChange) -> Row:
        """A criterion that is only on one side."""
        label = str(FIELDS["requirement"])
        if change.new is None:
            return _texts(label, change.old[0]["requirement"], {})
        return _texts(label, {}, change.new["requirement"])

    def _values(self, label: str, change: FieldChange) -> Row:
        return _plain(
            label, self.value(change.name, change.old, self.old), self.value(change.name, change.new, self.new)
        )

    def value(self, name: str, value: Any, document: Mapping[str, Any]) -> str:
        """Return one value in words."""
        tiers = {tier["code"]: picked(tier["title"])[1] for tier in document["tiers"]}
        named: dict[str, Callable[[Any], str]] = {
            "tier": lambda code: tiers.get(code, code),
            "kind": lambda code: str(KINDS.get(code, code)),
            "kpis": lambda codes: ", ".join(gettext(known_kpis().get(code, code)) for code in codes),
            "computed": _rule,
            "when": lambda when: f"{when['fact']}: {', '.join(when['includes'])}" if when else "",
            "crosswalk": lambda walk: "; ".join(f"{scheme} {', '.join(each)}" for scheme, each in walk.items()),
            "scale": lambda scale: f"{scale['min']}–{scale['max']}",
            "market": lambda market: str(market["max_age_months"]),
        }
        if name in named and value is not None:
            return named[name](value) or NOTHING
        if isinstance(value, bool):
            return plain(value, gettext)
        if isinstance(value, (list, tuple)):
            return ", ".join(map(str, value)) or NOTHING
        return NOTHING if value in (None, "") else str(value)

    def part(self, part: PartChange, gates: tuple[Mapping[tuple[str, str], tuple[str, str]], ...]) -> Row:
        """Return a change outside the criteria."""
        if part.part == "gate":
            tier = self.value("tier", part.code, self.new)
            found = [demands.get((part.code, part.name)) for demands in gates]
            name = next((each[0] for each in found if each), part.name)
            return _plain(f"{tier} · {name}", *(each[1] if each else NOTHING for each in found))
        label = " ".join(filter(None, (str(PARTS[part.part]), part.code)))
        if part.name:
            label = f"{label} · {FIELDS.get(part.name, part.name)}"
        if isinstance(part.old or part.new, dict) and "en" in (part.old or part.new):
            return _texts(label, part.old or {}, part.new or {})
        return _plain(label, self.value(part.name, part.old, self.old), self.value(part.name, part.new, self.new))


def _rule(computed: Mapping[str, Any]) -> str:
    """Return the rule by which a level is computed, with the KPIs that it names."""
    named = [f"{key}: {', '.join(computed[key])}" for key in ("level", "trend") if key in computed]
    return "; ".join([computed["rule"], *named])


def _is_text(change: FieldChange) -> bool:
    return change.name in {"title", "requirement", "look_at", "evidence", "anchors"}


def _texts(label: str, old: Mapping[str, str], new: Mapping[str, str]) -> Row:
    """Compare two texts in the reader's language, or where they read the same there, in the first that differs."""
    (language, words), (other, others) = picked(old), picked(new)
    if old and new and words == others:
        language = other = next((each for each in [*new, *old] if old.get(each) != new.get(each)), language)
        label, words, others = f"{label} ({language})", old.get(language, ""), new.get(language, "")
    pieces = differences(words, others)
    return Row(label, _side(pieces, ADDED), _side(pieces, REMOVED), (language, other))


def _plain(label: str, old: str, new: str) -> Row:
    pieces = differences(old, new)
    return Row(label, _side(pieces, ADDED), _side(pieces, REMOVED))


def _side(pieces: Iterable[Piece], without: str) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.kind != without)
