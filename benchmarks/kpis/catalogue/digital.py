"""Chat, bots, self-service and the knowledge behind them."""

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
        code="knowledge_accuracy",
        number=None,
        name=_("Accuracy of knowledge"),
        formula=_("Sampled answers that agree with the policy in force / sampled answers."),
        variants=standard(_("A random sample, judged by somebody who did not write the articles.")),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("A hand-picked sample proves nothing."),
        channel_free=True,
    ),
    Kpi(
        code="knowledge_freshness",
        number=None,
        name=_("Freshness of knowledge"),
        formula=_("Articles inside their review date / articles, weighted by use."),
        variants=(
            Variant(code="standard", words=_("Weighted by use.")),
            Variant(code="by_article", words=_("Every article counts the same.")),
        ),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_("A new date without a change of content is not a review."),
        channel_free=True,
    ),
)
