"""Planning an engagement: centre, edition, team, texts, and the facts that the gates ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.models import (
    Answer,
    Audit,
    AuditKind,
    AuditPurpose,
    AuditStatus,
    Certificate,
    CertificateStatus,
    TeamMember,
)
from audits.services.errors import PlanError, StaleTextsError
from audits.services.locking import audit_lock, reference_lock, subject_of
from audits.workflow import EDITABLE, PLANNABLE, UNSTARTED
from ledger.services import ledger_append
from standards.models import Edition, EditionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from accounts.models import Centre, Organisation, User
    from audits.engagements import ProgrammeLine

TEXT_FIELDS = ("scope", "objectives", "summary", "not_covered", "remote_methods")


@transaction.atomic
def audit_create(
    *,
    centre: Centre,
    conductor: Organisation,
    edition: Edition,
    kind: str,
    scope: str,
    objectives: str,
    onsite_from: date,
    onsite_to: date,
    team: Sequence[tuple[User, str]],
    purpose: str = AuditPurpose.INITIAL,
    of_certificate: Certificate | None = None,
    programme_line: ProgrammeLine | None = None,
    by: User,
    at: datetime,
) -> Audit:
    """Draft an engagement and make its empty answer sheet, one row per criterion of the edition.

    ``previous`` becomes the last audit of the centre of the same kind that was closed. Raises ``PlanError``:
    edition_not_published, dates_reversed, twice_on_team, certifies_itself, no_mandate, no_certificate, other_centre,
    already_planned, already_certified.
    """
    # As it is now, and until this is done: whoever supersedes or withdraws it waits, or was first.
    edition = Edition.objects.select_for_update(no_key=True).defer("document").get(pk=edition.pk)
    if edition.status != EditionStatus.PUBLISHED:
        raise PlanError("edition_not_published")
    if onsite_to < onsite_from:
        raise PlanError("dates_reversed")
    _require_standing(centre, conductor, kind)
    _require_certificate(centre, kind, purpose, of_certificate)
    if kind == AuditKind.CERTIFICATION and purpose == AuditPurpose.INITIAL:
        _require_uncertified(centre, conductor, edition, today=at.date())
    if programme_line is not None and Audit.objects.filter(programme_line=programme_line).exists():
        raise PlanError("already_planned")
    audit = Audit.objects.create(
        reference=_next_reference(at.year),
        kind=kind,
        status=AuditStatus.DRAFT,
        purpose=purpose if kind == AuditKind.CERTIFICATION else AuditPurpose.INITIAL,
        previous=previous_of(centre, kind),
        of_certificate=of_certificate,
        programme_line=programme_line,
        centre=centre,
        auditee_id=centre.organisation_id,
        conductor=conductor,
        edition=edition,
        edition_sha256=edition.sha256,
        scope=scope,
        objectives=objectives,
        onsite_from=onsite_from,
        onsite_to=onsite_to,
        created_at=at,
        created_by=by,
    )
    criteria = edition.criteria.order_by("position").values_list("pk", flat=True)
    Answer.objects.bulk_create([Answer(audit=audit, criterion_id=pk) for pk in criteria], batch_size=500)
    _team_write(audit, team)
    ledger_append(
        action="audit.planned",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "reference": audit.reference,
            "centre": centre.pk,
            "conductor": conductor.pk,
            "edition": edition.sha256,
            "kind": kind,
            "purpose": audit.purpose,
            "certificate": of_certificate.number if of_certificate else None,
            "team": [[user.pk, role] for user, role in team],
        },
    )
    return audit


def _require_standing(centre: Centre, conductor: Organisation, kind: str) -> None:
    """Refuse a conductor whom nobody asked, and a certificate that an organisation would issue to itself."""
    if conductor.pk == centre.organisation_id:
        if kind == AuditKind.CERTIFICATION:
            raise PlanError("certifies_itself")
    elif not centre.organisation.audit_bodies.filter(pk=conductor.pk).exists():
        raise PlanError("no_mandate")


def _require_certificate(centre: Centre, kind: str, purpose: str, certificate: Certificate | None) -> None:
    """Every certification audit but the first is about a certificate, which must be this centre's."""
    if kind != AuditKind.CERTIFICATION or purpose == AuditPurpose.INITIAL:
        if certificate is not None:
            raise PlanError("initial_with_certificate")
    elif certificate is None:
        raise PlanError("no_certificate")
    elif certificate.audit.centre_id != centre.pk:
        raise PlanError("other_centre")


def _require_uncertified(centre: Centre, conductor: Organisation, edition: Edition, *, today: date) -> None:
    """Nobody certifies for the first time what they have certified: surveillance and recertification are about that.

    A certificate of another body, on another standard, or one that has run out or was withdrawn, is in nobody's way.
    """
    held = Certificate.objects.filter(
        audit__centre=centre,
        audit__conductor=conductor,
        audit__edition__code=edition.code,
        status__in=[CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED],
        valid_until__gte=today,
    )
    if held.exists():
        raise PlanError("already_certified")


