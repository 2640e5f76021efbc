"""``analyse_panel``: what it prints, how it ends, and what it refuses with the line."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from tests.awards.panels import SHROUT_FLEISS

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [
    "entrants",
    "judges",
    "scores",
    "complete",
    "components",
    "icc",
    "alpha",
    "kendall_w",
    "fleiss_kappa",
    "raw",
    "severity",
    "adjusted",
    "mse",
    "df",
    "reliability",
    "rank_intervals",
    "refused",
]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Run the command on a file of this content; return exit code, standard output and standard error."""

    def run(content: str | bytes, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "scores.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = 0
        try:
            call_command("analyse_panel", str(path), *options)
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


def rows(*lines: str) -> str:
    return "\n".join(("entrant,judge,score", *lines, ""))


def complete() -> str:
    return rows(*(f"E{e},J{j},{score}" for e, row in enumerate(SHROUT_FLEISS) for j, score in enumerate(row)))


def test_json_has_every_key_and_nothing_else_is_printed(run) -> None:
    code, out, err = run(complete(), "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert [key for key in KEYS if key not in found] == []
    assert (found["entrants"], found["judges"], found["scores"], found["complete"]) == (6, 4, 24, True)
    assert found["raw"]["E2"] == "6.5"
    assert found["df"] == 15
    assert found["refused"] == []


def test_lines_say_it_in_words(run) -> None:
    _code, out, _err = run(complete())
    assert "0.62 of the differences reflect entrants; 0.91 once judges' strictness is removed." in out
    assert "Judge J1 scored 2.79 below the panel on shared entrants." in out
    assert "E4 leads, but places 1 to 3 are all plausible for it: deliberate. First may be: E0, E2, E4." in out


def test_what_cannot_be_computed_is_null_with_its_reason(run) -> None:
    code, out, _err = run(rows("A,1,5", "A,2,", "B,1,4", "B,2,6", "C,1,8", "C,2,7"), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["scores"] == 5
    wanted = {"icc", "kendall_w", "fleiss_kappa", "severity", "adjusted", "mse", "df", "reliability", "rank_intervals"}
    assert {key for key in wanted if found[key] is None} == wanted
    assert wanted <= {each["what"] for each in found["refused"]}
    assert all(each["why"] for each in found["refused"])
    assert found["raw"] == {"A": "5", "B": "5", "C": "7.5"}


def test_where_only_raw_scores_remain_it_ends_with_1(run) -> None:
    code, out, err = run(rows("A,1,5", "B,1,6"), "--json")
    assert code == 1
    assert json.loads(out)["raw"] == {"A": "5", "B": "6"}
    assert err.strip() == "Nothing but the raw scores can be computed."


def test_a_missing_criterion_makes_a_scorecard_incomplete_and_lowers_nothing(run) -> None:
    lines = ["entrant,judge,criterion,weight,score", "A,1,x,2,6", "A,1,y,1,9", "A,2,x,2,1", "A,2,y,1,", "B,1,x,2,3"]
    _code, out, _err = run("\n".join([*lines, "B,1,y,1,4"]), "--json")
    found = json.loads(out)
    assert found["raw"] == {"A": "7", "B": "3.333333333333333333333333333"}
    assert found["incomplete"] == [{"entrant": "A", "judge": "2", "missing": ["y"]}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (rows("A,1,5", "B,1,good"), "line 3: the score “good” is not a number."),
        (rows("A,1,5", "B,1,nan"), "line 3: the score “nan” is not a number."),
        (rows("A,1,inf"), "line 2: the score “inf” is not a number."),
        (rows("A,1,1_0"), "line 2: the score “1_0” is not a number."),
        (rows("A,1,=1+1"), "line 2: the score “=1+1” is not a number."),
        (rows("A,1,1e30"), "line 2: the score “1e30” has more than 12 digits before or behind the point."),
        (rows("A,1,5", "B,1,6", "A,1,5"), "line 4: judge “1” scored entrant “A” on this criterion in line 2 already."),
        (rows("A,1,7,5"), "line 2: 4 cells, the header has 3."),
        (rows("A,1"), "line 2: 2 cells, the header has 3."),
        (rows(",1,5"), "line 2: the column “entrant” is empty."),
        (rows("A\x1b[31m,1,5"), "line 2: the name in “entrant” has a control character."),
        (rows("A\u200b,1,5"), "line 2: the name in “entrant” has a control character."),
        (rows("A,1,5", "B\0,1,5"), "line 3: the file contains a NUL character; it is not a text file."),
        (rows('A,1,"1,234"'), "line 2: the comma in “1,234” may stand for a decimal point or between thousands."),
        (rows("A,1,7.5", 'A,2,"7,5"'), "line 3: “7,5” is written with “,”, scores before it with the other"),
        (rows("A,1,"), "There are no scores."),
        (rows(), "There are no scores."),
        ("", "The file is empty."),
        ("entrant,judge,points\nA,1,5\n", "line 1: there is no column “score”; the first line has to name entrant"),
        ("entrant,judge,score,Score\nA,1,5,5\n", "line 1: the column “score” stands there twice."),
        ("entrant,judge,score,weight\nA,1,5,0\n", "line 2: a weight has to be a number above zero."),
        (
            "entrant,judge,criterion,score,weight\nA,1,x,5,1\nB,1,x,5,2\n",
            "line 3: the criterion “x” has the weight 2 here and 1 before.",
        ),
        (rows("客服,1,5").encode("gb18030"), "line 2: these bytes are not UTF-8."),
    ],
)
def test_input_that_cannot_be_used_ends_with_2_and_one_line(run, content, message) -> None:
    code, out, err = run(content, "--json")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (("\ufeff" + rows("客服,評審,7.5", "=1+1,評審,8")).encode(), ()),
        (rows("客服,評審,7.5", "=1+1,評審,8").encode("utf-16"), ()),
        (rows("客服,評審,7.5", "=1+1,評審,8").encode("gb18030"), ("--encoding", "gb18030")),
        (rows("客服,評審,7.5", "=1+1,評審,8").encode("big5"), ("--encoding", "cp950")),
        (rows("客服,評審,'7,5'", "=1+1,評審,8").replace(",", ";").replace("'7;5'", "7,5"), ()),
        (rows("客服,評審,7.5", "=1+1,評審,8").replace(",", "\t"), ()),
        (rows("客服,評審,7.5,", "=1+1,評審,8,").replace("score", "score,"), ()),
        (rows("客服,評審,７．５", "=1+1 ,評審,8").replace("entrant", " Entrant "), ()),
    ],
)
def test_files_as_they_come(run, content, options) -> None:
    _code, out, err = run(content, "--json", *options)
    assert err == "Nothing but the raw scores can be computed.\n"
    assert json.loads(out)["raw"] == {"客服": "7.5", "=1+1": "8"}


