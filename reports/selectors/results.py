"""Scores, gates, facts and market verdicts: from their JSON to the document's words and numbers. No query."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from benchmarks.comparable import CENTRE
from benchmarks.kpis.registry import KPIS, UNSTATED
from benchmarks.message import sentences
from benchmarks.settling import notes_in_words
from benchmarks.terms import term
from benchmarks.verdict import reason_in_words
from reports import document as doc
from standards.scoring.words import plain

if TYPE_CHECKING:
    from benchmarks.kpis.definition import Kpi

_PLAIN_VERDICTS = frozenset({"above", "below", "not_shown_below"})


def number(value: Any) -> Decimal | None:
    """Return a number of the JSON as a decimal."""
    return None if value is None else Decimal(str(value))


def interval_of(low: Any, high: Any) -> doc.Interval:
    """Return two numbers of the JSON as an interval."""
    return doc.Interval(Decimal(str(low)), Decimal(str(high)))


def block_of(code: str, title: str, block: dict[str, Any], bar: Decimal | None) -> doc.BlockScore:
    """Return the score of one block with the tier's bar in per cent."""
    return doc.BlockScore(
        code=code,
        title=title,
        points=interval_of(block["low"], block["high"]),
        maximum=Decimal(str(block["max"])),
        percent=interval_of(block["percent_low"], block["percent_high"]),
        wanted=bar,
    )


def gate_of(gate: dict[str, Any], facts: dict[str, str], words: tuple[str, str] | None) -> doc.Gate:
    """Return one gate; ``words`` are what it saw and wanted in another language than the frozen one."""
    saw, wants = words or (gate["seen"], gate["wanted"])
    return doc.Gate(gate["gate"], _gate_title(gate["gate"], facts), gate["state"], saw, wants, tuple(gate["because"]))


def _gate_title(code: str, facts: dict[str, str]) -> str:
    """Name a gate by its kind, and by the block, clause, finding or fact that it is about."""
    kind, _colon, about = code.partition(":")
    titles = {
        "total": _("Total score"),
        "block": _("Block %(code)s") % {"code": about},
        "mandatory_level": _("Mandatory criteria"),
        "clause_level": _("Clause %(code)s") % {"code": about},
        "findings:major_open": _("Open major nonconformities"),
        "findings:minor_late": _("Minor nonconformities not closed in time"),
        "na_share": _("Share of criteria not applicable"),
        "market": _("Market gate"),
    }
    return titles.get(code) or titles.get(kind) or facts.get(about) or code


def fact_value(value: Any) -> str:
    """Return a fact's value as text: numbers in full, yes and no, choices in words, lists with their separator."""
    return plain(tuple(value) if isinstance(value, list) else value, _)


def comparison_of(kpi: str, verdict: dict[str, Any], waiver: doc.Waiver | None, n: int | None) -> doc.MarketComparison:
    """Return the verdict on one KPI with what it rests on."""
    definition = KPIS.get(kpi)
    figure = verdict.get("figure") or {}
    value, half = number(verdict.get("value")), number(verdict.get("half_width"))
    variant = definition.variant(verdict.get("variant") or "") if definition else None
    return doc.MarketComparison(
        kpi=kpi,
        title=_title(_(definition.name) if definition else kpi, verdict),
        variant=_(variant.words) if variant else "",
        unit=verdict.get("unit") or (definition.unit if definition else ""),
        direction=definition.direction if definition else "",
        value=value,
        interval=_confidence(value, half, verdict.get("unit")),
        n=n,
        figure=number(figure.get("value")),
        year=figure.get("year"),
        figure_n=str(figure.get("n") or ""),
        publisher=figure.get("source", ""),
        url=figure.get("url", ""),
        scope=", ".join(filter(None, (figure.get(key) for key in ("statistic", "industry", "region", "channel")))),
        grade=figure.get("grade", ""),
        formula=_formula(definition, figure),
        verdict=verdict["state"],
        reason=_reason(verdict),
        waiver=waiver,
    )


def _title(name: str, verdict: dict[str, Any]) -> str:
    """Name the KPI, and the bar where it is above the centre of the market."""
    bar = verdict.get("bar", CENTRE)
    return name if bar == CENTRE else _("%(kpi)s: %(bar)s") % {"kpi": name, "bar": term("bar", bar, _)}


def _formula(definition: Kpi | None, figure: dict[str, Any]) -> str:
    """Say whether the publisher names its formula; "only" where it does not, and the KPI has a single one."""
    if figure.get("variant") != UNSTATED:
        return "stated" if figure else ""
    return "only" if definition and len(definition.variants) == 1 else "unstated"


def _confidence(value: Decimal | None, half: Decimal | None, unit: str | None) -> doc.Interval | None:
    """Return the 95 % interval, cut to what the unit can be: no share above 100 %, nothing but points below 0."""
    if value is None or half is None:
        return None
    low, high = value - half, value + half
    if unit == "%":
        high = min(high, Decimal(100))
    return doc.Interval(low if unit == "pts" else max(low, Decimal(0)), high)


def _reason(verdict: dict[str, Any]) -> str:
    """Return why nothing could be tested, or not precisely enough, and what the verdict hangs on.

    A plain verdict needs no reason beside it.
    """
    why = [] if verdict["state"] in _PLAIN_VERDICTS else [reason_in_words(verdict, _)]
    return sentences([*why, *notes_in_words(verdict, _)])
