"""Read a list of knowledge articles from CSV or XLSX: one row per article, faults by line. No Django.

The file is refused (``ArticlesError``) only when nothing can be made of it; a row that cannot be used is left out and
named with its line and the reason. Dates are ISO (2026-05-31, also with / or . or 年月日): 31/12/2025 could be two days
and is refused. Whether a change altered the content is told by the column ``characters``, or by ``content`` (any text
that changes with the content, such as a hash) compared with the list uploaded before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audits.liveness import Article
from audits.tabular import MAX_COLUMNS, TableError, read_table
from benchmarks.message import Message, MessageError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from audits.tabular import Cells

    Previous = Mapping[str, Sequence[Any]]  # article -> [content mark, day of change as ISO text, altered]

MAX_ROWS = 200_000
LONGEST = {"article": 100, "title": 300, "owner": 200, "content": 10_000}
MOST_COUNT = 10**9
EARLIEST = dt.date(1990, 1, 1)
LATEST = dt.date(2100, 12, 31)

# What a column may be called, besides its own name; capitals, spaces and _ do not matter.
COLUMNS: dict[str, tuple[str, ...]] = {
    "article": ("articleid", "id", "number", "文章编号", "文章編號", "知识编号", "知識編號", "编号", "編號"),
    "title": ("name", "标题", "標題"),
    "owner": ("author", "负责人", "負責人"),
    "uses": ("usesinperiod", "views", "使用次数", "使用次數"),
    "changed": ("lastchange", "lastchanged", "lastrealchange", "最后修改日期", "最後修改日期"),
    "content": ("contenthash", "hash", "内容哈希", "內容雜湊"),
    "characters": ("characterschanged", "textchanged", "修改字数", "修改字數"),
    "reviewed": ("lastreview", "lastreviewed", "最后复核日期", "最後複核日期"),
    "review_due": ("reviewdue", "duedate", "复核到期日", "複核到期日"),
    "policy_changed": ("policychange", "policychanged", "政策变更日期", "政策變更日期"),
    "policy_applied": ("policyapplied", "articleupdated", "文章更新日期"),
    "correct": ("sampledcorrect", "抽样正确", "抽樣正確"),
    "feedback_received": ("feedbackreceived", "反馈收到日期", "回饋收到日期"),
    "feedback_closed": ("feedbackclosed", "反馈关闭日期", "回饋結案日期"),
}
_NAMES = {re.sub(r"[\s_-]", "", alias): name for name, aliases in COLUMNS.items() for alias in (name, *aliases)}
_DAY = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})(?:\2|月)([0-9]{1,2})日?(?:[T ][0-9:.+Z-]*)?")
_CONTROL = re.compile("[\x01-\x1f\x7f]+")
_YES = frozenset({"yes", "y", "true", "1", "是", "对", "對", "正确", "正確"})
_NO = frozenset({"no", "n", "false", "0", "否", "错", "錯", "不正确", "不正確"})


class ArticlesError(TableError):
    """The list cannot be used at all; the message says where and why."""


class _RowError(MessageError):
    """This row cannot be used."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out, and why."""

    line: int
    reason: Message


@dataclass(frozen=True, slots=True)
class ArticleList:
    """What was read. ``marks`` is what the next list is compared with; ``ignored`` are columns nobody knows."""

    articles: tuple[Article, ...]
    refused: tuple[Refused, ...]
    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    marks: dict[str, list[Any]]


def read_articles(path: Path, *, encoding: str, today: dt.date, previous: Previous | None = None) -> ArticleList:
    """Read the list; an XLSX workbook is known by its content. ``encoding`` "" stands for UTF-8, or UTF-16 by its mark.

    ``previous`` are the marks of the list before. Raises ``TableError``, of which ``ArticlesError`` is one.
    """
    return _read(read_table(path, encoding=encoding), today, previous or {})


# --- rows -----------------------------------------------------------------------------------------------------------


def _read(rows: Iterable[tuple[int, Cells]], today: dt.date, previous: Previous) -> ArticleList:
    numbered = iter(rows)
    _line, head = next(numbered, (1, ()))
    places, ignored = _header(head)
    reader = _Reader(places, today, previous)
    for count, (line, cells) in enumerate(numbered, start=1):
        if count > MAX_ROWS:
            raise ArticlesError(_("The list has more than {most} rows."), most=MAX_ROWS)
        reader.take(line, cells)
    if not reader.articles and not reader.refused:
        raise ArticlesError(_("The file has a header but no rows."))
    if not reader.articles:
        first = reader.refused[0]
        raise ArticlesError(
            _("No row can be used. The first, line {line}: {reason}"), line=first.line, reason=first.reason
        )
    return ArticleList(
        articles=tuple(reader.articles.values()),
        refused=tuple(reader.refused),
        columns=tuple(places),
        ignored=ignored,
        marks=reader.marks,
    )


