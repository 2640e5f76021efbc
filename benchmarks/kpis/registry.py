"""The registry of KPIs: every code that a market figure, a measurement or a gate may name."""

from __future__ import annotations

from benchmarks.kpis.catalogue.access import ACCESS
from benchmarks.kpis.catalogue.customer import CUSTOMER
from benchmarks.kpis.catalogue.digital import DIGITAL
from benchmarks.kpis.catalogue.handling import HANDLING
from benchmarks.kpis.catalogue.money import MONEY
from benchmarks.kpis.catalogue.quality import QUALITY
from benchmarks.kpis.catalogue.tickets import TICKETS
from benchmarks.kpis.catalogue.workforce import WORKFORCE
from benchmarks.kpis.definition import Kpi, Variant

__all__ = ["FAMILIES", "KPIS", "KPI_CODES", "UNSTATED", "Kpi", "Variant"]

# The variant of a figure whose publisher does not say which formula was used. See decision 0006.
UNSTATED = "unstated"

FAMILIES: dict[str, tuple[Kpi, ...]] = {
    "access": ACCESS,
    "handling": HANDLING,
    "customer": CUSTOMER,
    "ticket": TICKETS,
    "digital": DIGITAL,
    "workforce": WORKFORCE,
    "quality": QUALITY,
    "money": MONEY,
}
KPIS: dict[str, Kpi] = {kpi.code: kpi for family in FAMILIES.values() for kpi in family}
KPI_CODES: frozenset[str] = frozenset(KPIS)
