"""Reading knowledge indices: parts in words, what pulls them down, and the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.plots import Point, band_plot
from audits.registers import KnowledgeIndex
from benchmarks.message import Message
from standards.scoring.decimals import round_half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise as LazyText

    from accounts.models import Centre, User

MOST_IN_HISTORY = 40

PARTS: dict[str, LazyText] = {
    "freshness": _("Freshness, weighted by use"),
    "lag": _("From policy to article"),
    "use": _("Use"),
    "correctness": _("Correctness"),
    "feedback": _("Feedback closed in time"),
}
SEEN: dict[str, LazyText] = {
    "freshness": _(
        "%(fresh)s of %(articles)s articles are fresh; overdue %(overdue)s, touched in a batch %(touched)s, "
        "not known %(unknown)s."
    ),
    "lag": _("%(changes)s changes of policy, %(waiting)s still waiting; nine in ten within %(days)s days or more."),
    "use": _("%(linked)s of %(contacts)s contacts were linked to an article."),
    "correctness": _("%(correct)s of %(sampled)s sampled answers were correct."),
    "feedback": _("%(in_time)s closed in time, %(late)s late, %(pending)s still within the time allowed."),
}
WHY: dict[str, LazyText] = {
    "no_articles": _("The list has no article."),
    "no_uses": _("The list does not say how often articles were used, so nothing can be weighted by use."),
    "some_unknown": _(
        "Of some articles the review date, or whether their content changed on a day of many changes, is not known."
    ),
    "no_policy_change": _("The list has no change of policy in this period."),
    "still_open": _("Some changes of policy have not reached their article yet; how long they will take is open."),
    "no_contacts": _("It was not said how many contacts were handled and how many were linked to an article."),
    "few_samples": _("Too few answers were sampled to say anything."),
    "no_feedback": _("No feedback of this period has come to its end."),
}
PULLS: dict[str, tuple[LazyText, str]] = {
    "overdue": (_("review overdue"), "is-bad"),
    "touched": (_("touched in a batch, content unchanged"), "is-warn"),
    "unknown": (_("not known"), "is-open"),
}


@dataclass(frozen=True)
class PartRow:
    """One of the parts in words; ``low`` and ``high`` are shown points."""

    title: str
    most: int
    low: str
    high: str
    percent_low: float
    percent_high: float
    seen: str
    why: str

    @property
    def known(self) -> bool:
        """Say whether the part is one number, as shown."""
        return self.low == self.high

    @property
    def nothing_known(self) -> bool:
        """Say whether the part may be anything."""
        return self.percent_low == 0 and self.percent_high == 100  # noqa: PLR2004 - per cent


@dataclass(frozen=True)
class PullRow:
    """An article that is not fresh."""

    article: str
    title: str
    owner: str
    uses: int | None
    words: str
    style: str
    review_due: date | None


def indices_of(centre: Centre) -> list[KnowledgeIndex]:
    """Return the newest indices of a centre, withdrawn ones too, newest first; one query, without their marks."""
    return list(_light(centre.knowledge_indices.all())[:MOST_IN_HISTORY])


def index_visible(user: User) -> QuerySet[KnowledgeIndex]:
    """Return the indices a person may see, with centre and who made them."""
    visible = KnowledgeIndex.objects.visible_to(user)
    return visible.select_related("centre__organisation", "created_by", "withdrawn_by").defer("marks")


def _light(indices: QuerySet[KnowledgeIndex]) -> QuerySet[KnowledgeIndex]:
    return indices.select_related("created_by").defer("marks", "refused", "result", "columns", "ignored", "parameters")


def part_rows(index: KnowledgeIndex) -> list[PartRow]:
    """Return the parts in words; no query."""
    return [_part_row(part) for part in index.result["parts"]]


def _part_row(part: dict[str, Any]) -> PartRow:
    low, high, most = Fraction(part["low"]), Fraction(part["high"]), part["most"]
    seen = str(SEEN[part["code"]]) % part["seen"] if _complete(part) else ""
    return PartRow(
        title=str(PARTS[part["code"]]),
        most=most,
        low=round_half_up(low, 1),
        high=round_half_up(high, 1),
        percent_low=float(low * 100 / most),
        percent_high=float(high * 100 / most),
        seen=seen,
        why=str(WHY[part["why"]]) if part["why"] else "",
    )


def _complete(part: dict[str, Any]) -> bool:
    """Say whether all counts that the sentence speaks of are there."""
    needed = {"freshness": "articles", "lag": "days", "use": "linked", "correctness": "sampled", "feedback": "in_time"}
    return needed[part["code"]] in part["seen"]


def pull_rows(index: KnowledgeIndex) -> list[PullRow]:
    """Return the articles that pull the index down, most used first; no query."""
    return [
        PullRow(
            article=pull["article"],
            title=pull["title"],
            owner=pull["owner"],
            uses=pull["uses"],
            words=str(PULLS[pull["state"]][0]),
            style=PULLS[pull["state"]][1],
            review_due=date.fromisoformat(pull["review_due"]) if pull["review_due"] else None,
        )
        for pull in index.result["pulls"]
    ]


def refused_rows(index: KnowledgeIndex) -> list[tuple[int, str]]:
    """Return (line, reason in the reader's language) of the rows that were left out; no query."""
    return [(row["line"], Message(row["template"], row["params"]).words(gettext)) for row in index.refused]


def history_plot(indices: Sequence[KnowledgeIndex]) -> str:
    """Return the indices over time as a plot, oldest left; nothing for fewer than two."""
    counted: Iterable[KnowledgeIndex] = [index for index in reversed(indices) if not index.withdrawn_at]
    points = [
        Point(index.last.isoformat(), float(index.low), float((index.low + index.high) / 2), float(index.high))
        for index in counted
    ]
    if len(points) < 2:  # noqa: PLR2004 - one point is no history
        return ""
    return band_plot(
        points,
        title=gettext("Liveness of the knowledge over time, 0 to 100 points"),
        description=gettext("The band is what is not known."),
        floor=0.0,
    )
