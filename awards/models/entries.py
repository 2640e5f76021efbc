"""Entries: what an entrant writes, the files, the references to its audits, and every version that was submitted."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Centre, Organisation, Role, User
from audits.models import Audit, Evidence
from audits.pieces import Content
from awards.models.programmes import Programme, ProgrammeStatus, new_code

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL
# No 0, O, 1, I: a code that people say aloud.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def blind_code() -> str:
    """Return the name under which judges know an entry: random, so that no order shows."""
    return "".join(secrets.choice(LETTERS) for _ in range(5))


class EntryStatus(models.TextChoices):
    """Where an entry stands."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", pgettext_lazy("award", "Submitted")
    WITHDRAWN = "withdrawn", pgettext_lazy("award", "Withdrawn")


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries as a person may see them. Judges never see an entry through this: they see their assignments."""

    def visible_to(self, user: User | AnonymousUser) -> EntryQuerySet:
        """Keep those of the person's organisations, and for the chairs of the programme what was submitted."""
        if not isinstance(user, User):
            return self.none()
        chaired = Q(programme__organiser__in=user.organisations_as(Role.AWARD_CHAIR))
        own = Q(organisation__in=user.organisations_as(), calibration__isnull=True)
        return self.filter(
            own | (chaired & ~Q(versions=None)) | (chaired & Q(asked_late=True)),
        ).distinct()


class Entry(models.Model):
    """One organisation's entry in one category.

    ``revision`` is the number of the version that counts (0: never submitted). ``blind_code`` is random. ``names`` are
    other names of the entrant, one a line, that judges must not read. ``late_until``: the chair lets it be submitted
    until then, though the stage has closed. ``asked_late``: the entrant asked for that. ``calibration``: the levels
    that are known, by criterion, of an entry that the chairs invented; it is judged like the others and counts nowhere.
    """

    code = models.CharField(max_length=30, unique=True, default=new_code)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="entries")
    category = models.CharField(_("category"), max_length=40)
    division = models.CharField(_("division"), max_length=40, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="award_entries")
    centre = models.ForeignKey(Centre, null=True, blank=True, on_delete=models.PROTECT, related_name="award_entries")
    nominee = models.CharField(_("nominee"), max_length=200, blank=True)
    title = models.CharField(_("title"), max_length=200)
    names = models.TextField(_("other names to hide from judges"), blank=True)
    names_revision = models.PositiveIntegerField(default=0)
    status = models.CharField(_("status"), max_length=20, choices=EntryStatus, default=EntryStatus.DRAFT)
    blind_code = models.CharField(max_length=10, default=blind_code)
    revision = models.PositiveIntegerField(default=0)
    asked_late = models.BooleanField(default=False)
    late_until = models.DateTimeField(null=True)
    late_reason = models.TextField(blank=True)
    calibration = models.JSONField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        verbose_name_plural = "entries"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["programme", "blind_code"], name="award_blind_code_once")
        ]

    def __str__(self) -> str:
        """Show the title."""
        return self.title

    @property
    def frozen(self) -> bool:
        """Say whether the programme's results are fixed."""
        return self.programme.status in {ProgrammeStatus.FROZEN, ProgrammeStatus.ANNOUNCED}


class EntryAnswer(models.Model):
    """What the entrant writes for one ask; ``revision`` counts the saves, so that nobody overwrites unseen words."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="answers")
    ask = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    unit = models.CharField(max_length=120, blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entry", "ask"], name="award_answer_once")
        ]

    def __str__(self) -> str:
        """Show the ask."""
        return self.ask


class EntryFile(Content):
    """A file of an entry. ``cleared_at``: the chair looked at the picture and it names nobody.

    ``figures``: what was computed of a table (``awards.tables``), None for every other file.
    """

    code = models.CharField(max_length=30, unique=True, default=new_code)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="files")
    ask = models.CharField(max_length=40)
    removed_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show the file's name."""
        return self.filename


class EntryReference(models.Model):
    """Evidence of the entrant's own audits, by reference: an audit, or one piece of its evidence in one version."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="references")
    ask = models.CharField(max_length=40)
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entry", "ask", "audit", "evidence"], name="award_reference_once"),
            models.UniqueConstraint(
                fields=["entry", "ask", "audit"], condition=Q(evidence=None), name="award_whole_audit_once"
            ),
        ]

    def __str__(self) -> str:
        """Show what is referred to."""
        return f"{self.audit_id}/{self.evidence_id}"


class EntryVersion(models.Model):
    """What was submitted, word for word, as canonical JSON with its hash; never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    late = models.BooleanField(default=False)
    submitted_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entry", "number"], name="award_version_once")
        ]

    def __str__(self) -> str:
        """Show the number."""
        return f"{self.entry_id} v{self.number}"
