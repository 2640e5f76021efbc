"""The certification report on the real edition: our whole way against WeasyPrint alone on the same HTML; its proof.

Ours: reading the audit from the database, the document, charts, HTML, the check for glyphs, the PDF with its content
attached. The baseline gets the finished HTML, the parsed style sheets and the loaded typefaces. Both are warm.
"""

from __future__ import annotations

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

REPEATS = 5
OWN_BUDGET = SEAL_BUDGET = 0.3
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EDITION = Path(__file__).resolve().parents[2] / "fixtures" / "standards" / "four-block-2026.yaml"


def rows() -> list[Row]:
    """Return the whole render and our own part of it."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    audit = _audit()
    ours, alone, own = _timed(audit)
    sealed, certificate, checked = _sealed(audit)
    peak = _peak_mib()
    return [
        Row("PDF report: embedding and signing", sealed, "the budget of 0.3 s", SEAL_BUDGET, peak),
        Row("PDF certificate, signed", certificate, "the report, whole", ours, peak),
        Row("verify_report: the check of a report", checked, "the report, whole", ours, peak),
        Row(f"PDF report, {audit.answers.count()} criteria", ours, "WeasyPrint alone, same HTML", alone, peak),
        Row("PDF report, our part without WeasyPrint", own, "the budget of 0.3 s", OWN_BUDGET, peak),
    ]


def _timed(audit: Audit) -> tuple[float, float, float]:
    """Return the best times of: ours, WeasyPrint alone, our part; in turn, so that all meet the same busy machine."""
    from django.template.loader import get_template
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from reports.pdf import printable, require_glyphs
    from reports.pdf.fetcher import BundledOnly
    from reports.pdf.metadata import VARIANT
    from reports.pdf.typefaces import families_for, font_face_css, stack
    from reports.renderers import render_html, render_pdf
    from reports.selectors import audit_document

    report = audit_document(audit, language="en", at=AT)
    html = printable(render_html(report))
    fonts, fetcher = FontConfiguration(), BundledOnly()
    css = get_template("reports/certification.css").render({"fonts": stack("en")})
    texts = [*map(font_face_css, families_for(html)), css]
    sheets = [CSS(string=text, font_config=fonts, url_fetcher=fetcher, base_url="nowhere:/") for text in texts]

    def ours() -> Any:
        return render_pdf(audit_document(audit, language="en", at=AT))

    def alone() -> Any:
        page = HTML(string=html, url_fetcher=BundledOnly(), base_url="nowhere:/")
        return page.write_pdf(
            stylesheets=sheets, font_config=fonts, pdf_tags=True, pdf_variant=VARIANT, pdf_identifier=b"x"
        )

    def own() -> None:
        document = audit_document(audit, language="en", at=AT)
        require_glyphs(printable(render_html(document)), document.texts())
        document.content_sha256()

    found: dict[str, list[float]] = {"ours": [], "alone": [], "own": []}
    for function in (ours, alone, own):
        function()
    for _repeat in range(REPEATS):
        for function in (ours, alone, own):
            found[function.__name__].append(_seconds(function))
    return min(found["ours"]), min(found["alone"]), min(found["own"])


def _sealed(audit: Audit) -> tuple[float, float, float]:
    """Return the best times of: what the proof adds to a report, a signed certificate, and the check of a report.

    The proof is the content as canonical JSON, the edition and the manifest, embedded, and the signature over all.
    """
    import tempfile

    from reports.carried import REPORT
    from reports.checking import check
    from reports.pdf import write
    from reports.renderers import render_certificate, render_pdf
    from reports.renderers.certification import attachments
    from reports.selectors import audit_document, certificate_document
    from reports.signing.keys import key_of
    from reports.signing.pades import signed
    from reports.signing.source import KeySource

    key = key_of(KeySource(Path(tempfile.mkdtemp())))
    report = audit_document(audit, language="en", at=AT)
    data = render_pdf(report).data
    page = '<html lang="en"><title>Empty</title><p>Empty.'

    def blank(*, proof: bool) -> Any:
        """Print an empty page, with the proof of the report or without: the difference is what embedding takes."""
        content = report.canonical() if proof else b""
        files = attachments(REPORT, content, "0" * 64, report.edition_json, report.imprint) if proof else []
        return write(page, css="", identifier=b"x" * 32, at=AT, attached=files)

    def certificate() -> Any:
        return signed(render_certificate(certificate_document(audit, language="en", at=AT)).data, key)

    sealed = signed(data, key)
    found = {
        "empty": lambda: blank(proof=False),
        "embedding": lambda: blank(proof=True),
        "signing": lambda: signed(data, key),
        "certificate": certificate,
        "check": lambda: check(sealed, (key.certificate,)),
    }
    best = {name: min(_seconds(function) for _repeat in range(REPEATS)) for name, function in found.items()}
    return best["embedding"] - best["empty"] + best["signing"], best["certificate"], best["check"]


def _seconds(function: Callable[[], Any]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _audit() -> Audit:
    """Make an audit with every criterion answered, notes, ten files and twelve findings."""
    from django.db import transaction

    from audits.models import Finding, FindingKind
    from audits.services.results import result_refresh
    from standards.services import edition_load, edition_publish
    from tests.factories import leader_of, make_audit
    from tests.reports.rows import answer_all, make_certificate, make_evidence

    edition = edition_publish(edition=edition_load(data=EDITION.read_text(), at=AT).edition, at=AT)
    audit = make_audit(edition=edition)
    answer_all(audit, 4)
    for number in range(10):
        make_evidence(audit, f"File {number}", *(f"A1.{place}" for place in range(1, 5)))
    criterion, leader = audit.answers.all()[0].criterion, leader_of(audit)
    for number in range(1, 13):
        Finding.objects.create(
            audit=audit,
            criterion=criterion,
            number=number,
            kind=FindingKind.MINOR,
            statement="One of five teams worked with the edition of last year.",
            objective_evidence="Record 4711 of 12 May 2026 and the interview with the shift lead.",
            due=date(2026, 12, 31),
            raised_by=leader,
            raised_at=AT,
        )
    audit.refresh_from_db()
    with transaction.atomic():
        result_refresh(audit=audit, by=leader, at=AT)
    make_certificate(audit, tier="operational")
    return audit


def _peak_mib() -> float:
    """Return the peak memory of this process, which nothing else runs in."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
