"""Blocks, clauses and criteria of an edition file."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from standards.editions.header import MAX_POINTS, read_ends, read_levels
from standards.editions.reader import unique

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from standards.editions.reader import Reader
    from standards.editions.tree import Node

KINDS = ("process", "result")
CRITERION = ("code", "title", "requirement", "anchors", "kind", "tier")
CRITERION_OPTIONAL = (
    "look_at",
    "evidence",
    "scale",
    "facets",
    "weight",
    "mandatory",
    "na_allowed",
    "when",
    "kpis",
    "computed",
    "crosswalk",
)
# How the level of a result criterion is computed from measurements (``audits.computed``), or that it is judged.
RULES = ("letci", "judged")
RULE_SCALE = {"min": 0, "max": 5}
# Pages of an edition that have the address which a criterion of this code would have.
TAKEN = ("begin", "edit", "export", "lenses")
LONGEST = {"block": 10, "clause": 10, "criterion": 20}


@dataclass(slots=True)
class Content:
    """Reads the blocks; knows what the head of the file declared. ``known_kpis`` None: any code will do.

    ``known_clauses`` has the clauses of the schemes that are known; of other schemes any word will do.
    """

    reader: Reader
    header: dict[str, Any]
    tiers: list[str]
    known_kpis: Collection[str] | None
    known_clauses: Mapping[str, Collection[str]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def blocks(self, node: Node | None) -> list[dict[str, Any]]:
        """Return the blocks and check that their points add up to ``points_total``."""
        blocks = self.reader.items(node, "blocks", self._block, least=1)
        total = sum((Decimal(str(block["points"])) for block in blocks), Decimal(0))
        declared = Decimal(str(self.header["points_total"]))
        if node is not None and blocks and total != declared:
            self.reader.fault(node, "blocks", f"the points add up to {total}, but points_total is {declared}")
        return blocks

    def _code(self, fields: dict[str, Node], what: str, within: str) -> str:
        code = self.reader.code(fields.get("code"), within or what, LONGEST[what], within)
        unique(self.reader, fields.get("code"), code, code, self.seen)
        if what == "criterion" and code in TAKEN:
            self.reader.fault(fields["code"], code, "cannot be the code of a criterion: its address leads elsewhere")
        return code

    def _block(self, node: Node, _where: str) -> dict[str, Any]:
        fields = self.reader.fields(node, "block", ("code", "points", "title", "clauses"), ("intro",))
        code = self._code(fields, "block", "")
        clauses = self.reader.items(fields.get("clauses"), code, self._clause, least=1)
        if self.tiers and not any(self._always_asked(each) for clause in clauses for each in clause["criteria"]):
            self.reader.fault(node, code, f"needs a criterion of tier {self.tiers[0]} without N/A and condition")
        return {
            "code": code,
            "points": self.reader.number(fields.get("points"), f"{code} points", Decimal("0.01"), MAX_POINTS, 2),
            "title": self.reader.texts(fields.get("title"), f"{code} title"),
            "intro": self.reader.texts(fields.get("intro"), f"{code} intro"),
            "clauses": clauses,
        }

    def _always_asked(self, criterion: dict[str, Any]) -> bool:
        """Say whether this criterion keeps the block's sum of weights above zero at every tier."""
        return criterion["tier"] == self.tiers[0] and not criterion["na_allowed"] and criterion["when"] is None

    def _clause(self, node: Node, within: str) -> dict[str, Any]:
        fields = self.reader.fields(node, f"clause of {within}", ("code", "title", "criteria"), ("intro",))
        code = self._code(fields, "clause", within)
        return {
            "code": code,
            "title": self.reader.texts(fields.get("title"), f"{code} title"),
            "intro": self.reader.texts(fields.get("intro"), f"{code} intro"),
            "criteria": self.reader.items(fields.get("criteria"), code, self._criterion, least=1),
        }

    def _criterion(self, node: Node, within: str) -> dict[str, Any]:
        reader = self.reader
        fields = reader.fields(node, f"criterion of {within}", CRITERION, CRITERION_OPTIONAL)
        code = self._code(fields, "criterion", within)
        get = fields.get
        mandatory = reader.boolean(get("mandatory"), f"{code} mandatory")
        na_allowed = reader.boolean(get("na_allowed"), f"{code} na_allowed")
        if mandatory and na_allowed:
            reader.fault(fields["mandatory"], code, "is mandatory, so N/A cannot be allowed")
        own = self._own_scale(get("scale"), f"{code} scale")
        scale = own or self.header["scale"]
        anchors = get("anchors")
        kind = reader.word(get("kind"), f"{code} kind", KINDS)
        kpis = reader.words(get("kpis"), f"{code} kpis", self.known_kpis)
        computed = self._computed(get("computed"), f"{code} computed", kind, kpis, scale)
        return {
            "code": code,
            "title": reader.texts(get("title"), f"{code} title"),
            "requirement": reader.texts(get("requirement"), f"{code} requirement"),
            "look_at": reader.texts(get("look_at"), f"{code} look_at"),
            "evidence": reader.items(get("evidence"), f"{code} evidence", reader.texts),
            "anchors": read_levels(reader, anchors, f"{code} anchors", scale["min"], scale["max"]) if anchors else {},
            "kind": kind,
            "facets": reader.words(get("facets"), f"{code} facets", None),
            "weight": reader.number(
                get("weight"), f"{code} weight", Decimal("0.001"), Decimal("999.999"), 3, default=1
            ),
            "tier": reader.word(get("tier"), f"{code} tier", self.tiers),
            "mandatory": mandatory,
            "na_allowed": na_allowed,
            "when": self._condition(get("when"), f"{code} when"),
            "kpis": kpis,
            "crosswalk": self._crosswalk(get("crosswalk"), f"{code} crosswalk"),
            # Only where the file states it: files from before there were such keys keep their hash.
            **({"scale": own} if own else {}),
            **({"computed": computed} if computed else {}),
        }

    def _computed(
        self, node: Node | None, where: str, kind: str, kpis: list[str], scale: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Return the rule for a level computed from measurements; its KPIs are those of the criterion."""
        if node is None:
            return None
        fields = self.reader.fields(node, where, ("rule",), ("level", "trend"))
        rule = self.reader.word(fields.get("rule"), f"{where} rule", RULES)
        named: dict[str, list[str]] = {
            key: self.reader.words(fields[key], f"{where} {key}", kpis) for key in ("level", "trend") if key in fields
        }
        if kind == "process":
            self.reader.fault(node, where, "only the level of a criterion of kind result can be computed")
        elif rule == "judged" and named:
            self.reader.fault(node, where, "names KPIs, but the rule is judged")
        elif rule == "letci" and not kpis:
            self.reader.fault(node, where, "needs kpis from which to compute")
        elif rule == "letci" and {key: scale[key] for key in ("min", "max")} != RULE_SCALE:
            self.reader.fault(
                node, where, "the rule letci gives levels from 0 to 5, which is not the criterion's scale"
            )
        for key, found in named.items():
            if not found:
                self.reader.fault(fields[key], f"{where} {key}", "needs at least one KPI")
        return {"rule": rule, **named}

    def _own_scale(self, node: Node | None, where: str) -> dict[str, int] | None:
        """Return the criterion's own lowest and highest level, or None where it has those of the edition."""
        if node is None:
            return None
        low, high = read_ends(self.reader, self.reader.fields(node, where, ("min", "max")), node, where)
        return {"min": low, "max": high}

    def _condition(self, node: Node | None, where: str) -> dict[str, Any] | None:
        if node is None or node.value is None:
            return None
        fields = self.reader.fields(node, where, ("fact", "includes"))
        lists = {fact["code"]: fact for fact in self.header["facts"] if fact["type"] == "list"}
        fact = self.reader.word(fields.get("fact"), f"{where} fact", list(lists))
        known = lists[fact]["choices"] or None if fact else None
        includes = self.reader.words(fields.get("includes"), f"{where} includes", known)
        if "includes" in fields and not includes:
            self.reader.fault(node, where, "includes needs at least one word")
        return {"fact": fact, "includes": includes}

    def _crosswalk(self, node: Node | None, where: str) -> dict[str, list[str]]:
        if node is None:
            return {}
        schemes = [scheme["code"] for scheme in self.header["schemes"]]
        fields = self.reader.fields(node, where, (), schemes)
        return {
            scheme: self.reader.words(each, f"{where} {scheme}", self.known_clauses.get(scheme))
            for scheme, each in fields.items()
        }
