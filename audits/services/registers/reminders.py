"""Telling people that a credential lapses: 90 and 30 days before, and once it has lapsed; each once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.models import Membership, Role, User
from audits.registers import Credential, CredentialReminder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

THRESHOLDS = (0, 30, 90)  # days before the end; 0: the last day has passed
STUCK = timedelta(hours=1)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """How many mails went out and how many could not be sent; those are tried again at the next run."""

    sent: int
    failed: int


def threshold_of(valid_until: date, today: date) -> int | None:
    """Return the closest threshold that has been reached, None when the end is far."""
    left = (valid_until - today).days
    if left < 0:
        return 0
    return next((days for days in THRESHOLDS[1:] if left <= days), None)


def credentials_remind(*, at: datetime) -> Sent:
    """Send one mail to each person who has something new to hear: the holder, and who manages the register.

    May run as often as one likes, also twice at once: a row per credential, person, validity and threshold is claimed
    before the mail goes out, and given back when it cannot be sent. A claim that is an hour old belongs to a run that
    was killed, and is taken over.
    """
    today = timezone.localdate(at)
    due = [
        (credential, days)
        for credential in _lapsing(today)
        if credential.valid_until and (days := threshold_of(credential.valid_until, today)) is not None
    ]
    sent = failed = 0
    for recipient, about in _recipients(due):
        claimed = _claim(recipient, about, at)
        if not claimed:
            continue
        if _mail(recipient, [(reminder.credential, reminder.days) for reminder in claimed], today):
            CredentialReminder.objects.filter(pk__in=[reminder.pk for reminder in claimed]).update(sent_at=at)
            sent += 1
        else:
            CredentialReminder.objects.filter(pk__in=[reminder.pk for reminder in claimed]).delete()
            failed += 1
    return Sent(sent, failed)


def _lapsing(today: date) -> Iterable[Credential]:
    """Return what lapses within the widest threshold, or has lapsed and was not followed by a longer credential."""
    limit = today + timedelta(days=THRESHOLDS[-1])
    everything = Credential.objects.filter(revoked_on=None).select_related("holder", "organisation")
    found = list(everything.filter(valid_until__lte=limit).order_by("valid_until", "pk"))
    organisations = {credential.organisation_id for credential in found}
    later = everything.filter(Q(valid_until__gt=limit) | Q(valid_until=None), organisation__in=organisations)
    renewed = {(each.organisation_id, each.person_key, each.level) for each in later}
    return [each for each in found if (each.organisation_id, each.person_key, each.level) not in renewed]


def _recipients(due: list[tuple[Credential, int]]) -> list[tuple[User, list[tuple[Credential, int]]]]:
    """Return each person with what concerns them: their own credentials, and those of registers they keep."""
    roles = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER)
    organisations = {credential.organisation_id for credential, _days in due}
    keepers = Membership.objects.filter(organisation__in=organisations, role__in=roles, user__is_active=True)
    by_organisation: dict[int, dict[int, User]] = {}
    for membership in keepers.select_related("user"):
        by_organisation.setdefault(membership.organisation_id, {})[membership.user_id] = membership.user
    people: dict[int, User] = {}
    concerns: dict[int, list[tuple[Credential, int]]] = {}
    for credential, days in due:
        told = dict(by_organisation.get(credential.organisation_id, {}))
        if credential.holder and credential.holder.is_active:
            told[credential.holder.pk] = credential.holder
        for pk, user in told.items():
            people[pk] = user
            concerns.setdefault(pk, []).append((credential, days))
    return [(people[pk], concerns[pk]) for pk in sorted(people)]


@transaction.atomic
def _claim(recipient: User, about: list[tuple[Credential, int]], at: datetime) -> list[CredentialReminder]:
    """Return the reminders that this run sends; those sent or on their way by another run are left out."""
    claimed = []
    for credential, days in about:
        reminder, created = CredentialReminder.objects.select_for_update().get_or_create(
            credential=credential,
            recipient=recipient,
            valid_until=credential.valid_until or at.date(),  # never empty here: what is due has an end
            days=days,
            defaults={"claimed_at": at},
        )
        if not created:
            if reminder.sent_at or at - reminder.claimed_at < STUCK:
                continue
            reminder.claimed_at = at
            reminder.save(update_fields=["claimed_at"])
        reminder.credential = credential
        claimed.append(reminder)
    return claimed


def _mail(recipient: User, about: list[tuple[Credential, int]], today: date) -> bool:
    """Write to one person in their language; say whether it went out."""
    with translation.override(recipient.language):
        subject = ngettext(
            "A credential of an internal auditor needs renewal",
            "%(number)s credentials of internal auditors need renewal",
            len(about),
        ) % {"number": len(about)}
        context = {
            "recipient": recipient,
            "lines": [(credential, days == 0) for credential, days in about],
            "today": today,
            "link": f"{settings.PUBLIC_URL}{reverse('registers:credential_list')}",
        }
        text = render_to_string("registers/mail/reminder.txt", context)
    try:
        send_mail(subject, text, None, [recipient.email])
    except OSError:
        logger.exception("no reminder could be sent to user %s", recipient.pk)
        return False
    return True
