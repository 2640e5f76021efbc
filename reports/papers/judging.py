"""Frozen results of an award for its chair: entries by criterion and rank with intervals, and judges without names."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import may
from awards.models import ProgrammeStatus, Result
from awards.panel import Panel, Score, as_decimal, base_scores
from awards.words import division_words
from reports.paper import NUMBER, Chart, Column, Part, Table
from reports.papers.kind import CSV, PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import AWARD
from reports.papers.whole import whole_paper
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from accounts.models import User
    from awards.models import Programme
    from reports.paper import Paper, Value
    from reports.papers.kind import Order

MOST_JUDGES = 10  # columns of judges that a page has room for; a workbook has them all
NO_NAME = re.compile(r"\W")


def _build(order: Order) -> Paper:
    """Two queries, however many entries and judges there are: the results carry everything."""
    programme: Programme = order.subject
    result = Result.objects.get(programme=programme)
    content = json.loads(result.content)
    entries = {each["code"]: each for each in content["entries"]}
    names = _anonymous(content)
    parts: list[Part] = []
    for stage in content["stages"]:
        title = text(programme.scheme.stage(stage["code"]).title)
        panel = _panel(stage["facts"])
        parts.append(Part(title, tables=(_order(programme, stage, entries, panel),)))
        if panel is not None:
            parts.append(
                Part(
                    _("%(stage)s: judges") % {"stage": title},
                    tables=(_cards(stage["code"], panel, entries, names), _strictness(stage["code"], panel, names)),
                )
            )
    return whole_paper(
        order,
        JUDGING.code,
        _("Judges' comparison"),
        programme.organiser,
        about=f"{programme.name} {programme.year}",
        reference=f"{programme.name} {programme.year}",
        zone=str(programme.zone),
        facts=(
            (_("Frozen"), result.frozen_at),
            (_("Entries"), len(entries)),
            (_("Judges"), len(names)),
            (_("SHA-256 of the results"), f"{result.sha256[:16]}…"),
        ),
        parts=tuple(parts),
        notes=(
            _(
                "A place may be anything within its interval: what lies inside cannot be told apart from the scores "
                "(95 %, after Tukey). No interval stands where too few judges met too few entries."
            ),
            _(
                "Judges are numbered by chance and not by name; the numbers are the same in all stages. Strictness is "
                "a judge's mean less the panel's on the same entries: below zero is stricter."
            ),
        ),
        wide=True,
    )


def _anonymous(content: Mapping[str, Any]) -> dict[str, str]:
    """Return numbers for the random keys of the judges."""
    keys = sorted({judge for stage in content["stages"] for _entry, judge, _what, _level in stage["facts"]["scores"]})
    return {key: _("Judge %(number)s") % {"number": place} for place, key in enumerate(keys, 1)}


def _panel(facts: Mapping[str, Any]) -> Panel | None:
    """Return what was scored and counts, or nothing where nothing was scored."""
    weights = {code: Decimal(weight) for code, weight in facts["weights"].items() if Decimal(weight) > 0}
    scores = [
        Score(entry, judge, Decimal(level), what) for entry, judge, what, level in facts["scores"] if what in weights
    ]
    return Panel.of(scores, weights) if scores else None


def _order(
    programme: Programme, stage: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]], panel: Panel | None
) -> Table:
    """List the entries by category and place, with the mean of each criterion."""
    titles = {each.code: text(each.title) for each in programme.scheme.criteria_of(stage["code"])}
    means = {code: base_scores(panel, code) for code in titles if panel and code in panel.criteria}
    passed = set(stage["passed"])
    rows: list[tuple[Value, ...]] = []
    for group in stage["outcome"]:
        category = text(programme.scheme.category(group["category"]).title)
        for place in group["places"]:
            entry = entries[place["entry"]]
            low, high = place["may_be"] or (None, None)
            rows.append(
                (
                    _named(category, entry),
                    place["place"],
                    low,
                    high,
                    entry["title"],
                    entry["organisation"],
                    Decimal(place["score"]),
                    *(_mean(found.get(place["entry"])) for found in means.values()),
                    _("yes") if place["entry"] in passed else "",
                )
            )
        for code in group["unscored"]:
            entry = entries[code]
            start = (_named(category, entry), None, None, None, entry["title"], entry["organisation"], None)
            rows.append((*start, *(None for _code in means), ""))
    name = f"order_{NO_NAME.sub('_', stage['code'])}"
    return Table(
        name,
        text(programme.scheme.stage(stage["code"]).title),
        (
            Column("category", _("Category"), width=13),
            Column("place", _("Place"), NUMBER, 5),
            Column("place_from", _("may be from"), NUMBER, 6),
            Column("place_to", _("may be up to"), NUMBER, 4),
            Column("entry", _("Entry"), width=21),
            Column("organisation", _("Organisation"), width=16),
            Column("score", _("Score"), NUMBER, 7, places=2),
            *(Column(f"mean_{NO_NAME.sub('_', code)}", titles[code], NUMBER, 10, places=2) for code in means),
            Column("passed", _("Went on"), width=6),
        ),
        tuple(rows),
        empty=_("Nothing was judged in this stage."),
        chart=Chart(_("Score by entry"), "entry", ("score",), scale=programme.scheme.most),
    )


def _named(category: str, entry: Mapping[str, Any]) -> str:
    division = division_words(entry.get("division", ""))
    return f"{category} · {division}" if division else category


def _mean(value: Fraction | None) -> Decimal | None:
    return None if value is None else as_decimal(value)


def _cards(stage: str, panel: Panel, entries: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    """Set out what each judge gave each entry: nobody's disagreement hides in a mean."""
    totals, judges = panel.by_judge(), sorted(panel.judges)
    rows: list[tuple[Value, ...]] = []
    for code in sorted(panel.entrants, key=lambda each: entries[each]["title"]):
        given = [totals.get(judge, {}).get(code) for judge in judges]
        known = [each for each in given if each is not None]
        spread = max(known) - min(known) if known else None
        rows.append((entries[code]["title"], *(_mean(each) for each in given), _mean(spread)))
    return Table(
        f"cards_{NO_NAME.sub('_', stage)}",
        _("Totals of the score cards"),
        (
            Column("entry", _("Entry"), width=24),
            *(
                Column(f"judge_{place}", names[judge], NUMBER, 7, places=2, printed=place <= MOST_JUDGES)
                for place, judge in enumerate(judges, 1)
            ),
            Column("spread", _("Spread"), NUMBER, 7, places=2),
        ),
        tuple(rows),
    )


