"""The certification report as a Word file, for those who must edit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from reports.papers.audit import exports, report_of
from reports.papers.kind import DOCX, Kind
from reports.papers.subjects import AUDIT
from reports.renderers.docx_report import render_docx

if TYPE_CHECKING:
    from reports.papers.kind import Order
    from reports.renderers import Printed


def _make(order: Order) -> Printed:
    return render_docx(report_of(order))


EDITABLE = Kind(
    code="editable_report",
    title=gettext_lazy("Editable copy of the report"),
    purpose=gettext_lazy("The report's text and tables as a Word file, marked as a copy; the signed PDF counts."),
    about=AUDIT,
    formats={DOCX: _make},
    allowed=exports,
)
