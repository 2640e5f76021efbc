"""Three-level early warning: raising warnings once a day, telling who supervises, and acting upon them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.services import notice_send, notices_mail
from audits.corrective import SETTLED, UNFOLLOWED, WITHDRAWN, waits_for_auditors
from audits.finding_words import WARNING_KIND
from audits.followup import FindingStep, FindingWarning
from audits.models import NONCONFORMITIES, Finding
from audits.selectors.policies import policies_of
from audits.selectors.supervision import AUDIT_MANAGER, supervision, together
from audits.services.corrective import notice_params
from audits.services.findings import FindingError
from audits.services.locking import audit_lock, subject_of
from audits.warning import ESCALATED, level_of
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from accounts.models import User
    from accounts.services.notices import Mailed
    from audits.followup import FollowUpPolicy


def findings_warn(*, at: datetime) -> tuple[int, Mailed]:
    """Raise what has become due since the last run and write to those who supervise it.

    Return how many warnings were raised, and the mails. May run as often as one likes, also twice at once: a warning is
    a row per finding, level and due day, made together with its notices; a notice is mailed once. Where runs were
    missed only the level that holds now is raised.
    """
    today = timezone.localdate(at)
    waiting = list(_waiting())
    policies = policies_of(finding.audit.auditee_id for finding in waiting)
    reached = [(finding, level) for finding in waiting if (level := _level(finding, policies, today))]
    seen = FindingWarning.objects.filter(finding__in=[finding.pk for finding, _level in reached])
    known = set(seen.values_list("finding", "level", "due"))
    due = [(finding, level) for finding, level in reached if (finding.pk, level, finding.due) not in known]
    told = supervision([finding for finding, _level in due], policies)
    raised = 0
    for finding, level in due:
        policy = policies[finding.audit.auditee_id]
        roles = [AUDIT_MANAGER] if waits_for_auditors(finding.state) else []
        roles += getattr(policy, f"tells_{level}") if not roles or level == ESCALATED else []
        raised += _raise(finding, level, policy, together(told[finding.pk], *roles), today=today, at=at)
    return raised, notices_mail(at=at)


def _waiting() -> QuerySet[Finding]:
    """Return the nonconformities that are followed up and not settled, the first due first; one query."""
    found: QuerySet[Finding] = (
        Finding.objects.filter(kind__in=NONCONFORMITIES, due__isnull=False, closed_at=None)
        .exclude(state__in=SETTLED)
        .exclude(audit__status__in=UNFOLLOWED)
        .select_related("audit__centre", "owner")
        .defer("audit__result", "audit__market", "audit__facts")
        .order_by("due", "pk")
    )
    return found


def _level(finding: Finding, policies: dict[int, FollowUpPolicy], today: date) -> int:
    policy = policies[finding.audit.auditee_id]
    return level_of(finding.due, today, soon_days=policy.soon_days, escalate_days=policy.escalate_days)


@transaction.atomic
def _raise(
    finding: Finding, level: int, policy: FollowUpPolicy, people: list[User], *, today: date, at: datetime
) -> bool:
    """Raise one warning with its notices, unless it was raised before or the finding moved on meanwhile."""
    audit = audit_lock(finding.audit_id)
    now = Finding.everything.select_for_update(of=("self",)).get(pk=finding.pk)
    if (now.due, now.closed_at) != (finding.due, None) or now.state in {*SETTLED, WITHDRAWN} or now.due is None:
        return False
    act_by = today + timedelta(days=getattr(policy, f"act_days_{level}"))
    _warning, new = FindingWarning.objects.get_or_create(
        finding=now, level=level, due=now.due, defaults={"raised_at": at, "act_by": act_by}
    )
    if not new:
        return False
    for person in people:
        params = notice_params(finding, level=level)
        url = reverse("findings:detail", args=[now.pk])
        notice_send(to=person, kind=WARNING_KIND, params=params, url=url, at=at)
    if level == ESCALATED and now.escalated_at is None:
        now.escalated_at = at
        now.save(update_fields=["escalated_at"])
        FindingStep.objects.create(finding=now, step="escalate", source=now.state, target=now.state, by=None, at=at)
    payload = {"number": now.number, "level": level, "due": now.due.isoformat(), "told": [each.pk for each in people]}
    ledger_append(action="finding.warned", subject=subject_of(audit), by=None, at=at, payload=payload)
    return True


@transaction.atomic
def warning_act(*, warning_id: int, note: str, by: User, at: datetime) -> FindingWarning:
    """Say that a warning is acted upon, and how. Raises ``FindingError``: no_words, already_acted."""
    found = FindingWarning.objects.values_list("finding__audit", flat=True).get(pk=warning_id)
    audit = audit_lock(found)
    warning = FindingWarning.objects.select_for_update(of=("self",)).select_related("finding").get(pk=warning_id)
    if warning.acted_at is not None:
        raise FindingError("already_acted")
    if not note.strip():
        raise FindingError("no_words")
    warning.acted_at, warning.acted_by, warning.note = at, by, note
    warning.save(update_fields=["acted_at", "acted_by", "note"])
    payload = {"number": warning.finding.number, "level": warning.level, "note": note}
    ledger_append(action="finding.warning_acted", subject=subject_of(audit), by=by, at=at, payload=payload)
    return warning
