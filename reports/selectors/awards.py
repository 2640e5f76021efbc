"""Frozen results of an award as the file that is handed out, with every signature over them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from awards.models import Result, ResultSignature


def signed_file(result: Result) -> str:
    """Return results and corrections with their signatures as JSON, to be read by eye; two queries.

    ``{"document", "protected", "signature", "certificates", "corrections": [of the same]}``: each a JWS with detached
    content (RFC 7515, appendix F) whose payload is the canonical JSON of ``document``.
    """
    signatures = list(result.signatures.select_related("correction"))
    whole = next((_part(result.content, row) for row in signatures if row.correction is None), _part(result.content))
    corrections = [_part(row.correction.content, row) for row in signatures if row.correction is not None]
    return json.dumps({**whole, "corrections": corrections}, ensure_ascii=False, indent=2)


def _part(content: str, row: ResultSignature | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"document": json.loads(content)}
    if row is not None:
        found |= {"protected": row.protected, "signature": row.signature, "certificates": row.certificates}
    return found
