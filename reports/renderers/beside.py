"""One document in two languages: what differs stands twice, what is the same stands once.

Both pages come from one template and one audit, so that they have the same tags in the same order, and only words
differ: those of the standard and our own. What people wrote is the same in both, and so is never doubled.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Charts have no room for two languages: they are taken whole, from the first.
_TOKEN = re.compile(r"(<svg\b.*?</svg>|<[^>]*>)", re.DOTALL)
_NAME = re.compile(r"</?[\w!-]+")
# Where a text has its element to itself, the second language stands on a line of its own.
_BLOCKS = frozenset({"p", "h1", "h2", "h3", "dt", "dd", "th", "td", "li", "b"})
# A day is read in either language, as long as it stands there once.
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}|\d{4}年\d{1,2}月\d{1,2}日")


def beside(first: str, second: str, language: str) -> str:
    """Return the first page with the words of the second, which is in ``language``, beside its own."""
    head, body, rest = first.partition("<body")
    ours, theirs = _TOKEN.split(body + rest), _TOKEN.split("".join(second.partition("<body")[1:]))
    written = list(ours)
    for place, other in _pairs(ours, theirs):
        written[place] = _both(ours, place, theirs[other], language)
    return head + "".join(written)


def _pairs(ours: list[str], theirs: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of texts that stand at the same place of both pages; texts are the even tokens.

    Something may have been written between the two readings of an audit under way: then what fits is paired.
    """
    names = [[_name(tag) for tag in tokens[1::2]] for tokens in (ours, theirs)]
    if names[0] == names[1]:
        yield from ((place, place) for place in range(0, len(ours), 2))
        return
    for block in SequenceMatcher(None, names[0], names[1], autojunk=False).get_matching_blocks():
        places = zip(range(block.a, block.a + block.size), range(block.b, block.b + block.size), strict=True)
        yield from ((2 * one, 2 * other) for one, other in places)


def _both(tokens: list[str], place: int, other: str, language: str) -> str:
    """Return a text with the other one beside it, where the two differ and both say something."""
    text = tokens[place]
    if not text.strip() or not other.strip() or _told(text) == _told(other):
        return text
    before = tokens[place - 1] if place else ""
    if 'class="running' in before:
        return text
    after = tokens[place + 1] if place + 1 < len(tokens) else ""
    name = _name(before).removeprefix("<")
    kind = "beside"
    if name in _BLOCKS and after.startswith(f"</{name}"):
        kind, text = "beside line", f'<span class="first">{text}</span>'
    return f'{text} <span class="{kind}" lang="{language}">{other.strip()}</span> '


def _name(tag: str) -> str:
    found = _NAME.match(tag)
    return found.group() if found else tag


def _told(text: str) -> str:
    return " ".join(_DAY.sub("*", text).split())
