"""What a browser sends from its queue, read strictly. Pure: no Django, no clock, no database.

One operation that cannot be read never holds up the others: it comes back with the code of what is wrong.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

MOST_OPERATIONS = 50
MOST_BYTES = 2_000_000
LONGEST_KEY = 18  # digits of a number that fits the database
LONGEST_NUMBER = 9
LONGEST_TEXT = 60_000  # characters; beyond what an answer may have, so that the service can say so in words
NOT_APPLICABLE = "na"


class UnreadableError(Exception):
    """The whole body, or one operation, is not what a queue sends; ``code`` says what is wrong."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fields:
    """An answer as the sheet's form has it: ``level`` is a number, ``na``, or empty while unanswered."""

    level: str = ""
    na_reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of one answer, made on ``revision``, which held ``base``; ``resolves`` is the conflict it settles."""

    key: uuid.UUID
    answer: int
    revision: int
    content: Fields
    base: Fields
    resolves: uuid.UUID | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request brought: readable operations, and (key as sent, code) of the others."""

    user: int
    operations: tuple[Operation, ...]
    unreadable: tuple[tuple[str, str], ...]


def read_batch(body: bytes) -> Batch:
    """Read a request. Raises ``UnreadableError`` (unreadable, too_many) when nothing of it can be used."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("unreadable") from error
    if not isinstance(data, dict) or not isinstance(data.get("operations"), list):
        raise UnreadableError("unreadable")
    if len(data["operations"]) > MOST_OPERATIONS:
        raise UnreadableError("too_many")
    good, bad = [], []
    for each in data["operations"]:
        try:
            good.append(read_operation(each))
        except UnreadableError as error:
            sent = each.get("key") if isinstance(each, dict) else None
            bad.append((sent[:36] if isinstance(sent, str) else "", error.code))
    return Batch(user=_whole(data.get("user"), LONGEST_KEY), operations=tuple(good), unreadable=tuple(bad))


def read_operation(data: object) -> Operation:
    """Read one operation. Raises ``UnreadableError`` (bad_operation, bad_revision, bad_text)."""
    if not isinstance(data, dict) or data.get("kind") != "answer":
        raise UnreadableError("bad_operation")
    base = data.get("base")
    return Operation(
        key=_key(data.get("key")),
        answer=_whole(data.get("answer"), LONGEST_KEY),
        revision=_whole(data.get("revision"), LONGEST_NUMBER, "bad_revision"),
        content=_fields(data.get("content")),
        base=Fields() if base is None else _fields(base),
        resolves=None if data.get("resolves") is None else _key(data["resolves"]),
        sha256=fingerprint(data),
    )


def fingerprint(data: Any) -> str:
    """Return the SHA-256 of what was sent, whatever the order of its fields."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _key(value: object) -> uuid.UUID:
    try:
        key = uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        key = None
    if key is None or str(key) != value:
        raise UnreadableError("bad_operation")
    return key


def _whole(value: object, digits: int, code: str = "bad_operation") -> int:
    """Read a whole number of at most so many digits; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**digits:
        raise UnreadableError(code)
    return value


def _fields(data: object) -> Fields:
    if not isinstance(data, dict):
        raise UnreadableError("bad_operation")
    level, reason, note = (data.get(name, "") for name in ("level", "na_reason", "note"))
    if not (isinstance(level, str) and isinstance(reason, str) and isinstance(note, str)):
        raise UnreadableError("bad_operation")
    if max(map(len, (level, reason, note))) > LONGEST_TEXT or not _is_text(level + reason + note):
        raise UnreadableError("bad_text")
    return Fields(level=level, na_reason=_tidy(reason), note=_tidy(note))


def _tidy(text: str) -> str:
    """Keep one form of line ends, and no blanks around, so that the same text is the same answer."""
    return text.replace("\r\n", "\n").strip()


def _is_text(text: str) -> bool:
    """Say whether the text can be stored: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
