"""The management summary: one page whatever it has to say, and the numbers of the report."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pypdf
import pypdfium2
import pytest

from reports.document import Interval
from reports.papers import KINDS, Order
from reports.renderers.onepager import TIGHT, render_onepager
from tests.factories import AT, leader_of, make_audit
from tests.reports.rows import answer_all
from tests.reports.samples import make_findings, make_report

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = "An exceedingly long name of something that nobody ever dared to shorten, " * 6


def words_of(data: bytes) -> str:
    pages = list(pypdfium2.PdfDocument(data))
    assert len(pages) == 1
    return " ".join(pages[0].get_textpage().get_text_bounded().split())


def longest() -> Any:
    """Return a report in which everything is as long, and as often there, as it may be."""
    report = make_report()
    block = report.tiers[0].blocks[0]
    many = tuple(
        replace(block, code=f"K{place}", title=LONG, percent=Interval(Decimal(place), Decimal(place)))
        for place in range(1, 15)
    )
    compared = tuple(
        replace(each, kpi=f"k{n}", verdict="below", title=LONG) for n, each in enumerate(report.comparisons * 3)
    )
    sections = tuple(
        replace(
            section,
            clauses=tuple(
                replace(clause, rows=tuple(replace(row, title=LONG) for row in clause.rows))
                for clause in section.clauses
            ),
        )
        for section in report.sections
    )
    return replace(
        report,
        engagement=replace(
            report.engagement,
            auditee=replace(report.engagement.auditee, name=LONG),
            conductor=replace(report.engagement.conductor, name=LONG),
            site=replace(report.engagement.site, name=LONG),
        ),
        edition=replace(report.edition, title=LONG),
        tiers=tuple(replace(tier, blocks=many) for tier in report.tiers),
        comparisons=compared,
        sections=sections,
        findings=tuple(replace(each, statement=LONG, closed_at=None) for each in make_findings(60)),
        draft=True,
    )


def test_it_says_verdict_score_market_gaps_findings_and_what_to_do() -> None:
    report = make_report()
    words = words_of(render_onepager(report).data)
    open_ = [each for each in report.findings if each.kind in {"major", "minor"} and each.closed_at is None]
    assert "Certified: Operational" in words
    assert "671.3 points of 1000" in words
    assert f"{len(open_)} nonconformities open" in words
    assert "2 / 3 KPIs not below the market" in words
    assert "D1.3" in words
    assert "Close 3 major nonconformities. The first is due on 31 Dec 2026." in words
    assert "B3.2 from level 1 to 3" in words
    assert "D2.1 to level 4" in words
    assert "valid until 19 Nov 2029" in words


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_it_is_one_page_however_much_there_is(language: str) -> None:
    printed = render_onepager(replace(longest(), language=language))
    assert printed.pages == 1
    assert [*pypdf.PdfReader(io.BytesIO(printed.data)).attachments] == ["management_summary.json"]


def test_of_many_blocks_the_weakest_are_shown_and_the_others_counted() -> None:
    words = words_of(render_onepager(longest()).data)
    assert f"K{TIGHT.blocks}" in words
    assert f"K{TIGHT.blocks + 1}" not in words
    assert f"the weakest {TIGHT.blocks} of 14" in words


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda report: replace(report, decision=replace(report.decision, granted=False)), "not granted"),
        (lambda report: replace(report, decision=None, certificate=None), "Attained: Operational"),
        (lambda report: replace(report, decision=None, certificate=None), "outside the audit team"),
        (lambda report: replace(report, decision=None, certificate=None, tier=None), "No tier attained"),
        (lambda report: replace(report, decision=None, draft=True), "Not finished"),
        (lambda report: replace(report, comparisons=()), "Nothing was compared with the market."),
        (lambda report: replace(report, findings=()), "No nonconformity is open."),
    ],
)
def test_what_came_out_is_said_in_words(change: Callable[[Any], Any], said: str) -> None:
    assert said in words_of(render_onepager(change(make_report())).data)


@pytest.mark.django_db
def test_of_an_audit_that_has_only_begun_it_is_a_draft(django_assert_max_num_queries: Any) -> None:
    audit = make_audit()
    answer_all(audit, 3)
    order = Order(subject=audit, by=leader_of(audit), language="en", at=AT)
    with django_assert_max_num_queries(21):
        printed = KINDS["management_summary"].formats["pdf"](order)
    assert "Draft" in words_of(printed.data)
