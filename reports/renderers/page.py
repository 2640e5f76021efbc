"""The report as one page of a browser: all of its content before anybody waits for its pages to be set."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.template.loader import get_template

from reports.pdf.logo import LOGO_URL
from reports.renderers.certification import render_html, style_of

if TYPE_CHECKING:
    from reports.document import CertificationReport

FONTS = "system-ui, sans-serif"


def report_page(report: CertificationReport, second: CertificationReport | None, *, nonce: str) -> str:
    """Return the whole report as HTML that loads nothing; ``nonce`` lets its style sheet through the page's policy."""
    html = render_html(report, second)
    if report.logo:
        html = html.replace(LOGO_URL, "data:image/png;base64," + base64.b64encode(report.logo).decode())
    css = style_of(report, FONTS) + get_template("reports/on_screen.css").render()
    return html.replace("</head>", f'<style nonce="{nonce}">{css}</style></head>', 1)
