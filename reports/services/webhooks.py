"""Telling addresses outside what happened: registered by administrators, projected from the ledger, sent until taken.

No event is lost: what is due follows from the ledger, and how far it was read is written with the rows that it gave.
At least once: a crash between sending and writing the outcome sends again, under the same id.
"""

from __future__ import annotations

import logging
import secrets
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max
from django.urls import reverse

from accounts.models import Organisation, Role, User
from accounts.sealing import opened, sealed
from accounts.services.notices import notice_send
from ledger.models import Entry
from ledger.outbox import outbox_add
from ledger.services import ledger_append
from reports.delivering import UnsentError, post, require_address, signature
from reports.models import DeliveryState, Off, Webhook, WebhookDelivery, WebhookEvent
from reports.selectors.webhooks import body_of, event_of, events_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

logger = logging.getLogger(__name__)
TASK = "reports.webhooks_run"
PURPOSE = "webhook"
MOST_WEBHOOKS = 10  # of one organisation
PORTION = 500  # entries of the ledger read together
KEPT = timedelta(days=30)
LEASE = timedelta(minutes=2)  # in which an attempt has ended, whatever its end
RUN_SECONDS = 60
GOOD = range(200, 300)
# How long after each failed attempt the next one comes; after the last it is given up.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
FAILING_KIND = "reports.webhook_failing"


class TooManyWebhooksError(Exception):
    """The organisation has as many as it may."""


@transaction.atomic
def webhook_create(
    *, organisation: Organisation, url: str, events: Sequence[str], by: User, at: datetime
) -> tuple[Webhook, str]:
    """Register an address and return it with its secret, which is told this once. What happens from now on is sent.

    Raises UnsentError for an address that may not be sent to, TooManyWebhooksError.
    """
    require_address(url, settings.WEBHOOK_HOSTS)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if organisation.webhooks.count() >= MOST_WEBHOOKS:
        raise TooManyWebhooksError
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    webhook = Webhook.objects.create(
        organisation=organisation,
        url=url,
        events=sorted(events),
        secret=sealed(secret, purpose=PURPOSE),
        sequence=Entry.objects.aggregate(last=Max("sequence"))["last"] or 0,
        created_by=by,
        created_at=at,
    )
    _record(webhook, "registered", by=by, at=at)
    return webhook, secret


@transaction.atomic
def webhook_switch(*, webhook: Webhook, on: bool, by: User, at: datetime) -> None:
    """Pause it, or go on: then what happened meanwhile is sent too."""
    webhook.off, webhook.failures = "" if on else Off.PAUSED, 0
    webhook.save(update_fields=["off", "failures"])
    _record(webhook, "resumed" if on else "paused", by=by, at=at)
    if on:
        outbox_add(task=TASK, argument="", at=at)


@transaction.atomic
def webhook_remove(*, webhook: Webhook, by: User, at: datetime) -> None:
    """Forget an address with all that was sent there."""
    _record(webhook, "removed", by=by, at=at)
    webhook.delete()


@transaction.atomic
def webhook_test(*, webhook: Webhook, at: datetime) -> WebhookDelivery:
    """Send a test as soon as may be; to one that is paused when it goes on."""
    made = WebhookDelivery.objects.create(
        webhook=webhook, event=WebhookEvent.TEST, at=at, created_at=at, next_at=at, facts={"test": True}
    )
    outbox_add(task=TASK, argument="", at=at)
    return made


@transaction.atomic
def delivery_again(*, delivery: WebhookDelivery, at: datetime) -> None:
    """Send one again, under its id, whatever became of it."""
    row = WebhookDelivery.objects.filter(pk=delivery.pk)
    row.update(state=DeliveryState.WAITING, attempts=0, next_at=at, error="", status=None)
    outbox_add(task=TASK, argument="", at=at)


def webhooks_note(entry: Entry) -> None:
    """Have somebody look, once the transaction has committed, when an entry may be an event; for ``ledger_listen``."""
    if settings.WEBHOOK_HOSTS and event_of(entry.action) and Webhook.objects.filter(off="").exists():
        outbox_add(task=TASK, argument="", at=entry.at)


def webhooks_run(*, clock: Callable[[], datetime]) -> int:
    """Make the deliveries that are due from the ledger, and send what is due; return how many attempts were made."""
    if not settings.WEBHOOK_HOSTS:
        return 0
    _collect(clock())
    tried, began = 0, time.monotonic()
    while time.monotonic() - began < RUN_SECONDS and (delivery := _claim(clock())):
        _try(delivery, clock)
        tried += 1
    return tried


def webhooks_prune(*, at: datetime) -> int:
    """Forget deliveries that have ended, a month later."""
    ended = WebhookDelivery.objects.exclude(state=DeliveryState.WAITING)
    return ended.filter(created_at__lt=at - KEPT).delete()[0]


