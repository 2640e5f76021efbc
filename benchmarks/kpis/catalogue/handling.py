"""Doing the work: handling, transferring, resolving, answering, selling."""

from benchmarks.kpis.definition import Kpi, Variant, standard
from benchmarks.kpis.definition import words as _

HANDLING = (
    Kpi(
        code="aht",
        number=7,
        name=_("Average handling time"),
        formula=_("(Talk + hold + after-contact work) / contacts handled."),
        variants=standard(_("Over all handled contacts, whatever their length.")),
        units=("s",),
        direction="target",
        precision=15,
        traps=_(
            "Per channel only; chat needs an adjustment for concurrency. A mean of agents' means is not the mean. "
            "Neither short nor long is good in itself."
        ),
        skewed=True,
    ),
    Kpi(
        code="acw",
        number=8,
        name=_("After-contact work"),
        formula=_("After-contact work time / contacts handled."),
        variants=standard(_("Over all handled contacts.")),
        units=("s",),
        direction="lower",
        precision=5,
        traps=_("Work hidden in other unavailable states does not show."),
        skewed=True,
    ),
    Kpi(
        code="fcr",
        number=9,
        name=_("First contact resolution (no repeat)"),
        formula=_(
            "1 - (handled contacts followed by another contact of the same customer for the same reason within N days "
            "/ handled contacts whose N days lie inside the records)."
        ),
        variants=(
            Variant(code="no_repeat_1d", words=_("No repeat within 1 day.")),
            Variant(code="no_repeat_5d", words=_("No repeat within 5 days.")),
            Variant(code="no_repeat_7d", words=_("No repeat within 7 days.")),
            Variant(code="no_repeat_30d", words=_("No repeat within 30 days.")),
        ),
        units=("%",),
        direction="higher",
        precision=3,
        traps=_(
            "Only identified customers count; where few are identified it describes few. Without the reason of the "
            "contact a repeat is not a failure. Repeats in other channels, and after the end of the records, are "
            "missed: contacts too near the end are left out."
        ),
    ),
    Kpi(
        code="transfer_rate",
        number=12,
        name=_("Transfer rate"),
        formula=_("Contacts transferred / contacts handled."),
        variants=standard(_("All transfers, warm or cold.")),
        units=("%",),
        direction="lower",
        all_formulas=True,
        precision=2,
        traps=_("Warm and cold transfers differ; a wrong turn in the voice menu shows up here."),
    ),
    Kpi(
        code="escalation_rate",
        number=13,
        name=_("Escalation rate"),
        formula=_("Contacts escalated to a higher level / contacts handled."),
        variants=(
            Variant(code="standard", words=_("To any higher level.")),
            Variant(code="tickets", words=_("Tickets escalated / tickets opened.")),
        ),
        units=("%",),
        direction="lower",
        precision=2,
        traps=_("Say to which level."),
    ),
    Kpi(
        code="first_response_time",
        number=27,
        name=_("First response time"),
        formula=_("First reply by a person minus arrival."),
        variants=(
            Variant(code="mean", words=_("Mean, clock time.")),
            Variant(code="median", words=_("Median, clock time.")),
        ),
        units=("min",),
        direction="lower",
        precision=2,
        traps=_("An automatic reply does not count. Say whether the clock runs outside business hours."),
        skewed=True,
    ),
    Kpi(
        code="conversion_rate",
        number=None,
        name=_("Conversion rate"),
        formula=_("Contacts with a sale / contacts handled."),
        variants=standard(_("Sales / contacts handled.")),
        units=("%",),
        direction="higher",
        precision=2,
        traps=_("Sales that are cancelled later count until somebody takes them out."),
    ),
)
