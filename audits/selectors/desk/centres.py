"""The desk of those who run centres: what auditors found, and certificates that end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Centre
from accounts.rules import CENTRE_EDITORS
from audits.corrective import UNFOLLOWED
from audits.models import NONCONFORMITIES, Certificate, CertificateStatus, Finding, FindingState
from audits.selectors.desk.auditing import where
from audits.selectors.desk.piles import MOST, Pile, Task

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

ENDS_WITHIN = timedelta(days=180)
WANTED = (FindingState.OPEN, FindingState.REJECTED, FindingState.REOPENED, FindingState.ACCEPTED)


def answering(user: User, *, today: date) -> Pile | None:
    """Return what is the centre's turn: findings to answer, actions to carry out; None without a centre. Two queries.

    Whoever owns an action has it here too, whatever their role.
    """
    runs = user.organisations_as(*CENTRE_EDITORS)
    found = list(
        Finding.objects.filter(
            Q(audit__auditee__in=runs) | Q(owner=user, audit__auditee__in=user.organisations_as()),
            kind__in=NONCONFORMITIES,
            state__in=WANTED,
        )
        .exclude(audit__status__in=UNFOLLOWED)
        .select_related("audit__centre")
        .defer("audit__result", "audit__market", "audit__facts")
        .order_by("due", "pk")[:MOST]
    )
    if not found and not Centre.objects.filter(organisation__in=runs).exists():
        return None
    tasks = [
        Task(
            _words(finding),
            reverse("findings:detail", args=[finding.pk]),
            where(finding.audit),
            finding.statement,
            finding.due,
            "is-bad" if finding.due and finding.due < today else "",
        )
        for finding in found
    ]
    empty = _("No finding waits for an answer of your centres.")
    return Pile("answering", _("Findings that wait for you"), empty, tasks, reverse("findings:board"))


def _words(finding: Finding) -> str:
    what = {
        FindingState.OPEN: pgettext("a finding", "Answer"),
        FindingState.REJECTED: _("Answer again"),
        FindingState.REOPENED: _("Answer again"),
        FindingState.ACCEPTED: _("Carry out the action"),
    }[FindingState(finding.state)]
    named = {"what": what, "number": finding.number, "kind": finding.get_kind_display()}
    return pgettext("a task", "%(what)s: %(number)s %(kind)s") % named


def expiring(user: User, *, today: date) -> Pile | None:
    """Return the certificates of one's centres that end within half a year, or are suspended; None without any.

    Two queries.
    """
    runs = user.organisations_as(*CENTRE_EDITORS)
    held = Certificate.objects.filter(
        audit__auditee__in=runs, status__in=(CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED)
    )
    found = (
        held.filter(Q(valid_until__lte=today + ENDS_WITHIN) | Q(status=CertificateStatus.SUSPENDED))
        .select_related("audit__centre")
        .defer("audit__result", "audit__market", "audit__facts")
        .order_by("valid_until", "pk")[:MOST]
    )
    tasks = [_ends(each, today) for each in found]
    if not tasks and not held.exists():
        return None
    empty = _("No certificate of your centres ends within half a year.")
    return Pile("expiring", _("Certificates that end"), empty, tasks, reverse("certificates:list"))


def _ends(certificate: Certificate, today: date) -> Task:
    if certificate.status == CertificateStatus.SUSPENDED:
        words, style = _("Suspended: nobody may rely on it"), "is-bad"
    elif certificate.valid_until < today:
        words, style = _("Expired: ask your audit body about restoring it"), "is-bad"
    else:
        words, style = _("Ask for recertification before it ends"), ""
    url = reverse("certificates:detail", args=[certificate.pk])
    return Task(words, url, f"{certificate.number} · {certificate.audit.centre}", "", certificate.valid_until, style)
