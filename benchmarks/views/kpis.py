"""Pages: the list of KPIs, and one KPI with what it needs, its traps, its sources and an example worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext

from accounts.access import signed_in
from benchmarks.kpis.catalogue.references import REFERENCES
from benchmarks.kpis.methods import methods_of
from benchmarks.kpis.registry import FAMILIES, KPIS, Kpi
from benchmarks.renderers.words import number, with_unit
from benchmarks.selectors import figure_counts, gates_now, market_figures, release_now
from benchmarks.terms import variant_in_words
from benchmarks.worked import worked

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from benchmarks.kpis.measure import Measurement
    from benchmarks.worked import Needs, Worked
    from standards.models import Edition

FIGURES = 100
_LONGEST = 60  # of a search
_SMALL = 10  # below, two decimals are shown


@dataclass(frozen=True)
class Row:
    """One KPI in the list."""

    kpi: Kpi
    name: str
    formula: str
    editions: list[Edition]
    figures: int


@dataclass(frozen=True)
class VariantRow:
    """A variant: its formula, the fields it reads, and what it gives on the example, written for the reader."""

    code: str
    words: str
    needs: Needs
    value: str
    numerator: str
    denominator: str
    error: str


@signed_in
def kpi_list(request: HttpRequest) -> HttpResponse:
    """Show all KPIs by family, searched by name, formula or code, in one family or of the gates only."""
    asked = {name: request.GET.get(name, "").replace("\0", "")[:_LONGEST] for name in ("text", "family", "gated")}
    gates, release = gates_now(request.user), release_now()
    counts = figure_counts(release)
    families = []
    for family, kpis in FAMILIES.items():
        rows = [
            Row(kpi, gettext(kpi.name), gettext(kpi.formula), gates.get(kpi.code, []), counts.get(kpi.code, 0))
            for kpi in kpis
            if _fits(kpi, asked["text"]) and (not asked["gated"] or kpi.code in gates)
        ]
        if rows and asked["family"] in {"", family}:
            families.append((family, rows))
    context = {"families": families, "names": list(FAMILIES), "asked": asked, "release": release}
    return render(
        request, "benchmarks/kpi_list.html", context | {"number": sum(len(rows) for _family, rows in families)}
    )


def _fits(kpi: Kpi, text: str) -> bool:
    """Say whether a search finds a KPI, in English or in the reader's language."""
    texts = (kpi.code, kpi.name, kpi.formula, gettext(kpi.name), gettext(kpi.formula))
    return any(text.casefold() in each.casefold() for each in texts)


@signed_in
def kpi(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a KPI is, what it needs, an example worked out, and what the newest release says about it."""
    if code not in KPIS:
        raise Http404
    found, example = KPIS[code], worked(code)
    release = release_now()
    context = {
        "kpi": found,
        "example": example,
        "variants": [_variant(found, variant.code, example) for variant in found.variants],
        "methods": [gettext(each) for each in methods_of((code, variant.code) for variant in found.variants)],
        "references": [(each.work, gettext(each.says)) for each in REFERENCES[code]],
        "editions": gates_now(request.user).get(code, []),
        "release": release,
        "figures": list(market_figures(release, kpi=code)[:FIGURES]) if release else [],
        **{name: gettext(getattr(found, name)) for name in ("name", "formula", "traps")},
    }
    return render(request, "benchmarks/kpi.html", context)


def _variant(kpi: Kpi, variant: str, example: Worked) -> VariantRow:
    measured = example.measured.get(variant)
    found = kpi.variant(variant)
    words = gettext(found.words) if found else variant_in_words(kpi.code, variant, gettext)
    return VariantRow(variant, words, example.needs.get(variant, {}), *_written(measured))


def _written(measured: Measurement | None) -> tuple[str, str, str, str]:
    """Write value, numerator, denominator and standard error; dashes where there are none."""
    if measured is None:
        return ("–", "–", "–", "–")
    return (
        with_unit(measured.value, measured.unit, _places(measured.value)),
        _sum(measured.numerator),
        _sum(measured.denominator),
        number(measured.se, _places(measured.se)),
    )


def _places(value: float | None) -> int:
    return 2 if value is not None and abs(value) < _SMALL else 1


def _sum(value: float | None) -> str:
    """Write a sum or a count: whole where it is."""
    return number(value, 0 if value is not None and value == round(value) else 2)
