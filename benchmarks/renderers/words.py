"""Numbers, verdicts and periods as the reader's language writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from benchmarks.charts.axes import drawable, plain_number
from benchmarks.kpis.registry import KPIS
from benchmarks.terms import term, variant_in_words

if TYPE_CHECKING:
    from datetime import date

    from benchmarks.standing import Key

_LONG = 1e9


def number(value: float | None, places: int = 1) -> str:
    """Write a number rounded to so many places, thousands set apart; a dash where there is none."""
    if value is None or not drawable(value):
        return "–"
    if abs(value) >= _LONG:
        return plain_number(value, places)
    return str(number_format(round(value, places), places, force_grouping=True)).replace("-", "\N{MINUS SIGN}")


def with_unit(value: float | None, unit: str, places: int = 1) -> str:
    """Write a number with its unit, which no line break parts."""
    return f"{number(value, places)}\N{NO-BREAK SPACE}{term('unit', unit, _)}".strip()


def between(low: float | None, high: float | None, places: int = 1) -> str:
    """Write an interval; a dash where it is not known."""
    known = low is not None and high is not None
    return f"{number(low, places)} – {number(high, places)}" if known else "–"


def places_for(unit: str) -> int:
    """Return the decimals with which figures of a unit are told apart: ratios and money need two."""
    return 1 if unit in {"%", "s", "pts", "%/y", "min", "h", "per 1,000"} else 2


def verdict_words(state: str) -> str:
    """Return the words for a verdict."""
    words = {
        "above": _("Above the market"),
        "not_shown_below": _("Not shown to be below"),
        "below": _("Below the market"),
        "insufficient": _("Insufficient evidence"),
        "no_figure": _("No comparable figure"),
        "missing": _("Not measured"),
    }
    return words.get(state, state)


def bar_verdict_words(state: str) -> str:
    """Return the words for a verdict at a higher bar, where "the market" would be too little."""
    words = {
        "above": _("Better than the bar"),
        "not_shown_below": _("Not shown to be worse than the bar"),
        "below": _("Worse than the bar"),
    }
    return words.get(state, verdict_words(state))


def verdict_style(state: str) -> str:
    """Return the class of the tag for a verdict."""
    styles = {"above": "is-good", "not_shown_below": "is-good", "below": "is-bad", "insufficient": "is-warn"}
    return styles.get(state, "is-open")


def kpi_name(code: str) -> str:
    """Return the name of a KPI; a code that the registry does not know as it is."""
    return _(KPIS[code].name) if code in KPIS else code


def key_words(key: Key) -> str:
    """Say a key: KPI, formula, channel."""
    formula = variant_in_words(key.kpi, key.variant, _)
    return " · ".join((kpi_name(key.kpi), formula, term("channel", key.channel, _)))


def day(value: date) -> str:
    """Write a date."""
    return date_format(value)


def days(first: date, last: date) -> str:
    """Write a period."""
    return f"{date_format(first)} – {date_format(last)}"
