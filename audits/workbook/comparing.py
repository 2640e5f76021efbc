"""Exported, present and returned side by side: what each row of a returned workbook asks for, and whether it may be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from audits.workbook.layout import CLEAR, NOT_APPLICABLE
from audits.workbook.texts import carried, is_exact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from audits.workbook.layout import Layout
    from audits.workbook.reader import ReadRow, ReadSheet, Returned
    from audits.workbook.seal import Exported, Sent

Values = dict[str, str]


class Status(StrEnum):
    """What becomes of a row."""

    UNCHANGED = "unchanged"
    UPDATE = "update"
    CONFLICT = "conflict"
    INVALID = "invalid"
    LOCKED = "locked"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"


GOOD = frozenset({Status.UNCHANGED, Status.UPDATE})


@dataclass(frozen=True, slots=True)
class Now:
    """How a row stands on the server: revision, what may be filled in (whole texts), what is only shown.

    ``locked`` is the code of why it cannot change; ``own`` says that whoever brings the workbook saved it last.
    """

    rev: int
    values: Values
    shown: Values = field(default_factory=dict)
    locked: str = ""
    own: bool = False

    @property
    def carried(self) -> Values:
        """Return the values as cells hold them."""
        return {key: carried(text) for key, text in self.values.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or one cell of it (``key``), cannot be taken: a code with what its words need."""

    code: str
    key: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellPlan:
    """One cell that was filled in otherwise than it was exported: the three sides of it."""

    key: str
    address: str
    exported: str
    server: str
    mine: str


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What becomes of one row. ``after`` is what will stand there; ``is_new`` a row that is made.

    ``overrides``: somebody changed it meanwhile, and whoever brings the workbook chose what is in the file.
    """

    layout: Layout
    title: str
    line: int
    id: str
    status: Status
    cells: tuple[CellPlan, ...] = ()
    problems: tuple[Problem, ...] = ()
    rev: int = 0
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    is_new: bool = False
    overrides: bool = False
    read: ReadRow | None = None

    @property
    def key(self) -> str:
        """Return the name by which the row is chosen over what somebody else stored."""
        return f"{self.layout.name}:{self.id}"

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the keys of what will change."""
        return tuple(key for key, text in self.after.items() if self.before.get(key, "") != text)


class Checks(Protocol):
    """What only the server knows: whether a row may become what it is asked to be."""

    def check(self, layout: Layout, row_id: str, before: Values, after: Values) -> tuple[Problem, ...]:
        """Return why not; nothing where it may. ``row_id`` is empty for a new row."""

    def known(self, layout: Layout, after: Values) -> bool:
        """Say whether a new row was made by an earlier return of the same workbook."""


def compare(
    returned: Returned, now: Mapping[str, Mapping[str, Now]], checks: Checks, taken: Collection[str] = ()
) -> list[RowPlan]:
    """Return the plan of every row, sheet by sheet in the order of the file.

    ``taken`` are keys of rows in conflict of which the file's side is wanted.
    """
    sheets = ((sheet, now[sheet.layout.name]) for sheet in returned.sheets)
    return [plan for sheet, rows in sheets for plan in _rows(sheet, returned.exported, rows, checks, taken)]


def _rows(
    sheet: ReadSheet, exported: Exported, now: Mapping[str, Now], checks: Checks, taken: Collection[str]
) -> Iterator[RowPlan]:
    ids = Counter(row.id for row in sheet.rows if row.id)
    news: set[tuple[tuple[str, str], ...]] = set()
    for row in sheet.rows:
        if not row.id:
            yield _new(sheet, row, news, checks)
        elif ids[row.id] > 1:
            yield _plan(sheet, row, Status.DUPLICATE, Problem("id_twice"))
        else:
            sides = exported[sheet.layout.name].get(row.id), now.get(row.id)
            yield _known(sheet, row, *sides, checks, taken=f"{sheet.layout.name}:{row.id}" in taken)


def _plan(sheet: ReadSheet, row: ReadRow, status: Status, *problems: Problem, **more: Any) -> RowPlan:
    return RowPlan(sheet.layout, sheet.title, row.line, row.id, status, problems=problems, read=row, **more)


def _new(sheet: ReadSheet, row: ReadRow, news: set[tuple[tuple[str, str], ...]], checks: Checks) -> RowPlan:
    layout = sheet.layout
    if not layout.takes_new:
        return _plan(sheet, row, Status.UNKNOWN, Problem("no_id"))
    after = {each.key: row.cells[each.key].text if each.key in row.cells else "" for each in layout.editable}
    after = {key: "" if text == CLEAR else text for key, text in after.items()}
    cells = _cells(sheet, row, {}, {}, after)
    faults = _faults(row, layout)
    same = tuple(sorted(after.items()))
    if same in news:
        return _plan(sheet, row, Status.DUPLICATE, Problem("row_twice"), cells=cells, after=after)
    news.add(same)
    if not faults and checks.known(layout, after):
        return _plan(sheet, row, Status.UNCHANGED, before=after, after=after)
    problems = faults or checks.check(layout, "", {}, after)
    status = _refused(problems) if problems else Status.UPDATE
    return _plan(sheet, row, status, *problems, cells=cells, after=after, is_new=True)


