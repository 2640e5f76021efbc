"""A document of facts, parts and tables, before anyone renders it: one content for PDF, workbook, CSV and JSON.

Everything stands in words of one language already; numbers, dates and moments keep their type, so that a workbook can
calculate with them. Knows no database, no template and no clock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import rfc8785

from reports.document import plain, walk_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.document import Imprint

Value = str | int | Decimal | date | datetime | None

TEXT, CODE, HASH, NUMBER, PERCENT, DAY, MOMENT = "text", "code", "hash", "number", "percent", "day", "moment"
COUNTED = {NUMBER, PERCENT}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``code`` names it for programs, ``width`` is its share of the page, ``places`` are decimals.

    What is not ``printed`` stands in workbooks and for programs only: a page has less room than a screen. Per cent in
    ``heat`` are shaded, so that the columns beside each other are a heat map.
    """

    code: str
    title: str
    kind: str = TEXT
    width: int = 10
    places: int = 0
    printed: bool = True
    heat: bool = field(default=False, metadata={"stated": "where there is one"})


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over rows of a table: the columns that name a row, and those whose numbers are drawn beside each other.

    ``scale`` is the greatest possible value, None where the greatest one that was found ends the scale. What is not
    ``printed`` stands in workbooks only.
    """

    title: str
    names: str
    values: tuple[str, ...]
    unit: str = ""
    scale: int | None = None
    printed: bool = field(default=True, metadata={"stated": "where it differs"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of typed values; ``code`` names the table for programs, ``empty`` is said where there is no row."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    empty: str = ""
    chart: Chart | None = None

    def column(self, code: str) -> int:
        """Return the place of a column."""
        return next(place for place, each in enumerate(self.columns) if each.code == code)


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter: words, named facts and tables, in this order."""

    title: str
    words: tuple[str, ...] = ()
    facts: tuple[tuple[str, Value], ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document. ``kind`` is the code of its kind, ``reference`` what names it in file names and on each page.

    ``wide`` prints it on its side; ``zone`` is the time zone of its moments. Equal content has an equal hash.
    """

    kind: str
    language: str
    title: str
    reference: str
    organisation: str
    about: str
    author: str
    facts: tuple[tuple[str, Value], ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    zone: str
    imprint: Imprint
    draft: bool = False
    is_demo: bool = False
    wide: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return all tables in their order."""
        return tuple(table for part in self.parts for table in part.tables)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield (place, text) for every text."""
        yield from walk_texts(self, "")

    def canonical(self) -> bytes:
        """Return the content, all but the imprint, as canonical JSON (RFC 8785)."""
        return rfc8785.dumps({key: value for key, value in plain(self).items() if key != "imprint"})

    def content_sha256(self) -> str:
        """Return the SHA-256 over the canonical JSON as 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical()).hexdigest()
