"""What was exported, kept inside the workbook under a signature: nobody can change what the comparison rests on."""

from __future__ import annotations

import hmac
import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from audits.workbook.layout import SCHEMA, SHEETS
from benchmarks.message import MessageError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Callable

    Sign = Callable[[str], str]

PIECE = 16_000  # characters in a cell


class WorkbookError(MessageError):
    """The file cannot be used; the message says where and why, for a person."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How a row went out: its revision, what stood in the columns that may be filled in, and the text of its proof."""

    rev: int
    values: dict[str, str]
    proof: str = ""


Exported = dict[str, dict[str, Sent]]  # by sheet, by id


@dataclass(frozen=True, slots=True)
class Meta:
    """Of which audit a workbook is, on which edition, when and for whom it went out; ``nonce`` names this export."""

    audit: str
    edition: str
    edition_version: str
    edition_sha256: str
    exported_at: str
    exported_by: int
    locale: str
    nonce: str
    schema: int = SCHEMA


_NAMES = tuple(Meta.__dataclass_fields__)


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal_rows(meta: Meta, exported: Exported, sign: Sign) -> list[tuple[str, str]]:
    """Return (key, value) of the hidden sheet."""
    sheets = {
        name: {key: [each.rev, each.values, each.proof] for key, each in rows.items()}
        for name, rows in exported.items()
    }
    body = b64encode(zlib.compress(_text(sheets).encode())).decode()  # letters that no spreadsheet touches
    facts = {key: str(value) for key, value in asdict(meta).items()}
    pieces = [("exported", body[at : at + PIECE]) for at in range(0, len(body), PIECE)]
    return [*facts.items(), ("hmac", sign(_text(facts) + body)), *pieces]


def unsealed(rows: list[tuple[str, str]], sign: Sign) -> tuple[Meta, Exported]:
    """Read the hidden sheet and check its signature. WorkbookError where anything is not as it was written."""
    facts = {key: value for key, value in rows if key in _NAMES}
    body = "".join(value for key, value in rows if key == "exported")
    signature = next((value for key, value in rows if key == "hmac"), "")
    if not facts or not body or not signature:
        raise WorkbookError(_("The hidden sheet _meta is missing or empty: export the workbook anew."))
    if not hmac.compare_digest(sign(_text(facts) + body).encode(), signature.encode()):
        raise WorkbookError(
            _("The hidden sheet _meta was changed, or the workbook was exported elsewhere: export it anew.")
        )
    if facts["schema"] != str(SCHEMA):
        raise WorkbookError(_("The workbook is of another version of this program: export it anew."))
    meta = Meta(**{**facts, "exported_by": int(facts["exported_by"]), "schema": SCHEMA})  # type: ignore[arg-type] # texts but for these
    found = json.loads(zlib.decompress(b64decode(body)))
    return meta, {sheet.name: {key: Sent(*row) for key, row in found[sheet.name].items()} for sheet in SHEETS}