def _strictness(stage: str, panel: Panel, names: Mapping[str, str]) -> Table:
    """Say how far each judge is from the panel on the same entries."""
    totals, panel_means = panel.by_judge(), base_scores(panel)
    rows: list[tuple[Value, ...]] = []
    for judge in sorted(panel.judges):
        own = totals.get(judge, {})
        if not own:
            rows.append((names[judge], 0, None, None, None))
            continue
        mean, beside = _average(list(own.values())), _average([panel_means[entry] for entry in own])
        rows.append((names[judge], len(own), as_decimal(mean), as_decimal(beside), as_decimal(mean - beside)))
    return Table(
        f"strictness_{NO_NAME.sub('_', stage)}",
        _("Strictness of the judges"),
        (
            Column("judge", _("Judge"), width=24),
            Column("entries", _("Entries judged"), NUMBER, 12),
            Column("mean", _("Own mean"), NUMBER, 12, places=2),
            Column("panel", _("Panel's mean of the same entries"), NUMBER, 20, places=2),
            Column("difference", _("Difference"), NUMBER, 12, places=2),
        ),
        tuple(rows),
    )


def _average(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction()) / len(values)


def _allowed(user: User, programme: Programme) -> bool:
    """Say whether the person chairs the award."""
    return may(user, "awards.chair_programme", programme)


def frozen(programme: Programme) -> bool:
    """Say whether there are results that no longer change."""
    return programme.status in {ProgrammeStatus.FROZEN, ProgrammeStatus.ANNOUNCED}


def _waits(programme: Programme, _at: datetime) -> str:
    return "" if frozen(programme) else _("The results are not frozen yet.")


JUDGING = Kind(
    code="judges_comparison",
    title=gettext_lazy("Judges' comparison"),
    purpose=gettext_lazy("Entries by criterion and place with intervals; score cards and strictness, without names."),
    about=AWARD,
    formats=paper_formats(_build, PDF, XLSX, CSV),
    allowed=_allowed,
    waits=_waits,
)
