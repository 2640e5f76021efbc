"""Codes and numbers of figures and measurements as the reader's language says and writes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from benchmarks.comparable import plain
from benchmarks.kpis.methods import methods_of
from benchmarks.message import listed, sentences
from benchmarks.records.reasons import field_message, reason_in_words
from benchmarks.terms import not_measured_in_words, term, variant_in_words, warning_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.comparable import Figure
    from benchmarks.kpis.definition import Kpi
    from benchmarks.models import MarketFigure, Measurement

register = template.Library()


@register.filter
def amount(value: Decimal | float | None) -> str:
    """Write a number in full, its thousands set apart; a dash where there is none. For years write the year itself."""
    if value is None:
        return "–"
    return str(number_format(plain(Decimal(str(value))), force_grouping=True))


@register.filter
def percent(share: float) -> str:
    """Write a share from 0 to 1 as per cent with one decimal."""
    return f"{number_format(share * 100, decimal_pos=1)} %"


@register.filter
def in_words(code: str, family: str) -> str:
    """Say a code of a family of ``benchmarks.terms``, for example ``{{ figure.region|in_words:"region" }}``."""
    return term(family, code, gettext)


@register.filter
def each_in_words(codes: Iterable[str], family: str) -> str:
    """Say several codes of one family."""
    return listed((in_words(code, family) for code in codes), gettext)


@register.filter
def formula(of: Figure | MarketFigure | Measurement) -> str:
    """Say the variant of a figure or a measurement."""
    return variant_in_words(of.kpi, of.variant, gettext)


@register.filter
def field(code: str) -> str:
    """Name a field of the records, with its code as mappings write it."""
    return field_message(code).words(gettext)


@register.filter
def fields(codes: Iterable[str]) -> str:
    """Name several fields of the records."""
    return listed(map(field, codes), gettext)


@register.filter
def band(kpi: Kpi) -> str:
    """Write the band that a KPI should lie in, with its unit."""
    low, high = kpi.target or (0, 0)
    numbers = amount(low) if low == high else f"{amount(low)} – {amount(high)}"
    return f"{numbers} {term('unit', kpi.unit, gettext)}".strip()


@register.filter
def clusters(measurement: Measurement) -> str:
    """Say how many clusters, of what, the error of a measurement rests on; a dash where there are none."""
    count, number = measurement.clusters, amount(measurement.clusters)
    if count is None:
        return "–"
    if measurement.cluster == "agent":
        return ngettext("%(number)s agent", "%(number)s agents", count) % {"number": number}
    if measurement.cluster == "customer":
        return ngettext("%(number)s customer", "%(number)s customers", count) % {"number": number}
    if measurement.cluster != "day":
        return ngettext("%(number)s row", "%(number)s rows", count) % {"number": number}
    return ngettext("%(number)s day", "%(number)s days", count) % {"number": number}


@register.filter
def methods(rows: Iterable[Any]) -> str:
    """Say how the errors of measurements are found."""
    found = methods_of((row.measurement.kpi, row.measurement.variant) for row in rows)
    return " ".join(gettext(each) for each in found)


@register.filter
def reason(why: str) -> str:
    """Say why rows were not used."""
    return reason_in_words(why, gettext)


@register.filter
def not_measured(why: str, name: str) -> str:
    """Say what was not measured and why, for example ``{{ why|not_measured:name }}``."""
    return not_measured_in_words(name, why, gettext)


@register.filter
def warning(each: dict[str, Any]) -> str:
    """Say one warning of a run, its numbers as the reader's language writes them."""
    values = {name: value if isinstance(value, str) else amount(value) for name, value in each["values"].items()}
    return warning_in_words(each["code"], values, gettext)


@register.filter
def lines(values: Iterable[int]) -> str:
    """List the numbers of lines, as an editor shows them."""
    return listed(map(str, values), gettext)


@register.filter
def days(values: Iterable[str]) -> str:
    """List days that are stored as ISO texts; in English a day has a comma of its own."""
    return gettext("; ").join(date_format(dt.date.fromisoformat(value)) for value in values)


@register.filter("sentences")
def translated_sentences(texts: Iterable[str]) -> str:
    """Say marked sentences one behind the other."""
    return sentences(gettext(text) for text in texts)
