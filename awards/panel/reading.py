"""A table of scores: a header with ``entrant,judge,score``, and ``criterion`` and ``weight`` where there are any.

Every fault is told with its line, and the whole file is refused: a score that is guessed or dropped decides an award.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from awards.panel.errors import PanelError
from awards.panel.scores import MOST_DIGITS, Panel, Score
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEEDED, KNOWN = ("entrant", "judge", "score"), ("entrant", "judge", "score", "criterion", "weight")
LONGEST_NAME = 200  # characters
MOST_SCORES = 1_000_000
# Zero-width characters and overrides of direction: they make two names of one, or one look like another. Joiners, which
# scripts need, and marks of direction stay.
_UNSEEN = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(E[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)


def read_panel(rows: Iterable[tuple[int, Sequence[Any]]]) -> Panel:
    """Make a panel of (line, cells), the first being the header. Raises ``PanelError``.

    Names are text whatever they look like ("=A1" is a name), trimmed and in Unicode's composed form. A blank score is
    missing. A comma is a decimal comma; a file with commas and points is refused, as is a comma before three digits,
    which may stand between thousands.
    """
    found = iter(rows)
    line, head = next(found, (1, ()))
    columns = _columns(line, head)
    marks, scores = _Marks(), list[Score]()
    weights: dict[str, Decimal] = {}
    for line, cells in found:
        if len(scores) == MOST_SCORES:
            raise PanelError(_("line {line}: more than {most} scores."), line=line, most=MOST_SCORES)
        row = _row(line, cells, columns, len(head))
        criterion = _name(line, "criterion", row["criterion"]) if "criterion" in columns else ""
        if "weight" in columns:
            _weigh(weights, criterion, _weight(line, row["weight"]), line)
        scores.append(
            Score(
                entrant=_name(line, "entrant", row["entrant"]),
                judge=_name(line, "judge", row["judge"]),
                value=marks.read(line, row["score"]),
                criterion=criterion,
                line=line,
            )
        )
    return Panel.of(scores, weights)


def _columns(line: int, head: Sequence[Any]) -> dict[str, int]:
    """Return the place of every column that is known; others are left alone."""
    names = [_text(cell).casefold() for cell in head]
    for name in KNOWN:
        if names.count(name) > 1:
            raise PanelError(_("line {line}: the column “{name}” stands there twice."), line=line, name=name)
    for name in NEEDED:
        if name not in names:
            raise PanelError(
                _("line {line}: there is no column “{name}”; the first line has to name {wanted}."),
                line=line,
                name=name,
                wanted=", ".join(NEEDED),
            )
    return {name: names.index(name) for name in KNOWN if name in names}


def _row(line: int, cells: Sequence[Any], columns: dict[str, int], width: int) -> dict[str, Any]:
    """Return the cells by column. A row of another width has lost a delimiter, or has one too many."""
    extra = any(_text(cell) for cell in cells[width:])
    if len(cells) < width or extra:
        raise PanelError(
            _("line {line}: {cells} cells, the header has {width}."), line=line, cells=len(cells), width=width
        )
    return {name: cells[place] for name, place in columns.items()}


def _text(cell: Any) -> str:
    """Return a cell as text; a whole number that a workbook holds as 1.0 is 1."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = "" if cell is None else str(cell).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _name(line: int, column: str, cell: Any) -> str:
    name = _text(cell)
    if not name:
        raise PanelError(_("line {line}: the column “{column}” is empty."), line=line, column=column)
    if len(name) > LONGEST_NAME:
        raise PanelError(
            _("line {line}: the name in “{column}” has more than {most} characters."),
            line=line,
            column=column,
            most=LONGEST_NAME,
        )
    if not name.isprintable() and any(sign in _UNSEEN or unicodedata.category(sign) in {"Cc", "Cs"} for sign in name):
        raise PanelError(_("line {line}: the name in “{column}” has a control character."), line=line, column=column)
    return name


class _Marks:
    """Reads scores, and remembers which decimal mark the file uses."""

    def __init__(self) -> None:
        self.mark = ""

    def read(self, line: int, cell: Any) -> Decimal | None:
        """Return the score, None for a blank. Raises ``PanelError``."""
        text = _text(cell)
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


def _weight(line: int, cell: Any) -> Decimal:
    weight = _Marks().read(line, cell)
    if weight is None or weight <= 0:
        raise PanelError(_("line {line}: a weight has to be a number above zero."), line=line)
    return weight


def _weigh(weights: dict[str, Decimal], criterion: str, weight: Decimal, line: int) -> None:
    if weights.setdefault(criterion, weight) != weight:
        raise PanelError(
            _("line {line}: the criterion “{criterion}” has the weight {weight} here and {first} before."),
            line=line,
            criterion=criterion,
            weight=weight,
            first=weights[criterion],
        )
