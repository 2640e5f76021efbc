"""The charts of the dashboards: words, pictures, tables, and where each number leads.

Every number that is counted leads to the list of exactly what it counts: the list reads the same words of its address
(``audits.selectors.narrowing``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.life import REMAINING
from audits.models import AuditStatus, FindingKind
from audits.selectors.certificates import STATES
from audits.selectors.findings import ageing, bucket_words
from audits.selectors.narrowing import STAGES
from audits.selectors.programmes import LINE_STATES
from benchmarks.charts.canvas import shown
from benchmarks.charts.heat import Cell as Shade
from benchmarks.charts.heat import heat_map
from benchmarks.renderers.words import verdict_words
from benchmarks.standing import VERDICTS
from reports.charts.stacks import Part, Stack, stacks
from reports.charts.years import Point, years
from reports.dashboard import MOST_ROWS, TOTAL, by_year, newest_of_each
from reports.renderers.charts import MOST_SHOWN, Cell, Chart
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audits.ageing import Aged
    from audits.engagements import AuditProgramme
    from audits.selectors.certificates import Held
    from audits.selectors.narrowing import Narrowed
    from benchmarks.charts.canvas import Look
    from reports.dashboard import Counted, SiteScore

    Titles = Mapping[str, Mapping[str, str]]

NAMES = 216  # px for the names of centres


def address(name: str, *args: object, **asked: object) -> str:
    """Return the address of a list; what is empty is left out."""
    given = urlencode({key: value for key, value in asked.items() if value not in {"", None}})
    return reverse(name, args=args) + (f"?{given}" if given else "")


def counted_chart(
    code: str,
    title: str,
    rows: Sequence[Stack],
    kinds: Sequence[str],
    *,
    what: str,
    empty: str,
    notes: Sequence[str] = (),
) -> Chart:
    """Return a chart of stacks with its table; ``what`` heads the names of the rows, ``kinds`` the numbers."""
    together = len(kinds) > 1
    said = "; ".join(
        f"{row.name}: "
        + ", ".join(f"{part.number} {kind}" for kind, part in zip(kinds, row.parts, strict=True) if part.number)
        for row in rows
    )

    def draw(look: Look, links: bool) -> str:
        given = rows if links else [_plain(row) for row in rows]
        return stacks(given, legend=kinds, title=title, description=said, look=look)

    return Chart(
        code=code,
        title=title,
        empty=empty,
        notes=tuple(notes),
        head=(what, *kinds, *([_("Together")] if together else [])),
        rows=tuple(
            (
                Cell(f"{row.name} · {row.beside}" if row.beside else row.name),
                *(Cell(str(part.number), part.address if part.number else "") for part in row.parts),
                *([Cell(str(row.total))] if together else []),
            )
            for row in rows
        ),
        draw=draw,
    )


def _plain(row: Stack) -> Stack:
    return replace(row, parts=tuple(Part(part.number) for part in row.parts))


def part(number: int, to: str, *words: str) -> Part:
    """Return a part whose link says what it counts."""
    return Part(number, to, f"{', '.join(words)}: {number}")


# --- programme and audits ---------------------------------------------------------------------------------------------


def programme_chart(found: Sequence[tuple[AuditProgramme, Mapping[str, int]]], wanted: Narrowed) -> Chart:
    """Draw how far the audits of each programme have come."""
    kinds = {code: str(words) for code, words in LINE_STATES.items()}
    narrowed = {"organisation": wanted.organisation, "centre": wanted.centre}
    rows = [
        Stack(
            str(programme.year),
            str(programme.organisation),
            tuple(
                part(
                    counts[code],
                    address("programmes:detail", programme.pk, state=code, **narrowed),
                    str(programme),
                    words,
                )
                for code, words in kinds.items()
            ),
        )
        for programme, counts in found[:MOST_ROWS]
    ]
    return counted_chart(
        "programme",
        _("Audit programmes: how far the year has come"),
        rows,
        list(kinds.values()),
        what=_("Audit programme"),
        empty=_("No audit programme of your organisations matches."),
    )


def status_chart(counts: Mapping[str, int], wanted: Narrowed) -> Chart:
    """Draw how many audits are in which status."""
    words = dict(AuditStatus.choices)
    rows = [
        Stack(
            str(words[AuditStatus(status)]),
            "",
            (
                part(
                    number,
                    address("audits:audit_list", **wanted.asked(), status=status),
                    str(words[AuditStatus(status)]),
                ),
            ),
        )
        for status, number in counts.items()
    ]
    return counted_chart(
        "audits",
        _("Audits by status"),
        rows,
        [_("Audits")],
        what=_("Status"),
        empty=_("No audit matches. Choose another year, or all of them."),
    )


def organisation_chart(found: Sequence[Counted], wanted: Narrowed) -> Chart:
    """Draw how far the audits of each organisation have come."""
    kinds = {code: str(words) for code, (words, _statuses) in STAGES.items()}
    rows = [
        Stack(
            each.name,
            each.beside,
            tuple(
                part(
                    each.counts[code],
                    address("audits:audit_list", **replace(wanted, organisation=int(each.key), stage=code).asked()),
                    each.name,
                    words,
                )
                for code, words in kinds.items()
            ),
        )
        for each in found
    ]
    return counted_chart(
        "organisations",
        _("Audits by organisation"),
        rows,
        list(kinds.values()),
        what=_("Organisation"),
        empty=_("No audit matches. Choose another year, or all of them."),
    )


# --- scores -----------------------------------------------------------------------------------------------------------


def _lowest() -> str:
    return _("At the lowest tier of the edition, which asks the same of every centre.")


def heat_chart(found: Sequence[SiteScore], blocks: Titles, *, year: int | None, block: str) -> Chart:
    """Draw the newest frozen result of each centre, block by block."""
    newest = newest_of_each(found, year)
    codes = [code for code in blocks if (not block or code == block) and any(code in each.percent for each in newest)]
    codes = codes if block else [*codes, TOTAL]
    titles = {code: f"{code} {text(blocks[code])}" for code in codes if code != TOTAL} | {TOTAL: _("All blocks")}
    title = _("Scores by centre and block, in per cent")
    drawn = newest[:MOST_ROWS]

    def draw(look: Look, links: bool) -> str:
        cells = {
            (row, column): Shade(
                each.percent[code],
                f"{shown(each.points[code][0])} / {each.points[code][1]:g}",
                _to_block(each, code) if links else "",
                f"{each.name}, {titles[code]}: {shown(each.percent[code])} %",
            )
            for row, each in enumerate(drawn)
            for column, code in enumerate(codes)
            if code in each.percent
        }
        return heat_map(
            [each.name for each in drawn],
            [code if code != TOTAL else titles[code] for code in codes],
            cells,
            scale_words=_("the darker, the higher"),
            left=NAMES,
            title=title,
            description="; ".join(f"{each.name}: {shown(each.percent.get(TOTAL, 0))} %" for each in drawn),
            look=look,
        )

    notes = [_("The newest frozen result of each centre."), _lowest()]
    if codes:
        notes.append("; ".join(titles[code] for code in codes if code != TOTAL))
    if len(newest) > MOST_ROWS:
        notes.append(_("%(count)s more centres are in the table.") % {"count": len(newest) - MOST_ROWS})
    return Chart(
        code="scores",
        title=title,
        empty=_("No audit of these has a result yet. It is frozen when the team submits it."),
        notes=tuple(notes),
        head=(_("Centre"), _("Organisation"), _("Audit"), *(titles[code] for code in codes)),
        rows=tuple(_score_row(each, codes, links=place < MOST_SHOWN) for place, each in enumerate(newest)),
        draw=draw,
    )


def _score_row(each: SiteScore, codes: Sequence[str], *, links: bool) -> tuple[Cell, ...]:
    """Return a centre's row; ``links``: it stands on a page."""
    known = [code for code in codes if code in each.percent]
    to = {code: _to_block(each, code) if links else "" for code in known}
    return (
        Cell(each.name),
        Cell(each.organisation),
        Cell(each.reference, address("audits:audit_detail", each.audit) if links else ""),
        *(Cell(shown(each.percent[code]), to[code]) if code in to else Cell("–") for code in codes),
    )


