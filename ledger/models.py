"""What happened, in order, each entry carrying the hash of the one before; and what has to happen yet."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One thing that happened. Written by ``ledger.services.ledger_append`` only; the database refuses changes.

    ``content`` is the canonical JSON (RFC 8785) that was hashed; the other columns repeat parts of it for look-ups
    and are checked against it by ``verify_ledger``.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    content = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["sequence"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "sequence"], name="entry_subject"),
            # For kinds of acts, asked by how their names begin; without it a rare kind is sought through all entries.
            models.Index(
                fields=["action", "sequence"], name="entry_action", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
        ]

    def __str__(self) -> str:
        """Show number, action and subject."""
        return f"{self.sequence} {self.action} {self.subject}"


class Shipment(models.Model):
    """How far the ledger has been handed to a place outside; the place is named as the setting names it."""

    place = models.CharField(max_length=200, unique=True)
    sequence = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        """Show place and number."""
        return f"{self.place}: {self.sequence}"


class OutboxMessage(models.Model):
    """A task to run once its transaction has committed; kept until it was handed over."""

    task = models.CharField(max_length=100)
    argument = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show task and argument."""
        return f"{self.task}({self.argument})"
