"""How the error of each KPI is found, in words for the pages that show it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from benchmarks.kpis.compute import QUANTILES, SURVIVALS
from benchmarks.kpis.definition import words as _

if TYPE_CHECKING:
    from collections.abc import Iterable

RATIO, QUANTILE, SURVIVAL, AGREEMENT = "ratio", "quantile", "survival", "agreement"
METHODS: dict[str, str] = {
    RATIO: _(
        "Of ratios: linearised sums over days, agents or customers as clusters, and Student’s t with one degree of "
        "freedom less than there are clusters."
    ),
    QUANTILE: _(
        "Of quantiles: Woodruff’s interval from the clustered error of the share at or below the quantile, with "
        "Student’s t. In simulations it covers better than a bootstrap of whole clusters."
    ),
    SURVIVAL: _(
        "Of quantiles whose end was not always seen: Kaplan and Meier’s curve with its error clustered by day, read "
        "off as in Woodruff’s interval, with Student’s t."
    ),
    AGREEMENT: _("Of the agreement of raters: from the contacts that several of them rated."),
}


@cache
def _others() -> dict[tuple[str, str], str]:
    found = {(each.kpi, each.variant): QUANTILE for each in QUANTILES}
    found |= {(each.kpi, each.variant): SURVIVAL for each in SURVIVALS}
    return found | {("rater_agreement", "standard"): AGREEMENT}


def method_of(kpi: str, variant: str) -> str:
    """Return the code of the method, a key of ``METHODS``; variants at other thresholds are ratios too."""
    return _others().get((kpi, variant), RATIO)


def methods_of(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the English sentences about the methods of these KPIs and variants, each once, in a fixed order."""
    used = {method_of(kpi, variant) for kpi, variant in pairs}
    return [sentence for code, sentence in METHODS.items() if code in used]