def _collect(at: datetime) -> None:
    """Read on in the ledger for every webhook that is on, portion by portion."""
    last = Entry.objects.aggregate(last=Max("sequence"))["last"] or 0
    for key in Webhook.objects.filter(off="", sequence__lt=last).values_list("pk", flat=True):
        while _portion(key, at):
            pass


@transaction.atomic
def _portion(key: int, at: datetime) -> bool:
    """Make the deliveries of one portion of the ledger, and say whether there was any; two at once wait here."""
    locked = Webhook.objects.select_for_update(of=("self",)).select_related("organisation")
    webhook = locked.filter(pk=key, off="").first()
    if webhook is None:
        return False
    entries = list(Entry.objects.filter(sequence__gt=webhook.sequence).order_by("sequence")[:PORTION])
    if not entries:
        return False
    made = [
        WebhookDelivery(
            webhook=webhook, event=event, sequence=entry.pk, at=entry.at, facts=facts, created_at=at, next_at=at
        )
        for entry, event, facts in events_in(entries, webhook.organisation, webhook.events)
    ]
    WebhookDelivery.objects.bulk_create(made)
    webhook.sequence = entries[-1].pk
    webhook.save(update_fields=["sequence"])
    return True


@transaction.atomic
def _claim(at: datetime) -> WebhookDelivery | None:
    """Take the delivery that has been due for longest, so that nobody else tries it meanwhile."""
    due = WebhookDelivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=at, webhook__off="")
    skip = connection.features.has_select_for_update_skip_locked
    rows = due.select_for_update(of=("self",), skip_locked=skip) if skip else due
    delivery = rows.select_related("webhook").order_by("next_at", "sequence").first()
    if delivery is not None:
        delivery.attempts, delivery.next_at, delivery.tried_at = delivery.attempts + 1, at + LEASE, at
        delivery.save(update_fields=["attempts", "next_at", "tried_at"])
    return delivery


def _try(delivery: WebhookDelivery, clock: Callable[[], datetime]) -> None:
    """Send one, outside of any transaction, and write down what came of it."""
    webhook, body, at = delivery.webhook, body_of(delivery), clock()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Touchstone-Webhook/1",
        "Touchstone-Event": delivery.event,
        "Touchstone-Delivery": str(delivery.pk),
        "Touchstone-Signature": signature(opened(webhook.secret, purpose=PURPOSE), body, at=int(at.timestamp())),
    }
    status, error = None, ""
    try:
        status = post(webhook.url, body, headers, hosts=settings.WEBHOOK_HOSTS)
    except UnsentError as refused:
        error = refused.code
    if status is not None and status not in GOOD:
        error = "status"
    _settle(delivery, status, error, at=clock())


@transaction.atomic
def _settle(delivery: WebhookDelivery, status: int | None, error: str, *, at: datetime) -> None:
    """Write the outcome of an attempt; too many failures in a row switch the webhook off."""
    webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
    if webhook is None:  # removed meanwhile
        return
    delivery.status, delivery.error = status, error
    if not error:
        delivery.state, delivery.next_at = DeliveryState.DELIVERED, None
    elif delivery.attempts > len(WAITS):
        delivery.state, delivery.next_at = DeliveryState.FAILED, None
    else:
        delivery.next_at = at + WAITS[delivery.attempts - 1]
    delivery.save(update_fields=["status", "error", "state", "next_at"])
    if not error:
        Webhook.objects.filter(pk=webhook.pk).exclude(failures=0).update(failures=0)
        return
    logger.warning("webhook %s: attempt %s failed: %s %s", webhook.pk, delivery.attempts, error, status or "")
    Webhook.objects.filter(pk=webhook.pk).update(failures=F("failures") + 1)
    if webhook.failures + 1 >= settings.WEBHOOK_MOST_FAILURES and not webhook.off:
        _switch_off(webhook, at)


def _switch_off(webhook: Webhook, at: datetime) -> None:
    """Stop sending, and tell the administrators of the organisation."""
    Webhook.objects.filter(pk=webhook.pk).update(off=Off.FAILING)
    people = User.objects.filter(
        is_active=True, memberships__organisation=webhook.organisation_id, memberships__role=Role.ADMINISTRATOR
    )
    params, url = {"host": _host(webhook)}, reverse("reports:webhook", args=[webhook.pk])
    for person in people.distinct():
        notice_send(to=person, kind=FAILING_KIND, params=params, url=url, at=at)
    _record(webhook, "switched_off", by=None, at=at)


def _record(webhook: Webhook, what: str, *, by: User | None, at: datetime) -> None:
    """Write to the ledger; of the address only the host, since the rest may be a secret of its owner's."""
    payload = {"webhook": webhook.pk, "host": _host(webhook), "events": webhook.events}
    subject = f"organisation:{webhook.organisation_id}"
    ledger_append(action=f"webhook.{what}", subject=subject, by=by, at=at, payload=payload)


def _host(webhook: Webhook) -> str:
    return urlsplit(webhook.url).hostname or ""
