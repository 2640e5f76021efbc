"""Asks a virus scanner, if the installation has one, about a file that has just come in."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from audits.content_types import EvidenceRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECONDS = 120
INFECTED = 1  # as ClamAV says it; anything else but 0 is a scanner that could not tell


def require_harmless(path: Path, command: Sequence[str]) -> None:
    """Run the scanner on the file; no command, no question.

    Raises ``EvidenceRefusedError`` with infected, or with scanner_failed: what could not be looked at is not taken.
    """
    if not command:
        return
    try:
        run = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
            [*command, str(path)], capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EvidenceRefusedError("scanner_failed") from error
    if run.returncode == INFECTED:
        raise EvidenceRefusedError("infected")
    if run.returncode:
        raise EvidenceRefusedError("scanner_failed")