def previous_of(centre: Centre, kind: str) -> Audit | None:
    """Return the last closed audit of the centre of this kind, whose nonconformities the next one verifies."""
    closed = Audit.objects.filter(centre=centre, kind=kind, status=AuditStatus.CLOSED)
    return closed.defer("result", "market", "facts").order_by("-onsite_to", "-pk").first()


def _next_reference(year: int) -> str:
    """Return the next free reference of the year; nobody else gets it before this transaction ends."""
    reference_lock()
    prefix = f"A-{year}-"
    last = (
        Audit.objects.filter(reference__startswith=prefix)
        .order_by("-reference")
        .values_list("reference", flat=True)
        .first()
    )
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"


def _team_write(audit: Audit, team: Sequence[tuple[User, str]]) -> None:
    if len({user.pk for user, _role in team}) != len(team):
        raise PlanError("twice_on_team")
    TeamMember.objects.bulk_create([TeamMember(audit=audit, user=user, role=role) for user, role in team])


@transaction.atomic
def team_member_add(*, audit_id: int, user: User, role: str, by: User, at: datetime) -> TeamMember:
    """Put somebody on the team, or change what they do there."""
    audit = audit_lock(audit_id, within=PLANNABLE)
    member, _created = TeamMember.objects.update_or_create(audit=audit, user=user, defaults={"role": role})
    ledger_append(
        action="audit.team_member_added",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"user": user.pk, "role": role},
    )
    return member


@transaction.atomic
def team_member_remove(*, audit_id: int, user_id: int, by: User, at: datetime) -> None:
    """Take somebody off the team before fieldwork; afterwards they stay, because they have seen and written."""
    audit = audit_lock(audit_id, within=UNSTARTED)
    removed, _details = TeamMember.objects.filter(audit=audit, user=user_id).delete()
    if removed:
        ledger_append(
            action="audit.team_member_removed", subject=subject_of(audit), by=by, at=at, payload={"user": user_id}
        )


@transaction.atomic
def audit_texts_save(
    *, audit_id: int, texts: Mapping[str, str], revision: int | None = None, by: User, at: datetime
) -> Audit:
    """Save scope, objectives, executive summary, what was not covered, remote methods.

    ``revision`` is the one that the writer saw; None writes over whatever is there. Raises ``StaleTextsError``.
    """
    audit = audit_lock(audit_id, within=PLANNABLE)
    changed = {name: texts[name] for name in TEXT_FIELDS if name in texts and texts[name] != getattr(audit, name)}
    if changed:
        if revision not in {None, audit.texts_revision}:
            raise StaleTextsError({name: getattr(audit, name) for name in TEXT_FIELDS}, audit.texts_revision)
        for name, text in changed.items():
            setattr(audit, name, text)
        audit.texts_revision += 1
        audit.save(update_fields=[*changed, "texts_revision"])
        ledger_append(action="audit.texts_saved", subject=subject_of(audit), by=by, at=at, payload=changed)
    return audit


@transaction.atomic
def audit_facts_save(
    *,
    audit_id: int,
    facts: Mapping[str, Mapping[str, object]],
    revision: int | None = None,
    by: User,
    at: datetime,
) -> Audit:
    """Save the facts that gates ask for: ``{"cskm": {"value": "62.5", "note": "where it was seen"}}``.

    A fact with an empty value is taken away; one whose value stays keeps where it was taken from (``source``). Values
    are checked against the edition by the form. ``revision`` is the one that the writer saw; None writes over whatever
    is there. Raises ``StaleTextsError``.
    """
    audit = audit_lock(audit_id, within=EDITABLE)
    merged = {**audit.facts, **{name: _with_source(audit.facts.get(name, {}), fact) for name, fact in facts.items()}}
    kept = {name: fact for name, fact in merged.items() if fact.get("value") not in (None, "")}
    if revision not in {None, audit.facts_revision} and kept != audit.facts:
        raise StaleTextsError(audit.facts, audit.facts_revision)
    audit.facts = kept
    audit.facts_revision += 1
    audit.save(update_fields=["facts", "facts_revision"])
    ledger_append(action="audit.facts_saved", subject=subject_of(audit), by=by, at=at, payload={"facts": audit.facts})
    return audit


def _with_source(stored: Mapping[str, object], fact: Mapping[str, object]) -> dict[str, object]:
    """Return the fact with the source of the stored one, as long as it is the same value."""
    same = "source" in stored and stored["value"] == fact.get("value")
    return {**fact, "source": stored["source"]} if same else dict(fact)
