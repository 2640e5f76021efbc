"""What lies on a desk: tasks in piles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

SHOWN = 5
MOST = 200  # rows that are looked at


@dataclass(frozen=True)
class Task:
    """One thing to do: in words, where, by or since when; ``notice`` is the id of the notice that tells of it."""

    words: str
    url: str
    where: str = ""
    note: str = ""
    day: date | datetime | None = None
    style: str = ""
    notice: int | None = None


@dataclass(frozen=True)
class Pile:
    """Tasks of one kind. ``empty`` says what there is to know when nothing lies here; ``url`` leads to all of them."""

    code: str
    title: str
    empty: str
    tasks: Sequence[Task]
    url: str = ""

    @property
    def shown(self) -> Sequence[Task]:
        """Return what stands on the page."""
        return self.tasks[:SHOWN]

    @property
    def more(self) -> int:
        """Count what does not stand on the page."""
        return len(self.tasks) - len(self.shown)

    @property
    def number(self) -> str:
        """Say how many there are."""
        return f"{MOST}+" if len(self.tasks) >= MOST else str(len(self.tasks))
