"""The public register: active certificates of the organisations that want to be listed, and nothing of the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from audits.life import REMAINING, remaining
from audits.models import Certificate, CertificateStatus
from standards.models import Edition
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.db.models import QuerySet

# So few organisations that are not listed are not even counted: their number could give one of them away.
LEAST_UNLISTED = 5


@dataclass(frozen=True)
class RegisterWanted:
    """What the register is narrowed to; ``ends`` is the first day of one of ``audits.life.REMAINING``."""

    text: str = ""
    tier: str = ""
    country: str = ""
    industry: str = ""
    ends: int | None = None

    def asked(self) -> dict[str, str]:
        """Return it as an address writes it."""
        named = {"q": self.text, "tier": self.tier, "country": self.country, "industry": self.industry}
        found = {name: value for name, value in named.items() if value}
        return found if self.ends is None else {**found, "ends": str(self.ends)}


def _active(today: date) -> QuerySet[Certificate]:
    return Certificate.objects.filter(
        status=CertificateStatus.ACTIVE, valid_from__lte=today, valid_until__gte=today
    ).order_by()


def listed(wanted: RegisterWanted, *, today: date) -> QuerySet[Certificate]:
    """Return the listed certificates that match, with what a row shows, by organisation."""
    found = (
        _active(today)
        .filter(audit__auditee__listing__isnull=False)
        .select_related("audit__centre", "audit__auditee", "audit__conductor", "audit__edition")
        .defer("audit__edition__document", "audit__result", "audit__market", "audit__facts")
    )
    for name, value in (
        ("tier", wanted.tier),
        ("audit__centre__country", wanted.country),
        ("audit__centre__industry", wanted.industry),
    ):
        if value:
            found = found.filter(**{name: value})
    if wanted.text:
        found = found.filter(
            Q(number__icontains=wanted.text)
            | Q(audit__auditee__name__icontains=wanted.text)
            | Q(audit__centre__name__icontains=wanted.text)
            | Q(audit__centre__city__icontains=wanted.text)
        )
    if wanted.ends is not None:
        found = found.filter(_ends(wanted.ends, today))
    return found.order_by("audit__auditee__name", "audit__centre__name", "pk")


def _ends(first: int, today: date) -> Q:
    span = next((each for each in REMAINING if each[0] == first), None)
    if span is None:
        return Q(pk=None)
    found = Q(valid_until__gte=today + timedelta(days=span[0]))
    return found if span[1] is None else found & Q(valid_until__lte=today + timedelta(days=span[1]))


def register_counts(wanted: RegisterWanted, *, today: date) -> dict[str, dict[str, int]]:
    """Count what matches by tier, country, industry and remaining time; four queries."""
    found = listed(wanted, today=today).order_by()
    names = {"tier": "tier", "country": "audit__centre__country", "industry": "audit__centre__industry"}
    counts = {
        what: dict(found.values_list(name).annotate(number=Count("pk")).order_by("-number", name))
        for what, name in names.items()
    }
    ends = [remaining(day, today) for day in found.values_list("valid_until", flat=True)]
    return {**counts, "ends": {str(first): ends.count(first) for first, _last in REMAINING}}


def unlisted_count(*, today: date) -> int | None:
    """Count the active certificates that are not listed; None where so few hold them that it tells. Two queries."""
    others = _active(today).filter(audit__auditee__listing__isnull=True)
    holders = others.aggregate(holders=Count("audit__auditee", distinct=True))["holders"]
    return others.count() if holders >= LEAST_UNLISTED or not holders else None


def tier_titles() -> dict[str, Mapping[str, str]]:
    """Return the titles of all tiers that certificates name, those of the newest edition last and so winning.

    One query, and one per edition that this process has not read yet.
    """
    certified = Certificate.objects.order_by().values("audit__edition")
    editions = Edition.objects.filter(pk__in=certified).order_by("code", "version").defer("document")
    return {tier["code"]: tier["title"] for each in editions for tier in edition_document(each)["tiers"]}
