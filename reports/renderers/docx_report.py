"""The certification report as a Word file for those who must edit it: an editable copy, never the signed report."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.utils import dateformat, timezone, translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from accounts.countries import country_words
from reports.charts import shown
from reports.renderers.cells import clean
from reports.renderers.certification import Printed
from reports.renderers.labels import address_lines, day_format, label, route_words
from reports.renderers.market import comparison_row
from reports.renderers.summary import summary_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from docx.document import Document as Word
    from docx.table import _Cell

    from reports.document import CertificationReport, CriterionRow, FindingEntry

INK, ACCENT, MUTED = RGBColor(0x1D, 0x25, 0x24), RGBColor(0x10, 0x30, 0x2F), RGBColor(0x56, 0x60, 0x5E)
HEAD = "10302F"
FONTS = {"en": "Calibri", "zh-hans": "Microsoft YaHei", "zh-hant": "Microsoft JhengHei"}
WIDTH = 17.0  # cm between the margins of A4
SHORT = 8  # digits of a hash


def render_docx(report: CertificationReport) -> Printed:
    """Return the report as DOCX in its language; ``pages`` is the number of criteria that it lists.

    Every text is a plain run: nothing that people typed becomes a field, a link or markup.
    """
    with translation.override(report.language), timezone.override(report.engagement.site.time_zone):
        word = Document()
        _style(word, report)
        _cover(word, report)
        _summary(word, report)
        _engagement(word, report)
        _market(word, report)
        _findings(word, report)
        listed = _criteria(word, report)
        _evidence(word, report)
        _closing(word, report)
    file = io.BytesIO()
    word.save(file)
    return Printed(file.getvalue(), listed, report.content_sha256())


def _style(word: Word, report: CertificationReport) -> None:
    """Set page, typefaces and headings; the mark that it is a copy stands on every page."""
    page = word.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin, page.bottom_margin = Cm(2.4), Cm(2)
    name = FONTS.get(report.language, FONTS["en"])
    for code, size, colour in (("Normal", 10, INK), ("Heading 1", 18, ACCENT), ("Heading 2", 13, ACCENT),
                               ("Heading 3", 11, ACCENT), ("Title", 26, ACCENT)):  # fmt: skip
        style = word.styles[code]
        style.font.name, style.font.size, style.font.color.rgb = name, Pt(size), colour
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
    word.styles["Normal"].paragraph_format.space_after = Pt(4)
    head = page.header.paragraphs[0]
    _run(head, _("Editable copy, not the signed report"), bold=True, size=8)
    _run(head, f" · {report.engagement.reference} · {report.engagement.auditee.name}", size=8)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _page_number(foot)
    core = word.core_properties
    core.title = clean(f"{_('Certification report')} {report.engagement.reference}")
    core.author, core.comments = clean(report.engagement.conductor.name), _("Editable copy, not the signed report")
    core.created = core.modified = report.imprint.printed_at.replace(tzinfo=None)
    core.language = report.language


def _run(paragraph: object, text: str, *, bold: bool = False, size: float | None = None, muted: bool = False) -> None:
    run = paragraph.add_run(clean(text))  # type: ignore[attr-defined] # a paragraph of head, body or cell
    run.bold = bold or None
    if size:
        run.font.size = Pt(size)
    if muted:
        run.font.color.rgb = MUTED


def _page_number(paragraph: object) -> None:
    """Put the number of the page as a field of our own."""
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()  # type: ignore[attr-defined]
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001 - the library has no other way to a field


def _day(value: date | None) -> str:
    return dateformat.format(value, day_format()) if value else "–"


def _cover(word: Word, report: CertificationReport) -> None:
    engagement = report.engagement
    kind = _("Certification report") if engagement.kind == "certification" else _("Assessment report")
    word.add_paragraph(clean(kind), style="Title")
    _run(word.add_paragraph(), engagement.auditee.name, bold=True, size=16)
    _run(word.add_paragraph(), engagement.site.name, size=13)
    notice = word.add_paragraph()
    _run(notice, _("Editable copy, not the signed report") + ". ", bold=True)
    _run(
        notice,
        _(
            "What stands here may have been changed by whoever had the file. The signed PDF of the same content "
            "counts; its content has the SHA-256 %(hash)s."
        )
        % {"hash": report.content_sha256()},
    )
    if report.draft:
        _run(word.add_paragraph(), _("DRAFT – not submitted"), bold=True)
    if report.is_demo:
        _run(word.add_paragraph(), _("Demonstration: organisations, persons and results are invented."), muted=True)


def _summary(word: Word, report: CertificationReport) -> None:
    summary = summary_of(report)
    word.add_heading(clean(_("Executive summary")), 1)
    _text(word, report.engagement.summary)
    _text(word, summary.recommendation)
    _table(
        word,
        (_("Tier"), _("Points"), _("Wanted"), _("State"), _("Not met")),
        (
            (
                tier.title,
                shown(tier.total.low) if tier.total.settled else f"{shown(tier.total.low)}–{shown(tier.total.high)}",
                shown(tier.wanted) if tier.wanted is not None else "–",
                panel.state_words,
                ", ".join(gate.title for gate in tier.knocked_out) or "–",
            )
            for tier, panel in zip(report.tiers, summary.tiers, strict=True)
        ),
        (4, 2.2, 2, 2.8, 6),
    )
    if report.focus is not None:
        word.add_heading(clean(_("Block scores, as the tier %(tier)s counts them") % {"tier": report.focus.title}), 2)
        _table(
            word,
            (_("Block"), _("Points"), _("of"), "%"),
            (
                (
                    f"{block.code} {block.title}",
                    shown(block.points.low)
                    if block.points.settled
                    else f"{shown(block.points.low)}–{shown(block.points.high)}",
                    shown(block.maximum),
                    shown(block.percent.low)
                    if block.percent.settled
                    else f"{shown(block.percent.low)}–{shown(block.percent.high)}",
                )
                for block in report.focus.blocks
            ),
            (9, 3, 2.5, 2.5),
        )
    if summary.gaps:
        word.add_heading(clean(_("Largest gaps")), 2)
        _table(
            word,
            (_("Criterion"), _("Title"), _("Level"), _("Points lost")),
            ((gap.code, gap.title, str(gap.level), gap.points) for gap in summary.gaps),
            (2.4, 10, 2, 2.6),
        )


def _engagement(word: Word, report: CertificationReport) -> None:
    engagement = report.engagement
    word.add_heading(clean(_("The engagement")), 1)
    team = "\n".join(f"{person.name}, {label('team_role', person.role)}" for person in engagement.team)
    auditee = "\n".join(
        [engagement.auditee.name, *address_lines(engagement.auditee.address, engagement.auditee.country)]
    )
    site = f"{engagement.site.name}, {engagement.site.city} ({country_words(engagement.site.country)})"
    facts = [
        (_("Reference"), engagement.reference),
        (_("Audited organisation"), auditee),
        (_("Contact centre"), site),
        (_("Conducting body"), engagement.conductor.name),
        (_("Kind and state"), f"{label('audit_kind', engagement.kind)} · {label('audit_status', engagement.status)}"),
        (_("Team"), team),
        (_("On site"), f"{_day(engagement.onsite_from)} – {_day(engagement.onsite_to)}"),
        (_("Scope"), engagement.scope),
        (_("Objectives"), engagement.objectives),
        (_("Criteria"), f"{report.edition.title} {report.edition.version}\nSHA-256 {report.edition.sha256}"),
        (_("Remote methods"), report.fieldwork.remote_methods),
        (_("Not covered, and why"), engagement.not_covered),
    ]
    decision, certificate = report.decision, report.certificate
    if decision is not None:
        titles = {tier.code: tier.title for tier in report.tiers}
        outcome = titles.get(decision.tier, decision.tier) if decision.granted else _("Not granted")
        when = _day(timezone.localtime(decision.decided_at).date())
        said = f"{outcome} · {when} · {decision.decided_by} · {route_words(decision.route)}\n{decision.reason}"
        facts.append((_("Decision"), said))
    if certificate is not None:
        valid = f"{_day(certificate.valid_from)} – {_day(certificate.valid_until)}"
        facts.append((_("Certificate"), f"{certificate.number}\n{valid}\n{certificate.verify_url}"))
    _pairs(word, facts)


def _market(word: Word, report: CertificationReport) -> None:
    if not report.comparisons:
        return
    word.add_heading(clean(_("Against the market")), 1)
    rows = [comparison_row(each) for each in report.comparisons]
    _table(
        word,
        (_("KPI"), _("Measured"), _("95 % interval"), _("Market"), _("Verdict"), _("Source")),
        ((r.title, r.value or "–", r.interval or "–", r.figure or "–", r.verdict_words, r.source) for r in rows),
        (3.6, 2, 2.4, 2, 3, 4),
    )


def _findings(word: Word, report: CertificationReport) -> None:
    word.add_heading(clean(_("Findings")), 1)
    _text(word, report.fieldwork.conclusion)
    if not report.findings:
        _text(word, _("No findings were raised. An audit samples: this is no proof that there are none."))
    for kind in ("major", "minor", "opportunity", "strength"):
        found = [each for each in report.findings if each.kind == kind]
        if found:
            word.add_heading(clean(f"{label('finding_kind', kind)} ({len(found)})"), 2)
        for finding in found:
            _finding(word, finding)


def _finding(word: Word, finding: FindingEntry) -> None:
    number = _("No. %(number)s") % {"number": finding.number}
    word.add_heading(clean(f"{number} · {finding.criterion} {finding.criterion_title}"), 3)
    facts = [(_("Objective evidence"), finding.objective_evidence), (_("Statement"), finding.statement)]
    correction = finding.correction
    if correction is not None:
        facts += [
            (_("State"), label("finding_state", correction.state)),
            (_("Correction"), correction.correction),
            (_("Root cause"), correction.root_cause),
            (_("Corrective action"), correction.action),
        ]
    if finding.closed_at:
        facts.append(
            (_("Closed"), f"{_day(timezone.localtime(finding.closed_at).date())} {finding.closing_note}".strip())
        )
    elif finding.due:
        facts.append((_("Correction due"), _day(finding.due)))
    _pairs(word, facts)


def _criteria(word: Word, report: CertificationReport) -> int:
    """List every criterion with level, reason and evidence; return how many there are."""
    word.add_heading(clean(_("All criteria")), 1)
    register = {item.label: item for item in report.evidence}
    listed = 0
    for section in report.sections:
        word.add_heading(clean(f"{section.code} {section.title}"), 2)
        for clause in section.clauses:
            word.add_heading(clean(f"{clause.code} {clause.title}"), 3)
            _table(
                word,
                (_("Criterion"), _("What is asked, and what was found"), _("Level"), _("Evidence")),
                (
                    (
                        row.code,
                        "\n".join(filter(None, (row.title, row.requirement, row.note))),
                        _level(row),
                        "\n".join(
                            f"{name} {register[name].sha256[:SHORT]}".strip()
                            for name in row.evidence
                            if name in register
                        ),
                    )
                    for row in clause.rows
                ),
                (2, 9.4, 2.8, 2.8),
            )
            listed += len(clause.rows)
    return listed


def _level(row: CriterionRow) -> str:
    if row.level is not None:
        return f"{row.level} / {row.scale.high}"
    if row.na_reason:
        return f"{_('N/A')}: {row.na_reason}"
    return _("Unanswered") if row.asked else _("Not asked here")


def _evidence(word: Word, report: CertificationReport) -> None:
    word.add_heading(clean(_("Evidence register")), 1)
    if not report.evidence:
        _text(word, _("No piece of evidence is stored with this audit."))
        return
    _table(
        word,
        (_("No."), _("Title"), _("Criteria"), "SHA-256"),
        ((item.label, item.title, ", ".join(item.criteria), item.sha256 or "–") for item in report.evidence),
        (1.6, 5.4, 3.5, 6.5),
    )


def _closing(word: Word, report: CertificationReport) -> None:
    word.add_heading(clean(_("Methods, limits and distribution")), 1)
    _text(
        word,
        _(
            "An audit samples: not everything was looked at, and what was not found may be there nevertheless. The "
            "recommendation is the team's; the decision is made by somebody who was not on the team."
        ),
    )
    if report.result_sha256:
        _pairs(word, [(_("Frozen result"), report.result_sha256)])
    if report.distribution:
        word.add_heading(clean(_("Distribution")), 2)
        for name in report.distribution:
            word.add_paragraph(clean(name), style="List Bullet")


def _text(word: Word, text: str) -> None:
    for part in text.splitlines():
        if part.strip():
            _run(word.add_paragraph(), part)


def _pairs(word: Word, facts: Sequence[tuple[str, str]]) -> None:
    """Set name and value beside each other; what is empty is left out."""
    table = word.add_table(0, 2)
    table.style, table.autofit = "Table Grid", False
    for name, value in facts:
        if not value:
            continue
        cells = table.add_row().cells
        _write(cells[0], name, bold=True, width=4.2)
        _write(cells[1], value, width=WIDTH - 4.2)
    word.add_paragraph()


def _table(word: Word, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> None:
    """Set a table whose head is repeated on every page and whose rows do not break."""
    table = word.add_table(1, len(heads))
    table.style, table.autofit = "Table Grid", False
    for cell, text, width in zip(table.rows[0].cells, heads, widths, strict=True):
        _write(cell, text, bold=True, width=width, shade=HEAD)
    _mark(table.rows[0], "w:tblHeader")
    for row in rows:
        added = table.add_row()
        _mark(added, "w:cantSplit")
        for cell, text, width in zip(added.cells, row, widths, strict=True):
            _write(cell, text, width=width)
    word.add_paragraph()


def _mark(row: object, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))  # type: ignore[attr-defined] # noqa: SLF001


def _write(cell: _Cell, text: str, *, width: float, bold: bool = False, shade: str = "") -> None:
    cell.width = Cm(width)
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    for place, part in enumerate(text.split("\n")):
        if place:
            paragraph.add_run().add_break()
        _run(paragraph, part, bold=bold, size=9)
    if shade:
        fill = OxmlElement("w:shd")
        fill.set(qn("w:val"), "clear")
        fill.set(qn("w:fill"), shade)
        cell._tc.get_or_add_tcPr().append(fill)  # noqa: SLF001 - the library has no other way to a shade
        for run in paragraph.runs:
            run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
