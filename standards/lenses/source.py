"""From a lens file (YAML) to a ``Lens``, or every fault with its line: the same checks and limits as of an edition."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import rfc8785

from standards.editions.faults import EditionError
from standards.editions.reader import Reader, unique
from standards.editions.source import decode, read_bytes
from standards.editions.tree import parse
from standards.lenses.model import Band, DeltaRule, Group, Lens, Origin, Reading, ReadingKind, Selection

if TYPE_CHECKING:
    from pathlib import Path

    from standards.editions.tree import Node

    Data = dict[str, Any]

LANGUAGES = ("en", "zh-hans", "zh-hant")
REQUIRED = ("code", "version", "title", "notice", "source", "assign", "reading", "groups")
OPTIONAL = ("scheme", "standard", "delta")
SOURCE = ("publisher", "confirmed", "references")
GROUP_OPTIONAL = ("note", "keys", "select", "points", "groups")
SELECT = ("kind", "block", "clause")
ASSIGN = ("crosswalk", "selection")
KINDS = ("process", "result")
MAX_GROUPS = 500
LONGEST_KEY = 40
MAX_MINUTES = 6000


def read_lens(path: Path) -> Lens:
    """Return the lens in a file. Raises EditionError, which names every fault with its line."""
    return parse_lens(read_bytes(path))


def parse_lens(data: bytes) -> Lens:
    """Return the lens in these bytes (YAML, UTF-8). Raises EditionError, which names every fault with its line.

    The hash is SHA-256 over RFC 8785 JSON: it depends on what the lens says and not on how its YAML is laid out.
    """
    document = _Reading().document(parse(decode(data)))
    return _lens(document, hashlib.sha256(rfc8785.dumps(document)).hexdigest())


@dataclass(slots=True)
class _Reading:
    """Reads one file; ``codes`` and ``keys`` remember on which line each stood."""

    reader: Reader = field(default_factory=Reader)
    codes: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    assigned: str = ""

    def document(self, root: Node) -> Data:
        """Return the file as plain data with every default filled in."""
        reader = self.reader
        reader.languages = LANGUAGES
        fields = reader.fields(root, "", REQUIRED, OPTIONAL)
        code = reader.code(fields.get("code"), "code")
        self.assigned = reader.word(fields.get("assign"), "assign", ASSIGN)
        standard = reader.code(fields.get("standard"), "standard")
        groups = self._groups(fields.get("groups"), "groups", standard)
        document: Data = {
            "code": code,
            "version": reader.code(fields.get("version"), "version", longest=30),
            "title": reader.texts(fields.get("title"), "title"),
            "notice": reader.texts(fields.get("notice"), "notice"),
            "source": self._source(fields.get("source")),
            "scheme": self._scheme(fields.get("scheme"), code),
            "standard": standard,
            "reading": self._reading(fields.get("reading")),
            "groups": groups,
            "delta": self._delta(fields.get("delta")),
        }
        self._check_points(fields.get("groups"), groups, inside=False)
        if reader.faults:
            raise EditionError(reader.faults)
        return document

    def _scheme(self, node: Node | None, code: str) -> str:
        if self.assigned == "selection":
            if node is not None:
                self.reader.fault(node, "scheme", "is for lenses with assign: crosswalk")
            return ""
        return self.reader.code(node, "scheme") if node is not None else code

    def _source(self, node: Node | None) -> Data:
        if node is None:
            return {"publisher": "", "confirmed": {}, "references": []}
        fields = self.reader.fields(node, "source", SOURCE)
        publisher = fields.get("publisher")
        return {
            "publisher": self.reader.string(publisher, "source publisher") if publisher else "",
            "confirmed": self.reader.texts(fields.get("confirmed"), "source confirmed"),
            "references": self.reader.words(fields.get("references"), "source references", None),
        }

    # --- how groups are read ------------------------------------------------------------------------------------------

    def _reading(self, node: Node | None) -> Data:
        reader = self.reader
        if node is None:
            return {"kind": "share", "grade": None, "bands": []}
        fields = reader.fields(node, "reading", ("kind",), ("grade", "bands"))
        kind = reader.word(fields.get("kind"), "reading kind", [each.value for each in ReadingKind])
        for key, needs in (("grade", "item_pass"), ("bands", "bands")):
            if key in fields and kind and kind != needs:
                reader.fault(fields[key], f"reading {key}", f"is for the kind {needs}")
        if kind == "bands" and "bands" not in fields:
            reader.fault(node, "reading", "the kind bands needs bands")
        grade = fields.get("grade")
        bands = reader.items(fields.get("bands"), "reading bands", self._band, least=1)
        self._check_bands(fields.get("bands"), bands)
        return {
            "kind": kind or "share",
            "grade": reader.integer(grade, "reading grade", 0, 100) if grade else None,
            "bands": bands,
        }

    def _band(self, node: Node, where: str) -> dict[str, int]:
        fields = self.reader.fields(node, where, ("from", "to"))
        low = self.reader.integer(fields.get("from"), f"{where} from", 0, 100)
        high = self.reader.integer(fields.get("to"), f"{where} to", 0, 100, default=low)
        if high < low:
            self.reader.fault(node, where, f"to ({high}) is below from ({low})")
        return {"from": low, "to": high}

    def _check_bands(self, node: Node | None, bands: list[dict[str, int]]) -> None:
        if node is None or not bands:
            return
        if bands[0]["from"] != 0:
            self.reader.fault(node, "reading bands", "the first band begins at 0")
        for before, after in pairwise(bands):
            if after["from"] <= before["to"]:
                what = f"the band from {after['from']} begins before the one to {before['to']} has ended"
                self.reader.fault(node, "reading bands", what)

    # --- the tree -----------------------------------------------------------------------------------------------------

    def _groups(self, node: Node | None, where: str, standard: str) -> list[Data]:
        return self.reader.items(node, where, lambda item, _: self._group(item, standard), least=1)

    def _group(self, node: Node, standard: str) -> Data:
        reader = self.reader
        fields = reader.fields(node, "group", ("code", "title"), GROUP_OPTIONAL)
        code = self._word(fields.get("code"), "group")
        unique(reader, fields.get("code"), "group", code, self.codes)
        if len(self.codes) > MAX_GROUPS:
            reader.fault(node, "groups", f"more than {MAX_GROUPS} groups: not a lens")
            raise EditionError(reader.faults)
        where, points = f"group {code}", fields.get("points")
        number = reader.number(points, f"{where} points", Decimal("0.01"), Decimal(999_999), 2) if points else None
        return {
            "code": code,
            "title": reader.texts(fields.get("title"), f"{where} title"),
            "note": reader.texts(fields.get("note"), f"{where} note"),
            "keys": self._keys(fields.get("keys"), where, code),
            "select": self._select(fields.get("select"), where, standard),
            "points": number,
            "groups": self._groups(fields["groups"], where, standard) if "groups" in fields else [],
        }

    def _word(self, node: Node | None, where: str) -> str:
        """Return a clause as the scheme writes it, such as ``7.1.2`` or ``Annex A``."""
        word = self.reader.string(node, where) if node is not None else ""
        if node is not None and len(word) > LONGEST_KEY:
            self.reader.fault(node, where, f"longer than {LONGEST_KEY} characters")
        return word

    def _keys(self, node: Node | None, where: str, code: str) -> list[str]:
        """Return the crosswalk words of a group: its own code when none are given."""
        if self.assigned == "selection":
            if node is not None:
                self.reader.fault(node, f"{where} keys", "is for lenses with assign: crosswalk")
            return []
        found = self.reader.words(node, f"{where} keys", None) if node is not None else [code]
        return [key for key in found if key]

    def _select(self, node: Node | None, where: str, standard: str) -> list[Data]:
        if node is not None and self.assigned == "crosswalk":
            self.reader.fault(node, f"{where} select", "is for lenses with assign: selection")
        return self.reader.items(node, f"{where} select", lambda item, at: self._selection(item, at, standard))

    def _selection(self, node: Node, where: str, standard: str) -> Data:
        reader = self.reader
        fields = reader.fields(node, where, (), SELECT)
        if not fields:
            reader.fault(node, where, f"needs at least one of {', '.join(SELECT)}")
        if not standard and {"block", "clause"} & set(fields):
            reader.fault(node, where, "names a block or a clause, so the lens has to say of which standard")
        return {
            "kind": reader.word(fields.get("kind"), f"{where} kind", KINDS),
            "block": reader.code(fields.get("block"), f"{where} block", longest=10),
            "clause": reader.code(fields.get("clause"), f"{where} clause", longest=10),
        }

    def _check_points(self, node: Node | None, groups: list[Data], *, inside: bool) -> None:
        """Refuse points below points: they would be counted twice."""
        for group in groups:
            if inside and group["points"] is not None and node is not None:
                self.reader.fault(node, f"group {group['code']}", "has points, and so has a group around it")
            self._check_points(node, group["groups"], inside=inside or group["points"] is not None)

    # --- the delta audit ----------------------------------------------------------------------------------------------

    def _delta(self, node: Node | None) -> Data | None:
        reader = self.reader
        if node is None:
            return None
        if self.assigned == "selection":
            reader.fault(node, "delta", "is for lenses with assign: crosswalk")
        fields = reader.fields(node, "delta", ("minutes", "whole", "why"), ("never",))
        minutes = reader.fields(fields["minutes"], "delta minutes", ("full", "sample")) if "minutes" in fields else {}
        full = reader.integer(minutes.get("full"), "delta minutes full", 1, MAX_MINUTES)
        sample = reader.integer(minutes.get("sample"), "delta minutes sample", 0, MAX_MINUTES)
        if sample > full:
            reader.fault(minutes["sample"], "delta minutes sample", f"must not be above full ({full})")
        return {
            "full": full,
            "sample": sample,
            "never": [
                reader.word(each, "delta never", KINDS)
                for each in reader.items(fields.get("never"), "delta never", lambda item, _: item)
            ],
            "whole": reader.words(fields.get("whole"), "delta whole", list(self.codes)),
            "why": reader.texts(fields.get("why"), "delta why"),
        }


def _lens(document: Data, sha256: str) -> Lens:
    reading, delta, source = document["reading"], document["delta"], document["source"]
    bands = tuple(Band(each["from"], each["to"]) for each in reading["bands"])
    return Lens(
        code=document["code"],
        version=document["version"],
        sha256=sha256,
        title=document["title"],
        notice=document["notice"],
        origin=Origin(source["publisher"], source["confirmed"], tuple(source["references"])),
        scheme=document["scheme"],
        standard=document["standard"],
        reading=Reading(ReadingKind(reading["kind"]), reading["grade"], bands),
        delta=DeltaRule(tuple(delta["never"]), frozenset(delta["whole"]), delta["full"], delta["sample"], delta["why"])
        if delta
        else None,
        groups=tuple(map(_group, document["groups"])),
    )


def _group(group: Data) -> Group:
    return Group(
        code=group["code"],
        title=group["title"],
        note=group["note"],
        keys=tuple(group["keys"]),
        select=tuple(Selection(each["kind"], each["block"], each["clause"]) for each in group["select"]),
        points=None if group["points"] is None else Fraction(str(group["points"])),
        children=tuple(map(_group, group["groups"])),
    )
