"""The certification report as HTML and as PDF, in the document's language."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from benchmarks.charts.canvas import shortened, units
from reports.carried import CONTENT, EDITION, MANIFEST, REPORT, manifest
from reports.charts import PAPER
from reports.house import TEXTS, dyed, ordered
from reports.pdf import Attached, printable, require_glyphs, write
from reports.pdf.logo import LOGO_URL
from reports.pdf.typefaces import ems, stack
from reports.renderers.beside import beside
from reports.renderers.fieldwork import former_words, measure_groups, work_words
from reports.renderers.labels import address_lines, day_format, label, language_words, numeral, place_words, route_words
from reports.renderers.pips import pips_class, pips_styles
from reports.renderers.summary import summary_of

if TYPE_CHECKING:
    from reports.document import CertificationReport, CriterionRow, EvidenceItem, FindingEntry, Imprint
    from reports.house import Dress

SHORT = 8
CODE_UNITS = 6  # half characters of a criterion's code that the narrow column holds
# What the summary has room for of a decision's reasons, in half characters; the engagement gives them in full.
REASON_UNITS = 280
# What the running head holds beside the chapter's name: 120 mm of 8 pt, in ems, less a little for the ellipses.
HEAD_EMS = 41.5


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished file and what is known of it."""

    data: bytes
    pages: int
    content_sha256: str


def render_pdf(report: CertificationReport, second: CertificationReport | None = None) -> Printed:
    """Return the report as PDF, carrying its own content as canonical JSON; equal documents give equal bytes.

    ``second`` is the same report in the language that ``report.beside`` names: its words stand beside the first's.
    Raises MissingGlyphError when a character has no glyph in any of the bundled typefaces.
    """
    html = printable(render_html(report, second))
    require_glyphs(html, [*report.texts(), *(second.texts() if second else ())])
    content = report.canonical()
    content_sha256 = hashlib.sha256(content).hexdigest()
    data, pages = write(
        html,
        css=style_of(report),
        identifier=bytes.fromhex(content_sha256),
        at=report.imprint.printed_at,
        attached=attachments(REPORT, content, content_sha256, report.edition_json, report.imprint),
        pictures={LOGO_URL: report.logo} if report.logo else {},
    )
    return Printed(data, pages, content_sha256)


def style_of(report: CertificationReport, fonts: str = "") -> str:
    """Return the style sheet of a report in the colours of its dress; ``fonts``: others than those of print."""
    facts = {"fonts": fonts or stack(report.language), "beside": fonts or stack(report.beside)}
    css = get_template("reports/certification.css").render({**facts, "pips": pips_styles(report)})
    return dyed(css, report.dress)


def attachments(
    kind: str, content: bytes, content_sha256: str, edition_json: bytes, imprint: Imprint
) -> list[Attached]:
    """Return the files that a document carries: its content, the edition, and the manifest that names both."""
    edition_sha256 = hashlib.sha256(edition_json).hexdigest()
    named = manifest(
        kind,
        content_sha256=content_sha256,
        edition_sha256=edition_sha256,
        at=imprint.printed_at,
        ledger_sequence=imprint.ledger_sequence,
        ledger_head=imprint.ledger_head,
    )
    return [
        Attached(CONTENT[kind], f"SHA-256 {content_sha256}", content),
        Attached(EDITION, f"SHA-256 {edition_sha256}", edition_json),
        Attached(MANIFEST, f"SHA-256 {hashlib.sha256(named).hexdigest()}", named),
    ]


def render_html(
    report: CertificationReport, second: CertificationReport | None = None, *, cover_only: bool = False
) -> str:
    """Return the report, whole or its cover, as one HTML page in its language; times are in the site's time zone."""
    languages = [language_words(each.language) for each in (report, second) if each]
    told = {"content_sha256": report.content_sha256(), "cover_only": cover_only, "both": languages if second else []}
    page = _page(report, told)
    if second is None:
        return page
    # What belongs to the printing is that of the file; of the body's own texts, each stands in what languages it has.
    dress = _dress(report.dress, second.dress)
    same = replace(second, imprint=report.imprint, beside=report.beside, logo=report.logo, dress=dress)
    return beside(page, _page(same, told), report.beside)


def _dress(first: Dress | None, second: Dress | None) -> Dress | None:
    """Return the dress of the second language, with the first's texts where the two do not both have one."""
    if first is None or second is None:
        return first
    alone: dict[str, Any] = {
        name: getattr(first, name) for name in TEXTS if not (getattr(first, name) and getattr(second, name))
    }
    return replace(second, **alone)


def _page(report: CertificationReport, told: dict[str, Any]) -> str:
    with translation.override(report.language), timezone.override(report.engagement.site.time_zone):
        return get_template("reports/certification.html").render({**_context(report), **told})


