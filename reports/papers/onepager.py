"""The management summary of an audit on exactly one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from reports.papers.audit import exports, report_of
from reports.papers.kind import PDF, Kind
from reports.papers.subjects import AUDIT
from reports.renderers.onepager import render_onepager

if TYPE_CHECKING:
    from reports.papers.kind import Order
    from reports.renderers import Printed


def _make(order: Order) -> Printed:
    return render_onepager(report_of(order))


ONEPAGER = Kind(
    code="management_summary",
    title=gettext_lazy("Management summary on one page"),
    purpose=gettext_lazy("Verdict, score, market, largest gaps, open findings and what to do next: one page A4."),
    about=AUDIT,
    formats={PDF: _make},
    allowed=exports,
)
