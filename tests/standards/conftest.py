"""What the tests of the standards room share."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections

from standards.editions import read_edition
from standards.services import edition_load, edition_publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standards.editions import ParsedEdition
    from standards.models import Edition

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FOUR_BLOCK = Path(__file__).resolve().parents[2] / "fixtures" / "standards" / "four-block-2026.yaml"

SMALL = """\
code: tiny
version: "1"
title: {en: Tiny standard, zh-hans: 小标准}
points_total: 100
scale: {min: 0, max: 10}
schemes:
  - {code: iso9001, title: {en: "ISO 9001:2015"}}
facts:
  - {code: score, title: {en: Score}, type: number}
  - {code: route, title: {en: Route}, type: choice, choices: [file, panel]}
  - {code: channels, title: {en: Channels}, type: list, choices: [voice, chat]}
tiers:
  - code: bronze
    title: {en: Bronze}
    gates:
      - {gate: total, min: 50}
      - {gate: fact, fact: score, min: 7.5}
  - code: silver
    title: {en: Silver}
    gates:
      - {gate: block, min_percent: 60}
      - {gate: market, kpis: [nps], at_least: 1}
blocks:
  - code: X
    points: 20
    title: {en: First section}
    clauses:
      - code: X1
        title: {en: First clause}
        criteria:
          - code: X1.1
            title: {en: Opening hours}
            requirement: {en: The centre shall publish its opening hours.}
            anchors: ANCHORS
            kind: process
            tier: bronze
            mandatory: true
  - code: Y
    points: 30
    title: {en: Second section}
    clauses:
      - code: Y1
        title: {en: Second clause}
        criteria:
          - code: Y1.1
            title: {en: Forecast & plan}
            requirement: {en: The centre shall forecast.}
            anchors: ANCHORS
            kind: process
            tier: bronze
            weight: 1.5
            kpis: [nps]
            crosswalk: {iso9001: ["7.1.2"]}
          - code: Y1.2
            title: {en: Chat}
            requirement: {en: The centre shall chat.}
            anchors: ANCHORS
            kind: result
            tier: silver
            when: {fact: channels, includes: [chat]}
  - code: Z
    points: 50
    title: {en: Third section}
    clauses:
      - code: Z1
        title: {en: Third clause}
        criteria:
          - code: Z1.1
            title: {en: Results}
            requirement: {en: The centre shall have results.}
            anchors: ANCHORS
            kind: result
            tier: bronze
            na_allowed: false
"""


def small_yaml() -> str:
    """Return a valid small edition of three sections on a scale of 0 to 10."""
    levels = ", ".join(f"{level}: {{en: Level {level} of this}}" for level in range(11))
    return SMALL.replace("ANCHORS", f"{{{levels}}}")


def changed(old: str, new: str, text: str | None = None) -> bytes:
    """Return the small edition with one piece of its text replaced (the first that stands there)."""
    text = text or small_yaml()
    assert old in text
    return text.replace(old, new, 1).encode()


def line_of(data: bytes, piece: str) -> int:
    """Return the number of the line on which a piece of text stands."""
    return data[: data.index(piece.encode())].count(b"\n") + 1


@pytest.fixture(scope="session")
def four_block() -> ParsedEdition:
    """Return the shipped edition, parsed once."""
    return read_edition(FOUR_BLOCK)


@pytest.fixture
def tiny(db: None) -> Edition:
    """Return the small edition, loaded and published."""
    return edition_publish(edition=edition_load(data=small_yaml(), at=AT).edition, at=AT)


@pytest.fixture
def shipped(db: None) -> Edition:
    """Return the shipped edition, loaded and published."""
    return edition_publish(edition=edition_load(data=FOUR_BLOCK.read_bytes(), at=AT).edition, at=AT)


@pytest.fixture
def real_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Let every thread have a connection of its own to one database that commits."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, facts = connections["default"], connection.settings_dict
    name, path = facts["NAME"], tmp_path / "race.sqlite3"
    copy = sqlite3.connect(path)
    in_memory.connection.backup(copy)
    copy.close()
    facts["NAME"] = str(path)  # new connections, also those of new threads, are made from this
    connections["default"] = connections.create_connection("default")
    yield
    connections["default"].close()
    facts["NAME"] = name
    connections["default"] = in_memory
