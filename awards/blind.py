"""What judges read of an entry: a version, with the entrant's names taken out where the round is blind. No Django."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from awards.redaction import redact
from awards.scheme import EVIDENCE, FILE, TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from awards.scheme import Ask, CriterionSpec, Words


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file as a judge sees it: a neutral name; ``code`` is empty where it is withheld."""

    name: str
    code: str
    picture: bool


@dataclass(frozen=True, slots=True)
class PartSeen:
    """What was given for one ask. ``hits`` are the names that were taken out: for the chair only."""

    code: str
    title: Words
    text: str
    unit: str
    files: tuple[FileSeen, ...] = ()
    references: tuple[str, ...] = ()
    hits: tuple[str, ...] = ()
    figures: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What was given for one ask, shortened, as evidence for a criterion; ``lines`` are pieces that are referred to."""

    title: Words
    text: str
    figures: Mapping[str, Any] | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntrySeen:
    """An entry as judges see it. ``label`` is the blind code, or who it is where the round is not blind.

    ``market``: where the entrant stands, KPI by KPI, without saying whose market it is. ``pieces``: what is referred to
    with the codes of the audit's criteria that rest on it.
    """

    label: str
    title: str
    parts: tuple[PartSeen, ...]
    market: tuple[Mapping[str, Any], ...] = ()
    pieces: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def excerpts(self, criterion: CriterionSpec, length: int = 240) -> tuple[Excerpt, ...]:
        """Return the evidence for a criterion: what its asks were given, and pieces that the audit ties to it."""
        found = [
            Excerpt(
                part.title,
                " ".join(each for each in (shortened(part.text, length), part.unit) if each),
                part.figures,
                (),
            )
            for part in self.parts
            if part.code in criterion.asks and (part.text or part.figures)
        ]
        lines = tuple(line for line, codes in self.pieces if any(_within(code, criterion.code) for code in codes))
        return (*found, Excerpt({}, "", None, lines)) if lines else tuple(found)

    def market_for(self, criterion: CriterionSpec) -> tuple[Mapping[str, Any], ...]:
        """Return the market's verdicts on the figures that belong to a criterion."""
        return tuple(each for each in self.market if each["kpi"] in criterion.kpis)

    @property
    def hits(self) -> tuple[str, ...]:
        """All names that were taken out, each once."""
        return tuple(dict.fromkeys(hit for part in self.parts for hit in part.hits))

    def excerpt(self, length: int = 280) -> str:
        """Return the beginning of the first text."""
        return shortened(next((part.text for part in self.parts if part.text), ""), length)


def shortened(text: str, length: int) -> str:
    """Return the beginning of a text, cut between words where there are any."""
    return text if len(text) <= length else f"{text[:length].rsplit(' ', 1)[0]}…"


def _within(code: str, of: str) -> bool:
    """Say whether a criterion of an audit is this one, or one of this clause: ``A1.2`` of ``A1``."""
    return code == of or code.startswith(f"{of}.")


def entry_seen(
    content: Mapping[str, Any],
    asks: Sequence[Ask],
    *,
    blind: bool,
    code: str,
    names: Iterable[str],
    files: Mapping[str, bool],
    cleared: Collection[str],
) -> EntrySeen:
    """Return a version as judges read it.

    ``names``: the entrant's, beside those in the version. ``files``: by code whether it is a picture that can be shown.
    ``cleared``: codes of pictures that the chair looked at. In a blind round everything else is withheld: nobody can
    strip a PDF of all that it says about its author.
    """
    hidden = [content["organisation"], content["centre"], content["nominee"], *content["names"], *names]
    hidden = [name for name in hidden if name.strip()]

    def said(text: str) -> tuple[str, tuple[str, ...]]:
        if not blind:
            return text, ()
        clean = redact(text, hidden)
        return clean.text, clean.hits

    title, title_hits = said(content["title"])
    parts, number = [], 0
    for ask in asks:
        given = content["answers"].get(ask.code, {"text": "", "unit": ""})
        (text, hits), (unit, unit_hits) = said(given["text"]), said(given["unit"])
        seen: list[FileSeen] = []
        for file in content["files"] if ask.kind == FILE else ():
            if file["ask"] != ask.code:
                continue
            number += 1
            picture = files.get(file["code"], False)
            shown = not blind or (picture and file["code"] in cleared)
            name = f"{number}.{file['name'].rpartition('.')[2].lower()[:5]}" if blind else file["name"]
            seen.append(FileSeen(name, file["code"] if shown else "", picture))
        lines = [
            _reference(each, blind=blind, said=said)
            for each in (content["references"] if ask.kind == EVIDENCE else ())
            if each["ask"] == ask.code
        ]
        figures = _figures(content, ask, said) if ask.kind in TABLES else None
        parts.append(PartSeen(ask.code, ask.title, text, unit, tuple(seen), tuple(lines), (*hits, *unit_hits), figures))
    label = code if blind else " · ".join(each for each in (content["organisation"], content["centre"]) if each)
    first = parts[0] if parts else None
    if first and title_hits:
        parts[0] = replace(first, hits=(*title_hits, *first.hits))
    # Without the audit's number, which can be looked up.
    market = tuple({key: each[key] for key in each if key != "audit"} for each in content.get("market", ()))
    read = {ask.code for ask in asks}
    pieces = tuple(
        (_reference(each, blind=blind, said=said), tuple(each.get("criteria", ())))
        for each in content["references"]
        if each["ask"] in read and each["evidence"]
    )
    return EntrySeen(label, title, tuple(parts), market, pieces)


def _figures(content: Mapping[str, Any], ask: Ask, said: Any) -> Mapping[str, Any] | None:
    """Return the figures of a table; names of channels are the entrant's words."""
    found = next((file["figures"] for file in content["files"] if file["ask"] == ask.code and "figures" in file), None)
    if found is None:
        return None
    return {**found, "channels": [{**each, "name": said(each["name"])[0]} for each in found["channels"]]}


def _reference(reference: Mapping[str, Any], *, blind: bool, said: Any) -> str:
    """Say what is referred to; in a blind round without the audit's number, which can be looked up."""
    parts = [reference["edition"], reference["tier"]]
    if not blind:
        parts.insert(0, reference["audit"])
    if reference["evidence"]:
        parts.append(said(reference["evidence"]["title"])[0])
    return " · ".join(part for part in parts if part)
