"""An audit on exactly one page, for those who decide on money and people: verdict, score, market, gaps, what to do."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils import dateformat, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import FindingKind
from benchmarks.charts.canvas import in_full, shortened, span
from benchmarks.renderers.words import verdict_words
from reports.charts import PAPER
from reports.house import dyed
from reports.pdf import printable
from reports.pdf.typefaces import stack
from reports.renderers.labels import day_format, label
from reports.renderers.market import shortfall
from reports.renderers.paper import printed
from reports.renderers.summary import summary_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.document import CertificationReport, FindingEntry, MarketComparison, PlanStep
    from reports.renderers.certification import Printed
    from reports.renderers.summary import Summary

WORDS = 200  # half characters of one or two whole lines
NAMED = 3  # KPIs and criteria named in a sentence
VERDICTS = ("above", "not_shown_below", "below", "insufficient", "missing", "no_figure")


def render_onepager(report: CertificationReport) -> Printed:
    """Return the audit on one page as PDF, carrying the whole report's content as canonical JSON.

    Raises MissingGlyphError when a character has no glyph in any of the bundled typefaces.
    """
    content = report.canonical()
    sha256 = hashlib.sha256(content).hexdigest()
    css = dyed(get_template("reports/onepager.css").render({"fonts": stack(report.language)}), report.dress)
    for room in (ROOMY, TIGHT):
        with translation.override(report.language), timezone.override(report.engagement.site.time_zone):
            html = printable(get_template("reports/onepager.html").render(_context(report, room)))
        page = printed(html, css=css, content=content, sha256=sha256, name="management_summary", paper=report)
        if page.pages == 1:
            break
    return page


@dataclass(frozen=True, slots=True)
class Room:
    """What the page has room for: blocks (the weakest, where there are more), entries of a list, steps to take.

    ``text`` and ``name`` are half characters of a text in half of the width and of a name in the head.
    """

    blocks: int
    entries: int
    steps: int
    text: int
    name: int


# The second is for what does not fit on one page with the first.
ROOMY = Room(blocks=9, entries=3, steps=7, text=70, name=70)
TIGHT = Room(blocks=5, entries=2, steps=4, text=34, name=34)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number in large type, what it counts, and what stands below it."""

    number: str
    what: str
    beside: str


def _context(report: CertificationReport, room: Room) -> dict[str, Any]:
    engagement, still = report.engagement, _open(report)
    summary = summary_of(_weakest(report, room.blocks), replace(PAPER, font=stack(report.language)))
    return {
        "r": report,
        "s": summary,
        "day": day_format(),
        "organisation": shortened(engagement.auditee.name, room.name),
        "site": shortened(engagement.site.name, room.name),
        "conductor": shortened(engagement.conductor.name, room.name),
        "standard": shortened(f"{report.edition.title} {report.edition.version}", room.name),
        "purpose": label("audit_kind", engagement.kind),
        "verdict": _verdict(report),
        "recommendation": shortened(summary.recommendation, WORDS),
        "figures": _figures(report),
        "gaps": [(gap, shortened(gap.title, room.text)) for gap in summary.gaps],
        "market": _market(report),
        "failing": _failing(report, room),
        "findings": [(each, shortened(each.statement, room.text)) for each in still[: room.entries]],
        "more_findings": max(0, len(still) - room.entries),
        "counts": summary.counts,
        "steps": [shortened(words, WORDS) for words in islice(_steps(report, summary), room.steps)],
        "shown_blocks": room.blocks,
        "all_blocks": len(report.focus.blocks) if report.focus else 0,
        "content_sha256": report.content_sha256(),
    }


def _weakest(report: CertificationReport, most: int) -> CertificationReport:
    """Return the report with at most as many blocks as the chart has room for; the weakest stay, in their order."""
    focus = report.focus
    if focus is None or len(focus.blocks) <= most:
        return report
    kept = {block.code for block in sorted(focus.blocks, key=lambda block: block.percent.low)[:most]}
    tiers = tuple(
        replace(tier, blocks=tuple(block for block in tier.blocks if block.code in kept)) for tier in report.tiers
    )
    return replace(report, tiers=tiers)


def _verdict(report: CertificationReport) -> str:
    """Say in a few words what came out: the decision where there is one, or else what the results attain."""
    titles = {tier.code: tier.title for tier in report.tiers}
    if report.decision is not None and report.engagement.kind == "certification":
        if report.decision.granted:
            return _("Certified: %(tier)s") % {"tier": titles.get(report.decision.tier, report.decision.tier)}
        return _("Certification not granted")
    if report.draft:
        return _("Not finished")
    if report.tier is None:
        return _("No tier attained")
    return _("Attained: %(tier)s") % {"tier": titles.get(report.tier, report.tier)}


