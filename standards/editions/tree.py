"""YAML as a tree in which every value knows its line.

Only the plain part of YAML is read: mappings, lists, texts, whole and decimal numbers, true, false, null. Anchors,
aliases and tags are refused (a few hundred bytes of aliases can stand for gigabytes), as are duplicate keys, great
depth and great numbers of values. ``yes``, ``no`` and dates are texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from standards.editions.faults import EditionError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 24
MAX_VALUES = 200_000
INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
DECIMAL = re.compile(r"[-+]?[0-9]{1,9}\.[0-9]{1,6}")
CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}

Scalar = str | int | bool | Decimal | None


@dataclass(slots=True)
class Node:
    """A value and the line it begins on: a scalar, a list of nodes, or a dict from key text to node."""

    line: int
    value: Scalar | list[Node] | dict[str, Node]


@dataclass(slots=True)
class Builder:
    """Builds the tree from parser events; ``faults`` collects what is refused."""

    events: Iterator[Any]
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def node(self, event: Any, depth: int) -> Node:
        """Return the node that begins with this event."""
        line = _line(event)
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_VALUES:
            what = f"deeper than {MAX_DEPTH} levels" if depth > MAX_DEPTH else f"more than {MAX_VALUES} values"
            raise EditionError([*self.faults, Fault(line, "", f"{what}: not an edition")])
        self._refuse(event, line)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(line, self._mapping(depth))
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(line, self._sequence(depth))
        if isinstance(event, yaml.ScalarEvent):
            return Node(line, resolve(event.value) if event.implicit[0] and not event.style else event.value)
        return Node(line, None)

    def _refuse(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.faults.append(Fault(line, "", f"aliases (*{event.anchor}) are not allowed; write the value out"))
        elif event.anchor is not None:
            self.faults.append(Fault(line, "", f"anchors (&{event.anchor}) are not allowed"))
        if getattr(event, "tag", None) is not None:
            self.faults.append(Fault(line, "", f"tags ({event.tag}) are not allowed"))

    def _sequence(self, depth: int) -> list[Node]:
        found = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, depth + 1))
        return found

    def _mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, depth)
            node = self.node(next(self.events), depth + 1)
            if key is not None and key in found:
                self.faults.append(Fault(_line(event), "", f"the key {key!r} is there twice"))
            elif key is not None:
                found[key] = node
        return found

    def _key(self, event: Any, depth: int) -> str | None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse(event, _line(event))
            return str(event.value)
        self.faults.append(Fault(_line(event), "", "a key must be a plain word"))
        self.node(event, depth + 1)
        return None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def parse(text: str) -> Node:
    """Return the tree of the only document in the text, or raise EditionError."""
    builder = Builder(iter(yaml.parse(text, Loader=LOADER)))
    try:
        root = _only_document(builder)
    except yaml.YAMLError as error:
        raise EditionError([*builder.faults, _syntax_fault(error)]) from None
    if builder.faults:
        raise EditionError(builder.faults)
    return root


def resolve(text: str) -> Scalar:
    """Return what an unquoted word means."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if DECIMAL.fullmatch(text) else text


def _only_document(builder: Builder) -> Node:
    root: Node | None = None
    for event in builder.events:
        if isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)):
            continue
        if isinstance(event, yaml.DocumentStartEvent):
            if root is not None:
                raise EditionError([Fault(_line(event), "", "a second document; one file, one edition")])
            continue
        root = builder.node(event, 0)
    if root is None:
        raise EditionError([Fault(0, "", "the file is empty")])
    return root


def _syntax_fault(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    return Fault(mark.line + 1 if mark else 0, "", f"not YAML: {problem}")
