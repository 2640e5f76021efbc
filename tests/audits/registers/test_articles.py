"""Reading lists of articles: columns, encodings, dates, refusals by line."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from audits.articles import ArticleList, read_articles
from audits.tabular import MAX_WORKBOOK_ROWS, TableError

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 10, 5)


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def reading(content: str | bytes, encoding: str = "", previous: Any = None) -> ArticleList:
        path = tmp_path / "list"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_articles(path, encoding=encoding, today=TODAY, previous=previous)

    return reading


def reasons(found: ArticleList) -> list[tuple[int, str]]:
    return [(row.line, row.reason.words()) for row in found.refused]


def test_every_column_is_read(read: Any) -> None:
    found = read(
        "Article ID,Title,Owner,Uses in period,Last change,Characters changed,Last review,Review due,Policy changed,"
        "Policy applied,Sampled correct,Feedback received,Feedback closed,Colour\n"
        "K-1,Lost card,Ann,120,2026-09-01,40,2026/09/02,2026.12.31,2026-08-01,2026年8月4日,Yes,2026-09-03,"
        "2026-09-05,red\n"
    )
    (only,) = found.articles
    assert (only.code, only.title, only.owner, only.uses, only.line) == ("K-1", "Lost card", "Ann", 120, 2)
    assert (only.changed, only.content_changed, only.reviewed) == (date(2026, 9, 1), True, date(2026, 9, 2))
    assert (only.review_due, only.policy_applied) == (date(2026, 12, 31), date(2026, 8, 4))
    assert (only.correct, only.feedback_closed) == (True, date(2026, 9, 5))
    assert found.ignored == ("Colour",)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "文章编号,标题,使用次数\nA1,挂失银行卡,7\n"),
        ("cp950", "文章編號,標題,使用次數\nA1,掛失信用卡,7\n"),
        ("big5hkscs", "文章編號,標題,使用次數\nA1,喺邊度掛失,7\n"),
        ("utf-16", "文章編號,標題,使用次數\nA1,掛失,7\n"),
        ("utf-8", "article;title;uses\nA1;💳 بطاقة مفقودة;7\n"),
    ],
)
def test_lists_in_other_encodings(read: Any, encoding: str, text: str) -> None:
    (only,) = read(text.encode(encoding), encoding).articles
    assert (only.code, only.uses) == ("A1", 7)
    assert only.title in text


def test_byte_order_marks_tell_the_encoding(read: Any) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        assert read("article\nA1\n".encode(encoding)).articles[0].code == "A1"


def test_other_bytes_than_chosen_are_located(read: Any) -> None:
    with pytest.raises(TableError, match="line 2: these bytes are not UTF-8"):
        read("article\n文章\n".encode("gb18030"))


def test_list_read_in_the_wrong_encoding_says_to_choose(read: Any) -> None:
    with pytest.raises(TableError, match="no column “article”"):
        read("文章編號\nA1\n".encode("cp950"), "gb18030")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b"article\n", "no rows"),
        (b"\n", "no column"),
        (b"title\nx\n", "no column “article”"),
        (b"article,ID\nA,B\n", "“article” is there twice"),
        (b"article,uses\nA\x001,2\n", "line 2: the file contains a NUL"),
        (b'article,uses\n"A1,2\nA2,3\n', "line 2: the row cannot be read"),
        (b"article\n\n   \n", "no rows"),
        (b"article,uses\nA1,many\n", "No row can be used. The first, line 2: column “uses”"),
        (b"article\n" + b"x" * 200_000 + b"\n", "line 2: the row cannot be read"),
        (("," * 500 + "article").encode(), "more than 200 columns"),
        (b"PK\x03\x04 not a workbook", "not an XLSX workbook"),
    ],
)
def test_lists_of_which_nothing_can_be_made(read: Any, content: bytes, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read(content)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("uses", "-1", "not a whole number"),
        ("uses", "1.5", "not a whole number"),
        ("uses", "NaN", "not a whole number"),
        ("uses", "9" * 5000, "not a whole number"),
        ("uses", "٣", "not a whole number"),
        ("uses", "=1+1", "holds a formula"),
        ("title", "=HYPERLINK(1)", "holds a formula"),
        ("title", "x" * 301, "longer than 300"),
        ("reviewed", "2026-10-06", "lies in the future"),
        ("changed", "31/12/2025", "not a date as year-month-day"),
        ("changed", "2026-02-30", "not a date as year-month-day"),
        ("changed", "2026-09-1x", "not a date as year-month-day"),
        ("review_due", "1800-01-01", "cannot be meant"),
        ("correct", "perhaps", "neither yes nor no"),
    ],
)
def test_rows_are_refused_by_line_with_the_reason(read: Any, column: str, value: str, reason: str) -> None:
    found = read(f"article,{column}\nGood,\nBad,{value}\n")
    assert [each.code for each in found.articles] == ["Good"]
    ((line, words),) = reasons(found)
    assert line == 3
    assert reason in words
    assert len(words) < 200


def test_dates_in_the_wrong_order_are_refused(read: Any) -> None:
    found = read(
        "article,policy_changed,policy_applied,feedback_received,feedback_closed\n"
        "A,2026-05-02,2026-05-01,,\nB,,2026-05-01,,\nC,,,2026-05-02,2026-05-01\nD,2026-05-01,2026-05-01,,\n"
    )
    assert [line for line, _ in reasons(found)] == [2, 3, 4]
    assert [each.code for each in found.articles] == ["D"]


def test_duplicates_name_the_line_of_the_first(read: Any) -> None:
    found = read('article,title\nA,"two\nlines"\nB,\nA,again\n')
    assert reasons(found) == [(5, "the article “A” is there already, on line 2.")]
    assert found.articles[0].title == "two lines"


def test_rows_without_an_id_and_short_rows(read: Any) -> None:
    found = read("title,article,uses\nx,,3\ny,B\n")
    assert reasons(found) == [(2, "the row has no article id.")]
    assert found.articles[0].uses is None


def test_a_hundred_thousand_lines(read: Any) -> None:
    lines = "".join(f"A{number},{number % 90},2026-12-31\n" for number in range(100_000))
    found = read("article,uses,review_due\n" + lines)
    assert (len(found.articles), found.refused) == (100_000, ())


def test_too_many_lines_are_refused(read: Any) -> None:
    with pytest.raises(TableError, match="more than 200000 rows"):
        read("article\n" + "".join(f"{number}\n" for number in range(200_001)))


def test_content_is_compared_with_the_list_before(read: Any) -> None:
    before = read("article,changed,content\nSame,2026-06-01,aa\nOther,2026-06-01,bb\nKept,2026-06-01,cc\n")
    assert [each.content_changed for each in before.articles] == [None, None, None]
    after = read(
        "article,changed,content\nSame,2026-09-01,aa\nOther,2026-09-01,b2\nKept,2026-06-01,cc\nNew,2026-09-01,dd\n",
        previous=before.marks,
    )
    assert {each.code: each.content_changed for each in after.articles} == {
        "Same": False,  # touched, content unchanged
        "Other": True,
        "Kept": None,
        "New": None,
    }


def test_the_content_weighs_more_than_the_count_of_characters(read: Any) -> None:
    before = read("article,changed,content\nA,2026-06-01,aa\n")
    after = read("article,changed,content,characters\nA,2026-09-01,aa,500\n", previous=before.marks)
    assert after.articles[0].content_changed is False
    assert read("article,changed,characters\nA,2026-09-01,0\n").articles[0].content_changed is False


def workbook(rows: list[list[Any]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_workbook(read: Any) -> None:
    found = read(
        workbook(
            [
                ["article", "title", "uses", "changed", "correct"],
                [1001.0, "挂失", 12.0, datetime(2026, 9, 1, 8, 30), True],  # noqa: DTZ001 - as a workbook has it
                ["A2", "=1+1", 3, None, None],
                [None, None, None, None, None],
                ["A3", "x", "7", "2026-09-02", "no"],
            ]
        )
    )
    assert [(each.code, each.uses, each.changed) for each in found.articles] == [
        ("1001", 12, date(2026, 9, 1)),
        ("A3", 7, date(2026, 9, 2)),
    ]
    assert [each.correct for each in found.articles] == [True, False]
    assert reasons(found) == [(3, "column “title” holds a formula; give the value alone.")]


def test_workbook_that_is_too_long_or_damaged(read: Any) -> None:
    with pytest.raises(TableError, match="save a longer list as CSV"):
        read(workbook([["article"], *([number] for number in range(MAX_WORKBOOK_ROWS + 1))]))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<nothing/>")
    with pytest.raises(TableError, match="damaged"):
        read(file.getvalue())
