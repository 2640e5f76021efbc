"""How much of the machine the engine may take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend


@dataclass(frozen=True)
class Limits:
    """``memory`` is what tables may take, such as ``1GB``, before they go to disk; ``threads`` run at once.

    Empty and 0 leave it to the engine: most of the memory, and all processors. The process itself takes some 300 MB
    besides. ValueError for what is no size or no number of threads.
    """

    memory: str = ""
    threads: int = 0

    def __post_init__(self) -> None:
        """Refuse what would be read as something else."""
        if self.memory and not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", self.memory):
            raise ValueError(f"not a size of memory, such as 500MB or 1.5GB: {self.memory}")
        if self.threads < 0:
            raise ValueError(f"not a number of threads: {self.threads}")

    def set_for(self, connection: Backend) -> None:
        """Tell an open DuckDB."""
        if self.memory:
            connection.raw_sql(f"SET memory_limit = '{self.memory}'")
        if self.threads:
            connection.raw_sql(f"SET threads = {self.threads}")


UNLIMITED = Limits()
