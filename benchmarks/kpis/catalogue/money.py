"""What the work costs and what it brings."""

from benchmarks.kpis.definition import Kpi, standard
from benchmarks.kpis.definition import words as _

_CURRENCIES = ("GBP", "USD", "EUR", "CNY", "HKD", "TWD")

MONEY = (
    Kpi(
        code="cost_per_contact",
        number=None,
        name=_("Cost per contact"),
        formula=_("All costs of the centre / contacts handled."),
        variants=standard(_("All costs, staff and overheads.")),
        units=_CURRENCIES,
        direction="lower",
        precision=0.25,
        traps=_("What counts as cost differs widely. Currencies and price levels are never converted here."),
    ),
    Kpi(
        code="revenue_per_contact",
        number=None,
        name=_("Revenue per contact"),
        formula=_("Revenue attributed to contacts / contacts handled."),
        variants=standard(_("Revenue by the centre's own attribution rule.")),
        units=_CURRENCIES,
        direction="higher",
        precision=0.25,
        traps=_("Attribution is a choice: write it down."),
    ),
    Kpi(
        code="project_roi",
        number=None,
        name=_("Return on improvement projects"),
        formula=_("(Benefit - cost) / cost over the finished projects of the period."),
        variants=standard(_("Sum of benefits and costs, not the mean of ratios.")),
        units=("%",),
        direction="higher",
        precision=10,
        traps=_("Benefits that finance has not confirmed are hopes."),
        channel_free=True,
        bounds=(None, None),
    ),
)
