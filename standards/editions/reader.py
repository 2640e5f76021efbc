"""Checks of single values. A reader collects faults and returns something usable, so that one pass finds them all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from standards.editions.faults import EditionError, Fault
from standards.editions.source import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from standards.editions.tree import Node

T = TypeVar("T")
MAX_FAULTS = 200
MAX_TEXT = 4000
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
HTML = re.compile(r"<[A-Za-z/!?]|&#?[A-Za-z0-9]+;")
MISSING: Any = object()


class Reader:
    """Reads nodes of one file; ``languages`` are those in which every text has to be there.

    ``gaps``: the file is a draft in which texts may be missing; ``coverage.py`` counts them.
    """

    def __init__(self, *, gaps: bool = False) -> None:
        """Begin without a fault."""
        self.faults: list[Fault] = []
        self.languages: tuple[str, ...] = ("en",)
        self.gaps = gaps

    def fault(self, node: Node, where: str, what: str) -> None:
        """Note a fault at the node's line; give up after many."""
        self.faults.append(Fault(node.line, where, what))
        if len(self.faults) >= MAX_FAULTS:
            raise EditionError([*self.faults, Fault(node.line, "", f"stopped after {MAX_FAULTS} faults")])

    def fields(
        self, node: Node, where: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Node]:
        """Return the known fields of a mapping; unknown and missing ones are faults."""
        if not isinstance(node.value, dict):
            self.fault(node, where, f"must be a mapping with {', '.join(required)}")
            return {}
        for key, value in node.value.items():
            if key not in required and key not in optional:
                self.fault(value, where, f"unknown key {_quoted(key)}; known are {', '.join([*required, *optional])}")
        for key in required:
            if key not in node.value:
                self.fault(node, where, f"{key} is missing")
        return {key: value for key, value in node.value.items() if key in required or key in optional}

    def items(self, node: Node | None, where: str, read: Callable[[Node, str], T], least: int = 0) -> list[T]:
        """Return what ``read`` makes of each item of a list."""
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.fault(node, where, "must be a list")
            return []
        if len(node.value) < least:
            self.fault(node, where, f"needs at least {least} item{'s' if least > 1 else ''}")
        return [read(item, where) for item in node.value]

    def code(self, node: Node | None, where: str, longest: int = 60, within: str = "") -> str:
        """Return a code; ``within`` is the code of the part around it, which it has to begin with."""
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.fault(node, where, f"the code must be a word; put it in quotes: {_quoted(str(node.value))}")
            return ""
        if not CODE.fullmatch(node.value) or len(node.value) > longest:
            self.fault(node, where, f"not a code of at most {longest} letters, digits, . _ -: {_quoted(node.value)}")
            return ""
        if within and (not node.value.startswith(within) or node.value == within):
            self.fault(node, where, f"the code must begin with {within} and go on: {_quoted(node.value)}")
        return node.value

    def word(self, node: Node | None, where: str, known: Collection[str], default: str = "") -> str:
        """Return one of the known words."""
        if node is None:
            return default
        if not isinstance(node.value, str) or node.value not in known:
            self.fault(node, where, f"{_quoted(str(node.value))} is not one of {', '.join(known)}")
            return default
        return node.value

    def words(self, node: Node | None, where: str, known: Collection[str] | None) -> list[str]:
        """Return a list of different words, all known (when ``known`` is given)."""
        found: list[str] = []
        for item in self.items(node, where, lambda item, _: item):
            word = self.string(item, where)
            if known is not None and word and word not in known:
                self.fault(item, where, f"unknown: {_quoted(word)}")
            elif word in found:
                self.fault(item, where, f"{_quoted(word)} is there twice")
            elif word:
                found.append(word)
        return found

    def string(self, node: Node, where: str) -> str:
        """Return a text: no HTML, no control characters, not empty, not endless."""
        value = node.value
        if not isinstance(value, str):
            self.fault(node, where, "must be a text; put it in quotes" if value is not None else "is empty")
            return ""
        if not _shown(value):
            self.fault(node, where, "is empty")
        elif len(value) > MAX_TEXT:
            self.fault(node, where, f"longer than {MAX_TEXT} characters")
        elif HTML.search(value):
            self.fault(node, where, "contains HTML; write plain text")
        elif match := FORBIDDEN.search(value):
            self.fault(node, where, f"contains the control character U+{ord(match[0]):04X}")
        return value.strip()

    def texts(self, node: Node | None, where: str) -> dict[str, str]:
        """Return a text by language; each of the edition's languages has to be there."""
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.fault(node, where, "must be a mapping from language to text, such as {en: ...}")
            return {}
        found = {}
        for language, text in node.value.items():
            if not LANGUAGE.fullmatch(language):
                self.fault(text, where, f"{_quoted(language)} is not a language")
            else:
                found[language] = self.string(text, f"{where} {language}")
        for language in () if self.gaps else self.languages:
            if language not in found:
                name = "English text" if language == "en" else f"text in {language}"
                self.fault(node, where, f"the {name} is missing")
        return found

    def boolean(self, node: Node | None, where: str, default: bool = False) -> bool:
        """Return true or false."""
        if node is None:
            return default
        if not isinstance(node.value, bool):
            self.fault(node, where, f"must be true or false, not {_quoted(str(node.value))}")
            return default
        return node.value

    def integer(self, node: Node | None, where: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from ``low`` to ``high``."""
        number = self.number(node, where, Decimal(low), Decimal(high), 0, default)
        return number if isinstance(number, int) else low

    def number(
        self, node: Node | None, where: str, low: Decimal, high: Decimal, places: int, default: int | None = None
    ) -> int | float:
        """Return a number for JSON: ``int`` when whole, else a ``float`` that prints exactly these decimals."""
        if node is None:
            return default if default is not None else int(low)
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self.fault(node, where, f"must be a number, not {_quoted(str(value))}")
            return int(low)
        if not low <= value <= high:
            self.fault(node, where, f"must be from {low} to {high}, not {value}")
        if value == int(value):
            return int(value)
        if places == 0 or Decimal(value) != round(Decimal(value), places):
            what = f"at most {places} decimals" if places else "a whole number"
            self.fault(node, where, f"must have {what}" if places else f"must be {what}")
        return float(value)


def unique(reader: Reader, node: Node | None, where: str, code: str, seen: Mapping[str, int] | dict[str, int]) -> None:
    """Note a fault when this code was there before; remember its line otherwise."""
    if node is None or not code:
        return
    if code in seen:
        reader.fault(node, where, f"the code {code} is there twice (first on line {seen[code]})")
    elif isinstance(seen, dict):
        seen[code] = node.line


def _shown(text: str) -> bool:
    """Say whether there is anything to read: more than spaces and signs that nobody sees, such as U+200B."""
    return any(letter.isprintable() and not letter.isspace() for letter in text)


def _quoted(text: str) -> str:
    safe = "".join(letter if letter.isprintable() else "?" for letter in text[:60])
    return f"'{safe}'"