def _to_block(each: SiteScore, code: str) -> str:
    """Return where the answers of a block begin on the sheet; the audit itself for all blocks."""
    if code == TOTAL:
        return address("audits:audit_detail", each.audit)
    return f"{address('audits:sheet', each.audit)}?block={code}"


def trend_chart(found: Sequence[SiteScore], wanted: Narrowed, blocks: Titles, block: str) -> Chart:
    """Draw the mean of each year's frozen results."""
    known = by_year(found, block or TOTAL)
    asked = replace(wanted, year=None, scored=True)
    title = _("Scores over the years, in per cent")
    if block:
        title = _("Scores of block %(block)s over the years, in per cent") % {"block": block}

    def to(year: int) -> str:
        return address("audits:audit_list", **replace(asked, year=year).asked())

    def draw(look: Look, links: bool) -> str:
        points = [
            Point(
                each.year,
                each.mean,
                each.least,
                each.most,
                ngettext("%(count)s audit", "%(count)s audits", each.audits) % {"count": each.audits},
                to(each.year) if links else "",
                _("%(year)s: %(mean)s %%, audits: %(count)s")
                % {"year": each.year, "mean": shown(each.mean), "count": each.audits},
            )
            for each in known
        ]
        said = "; ".join(f"{each.year}: {shown(each.mean)} %" for each in known)
        return years(points, title=title, description=said, look=look)

    notes = [
        _("The mean of all frozen results of a year, and from the least to the most. All years, whatever is chosen."),
        _lowest(),
    ]
    if block and block in blocks:
        notes.append(f"{block} {text(blocks[block])}")
    return Chart(
        code="trend",
        title=title,
        empty=_("No audit of these has a result yet. It is frozen when the team submits it."),
        notes=tuple(notes),
        head=(_("Year"), _("Audits"), _("Mean"), _("Least"), _("Most")),
        rows=tuple(
            (
                Cell(str(each.year)),
                Cell(str(each.audits), to(each.year)),
                *(Cell(shown(value)) for value in (each.mean, each.least, each.most)),
            )
            for each in known
        ),
        draw=draw,
    )


