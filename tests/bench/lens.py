"""A lens report on the shipped edition: our whole way against the least that the same work can take.

The document: from the database to everything that ISO 9001:2015 is told, against fetching the audit and its answers
with Django and nothing else. The PDF: against WeasyPrint alone on the same HTML. The workbook: against openpyxl
writing the same cells. All are warm.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from audits.models import Audit
    from reports.lens_document import LensReport

REPEATS = 5
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EDITION = Path(__file__).resolve().parents[2] / "fixtures" / "standards" / "four-block-2026.yaml"
LENS = "iso9001"


def rows() -> list[Row]:
    """Return document, PDF and workbook."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    audit = _audit()
    report = _report(audit)
    count = audit.answers.count()
    timed = {
        f"Lens report: document, {count} criteria": (
            "fetching audit and answers alone",
            (lambda: _report(audit), lambda: _fetch(audit)),
        ),
        f"Lens report: PDF, {count} criteria": (
            "WeasyPrint alone, same HTML",
            (lambda: _pdf(audit), _weasyprint(report)),
        ),
        f"Lens report: workbook, {count} criteria": (
            "openpyxl alone, same cells",
            (lambda: _workbook(audit), _openpyxl(report)),
        ),
    }
    found = [(what, baseline, *_best(*pair)) for what, (baseline, pair) in timed.items()]
    peak = _peak_mib()
    return [Row(what, ours, baseline, theirs, peak) for what, baseline, ours, theirs in found]


def _report(audit: Audit) -> LensReport:
    from reports.selectors import LensChoices, lens_document
    from standards.shelf import lenses

    choices = LensChoices(number="QM 4711", body="Body", valid_until=date(2027, 1, 1), covers=True)
    return lens_document(audit, lenses()[LENS], choices=choices, language="en", at=AT)


def _fetch(audit: Audit) -> Any:
    from audits.models import Audit as Model

    found = Model.objects.select_related("centre", "auditee", "conductor", "edition").get(pk=audit.pk)
    return list(found.current_answers.select_related("criterion"))


def _pdf(audit: Audit) -> Any:
    from reports.renderers import render_lens_pdf

    return render_lens_pdf(_report(audit))


def _weasyprint(report: LensReport) -> Callable[[], Any]:
    """Return WeasyPrint alone: finished HTML, parsed style sheets, loaded typefaces."""
    from django.template.loader import get_template
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from reports.pdf import printable
    from reports.pdf.fetcher import BundledOnly
    from reports.pdf.typefaces import families_for, font_face_css, stack
    from reports.renderers.lens import render_lens_html

    html = printable(render_lens_html(report))
    fonts, fetcher = FontConfiguration(), BundledOnly()
    css = get_template("reports/lens_report.css").render({"fonts": stack("en")})
    texts = [*map(font_face_css, families_for(html)), css]
    sheets = [CSS(string=text, font_config=fonts, url_fetcher=fetcher, base_url="nowhere:/") for text in texts]

    def alone() -> Any:
        page = HTML(string=html, url_fetcher=BundledOnly(), base_url="nowhere:/")
        return page.write_pdf(stylesheets=sheets, font_config=fonts, pdf_tags=True)

    return alone


def _workbook(audit: Audit) -> Any:
    from reports.renderers import render_lens_workbook

    return render_lens_workbook(_report(audit))


def _openpyxl(report: LensReport) -> Callable[[], Any]:
    """Return openpyxl alone: the same values into a workbook without any format."""
    import openpyxl

    from reports.renderers import render_lens_workbook

    made = openpyxl.load_workbook(io.BytesIO(render_lens_workbook(report).data))
    sheets = [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in made.worksheets]

    def alone() -> Any:
        book = openpyxl.Workbook()
        for title, cells in sheets:
            sheet = book.create_sheet(title)
            for row in cells:
                sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        return file

    return alone


def _best(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float]:
    """Return the best time of each, in turn, so that both meet the same busy machine."""
    found: tuple[list[float], list[float]] = ([], [])
    for repeat in range(REPEATS + 1):
        for times, function in zip(found, (ours, theirs), strict=True):
            start = time.perf_counter()
            function()
            if repeat:
                times.append(time.perf_counter() - start)
    return min(found[0]), min(found[1])


def _audit() -> Audit:
    from standards.services import edition_load, edition_publish
    from tests.factories import make_audit
    from tests.reports.rows import answer_all

    edition = edition_publish(edition=edition_load(data=EDITION.read_text(), at=AT).edition, at=AT)
    audit = make_audit(edition=edition)
    answer_all(audit, 4)
    return audit


def _peak_mib() -> float:
    """Return the peak memory of this process, which nothing else runs in."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
