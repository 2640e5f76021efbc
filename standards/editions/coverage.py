"""Which texts of a document are there in which language: what is still a gap in a draft."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Gap:
    """A text that a language of the edition lacks. ``part`` is a code, or what of the head; ``where`` as in faults."""

    part: str
    where: str
    language: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the ``total`` texts are there, by language, and the gaps of the languages that must be whole."""

    total: int
    found: Mapping[str, int]
    gaps: tuple[Gap, ...]

    def percent(self, language: str) -> int:
        """Return the share that is there, rounded down: 100 only where nothing is missing."""
        return 100 * self.found.get(language, 0) // self.total if self.total else 100


def coverage(document: Mapping[str, Any], languages: Sequence[str] | None = None) -> Coverage:
    """Return the coverage; gaps are looked for in these languages, else in those that the document declares."""
    wanted = languages if languages is not None else tuple(dict.fromkeys(["en", *document["languages"]]))
    found: Counter[str] = Counter()
    gaps = []
    total = 0
    for part, where, words in texts_of(document):
        total += 1
        found.update(language for language, each in words.items() if each)
        gaps += [Gap(part, where, language) for language in wanted if not words.get(language)]
    return Coverage(total, dict(found), tuple(gaps))


def texts_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Yield (part, where, text) for every text that is needed, and for every optional one that was begun."""
    yield "title", "title", document["title"]
    yield from _begun("notice", "notice", document["notice"])
    for level, words in document["scale"]["names"].items():
        yield "scale", f"scale names {level}", words
    for scheme in document["schemes"]:
        yield "schemes", f"schemes {scheme['code']} title", scheme["title"]
    for fact in document["facts"]:
        yield "facts", f"facts {fact['code']} title", fact["title"]
        yield from _begun("facts", f"facts {fact['code']} help", fact["help"])
    for tier in document["tiers"]:
        yield "tiers", f"tier {tier['code']} title", tier["title"]
        yield from _begun("tiers", f"tier {tier['code']} summary", tier["summary"])
    for code, origin in document["lineage"].items():
        if isinstance(origin, dict):
            yield from _begun("lineage", f"lineage {code} reason", origin.get("reason", {}))
    for block in document["blocks"]:
        yield from _headed(block)
        for clause in block["clauses"]:
            yield from _headed(clause)
            for criterion in clause["criteria"]:
                yield from _criterion(criterion)


def _headed(part: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    code = part["code"]
    yield code, f"{code} title", part["title"]
    yield from _begun(code, f"{code} intro", part["intro"])


def _criterion(criterion: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    code = criterion["code"]
    yield code, f"{code} title", criterion["title"]
    yield code, f"{code} requirement", criterion["requirement"]
    yield from _begun(code, f"{code} look_at", criterion["look_at"])
    for item in criterion["evidence"]:
        yield code, f"{code} evidence", item
    for level, words in criterion["anchors"].items():
        yield code, f"{code} anchors {level}", words


def _begun(part: str, where: str, words: Mapping[str, str]) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    if words:
        yield part, where, words
