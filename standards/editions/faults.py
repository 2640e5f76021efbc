"""What is wrong with an edition file, and on which line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault. ``line`` counts from 1; 0 means the file as a whole. ``where`` is a path such as ``A1.1 anchors``."""

    line: int
    where: str
    what: str

    def __str__(self) -> str:
        """Show it as one line."""
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.where}: {self.what}" if self.where else f"{place}{self.what}"


class EditionError(ValueError):
    """An edition file cannot be used. ``faults`` holds every fault, by line."""

    def __init__(self, faults: list[Fault]) -> None:
        """Sort the faults; the message has one per line."""
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))
