"""Planning an engagement: centre, edition, team, texts, and the facts that the gates ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.models import Answer, Audit, AuditKind, TeamMember
from audits.services.errors import PlanError
from audits.services.locking import audit_lock, reference_lock, subject_of
from audits.workflow import EDITABLE, PLANNABLE
from ledger.services import ledger_append
from standards.models import Edition, EditionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from accounts.models import Centre, Organisation, User

TEXT_FIELDS = ("scope", "objectives", "summary", "not_covered")


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
    by: User,
    at: datetime,
) -> Audit:
    """Plan an engagement and make its empty answer sheet, one row per criterion of the edition.

    Raises ``PlanError``: edition_not_published, dates_reversed, twice_on_team, certifies_itself, no_mandate.
    """
    # As it is now, and until this is done: whoever supersedes or withdraws it waits, or was first.
    edition = Edition.objects.select_for_update(no_key=True).defer("document").get(pk=edition.pk)
    if edition.status != EditionStatus.PUBLISHED:
        raise PlanError("edition_not_published")
    if onsite_to < onsite_from:
        raise PlanError("dates_reversed")
    _require_standing(centre, conductor, kind)
    audit = Audit.objects.create(
        reference=_next_reference(at.year),
        kind=kind,
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
    audit = audit_lock(audit_id, within=PLANNABLE - EDITABLE)
    removed, _details = TeamMember.objects.filter(audit=audit, user=user_id).delete()
    if removed:
        ledger_append(
            action="audit.team_member_removed", subject=subject_of(audit), by=by, at=at, payload={"user": user_id}
        )


@transaction.atomic
def audit_texts_save(*, audit_id: int, texts: Mapping[str, str], by: User, at: datetime) -> Audit:
    """Save scope, objectives, executive summary, what was not covered."""
    audit = audit_lock(audit_id, within=PLANNABLE)
    changed = {name: texts[name] for name in TEXT_FIELDS if name in texts and texts[name] != getattr(audit, name)}
    if changed:
        for name, text in changed.items():
            setattr(audit, name, text)
        audit.save(update_fields=list(changed))
        ledger_append(action="audit.texts_saved", subject=subject_of(audit), by=by, at=at, payload=changed)
    return audit


@transaction.atomic
def audit_facts_save(*, audit_id: int, facts: Mapping[str, Mapping[str, object]], by: User, at: datetime) -> Audit:
    """Save the facts that gates ask for: ``{"cskm": {"value": "62.5", "note": "where it was seen"}}``.

    A fact with an empty value is taken away; one whose value stays keeps where it was taken from (``source``). Values
    are checked against the edition by the form.
    """
    audit = audit_lock(audit_id, within=EDITABLE)
    merged = {**audit.facts, **{name: _with_source(audit.facts.get(name, {}), fact) for name, fact in facts.items()}}
    audit.facts = {name: fact for name, fact in merged.items() if fact.get("value") not in (None, "")}
    audit.save(update_fields=["facts"])
    ledger_append(action="audit.facts_saved", subject=subject_of(audit), by=by, at=at, payload={"facts": audit.facts})
    return audit


def _with_source(stored: Mapping[str, object], fact: Mapping[str, object]) -> dict[str, object]:
    """Return the fact with the source of the stored one, as long as it is the same value."""
    same = "source" in stored and stored["value"] == fact.get("value")
    return {**fact, "source": stored["source"]} if same else dict(fact)