def _context(report: CertificationReport) -> dict[str, Any]:
    """Prepare what the template shows: the document itself, and everything that needs words or a look-up."""
    register = {item.label: item for item in report.evidence}
    site = report.engagement.site
    return {
        "r": report,
        "e": report.engagement,
        "s": summary_of(report, replace(PAPER, font=stack(report.language))),
        "logo_url": LOGO_URL,
        "parts": _parts(report),
        "more_distribution": report.dress.distribution.splitlines() if report.dress else [],
        "fonts": stack(report.language),
        "qr": _qr(report),
        "day": day_format(),
        "running": _running_head(report),
        "name_size": _name_size(report.engagement.auditee.name),
        "rows_read": f"{report.records.rows_read:,}" if report.records else "",
        "rows_used": f"{report.records.rows_used:,}" if report.records else "",
        "title": _("Certification report") if report.engagement.kind == "certification" else _("Assessment report"),
        "kind": label("audit_kind", report.engagement.kind),
        "status": label("audit_status", report.engagement.status),
        "auditee_address": address_lines(report.engagement.auditee.address, report.engagement.auditee.country),
        "conductor_address": address_lines(report.engagement.conductor.address, report.engagement.conductor.country),
        "site_place": place_words(site.city, site.country),
        "sites": [(each, place_words(each.city, each.country)) for each in report.engagement.sites],
        "industry": label("industry", site.industry),
        "channels": ", ".join(label("channel", channel) for channel in site.channels),
        "languages": ", ".join(language_words(code) for code in site.languages),
        "team": [(person.name, label("team_role", person.role)) for person in report.engagement.team],
        "tier_titles": {tier.code: tier.title for tier in report.tiers},
        "tier_title": _tier_title(report, report.tier or ""),
        "decided_tier": _tier_title(report, report.decision.tier) if report.decision else "",
        "short_reason": shortened(report.decision.reason, REASON_UNITS) if report.decision else "",
        "route": route_words(report.decision.route) if report.decision else "",
        "certificate_status": label("certificate_status", report.certificate.status) if report.certificate else "",
        "usual": _usual_levels(report),
        "sections": [_section(report, section, register) for section in report.sections],
        "findings": [_finding(report, kind) for kind in ("major", "minor", "opportunity", "strength")],
        "facts": [(fact.title, route_words(fact.value), fact.note) for fact in report.facts],
        "f": work_words(report.fieldwork),
        "former": former_words(report.fieldwork),
        "samples": [(sample, label("sample_method", sample.method)) for sample in report.fieldwork.drawn],
        "measures": measure_groups(report.basis.measurements),
        "own_key": settings.SIGNING.is_own,
        "check_url": f"{settings.PUBLIC_URL}/verify/file/",
        "evidence": [(item, label("evidence_kind", item.kind)) for item in report.evidence],
    }


def _parts(report: CertificationReport) -> list[dict[str, str]]:
    """Return the sections in their order, which an organisation may change within bounds."""
    titles = {
        "summary": _("Executive summary"),
        "engagement": _("The engagement"),
        "gates": _("Tiers and gates"),
        "market": _("Against the market"),
        "findings": _("Findings"),
        "samples": _("Samples and their reach"),
        "criteria": _("All criteria"),
        "evidence": _("Evidence register"),
        "measurements": _("Measurements"),
        "methods": _("Methods, limits and distribution"),
    }
    there = [code for code in titles if code != "measurements" or report.basis.measurements]
    order = ordered(there, report.dress.order) if report.dress else there
    return [{"code": code, "title": titles[code], "template": f"reports/sections/{code}.html"} for code in order]


def _tier_title(report: CertificationReport, code: str) -> str:
    return next((tier.title for tier in report.tiers if tier.code == code), code)


def _running_head(report: CertificationReport) -> str:
    """Return organisation and centre for the head of each page, both shortened where the line is too short for them."""
    prefix = _("DRAFT – not submitted") + " · " if report.draft else ""
    organisation, centre = report.engagement.auditee.name, report.engagement.site.name
    room = HEAD_EMS - ems(f"{prefix} · ")
    organisation = shortened(organisation, max(room / 2, room - ems(centre)), ems)
    return f"{prefix}{organisation} · {shortened(centre, room - ems(organisation), ems)}"


def _name_size(name: str) -> str:
    """Return the class under which a name of this length fits the cover."""
    return next((size for limit, size in ((48, ""), (96, "long")) if units(name) <= limit), "longest")


def _qr(report: CertificationReport) -> str:
    """Return the QR code of the certificate's public page as inline SVG, or nothing without a certificate."""
    return qr_code(report.certificate.verify_url) if report.certificate else ""


def qr_code(url: str) -> str:
    """Return the QR code of an address of ours as inline SVG."""
    code = segno.make(url, error="m", micro=False)
    drawing: str = code.svg_inline(border=0, scale=4, dark=PAPER.ink, title=_("Address of the public page"))
    return mark_safe(drawing)  # noqa: S308 - drawn by segno from an address of ours


def _section(report: CertificationReport, section: Any, register: dict[str, EvidenceItem]) -> dict[str, Any]:
    focus = report.focus
    score = next((block for block in focus.blocks if block.code == section.code), None) if focus else None
    tiers = {tier.code: numeral(place) for place, tier in enumerate(report.tiers, 1)}
    return {
        "section": section,
        "score": score,
        "clauses": [(clause, [_row(row, tiers, register) for row in clause.rows]) for clause in section.clauses],
    }


def _usual_levels(report: CertificationReport) -> dict[str, Any]:
    """Return the scale that most criteria have, whether some have another, and whether codes need more room."""
    rows = [row for section in report.sections for clause in section.clauses for row in clause.rows]
    ranked = Counter(row.scale for row in rows).most_common()
    long_codes = any(units(row.code) > CODE_UNITS for row in rows)
    return {"scale": ranked[0][0] if ranked else None, "mixed": len(ranked) > 1, "long_codes": long_codes}


def _row(row: CriterionRow, tiers: dict[str, str], register: dict[str, EvidenceItem]) -> dict[str, Any]:
    return {
        "row": row,
        "pips": pips_class(row),
        "tier": tiers.get(row.tier, row.tier),
        "refs": [(name, register[name].sha256[:SHORT]) for name in row.evidence if name in register],
    }


def _finding(report: CertificationReport, kind: str) -> tuple[str, list[tuple[FindingEntry, str]]]:
    """Return the findings of one grading; those that are followed up with their state in words."""
    found = [finding for finding in report.findings if finding.kind == kind]
    states = [label("finding_state", each.correction.state) if each.correction else "" for each in found]
    return label("finding_kind", kind), list(zip(found, states, strict=True))
