"""Money: what a contact costs and brings, and what improvement projects return."""

from __future__ import annotations

from benchmarks.kpis.measure import Quotient, sum_if

# The unit of money is the currency of the records: see ``compute``.
MONEY = "currency"

QUOTIENTS = (
    Quotient(
        view="money",
        kpi="cost_per_contact",
        cluster="period",
        needs=frozenset({"cost", "contact_count"}),
        top=lambda t, _: sum_if(t.contact_count.notnull(), t.cost),
        bottom=lambda t, _: sum_if(t.cost.notnull(), t.contact_count),
        scale=1.0,
        unit=MONEY,
        counts="sum",
    ),
    Quotient(
        view="money",
        kpi="revenue_per_contact",
        cluster="period",
        needs=frozenset({"revenue", "contact_count"}),
        top=lambda t, _: sum_if(t.contact_count.notnull(), t.revenue),
        bottom=lambda t, _: sum_if(t.revenue.notnull(), t.contact_count),
        scale=1.0,
        unit=MONEY,
        counts="sum",
    ),
    Quotient(
        view="money_by_contacts",
        kpi="cost_per_contact",
        cluster="period",
        needs=frozenset({"cost", "handled"}),
        top=lambda t, _: sum_if(t.handled.notnull(), t.cost),
        bottom=lambda t, _: sum_if(t.cost.notnull(), t.handled),
        scale=1.0,
        unit=MONEY,
        counts="sum",
    ),
    Quotient(
        view="money_by_contacts",
        kpi="revenue_per_contact",
        cluster="period",
        needs=frozenset({"revenue", "handled"}),
        top=lambda t, _: sum_if(t.handled.notnull(), t.revenue),
        bottom=lambda t, _: sum_if(t.revenue.notnull(), t.handled),
        scale=1.0,
        unit=MONEY,
        counts="sum",
    ),
    Quotient(
        view="projects",
        kpi="project_roi",
        cluster="project",
        top=lambda t, _: t.benefit - t.cost,
        bottom=lambda t, _: t.cost,
    ),
)
