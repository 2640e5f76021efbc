"""One line of the benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Our code and a baseline on the same work in the same run.

    ``baseline`` says what it is compared with; times are in seconds, the peak memory of our code in MiB.
    """

    what: str
    ours_seconds: float
    baseline: str
    baseline_seconds: float
    peak_mib: float

    @property
    def ratio(self) -> float:
        """How many times the baseline's time ours takes: below 1 is faster."""
        return self.ours_seconds / self.baseline_seconds
