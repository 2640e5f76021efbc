"""The verdicts of the market on an audit, on its own edition or on another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.selectors import verdicts
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.models import Audit
    from standards.models import Edition


def gated_kpis(edition: Edition) -> list[str]:
    """Return the KPI codes that any market gate of the edition names, in the edition's order."""
    gates = [gate for tier in edition_document(edition)["tiers"] for gate in tier["gates"]]
    return list(dict.fromkeys(kpi for gate in gates if gate["gate"] == "market" for kpi in gate["kpis"]))


def market_verdicts(audit: Audit, edition: Edition, kpis: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the verdicts on these KPIs from the audit's measurements and release; none without a release.

    At most three queries besides those for run and release themselves.
    """
    return verdicts(
        kpis=kpis,
        centre=audit.centre,
        run=audit.measurement_run,
        release=audit.market_release,
        waived=frozenset(audit.market_waivers.values_list("kpi", flat=True)),
        max_age_months=edition_document(edition).get("market", {}).get("max_age_months"),
    )
