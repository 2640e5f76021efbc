"""A second standard, as unlike the one that is shipped as the format allows.

Three sections with words for codes, four tiers, 240 points, levels 1 to 4, and criteria with scales of their own: yes
or no, 0 to 10, 2 to 3. Two criteria are asked only where the centre has the channel, one where it has the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standards.services import edition_load, edition_publish
from tests.factories import AT

if TYPE_CHECKING:
    from standards.models import Edition

_HEAD = """\
code: hotel-desk
version: "3"
title: {en: A standard for reservation desks}
points_total: 240
scale:
  min: 1
  max: 4
  names: {1: {en: Absent}, 2: {en: Begun}, 3: {en: Kept}, 4: {en: Exemplary}}
facts:
  - {code: channels, title: {en: Channels of the desk}, type: list}
  - {code: services, title: {en: Services of the desk}, type: list, choices: [groups, spa_visits]}
  - {code: rooms, title: {en: Rooms sold}, type: number}
  - {code: decision_route, title: {en: Route}, type: choice, choices: [board_vote, phone]}
tiers:
  - code: linen
    title: {en: Linen}
    gates:
      - {gate: mandatory_level, min: 3}
      - {gate: findings, fact: major_open, max: 0}
  - code: cotton
    title: {en: Cotton}
    gates:
      - {gate: total, min: 120}
      - {gate: clause_level, clause: ASK-1, min: 2}
  - code: silk
    title: {en: Silk}
    gates:
      - {gate: total, min: 160}
      - {gate: block, min_percent: 50}
      - {gate: fact, fact: rooms, above: 100}
  - code: gold-thread
    title: {en: Gold thread}
    gates:
      - {gate: total, min: 230.5}
      - {gate: fact, fact: decision_route, equals: board_vote}
blocks:
"""

# code, points, criteria: code, tier, scale or None, further keys
_SECTIONS = (
    (
        "ASK",
        100,
        (
            ("ASK-1.greeting", "linen", None, "mandatory: true"),
            ("ASK-1.recorded", "linen", (0, 1), "mandatory: true, weight: 2.5"),
            ("ASK-1.chat", "linen", None, "when: {fact: channels, includes: [chat]}"),
        ),
    ),
    (
        "BOOK",
        80,
        (
            ("BOOK-1.held", "linen", (0, 10), ""),
            ("BOOK-1.groups", "cotton", None, "when: {fact: services, includes: [groups]}, na_allowed: true"),
            ("BOOK-1.voice", "silk", (2, 3), "when: {fact: channels, includes: [voice, video]}"),
        ),
    ),
    ("CARE", 60, (("CARE-1.after", "linen", None, "kind: result"), ("CARE-1.score", "gold-thread", (0, 10), ""))),
)
CODES = [code for _section, _points, criteria in _SECTIONS for code, *_ in criteria]
SCALES = {code: scale or (1, 4) for _section, _points, criteria in _SECTIONS for code, _tier, scale, _ in criteria}


def second_yaml() -> str:
    """Return the edition file."""
    return _HEAD + "".join(_section(*section) for section in _SECTIONS)


def second_standard() -> Edition:
    """Load and publish it."""
    return edition_publish(edition=edition_load(data=second_yaml(), at=AT).edition, at=AT)


def _section(code: str, points: int, criteria: tuple[tuple[str, str, tuple[int, int] | None, str], ...]) -> str:
    rows = "".join(f"          - {_criterion(*each)}\n" for each in criteria)
    return (
        f"  - code: {code}\n    points: {points}\n    title: {{en: Section {code}}}\n    clauses:\n"
        f"      - code: {code}-1\n        title: {{en: Clause of {code}}}\n        criteria:\n{rows}"
    )


def _criterion(code: str, tier: str, scale: tuple[int, int] | None, more: str) -> str:
    low, high = scale or (1, 4)
    anchors = ", ".join(f"{level}: {{en: What {level} of {code} looks like}}" for level in range(low, high + 1))
    own = f"scale: {{min: {low}, max: {high}}}" if scale else ""
    kind = "" if "kind" in more else "kind: process"
    parts = ", ".join(filter(None, (kind, own, more)))
    return (
        f"{{code: {code}, title: {{en: Title of {code}}}, requirement: {{en: The desk shall {code}.}}, "
        f"anchors: {{{anchors}}}, tier: {tier}, {parts}}}"
    )
