"""Market releases: every fault with its line, and the release that comes with the product."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from benchmarks.market import COLUMNS, MarketError, parse_market, release_sha256

RELEASE = Path(settings.BASE_DIR) / "fixtures" / "markets" / "2026.csv"
HEADER = ",".join(COLUMNS)
GOOD = "connect_rate,standard,94.18,%,mean,banking,China,voice,2024,77 banks,,A publisher,page 3,A,"


def release(*lines: str, header: str = HEADER) -> bytes:
    """Make a file."""
    return "\n".join([header, *lines, ""]).encode()


def test_shipped_release_is_sound_and_honest() -> None:
    figures = parse_market(RELEASE.read_bytes())
    assert len(figures) == 91
    assert {figure.grade for figure in figures} == {"A", "B"}
    assert all(figure.source and figure.url and figure.year for figure in figures)
    assert all(f.variant == "unstated" for f in figures if f.kpi in {"service_level", "asa", "abandonment"})
    ceiling = [f for f in figures if f.kpi == "csat" and f.region == "China"]
    assert len(ceiling) == 3
    assert all("ceiling" in figure.note for figure in ceiling)


def test_bom_and_blank_lines_are_accepted() -> None:
    figures = parse_market(b"\xef\xbb\xbf" + release(GOOD, "", GOOD.replace("2024", "2023")))
    assert [figure.line for figure in figures] == [2, 4]


def test_hash_depends_on_content_alone() -> None:
    other = GOOD.replace("2024", "2023")
    one = release_sha256(parse_market(release(GOOD, other)))
    assert one == release_sha256(parse_market(release(other, GOOD.replace("94.18", "94.1800"))))
    assert one != release_sha256(parse_market(release(GOOD, other.replace("94.18", "94.19"))))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (GOOD.replace("connect_rate", "luck"), "unknown KPI “luck”"),
        (GOOD.replace("standard", "lucky"), "unknown variant “lucky”"),
        (GOOD.replace(",%,", ",s,"), "unit “s”"),
        (GOOD.replace("mean", "rumour"), "statistic “rumour”"),
        (GOOD.replace(",A,", ",C,"), "grade “C” is refused"),
        (GOOD.replace("A publisher", ""), "source is missing"),
        (GOOD.replace("page 3", ""), "url is missing"),
        (GOOD.replace("2024", ""), "year “”"),
        (GOOD.replace("2024", "~2022"), "year “~2022”"),
        (GOOD.replace("94.18", "NaN"), "value “NaN”"),
        (GOOD.replace("94.18", "inf"), "value “inf”"),
        (GOOD.replace("94.18", "1e30"), "value “1e30”"),
        (GOOD.replace("94.18", "ninety"), "value “ninety”"),
        (GOOD.replace("94.18", "1_0"), "value “1_0”"),
        (GOOD.replace("94.18", "94.12345"), "at most 4 decimals"),
        (GOOD.replace("94.18", "194"), "not a share"),
        (GOOD.replace("voice", "smoke"), "channel “smoke”"),
        (GOOD.replace("China", ""), "region is missing"),
        (GOOD.replace("77 banks", "x" * 61), "n is longer"),
        (GOOD + ",more", "16 cells instead of 15"),
        ('"' + GOOD, "not readable as CSV"),
    ],
)
def test_fault_is_named_with_its_line(line: str, words: str) -> None:
    with pytest.raises(MarketError) as caught:
        parse_market(release(GOOD, line))
    assert [fault.line for fault in caught.value.faults] == [3]
    assert words in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(MarketError) as caught:
        parse_market(release(GOOD.replace("94.18", "x"), GOOD, GOOD, GOOD.replace(",A,", ",C,")))
    assert [(fault.line, fault.message[:15]) for fault in caught.value.faults] == [
        (2, "value “x” is no"),
        (4, "the same figure"),
        (5, "grade “C” is re"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1: the file is empty"),
        (release(), "line 1: there are no figures"),
        (release(GOOD, header="kpi,value"), "line 1: the columns must be"),
        (release(GOOD).replace(b"A publisher", b"Caf\xe9"), "line 2: the file is not UTF-8"),
        (release(GOOD).replace(b"A publisher", b"\0"), "line 2: there is a NUL"),
        ("kpi".encode("utf-16"), "not UTF-8"),
        (b"x" * 5_000_001, "larger than"),
    ],
)
def test_unusable_file_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(MarketError, match=words):
        parse_market(content)
