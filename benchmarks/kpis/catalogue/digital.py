"""Chat, bots, self-service and the channels they run on."""

from benchmarks.kpis.definition import Kpi, Variant, standard
from benchmarks.kpis.definition import words as _

DIGITAL = (
    Kpi(
        code="chat_concurrency",
        number=28,
        name=_("Chat concurrency"),
        formula=_("Sum of chat handling times / time in which the agent had at least one chat."),
        variants=standard(_("Over the union of the intervals.")),
        units=("ratio",),
        direction="target",
        precision=0.2,
        traps=_("Divide by the union of overlapping chats, not by their sum."),
    ),
    Kpi(
        code="bot_containment",
        number=29,
        name=_("Bot containment"),
        formula=_("Bot sessions that ended without a person, and without a contact within 72 hours / bot sessions."),
        variants=(
            Variant(code="standard", words=_("Ended well, and no contact with a person within 72 hours.")),
            Variant(code="within_24h", words=_("Ended well, and no contact with a person within 24 hours.")),
        ),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("Giving up on the bot is not containment. Read it beside satisfaction with the bot."),
    ),
    Kpi(
        code="self_service_completion",
        number=30,
        name=_("Self-service completion"),
        formula=_("Self-service tasks completed / started."),
        variants=standard(_("Completed / started.")),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("Completed is not resolved: look for a contact soon after."),
    ),
    Kpi(
        code="digital_availability",
        number=31,
        name=_("Availability of digital channels"),
        formula=_("Minutes in which a probe succeeded / minutes probed."),
        variants=standard(_("Successful probes / probes.")),
        units=("%",),
        direction="higher",
        precision=0.5,
        traps=_("Measure from outside the building. Loading time is a separate matter: take its 95th percentile."),
        channel_free=True,
    ),
    Kpi(
        code="app_load_time",
        number=None,
        name=_("Loading time of the app"),
        formula=_("95th percentile of the time from the tap to the usable page."),
        variants=(Variant(code="p95", words=_("95th percentile over all probes.")),),
        units=("ms",),
        direction="lower",
        precision=200,
        traps=_("Probes from a fast network flatter. A page that is drawn but cannot be used has not loaded."),
        skewed=True,
        channel_free=True,
    ),
)
