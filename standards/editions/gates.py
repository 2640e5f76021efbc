"""Tiers and their gates in an edition file: one small function per kind of gate, in a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from standards.editions.reader import unique
from standards.scoring.model import BARS, CENTRE, OTHERWISE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from standards.editions.reader import Reader
    from standards.editions.tree import Node

FINDINGS = ("major_open", "minor_late")
TESTS = {"min": "number", "above": "number", "equals": "", "one_of": ""}
LARGEST = Decimal(999_999_999)


def read_tier_codes(reader: Reader, node: Node | None) -> list[str]:
    """Return the tiers' codes, lowest first; the criteria name them, so they are wanted before the gates."""
    if node is None or not isinstance(node.value, list):
        return []
    nodes = [item.value.get("code") for item in node.value if isinstance(item.value, dict)]
    seen: dict[str, int] = {}
    codes = []
    for code in nodes:
        codes.append(reader.code(code, "tiers", longest=20))
        unique(reader, code, "tiers", codes[-1], seen)
    return [code for code in codes if code]


@dataclass(slots=True)
class Gates:
    """Reads the tiers; ``clauses`` are the clause codes of the blocks read before."""

    reader: Reader
    header: dict[str, Any]
    clauses: Collection[str]
    known_kpis: Collection[str] | None
    facts: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the declared facts."""
        self.facts = {fact["code"]: fact for fact in self.header["facts"]}

    def tiers(self, node: Node | None) -> list[dict[str, Any]]:
        """Return the tiers with their gates."""
        return self.reader.items(node, "tiers", self._tier, least=1)

    def _tier(self, node: Node, _where: str) -> dict[str, Any]:
        fields = self.reader.fields(node, "tier", ("code", "title", "gates"), ("summary",))
        code = fields["code"].value if "code" in fields else ""
        where = f"tier {code}"
        return {
            "code": code,
            "title": self.reader.texts(fields.get("title"), f"{where} title"),
            "summary": self.reader.texts(fields.get("summary"), f"{where} summary"),
            "gates": self._gates(fields.get("gates"), where),
        }

    def _gates(self, node: Node | None, where: str) -> list[dict[str, Any]]:
        seen: dict[str, int] = {}
        gates = []
        for item in self.reader.items(node, where, lambda item, _: item):
            gate = self._gate(item, where)
            if gate:
                subject = gate.get("fact") or gate.get("clause") or ""
                unique(self.reader, item, where, f"{gate['gate']} {subject}".strip(), seen)
                gates.append(gate)
        return gates

    def _gate(self, node: Node, where: str) -> dict[str, Any] | None:
        kind = node.value.get("gate") if isinstance(node.value, dict) else None
        if kind is None or not isinstance(kind.value, str) or kind.value not in KINDS:
            self.reader.fault(kind or node, where, f"gate must be one of {', '.join(KINDS)}")
            return None
        return {"gate": kind.value, **KINDS[kind.value](self, node, f"{where} {kind.value}")}

    def total(self, node: Node, where: str) -> dict[str, Any]:
        """``min``: points, at most all there are."""
        fields = self.reader.fields(node, where, ("gate", "min"))
        points = Decimal(str(self.header["points_total"]))
        return {"min": self.reader.number(fields.get("min"), where, Decimal(0), points, 6)}

    def block(self, node: Node, where: str) -> dict[str, Any]:
        """``min_percent``: of every block's points."""
        return {"min_percent": self._percent(node, where, "min_percent")}

    def mandatory_level(self, node: Node, where: str) -> dict[str, Any]:
        """``min``: a level of the scale."""
        fields = self.reader.fields(node, where, ("gate", "min"))
        return {"min": self._level(fields, where)}

    def clause_level(self, node: Node, where: str) -> dict[str, Any]:
        """``clause``: the code of a clause; ``min``: a level of the scale."""
        fields = self.reader.fields(node, where, ("gate", "clause", "min"))
        clause = self.reader.word(fields.get("clause"), f"{where} clause", self.clauses)
        return {"clause": clause, "min": self._level(fields, where)}

    def findings(self, node: Node, where: str) -> dict[str, Any]:
        """``fact``: which count of findings; ``max``: how many."""
        fields = self.reader.fields(node, where, ("gate", "fact", "max"))
        fact = self.reader.word(fields.get("fact"), f"{where} fact", FINDINGS)
        return {"fact": fact, "max": self.reader.integer(fields.get("max"), where, 0, 9999)}

    def na_share(self, node: Node, where: str) -> dict[str, Any]:
        """``max_percent``: of the criteria asked at the tier."""
        return {"max_percent": self._percent(node, where, "max_percent")}

    def fact(self, node: Node, where: str) -> dict[str, Any]:
        """``fact`` and exactly one test: ``min`` or ``above`` (numbers), ``equals``, ``one_of`` (choices)."""
        fields = self.reader.fields(node, where, ("gate", "fact"), tuple(TESTS))
        code = self.reader.word(fields.get("fact"), f"{where} fact", self.facts)
        tests = [test for test in TESTS if test in fields]
        if len(tests) != 1 or not code:
            if len(tests) != 1:
                self.reader.fault(node, where, f"needs exactly one of {', '.join(TESTS)}")
            return {"fact": code}
        where = f"{where} {code}"
        return {"fact": code, tests[0]: self._wanted(self.facts[code], tests[0], fields[tests[0]], where)}

    def market(self, node: Node, where: str) -> dict[str, Any]:
        """``kpis`` that count; how many judged, none below, which share above, for how many quarters; at which bar."""
        required = ("gate", "kpis", "at_least")
        optional = ("none_below", "above_percent", "quarters", "bar", "otherwise")
        fields = self.reader.fields(node, where, required, optional)
        kpis = self.reader.words(fields.get("kpis"), f"{where} kpis", self.known_kpis)
        above = fields.get("above_percent")
        return {
            "kpis": kpis,
            "at_least": self.reader.integer(fields.get("at_least"), f"{where} at_least", 0, len(kpis)),
            "none_below": self.reader.boolean(fields.get("none_below"), f"{where} none_below", default=True),
            "above_percent": self.reader.number(above, f"{where} above_percent", Decimal(0), Decimal(100), 3),
            "quarters": self.reader.integer(fields.get("quarters"), f"{where} quarters", 0, 99),
            **self._bar(node, fields, where),
        }

    def _bar(self, node: Node, fields: dict[str, Node], where: str) -> dict[str, Any]:
        """Return the bar, and what counts where the market publishes none; both stand only where the file says them.

        So an edition from before there were bars keeps its hash.
        """
        bars = {
            key: self.reader.word(fields[key], f"{where} {key}", known)
            for key, known in (("bar", BARS), ("otherwise", OTHERWISE))
            if key in fields
        }
        higher = bars.get("bar") in BARS and bars.get("bar") != CENTRE
        if higher and "otherwise" not in bars:
            self.reader.fault(node, where, f"a bar of {bars['bar']} needs otherwise: {' or '.join(OTHERWISE)}")
        if "otherwise" in bars and "bar" in bars and not higher and bars["bar"]:
            self.reader.fault(node, where, "otherwise goes with a bar above the centre")
        if "otherwise" in bars and "bar" not in bars:
            self.reader.fault(node, where, "otherwise needs a bar")
        return bars

    def _percent(self, node: Node, where: str, key: str) -> int | float:
        fields = self.reader.fields(node, where, ("gate", key))
        return self.reader.number(fields.get(key), where, Decimal(0), Decimal(100), 3)

    def _level(self, fields: dict[str, Node], where: str) -> int:
        scale = self.header["scale"]
        return self.reader.integer(fields.get("min"), f"{where} min", scale["min"], scale["max"])

    def _wanted(self, fact: dict[str, Any], test: str, node: Node, where: str) -> Any:
        """Return what the test compares with, of the type that the fact is declared to have."""
        kind = fact["type"]
        if kind == "list" or (TESTS[test] and kind != TESTS[test]) or (test == "one_of" and kind == "boolean"):
            self.reader.fault(node, where, f"the test {test} does not go with a fact of type {kind}")
            return None
        if test == "one_of":
            return self._one_of(fact, node, where)
        return self._value(fact, node, where)

    def _one_of(self, fact: dict[str, Any], node: Node, where: str) -> list[Any]:
        return self.reader.items(node, where, lambda item, place: self._value(fact, item, place), least=1)

    def _value(self, fact: dict[str, Any], node: Node, where: str) -> Any:
        if fact["type"] == "number":
            return self.reader.number(node, where, -LARGEST, LARGEST, 6)
        if fact["type"] == "boolean":
            return self.reader.boolean(node, where)
        return self.reader.word(node, where, fact["choices"])


KINDS: dict[str, Callable[[Gates, Node, str], dict[str, Any]]] = {
    "total": Gates.total,
    "block": Gates.block,
    "mandatory_level": Gates.mandatory_level,
    "clause_level": Gates.clause_level,
    "findings": Gates.findings,
    "na_share": Gates.na_share,
    "fact": Gates.fact,
    "market": Gates.market,
}
