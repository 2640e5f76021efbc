"""From a file or bytes to text that is safe to parse: size, encoding, tabs and control characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from standards.editions.faults import EditionError, Fault

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
# C0 and C1 controls but line feed; lone surrogates; marks that turn the reading direction; line separators; BOM inside.
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\ufffe\uffff]"
)
NAMES = {"\t": "a tab; indent with spaces", "\x00": "a NUL character"}


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, or raise EditionError without reading one that is too large."""
    try:
        with path.open("rb") as file:
            _check_size(path.stat().st_size)
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise EditionError([Fault(0, "", f"cannot be read: {error.strerror or error}")]) from None
    _check_size(len(data))
    return data


def decode(data: bytes) -> str:
    """Return UTF-8 text with plain line ends, without a byte order mark; names every line that has a forbidden sign."""
    _check_size(len(data))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise EditionError([Fault(1, "", "the file is UTF-16; save it as UTF-8")])
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise EditionError([Fault(line, "", f"not UTF-8 (byte 0x{data[error.start]:02x}); save it as UTF-8")]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if faults := [Fault(text.count("\n", 0, at.start()) + 1, "", _named(at[0])) for at in _first_per_line(text)]:
        raise EditionError(faults)
    return text


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise EditionError([Fault(0, "", f"{size / 1024 / 1024:.0f} MB is too large; the limit is {limit} MB")])


def _first_per_line(text: str) -> list[re.Match[str]]:
    """Return the first 100 forbidden characters, at most one per line."""
    found: list[re.Match[str]] = []
    position = 0
    while len(found) < 100 and (match := FORBIDDEN.search(text, position)):  # noqa: PLR2004 - enough to begin with
        found.append(match)
        position = text.find("\n", match.start())
        if position < 0:
            break
    return found


def _named(character: str) -> str:
    return f"contains {NAMES.get(character, f'the control character U+{ord(character):04X}')}"
