"""Which sheets a workbook has, and what each column is. Keys are for machines and never translated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA = 1
KEY_ROW, LABEL_ROW = 1, 2
CLEAR = "#CLEAR"  # in a cell: what stands there is erased; an empty cell leaves it as it is
BETWEEN = "|"  # between several codes in one cell
NOT_APPLICABLE = "na"
YES, NO = "yes", "no"
README, CHOICES, META = "README", "Choices", "_meta"
STATUS, MESSAGE, SERVER_VALUE = "_status", "_message", "_server_value"

Kind = Literal["id", "rev", "shown", "text", "code", "codes", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """``shown`` is there to be read and ignored on return; ``choices`` names the list on the sheet of choices.

    One that does not wrap stays one line high, however long its text: else a row would fill the screen.
    """

    key: str
    kind: Kind
    width: int = 14
    choices: str = ""
    wraps: bool = True

    @property
    def is_editable(self) -> bool:
        """Say whether what is typed there is taken."""
        return self.kind in {"text", "code", "codes", "date"}


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet. Its first column holds the stable id under a key that no other sheet has: names may change.

    ``proof`` is a column that is shown and has to go with the id, so that a half-sorted sheet is noticed. ``parts``
    are columns that mean something only together; ``free`` says that different parts may come from different people.
    """

    name: str
    columns: tuple[Column, ...]
    proof: str
    parts: tuple[tuple[str, ...], ...]
    free: bool = False
    takes_new: bool = False
    fixed: frozenset[str] = frozenset()  # editable only in a new row

    @property
    def id_key(self) -> str:
        """Return the key by which the sheet is known."""
        return self.columns[0].key

    @property
    def editable(self) -> tuple[Column, ...]:
        """Return the columns whose content is taken."""
        return tuple(column for column in self.columns if column.is_editable)


REV = Column("_rev", "rev", 6)
ANSWERS = Layout(
    "Answers",
    (
        Column("_answer", "id", 10),
        REV,
        Column("code", "shown", 9),
        Column("title", "shown", 28),
        Column("requirement", "shown", 56),
        Column("level", "code", 8, "level"),
        Column("na_reason", "text", 28),
        Column("note", "text", 60),
        Column("evidence", "shown", 10),
        Column("anchors", "shown", 60, wraps=False),
    ),
    proof="code",
    parts=(("level", "na_reason"), ("note",)),
)
EVIDENCE = Layout(
    "Evidence",
    (
        Column("_evidence", "id", 10),
        REV,
        Column("title", "text", 40),
        Column("kind", "code", 14, "evidence_kind"),
        Column("criteria", "codes", 24, "criterion"),
        Column("valid_until", "date", 13),
        Column("confidential", "code", 13, "yes_no"),
        Column("filename", "shown", 28),
        Column("sha256", "shown", 20),
        Column("version", "shown", 8),
        Column("uploaded_at", "shown", 20),
        Column("uploaded_by", "shown", 20),
    ),
    proof="sha256",
    parts=(("title",), ("kind",), ("criteria",), ("valid_until",), ("confidential",)),
    free=True,
)
SAMPLES = Layout(
    "Samples",
    (
        Column("_record", "id", 10),
        REV,
        Column("sample", "shown", 8),
        Column("about", "shown", 36),
        Column("criteria", "shown", 18),
        Column("record", "shown", 24),
        Column("result", "code", 14, "result"),
        Column("note", "text", 60),
    ),
    proof="record",
    parts=(("result", "note"),),
)
FINDINGS = Layout(
    "Findings",
    (
        Column("_finding", "id", 10),
        REV,
        Column("criterion", "code", 10, "criterion"),
        Column("kind", "code", 14, "finding_kind"),
        Column("statement", "text", 60),
        Column("objective_evidence", "text", 60),
        Column("due", "date", 13),
        Column("state", "shown", 14),
    ),
    proof="",
    parts=(("criterion", "kind", "statement", "objective_evidence", "due"),),
    takes_new=True,
    fixed=frozenset({"criterion"}),
)
SHEETS = (ANSWERS, EVIDENCE, SAMPLES, FINDINGS)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
BY_ID_KEY = {sheet.id_key: sheet for sheet in SHEETS}
