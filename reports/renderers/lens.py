"""A lens report in words: what page, PDF and workbook have in common, and the PDF."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from benchmarks.charts.canvas import span
from reports.charts import PAPER, SCREEN, GroupBar, Look, group_bars, shown
from reports.pdf import Attached, printable, require_glyphs, write
from reports.pdf.typefaces import stack
from reports.renderers.certification import Printed
from reports.renderers.labels import day_format

if TYPE_CHECKING:
    from decimal import Decimal

    from reports.document import Interval
    from reports.lens_document import LensDelta, LensGroup, LensItem, LensObstacle, LensReport


def render_lens_pdf(report: LensReport) -> Printed:
    """Return the report as PDF, carrying its content as canonical JSON (``lens.json``); equal documents, equal bytes.

    Raises MissingGlyphError when a character has no glyph in any of the bundled typefaces.
    """
    html = printable(render_lens_html(report))
    require_glyphs(html, report.texts())
    content = report.canonical()
    content_sha256 = hashlib.sha256(content).hexdigest()
    carried = Attached("lens.json", f"SHA-256 {content_sha256}", content)
    css = get_template("reports/lens_report.css").render({"fonts": stack(report.language)})
    at = report.imprint.printed_at
    data, pages = write(html, css=css, identifier=bytes.fromhex(content_sha256), at=at, attached=[carried])
    return Printed(data, pages, content_sha256)


def render_lens_html(report: LensReport) -> str:
    """Return the whole report as one HTML page in its language; times are in the site's time zone."""
    with translation.override(report.language), timezone.override(report.site.time_zone):
        look = replace(PAPER, font=stack(report.language))
        context = {
            "r": report,
            "w": lens_words(report, look),
            "content_sha256": report.content_sha256(),
            "day": day_format(),
        }
        return get_template("reports/lens_report.html").render(context)


@dataclass(frozen=True, slots=True)
class GroupWords:
    """A group as it is shown: its name, per cent, points, state and what stands in the way, in words."""

    group: LensGroup
    name: str
    share: str
    points: str
    state: str
    state_words: str
    bands: str
    counts: str


@dataclass(frozen=True, slots=True)
class LensWords:
    """Everything of a lens report that needs words or a picture."""

    figure: str
    groups: tuple[GroupWords, ...]
    whole: GroupWords
    uncovered: tuple[GroupWords, ...]
    items: tuple[tuple[LensItem, str], ...]
    reading: str
    limits: tuple[str, ...]
    refused: str
    effort: tuple[tuple[str, str], ...]
    delta_lists: tuple[tuple[str, tuple[LensObstacle, ...]], ...]
    file_facts: tuple[tuple[str, str], ...]


def lens_words(report: LensReport, look: Look = SCREEN) -> LensWords:
    """Put a report into words in the active language."""
    groups, names = tuple(_group_words(group) for group in report.groups), short_names(report)
    return LensWords(
        figure=_figure(report, look),
        groups=groups,
        whole=_group_words(report.whole),
        uncovered=tuple(each for each in groups if not each.group.covered),
        items=tuple((item, ", ".join(names[code] for code in item.groups)) for item in report.items),
        reading=_reading(report),
        limits=_limits(report),
        refused=refused_words(report.delta.refused) if report.delta else "",
        effort=_effort(report.delta) if report.delta else (),
        delta_lists=_delta_lists(report.delta) if report.delta else (),
        file_facts=(
            (_("Edition"), f"{report.edition.title} {report.edition.version}"),
            (_("SHA-256 of the edition"), report.edition.sha256),
            (_("Lens"), f"{report.lens.title}"),
            (_("SHA-256 of the lens"), report.lens.sha256),
            (_("SHA-256 of the frozen result"), report.result_sha256 or _("none: the audit is not submitted")),
            (_("SHA-256 of the content"), report.content_sha256()),
        ),
    )


def name_of(group: LensGroup) -> str:
    """Return number and title of a clause, or the title alone where the code is a word for programs."""
    if group.number == 0:
        return _("All criteria of the lens")
    return f"{group.code} {group.title}" if _is_number(group.code) else group.title


def short_names(report: LensReport) -> dict[str, str]:
    """Return for each group's code its number, or its title where the code is a word for programs."""
    return {group.code: group.code if _is_number(group.code) else group.title for group in report.groups}


def _is_number(code: str) -> bool:
    """Say whether people know the group by its code, such as 7.1.2 or Annex A."""
    return any(character.isdigit() or character == " " for character in code)


