"""The digital family: chat, bots, self-service, and whether the channels are there and quick."""

from __future__ import annotations

from benchmarks.kpis.measure import Quantile, Quotient, count_if
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
        view="chats",
        kpi="chat_concurrency",
        cluster="agent",
        needs=frozenset({"total", "covered"}),
        top=lambda t, _: t.total,
        bottom=lambda t, _: t.covered,
        scale=1.0,
        unit="ratio",
    ),
)

QUANTILES = (Quantile("app_load_time", "p95", "day", "load_seconds", "timed", 0.95, "ms", view="probes", scale=1000.0),)
