"""Three sentences for a manager who has two minutes: where we stand, what changed, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from benchmarks.kpis.registry import KPIS
from benchmarks.message import listed, sentences
from benchmarks.renderers.pictures import compared
from benchmarks.renderers.words import bar_verdict_words, days, kpi_name, verdict_style, verdict_words
from benchmarks.settling import notes_in_words
from benchmarks.terms import term
from benchmarks.verdict import reason_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.standing import CentreStanding, Change, Key
    from benchmarks.verdict import Verdict

MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Summary:
    """The three sentences, each complete in itself."""

    standing: str
    changed: str
    missing: str


def summary(found: CentreStanding) -> Summary:
    """Say in three sentences where a centre stands; it must have been measured."""
    verdicts = compared(found)
    return Summary(_standing(verdicts), _changed(found), _missing(verdicts))


def _standing(verdicts: list[Verdict]) -> str:
    by_state = _by_state(verdicts)
    decided = [each for state in ("above", "not_shown_below", "below") for each in by_state.get(state, [])]
    if not verdicts:
        return _("There is no market figure yet that this centre may be compared with.")
    if not decided:
        return ngettext(
            "The market has a comparable figure for %(count)s KPI, and nothing can be said about it yet.",
            "The market has comparable figures for %(count)s KPIs, and nothing can be said about any of them yet.",
            len(verdicts),
        ) % {"count": len(verdicts)}
    parts = [
        f"{words}: {names}"
        for state, words in (
            ("below", _("below the market")),
            ("above", _("above the market")),
            ("not_shown_below", _("not shown to be below")),
        )
        if (names := _names(each.kpi for each in by_state.get(state, [])))
    ]
    return _("Of %(all)s KPIs with a comparable market figure, %(decided)s can be judged – %(parts)s.") % {
        "all": len(verdicts),
        "decided": len(decided),
        "parts": _("; ").join(parts),
    }


def _changed(found: CentreStanding) -> str:
    if found.previous is None:
        return _("There is no earlier measurement to compare with; the next one will show what changed.")
    since = days(found.previous.first, found.previous.last)
    parts = [
        f"{words}: {names}"
        for better, words in ((True, _("better")), (False, _("worse")), (None, _("moved")))
        if (names := _names(_sides(found.changes, better=better)))
    ]
    if not parts:
        return _("Since %(since)s nothing has changed by more than chance explains.") % {"since": since}
    return _("Since %(since)s beyond chance – %(parts)s.") % {"since": since, "parts": _("; ").join(parts)}


def _sides(changes: Iterable[Change], *, better: bool | None) -> list[str]:
    return [change.key.kpi for change in changes if change.better is better]


def _missing(verdicts: list[Verdict]) -> str:
    by_state = _by_state(verdicts)
    undecided = by_state.get("insufficient", [])
    old = [each for each in undecided if each.reason["code"] == "figure_too_old"]
    parts = [
        words % {"names": names}
        for those, words in (
            (by_state.get("missing", []), _("Not measured although the market has a figure: %(names)s.")),
            (old, _("The market's figure is too old to judge by, unless somebody waives that: %(names)s.")),
            (
                [each for each in undecided if each not in old],
                _("Measured, but the evidence does not decide: %(names)s."),
            ),
        )
        if (names := _names(each.kpi for each in those))
    ]
    return sentences(parts) or _("Nothing: every KPI with a comparable market figure is measured well enough.")


def _names(codes: Iterable[str]) -> str:
    """Name the first few KPIs and count the others."""
    names = [kpi_name(code) for code in codes]
    words = listed(names[:MOST_NAMES], _)
    more = len(names) - MOST_NAMES
    return words if more <= 0 else _("%(names)s and %(count)s more") % {"names": words, "count": more}


def _by_state(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.state, []).append(verdict)
    return found


@dataclass(frozen=True, slots=True)
class BarVerdict:
    """The verdict at one bar, in words."""

    bar: str
    words: str
    style: str
    reason: str
    notes: tuple[str, ...]


def bar_verdicts(found: CentreStanding, key: Key) -> list[BarVerdict]:
    """Say how a KPI stands at each bar; nothing where it is judged in another variant or channel, or not at all."""
    if KPIS[key.kpi].direction == "target" or found.judged(key.kpi) != key:
        return []
    rows = []
    for bar, verdicts in found.verdicts.items():
        verdict = verdicts[key.kpi]
        plain = verdict.as_json()
        state = verdict.state
        words = verdict_words(state) if bar == "centre" else bar_verdict_words(state)
        notes = tuple(notes_in_words(plain, _))
        rows.append(BarVerdict(term("bar", bar, _), words, verdict_style(state), reason_in_words(plain, _), notes))
    return rows
