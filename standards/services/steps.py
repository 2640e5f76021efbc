"""The steps in the life of an edition: sent to review, sent back, published, superseded, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from standards.drafts import draft_document, edition_before, faults_and_gaps
from standards.life import STEPS, Situation, refusals
from standards.models import Edition, EditionStatus, EditionStep
from standards.services.errors import StepRefusedError
from standards.services.index import edition_lock, record

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from accounts.models import User


@transaction.atomic
def edition_step(
    *,
    edition: Edition,
    step: str,
    seen_sha256: str = "",
    reason: str = "",
    supersede: Collection[int] = (),
    by: User,
    at: datetime,
) -> Edition:
    """Make a step of ``life.STEPS``, for what the person saw with ``seen_sha256``. Raises StepRefusedError.

    ``supersede``: ids of published editions of the same standard that a newly published one takes the place of; audits
    under way on them go on.
    """
    locked = edition_lock(edition)
    reasons = refusals(step, status=locked.status, situation=_situation(locked, step, seen_sha256, reason, by))
    if reasons:
        raise StepRefusedError(reasons)
    locked.status = EditionStatus(STEPS[step].target)
    if step == "publish":
        locked.published_at = at
    locked.save(update_fields=["status", "published_at"])
    _keep(locked, step, reason, by, at)
    if step == "publish":
        beside = Edition.objects.select_for_update().filter(
            code=locked.code, status=EditionStatus.PUBLISHED, pk__in=supersede
        )
        for older in beside.exclude(pk=locked.pk):
            older.status = EditionStatus.SUPERSEDED
            older.save(update_fields=["status"])
            _keep(older, "supersede", locked.version, by, at)
    return locked


def step_refusals(edition: Edition, step: str, *, by: User) -> tuple[str, ...]:
    """Return why the person could not make this step now, had they seen the edition and given a reason."""
    return refusals(step, status=edition.status, situation=_situation(edition, step, edition.sha256, "given", by))


def _situation(edition: Edition, step: str, seen_sha256: str, reason: str, by: User) -> Situation:
    faults = gaps = 0
    if step in {"send", "publish"} and edition.status in STEPS[step].sources:
        document = draft_document(edition)
        found, covered = faults_and_gaps(document, edition_before(edition, document))
        faults, gaps = len(found), len(covered.gaps)
    sent = edition.steps.filter(name="send").order_by("pk").last()
    return Situation(
        actor=by.pk,
        sender=sent.by_id if sent else None,
        editor=edition.edited_by_id,
        faults=faults,
        gaps=gaps,
        sha256=edition.sha256,
        seen_sha256=seen_sha256,
        reason=reason,
    )


def _keep(edition: Edition, step: str, reason: str, by: User, at: datetime) -> None:
    reason = reason.strip()
    EditionStep.objects.create(edition=edition, name=step, sha256=edition.sha256, reason=reason, by=by, at=at)
    record(edition, f"edition.{step}", by=by, at=at, more={"reason": reason} if reason else {})
