"""Files of best practices: YAML in, checked plain data out, or every fault with its line; and the way back.

A file holds the practices of one standard that were judged, here or elsewhere. It is read as strictly as an edition
(``editions/``): see ``docs/practices.md`` for its keys. No Django.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from standards.editions.faults import EditionError
from standards.editions.reader import Reader, unique
from standards.editions.source import decode
from standards.editions.tree import parse
from standards.editions.writer import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from standards.editions.tree import Node

Data = dict[str, Any]
CODE = re.compile(r"BP-(?P<year>[0-9]{4})-(?P<number>[0-9]{2,6})")
DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
URL = re.compile(r"https?://[^\s\"'<>\\]{3,480}")
REQUIRED = ("code", "title", "summary", "done", "judged")
OPTIONAL = ("source", "changed", "figures", "industry", "edition", "places", "organisation", "consent", "adopted")
SOURCE = {"author": 200, "title": 300, "publisher": 200, "date": 10, "page": 60, "url": 490}
FIGURE = ("before", "after", "period")
LONGEST_FIGURE = 80
LONGEST_NAME = 200
MANNERS = ("criterion", "guidance")
# Consent is stated: to leave it out means that the source has published the practice.
CONSENTS = ("published", "given")


@dataclass(frozen=True, slots=True)
class ParsedPractices:
    """The practices of a standard, each with every key; ``adopted`` is a list of (edition, criterion, manner)."""

    standard: str
    practices: tuple[Data, ...]


def parse_practices(data: bytes, *, industries: Collection[str]) -> ParsedPractices:
    """Return what the bytes say, or raise EditionError with every fault."""
    reader = Reader()
    reader.languages = ()
    root = parse(decode(data))
    fields = reader.fields(root, "", ("standard", "practices"))
    standard = reader.code(fields.get("standard"), "standard")
    seen: dict[str, int] = {}
    found = reader.items(
        fields.get("practices"), "practices", lambda node, _: _practice(reader, node, industries, seen), least=1
    )
    if reader.faults:
        raise EditionError(reader.faults)
    return ParsedPractices(standard, tuple(found))


def practices_yaml(standard: str, practices: Iterable[Mapping[str, Any]]) -> str:
    """Return the file that ``parse_practices`` reads as these practices."""
    return plain_yaml({"standard": standard, "practices": [_stated(each) for each in practices]})


def place_of(code: str, clauses: Iterable[str]) -> str:
    """Return the clause that a code of an edition lies in, the code itself where it is a clause or none is known."""
    within = [clause for clause in clauses if code.startswith(clause)]
    return max(within, key=len) if within else code.rpartition(".")[0] or code


def _stated(practice: Mapping[str, Any]) -> Data:
    """Leave out what the reader fills in."""
    kept = {key: value for key, value in practice.items() if value not in ("", [], {}, None)}
    if kept.get("consent") == CONSENTS[0]:
        del kept["consent"]
    if "organisation" in kept:
        kept["organisation"] = {key: value for key, value in kept["organisation"].items() if value}
    if not kept.get("organisation"):
        kept.pop("organisation", None)
    return kept


def _practice(reader: Reader, node: Node, industries: Collection[str], seen: dict[str, int]) -> Data:
    fields = reader.fields(node, "practice", REQUIRED, OPTIONAL)
    get = fields.get
    code = reader.code(get("code"), "practice", 20)
    if code and not CODE.fullmatch(code):
        reader.fault(fields["code"], "practice", f"not a code such as BP-2025-01: '{code}'")
    unique(reader, get("code"), code, code, seen)
    texts = {key: reader.texts(get(key), f"{code} {key}") for key in ("title", "summary", "done", "changed", "judged")}
    if "title" in fields and not set(texts["title"]) & set(texts["summary"]) & set(texts["done"]):
        reader.fault(node, code, "title, summary and done need one language in common")
    source = _source(reader, get("source"), f"{code} source")
    consent = reader.word(get("consent"), f"{code} consent", CONSENTS, CONSENTS[0])
    if consent == CONSENTS[0] and "publisher" not in source:
        reader.fault(node, code, "needs the publisher of its source, or consent: given")
    return {
        "code": code,
        **{key: texts[key] for key in ("title", "summary", "done", "changed")},
        "figures": reader.items(get("figures"), f"{code} figures", lambda each, where: _figure(reader, each, where)),
        "industry": reader.word(get("industry"), f"{code} industry", industries),
        "edition": reader.code(get("edition"), f"{code} edition", 30),
        "places": reader.words(get("places"), f"{code} places", None),
        "organisation": _organisation(reader, get("organisation"), f"{code} organisation"),
        "source": source,
        "consent": consent,
        "judged": texts["judged"],
        "adopted": reader.items(get("adopted"), f"{code} adopted", lambda each, where: _adoption(reader, each, where)),
    }


def _figure(reader: Reader, node: Node, where: str) -> Data:
    fields = reader.fields(node, where, ("measure", *FIGURE))
    words = {key: _short(reader, fields.get(key), f"{where} {key}", LONGEST_FIGURE) for key in FIGURE}
    return {"measure": reader.texts(fields.get("measure"), f"{where} measure"), **words}


def _organisation(reader: Reader, node: Node | None, where: str) -> Data:
    fields = reader.fields(node, where, (), ("name", "anonymous")) if node is not None else {}
    name = _short(reader, fields.get("name"), f"{where} name", LONGEST_NAME)
    anonymous = reader.boolean(fields.get("anonymous"), f"{where} anonymous")
    if node is not None and name and anonymous:
        reader.fault(node, where, "is anonymous, so its name does not belong here")
    return {"name": name, "anonymous": anonymous}


def _source(reader: Reader, node: Node | None, where: str) -> dict[str, str]:
    if node is None:
        return {}
    fields = reader.fields(node, where, (), tuple(SOURCE))
    found = {key: _short(reader, fields.get(key), f"{where} {key}", longest) for key, longest in SOURCE.items()}
    for key, shape, what in (("date", DATE, "a date such as 2015-06-09 or 2015"), ("url", URL, "a web address")):
        if found[key] and not shape.fullmatch(found[key]):
            reader.fault(fields[key], f"{where} {key}", f"must be {what}")
    return {key: words for key, words in found.items() if words}


def _adoption(reader: Reader, node: Node, where: str) -> Data:
    fields = reader.fields(node, where, ("edition", "criterion"), ("manner",))
    return {
        "edition": reader.code(fields.get("edition"), f"{where} edition", 30),
        "criterion": reader.code(fields.get("criterion"), f"{where} criterion", 20),
        "manner": reader.word(fields.get("manner"), f"{where} manner", MANNERS, MANNERS[0]),
    }


def _short(reader: Reader, node: Node | None, where: str, longest: int) -> str:
    if node is None:
        return ""
    words = reader.string(node, where)
    if len(words) > longest:
        reader.fault(node, where, f"longer than {longest} characters")
    return words
