"""The head of an edition file: who it is, its scale, the schemes it is compared with, the facts it asks for."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from standards.editions.lineage import read_lineage
from standards.editions.reader import unique

if TYPE_CHECKING:
    from standards.editions.reader import Reader
    from standards.editions.tree import Node

REQUIRED = ("code", "version", "title", "scale", "tiers", "blocks")
OPTIONAL = ("languages", "notice", "points_total", "schemes", "facts", "market", "based_on", "lineage")
# Facts with a fixed meaning: the channels of the centre, the quarters in a row, how the decision was reached.
FACT_USES = {"channels": "list", "market_quarters": "number", "decision_route": "choice"}
LONGEST_ROUTE = 40
FACT_TYPES = ("number", "boolean", "choice", "list")
MAX_POINTS = Decimal(999_999)
HIGHEST = 100  # level of any scale
# Beside the standards, under the same address, stands the library of best practices.
TAKEN = ("practices",)
# Where two editions of a standard are compared, in the place of a version.
COMPARING = "compare"


def read_header(reader: Reader, fields: dict[str, Node]) -> dict[str, Any]:
    """Return everything above tiers and blocks. Reads ``languages`` first: all texts depend on it."""
    languages = reader.words(fields.get("languages"), "languages", None) or ["en"]
    if "en" not in languages:
        reader.fault(fields["languages"], "languages", "en has to be among them")
    reader.languages = tuple(dict.fromkeys(["en", *languages]))
    total = fields.get("points_total")
    version = reader.code(fields.get("version"), "version", longest=30)
    if version.lower() == COMPARING:
        reader.fault(fields["version"], "version", f"'{version}' cannot be a version: its address leads elsewhere")
    return {
        "code": _code(reader, fields.get("code")),
        "version": version,
        "title": reader.texts(fields.get("title"), "title"),
        "languages": languages,
        "notice": reader.texts(fields.get("notice"), "notice"),
        "points_total": reader.number(total, "points_total", Decimal("0.01"), MAX_POINTS, 2, default=1000),
        "scale": _scale(reader, fields.get("scale")),
        "schemes": reader.items(fields.get("schemes"), "schemes", _Titled(reader, "schemes").read),
        "facts": reader.items(fields.get("facts"), "facts", _Facts(reader).read),
        "market": _market(reader, fields.get("market")),
        **_based_on(reader, fields.get("based_on"), version),
        "lineage": read_lineage(reader, fields.get("lineage")),
    }


def _code(reader: Reader, node: Node | None) -> str:
    """Return the standard's code, which stands in addresses: without dots, and none that leads elsewhere."""
    code = reader.code(node, "code")
    if node is not None and "." in code:
        reader.fault(node, "code", "the code of a standard has no dot, since it stands in addresses")
    elif node is not None and code.lower() in TAKEN:
        reader.fault(node, "code", f"'{code}' cannot be the code of a standard: its address leads elsewhere")
    return code


def _based_on(reader: Reader, node: Node | None, version: str) -> dict[str, Any]:
    """Return ``based_on`` only where it is stated: a file written before this key was known keeps its hash."""
    if node is None:
        return {}
    fields = reader.fields(node, "based_on", ("version",))
    earlier = reader.code(fields.get("version"), "based_on version", longest=30)
    if earlier and earlier == version:
        reader.fault(fields["version"], "based_on version", "an edition cannot be based on itself")
    return {"based_on": {"version": earlier}}


def _scale(reader: Reader, node: Node | None) -> dict[str, Any]:
    if node is None:
        return {"min": 0, "max": 5, "names": {}}
    fields = reader.fields(node, "scale", ("min", "max"), ("names",))
    low, high = read_ends(reader, fields, node, "scale")
    names = fields.get("names")
    return {"min": low, "max": high, "names": read_levels(reader, names, "scale names", low, high) if names else {}}


def read_ends(reader: Reader, fields: dict[str, Node], node: Node, where: str) -> tuple[int, int]:
    """Return the lowest and the highest level of a scale: whole numbers from 0 to 100, the second above the first."""
    # A fault names a number out of range; it must not be counted up to.
    low = min(max(reader.integer(fields.get("min"), f"{where} min", 0, HIGHEST), 0), HIGHEST)
    high = min(reader.integer(fields.get("max"), f"{where} max", 0, HIGHEST, default=low + 1), HIGHEST)
    if high <= low:
        reader.fault(fields.get("max", node), where, "max must be above min")
        high = low + 1
    return low, high


def read_levels(reader: Reader, node: Node, where: str, low: int, high: int) -> dict[str, dict[str, str]]:
    """Return one text per level of the scale; a missing or strange level is a fault."""
    levels = [str(level) for level in range(low, high + 1)]
    if not isinstance(node.value, dict):
        reader.fault(node, where, f"must have a text for each of the levels {low} to {high}")
        return {}
    for key, value in node.value.items():
        if key not in levels:
            reader.fault(value, where, f"'{key[:20]}' is not a level from {low} to {high}")
    for level in levels:
        if level not in node.value:
            reader.fault(node, where, f"level {level} is missing")
    return {level: reader.texts(node.value[level], f"{where} {level}") for level in levels if level in node.value}


class _Titled:
    """Reads items of a code and a title."""

    def __init__(self, reader: Reader, where: str) -> None:
        self.reader, self.where = reader, where
        self.seen: dict[str, int] = {}

    def read(self, node: Node, _where: str) -> dict[str, Any]:
        fields = self.reader.fields(node, self.where, ("code", "title"))
        code = self.reader.code(fields.get("code"), self.where)
        unique(self.reader, fields.get("code"), self.where, code, self.seen)
        return {"code": code, "title": self.reader.texts(fields.get("title"), f"{self.where} {code} title")}


class _Facts:
    """Reads the declarations of facts."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.seen: dict[str, int] = {}

    def read(self, node: Node, _where: str) -> dict[str, Any]:
        reader = self.reader
        fields = reader.fields(node, "facts", ("code", "title", "type"), ("unit", "choices", "help"))
        code = reader.code(fields.get("code"), "facts")
        where = f"facts {code}"
        unique(reader, fields.get("code"), where, code, self.seen)
        kind = reader.word(fields.get("type"), f"{where} type", FACT_TYPES)
        choices = reader.words(fields.get("choices"), f"{where} choices", None)
        wanted = FACT_USES.get(code, kind)
        if kind and kind != wanted:
            reader.fault(fields["type"], where, f"must be of type {wanted}, since its meaning is fixed")
        if code == "decision_route" and any(len(choice) > LONGEST_ROUTE for choice in choices):
            reader.fault(fields["choices"], where, f"a route has at most {LONGEST_ROUTE} characters")
        if kind == "choice" and not choices:
            reader.fault(node, where, "a choice needs choices")
        if choices and kind in {"number", "boolean"}:
            reader.fault(fields["choices"], where, f"a {kind} has no choices")
        return {
            "code": code,
            "title": reader.texts(fields.get("title"), f"{where} title"),
            "type": kind,
            "unit": reader.string(fields["unit"], f"{where} unit") if "unit" in fields else "",
            "choices": choices,
            "help": reader.texts(fields.get("help"), f"{where} help"),
        }


def _market(reader: Reader, node: Node | None) -> dict[str, Any]:
    if node is None:
        return {"max_age_months": 24}
    fields = reader.fields(node, "market", ("max_age_months",))
    return {"max_age_months": reader.integer(fields.get("max_age_months"), "market max_age_months", 1, 1200, 24)}