def _figures(report: CertificationReport) -> list[Figure]:
    """Return the four numbers at the top."""
    focus, still = report.focus, _open(report)
    majors = sum(each.kind == FindingKind.MAJOR for each in still)
    judged = _judged(report)
    compared = [each for each in judged if each.verdict in {"above", "not_shown_below", "below"}]
    held = sum(each.verdict != "below" for each in compared)
    knocked = len(focus.knocked_out) if focus else 0
    figures = []
    if focus is not None:
        wanted = {"wanted": in_full(focus.wanted), "tier": focus.title} if focus.wanted is not None else None
        figures.append(
            Figure(
                span(focus.total.low, focus.total.high),
                _("points of %(maximum)s") % {"maximum": in_full(report.maximum)},
                _("%(tier)s asks for %(wanted)s") % wanted if wanted else focus.title,
            )
        )
        figures.append(Figure(str(knocked), _("conditions not met"), focus.title))
    if judged:
        unjudged = _("%(count)s could not be judged") % {"count": len(judged) - len(compared)}
        figures.append(Figure(f"{held} / {len(compared)}", _("KPIs not below the market"), unjudged))
    beside = ngettext("of them %(n)s major", "of them %(n)s major", majors) % {"n": majors}
    figures.append(Figure(str(len(still)), _("nonconformities open"), beside))
    return figures


def _judged(report: CertificationReport) -> list[MarketComparison]:
    """Return each KPI at the centre of the market, which comes before the higher bars of the edition."""
    first: dict[str, MarketComparison] = {}
    for each in report.comparisons:
        first.setdefault(each.kpi, each)
    return [*first.values()]


def _open(report: CertificationReport) -> list[FindingEntry]:
    """Return the open nonconformities: majors first, then what is due first."""
    kinds = (FindingKind.MAJOR, FindingKind.MINOR)
    still = [each for each in report.findings if each.kind in kinds and each.closed_at is None]
    return sorted(still, key=lambda each: (kinds.index(each.kind), each.due is None, each.due, each.number))


def _market(report: CertificationReport) -> list[tuple[str, int]]:
    """Count the verdicts against the market, in words; those that nobody got are left out."""
    counted = Counter(each.verdict for each in _judged(report))
    return [(verdict_words(verdict), counted[verdict]) for verdict in VERDICTS if counted[verdict]]


def _failing(report: CertificationReport, room: Room) -> list[str]:
    """Name the KPIs that are below the market, as many as there is room for."""
    below = [shortened(shortfall(each), room.text) for each in _judged(report) if each.verdict == "below"]
    more = len(below) - room.entries
    return below[: room.entries] + ([_("and %(count)s more") % {"count": more}] if more > 0 else [])


def _steps(report: CertificationReport, summary: Summary) -> Iterator[str]:
    """Say what is to be done next, the most pressing first."""
    if report.draft:
        facts = {"answered": summary.answered, "asked": summary.asked}
        yield _("Finish the assessment: %(answered)s of %(asked)s criteria are answered.") % facts
    yield from _to_close(report)
    below = [each.title for each in _judged(report) if each.verdict == "below"]
    if below:
        names = ", ".join(below[:NAMED])
        yield _("Bring up to the market what is below it: %(names)s.") % {"names": names}
    if report.plan:
        steps = ", ".join(_raised(step) for step in report.plan[:NAMED])
        words = ngettext(
            "The cheapest way to the next tier raises %(count)s criterion: %(steps)s.",
            "The cheapest way to the next tier raises %(count)s criteria, first of all %(steps)s.",
            len(report.plan),
        )
        yield words % {"count": len(report.plan), "steps": steps}
    yield _last(report)


def _raised(step: PlanStep) -> str:
    words = _("%(criterion)s to level %(level)s") % {"criterion": step.criterion, "level": step.level_to}
    if step.level_from is None:
        return words
    return _("%(criterion)s from level %(before)s to %(level)s") % {
        "criterion": step.criterion,
        "before": step.level_from,
        "level": step.level_to,
    }


def _to_close(report: CertificationReport) -> Iterator[str]:
    still = _open(report)
    for kind in (FindingKind.MAJOR, FindingKind.MINOR):
        held = [each for each in still if each.kind == kind]
        if not held:
            continue
        major = kind == FindingKind.MAJOR
        words = (
            ngettext("Close %(n)s major nonconformity.", "Close %(n)s major nonconformities.", len(held))
            if major
            else ngettext("Close %(n)s minor nonconformity.", "Close %(n)s minor nonconformities.", len(held))
        ) % {"n": len(held)}
        first = min((each.due for each in held if each.due), default=None)
        due = _("The first is due on %(day)s.") % {"day": dateformat.format(first, day_format())} if first else ""
        yield " ".join(filter(None, (words, due)))


def _last(report: CertificationReport) -> str:
    """Say what stands at the end: the certificate's last day, or who is to decide."""
    if report.certificate is not None:
        day = dateformat.format(report.certificate.valid_until, day_format())
        return _("The certificate is valid until %(day)s; recertify before that day.") % {"day": day}
    if report.decision is None and not report.draft and report.engagement.kind == "certification":
        return _("The decision is still to be made, by somebody outside the audit team.")
    return _("Keep what is good: the next audit looks at the same criteria again.")
