"""Calibration: asking two auditors for their own answers, and taking each answer once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from accounts.models import Role
from accounts.services import notice_send
from audits.calibrating import Calibration, CalibrationCard
from audits.calibration_words import CALIBRATE
from audits.services.answers import LONGEST_TEXT
from audits.services.errors import AuditError, NotEditableError
from audits.services.locking import audit_lock, subject_of
from audits.workflow import UNSTARTED
from ledger.services import ledger_append
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User

RATERS = 2
# States in which there is nothing to look at, yet or any more.
BEFORE = UNSTARTED | {"stage_1", "cancelled"}


class CalibrationError(AuditError):
    """A calibration or card is refused; ``audits.calibration_words`` has words for ``code``."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@transaction.atomic
def calibration_ask(
    *, audit_id: int, codes: Sequence[str], raters: Sequence[User], by: User, at: datetime
) -> Calibration:
    """Ask two auditors of the conducting organisation for answers to some criteria of an audit, and tell them.

    Raises ``CalibrationError``: two_raters, rater_on_team, rater_audited, no_auditor, no_criteria; and
    ``NotEditableError`` before fieldwork, when there is nothing to look at yet, and for what was cancelled.
    """
    audit = audit_lock(audit_id)
    if audit.status in BEFORE:
        raise NotEditableError(audit.status)
    if len({rater.pk for rater in raters}) != RATERS:
        raise CalibrationError("two_raters")
    if audit.team.filter(user__in=raters).exists():
        raise CalibrationError("rater_on_team")
    if not all(rater.is_active and rater.has_role(audit.conductor_id, Role.AUDITOR) for rater in raters):
        raise CalibrationError("no_auditor")
    if audit.auditee_id != audit.conductor_id and any(rater.has_role(audit.auditee_id) for rater in raters):
        raise CalibrationError("rater_audited")
    answers = audit.current_answers.filter(criterion__code__in=codes).select_related("criterion")
    criteria = [answer.criterion for answer in answers]
    if not criteria:
        raise CalibrationError("no_criteria")
    asked = Calibration.objects.create(audit=audit, asked_by=by, asked_at=at)
    CalibrationCard.objects.bulk_create(
        CalibrationCard(calibration=asked, criterion=criterion, rater=rater)
        for criterion in criteria
        for rater in raters
    )
    params = {"reference": audit.reference, "centre": audit.centre.name, "number": len(criteria)}
    for rater in raters:
        url = reverse("calibration:detail", args=[asked.pk])
        notice_send(to=rater, kind=CALIBRATE, params=params, url=url, at=at, mail_soon=True)
    payload = {
        "calibration": asked.pk,
        "criteria": [criterion.code for criterion in criteria],
        "raters": sorted(rater.pk for rater in raters),
    }
    ledger_append(action="calibration.asked", subject=subject_of(audit), by=by, at=at, payload=payload)
    return asked


@transaction.atomic
def card_give(*, card_id: int, level: int | None, note: str, by: User, at: datetime) -> CalibrationCard:
    """Give one's answer to one criterion, for good. ``level`` None: not applicable.

    Raises ``CalibrationError``: not_yours, given_already, no_level, no_na, no_reason (N/A needs one), bad_text.
    """
    card = CalibrationCard.objects.select_for_update(of=("self",)).get(pk=card_id)
    audit = audit_lock(card.calibration.audit_id)
    if card.rater_id != by.pk:
        raise CalibrationError("not_yours")
    if card.given_at is not None:
        raise CalibrationError("given_already")
    note = note.strip()
    if len(note) > LONGEST_TEXT or "\x00" in note:
        raise CalibrationError("bad_text")
    criterion = card.criterion
    if level is None and not criterion.na_allowed:
        raise CalibrationError("no_na")
    if level is None and not note:
        raise CalibrationError("no_reason")
    if level is not None and level not in edition_spec(criterion.edition).row_by_code[criterion.code].levels:
        raise CalibrationError("no_level")
    card.level, card.note, card.given_at = level, note, at
    card.save(update_fields=["level", "note", "given_at"])
    # What was given is in the ledger, and no page tells it from there.
    payload = {"calibration": card.calibration_id, "criterion": criterion.code, "level": level, "note": note}
    ledger_append(action="calibration.given", subject=subject_of(audit), by=by, at=at, payload=payload)
    return card
