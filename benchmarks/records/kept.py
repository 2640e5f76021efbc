"""Clean records kept on disk between the report that a person confirms and the measurement, to be typed once only.

One Parquet file holds the records and, in its metadata, what else is known of them. It is used only by the very code
that wrote it: another release of the cleaning reads the export again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from benchmarks.records.prepare import Refused

if TYPE_CHECKING:
    from benchmarks.records.prepare import Records

_NAME = "touchstone"


@dataclass(frozen=True)
class Kept:
    """What is known of kept records besides the rows: as ``Records`` and the quality report had it."""

    kind: str
    fields: frozenset[str]
    quality: dict[str, Any]
    rejected: dict[str, Refused]


def keep(records: Records, quality: dict[str, Any], path: Path) -> bool:
    """Write clean records under a path, whole or not at all; False where there is no room for them."""
    facts = {
        "code": cleaning_code(),
        "kind": records.kind,
        "fields": sorted(records.fields),
        "quality": quality,
        "rejected": {why: asdict(found) for why, found in records.rejected.items()},
    }
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as file:
        part = Path(file.name)
    try:
        connection = records.table.get_backend()
        query = f"COPY ({ibis.to_sql(records.table, dialect='duckdb')}) TO {_quoted(part)}"
        connection.raw_sql(f"{query} (FORMAT parquet, KV_METADATA {{{_NAME}: {_quoted(json.dumps(facts))}}})")
        part.replace(path)
    except (duckdb.IOException, OSError):
        part.unlink(missing_ok=True)
        return False
    return True


def kept(path: Path | None) -> Kept | None:
    """Return what is known of the records kept under a path; None where there are none that this code has written."""
    if path is None or not path.is_file():
        return None
    with contextlib.suppress(duckdb.Error, ValueError, KeyError, TypeError), duckdb.connect() as connection:
        query = f"SELECT value FROM parquet_kv_metadata({_quoted(path)}) WHERE key = '{_NAME}'"  # noqa: S608 - quoted
        (value,) = connection.execute(query).fetchone() or (b"{}",)
        facts = json.loads(value)
        if facts["code"] == cleaning_code():
            rejected = {why: Refused(each["rows"], tuple(each["lines"])) for why, each in facts["rejected"].items()}
            return Kept(facts["kind"], frozenset(facts["fields"]), facts["quality"], rejected)
    return None


@cache
def cleaning_code() -> str:
    """Return a hash of all modules that read and clean records."""
    digest = hashlib.sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()


def _quoted(text: object) -> str:
    """Write a text as SQL has it."""
    return "'" + str(text).replace("'", "''") + "'"