# --- findings, market, certificates -----------------------------------------------------------------------------------


def findings_chart(counted: Sequence[Aged], wanted: Narrowed, block: str) -> Chart:
    """Draw how old the open nonconformities are."""
    to = address("findings:board", view="table", **wanted.asked(), block=block)

    def draw(look: Look, links: bool) -> str:
        drawn = ageing(counted, address=to if links else "", look=look)
        return drawn.svg if drawn else ""

    kinds = (FindingKind.MAJOR, FindingKind.MINOR)
    return Chart(
        code="findings",
        title=_("Age of open nonconformities"),
        empty=_("No nonconformity is open."),
        notes=(_("Days since the finding was raised. A finding that was reopened keeps its age."),),
        head=(_("Age"), *(str(kind.label) for kind in kinds), _("Together")),
        rows=tuple(
            (
                Cell(bucket_words(each.first, each.last)),
                *(
                    Cell(str(number), f"{to}&age={each.first}&kind={kind}" if number else "")
                    for kind, number in zip(kinds, (each.major, each.minor), strict=True)
                ),
                Cell(str(each.major + each.minor)),
            )
            for each in counted
        ),
        draw=draw,
    )


def position_chart(found: Sequence[Counted], more: int) -> Chart:
    """Draw how many KPIs of each centre stand where against the market."""
    kinds = {code: verdict_words(code) for code in VERDICTS}
    rows = [
        Stack(
            each.name,
            each.beside,
            tuple(
                part(
                    each.counts[code],
                    address("benchmarks:centre_measurements", each.key, verdict=code),
                    each.name,
                    words,
                )
                for code, words in kinds.items()
            ),
        )
        for each in found
    ]
    notes = [
        _("KPIs that the newest market release has a comparable figure for, by verdict, of the newest measurement.")
    ]
    if more:
        notes.append(_("%(count)s more centres were measured. Choose an organisation or a centre.") % {"count": more})
    return counted_chart(
        "market",
        _("Where the centres stand against the market"),
        rows,
        list(kinds.values()),
        what=_("Centre"),
        empty=_("No centre of these was measured, or no market release is published."),
        notes=notes,
    )


def ending_chart(found: Sequence[Held], wanted: Mapping[str, object]) -> Chart:
    """Draw when the certificates end that have not ended yet."""
    states = ("active", "suspended", "not_yet")
    kinds = [str(STATES[state][0]) for state in states]
    rows = [
        Stack(
            bucket_words(first, last),
            "",
            tuple(
                part(
                    sum(each.ends == first and each.state == state for each in found),
                    address("certificates:list", **wanted, ends=first, state=state),
                    bucket_words(first, last),
                    words,
                )
                for state, words in zip(states, kinds, strict=True)
            ),
        )
        for first, last in REMAINING
    ]
    return counted_chart(
        "expiring",
        _("When certificates end"),
        rows,
        kinds,
        what=_("Ends in"),
        empty=_("No certificate of these is in force."),
        notes=(_("As of today, whatever year is chosen."),),
    )


def tier_chart(found: Sequence[Held], wanted: Mapping[str, object], tiers: Titles) -> Chart:
    """Draw the certificates of each tier by their state of the day."""
    kinds = {state: str(words) for state, (words, _style) in STATES.items()}
    codes = [code for code in tiers if any(each.tier == code for each in found)]
    codes += sorted({each.tier for each in found} - set(codes))
    others = {key: value for key, value in wanted.items() if key != "tier"}
    rows = [
        Stack(
            text(tiers[code]) if code in tiers else code,
            "",
            tuple(
                part(
                    sum(each.tier == code and each.state == state for each in found),
                    address("certificates:list", **others, tier=code, state=state),
                    text(tiers[code]) if code in tiers else code,
                    words,
                )
                for state, words in kinds.items()
            ),
        )
        for code in codes
    ]
    return counted_chart(
        "certificates",
        _("Certificates by tier"),
        rows,
        list(kinds.values()),
        what=_("Tier"),
        empty=_("No certificate matches. One is issued when certification is granted at the end of an audit."),
        notes=(_("As of today, whatever year is chosen."),),
    )
