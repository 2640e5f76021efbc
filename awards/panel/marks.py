"""Scores as people write them: a point or a comma before the decimals, never guessed which."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from awards.panel.errors import PanelError
from benchmarks.message import marked as _

MOST_DIGITS = 12  # before and behind the point; keeps exact sums small
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(E[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


def text_of(cell: Any) -> str:
    """Return a cell as text; a whole number that a workbook holds as 1.0 is 1."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = "" if cell is None else str(cell).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Marks:
    """Reads scores, and remembers which decimal mark the file uses."""

    def __init__(self) -> None:
        """Begin without having seen one."""
        self.mark = ""
        self._seen: dict[str, Decimal | None] = {}

    def read(self, line: int, cell: Any) -> Decimal | None:
        """Return the score, None for a blank. Raises ``PanelError``."""
        if not isinstance(cell, str):
            return self._read(line, cell)
        if cell not in self._seen:  # a scale has few levels
            self._seen[cell] = self._read(line, cell)
        return self._seen[cell]

    def _read(self, line: int, cell: Any) -> Decimal | None:
        text = text_of(cell)
        text = text if text.isascii() else unicodedata.normalize("NFKC", text).strip()
        if not text:
            return None
        if isinstance(cell, bool) or not _NUMBER.fullmatch(text):
            raise PanelError(_("line {line}: the score “{score}” is not a number."), line=line, score=text[:40])
        self._same_mark(line, text)
        value = Decimal(text.replace(",", "."))
        if isinstance(cell, float):
            value = round(value, MOST_DIGITS)  # a workbook's 0.1 + 0.2
        exponent = value.as_tuple().exponent
        if value.adjusted() >= MOST_DIGITS or not isinstance(exponent, int) or -exponent > MOST_DIGITS:
            raise PanelError(
                _("line {line}: the score “{score}” has more than {most} digits before or behind the point."),
                line=line,
                score=text[:40],
                most=MOST_DIGITS,
            )
        return value

    def _same_mark(self, line: int, text: str) -> None:
        mark = "," if "," in text else "." if "." in text else ""
        if mark == "," and re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text, re.ASCII):
            raise PanelError(
                _("line {line}: the comma in “{score}” may stand for a decimal point or between thousands."),
                line=line,
                score=text,
            )
        if mark and self.mark and mark != self.mark:
            raise PanelError(
                _("line {line}: “{score}” is written with “{mark}”, scores before it with the other decimal mark."),
                line=line,
                score=text[:40],
                mark=mark,
            )
        self.mark = self.mark or mark