def _header(head: Cells) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return where each known column stands, and the names of the others."""
    names = [_CONTROL.sub(" ", "" if cell is None else str(cell)).strip() for cell in head]
    if len(names) > MAX_COLUMNS:
        raise ArticlesError(_("line {line}: the list has more than {most} columns."), line=1, most=MAX_COLUMNS)
    places: dict[str, int] = {}
    ignored = []
    for place, name in enumerate(names):
        known = _NAMES.get(re.sub(r"[\s_-]", "", name.casefold()))
        if known in places:
            raise ArticlesError(_("line {line}: the column “{name}” is there twice."), line=1, name=known)
        if known:
            places[known] = place
        elif name:
            ignored.append(name[:60])
    if "article" not in places:
        raise ArticlesError(
            _("line {line}: there is no column “article”. Found: {names}. If this is unreadable, choose the encoding."),
            line=1,
            names=", ".join(ignored)[:200] or "–",
        )
    return places, tuple(ignored)


class _Reader:
    """Turns rows into articles, one at a time, and keeps what it refused."""

    def __init__(self, places: Mapping[str, int], today: dt.date, previous: Previous) -> None:
        """Start with nothing read."""
        self.places, self.today, self.previous = places, today, previous
        self.width = max(places.values()) + 1
        self.articles: dict[str, Article] = {}
        self.refused: list[Refused] = []
        self.marks: dict[str, list[Any]] = {}

    def take(self, line: int, cells: Cells) -> None:
        """Read one row, or write down why not."""
        try:
            self._take(line, cells)
        except _RowError as error:
            self.refused.append(Refused(line, error.message))

    def _take(self, line: int, cells: Cells) -> None:
        values = {name: cells[place] if place < len(cells) else None for name, place in self.places.items()}
        for name, value in values.items():
            if isinstance(value, str) and value.lstrip().startswith("="):
                raise _RowError(_("column “{column}” holds a formula; give the value alone."), column=name)
        code = _word(values, "article")
        if not code:
            raise _RowError(_("the row has no article id."))
        if code in self.articles:
            raise _RowError(
                _("the article “{code}” is there already, on line {first}."), code=code, first=self.articles[code].line
            )
        article = self._article(line, code, values)
        mark = _mark(_word(values, "content"))
        altered = self._altered(article, mark, _count(values, "characters"))
        self.articles[code] = replace(article, content_changed=altered)
        self.marks[code] = [mark, article.changed.isoformat() if article.changed else None, altered]

    def _article(self, line: int, code: str, values: Mapping[str, Any]) -> Article:
        article = Article(
            line=line,
            code=code,
            title=_word(values, "title"),
            owner=_word(values, "owner"),
            uses=_count(values, "uses"),
            changed=self._past(values, "changed"),
            reviewed=self._past(values, "reviewed"),
            review_due=_day(values, "review_due"),
            policy_changed=self._past(values, "policy_changed"),
            policy_applied=self._past(values, "policy_applied"),
            correct=_yes(values, "correct"),
            feedback_received=self._past(values, "feedback_received"),
            feedback_closed=self._past(values, "feedback_closed"),
        )
        _ordered(values, "policy_changed", article.policy_changed, "policy_applied", article.policy_applied)
        _ordered(values, "feedback_received", article.feedback_received, "feedback_closed", article.feedback_closed)
        return article

    def _past(self, values: Mapping[str, Any], column: str) -> dt.date | None:
        day = _day(values, column)
        if day and day > self.today:
            raise _RowError(_("column “{column}”: {day} lies in the future."), column=column, day=day.isoformat())
        return day

    def _altered(self, article: Article, mark: str | None, characters: int | None) -> bool | None:
        """Say whether the last change altered the content; None when nothing tells."""
        before = self.previous.get(article.code)
        if mark and before and before[0]:
            if mark != before[0]:
                return True
            # The same content as in the list before: a change since then was none.
            day = article.changed.isoformat() if article.changed else None
            return before[2] if day == before[1] else False
        return None if characters is None else characters > 0


def _word(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = _CONTROL.sub(" ", "" if value is None else str(value)).strip()
    if len(text) > LONGEST[column]:
        raise _RowError(_("column “{column}” is longer than {most} characters."), column=column, most=LONGEST[column])
    return text


def _plain(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _count(values: Mapping[str, Any], column: str) -> int | None:
    text = _plain(values, column)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_COUNT)) and int(text) <= MOST_COUNT):
        raise _RowError(
            _("column “{column}”: {value} is not a whole number from 0 to {most}."),
            column=column,
            value=_short(text),
            most=MOST_COUNT,
        )
    return int(text)


def _day(values: Mapping[str, Any], column: str) -> dt.date | None:
    value = values.get(column)
    if isinstance(value, dt.datetime):
        return _in_range(value.date(), column)
    text = _plain(values, column)
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        day = dt.date(int(match[1]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        day = None
    if day is None:
        raise _RowError(
            _("column “{column}”: {value} is not a date as year-month-day."), column=column, value=_short(text)
        )
    return _in_range(day, column)


def _in_range(day: dt.date, column: str) -> dt.date:
    if not EARLIEST <= day <= LATEST:
        raise _RowError(_("column “{column}”: {day} cannot be meant."), column=column, day=day.isoformat())
    return day


def _yes(values: Mapping[str, Any], column: str) -> bool | None:
    text = _plain(values, column).casefold()
    if not text:
        return None
    if text not in _YES | _NO:
        raise _RowError(_("column “{column}”: {value} is neither yes nor no."), column=column, value=_short(text))
    return text in _YES


def _ordered(values: Mapping[str, Any], first: str, start: dt.date | None, second: str, end: dt.date | None) -> None:
    """Refuse an end before its start, or without one."""
    if end and first in values and (start is None or end < start):
        raise _RowError(_("column “{second}” lies before “{first}”."), first=first, second=second)


def _short(text: str) -> str:
    return _CONTROL.sub(" ", text)[:40]


def _mark(content: str) -> str | None:
    """Return 16 characters that change with the content."""
    hasher: Callable[[bytes], Any] = hashlib.sha256
    return hasher(content.encode()).hexdigest()[:16] if content else None
