"""From a document to a page or a file: words in the asked language, charts, HTML, PDF."""

from reports.renderers.certificate import render_certificate
from reports.renderers.certification import Printed, render_html, render_pdf
from reports.renderers.lens import render_lens_pdf
from reports.renderers.lens_workbook import render_lens_workbook
from reports.renderers.summary import Summary, summary_of

__all__ = [
    "Printed",
    "Summary",
    "render_certificate",
    "render_html",
    "render_lens_pdf",
    "render_lens_workbook",
    "render_pdf",
    "summary_of",
]
