"""What goes to the process that sets pages, and what comes back: a line of lengths, a line of JSON, then bytes.

Neither side unpickles anything: a process that a hostile document has taken over can answer with bytes and words only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that the PDF carries."""

    name: str
    description: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Order:
    """One document to set: HTML and style sheet, the PDF's identifier, the files it carries, pictures by address."""

    html: str
    css: str
    identifier: bytes
    at: datetime
    attached: Sequence[Attached]
    pictures: Mapping[str, bytes]


def send(stream: IO[bytes], facts: Mapping[str, Any], *parts: bytes) -> None:
    """Write one parcel and flush it."""
    header = json.dumps(facts).encode()
    lengths = " ".join(str(len(part)) for part in (header, *parts))
    stream.write(lengths.encode() + b"\n")
    for part in (header, *parts):
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Read one parcel. Raises EOFError when the other side has ended, also in the middle."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header, *parts = [_exactly(stream, int(length)) for length in line.split()]
    return json.loads(header), parts


def send_order(stream: IO[bytes], order: Order, *, seconds: int) -> None:
    """Write an order, with the seconds of processor that it may take."""
    facts = {
        "identifier": order.identifier.hex(),
        "at": order.at.isoformat(),
        "attached": [[each.name, each.description] for each in order.attached],
        "pictures": [*order.pictures],
        "seconds": seconds,
    }
    texts = (order.html.encode(), order.css.encode())
    send(stream, facts, *texts, *(each.content for each in order.attached), *order.pictures.values())


def receive_order(stream: IO[bytes]) -> tuple[Order, int]:
    """Read an order and the seconds of processor that it may take. Raises EOFError when there is none to come."""
    facts, (html, css, *rest) = receive(stream)
    attached = [Attached(name, about, each) for (name, about), each in zip(facts["attached"], rest, strict=False)]
    pictures = dict(zip(facts["pictures"], rest[len(attached) :], strict=True))
    identifier, at = bytes.fromhex(facts["identifier"]), datetime.fromisoformat(facts["at"])
    return Order(html.decode(), css.decode(), identifier, at, attached, pictures), facts["seconds"]


def _exactly(stream: IO[bytes], length: int) -> bytes:
    part = stream.read(length)
    if len(part) < length:
        raise EOFError
    return part
