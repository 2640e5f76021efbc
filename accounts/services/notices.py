"""Telling people: a notice on their page, and the same by e-mail, each once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from accounts.models import MailWhen, Notice, NoticePreference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from accounts.models import User

STUCK = timedelta(hours=1)
DIGEST_HOUR = 7  # of the reader's day
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mailed:
    """How many mails went out and how many could not be sent; those are tried again at the next run."""

    sent: int
    failed: int


@transaction.atomic
def notice_send(
    *,
    to: User,
    kind: str,
    params: Mapping[str, Any],
    url: str,
    at: datetime,
    by_mail: bool = True,
    mail_soon: bool = False,
) -> Notice:
    """Put a notice on a person's page; ``by_mail``: ``notices_mail`` also writes to them, at its next run.

    ``mail_soon``: the mail leaves once the surrounding transaction has committed; one that fails is tried again by
    ``notices_mail``. What the person chose for this kind comes first: not in the page, no mail, or one mail a day.
    """
    wanted = NoticePreference.objects.filter(user=to, kind=kind).first() or NoticePreference()
    daily = wanted.mail == MailWhen.DAILY
    notice = Notice.objects.create(
        to=to,
        kind=kind,
        params=dict(params),
        url=url,
        at=at,
        on_page=wanted.on_page,
        by_mail=by_mail and wanted.mail != MailWhen.NEVER,
        mail_from=_next_morning(to, at) if daily else None,
    )
    if notice.by_mail and mail_soon and not daily:
        transaction.on_commit(partial(notices_mail, at=at, only=notice.pk))
    return notice


def _next_morning(person: User, at: datetime) -> datetime:
    """Return the next time that it is morning where the person is; UTC for a time zone that is not known."""
    try:
        here = ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        here = ZoneInfo("UTC")
    now = at.astimezone(here)
    morning = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return morning if now < morning else morning + timedelta(days=1)


@transaction.atomic
def preferences_save(*, user: User, wanted: Mapping[str, tuple[bool, str]]) -> None:
    """Keep how a person wants to be told: per kind whether in the page, and when by e-mail (``MailWhen``)."""
    for kind, (on_page, mail) in wanted.items():
        values = {"on_page": on_page, "mail": MailWhen(mail)}
        NoticePreference.objects.update_or_create(user=user, kind=kind, defaults=values)


def notices_read(*, user: User, at: datetime, only: int | None = None) -> int:
    """Mark one of the person's notices, or all, as read; return how many were unread until now."""
    unread = Notice.objects.filter(to=user, read_at=None)
    if only is not None:
        unread = unread.filter(pk=only)
    return unread.update(read_at=at)


def notices_mail(*, at: datetime, only: int | None = None) -> Mailed:
    """Write one mail to each person with what has not been mailed yet; may run as often as one likes, also at once.

    Each notice is claimed before the mail goes out, and given back when it cannot be sent. A claim that is an hour old
    belongs to a run that was killed, and is taken over.
    """
    waiting = Notice.objects.filter(_free(at), by_mail=True, mailed_at=None)
    if only is not None:
        waiting = waiting.filter(pk=only)
    sent = failed = 0
    found = waiting.select_related("to").order_by("to", "at", "pk")
    for recipient, theirs in groupby(found, key=lambda notice: notice.to):
        claimed = [notice for notice in theirs if _claim(notice, at)]
        if not claimed:
            continue
        rows = Notice.objects.filter(pk__in=[notice.pk for notice in claimed])
        if not recipient.is_active or _mail(recipient, claimed):
            rows.update(mailed_at=at)
            sent += recipient.is_active
        else:
            rows.update(claimed_at=None)
            failed += 1
    return Mailed(sent, failed)


def _free(at: datetime) -> Q:
    due = Q(mail_from=None) | Q(mail_from__lte=at)
    return due & (Q(claimed_at=None) | Q(claimed_at__lte=at - STUCK))


def _claim(notice: Notice, at: datetime) -> bool:
    """Say whether this run sends it: one statement, so that one of two runs at once wins."""
    return Notice.objects.filter(_free(at), pk=notice.pk, mailed_at=None).update(claimed_at=at) == 1


def _mail(recipient: User, notices: Sequence[Notice]) -> bool:
    """Write to one person in their language; say whether it went out."""
    with translation.override(recipient.language):
        lines = [(str(notice), f"{settings.PUBLIC_URL}{notice.url}") for notice in notices]
        several = ngettext("%(number)s notice for you", "%(number)s notices for you", len(lines))
        subject = lines[0][0] if len(lines) == 1 else several % {"number": len(lines)}
        text = render_to_string("accounts/mail/notices.txt", {"recipient": recipient, "lines": lines})
    try:
        send_mail(" ".join(subject.split())[:200], text, None, [recipient.email])
    except OSError:
        logger.exception("no notice could be mailed to user %s", recipient.pk)
        return False
    return True
