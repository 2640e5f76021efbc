"""Best practices: proposed with their evidence, judged by two people, adopted into the next edition.

Known to Django through ``models.py``, which names these classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Industry, Organisation, Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL


class PracticeStatus(models.TextChoices):
    """Where a practice stands; what leads where is in ``judging.py``."""

    PROPOSED = "proposed", _("Proposed")
    MORE_EVIDENCE = "more_evidence", _("More evidence asked for")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    ADOPTED = "adopted", _("Adopted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PracticeSource(models.TextChoices):
    """Where a practice was found."""

    PERSON = "person", _("Proposed by a person")
    AUDIT = "audit", _("A strength seen in an audit")
    AWARD = "award", _("An award entry")
    PUBLICATION = "publication", _("A publication")


class PracticeConsent(models.TextChoices):
    """Whether the organisation that a practice comes from agrees to its publication."""

    ASKED = "asked", _("Asked, not answered yet")
    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")
    PUBLISHED = "published", _("Not needed: published by the source")


PUBLIC_STATUSES = (PracticeStatus.ACCEPTED, PracticeStatus.ADOPTED)
PUBLIC_CONSENTS = (PracticeConsent.GIVEN, PracticeConsent.PUBLISHED)


class PracticeQuerySet(models.QuerySet["Practice"]):
    """Practices as a person, or the public, may see them."""

    def public(self) -> PracticeQuerySet:
        """Keep what everybody may read: accepted or adopted, and with consent."""
        return self.filter(status__in=PUBLIC_STATUSES, consent__in=PUBLIC_CONSENTS)

    def visible_to(self, user: User | AnonymousUser) -> PracticeQuerySet:
        """Keep the public ones; for a person also their own, their organisations', those of standards they write."""
        if not isinstance(user, User):
            return self.public()
        return self.filter(
            Q(status__in=PUBLIC_STATUSES, consent__in=PUBLIC_CONSENTS)
            | Q(proposed_by=user)
            | Q(organisation__in=user.organisations_as())
            | Q(standard__owner__in=user.organisations_as(Role.SCHEME_OWNER))
        )


class Practice(models.Model):
    """One best practice. Texts are ``{language: words}``; at least one language has title, summary and what was done.

    ``figures``: a list of ``{measure, before, after, period}``, all words. ``evidence``: a list of references in words.
    ``citation``: ``author``, ``title``, ``publisher``, ``date``, ``page``, ``url``, each only where known.
    ``source_key`` names the finding or award entry, so that none is proposed twice; ``judged`` says in words how a
    practice was judged outside this installation. ``round`` counts the rounds of judging, ``revision`` the changes.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField()
    standard = models.ForeignKey("standards.Standard", on_delete=models.PROTECT, related_name="practices")
    status = models.CharField(
        _("status"), max_length=20, choices=PracticeStatus, default=PracticeStatus.PROPOSED, db_index=True
    )
    title = models.JSONField(_("title"))
    summary = models.JSONField(_("summary"))
    done = models.JSONField(_("what was done"))
    changed = models.JSONField(_("what changed"), default=dict)
    figures = models.JSONField(default=list)
    evidence = models.JSONField(default=list)
    industry = models.CharField(_("industry"), max_length=20, choices=Industry, blank=True)
    edition_version = models.CharField(max_length=30, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="practices", null=True)
    organisation_name = models.CharField(_("organisation"), max_length=200, blank=True)
    anonymous = models.BooleanField(default=False)
    citation = models.JSONField(default=dict)
    source = models.CharField(_("source"), max_length=20, choices=PracticeSource)
    source_key = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 - unique where there is one
    source_label = models.CharField(max_length=200, blank=True)
    consent = models.CharField(_("consent"), max_length=20, choices=PracticeConsent)
    consent_note = models.TextField(blank=True)
    consent_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    consent_at = models.DateTimeField(null=True)
    judged = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="practices", null=True)
    proposed_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    search_text = models.TextField(help_text="Everything the public may read, in lower case.")

    objects = PracticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-year", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["year", "number"], name="practice_number_once")
        ]

    def __str__(self) -> str:
        """Show the code."""
        return self.code

    @property
    def is_public(self) -> bool:
        """Say whether everybody may read it."""
        return self.status in PUBLIC_STATUSES and self.consent in PUBLIC_CONSENTS


class PracticePlace(models.Model):
    """A clause or criterion that a practice belongs to; ``clause`` is that of the criterion, or the clause itself."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="places")
    code = models.CharField(max_length=20)
    clause = models.CharField(max_length=20)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["practice", "code"], name="practice_place_once")
        ]

    def __str__(self) -> str:
        """Show the code."""
        return self.code


class PracticeJudgement(models.Model):
    """One person's answers to the three questions, in one round, on the text of one revision. Never changed."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="judgements")
    round = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    innovative = models.BooleanField()
    innovative_reason = models.TextField()
    effective = models.BooleanField()
    effective_reason = models.TextField()
    proven = models.BooleanField()
    proven_reason = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["practice", "round", "by"], name="practice_judged_once")
        ]

    def __str__(self) -> str:
        """Show the practice and the judge."""
        return f"{self.practice_id} · {self.by_id}"


class PracticeStep(models.Model):
    """One step in the life of a practice: who, when, and why."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="steps")
    name = models.CharField(max_length=20)
    round = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show the step."""
        return self.name


class PracticeAdoption(models.Model):
    """Where a practice went: a criterion of an edition of its standard, as a criterion of its own or as guidance.

    The edition's own lineage says whether it is still there; an edition need not be loaded.
    """

    class Manner(models.TextChoices):
        """What became of the practice."""

        CRITERION = "criterion", _("A criterion of its own")
        GUIDANCE = "guidance", _("Guidance")

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="adoptions")
    version = models.CharField(max_length=30)
    criterion = models.CharField(max_length=20)
    manner = models.CharField(max_length=20, choices=Manner)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["version", "pk"]

    def __str__(self) -> str:
        """Show edition and criterion."""
        return f"{self.version} {self.criterion}"
