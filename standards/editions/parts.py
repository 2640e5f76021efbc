"""Parts of a document that are edited one at a time: looked up by address, known by their hash, put back, checked.

An address is ``(kind, code)``: ``("criterion", "A1.1")``, ``("block", "A")``, ``("clause", "A1")``, ``("head", "")``,
or ``("section", name)`` with one of ``SECTIONS``. A part is plain data without the parts below it; that of a criterion
has its lineage under ``LINEAGE``.
"""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rfc8785

from standards.editions.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from standards.editions.faults import EditionError, Fault

Data = dict[str, Any]
LINEAGE = "lineage"
# Sections of the head that are edited as YAML.
SECTIONS = ("tiers", "facts", "schemes", "scale", "market", "lineage")
HEAD = ("title", "notice", "languages", "points_total")
# What may be missing is left out while it is empty; elsewhere an empty text is a gap that stays visible.
_LEFT_OUT = {"intro", "look_at", "notice", "summary", "help", "names", "crosswalk", "when", "unit", "reason"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a part stands in a document."""

    kind: str
    code: str = ""

    def __str__(self) -> str:
        """Show it as it stands in the ledger."""
        return f"{self.kind} {self.code}".strip()


class NoSuchPartError(LookupError):
    """The document has no part at this address, perhaps no more."""


def part_at(document: Mapping[str, Any], address: Address) -> Data:
    """Return a copy of the part. Raises NoSuchPartError."""
    if address.kind == "head":
        return copy.deepcopy(
            {
                **{key: document[key] for key in HEAD},
                "points": {each["code"]: each["points"] for each in document["blocks"]},
            }
        )
    if address.kind == "section":
        if address.code not in SECTIONS:
            raise NoSuchPartError(str(address))
        return {"section": copy.deepcopy(document[address.code])}
    found = _find(document, address)
    below = {"block": "clauses", "clause": "criteria"}.get(address.kind, "")
    part = {key: copy.deepcopy(value) for key, value in found.items() if key != below}
    if address.kind == "criterion":
        part[LINEAGE] = copy.deepcopy(document["lineage"].get(address.code))
    return part


def part_hash(part: Mapping[str, Any]) -> str:
    """Return the SHA-256 by which a form knows what it was made from."""
    return hashlib.sha256(rfc8785.dumps(dict(part))).hexdigest()


def with_part(document: Mapping[str, Any], address: Address, part: Mapping[str, Any]) -> Data:
    """Return the document with the part in its place; the document given stays as it is. Raises NoSuchPartError."""
    changed = copy.deepcopy(dict(document))
    if address.kind == "head":
        changed.update({key: part[key] for key in HEAD})
        for block in changed["blocks"]:
            block["points"] = part["points"].get(block["code"], block["points"])
        return changed
    if address.kind == "section":
        if address.code not in SECTIONS:
            raise NoSuchPartError(str(address))
        changed[address.code] = part["section"]
        return changed
    found = _find(changed, address)
    found.update({key: value for key, value in part.items() if key not in {"code", LINEAGE}})
    if address.kind == "criterion":
        _trace(changed, address.code, part.get(LINEAGE))
    return changed


def with_criterion(document: Mapping[str, Any], clause: str, criterion: Data) -> Data:
    """Return the document with one more criterion at the end of a clause. Raises NoSuchPartError."""
    changed = copy.deepcopy(dict(document))
    part = {key: value for key, value in criterion.items() if key != LINEAGE}
    _find(changed, Address("clause", clause))["criteria"].append(part)
    _trace(changed, criterion["code"], criterion.get(LINEAGE))
    return changed


def without_criterion(document: Mapping[str, Any], code: str) -> Data:
    """Return the document without a criterion and its lineage. Raises NoSuchPartError."""
    _find(document, Address("criterion", code))
    changed = copy.deepcopy(dict(document))
    for block in changed["blocks"]:
        for clause in block["clauses"]:
            clause["criteria"] = [each for each in clause["criteria"] if each["code"] != code]
    _trace(changed, code, None)
    return changed


def tree_of(value: Any) -> Node:
    """Return plain data as the tree that the reader reads; line 0 stands for a document without lines.

    A ``Node`` inside the data stays as it is, so that a section typed as YAML keeps its own lines.
    """
    if isinstance(value, Node):
        return value
    if isinstance(value, dict):
        return Node(
            0, {key: tree_of(each) for key, each in value.items() if key not in _LEFT_OUT or each not in ({}, None, "")}
        )
    if isinstance(value, list):
        return Node(0, [tree_of(each) for each in value])
    return Node(0, Decimal(str(value)) if isinstance(value, float) else value)


def faults_of(error: EditionError, address: Address) -> tuple[list[Fault], list[Fault]]:
    """Return the faults (of this part, of the rest of the edition)."""
    starts = {"head": ("title", "notice", "languages", "points_total", "blocks"), "section": (address.code,)}.get(
        address.kind, (address.code, f"{LINEAGE} {address.code}")
    )
    if address == Address("section", "tiers"):
        starts = ("tier", "tiers")
    own = [
        fault
        for fault in error.faults
        if any(fault.where == start or fault.where.startswith(f"{start} ") for start in starts)
        or (address.kind == "head" and fault.where.endswith(" points"))
    ]
    return own, [fault for fault in error.faults if fault not in own]


def _trace(document: Data, code: str, origin: Any) -> None:
    """State where a criterion comes from; None leaves the lineage to say nothing."""
    document[LINEAGE].pop(code, None)
    if origin is not None:
        document[LINEAGE][code] = origin


def _find(document: Mapping[str, Any], address: Address) -> Data:
    for kind, part in _parts(document):
        if kind == address.kind and part["code"] == address.code:
            return part
    raise NoSuchPartError(str(address))


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[str, Data]]:
    for block in document["blocks"]:
        yield "block", block
        for clause in block["clauses"]:
            yield "clause", clause
            for criterion in clause["criteria"]:
                yield "criterion", criterion
