"""What a PDF carries so that anyone can follow it without us: the frozen result, what was measured, a manifest. Pure.

Three files are embedded: the content (``report.json``), the edition word for word (``edition.json``, whose SHA-256 is
the edition's), and ``manifest.json``, which names both by their hashes and the head of the ledger at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# The common name in a certificate that an installation made for itself.
OWN_NAME = "Touchstone installation, own key"
FORMAT = "touchstone/1"
MANIFEST, EDITION = "manifest.json", "edition.json"
REPORT, CERTIFICATE = "certification-report", "certificate"
# The name of the content by the kind of document.
CONTENT = {REPORT: "report.json", CERTIFICATE: "certificate.json"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One KPI as it was measured; numbers as stored, in ``unit``."""

    kpi: str
    variant: str
    channel: str
    value: float
    unit: str
    n: int
    numerator: float | None
    denominator: float | None
    standard_error: float | None
    cluster: str
    clusters: int | None
    design_effect: float | None


@dataclass(frozen=True, slots=True)
class Basis:
    """What the score follows from. ``frozen`` has case, result, verdicts and the hashes of edition and market release.

    The SHA-256 over the canonical JSON of ``frozen`` is what the ledger holds as the hash of the result. Never changed.
    """

    frozen: Mapping[str, Any]
    measurements: tuple[Measure, ...]


def manifest(
    kind: str, *, content_sha256: str, edition_sha256: str, at: datetime, ledger_sequence: int, ledger_head: str
) -> bytes:
    """Return the manifest as canonical JSON; hashes are 64 hexadecimal digits."""
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "kind": kind,
            "content": {"file": CONTENT[kind], "sha256": content_sha256},
            "edition": {"file": EDITION, "sha256": edition_sha256},
            "ledger": {"sequence": ledger_sequence, "hash": ledger_head},
            "printed_at": at.isoformat(),
        }
    )
