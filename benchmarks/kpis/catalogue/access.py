"""Reaching somebody: waiting, being answered, giving up."""

from benchmarks.kpis.definition import Kpi, Variant, standard
from benchmarks.kpis.definition import words as _

ACCESS = (
    Kpi(
        code="service_level",
        number=1,
        name=_("Service level"),
        formula=_("Contacts answered within the threshold (20 seconds unless stated), as a share; see the variants."),
        variants=(
            Variant(
                code="answered_within_answered",
                words=_("Answered within the threshold / all answered. Blind to those who gave up."),
                threshold=20,
            ),
            Variant(
                code="answered_within_offered",
                words=_("Answered within the threshold / all offered. Every early hang-up counts against it."),
                threshold=20,
            ),
            Variant(
                code="answered_within_offered_less_short",
                words=_("Answered within the threshold / (offered less those who gave up within the threshold)."),
                threshold=20,
            ),
            Variant(
                code="handled_within_offered",
                words=_("(Answered or given up within the threshold) / offered. Counts early hang-ups as a success."),
                threshold=20,
            ),
        ),
        units=("%",),
        direction="higher",
        all_formulas=True,
        precision=3,
        traps=_(
            "The four variants differ by ten points on the same calls: store which one. Averages over intervals must "
            "be weighted by volume. Say whether time in the voice menu counts. Call-backs are not answers in time."
        ),
    ),
    Kpi(
        code="asa",
        number=2,
        name=_("Average speed of answer"),
        formula=_("Sum of the waiting times of answered contacts / number of answered contacts."),
        variants=(
            Variant(code="answered", words=_("Over all answered contacts, including those who did not wait.")),
            Variant(code="waited", words=_("Over the answered contacts that waited more than zero seconds.")),
        ),
        units=("s",),
        direction="lower",
        all_formulas=True,
        precision=10,
        traps=_(
            "Hides those who gave up. Counting or not counting those who did not wait can double the figure. "
            "Waiting times are skewed: read the median and the 90th percentile beside it."
        ),
        skewed=True,
    ),
    Kpi(
        code="abandonment",
        number=3,
        name=_("Abandonment rate"),
        formula=_("Contacts given up in the queue / contacts offered."),
        variants=(
            Variant(code="offered", words=_("All given up / all offered.")),
            Variant(
                code="less_short",
                words=_(
                    "Given up after the short-abandon threshold (5 seconds unless stated) / (offered less those given "
                    "up within it)."
                ),
                threshold=5,
            ),
        ),
        units=("%",),
        direction="lower",
        all_formulas=True,
        precision=2,
        traps=_("The short-abandon threshold, hang-ups in the voice menu and phantom calls each move the figure."),
        skewed=True,
    ),
    Kpi(
        code="connect_rate",
        number=4,
        name=_("Connect rate"),
        formula=_("Contacts answered by a person / contacts that asked for a person."),
        variants=standard(_("Answered / requests for a person.")),
        units=("%",),
        direction="higher",
        all_formulas=True,
        precision=2,
        traps=_("The complement of the abandonment rate only when nobody met a busy line."),
    ),
    Kpi(
        code="blocked_rate",
        number=5,
        name=_("Blocked or busy rate"),
        formula=_("Attempts that met a busy line / all attempts."),
        variants=standard(_("Blocked / attempts, from the carrier's or trunk log.")),
        units=("%",),
        direction="lower",
        precision=1,
        traps=_("Invisible in the data of the call distributor: ask for the trunk log."),
    ),
    Kpi(
        code="queue_time",
        number=6,
        name=_("Time in queue"),
        formula=_("Quantile or mean of the waiting times of all who queued, answered or not."),
        variants=(
            Variant(code="median", words=_("Median of the observed waits of answered and abandoned contacts.")),
            Variant(code="p90", words=_("90th percentile of the observed waits of answered and abandoned contacts.")),
            Variant(code="mean", words=_("Mean of the observed waits of answered and abandoned contacts.")),
            Variant(
                code="median_km",
                words=_("Median wait on offer (Kaplan-Meier). Those who gave up would have waited longer."),
            ),
            Variant(
                code="p90_km",
                words=_(
                    "90th percentile of the wait on offer (Kaplan-Meier). Those who gave up would have waited longer."
                ),
            ),
        ),
        units=("s",),
        direction="lower",
        precision=15,
        traps=_(
            "Those who gave up would have waited longer than was seen, so the observed wait is a lower bound of the "
            "wait on offer."
        ),
        skewed=True,
    ),
)
