"""Judges, what stands between them and entrants, who judges what, and the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, User
from awards.models.entries import Entry
from awards.models.programmes import Programme, Stage, new_code

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL


class Judge(models.Model):
    """A person on the panel of a programme. Empty ``categories`` or ``languages`` mean all.

    ``reserve``: assigned only where the others do not suffice. ``key`` is how results name the judge: never by name.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="judges")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="award_seats")
    key = models.CharField(max_length=30, unique=True, default=new_code)
    employer = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    employer_name = models.CharField(_("employer, where it is not in the list"), max_length=200, blank=True)
    skills = models.CharField(_("skills"), max_length=300, blank=True)
    categories = models.JSONField(_("categories"), default=list)
    languages = models.JSONField(_("languages"), default=list)
    capacity = models.PositiveSmallIntegerField(_("at most so many entries"), default=20)
    reserve = models.BooleanField(_("reserve"), default=False)
    declared_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["user__name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["programme", "user"], name="award_judge_once")
        ]

    def __str__(self) -> str:
        """Show the person."""
        return str(self.user)


class TieKind(models.TextChoices):
    """What ties two organisations together."""

    SUPPLIER = "supplier", _("Supplier or client")
    SPONSOR = "sponsor", _("Sponsor")
    GROUP = "group", _("Same group of companies")
    PARTNER = "partner", _("Business partner")


class Tie(models.Model):
    """Two organisations that have to do with each other; a judge of one does not judge the other."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="ties")
    kind = models.CharField(_("kind"), max_length=20, choices=TieKind)
    one = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation"))
    other = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("other organisation")
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["programme", "kind", "one", "other"], name="award_tie_once")
        ]

    def __str__(self) -> str:
        """Show both."""
        return f"{self.one_id} – {self.other_id}"


class JudgeConflict(models.Model):
    """A name that a judge declared ties with, typed: a list to choose from would tell judges who entered."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="conflicts")
    name = models.CharField(_("organisation"), max_length=200)
    reason = models.TextField(_("what ties you to it"))
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["judge", "name"], name="award_conflict_once")
        ]

    def __str__(self) -> str:
        """Show the name."""
        return self.name


class AssignmentState(models.TextChoices):
    """How far a judge is with an entry. What is recused or abstained is kept and not counted."""

    ASSIGNED = "assigned", pgettext_lazy("award", "To do")
    SUBMITTED = "submitted", pgettext_lazy("award", "Submitted")
    ABSTAINED = "abstained", pgettext_lazy("award", "Abstained")
    RECUSED = "recused", pgettext_lazy("award", "Recused")
    REMOVED = "removed", pgettext_lazy("award", "Taken off")


class RecusalKind(models.TextChoices):
    """Why a judge steps aside."""

    PROFESSIONAL = "professional", _("Professional tie")
    PERSONAL = "personal", _("Personal tie")
    RECOGNISED = "recognised", _("I recognise the entrant")
    OTHER = "other", _("Other")


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Assignments as a judge may see them."""

    def visible_to(self, user: User | AnonymousUser) -> AssignmentQuerySet:
        """Keep the person's own, as long as they sit on the panel and have not stepped aside from the entry."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(
            Q(judge__user=user, judge__removed_at=None),
            ~Q(state__in=[AssignmentState.REMOVED, AssignmentState.RECUSED]),
            ~Q(entry__status="withdrawn"),
        )


class Assignment(models.Model):
    """One judge, one entry, one stage: the score card.

    ``code`` stands in addresses; ``position`` is the random order for this judge. ``revision`` counts the saves of the
    card; ``seen`` is the version of the entry that was scored.
    """

    code = models.CharField(max_length=30, unique=True, default=new_code)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="assignments")
    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, related_name="assignments")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="assignments")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=AssignmentState, default=AssignmentState.ASSIGNED)
    revision = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    note = models.TextField(_("note to yourself"), blank=True)
    feedback = models.TextField(_("words for the entrant"), blank=True)
    reason_kind = models.CharField(max_length=20, choices=RecusalKind, blank=True)
    reason = models.TextField(blank=True)
    submitted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["stage", "judge", "entry"], name="award_assignment_once")
        ]

    def __str__(self) -> str:
        """Show nothing that names anybody."""
        return self.code


class Score(models.Model):
    """A judge's level for one criterion of one entry."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["assignment", "criterion"], name="award_score_once")
        ]

    def __str__(self) -> str:
        """Show criterion and level."""
        return f"{self.criterion}: {self.level}"


class Preference(models.Model):
    """Which of two entries a judge holds to be better in one criterion; ``better`` empty means: cannot tell."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="preferences")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40)
    one = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    better = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["judge", "stage", "criterion", "one", "other"], name="award_pair_once")
        ]

    def __str__(self) -> str:
        """Show the pair."""
        return f"{self.criterion}: {self.one_id} {self.other_id}"
