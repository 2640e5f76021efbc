"""From an edition file to its document: plain data with every default filled in, as canonical JSON, with its hash.

The hash is SHA-256 over RFC 8785 JSON, so it depends on what the edition says and not on how its YAML is laid out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785

from standards.editions.content import Content
from standards.editions.faults import EditionError
from standards.editions.gates import Gates, read_tier_codes
from standards.editions.header import OPTIONAL, REQUIRED, read_header
from standards.editions.lineage import check_lineage, criteria_of
from standards.editions.reader import Reader
from standards.editions.source import decode, read_bytes
from standards.editions.spec import spec_of
from standards.editions.tree import parse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from standards.editions.tree import Node
    from standards.scoring.model import EditionSpec


@dataclass(frozen=True, slots=True)
class ParsedEdition:
    """A valid edition: its data, its canonical JSON, the SHA-256 of that, and what the engine needs of it."""

    document: dict[str, Any]
    canonical: str
    sha256: str
    spec: EditionSpec


def read_edition(
    path: Path,
    *,
    known_kpis: Collection[str] | None = None,
    known_clauses: Mapping[str, Collection[str]] | None = None,
) -> ParsedEdition:
    """Return the edition in a file; EditionError names every fault with its line."""
    return parse_edition(read_bytes(path), known_kpis=known_kpis, known_clauses=known_clauses)


def parse_edition(
    data: bytes,
    *,
    known_kpis: Collection[str] | None = None,
    known_clauses: Mapping[str, Collection[str]] | None = None,
    gaps: bool = False,
) -> ParsedEdition:
    """Return the edition in these bytes (YAML, UTF-8). Without ``known_kpis`` any KPI code is taken.

    ``known_clauses``: scheme -> clauses that its lens has; in a scheme that is not among them any clause is taken.
    ``gaps``: a draft, in which texts may be missing.
    """
    return check_edition(parse(decode(data)), known_kpis=known_kpis, known_clauses=known_clauses, gaps=gaps)


def check_edition(
    root: Node,
    *,
    known_kpis: Collection[str] | None = None,
    known_clauses: Mapping[str, Collection[str]] | None = None,
    gaps: bool = False,
) -> ParsedEdition:
    """Return the edition that a tree holds, as ``parse_edition`` does: for a document that is being edited."""
    reader = Reader(gaps=gaps)
    document = _document(reader, root, known_kpis, known_clauses or {})
    canonical = rfc8785.dumps(document).decode("utf-8")
    sha256 = digest(canonical)
    return ParsedEdition(document, canonical, sha256, spec_of(document, sha256))


def digest(canonical: str) -> str:
    """Return the hash by which an edition is known."""
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _document(
    reader: Reader, root: Node, known_kpis: Collection[str] | None, known_clauses: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    fields = reader.fields(root, "", REQUIRED, OPTIONAL)
    header = read_header(reader, fields)
    tiers = read_tier_codes(reader, fields.get("tiers"))
    content = Content(reader, header, tiers, known_kpis, known_clauses)
    blocks = content.blocks(fields.get("blocks"))
    clauses = [clause["code"] for block in blocks for clause in block["clauses"]]
    check_lineage(reader, fields.get("lineage"), criteria_of({"blocks": blocks}))
    gates = Gates(reader, header, clauses, known_kpis).tiers(fields.get("tiers"))
    if reader.faults:
        raise EditionError(reader.faults)
    return {**header, "tiers": gates, "blocks": blocks}
