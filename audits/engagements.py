"""What an engagement is made of besides its answers, and the history of a certificate.

Programme, plan, conflicts of interest, stage 1, meetings.

Known to Django through ``models.py``, which names these classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Organisation, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL


class ConflictKind(models.TextChoices):
    """What somebody may have to do with the auditee."""

    NONE = "none", _("No conflict of interest")
    EMPLOYMENT = "employment", _("Employed there, now or in the last two years")
    CONSULTANCY = "consultancy", _("Consulted for it in the last two years")
    SUPPLIER = "supplier", _("Supplies it, or has a share in it or in a supplier")
    FAMILY = "family", _("Family or a close friend works there")
    OTHER = "other", _("Something else")


class Conflict(models.Model):
    """What one person declared about one audit, and whether the audit manager cleared it.

    Declaring anew takes the clearance away. A declaration of none needs no clearance, unless the data shows something
    (``audits.selectors.conflicts``).
    """

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="conflicts")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("declaration"), max_length=20, choices=ConflictKind)
    detail = models.TextField(_("what it is"), blank=True)
    declared_at = models.DateTimeField()
    cleared_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField(null=True)
    clearing_note = models.TextField(_("why it may stand"), blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "user"], name="conflict_once")
        ]

    def __str__(self) -> str:
        """Show who and what."""
        return f"{self.user_id} {self.kind}"


class Readiness(models.TextChoices):
    """What stage 1 comes to."""

    READY = "ready", _("Ready for stage 2")
    WITH_CONCERNS = "with_concerns", _("Ready for stage 2 once the concerns are dealt with")
    NOT_READY = "not_ready", _("Not ready: stage 1 is to be repeated")


class StageOne(models.Model):
    """The result of stage 1: documents, scope and readiness looked at before stage 2."""

    audit = models.OneToOneField("audits.Audit", on_delete=models.CASCADE, related_name="stage_one")
    held_on = models.DateField(_("held on"))
    readiness = models.CharField(_("readiness"), max_length=20, choices=Readiness)
    notes = models.TextField(_("what was looked at"))
    noted_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        """Show the result."""
        return self.readiness


class Concern(models.Model):
    """An area of concern of stage 1: what could become a nonconformity in stage 2."""

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="concerns")
    clause = models.CharField(_("clause"), max_length=10)
    statement = models.TextField(_("concern"))
    raised_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    settled_note = models.TextField(_("how it was dealt with"), blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show where it lies."""
        return self.clause


class MeetingKind(models.TextChoices):
    """The meetings that begin and end the work on site."""

    OPENING = "opening", _("Opening meeting")
    CLOSING = "closing", _("Closing meeting")


class Meeting(models.Model):
    """An opening or closing meeting, once per round of stage 2; recording it again corrects it."""

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(max_length=10, choices=MeetingKind)
    round = models.PositiveSmallIntegerField(default=1)
    held_at = models.DateTimeField(_("held"))
    attendance = models.TextField(_("who was there"))
    notes = models.TextField(_("notes"), blank=True)
    noted_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["held_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "kind", "round"], name="meeting_once_per_round")
        ]

    def __str__(self) -> str:
        """Show the kind."""
        return self.kind


class SectionAssignment(models.Model):
    """A clause that somebody on the team answers for; by its code, so that it survives a move to another edition."""

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="sections")
    clause = models.CharField(max_length=10)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "clause", "user"], name="section_once")
        ]

    def __str__(self) -> str:
        """Show the clause."""
        return self.clause


class AgendaMode(models.TextChoices):
    """Where a session takes place."""

    ON_SITE = "on_site", _("On site")
    REMOTE = "remote", _("Remote")


class AgendaLine(models.Model):
    """One session of the audit plan: when, what, who asks, whom they meet, where."""

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="agenda")
    day = models.DateField(_("day"))
    begins = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    what = models.CharField(_("what"), max_length=200)
    who = models.ManyToManyField(User, related_name="+", verbose_name=_("who"), blank=True)
    with_whom = models.CharField(_("with whom"), max_length=200, blank=True)
    mode = models.CharField(_("where"), max_length=10, choices=AgendaMode, default=AgendaMode.ON_SITE)
    place = models.CharField(_("room or link"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["day", "begins", "pk"]

    def __str__(self) -> str:
        """Show the subject."""
        return self.what


class AuditSite(models.Model):
    """A further site within the scope, beside the audit's centre, which is the main one; and what is done there.

    ``left_on`` is the day from which a certificate covers it no more.
    """

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="sites")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    activities = models.TextField(_("what is done there"), max_length=2000)
    left_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "centre"], name="audit_site_once")
        ]

    def __str__(self) -> str:
        """Show the site."""
        return str(self.centre_id)


class ProgrammeQuerySet(models.QuerySet["AuditProgramme"]):
    """Programmes as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> ProgrammeQuerySet:
        """Keep those of the person's organisations."""
        return self.filter(organisation__in=user.organisations_as()) if isinstance(user, User) else self.none()


class AuditProgramme(models.Model):
    """What an organisation plans to audit in one year, and what for."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="programmes", verbose_name=_("organisation")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    objectives = models.TextField(_("objectives"))
    resources = models.TextField(_("resources"), blank=True)
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-year", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "year"], name="programme_once_a_year")
        ]

    def __str__(self) -> str:
        """Show whose and when."""
        return f"{self.organisation} {self.year}"


class ProgrammeLine(models.Model):
    """One audit of a programme: which centre, in which month, what kind, for what, how many days."""

    programme = models.ForeignKey(AuditProgramme, on_delete=models.CASCADE, related_name="lines")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+", verbose_name=_("centre"))
    month = models.PositiveSmallIntegerField(_("month"))
    kind = models.CharField(_("kind"), max_length=20)
    purpose = models.CharField(_("purpose"), max_length=20, default="initial")
    days = models.DecimalField(_("auditor days"), max_digits=5, decimal_places=1, null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["month", "pk"]

    def __str__(self) -> str:
        """Show the month."""
        return f"{self.month} {self.centre_id}"


class CertificateEvent(models.Model):
    """One step in the life of a certificate; never changed. ``on`` is the day from which it holds."""

    certificate = models.ForeignKey("audits.Certificate", on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=20)
    on = models.DateField()
    reason = models.TextField(_("reason"), blank=True)
    scope = models.TextField(_("scope"), blank=True)
    audit = models.ForeignKey("audits.Audit", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["on", "pk"]

    def __str__(self) -> str:
        """Show the step."""
        return self.step
