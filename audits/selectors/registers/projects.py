"""Reading improvement projects: the list, and one project with its figures in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext

from audits.plots import Point, band_plot
from audits.registers import FlowKind, Project, ProjectStatus
from audits.returns import CASES, net_by_year, only_cuts_cost, returns, running_total
from standards.scoring.decimals import round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from accounts.models import User
    from audits.returns import Flow

SORTS = {
    "-created": ("-created_at", "-pk"),
    "title": ("title", "pk"),
    "centre": ("centre__name", "-pk"),
    "status": ("status", "-pk"),
    "ends_on": ("ends_on", "pk"),
}
STYLES = {"filed": "is-open", "running": "is-warn", "closed": "is-good", "abandoned": "is-bad"}


def projects_found(
    user: User, *, text: str = "", centre: int | None = None, status: str = "", sort: str = ""
) -> QuerySet[Project]:
    """Return what matches with centres and leads; one query."""
    found = Project.objects.visible_to(user).select_related("centre__organisation", "lead__holder")
    if text:
        found = found.filter(
            Q(title__icontains=text)
            | Q(centre__name__icontains=text)
            | Q(lead__holder__name__icontains=text)
            | Q(lead__holder_name__icontains=text)
        )
    if centre is not None:
        found = found.filter(centre=centre)
    if status in ProjectStatus.values:
        found = found.filter(status=status)
    return found.order_by(*SORTS.get(sort, SORTS["-created"]))


def cuts_only_cost(project: Project) -> bool:
    """Say whether a project only cuts cost: by its review once it is closed, else by its plan."""
    if project.status == ProjectStatus.CLOSED:
        stated = bool(project.review_customer_words) and project.review_customer_figure is not None
        return only_cuts_cost(project.reviewed_flows, customer_value_stated=stated)
    stated = bool(project.customer_words) and project.customer_figure is not None
    return only_cuts_cost(project.planned_flows, customer_value_stated=stated)


@dataclass(frozen=True)
class FigureRow:
    """One figure of a project in its three cases, as shown."""

    title: str
    low: str
    expected: str
    high: str


@dataclass(frozen=True)
class FlowRow:
    """One flow as shown."""

    kind: str
    year: int
    low: str
    expected: str
    high: str


@dataclass(frozen=True)
class Account:
    """What a plan or a review comes to: flows, figures and the running total as a plot."""

    flows: list[FlowRow]
    figures: list[FigureRow]
    plot: str


def account(flows: Sequence[Flow], rate: Decimal, currency: str) -> Account:
    """Return the account of a plan or of a review; no query. ``rate`` in per cent."""
    by_case = returns(flows, Fraction(rate) / 100)
    each = [by_case[case] for case in CASES]
    years = gettext("%(years)s years")
    figures = [
        FigureRow(gettext("Investment"), *(_money(one.invested, currency) for one in each)),
        FigureRow(gettext("Benefits"), *(_money(one.gained, currency) for one in each)),
        FigureRow(gettext("Net return"), *(_money(one.net, currency) for one in each)),
        FigureRow(
            gettext("Return on investment (ROI)"),
            *("–" if one.roi is None else f"{plain(one.roi * 100, 1)} %" for one in each),
        ),
        FigureRow(
            gettext("Payback"),
            *(gettext("never") if one.payback is None else years % {"years": plain(one.payback, 2)} for one in each),
        ),
        FigureRow(gettext("Net present value (NPV)"), *(_money(one.npv, currency) for one in each)),
    ]
    words = {str(value): str(label) for value, label in FlowKind.choices}
    rows = [FlowRow(words[flow.kind], flow.year, *(plain(flow.amount(case), 2) for case in CASES)) for flow in flows]
    return Account(rows, figures, _plot(flows, currency))


def shown_numbers(project: Project) -> dict[str, str]:
    """Return the numbers of the measure and of customer value in the reader's format, without needless zeros."""
    names = ("baseline", "target", "reached", "customer_figure", "review_customer_figure")
    values: dict[str, Decimal | None] = {name: getattr(project, name) for name in names}
    return {
        name: number_format(Decimal(f"{value.normalize():f}"), use_l10n=True)
        for name, value in values.items()
        if value is not None
    }


def plain(value: Fraction, places: int) -> str:
    """Return a number in the reader's format, rounded half up, with grouped thousands."""
    return number_format(Decimal(round_half_up(value, places)), places, force_grouping=True)


def _money(value: Fraction, currency: str) -> str:
    return f"{plain(value, 2)} {currency}"


def _plot(flows: Sequence[Flow], currency: str) -> str:
    totals = [running_total(net_by_year(flows, case)) for case in CASES]
    length = max(len(each) for each in totals)
    low, expected, high = (list(each) + [each[-1]] * (length - len(each)) for each in totals)
    points = [Point(str(year), float(low[year]), float(expected[year]), float(high[year])) for year in range(length)]
    ends = {"low": plain(low[-1], 0), "expected": plain(expected[-1], 0), "high": plain(high[-1], 0)}
    return band_plot(
        points,
        title=gettext("Running total by year, %(currency)s") % {"currency": currency},
        description=gettext("At the end: %(expected)s expected, between %(low)s and %(high)s.") % ends,
    )
