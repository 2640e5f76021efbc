"""A lens report as a workbook (XLSX): numbers as numbers, texts as texts whatever they begin with."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from reports.renderers.cells import HEAD, HEAD_FILL, TOP, clean, put
from reports.renderers.certification import Printed
from reports.renderers.lens import lens_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from openpyxl.worksheet.worksheet import Worksheet

    from reports.document import Interval
    from reports.lens_document import LensItem, LensObstacle, LensReport
    from reports.renderers.lens import LensWords

    Value = str | int | Decimal | None

PER_CENT = '0.0" %"'


def render_lens_workbook(report: LensReport) -> Printed:
    """Return the report as XLSX with a sheet each for overview, groups, criteria and, where there is one, the delta.

    ``pages`` is the number of sheets.
    """
    with translation.override(report.language), timezone.override(report.site.time_zone):
        book = Workbook()
        words = lens_words(report)
        first = book.active
        if first is None:
            raise ValueError("A new workbook has no sheet.")
        _overview(first, report, words)
        _groups(book.create_sheet(_("Groups")), report, words)
        _criteria(book.create_sheet(_("Criteria")), words.items)
        if report.reading == "item_pass":
            _obstacles(book.create_sheet(_("In the way")), report)
        if report.delta:
            _delta(book.create_sheet(_("Delta audit")), report, words)
    at = report.imprint.printed_at.replace(tzinfo=None)
    book.properties.creator, book.properties.title = "Touchstone", clean(report.lens.title)
    book.properties.created = book.properties.modified = at
    file = io.BytesIO()
    book.save(file)
    return Printed(file.getvalue(), len(book.worksheets), report.content_sha256())


def _overview(sheet: Worksheet, report: LensReport, words: LensWords) -> None:
    sheet.title = _("Overview")
    lowest, highest = _ends(report.whole.share)
    rows: list[tuple[str, Value]] = [
        (_("Lens"), report.lens.title),
        (_("Reference"), report.reference + (f" ({_('Draft')})" if report.draft else "")),
        (_("Audited organisation"), report.auditee.name),
        (_("Centre"), report.site.name),
        (_("Audited by"), report.conductor.name),
        (_("Standard"), f"{report.edition.title} {report.edition.version}"),
        (_("Highest tier counted"), report.tier_title),
        (_("How groups are read"), words.reading),
        (_("Share of level points, lowest possible"), lowest),
        (_("Share of level points, highest possible"), highest),
        (_("Criteria asked"), report.whole.asked),
        (_("Criteria open"), report.whole.open),
        (_("Criteria not applicable"), report.whole.not_applicable),
    ]
    if report.whole.bands:
        rows.append((_("Band"), words.whole.bands))
    if report.points:
        rows += [(_("Points, lowest possible"), report.points.low), (_("Points, highest possible"), report.points.high)]
    if report.reading == "item_pass":
        rows.append((_("All items passed"), words.whole.state_words))
    rows += [(_("Groups into which no criterion leads"), ", ".join(each.name for each in words.uncovered) or "–")]
    rows += [(_("Limits"), limit) for limit in words.limits]
    rows += words.file_facts
    _table(sheet, (_("What"), _("Value")), rows, widths=(42, 90))
    for row in sheet.iter_rows(min_row=10, max_row=11, min_col=2, max_col=2):
        row[0].number_format = PER_CENT


def _groups(sheet: Worksheet, report: LensReport, words: LensWords) -> None:
    heads: list[str] = [
        _("Group"),
        _("Title"),
        _("Depth"),
        _("Covered"),
        _("Asked"),
        _("Answered"),
        _("N/A"),
        _("Not answered"),
    ]
    heads += [_("Share, lowest"), _("Share, highest")]
    more: list[str] = []
    if report.reading == "bands":
        more = [_("Band"), _("Points, lowest"), _("Points, highest"), _("Points of")]
    elif report.reading == "item_pass":
        more = [_("Items")]
    rows = []
    for each in words.groups:
        group = each.group
        row: list[Value] = [group.code, group.title, group.depth + 1, _("yes") if group.covered else _("no")]
        row += [group.asked, group.answered, group.not_applicable, group.open]
        row += _ends(group.share)
        if report.reading == "bands":
            points = group.points
            row += [each.bands, points.low if points else None, points.high if points else None, group.points_of]
        elif report.reading == "item_pass":
            row.append(each.state_words)
        rows.append([*row, ", ".join(group.criteria)])
    widths = (16, 40, 8, 10, 10, 12, 8, 8, 14, 14, *(16 for _each in more), 70)
    _table(sheet, (*heads, *more, _("Criteria")), rows, widths=widths)
    for row_cells in sheet.iter_rows(min_row=2, min_col=9, max_col=10):
        for cell in row_cells:
            cell.number_format = PER_CENT


def _criteria(sheet: Worksheet, items: Iterable[tuple[LensItem, str]]) -> None:
    heads = (_("Criterion"), _("Title"), _("Weight"), _("Level"), _("Highest level"), _("State"), _("Groups"))
    rows = [
        (item.code, item.title, item.weight, item.level, item.highest, _item_state(item), groups)
        for item, groups in items
    ]
    _table(sheet, heads, rows, widths=(12, 60, 10, 10, 14, 14, 40))


def _item_state(item: LensItem) -> str:
    if not item.asked:
        return _("not counted")
    if item.not_applicable:
        return _("N/A")
    return _("not answered") if item.level is None else _("with an answer")


def _obstacles(sheet: Worksheet, report: LensReport) -> None:
    heads = (_("Group"), _("Criterion"), _("Title"), _("Level"), _("Wanted"))
    rows = [
        (group.title, each.code, each.title, each.level, report.grade)
        for group in report.groups
        for each in group.obstacles
    ]
    _table(sheet, heads, rows, widths=(32, 12, 60, 10, 10))


def _delta(sheet: Worksheet, report: LensReport, words: LensWords) -> None:
    delta = report.delta
    if delta is None:
        return
    until = delta.valid_until.isoformat() if delta.valid_until else ""
    rows: list[Sequence[Value]] = [
        (_("Certificate"), delta.number, "", None),
        (_("Certification body"), delta.body, "", None),
        (_("Valid until"), until, "", None),
        (_("Scope covers the centre"), _("yes") if delta.covers else _("no"), "", None),
        (_("Effect"), words.refused or _("Criteria looked at there are looked at here in a sample."), "", None),
        (_("Minutes per criterion in full"), "", "", delta.full),
        (_("Minutes per criterion in a sample"), "", "", delta.sample),
        (_("Minutes without the certificate"), "", "", delta.before),
        (_("Minutes with the certificate"), "", "", delta.after),
        (_("Minutes saved"), "", "", delta.saved),
        (_("Why"), delta.why, "", None),
    ]
    for name, found in words.delta_lists:
        rows += _listed(name, found)
    _table(sheet, (_("What"), _("Value"), _("Title"), _("Figure")), rows, widths=(40, 60, 60, 12))


def _listed(name: str, found: Iterable[LensObstacle]) -> list[Sequence[Value]]:
    return [(name, each.code, each.title, each.level) for each in found]


def _table(sheet: Worksheet, heads: Sequence[str], rows: Iterable[Sequence[Value]], *, widths: Sequence[int]) -> None:
    """Write a table with a frozen, filterable header; widths are in characters."""
    for column, head in enumerate(heads, 1):
        cell = put(sheet, 1, column, head)
        cell.font, cell.fill = HEAD, HEAD_FILL
    last = 1
    for last, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            put(sheet, last, column, value).alignment = TOP
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{last}"


def _ends(share: Interval | None) -> tuple[Value, Value]:
    """Return both ends of a share, or dashes where nothing can be said."""
    return (share.low, share.high) if share else ("–", "–")
