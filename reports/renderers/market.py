"""The market part of a summary: each KPI's comparison in words, and why the market gate is not met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from benchmarks.renderers.words import verdict_words
from reports.charts import SCREEN, Look, shown
from reports.renderers.figures import comparison_figure
from reports.renderers.labels import day_words, unit_words

if TYPE_CHECKING:
    from decimal import Decimal

    from reports.document import MarketComparison

_UNCOMPARED = frozenset({"no_figure", "missing"})
_FAILING = frozenset({"below", "insufficient", "missing"})


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A KPI against the market in words and as a chart; ``compared`` is False where there is nothing to draw."""

    title: str
    variant: str
    chart: SafeString
    value: str
    interval: str
    figure: str
    source: str
    verdict: str
    verdict_words: str
    reason: str
    compared: bool


def comparison_row(comparison: MarketComparison, look: Look = SCREEN) -> ComparisonRow:
    """Put one comparison into words and a chart, in the active language."""
    interval = comparison.interval
    chart = mark_safe(comparison_figure(comparison, look))  # noqa: S308 - ``reports.charts`` escapes every text
    return ComparisonRow(
        title=comparison.title,
        variant=comparison.variant,
        chart=chart,
        value=_value(comparison),
        interval=f"{shown(interval.low)}–{shown(interval.high)}" if interval else "",
        figure=_figure(comparison),
        source=_source(comparison),
        verdict=comparison.verdict,
        verdict_words=verdict_words(comparison.verdict),
        reason=" ".join(filter(None, (_formula(comparison), comparison.reason, _waiver(comparison)))),
        compared=comparison.verdict not in _UNCOMPARED,
    )


def shortfall(comparison: MarketComparison) -> str:
    """Return the KPI's name and, where its verdict stands in the way, both numbers and the verdict."""
    if comparison.verdict not in _FAILING:
        return comparison.title
    words = {"kpi": comparison.title, "verdict": verdict_words(comparison.verdict)}
    if comparison.value is None or comparison.figure is None:
        return _("%(kpi)s (%(verdict)s)") % words
    words |= {"value": _value(comparison), "figure": _figure(comparison)}
    return _("%(kpi)s (%(verdict)s: %(value)s against %(figure)s)") % words


def _value(comparison: MarketComparison) -> str:
    return _amount(comparison.value, comparison.unit)


def _figure(comparison: MarketComparison) -> str:
    return _amount(comparison.figure, comparison.unit)


def _amount(number: Decimal | None, unit: str) -> str:
    """Return a number with its unit, which no line break parts."""
    return "" if number is None else f"{shown(number)}\N{NO-BREAK SPACE}{unit_words(unit)}".strip()


def _source(comparison: MarketComparison) -> str:
    """Return publisher, year, who was compared, n and grade, as far as they are known."""
    own = _("own n = %(n)s") % {"n": f"{comparison.n:,}"} if comparison.n is not None else ""
    grade = _("grade %(grade)s") % {"grade": comparison.grade} if comparison.grade else ""
    year = str(comparison.year) if comparison.year else ""
    figure_n = (
        comparison.figure_n if "=" in comparison.figure_n or not comparison.figure_n else f"n = {comparison.figure_n}"
    )
    return " · ".join(filter(None, (comparison.publisher, year, comparison.scope, figure_n, grade, own)))


def _formula(comparison: MarketComparison) -> str:
    """Say in which formula the centre was compared, where the publisher does not name its own."""
    words = {
        "unstated": _(
            "The publisher does not name its formula; the centre is compared in the one that is least favourable "
            "to it: %(formula)s"
        ),
        "only": _(
            "The publisher does not name its formula; the centre is compared in the only one defined: %(formula)s"
        ),
    }
    template = words.get(comparison.formula, "") if comparison.variant else ""
    return template % {"formula": comparison.variant} if template else ""


def _waiver(comparison: MarketComparison) -> str:
    waiver = comparison.waiver
    if waiver is None:
        return ""
    return _("Waiver by %(name)s, %(date)s: %(reason)s") % {
        "name": waiver.granted_by,
        "date": day_words(waiver.granted_at),
        "reason": waiver.reason,
    }
