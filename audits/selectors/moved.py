"""A move as a page shows it, before it is made and ever after: one way from its plan to words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.carrying import UNDO
from audits.selectors.overview import VERDICTS
from audits.words import GROUPS, GROUPS_BACK, WHY
from benchmarks.kpis.registry import KPIS
from standards.differences import ASPECTS, difference_page
from standards.editions.comparison import Aspect
from standards.editions.lineage import criteria_of
from standards.scoring.decimals import one_decimal
from standards.scoring.words import plain, title
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audits.words import GroupWords
    from standards.differences import Row
    from standards.models import Edition

Data = dict[str, Any]
STATES = {"met": _("met"), "not_met": _("not met"), "open": _("open")}
ORDER = ("again", "gone", "new", "unchanged")


@dataclass(frozen=True)
class CriterionMove:
    """One criterion with what was answered, why it has to be again, and what its text was and is, word by word."""

    code: str
    title: Mapping[str, str]
    asked: bool
    why: tuple[str, ...]
    aspects: tuple[str, ...]
    given: tuple[Data, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Group:
    """The criteria to which the same happens; ``read_first`` where a person has to confirm it."""

    code: str
    words: GroupWords
    criteria: tuple[CriterionMove, ...]
    read_first: bool


@dataclass(frozen=True)
class TierMove:
    """A tier's score in shown numbers, empty where an edition has not this tier; points are those of the tier."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class GateMove:
    """A gate whose state differs; a state is empty where an edition has not this gate."""

    tier: str
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class MovePage:
    """Everything that a page says of a move."""

    groups: tuple[Group, ...]
    tiers: tuple[TierMove, ...]
    gates: tuple[GateMove, ...]
    facts_gone: tuple[tuple[str, str], ...]
    market: tuple[tuple[str, str, str], ...]
    undo: bool


def move_page(plan: Data, old: Edition, new: Edition, *, must_read: Iterable[str] = ()) -> MovePage:
    """Return a plan in the reader's words; no query besides those for the two documents."""
    before, after = edition_document(old), edition_document(new)
    undo = plan["kind"] == UNDO
    words = GROUPS_BACK if undo else GROUPS
    rows = {} if undo else {each.change.code: each.rows for each in difference_page(old, new).criteria}
    titles = [{code: each["title"] for code, each in criteria_of(doc).items()} for doc in (before, after)]
    not_asked = frozenset(plan["not_asked"])
    groups = tuple(
        Group(
            code,
            words[code],
            tuple(_criterion(each, titles, rows, not_asked) for each in plan["criteria"] if each["carry"] == code),
            code in must_read,
        )
        for code in ORDER
        if plan["counts"][code]
    )
    tiers = {tier["code"]: text(tier["title"]) for doc in (before, after) for tier in doc["tiers"]}
    facts = {fact["code"]: text(fact["title"]) for doc in (before, after) for fact in doc["facts"]}
    return MovePage(
        groups,
        tuple(
            TierMove(tiers[each["tier"]], _interval(each["before"]), _interval(each["after"])) for each in plan["tiers"]
        ),
        tuple(
            GateMove(
                tiers[each["tier"]],
                title(each["gate"], facts, gettext),
                str(STATES.get(each["before"], "")),
                str(STATES.get(each["after"], "")),
            )
            for each in plan["gates"]
        ),
        tuple((facts.get(name, name), _value(fact["value"])) for name, fact in plan["facts"]["gone"].items()),
        tuple(_verdicts(plan["market"]["before"], plan["market"]["after"])),
        undo,
    )


def _criterion(
    each: Data,
    titles: Sequence[Mapping[str, Mapping[str, str]]],
    rows: Mapping[str, tuple[Row, ...]],
    not_asked: frozenset[str],
) -> CriterionMove:
    gone = each["carry"] == "gone"
    aspects = {Aspect(aspect) for aspect in each["aspects"]} - {Aspect.ADDED, Aspect.REMOVED}
    return CriterionMove(
        code=each["code"],
        title=titles[0 if gone else 1][each["code"]],
        asked=gone or each["code"] not in not_asked,
        why=tuple(str(WHY[why]) for why in each["why"]),
        aspects=tuple(str(words) for aspect, words in ASPECTS.items() if aspect in aspects),
        given=tuple(
            {**given, "at": parse_datetime(given["at"]) if given["at"] else None}
            for given in each["from"]
            # An empty row that falls away holds nothing to be told.
            if not gone or given["revision"] or given["evidence"] or given["findings"]
        ),
        # What is new, or gone, has nothing to be compared with; its text is on its own page.
        rows=rows.get(each["code"], ()) if each["carry"] in {"again", "unchanged"} else (),
    )


def _interval(interval: Data | None) -> str:
    """Write a score as people read it: one number once all is answered."""
    if interval is None:
        return ""
    low, high = one_decimal(Fraction(interval["low"])), one_decimal(Fraction(interval["high"]))
    return low if low == high else f"{low}–{high}"


def _value(value: Any) -> str:
    return plain(tuple(value) if isinstance(value, list) else value, gettext)


def _verdicts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield (KPI, verdict before, verdict after) where they differ; empty where an edition does not gate the KPI."""
    for kpi in [each for each in KPIS if each in before or each in after]:
        old, new = before.get(kpi), after.get(kpi)
        if old != new:
            yield gettext(KPIS[kpi].name), _verdict(old), _verdict(new)


def _verdict(state: str | None) -> str:
    return str(VERDICTS[state][0]) if state else ""
