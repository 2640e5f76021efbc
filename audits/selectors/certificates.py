"""Certificates with their state of the day and what is due to keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from audits.cycle import dues, next_due
from audits.life import HELD, remaining, state_on, suspended_too_long
from audits.models import Audit, AuditPurpose, AuditStatus, Certificate
from audits.selectors.narrowing import Narrowed
from audits.selectors.overview import tier_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise as LazyText

    from accounts.models import User
    from audits.cycle import Due
    from standards.models import Edition

SOON_DAYS = 90
# What will end: the rest has ended already.
ENDING = frozenset({"active", "suspended", "not_yet"})
STATES: dict[str, tuple[LazyText, str]] = {
    "active": (_("Active"), "is-good"),
    "suspended": (_("Suspended"), "is-warn"),
    "expired": (_("Expired"), "is-bad"),
    "withdrawn": (_("Withdrawn"), "is-bad"),
    "superseded": (_("Superseded"), ""),
    "not_yet": (_("Not valid yet"), ""),
}
DUES: dict[str, LazyText] = {"surveillance": _("Surveillance"), "recertification": _("Recertification")}


@dataclass(frozen=True)
class CertificateRow:
    """One certificate as it is on a day. ``due`` is empty where nothing keeps it any more."""

    certificate: Certificate
    state: str
    words: LazyText
    style: str
    tier: str
    due: Due | None
    due_words: LazyText | str
    late: bool
    soon: bool
    too_long: bool

    @property
    def scope(self) -> str:
        """Return the scope as it is now."""
        return self.certificate.scope or self.certificate.audit.scope


def certificates_for(user: User) -> QuerySet[Certificate]:
    """Return visible certificates with all that a row shows, and how many surveillances of the cycle are done."""
    # Counted certificate by certificate: a page of the list asks for fifty, however many there are.
    done = (
        Audit.objects.filter(
            of_certificate=OuterRef("pk"),
            purpose=AuditPurpose.SURVEILLANCE,
            status=AuditStatus.CLOSED,
            decision__granted=True,
            closed_at__date__gte=OuterRef("cycle_from"),
        )
        .order_by()
        .values("of_certificate")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        Certificate.objects.visible_to(user)
        .select_related("audit__centre", "audit__auditee", "audit__conductor", "audit__edition")
        .defer("audit__edition__document", "audit__result", "audit__market", "audit__facts")
        .annotate(surveyed=Coalesce(Subquery(done), 0))
        .order_by("valid_until", "pk")
    )


def certificate_row(certificate: Certificate, today: date) -> CertificateRow:
    """Return a certificate of ``certificates_for`` as it is on a day; a query per edition for the name of the tier."""
    state = state_on(
        certificate.status, valid_from=certificate.valid_from, valid_until=certificate.valid_until, today=today
    )
    words, style = STATES[state]
    due = None
    if state in HELD:
        since = certificate.cycle_from or certificate.valid_from
        due = next_due(since, certificate.valid_until, certificate.surveyed)  # type: ignore[attr-defined] # annotated
    return CertificateRow(
        certificate,
        state,
        words,
        style,
        dict(tier_names(certificate.audit)).get(certificate.tier, certificate.tier),
        due,
        DUES[due.what] if due else "",
        late=due is not None and due.by < today,
        soon=due is not None and today <= due.by <= today + timedelta(days=SOON_DAYS),
        too_long=state == "suspended" and suspended_too_long(certificate.status_since.date(), today),
    )


@dataclass(frozen=True)
class Ending:
    """What certificates are narrowed to besides their state: tier, holder and centre, and when they end.

    ``ends`` is the first day of one of ``audits.life.REMAINING``; it keeps what is active, suspended or not valid yet.
    """

    tier: str = ""
    organisation: int | None = None
    centre: int | None = None
    programme: int | None = None
    ends: int | None = None

    def condition(self) -> Q:
        """Return it as a condition, but for the end, which is of the day."""
        found = Q(tier=self.tier) if self.tier else Q()
        audits = Narrowed(organisation=self.organisation, centre=self.centre, programme=self.programme)
        return found & audits.condition("audit__")

    def ending(self, state: str, valid_until: date, today: date) -> bool:
        """Say whether one that is so on a day ends when it is asked to."""
        if self.ends is None:
            return True
        return state in ENDING and remaining(valid_until, today) == self.ends


@dataclass(frozen=True)
class Standing:
    """What of a certificate decides where it stands in the list: its id, its state and its next due of the day."""

    pk: int
    state: str
    due: Due | None
    status_since: date
    valid_until: date

    @property
    def order(self) -> tuple[bool, int, int]:
        """What is due first comes first, and last what nothing keeps any more."""
        return self.due is None, self.due.by.toordinal() if self.due else 0, self.pk

    def asked(self, due: str, today: date) -> bool:
        """Say whether it is due as asked: ``late``, ``soon`` (late too) or whatever."""
        soon = self.due is not None and self.due.by <= today + timedelta(days=SOON_DAYS)
        if due == "late":
            too_long = self.state == "suspended" and suspended_too_long(self.status_since, today)
            return too_long or (self.due is not None and self.due.by < today)
        return soon or not due


def standings(certificates: QuerySet[Certificate], today: date) -> list[Standing]:
    """Return how certificates of ``certificates_for`` stand, in the order of the list; one query of a few columns."""
    columns = ("pk", "status", "valid_from", "valid_until", "cycle_from", "status_since", "surveyed")
    found = []
    for pk, status, start, until, cycle_from, since, surveyed in certificates.order_by().values_list(*columns):
        state = state_on(status, valid_from=start, valid_until=until, today=today)
        due = next_due(cycle_from or start, until, surveyed) if state in HELD else None
        found.append(Standing(pk, state, due, since.date(), until))
    return sorted(found, key=lambda each: each.order)


def certificates_asked(
    user: User, *, today: date, state: str = "", due: str = "", text: str = "", ending: Ending | None = None
) -> list[int]:
    """Return the ids of what is visible and asked for; what is due first comes first. One query."""
    ending = ending or Ending()
    found = certificates_for(user).filter(ending.condition())
    if text:
        found = found.filter(
            Q(number__icontains=text) | Q(audit__centre__name__icontains=text) | Q(audit__auditee__name__icontains=text)
        )
    return [
        row.pk
        for row in standings(found, today)
        if (not state or row.state == state)
        and row.asked(due, today)
        and ending.ending(row.state, row.valid_until, today)
    ]


def certificate_rows(user: User, wanted: Sequence[int], *, today: date) -> list[CertificateRow]:
    """Return the rows of one page of ``certificates_asked``, in its order."""
    found = {each.pk: each for each in certificates_for(user).filter(pk__in=wanted)}
    editions: dict[int, Edition] = {}
    for each in found.values():  # one object per edition, so that its document is fetched once
        each.audit.edition = editions.setdefault(each.audit.edition_id, each.audit.edition)
    return [certificate_row(found[pk], today) for pk in wanted if pk in found]


@dataclass(frozen=True)
class Held:
    """Of a certificate only what is counted: its tier, its state of the day, when it ends."""

    tier: str
    state: str
    ends: int | None


def held(user: User, ending: Ending, *, today: date) -> list[Held]:
    """Return what is visible and asked for, to be counted; one query."""
    columns = ("tier", "status", "valid_from", "valid_until")
    rows = Certificate.objects.visible_to(user).filter(ending.condition()).order_by("pk").values_list(*columns)
    found = []
    for tier, status, first, last in rows:
        state = state_on(status, valid_from=first, valid_until=last, today=today)
        found.append(Held(tier, state, remaining(last, today) if state in ENDING else None))
    return found


def cycle_of(row: CertificateRow) -> list[tuple[Due, LazyText, bool]]:
    """Return what is due in the whole cycle, each with whether it is done; no query."""
    certificate = row.certificate
    planned = dues(certificate.cycle_from or certificate.valid_from, certificate.valid_until)
    done: int = certificate.surveyed  # type: ignore[attr-defined] # annotated
    return [(due, DUES[due.what], due.what == "surveillance" and due.number <= done) for due in planned]
