"""The certificate on one page of A4, in its language; long scopes and many sites go to an annex."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.countries import country_words
from audits.words import EVENTS
from benchmarks.charts.canvas import shortened, units
from reports.carried import CERTIFICATE
from reports.charts.rosette import rosette
from reports.house import dyed
from reports.pdf import printable, require_glyphs, write
from reports.pdf.logo import LOGO_URL
from reports.pdf.typefaces import stack
from reports.renderers.certification import Printed, attachments, qr_code
from reports.renderers.labels import address_lines, day_format

if TYPE_CHECKING:
    from reports.certificate_document import CertificateDocument

# What the page has room for: of a scope, in half characters, whole or beside the hint at the annex; and of sites.
SCOPE_UNITS, BESIDE_ANNEX = 460, 300
MOST_SITES = 3


def render_certificate(document: CertificateDocument) -> Printed:
    """Return the certificate as PDF, carrying its content as canonical JSON; equal documents give equal bytes.

    Raises MissingGlyphError when a character has no glyph in any of the bundled typefaces.
    """
    html = printable(certificate_html(document))
    require_glyphs(html, document.texts())
    content = document.canonical()
    content_sha256 = hashlib.sha256(content).hexdigest()
    data, pages = write(
        html,
        css=dyed(get_template("reports/certificate.css").render({"fonts": stack(document.language)}), document.dress),
        identifier=bytes.fromhex(content_sha256),
        at=document.imprint.printed_at,
        attached=attachments(CERTIFICATE, content, content_sha256, document.edition_json, document.imprint),
        pictures={LOGO_URL: document.logo} if document.logo else {},
    )
    return Printed(data, pages, content_sha256)


def certificate_html(document: CertificateDocument) -> str:
    """Return the certificate as one HTML page in its language; times are in the site's time zone."""
    with translation.override(document.language), timezone.override(document.time_zone):
        return get_template("reports/certificate.html").render(_context(document))


def _context(document: CertificateDocument) -> dict[str, Any]:
    annex = units(document.scope) > SCOPE_UNITS or len(document.sites) > MOST_SITES
    several = len(document.sites) > 1
    steps = {step: str(words) for step, words in EVENTS.items()}
    return {
        "d": document,
        "logo_url": LOGO_URL,
        "c": document.certificate,
        "day": day_format(),
        "content_sha256": document.content_sha256(),
        "scope": shortened(document.scope, BESIDE_ANNEX) if annex else document.scope,
        "address": ", ".join([*address_lines(document.holder.address, document.holder.country)]),
        "annex": annex,
        "several": several,
        "scopes_shown": several and not annex,
        "sites": [(site, country_words(site.country)) for site in document.sites],
        "shown_sites": [(site, country_words(site.country)) for site in document.sites[:MOST_SITES]],
        "conductor_address": address_lines(document.conductor.address, document.conductor.country),
        "issues": [(issue, steps.get(issue.step, issue.step)) for issue in document.issues],
        "name_size": _size(document.holder.name),
        "qr": qr_code(document.certificate.verify_url),
        "rosette": mark_safe(rosette(size=400, colour="#2b5753")),  # noqa: S308 - drawn by us from numbers
        "title": _("Certificate"),
    }


def _size(name: str) -> str:
    """Return the class under which a name of this length fits two lines."""
    return next((size for limit, size in ((44, ""), (84, "long")) if units(name) <= limit), "longest")
