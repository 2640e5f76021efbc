"""Calibrations: one with what its reader may see, and what all of them say about criteria and auditors."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from accounts.models import User
from audits.calibrating import Calibration, CalibrationCard
from audits.calibration_words import UNSAID
from audits.concord import Kappa, Lean, leans, weighted_kappa
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from audits.models import Audit
    from standards.models import Criterion

PAIR = 2


def calibrations_for(user: User) -> QuerySet[Calibration]:
    """Return visible calibrations with their audit, and how many cards there are, given, and one's own to give."""
    return (
        Calibration.objects.visible_to(user)
        .select_related("audit__centre", "asked_by")
        .defer("audit__result", "audit__market", "audit__facts")
        .annotate(
            number=Count("cards"),
            given=Count("cards", filter=Q(cards__given_at__isnull=False)),
            mine=Count("cards", filter=Q(cards__rater=user)),
            open=Count("cards", filter=Q(cards__rater=user, cards__given_at=None)),
        )
    )


def auditors_beside(audit: Audit) -> QuerySet[User]:
    """Return the auditors of the conducting organisation who are not on the team, nor of the audited one; one query."""
    found = User.objects.filter(
        memberships__organisation=audit.conductor_id, memberships__role="auditor", is_active=True
    ).exclude(team_memberships__audit=audit)
    if audit.auditee_id != audit.conductor_id:
        found = found.exclude(memberships__organisation=audit.auditee_id)
    return found.distinct().order_by("name", "pk")


@dataclass(frozen=True)
class Seen:
    """One criterion of a calibration as its reader sees it: the own card, and both once both are given."""

    criterion: Criterion
    levels: list[tuple[int, str]]
    own: CalibrationCard | None
    both: list[CalibrationCard]
    given: int


def seen_by(calibration: Calibration, user: User) -> list[Seen]:
    """Return the criteria with the cards that the person may see: nobody's before both gave theirs. One query."""
    rows: dict[int, list[CalibrationCard]] = defaultdict(list)
    for card in calibration.cards.select_related("criterion__edition", "rater").defer("criterion__edition__document"):
        rows[card.criterion_id].append(card)
    return [_seen(cards, user) for cards in rows.values()]


def _seen(cards: list[CalibrationCard], user: User) -> Seen:
    criterion = cards[0].criterion
    given = [card for card in cards if card.given_at is not None]
    row = edition_spec(criterion.edition).row_by_code[criterion.code]
    levels = [(level, criterion.anchors.get(str(level), {})) for level in row.levels]
    own = next((card for card in cards if card.rater_id == user.pk), None)
    return Seen(criterion, levels, own, given if len(given) == len(cards) else [], len(given))


@dataclass(frozen=True)
class Agreed:
    """How far auditors agreed on one criterion: pairs, how many were the same, how far apart on average, kappa."""

    code: str
    title: Any
    pairs: int
    same: int
    apart: float
    kappa: Kappa | None
    unsaid: str

    @property
    def percent(self) -> int:
        """Say how many of a hundred pairs were the same."""
        return round(100 * self.same / self.pairs)


def agreement(managed: set[int]) -> tuple[list[Agreed], Kappa | str, list[tuple[User, Lean]]]:
    """Return agreement per criterion, the widest apart first, over all, and how each auditor leans; two queries.

    A pair in which either said that the criterion does not apply has no distance and is left out.
    """
    cards = (
        CalibrationCard.objects.filter(calibration__audit__conductor__in=managed, given_at__isnull=False)
        .select_related("criterion__edition")
        .defer("criterion__edition__document")
        .order_by("given_at", "pk")
    )
    looks: dict[tuple[int, int], list[CalibrationCard]] = defaultdict(list)
    for card in cards:
        looks[card.calibration_id, card.criterion_id].append(card)
    whole = [look for look in looks.values() if len(look) == PAIR and all(card.level is not None for card in look)]
    by_code: dict[str, list[list[CalibrationCard]]] = defaultdict(list)
    for look in whole:
        by_code[look[0].criterion.code].append(look)
    rows = sorted((_agreed(code, found) for code, found in by_code.items()), key=lambda row: (-row.apart, row.code))
    found = leans({card.rater_id: card.level for card in look if card.level is not None} for look in whole)
    people = User.objects.in_bulk(found)
    return rows, _kappa(whole), sorted(((people[pk], lean) for pk, lean in found.items()), key=lambda row: str(row[0]))


def _kappa(looks: list[list[CalibrationCard]]) -> Kappa | str:
    criteria = [look[0].criterion for look in looks]
    scale = {level for each in criteria for level in edition_spec(each.edition).row_by_code[each.code].levels}
    pairs = [(look[0].level or 0, look[1].level or 0) for look in looks]
    return weighted_kappa(pairs, sorted(scale))


def _agreed(code: str, looks: list[list[CalibrationCard]]) -> Agreed:
    distances = [abs((look[0].level or 0) - (look[1].level or 0)) for look in looks]
    kappa = _kappa(looks)
    said = kappa if isinstance(kappa, Kappa) else None
    unsaid = "" if isinstance(kappa, Kappa) else str(UNSAID[kappa])
    title = looks[-1][0].criterion.title
    return Agreed(code, title, len(looks), distances.count(0), sum(distances) / len(looks), said, unsaid)
