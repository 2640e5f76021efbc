"""Programmes and their stages. What a programme asks for and how it decides is in its document (``awards.scheme``)."""

from __future__ import annotations

import json
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, Role, User
from awards.scheme import Scheme, StageSpec, scheme_of
from standards.models import Edition

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL


def new_code() -> str:
    """Return 128 random bits for an address: nothing can be guessed from it, not even an order."""
    return secrets.token_urlsafe(16)


@lru_cache(maxsize=64)
def _scheme(document: str) -> Scheme:
    return scheme_of(json.loads(document))


class ProgrammeStatus(models.TextChoices):
    """Where a programme stands."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", pgettext_lazy("award", "Open")
    FROZEN = "frozen", pgettext_lazy("award", "Results frozen")
    ANNOUNCED = "announced", pgettext_lazy("award", "Announced")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    """Programmes as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> ProgrammeQuerySet:
        """Keep what has opened, and drafts of organisations where the person chairs awards."""
        if not isinstance(user, User):
            return self.none()
        chaired = Q(organiser__in=user.organisations_as(Role.AWARD_CHAIR))
        return self.filter(~Q(status=ProgrammeStatus.DRAFT) | chaired)


class Programme(models.Model):
    """One award programme of one year.

    ``document`` is canonical JSON and ``sha256`` its hash; it is fixed when the programme opens. ``edition`` is the one
    that "the current edition" means. ``embargo_until``: before that moment nobody but the chairs reads a result.
    """

    code = models.CharField(max_length=30, unique=True, default=new_code)
    organiser = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="award_programmes")
    name = models.CharField(_("name"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"))
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    edition = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=20, choices=ProgrammeStatus, default=ProgrammeStatus.DRAFT)
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    embargo_until = models.DateTimeField(_("embargo until"), null=True)
    announced_at = models.DateTimeField(null=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-year", "name"]

    def __str__(self) -> str:
        """Show name and year."""
        return f"{self.name} {self.year}"

    @property
    def scheme(self) -> Scheme:
        """What the document says; read once per process."""
        return _scheme(self.document)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its dates are said."""
        return ZoneInfo(self.time_zone)

    def is_public(self, at: datetime) -> bool:
        """Say whether the results may be read by everybody."""
        announced = self.status == ProgrammeStatus.ANNOUNCED
        return announced and (self.embargo_until is None or at >= self.embargo_until)


class Stage(models.Model):
    """A stage with its moments. ``passed``: codes of the entries that went on, once the chair closed the gate."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="stages")
    code = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    gate_closed_at = models.DateTimeField(null=True)
    gate_closed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    passed = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["programme", "code"], name="award_stage_once"),
            models.CheckConstraint(
                condition=Q(closes_at__gte=models.F("opens_at")), name="award_stage_closes_after_opening"
            ),
        ]

    def __str__(self) -> str:
        """Show the code."""
        return self.code

    @property
    def spec(self) -> StageSpec:
        """What the document says about it."""
        return self.programme.scheme.stage(self.code)

    def state(self, at: datetime) -> str:
        """Say whether it is before, open or over."""
        return "before" if at < self.opens_at else "open" if at <= self.closes_at else "over"
