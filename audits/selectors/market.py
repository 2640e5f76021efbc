"""The verdicts of the market on an audit, on its own edition or on another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.comparable import CENTRE
from benchmarks.selectors import verdicts
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.models import Audit
    from standards.models import Edition


def gated_bars(edition: Edition) -> dict[str, list[str]]:
    """Return the KPI codes that market gates want at a bar above the centre: bar -> codes, in the edition's order."""
    found: dict[str, list[str]] = {}
    for tier in edition_document(edition)["tiers"]:
        for gate in tier["gates"]:
            bar = gate.get("bar", CENTRE) if gate["gate"] == "market" else CENTRE
            if bar != CENTRE:
                found[bar] = list(dict.fromkeys([*found.get(bar, []), *gate["kpis"]]))
    return found


def market_verdicts(audit: Audit, edition: Edition, kpis: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the verdicts on these KPIs from the audit's measurements and release; none without a release.

    Each verdict is that at the centre of the market; where the edition asks for a higher bar, ``bars`` holds the
    verdicts there by bar. Every bar is a family of tests of its own. At most three queries for the centre and two per
    further bar, besides those for run and release themselves.
    """
    waived = frozenset(audit.market_waivers.values_list("kpi", flat=True))

    def at(bar: str, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
        return verdicts(
            kpis=codes,
            centre=audit.centre,
            run=audit.measurement_run,
            release=audit.market_release,
            waived=waived,
            max_age_months=edition_document(edition).get("market", {}).get("max_age_months"),
            bar=bar,
        )

    found = at(CENTRE, kpis)
    for bar, codes in gated_bars(edition).items():
        for kpi, verdict in at(bar, [code for code in codes if code in found]).items():
            found[kpi].setdefault("bars", {})[bar] = verdict
    return found
