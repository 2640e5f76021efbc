"""What the guards of the workflow look at, collected for one audit and one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from audits.engagements import MeetingKind, Readiness, StageOne
from audits.models import AuditStatus, TeamRole
from audits.selectors.case import asked_codes
from audits.selectors.computed import above_computed
from audits.selectors.conflicts import standings
from audits.selectors.follow_up import follow_up_of
from audits.selectors.reviewing import returned_count
from audits.workflow import Situation

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit

# The steps that freeze the result.
FREEZING = frozenset({"submit", "finish"})


def situation_of(audit: Audit, *, by: User, reason: str, step: str = "", at: datetime | None = None) -> Situation:
    """Collect what the guards look at; eleven queries, one more in the review, and up to twelve more for submitting."""
    team = list(audit.team.select_related("user"))
    people = [member.user for member in team]
    stands = standings(audit, people if by in people else [*people, by])
    held = set(audit.meetings.filter(round=audit.stage_2_round).values_list("kind", flat=True))
    follow_up = follow_up_of(audit, today=(at or timezone.now()).date())
    return Situation(
        actor=by.pk,
        team=frozenset(person.pk for person in people),
        leaders=frozenset(member.user_id for member in team if member.role == TeamRole.LEADER),
        reviewer=audit.reviewed_by_id,
        unanswered=_unanswered(audit),
        has_reason=bool(reason.strip()),
        actor_is_audited=audit.auditee_id != audit.conductor_id and by.has_role(audit.auditee_id),
        above_computed=len(above_computed(audit)) if step in FREEZING else 0,
        route=audit.route,
        undeclared=frozenset(stand.user.pk for stand in stands if not stand.declared and stand.user in people),
        uncleared=frozenset(stand.user.pk for stand in stands if not stand.clear),
        ready=_ready(audit),
        opening_held=MeetingKind.OPENING in held,
        closing_held=MeetingKind.CLOSING in held,
        majors_open=follow_up.majors_open,
        minors_unplanned=follow_up.minors_unplanned,
        nonconformities_open=follow_up.open,
        majors_late=follow_up.majors_late,
        returned=returned_count(audit) if audit.status == AuditStatus.TECHNICAL_REVIEW else 0,
    )


def _ready(audit: Audit) -> bool:
    """Say whether stage 1 was recorded, the centre is ready, and every concern that stood in the way is dealt with."""
    stage = StageOne.objects.filter(audit=audit).first()
    if stage is None or stage.readiness == Readiness.NOT_READY:
        return False
    return stage.readiness == Readiness.READY or not audit.concerns.filter(settled_at=None).exists()


def _unanswered(audit: Audit) -> int:
    """Count the criteria that are asked of this centre and have neither level nor N/A."""
    asked = asked_codes(audit)
    empty = audit.current_answers.filter(level=None, na_reason="").values_list("criterion__code", flat=True)
    return sum(code in asked for code in empty)
