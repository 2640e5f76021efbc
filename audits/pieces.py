"""Evidence: pieces, their former versions, and which answers rest on which version.

Known to Django through ``models.py``, which names these classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audits.content_types import extension_of

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

USER = settings.AUTH_USER_MODEL
SOON = 30  # days before the end of validity from which a piece is marked


class EvidenceKind(models.TextChoices):
    """What a piece of evidence is."""

    DOCUMENT = "document", _("Document")
    PHOTO = "photo", _("Photo")
    RECORDING = "recording", _("Recording")
    SCREEN = "screen", _("Screen capture")
    INTERVIEW = "interview", _("Interview note")
    OBSERVATION = "observation", _("Observation")
    SAMPLE = "sample", _("Record sample")


class Content(models.Model):
    """A stored file, known by its SHA-256; the copies for the screen, of pictures only, lie beside it.

    ``valid_until`` is about what the file says (a certificate, a contract) and has nothing to do with the upload.
    """

    filename = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    view_sha256 = models.CharField(max_length=64, blank=True)
    thumb_sha256 = models.CharField(max_length=64, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def extension(self) -> str:
        """Return what follows the last point of the file's name, for a reader."""
        return extension_of(self.filename)

    def validity(self, today: date) -> str:
        """Say how it stands with the validity: expired, soon, valid, or nothing where no date is known."""
        if self.valid_until is None:
            return ""
        days = (self.valid_until - today).days
        return "expired" if days < 0 else "soon" if days <= SOON else "valid"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence as a person may open it."""

    def visible_to(self, user: User | AnonymousUser) -> EvidenceQuerySet:
        """Keep what lies in visible audits, and of what is confidential only what is open to the person.

        Of the rest a person learns the title (``audits.selectors.evidence``), and nothing more.
        """
        audits: Any = apps.get_model("audits", "Audit").objects
        return self.filter(
            Q(audit__in=audits.visible_to(user).values("pk")),
            Q(confidential=False) | Q(audit__in=audits.opened_to(user).values("pk")),
        )


class Evidence(Content):
    """A piece of evidence with its newest content; the contents before it are in ``former_versions``.

    A piece is never deleted. One that no answer rests on can be withdrawn, with a reason.
    """

    audit = models.ForeignKey("audits.Audit", on_delete=models.PROTECT, related_name="evidence")
    answers = models.ManyToManyField("audits.Answer", through="audits.EvidenceUse", related_name="evidence")
    kind = models.CharField(_("kind"), max_length=20, choices=EvidenceKind, default=EvidenceKind.DOCUMENT)
    title = models.CharField(_("title"), max_length=200)
    version = models.PositiveSmallIntegerField(default=1)
    confidential = models.BooleanField(_("confidential"), default=False)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.TextField(blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        verbose_name_plural = "evidence"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "sha256"], name="evidence_once")
        ]

    def __str__(self) -> str:
        """Show the title."""
        return self.title

    def content(self, number: int | None) -> Content | None:
        """Return the content of a version, the newest where none is named; None where there is no such version."""
        if number in {None, self.version}:
            return self
        return self.former_versions.filter(number=number).first()


class EvidenceVersion(Content):
    """A content that a newer one has replaced; readable for ever."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="former_versions")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["evidence", "number"], name="evidence_version_once")
        ]

    def __str__(self) -> str:
        """Show the number."""
        return f"{self.evidence_id} v{self.number}"


class EvidenceUse(models.Model):
    """An answer rests on a piece of evidence, in the version that its author saw."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="uses")
    answer = models.ForeignKey("audits.Answer", on_delete=models.CASCADE, related_name="evidence_uses")
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        db_table = "audits_evidence_answers"
        unique_together: ClassVar[list[tuple[str, str]]] = [("evidence", "answer")]

    def __str__(self) -> str:
        """Show what rests on what."""
        return f"{self.answer_id} ← {self.evidence_id} v{self.version}"
