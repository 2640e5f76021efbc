"""Documents of ours that carry their content and nothing to compute: an audit through a lens, lists, overviews."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import rfc8785

from benchmarks.message import marked as _
from reports.carried import CONTENT, EDITION, MANIFEST
from reports.checking.container import BROKEN
from reports.checking.verdict import BAD, GOOD, OPEN, Row, row

if TYPE_CHECKING:
    from reports.checking.container import Container

LENS, DOCUMENT = "lens-report", "document"
LENS_FILE = "lens.json"
# What these documents never carry: a report from which the rest was taken away is none of them.
SCORED = {*CONTENT.values(), EDITION, MANIFEST}


def is_plain(container: Container) -> bool:
    """Say whether a PDF is one of these: signed, one embedded JSON file, none of a report or certificate."""
    names = list(container.files)
    return container.signature is not None and len(names) == 1 and names[0].endswith(".json") and names[0] not in SCORED


def check_plain(container: Container) -> tuple[str, list[Row], dict[str, Any]]:
    """Return what kind it is, its rows beside signature and signer, and what it says of itself."""
    ((name, data),) = container.files.items()
    sha256 = hashlib.sha256(data).hexdigest()
    content = _content(data)
    if sha256 != container.identifier or content is None:
        template = _("The embedded content was replaced: its SHA-256 is {found}, but the file names another one.")
        found = row("content", BAD, template, found=sha256)
    else:
        template = _("The embedded content has the SHA-256 that the file names: {found}.")
        found = row("content", GOOD, template, found=sha256)
    told = content or {}
    reference = str(told.get("reference") or "–")
    if name == LENS_FILE:
        kind, limit = (
            LENS,
            row(
                "score",
                OPEN,
                _(
                    "This is a lens report: it reads the audit {reference} in the structure of {lens}, and carries no "
                    "standard, so no score is computed from it. The certification report of that audit carries both."
                ),
                reference=reference,
                lens=str((told.get("lens") or {}).get("title") or "–"),
            ),
        )
    else:
        kind, limit = (
            DOCUMENT,
            row(
                "score",
                OPEN,
                _("This is another document of ours ({reference}): it carries what it shows, and no score to compute."),
                reference=reference,
            ),
        )
    return kind, [found, limit], {"reference": told.get("reference"), "content_sha256": sha256}


def _content(data: bytes) -> dict[str, Any] | None:
    """Return the embedded JSON; None when it is none, or is not in canonical form."""
    try:
        found = json.loads(data)
        return found if isinstance(found, dict) and rfc8785.dumps(found) == data else None
    except (rfc8785.CanonicalizationError, *BROKEN):
        return None
