"""Taking an entrant's names out of what judges read without knowing who wrote it. Pure: no Django.

A name is looked for however it is written: in full and by its distinctive words, in capitals or not, full-width or
not, with traditional or simplified characters, spaces or line breaks between. Addresses of mail, web and telephone go
too. Over-redaction is accepted; a leak is not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from awards.characters import SIMPLIFIED, TRADITIONAL

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "▇▇▇"
FOLD = str.maketrans(TRADITIONAL, SIMPLIFIED)
# Words of names that name nobody on their own.
COMMON_TEXT = (
    "and the for with from contact center centre centres customer client service services care call support help desk "
    "bank banking insurance energy telecom retail group company limited ltd inc plc corp corporation holdings "
    "international global asia pacific china hong kong united north south east west new demo team office solutions "
    "remote private public first national mutual city partner quality award"
)
COMMON = frozenset(COMMON_TEXT.split())
COMMON_CJK = frozenset(
    [
        *("中心", "客服", "客服中心", "银行", "公司", "有限公司", "集团", "服务", "服务中心", "联络中心", "呼叫中心"),
        *("客户", "顾客", "保险", "能源", "电信", "远程银行中心"),
    ]
)
LONGEST_NAME = 8  # words; of a longer one only the whole and its telling words are looked for
CJK = r"\u3400-\u9fff\uf900-\ufaff"
RUNS = re.compile(rf"[{CJK}]+|[^\s{CJK}()（）,，、·/]+(?:[ .&'’-]+[^\s{CJK}()（）,，、·/]+)*")
WORD = re.compile(r"[^\W\d_]{3,}")
GAP = r"[\s\u00b7·.,，、&'’_-]*"
ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|cn|hk|tw|uk|co|io|example)\b"
    r"|\+\d[\d ()-]{6,}\d",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without names, and what was taken out, each once."""

    text: str
    hits: tuple[str, ...]


def folded(text: str) -> str:
    """Return the text for comparing: one form per character, of the same length; small letters, simplified."""
    return "".join(_one(letter) for letter in text)


def _one(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    plain = plain if len(plain) == 1 else letter
    lower = plain.lower()
    return (lower if len(lower) == 1 else plain).translate(FOLD)


def needles(names: Iterable[str]) -> tuple[str, ...]:
    """Return all that has to go, folded, longest first: each name, its runs of one script, its distinctive words."""
    found: set[str] = set()
    for name in names:
        whole = folded(" ".join(name.split()))
        for run in [whole, *RUNS.findall(whole)]:
            found |= _kept(run.strip(" .-"))
    return tuple(sorted(found, key=lambda each: (-len(each), each)))


def _kept(run: str) -> set[str]:
    """Return a run and its distinctive words, where they name somebody."""
    if re.fullmatch(f"[{CJK}]+", run):
        keep = {run} if len(run) > 1 and run not in COMMON_CJK else set()
        for ending in sorted(COMMON_CJK, key=len, reverse=True):
            stem = run.removesuffix(ending)
            if stem != run and len(stem) > 1 and stem not in COMMON_CJK:
                keep.add(stem)
        return keep
    words = {word for word in WORD.findall(run) if word not in COMMON and not re.search(f"[{CJK}]", word)}
    words |= _phrases(run.split(), words)
    whole = {run} if len(run) > 2 and (words or re.search(rf"\d|[{CJK}]", run)) else set()  # noqa: PLR2004 - letters
    return words | whole


def _phrases(parts: list[str], telling: set[str]) -> set[str]:
    """Return the shorter runs of a name in which one of the telling words stands: ``evergreen mutual``."""
    return {
        " ".join(parts[start:end])
        for start in range(len(parts))
        for end in range(start + 2, len(parts) + 1)
        if len(parts) <= LONGEST_NAME and any(part.strip(".,") in telling for part in parts[start:end])
    }


def _pattern(wanted: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return one expression for all needles; a Latin one only where no letter goes on."""
    parts = []
    for needle in wanted:
        letters = [re.escape(each) for each in needle if not each.isspace()]
        body = GAP.join(letters) if re.search(f"[{CJK}]", needle) else r"[\s_.-]*".join(map(re.escape, needle.split()))
        latin = needle[0].isascii() and needle[0].isalnum()
        parts.append(rf"(?<![a-z0-9]){body}(?:['’]?s)?(?![a-z0-9])" if latin else body)
    return re.compile("|".join(parts)) if parts else None


def redact(text: str, names: Iterable[str]) -> Redacted:
    """Return the text with every name and address of the entrant marked out, and what was found.

    >>> redact("At Evergreen Mutual we serve 長青互惠銀行.", ["Evergreen Mutual Bank 长青互惠银行"]).text
    'At ▇▇▇ ▇▇▇ we serve ▇▇▇.'
    """
    spans = [match.span() for match in ADDRESS.finditer(text)]
    pattern = _pattern(needles(names))
    if pattern:
        spans += [match.span() for match in pattern.finditer(folded(text)) if match.end() > match.start()]
    out, hits, at = [], [], 0
    for start, end in _merged(spans):
        out += [text[at:start], MARK]
        hits.append(text[start:end])
        at = end
    return Redacted("".join([*out, text[at:]]), tuple(dict.fromkeys(hits)))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that meet as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
