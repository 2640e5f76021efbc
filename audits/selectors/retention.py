"""What an organisation's declared retention lets go of, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q

from audits.models import NONCONFORMITIES, Audit, AuditStatus, EvidenceVersion, Finding
from audits.pieces import Content
from audits.registers import Credential
from audits.retaining import LegalHold, Retention
from audits.samples import Sample

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import Organisation

OVER = (AuditStatus.CLOSED, AuditStatus.CANCELLED)
COPIES = ("sha256", "view_sha256", "thumb_sha256")


@dataclass(frozen=True)
class Stored:
    """The files of one audit: the hash of each, and what the originals take in bytes."""

    hashes: frozenset[str]
    size: int


def kept_until(today: date, years: int) -> date:
    """Return the last day that is so many years ago; the 29th of February becomes the 28th."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def audits_due(retention: Retention, *, today: date) -> QuerySet[Audit]:
    """Return the audits whose time is over, oldest first, each with ``held``: whether a legal hold stands; one query.

    Over are audits that ended, whose certificates ended, whose nonconformities are closed, and which no audit under
    way looks back on.
    """
    since = kept_until(today, retention.years)
    unsettled = Finding.objects.filter(closed_at=None, kind__in=NONCONFORMITIES, audit__status=AuditStatus.CLOSED)
    under_way = Audit.objects.exclude(status__in=OVER).exclude(previous=None)
    return (
        Audit.objects.filter(conductor=retention.organisation_id, status__in=OVER, disposal=None, onsite_to__lt=since)
        .exclude(closed_at__date__gte=since)
        .exclude(certificate__valid_until__gte=since)
        .exclude(of_certificate__valid_until__gte=since)
        .exclude(pk__in=unsettled.order_by().values("audit"))
        .exclude(pk__in=under_way.order_by().values("previous"))
        .annotate(held=Exists(holds_on(OuterRef("pk"), OuterRef("conductor_id"), OuterRef("auditee_id"))))
        .defer("result", "market", "facts")
        .order_by("onsite_to", "pk")
    )


def holds_on(audit: Any, *organisations: Any) -> QuerySet[LegalHold]:
    """Return the holds that stand on an audit, by itself or through one of its organisations."""
    wide = Q()
    for each in organisations:
        wide |= Q(organisation=each, audit=None)
    return LegalHold.objects.filter(Q(audit=audit) | wide, lifted_at=None)


def holds_of(organisation: Organisation) -> QuerySet[LegalHold]:
    """Return the holds of an organisation, those that stand first; one query with people and audits."""
    rows = organisation.legal_holds.select_related("audit", "placed_by", "lifted_by")
    return rows.order_by(F("lifted_at").asc(nulls_first=True), "-placed_at", "-pk")


def stored_of(audit: Audit) -> Stored:
    """Return which files an audit has: evidence in all versions with its copies, and what samples were drawn from."""
    former = EvidenceVersion.objects.filter(evidence__audit=audit).order_by()
    rows = [*audit.evidence.order_by().values_list(*COPIES, "size"), *former.values_list(*COPIES, "size")]
    drawn = audit.samples.exclude(population_sha256="").values_list("population_sha256", flat=True)
    hashes = {digest for row in rows for digest in row[:-1] if digest} | set(drawn)
    return Stored(frozenset(hashes), sum(row[-1] for row in rows))


def wanted_elsewhere(hashes: frozenset[str], audit: Audit) -> set[str]:
    """Return those of the files that something else rests on: another audit, a credential, an entry for an award."""
    found = set(Credential.objects.filter(file_sha256__in=hashes).values_list("file_sha256", flat=True))
    samples = Sample.objects.filter(population_sha256__in=hashes, audit__disposal=None).exclude(audit=audit)
    found |= set(samples.values_list("population_sha256", flat=True))
    for model in contents():
        rows = undisposed(model).exclude(**{path_to_audit(model): audit}) if path_to_audit(model) else undisposed(model)
        for name in COPIES:
            found |= set(rows.filter(**{f"{name}__in": hashes}).order_by().values_list(name, flat=True))
    return found


def contents() -> list[type[Any]]:
    """Return every model of a stored file, also those of the rooms above."""
    return [model for model in apps.get_models() if issubclass(model, Content)]


def path_to_audit(model: type[Any]) -> str:
    """Return how a stored file leads to its audit; empty where it belongs to none."""
    names = {field.name for field in model._meta.get_fields()}  # noqa: SLF001 - Django's documented way
    return "audit" if "audit" in names else "evidence__audit" if "evidence" in names else ""


def undisposed(model: type[Any]) -> QuerySet[Any]:
    """Return the rows whose files should be there."""
    path = path_to_audit(model)
    rows: QuerySet[Any] = model._default_manager.all()  # noqa: SLF001 - Django's documented way
    return rows.filter(**{f"{path}__disposal": None}) if path else rows
