"""Where the criteria of an edition come from: codes of the edition before, and best practices.

In the file, ``lineage`` maps a criterion to the codes it carries on, ``[C2.4, C2.7]``, or to a mapping with ``from``,
``meaning``, ``practices`` and ``reason``. A criterion that is not named carries on the criterion of its own code, where
the edition before has one. Codes are never used again for another meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from standards.editions.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from standards.editions.reader import Reader
    from standards.editions.tree import Node

MEANINGS = ("same", "changed")
KEYS = ("from", "meaning", "practices", "reason")
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Origin of one criterion. ``meaning`` is ``same``, ``changed`` or empty where the edition does not say."""

    codes: tuple[str, ...]
    meaning: str = ""
    practices: tuple[str, ...] = ()
    reason: Mapping[str, str] = field(default_factory=dict)


def lineage_of(document: Mapping[str, Any], code: str, before: Collection[str]) -> Lineage:
    """Return the origin of a criterion of this document; ``before`` are the criterion codes of the earlier edition."""
    stated = document["lineage"].get(code)
    if stated is None:
        return Lineage((code,) if code in before else ())
    if isinstance(stated, list):
        return Lineage(tuple(stated))
    # A mapping without ``from`` says something about a criterion that keeps its code.
    codes = stated.get("from", [code] if code in before else [])
    return Lineage(
        tuple(codes), stated.get("meaning", ""), tuple(stated.get("practices", ())), stated.get("reason", {})
    )


def read_lineage(reader: Reader, node: Node | None) -> dict[str, Any]:
    """Return what the file states, as it states it: a list of codes, or a mapping with the keys that are there."""
    if node is None or not isinstance(node.value, dict):
        if node is not None:
            reader.fault(node, "lineage", "must be a mapping; {} when there is none")
        return {}
    return {key: _origin(reader, value, f"lineage {key[:20]}") for key, value in node.value.items()}


def check_lineage(reader: Reader, node: Node | None, codes: Collection[str]) -> None:
    """Fault what is named but is no criterion of this edition, and codes that change places in a circle."""
    if node is None or not isinstance(node.value, dict):
        return
    named = {key: set(_codes(value)) for key, value in node.value.items()}
    for key, value in node.value.items():
        if key not in codes:
            reader.fault(value, f"lineage {key[:20]}", "no criterion of this edition has this code")
        elif key in _reached(named, key):
            what = "goes in a circle: codes may not change places, a code keeps its meaning"
            reader.fault(value, f"lineage {key[:20]}", what)


def lineage_faults(document: Mapping[str, Any], earlier: Mapping[str, Any]) -> list[Fault]:
    """Return what only the edition before can tell: origins that it does not have, and codes used for another meaning.

    The faults carry no line (0): a document does not know where it stood in its file.
    """
    before = set(criteria_of(earlier))
    version = earlier["version"]
    faults = []
    for code in criteria_of(document):
        origin = lineage_of(document, code, before)
        faults += [
            Fault(0, f"lineage {code}", f"{each} is no criterion of edition {version}")
            for each in origin.codes
            if each not in before
        ]
        if code in before and code not in origin.codes:
            what = f"edition {version} has {code}, but the lineage does not carry it on: a code keeps its meaning"
            faults.append(Fault(0, f"lineage {code}", what))
    return faults


def criteria_of(document: Mapping[str, Any]) -> dict[str, Data]:
    """Return the criteria of a document by code, in order."""
    return {
        criterion["code"]: criterion
        for block in document["blocks"]
        for clause in block["clauses"]
        for criterion in clause["criteria"]
    }


def _origin(reader: Reader, node: Node, where: str) -> list[str] | Data:
    if not isinstance(node.value, dict):
        return reader.words(node, where, None)
    fields = reader.fields(node, where, (), KEYS)
    found: Data = {}
    for key in ("from", "practices"):
        if key in fields:
            found[key] = reader.words(fields[key], f"{where} {key}", None)
    if "meaning" in fields:
        found["meaning"] = reader.word(fields["meaning"], f"{where} meaning", MEANINGS)
    if "reason" in fields:
        found["reason"] = reader.texts(fields["reason"], f"{where} reason")
    return found


def _codes(node: Node) -> Iterator[str]:
    value = node.value.get("from") if isinstance(node.value, dict) else node
    if value is not None and isinstance(value.value, list):
        yield from (each.value for each in value.value if isinstance(each.value, str))


def _reached(named: Mapping[str, set[str]], start: str) -> set[str]:
    """Return every code that the lineage of ``start`` leads to; that a criterion carries itself on leads nowhere."""
    found: set[str] = set()
    waiting = [each for each in named[start] if each != start]
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting += [each for each in named.get(code, ()) if each != code]
    return found
