"""The file that a sample is drawn from: a header, then one record per row with its id in the first column."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.sampling.errors import SamplingError
from audits.tabular import read_table
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_ID = 200  # characters


@dataclass(frozen=True, slots=True)
class Population:
    """All ids in the order of the file, with the SHA-256 of the file as it was read."""

    sha256: str
    ids: tuple[str, ...]
    column: str  # the header above the ids

    @property
    def size(self) -> int:
        """How many records there are to draw from."""
        return len(self.ids)


def read_population(path: Path, *, encoding: str = "") -> Population:
    """Read a CSV or XLSX file. Raises ``SamplingError`` or ``audits.tabular.TableError``.

    An id that is empty, too long or stands twice makes the file unusable: which record was looked at could not be told.
    """
    rows = read_table(path, encoding=encoding)
    _line, head = next(rows, (1, ()))
    seen: dict[str, int] = {}
    for line, cells in rows:
        name = _id(cells[0] if cells else None)
        if not name:
            raise SamplingError(_("line {line}: the first column, which holds the ids, is empty."), line=line)
        if len(name) > LONGEST_ID:
            raise SamplingError(_("line {line}: the id has more than {most} characters."), line=line, most=LONGEST_ID)
        if name in seen:
            raise SamplingError(
                _("line {line}: the id “{name}” stood in line {first} already."), line=line, name=name, first=seen[name]
            )
        seen[name] = line
    if not seen:
        raise SamplingError(_("The file has a header but no records. The first line is read as the header."))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Population(sha256=sha256, ids=tuple(seen), column=_id(head[0]) if head else "")


def _id(cell: object) -> str:
    """Return an id as text; a whole number that a workbook holds as 1.0 is 1."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
