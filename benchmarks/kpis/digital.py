"""The digital family: bots, self-service, availability, knowledge, telling before being asked; and money."""

from __future__ import annotations

from benchmarks.kpis.measure import Quantile, Quotient, count_if, sum_if
from benchmarks.kpis.views import BOT_HOURS


def _contained(hours: int, variant: str) -> Quotient:
    """Giving up on the bot is not containment; a session whose hours end after the records does not count."""
    seen, alone = f"seen_{hours}", f"alone_{hours}"
    return Quotient(
        view="bots",
        kpi="bot_containment",
        variant=variant,
        cluster="customer",
        needs=frozenset({"customer", "ended"}),
        top=lambda t, _: count_if(t[seen] & t[alone] & (t.ended == "resolved")),
        bottom=lambda t, _: count_if(t[seen]),
    )


# The unit of money is the currency of the records: see ``compute``.
MONEY = "currency"

QUOTIENTS = (
    _contained(BOT_HOURS[1], "standard"),
    _contained(BOT_HOURS[0], "within_24h"),
    Quotient(
        view="tasks",
        kpi="self_service_completion",
        cluster="customer",
        top=lambda t, _: count_if(t.completed),
        bottom=lambda t, _: count_if(t.completed.notnull()),
    ),
    Quotient(
        view="probes",
        kpi="digital_availability",
        needs=frozenset({"ok"}),
        top=lambda t, _: count_if(t.ok),
        bottom=lambda t, _: count_if(t.ok.notnull()),
    ),
    Quotient(
        view="articles",
        kpi="knowledge_freshness",
        cluster="article",
        needs=frozenset({"review_due_at", "as_of", "uses"}),
        top=lambda t, _: sum_if(t.as_of, t.uses),
        bottom=lambda t, _: t.uses.fill_null(0.0),
    ),
    Quotient(
        view="articles",
        kpi="knowledge_freshness",
        variant="by_article",
        cluster="article",
        needs=frozenset({"review_due_at", "as_of"}),
        top=lambda t, _: count_if(t.as_of),
        bottom=lambda t, _: count_if(t.as_of.notnull()),
    ),
    Quotient(
        view="articles",
        kpi="knowledge_accuracy",
        cluster="article",
        needs=frozenset({"correct"}),
        top=lambda t, _: count_if(t.correct),
        bottom=lambda t, _: count_if(t.correct.notnull()),
    ),
    Quotient(
        view="notices",
        kpi="proactive_contact_rate",
        cluster="customer",
        top=lambda t, _: count_if(t.told),
        bottom=lambda t, _: count_if(t.told.notnull()),
    ),
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

QUANTILES = (Quantile("app_load_time", "p95", "day", "load_seconds", "timed", 0.95, "ms", view="probes", scale=1000.0),)
