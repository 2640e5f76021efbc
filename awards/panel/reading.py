"""A table of scores: a header with ``entrant,judge,score``, and ``criterion`` and ``weight`` where there are any.

Every fault is told with its line, and the whole file is refused: a score that is guessed or dropped decides an award.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from awards.panel.errors import PanelError
from awards.panel.marks import Marks, text_of
from awards.panel.scores import Panel, Score
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

NEEDED, KNOWN = ("entrant", "judge", "score"), ("entrant", "judge", "score", "criterion", "weight")
LONGEST_NAME = 200  # characters
MOST_SCORES = 1_000_000
# Zero-width characters and overrides of direction: they make two names of one, or one look like another. Joiners, which
# scripts need, and marks of direction stay.
_UNSEEN = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def read_panel(rows: Iterable[tuple[int, Sequence[Any]]]) -> Panel:
    """Make a panel of (line, cells), the first being the header. Raises ``PanelError``.

    Names are text whatever they look like ("=A1" is a name), trimmed and in Unicode's composed form. A blank score is
    missing. A comma is a decimal comma; a file with commas and points is refused, as is a comma before three digits,
    which may stand between thousands.
    """
    found = iter(rows)
    line, head = next(found, (1, ()))
    reader = _Reader(line, head)
    scores: list[Score] = []
    for line, cells in found:
        if len(scores) == MOST_SCORES:
            raise PanelError(_("line {line}: more than {most} scores."), line=line, most=MOST_SCORES)
        scores.append(reader.score(line, cells))
    return Panel.of(scores, reader.weights)


class _Reader:
    """Reads rows; remembers what has to be the same in all (columns, decimal mark, weights) and names, for speed."""

    def __init__(self, line: int, head: Sequence[Any]) -> None:
        self.columns = _columns(line, head)
        self.width = max((place for place, cell in enumerate(head, start=1) if text_of(cell)), default=0)
        self.marks = Marks()
        self.weights: dict[str, Decimal] = {}
        self._names: dict[str, str] = {}

    def score(self, line: int, cells: Sequence[Any]) -> Score:
        """Return the score of a row. A row of another width has lost a delimiter, or has one too many."""
        if len(cells) != self.width and (len(cells) < self.width or any(map(text_of, cells[self.width :]))):
            raise PanelError(
                _("line {line}: {cells} cells, the header has {width}."), line=line, cells=len(cells), width=self.width
            )
        criterion = self._name(line, "criterion", cells) if "criterion" in self.columns else ""
        if "weight" in self.columns:
            _weigh(self.weights, criterion, _weight(line, cells[self.columns["weight"]]), line)
        return Score(
            entrant=self._name(line, "entrant", cells),
            judge=self._name(line, "judge", cells),
            value=self.marks.read(line, cells[self.columns["score"]]),
            criterion=criterion,
            line=line,
        )

    def _name(self, line: int, column: str, cells: Sequence[Any]) -> str:
        cell = cells[self.columns[column]]
        if not isinstance(cell, str):
            return _name(line, column, cell)
        if cell not in self._names:
            self._names[cell] = _name(line, column, cell)
        return self._names[cell]


def _columns(line: int, head: Sequence[Any]) -> dict[str, int]:
    """Return the place of every column that is known; others are left alone."""
    names = [text_of(cell).casefold() for cell in head]
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


def _name(line: int, column: str, cell: Any) -> str:
    name = text_of(cell)
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


def _weight(line: int, cell: Any) -> Decimal:
    weight = Marks().read(line, cell)
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