def _refused(problems: tuple[Problem, ...]) -> Status:
    return Status.LOCKED if any(each.code.startswith("locked") for each in problems) else Status.INVALID


def _faults(row: ReadRow, layout: Layout) -> tuple[Problem, ...]:
    keys = [column.key for column in layout.editable]
    return tuple(Problem(row.cells[key].fault, key) for key in keys if key in row.cells and row.cells[key].fault)


def _known(
    sheet: ReadSheet, row: ReadRow, sent: Sent | None, now: Now | None, checks: Checks, *, taken: bool
) -> RowPlan:
    if sent is None or now is None:
        return _plan(sheet, row, Status.UNKNOWN, Problem("id_unknown" if sent is None else "id_gone"))
    mine, server = _mine(sheet.layout, row, sent.values), now.carried
    sides: dict[str, Any] = {"rev": now.rev, "before": now.values, "after": now.values}
    problems = _mixed(sheet.layout, row, sent) or _faults(row, sheet.layout)
    if not problems and all(mine[key] in {sent.values[key], server[key]} for key in mine):
        return _plan(sheet, row, Status.UNCHANGED, **sides)
    sides["cells"] = _cells(sheet, row, sent.values, server, mine)
    problems = problems or _untouchable(sheet.layout, sent, now, mine)
    if problems:
        return _plan(sheet, row, _refused(problems), *problems, **sides)
    after = _joined(sheet.layout, sent, now, mine)
    if after is None and not taken:
        return _plan(sheet, row, Status.CONFLICT, Problem("changed_meanwhile"), **sides)
    if after is None:
        after = now.values | {key: mine[key] for key in mine if mine[key] != sent.values[key]}
        sides["overrides"] = True
    sides["after"] = after
    problems = checks.check(sheet.layout, row.id, now.values, after)
    return _plan(sheet, row, _refused(problems) if problems else Status.UPDATE, *problems, **sides)


def _untouchable(layout: Layout, sent: Sent, now: Now, mine: Values) -> tuple[Problem, ...]:
    """Return why what is asked for cannot be changed from a workbook, whatever it is."""
    if now.locked:
        return (Problem(now.locked),)
    asked = [key for key in mine if mine[key] != sent.values[key]]
    fixed = [Problem("fixed", key) for key in asked if key in layout.fixed]
    return (*fixed, *(Problem("not_carried", key) for key in asked if not is_exact(now.values[key])))


def _joined(layout: Layout, sent: Sent, now: Now, mine: Values) -> Values | None:
    """Return what the row becomes; None where somebody else changed it since it went out.

    Parts that stand for themselves are joined where the row is ``free``, or where both changes are one person's.
    """
    server = now.carried
    is_stale = now.rev != sent.rev or server != sent.values
    parts = layout.parts if layout.free or now.own else (tuple(mine),)
    after = dict(now.values)
    for part in parts:
        if all(mine[key] in {sent.values[key], server[key]} for key in part):
            continue
        if is_stale and (len(parts) == 1 or any(server[key] != sent.values[key] for key in part)):
            return None
        after |= {key: mine[key] for key in part if mine[key] != sent.values[key]}
    return after


def _mixed(layout: Layout, row: ReadRow, sent: Sent) -> tuple[Problem, ...]:
    """Notice a row whose hidden columns are no longer those of its visible ones."""
    proof = row.cells.get(layout.proof)
    if proof is not None and proof.text != sent.proof:
        return (Problem("row_mixed", layout.proof),)
    return () if row.rev == str(sent.rev) else (Problem("rev_changed", "_rev"),)


def _mine(layout: Layout, row: ReadRow, base: Values) -> Values:
    """Return what the row asks for: an empty cell leaves what was exported, ``#CLEAR`` takes it away."""
    mine = dict(base)
    for column in layout.editable:
        cell = row.cells.get(column.key)
        if cell is not None and cell.text and cell.text != base[column.key]:
            mine[column.key] = "" if cell.text == CLEAR else cell.text
    reason = "na_reason"
    if reason in mine and mine["level"] not in {base["level"], NOT_APPLICABLE} and mine[reason] == base[reason]:
        mine[reason] = ""  # whoever gives a level takes the reason for N/A away with it
    return mine


def _cells(sheet: ReadSheet, row: ReadRow, base: Values, server: Values, mine: Values) -> tuple[CellPlan, ...]:
    """Return the sides of each cell that asks for something."""
    return tuple(
        CellPlan(key, _address(sheet, row, key), base.get(key, ""), server.get(key, ""), text)
        for key, text in mine.items()
        if text != base.get(key, "") or (key in row.cells and row.cells[key].fault)
    )


def _address(sheet: ReadSheet, row: ReadRow, key: str) -> str:
    if key in row.cells:
        return row.cells[key].address
    return f"{sheet.title}!{sheet.columns.get(key, '?')}{row.line}"
