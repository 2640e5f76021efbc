"""A paper for programs: its first table as CSV, its whole content as JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from reports.renderers.cells import harmless
from reports.renderers.certification import Printed

if TYPE_CHECKING:
    from reports.paper import Paper, Value


def render_paper_csv(paper: Paper) -> Printed:
    """Return the first table as CSV in UTF-8 with a byte order mark, comma-separated; heads are the columns' codes.

    Numbers are in full precision with a point, days and moments as ISO 8601. ``pages`` is the number of rows.
    """
    table = paper.tables[0]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column.code for column in table.columns)
    writer.writerows([_field(value) for value in row] for row in table.rows)
    return Printed(("\ufeff" + text.getvalue()).encode(), len(table.rows), paper.content_sha256())


def render_paper_json(paper: Paper) -> Printed:
    """Return the whole content as JSON, without the imprint, decimals as text; ``pages`` is the number of rows."""
    data = json.dumps(json.loads(paper.canonical()), ensure_ascii=False, indent=1).encode()
    return Printed(data, sum(len(table.rows) for table in paper.tables), paper.content_sha256())


def _field(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):  # a datetime is a date, too
        return value.isoformat()
    if isinstance(value, (int, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return harmless(value)