def passed_words(passed: str) -> str:
    """Return the words for the state of a group whose items have to pass."""
    words = {
        "met": _("all passed"),
        "not_met": _("not all passed"),
        "open": _("open"),
        "empty": _("no criterion"),
    }
    return words.get(passed, passed)


def refused_words(refused: str) -> str:
    """Say why a certificate saves nothing."""
    words = {
        "incomplete": _("No certificate is stated in full (number, body, valid until): nothing is saved."),
        "expired": _("The certificate ends before the last day on site: nothing is saved."),
        "not_covered": _("The scope of the certificate does not cover this centre: nothing is saved."),
    }
    return words.get(refused, refused)


def duration(minutes: int) -> str:
    """Return minutes as hours and minutes, as people plan them."""
    hours, rest = divmod(minutes, 60)
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{rest:02d}"}


def _group_words(group: LensGroup) -> GroupWords:
    return GroupWords(
        group=group,
        name=name_of(group),
        share=_span(group.share),
        points=f"{_span(group.points)} / {shown(group.points_of, 0)}" if group.points and group.points_of else "",
        state=group.passed,
        state_words=passed_words(group.passed),
        bands=" – ".join(group.bands) if len(group.bands) == 1 else _(" to ").join(group.bands),
        counts=_counts(group),
    )


def _span(interval: Interval | None) -> str:
    return span(interval.low, interval.high) if interval else "–"


def _counts(group: LensGroup) -> str:
    """Say how many criteria lead into a group, and how many of them are open or not applicable."""
    said = [ngettext("%(n)s criterion", "%(n)s criteria", group.asked) % {"n": group.asked}]
    if group.open:
        said.append(_("%(n)s not answered") % {"n": group.open})
    if group.not_applicable:
        said.append(_("%(n)s N/A") % {"n": group.not_applicable})
    return ", ".join(said)


def _figure(report: LensReport, look: Look) -> str:
    """Draw the groups of the top; where there is only one level, all of them."""
    bars = [
        GroupBar(
            name=name_of(group),
            low=group.share.low if group.share else None,
            high=group.share.high if group.share else None,
            state=group.passed,
            nothing=_("no criterion") if not group.covered else _("nothing applicable"),
        )
        for group in report.top
    ]
    said = "; ".join(f"{bar.name}: {_said(bar.low, bar.high) or bar.nothing}" for bar in bars)
    edges = (*report.edges, 100) if report.edges else ()
    drawing = group_bars(bars, edges=edges, title=_("Share of level points by group"), description=said, look=look)
    return mark_safe(drawing)  # noqa: S308 - every text in it is escaped where it is drawn


def _said(low: Decimal | None, high: Decimal | None) -> str:
    return "" if low is None or high is None else f"{span(low, high)} %"


def _reading(report: LensReport) -> str:
    """Say how the groups are read."""
    if report.reading == "item_pass":
        return _(
            "A group passes when each of its criteria reaches level %(grade)s of %(highest)s. "
            "The level is the reader's choice."
        ) % {"grade": report.grade, "highest": report.scale[1]}
    if report.reading == "bands":
        return _("The band is the highest whose beginning the share of level points reaches. Nothing is rounded up.")
    return _("The share of level points: each level as a part of its scale, weighted as in the standard.")


def _limits(report: LensReport) -> tuple[str, ...]:
    """Say what the report is not."""
    found = [
        report.lens.notice,
        _("What is confirmed of the structure: %(confirmed)s") % {"confirmed": report.lens.confirmed},
        _(
            "A lens puts the criteria of the audit into another order. It changes no level and no score. "
            "A criterion that leads into several groups counts in each of them."
        ),
    ]
    return tuple(each for each in found if each)


def _effort(delta: LensDelta) -> tuple[tuple[str, str], ...]:
    """Return the effort with the assumption that it rests on."""
    assumed = _("%(full)s min per criterion in full, %(sample)s min in a sample") % {
        "full": delta.full,
        "sample": delta.sample,
    }
    saved = f"{duration(delta.saved)} ({shown(delta.saved_percent)} %)"
    return (
        (_("Assumption"), assumed),
        (_("Without the certificate"), duration(delta.before)),
        (_("With the certificate"), duration(delta.after)),
        (_("Saved"), saved),
    )


def _delta_lists(delta: LensDelta) -> tuple[tuple[str, tuple[LensObstacle, ...]], ...]:
    """Return the criteria by what is to be done with them."""
    return (
        (_("Looked at there: a sample here"), delta.whole),
        (_("Touched there: in full here"), delta.part),
        (_("Not looked at there: in full here"), delta.none),
    )


def context_of(report: LensReport) -> dict[str, Any]:
    """Return what the page shows, in the active language."""
    return {"r": report, "w": lens_words(report)}
