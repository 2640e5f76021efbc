"""``docs/security.md`` lists every row of the checklist, and says of none more than tests say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The rows of OWASP ASVS 5.0.0 that concern this product.
ROWS = re.findall(
    r"\S+",
    """
    6.2.1 6.2.9 6.2.4 6.2.12 6.2.5 6.2.8 6.3.1 6.3.2 6.3.3 6.3.4 6.3.7 6.3.8 6.4.1 6.4.3 6.4.6
    6.5.1 6.5.5 6.8.1 6.8.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.5.1 7.5.2 7.5.3 8.2.1 8.2.2 8.2.3
    8.3.2 8.3.3 8.4.1 2.3.1 2.3.3 2.3.4 2.3.5 2.4.1 15.3.3 15.4.2 1.2.4 1.2.10 1.3.1 1.3.4 1.3.6
    1.3.7 1.5.1 1.5.2 3.2.1 3.3.1 3.3.4 3.4.1 3.4.3 3.4.4 3.4.6 3.5.1 3.5.3 3.5.8 3.6.1 3.7.2
    4.1.3 4.1.4 13.4.5 15.3.1 5.2.1 5.2.4 5.2.2 5.2.3 5.2.6 5.3.2 5.4.2 5.4.3 14.2.8 14.3.2 14.3.1
    14.2.1 16.3.1 16.3.2 16.2.5 16.4.1 16.4.2 16.4.3 16.5.3 11.5.1 13.2.2 15.1.2
    """,
)
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.*?) \| (\w+) \|$", re.MULTILINE)
LISTED = {
    row: (what, re.findall(r"`([^`]+)`", tests), result)
    for row, what, tests, result in LINE.findall((ROOT / "docs" / "security.md").read_text())
}


def defined_in(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_row_is_listed_once_and_no_other() -> None:
    assert sorted(LISTED) == sorted(ROWS)
    assert len(LINE.findall((ROOT / "docs" / "security.md").read_text())) == len(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_holds_names_tests_that_exist(row: str) -> None:
    _what, names, result = LISTED[row]
    assert result in {"holds", "open"}
    assert bool(names) == (result == "holds"), "without a test a row is open"
    for name in names:
        path, _colons, test = name.partition("::")
        assert (ROOT / path).is_file(), name
        found = defined_in(ROOT / path)
        assert test in found if test else found, name


def test_every_test_that_the_page_names_exists() -> None:
    names = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "security.md").read_text())
    assert len(names) > len(ROWS) / 2
    for name in names:
        path, _colons, test = name.partition("::")
        assert (ROOT / path).is_file(), name
        assert not test or test in defined_in(ROOT / path), name
