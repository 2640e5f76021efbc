"""Addresses that an organisation has told of what happens, and what was sent. Known to Django by ``models.py``."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class WebhookEvent(models.TextChoices):
    """What can be sent. ``TEST`` is sent by hand only."""

    AUDIT_MOVED = "audit.moved", _("An audit moved on")
    AUDIT_DECIDED = "audit.decided", _("An audit was decided")
    CERTIFICATE_CHANGED = "certificate.changed", _("A certificate was issued or changed its status")
    FINDING_OVERDUE = "finding.overdue", _("A finding is overdue")
    EXPORT_READY = "export.ready", _("A report is ready")
    TEST = "test", _("Test")


class Off(models.TextChoices):
    """Why nothing is sent; empty: it is sent."""

    PAUSED = "paused", _("Paused")
    FAILING = "failing", _("Switched off: too many attempts failed")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> WebhookQuerySet:
        """Keep those of organisations that the person sees; what may be done with one is a rule."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))


class Webhook(models.Model):
    """One address with the events that are sent there; ``secret`` is sealed (``accounts.sealing``).

    ``sequence`` is the entry of the ledger up to which deliveries were made; nothing before its beginning is sent.
    ``failures`` counts attempts that failed since the last that did not.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    secret = models.TextField()
    sequence = models.PositiveBigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    off = models.CharField(max_length=20, choices=Off, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show the address."""
        return self.url


class DeliveryState(models.TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
    FAILED = "failed", pgettext_lazy("delivery", "Given up")


class WebhookDelivery(models.Model):
    """One event for one address. Its id is the receiver's: however often it is sent, it stays the same.

    ``sequence`` is the entry of the ledger that it tells of, None for a test. ``next_at``: when it is tried; while
    somebody tries, until when the others leave it alone. ``error``: a code of ``reports.delivering``, or ``status``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=30, choices=WebhookEvent)
    sequence = models.PositiveBigIntegerField(null=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-sequence"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["webhook", "sequence"], name="webhook_entry_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="webhook_delivery_due"),
            models.Index(fields=["webhook", "-created_at"], name="webhook_delivery_last"),
        ]

    def __str__(self) -> str:
        """Show event and state."""
        return f"{self.event} {self.state}"
