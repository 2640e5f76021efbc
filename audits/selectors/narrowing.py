"""Which audits a list or a chart is about: the same words of an address narrow both, so that their numbers agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Organisation
from audits.engagements import AuditProgramme
from audits.models import Audit, AuditStatus

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as LazyText

    from accounts.models import User

# How far an engagement has come, in fewer words than its status.
STAGES: dict[str, tuple[LazyText, frozenset[str]]] = {
    "ahead": (_("Ahead"), frozenset({"draft", "planned"})),
    "working": (_("Being made"), frozenset({"stage_1", "fieldwork", "closing", "report_draft"})),
    "review": (_("In review, correction or decision"), frozenset({"technical_review", "correction", "decision"})),
    "closed": (_("Closed"), frozenset({"closed"})),
    "cancelled": (_("Cancelled"), frozenset({"cancelled"})),
}


@dataclass(frozen=True)
class Narrowed:
    """What audits are narrowed to; nothing narrows nothing. ``year`` is that of the first day on site.

    ``organisation`` is the audited one, ``tier`` what the frozen result attained, ``stage`` one of ``STAGES``;
    ``scored`` keeps what has a frozen result and was not cancelled.
    """

    year: int | None = None
    organisation: int | None = None
    centre: int | None = None
    programme: int | None = None
    tier: str = ""
    stage: str = ""
    scored: bool = False

    def __bool__(self) -> bool:
        """Say whether anything is narrowed."""
        return self != Narrowed()

    def condition(self, before: str = "") -> Q:
        """Return it as a condition on audits; ``before`` is the way to them, such as ``audit__``."""
        found = Q()
        for name, lookup in (
            ("year", "onsite_from__year"),
            ("organisation", "auditee"),
            ("centre", "centre"),
            ("programme", "programme_line__programme"),
            ("tier", "result__result__tier"),
        ):
            if value := getattr(self, name):
                found &= Q(**{before + lookup: value})
        if self.stage in STAGES:
            found &= Q(**{f"{before}status__in": sorted(STAGES[self.stage][1])})
        if self.scored:
            found &= Q(**{f"{before}result__isnull": False}) & ~Q(**{f"{before}status": AuditStatus.CANCELLED})
        return found

    def asked(self) -> dict[str, str]:
        """Return it as an address writes it."""
        return {name: str(int(value) if value is True else value) for name, value in asdict(self).items() if value}


ALL_AUDITS = Narrowed()


def narrowed_words(user: User, wanted: Narrowed) -> list[tuple[str, LazyText | str, str]]:
    """Return (name in the address, label, value in words) of what is narrowed; at most three queries.

    What the person may not see is not named.
    """
    seen = Audit.objects.visible_to(user).order_by()
    named = {
        "organisation": Organisation.objects.filter(pk__in=seen.values("auditee")),
        "centre": Centre.objects.filter(pk__in=seen.values("centre")),
        "programme": AuditProgramme.objects.visible_to(user).select_related("organisation"),
    }
    words: dict[str, LazyText] = {
        "year": _("Year"),
        "organisation": _("Organisation"),
        "centre": _("Centre"),
        "programme": _("Audit programme"),
        "tier": _("Tier"),
        "stage": _("How far"),
        "scored": _("Result"),
    }
    found: list[tuple[str, LazyText | str, str]] = []
    for name, value in wanted.asked().items():
        if name in named:
            value = str(named[name].filter(pk=value).first() or "–")  # noqa: PLW2901 - the same, in words
        elif name == "stage":
            value = str(STAGES[value][0])  # noqa: PLW2901
        elif name == "scored":
            value = str(_("scored"))  # noqa: PLW2901
        found.append((name, words[name], value))
    return found
