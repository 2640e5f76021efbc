"""A returned workbook as plain data, to be looked at now and confirmed later, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from audits.workbook.layout import BY_NAME
from audits.workbook.reader import ReadCell, ReadRow, ReadSheet, Returned
from audits.workbook.seal import Meta, Sent

if TYPE_CHECKING:
    Data = dict[str, Any]


def as_data(returned: Returned) -> Data:
    """Return it as JSON takes it."""
    return {
        "sealed": [list(pair) for pair in returned.sealed],
        "meta": asdict(returned.meta),
        "exported": {
            name: {key: [sent.rev, sent.values, sent.proof] for key, sent in rows.items()}
            for name, rows in returned.exported.items()
        },
        "sheets": [
            {
                "layout": sheet.layout.name,
                "title": sheet.title,
                "columns": sheet.columns,
                "ignored": list(sheet.ignored),
                "rows": [_row(row) for row in sheet.rows],
            }
            for sheet in returned.sheets
        ],
        "ignored": list(returned.ignored),
    }


def _row(row: ReadRow) -> list[Any]:
    cells = {key: [cell.address, cell.text, cell.fault] for key, cell in row.cells.items()}
    return [row.line, row.id, row.rev, cells]


def from_data(data: Data) -> Returned:
    """Return what ``as_data`` was given."""
    return Returned(
        sealed=[(key, value) for key, value in data["sealed"]],
        meta=Meta(**data["meta"]),
        exported={name: {key: Sent(*sent) for key, sent in rows.items()} for name, rows in data["exported"].items()},
        sheets=tuple(
            ReadSheet(
                layout=BY_NAME[sheet["layout"]],
                title=sheet["title"],
                rows=tuple(
                    ReadRow(line, row_id, rev, {key: ReadCell(*cell) for key, cell in cells.items()})
                    for line, row_id, rev, cells in sheet["rows"]
                ),
                columns=sheet["columns"],
                ignored=tuple(sheet["ignored"]),
            )
            for sheet in data["sheets"]
        ),
        ignored=tuple(data["ignored"]),
    )