def test_a_workbook_is_read_with_its_numbers(run) -> None:
    book, file = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in (("entrant", "judge", "score"), (1, "X", 0.1 + 0.2), (2.0, "X", 4), (2, "Y", None)):
        sheet.append(row)
    book.save(file)
    assert json.loads(run(file.getvalue(), "--json")[1])["raw"] == {"1": "0.3", "2": "4"}
    sheet.append((3, "X", True))
    book.save(file := io.BytesIO())
    assert "line 5: the score “True” is not a number." in run(file.getvalue(), "--json")[2]


def test_a_criterion_that_nobody_scored_leaves_no_total(run) -> None:
    code, out, _err = run("entrant,judge,criterion,score\nA,1,x,5\nA,1,y,\nB,1,x,4\n", "--json")
    found = json.loads(out)
    assert (code, found["raw"], found["complete"]) == (1, {"A": None, "B": None}, False)
    assert "no_complete_scorecard" in {each["code"] for each in found["refused"]}


def test_an_unknown_encoding_and_a_missing_file_are_told(run, tmp_path) -> None:
    assert "unknown encoding" in run(rows("A,1,5"), "--encoding", "klingon")[2]
    with pytest.raises(SystemExit) as end:
        call_command("analyse_panel", str(tmp_path / "none.csv"))
    assert end.value.code == 2
