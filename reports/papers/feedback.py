"""What an entrant to an award learns: own means beside the category's, and the judges' words without their names."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import may
from awards.selectors.results import feedback_of
from reports.paper import NUMBER, Chart, Column, Part, Table
from reports.papers.judging import frozen
from reports.papers.kind import PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import ENTRY
from reports.papers.whole import whole_paper
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from awards.models import Entry
    from awards.selectors.results import Feedback, Strand
    from reports.paper import Paper, Value
    from reports.papers.kind import Order


def _build(order: Order) -> Paper:
    """Three queries, and three for each stage."""
    entry: Entry = order.subject
    programme = entry.programme
    found = feedback_of(entry)
    parts: list[Part] = []
    for place, each in enumerate(found, 1):
        parts.append(Part(each.stage, (_about(each),), tables=(_table(place, each, programme.scheme.most),)))
        if each.words:
            title = _("%(stage)s: what judges say") % {"stage": each.stage}
            parts.append(Part(title, tuple(_("“%(words)s”") % {"words": words.strip()} for words in each.words)))
    return whole_paper(
        order,
        FEEDBACK.code,
        _("Feedback for the entrant"),
        entry.organisation,
        about=entry.title,
        author=programme.organiser.name,
        reference=f"{programme.name} {programme.year}",
        zone=str(programme.zone),
        facts=(
            (_("Award"), f"{programme.name} {programme.year}"),
            (_("Category"), text(programme.scheme.category(entry.category).title)),
            (_("Strengths"), sum(strand.kind == "strength" for each in found for strand in each.strands)),
            (_("To improve"), sum(strand.kind == "opportunity" for each in found for strand in each.strands)),
        ),
        parts=tuple(parts) or (Part("", (_("The entry was not judged in any stage."),)),),
        notes=(
            _("The scale goes from %(low)s to %(high)s.")
            % {"low": programme.scheme.least, "high": programme.scheme.most},
            _(
                "A strength is above the middle of the category, what is to improve is below it. Judges stay unnamed, "
                "and so do the other entrants; of fewer than three entries no middle is told."
            ),
        ),
    )


def _about(part: Feedback) -> str:
    return _("Judges: %(judges)s; entries in the category: %(entries)s.") % {
        "judges": part.judges,
        "entries": part.entries,
    }


def _table(place: int, part: Feedback, most: int) -> Table:
    def row(each: Strand) -> tuple[Value, ...]:
        own, middle = Decimal(str(each.own)), Decimal(str(each.middle))
        words = {"strength": _("Strength"), "opportunity": _("Opportunity for improvement")}
        if len(each.dots) == 1:  # too few entries: their middle would show somebody
            return each.title, own, None, None, ""
        return each.title, own, middle, own - middle, words.get(each.kind, "")

    return Table(
        f"criteria_{place}",
        part.stage,
        (
            Column("criterion", _("Criterion"), width=40),
            Column("own", _("Your mean"), NUMBER, 12, places=2),
            Column("middle", _("Middle of the category"), NUMBER, 16, places=2),
            Column("difference", _("Difference"), NUMBER, 13, places=2),
            Column("what", _("In words"), width=22),
        ),
        tuple(row(each) for each in part.strands),
        empty=_("Nothing was judged in this stage."),
        chart=Chart(_("Your mean beside the middle of the category"), "criterion", ("own", "middle"), scale=most),
    )


def _allowed(user: User, entry: Entry) -> bool:
    """Say whether it is the entrant's, once the results are public, or the chair's."""
    own = user.has_role(entry.organisation_id) and entry.programme.is_public(timezone.now())
    return own or may(user, "awards.chair_entry", entry)


def _waits(entry: Entry, _at: datetime) -> str:
    return "" if frozen(entry.programme) else _("The results are not frozen yet.")


FEEDBACK = Kind(
    code="entrant_feedback",
    title=gettext_lazy("Feedback for the entrant"),
    purpose=gettext_lazy("Own means beside the middle of the category, strengths, and what judges say."),
    about=ENTRY,
    formats=paper_formats(_build, PDF, XLSX),
    allowed=_allowed,
    waits=_waits,
)
