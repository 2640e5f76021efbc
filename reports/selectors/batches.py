"""What a batch would make, how far one has come, and what is due this month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from accounts.models import Role
from audits.models import Audit, AuditStatus, CertificateStatus
from reports.models import Batch, Export, ExportStatus, Schedule
from reports.production import OUTPUT_KEEPERS, BatchKind, Which

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import User

WAITING = (ExportStatus.QUEUED, ExportStatus.RUNNING)
ENDED = (AuditStatus.CLOSED, AuditStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which audits: all keys of what a person chose, None or empty where they did not."""

    kind: str = BatchKind.REPORT
    which: str = Which.ALL
    organisation: int | None = None
    programme: int | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many exports of a batch stand where; ``percent`` is of those that are over."""

    total: int
    done: int
    failed: int
    cancelled: int
    waiting: int
    expired: int

    @property
    def percent(self) -> int:
        """Return the share that is over, 0 to 100; 100 only when nothing waits."""
        return (self.total - self.waiting) * 100 // self.total if self.total else 100

    @property
    def again(self) -> int:
        """Return how many could be tried again."""
        return self.failed + self.cancelled


def exportable_by(user: User) -> QuerySet[Audit]:
    """Return the audits whose documents the person may ask for: the rule ``export_audit`` as a query."""
    staff = (*OUTPUT_KEEPERS, Role.DECISION_MAKER, Role.AUDITOR)
    return Audit.objects.filter(
        Q(auditee__in=user.organisations_as(*OUTPUT_KEEPERS)) | Q(conductor__in=user.organisations_as(*staff))
    )


def batch_audits(user: User, wanted: Filter, *, today: date) -> QuerySet[Audit]:
    """Return the audits that a batch would take, by reference, with what a row shows; one query."""
    rows = exportable_by(user).exclude(status=AuditStatus.CANCELLED)
    which = Which.CERTIFIED if wanted.kind == BatchKind.CERTIFICATE else wanted.which
    if which == Which.UNDER_WAY:
        rows = rows.exclude(status__in=ENDED)
    elif which == Which.DECIDED:
        rows = rows.filter(decision__isnull=False)
    elif which == Which.CERTIFIED:
        valid = {"certificate__status": CertificateStatus.ACTIVE, "certificate__valid_until__gte": today}
        rows = rows.filter(**valid)
    if wanted.organisation:
        rows = rows.filter(Q(auditee=wanted.organisation) | Q(conductor=wanted.organisation))
    if wanted.programme:
        rows = rows.filter(programme_line__programme=wanted.programme)
    if wanted.search:
        search = wanted.search.replace("\x00", "")
        named = ("reference", "centre__name", "auditee__name")
        hit = Q()
        for name in named:
            hit |= Q(**{f"{name}__icontains": search})
        rows = rows.filter(hit)
    return (
        rows.select_related("centre", "auditee")
        .only("reference", "status", "centre__name", "auditee__name")
        .order_by("reference", "pk")
    )


def batches_for(user: User) -> QuerySet[Batch]:
    """Return the person's batches with the numbers that a row shows; one query."""
    return (
        Batch.objects.visible_to(user)
        .annotate(
            total=Count("exports"),
            done=Count("exports", filter=Q(exports__status=ExportStatus.DONE)),
            failed=Count("exports", filter=Q(exports__status=ExportStatus.FAILED)),
            waiting=Count("exports", filter=Q(exports__status__in=WAITING)),
        )
        .order_by("-requested_at", "pk")
    )


def batch_progress(batch: Batch) -> Progress:
    """Count the exports of a batch; one query."""
    counts: dict[str, Any] = {
        row["status"]: row["n"] for row in batch.exports.order_by().values("status").annotate(n=Count("pk"))
    }
    return Progress(
        total=sum(counts.values()),
        done=counts.get(ExportStatus.DONE, 0),
        failed=counts.get(ExportStatus.FAILED, 0),
        cancelled=counts.get(ExportStatus.CANCELLED, 0),
        waiting=sum(counts.get(status, 0) for status in WAITING),
        expired=counts.get(ExportStatus.EXPIRED, 0),
    )


def batch_faults(batch: Batch) -> QuerySet[Export]:
    """Return the exports that failed, with the words that say why; one query."""
    failed = batch.exports.filter(status=ExportStatus.FAILED).select_related("audit__centre")
    return failed.order_by("audit__reference")


def batch_allowed(batch: Batch, user: User) -> bool:
    """Say whether the person may still have every document of a batch: rights may have gone since; one query."""
    rightful = exportable_by(user).order_by().values("pk")
    return not batch.exports.filter(status=ExportStatus.DONE).exclude(audit__in=rightful).exists()


def schedules_for(user: User) -> QuerySet[Schedule]:
    """Return the schedules of the organisations whose output the person looks after; one query."""
    rows = Schedule.objects.filter(organisation__in=user.organisations_as(*OUTPUT_KEEPERS))
    return rows.select_related("organisation", "programme__organisation", "kept_by")


def schedules_due(today: date) -> QuerySet[Schedule]:
    """Return what was not made yet this month and whose day has come."""
    rows = Schedule.objects.filter(paused_at=None, day__lte=today.day).exclude(made_for=f"{today:%Y-%m}")
    return rows.select_related("kept_by").order_by("pk")
