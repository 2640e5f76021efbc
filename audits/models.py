"""Engagements and what was seen in them: answers, evidence, findings, decisions, certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Centre, Organisation, Role, User
from audits import answering as answering
from audits import arrivals as arrivals
from audits import calibrating as calibrating
from audits import engagements as engagements
from audits import followup as followup
from audits import registers as registers
from audits import retaining as retaining
from audits import samples as samples
from audits import talk as talk
from audits.pieces import Evidence as Evidence
from audits.pieces import EvidenceKind as EvidenceKind
from audits.pieces import EvidenceUse as EvidenceUse
from audits.pieces import EvidenceVersion as EvidenceVersion
from audits.workflow import route_of
from benchmarks.models import MarketRelease, MeasurementRun
from standards.models import Criterion, Edition

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL


class AuditKind(models.TextChoices):
    """Why a centre is audited."""

    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    INTERNAL = "internal", _("Internal audit")
    CERTIFICATION = "certification", _("Certification audit")


class AuditPurpose(models.TextChoices):
    """What a certification audit is for; the other kinds are ``initial`` and nothing is made of it."""

    INITIAL = "initial", _("Initial certification")
    SURVEILLANCE = "surveillance", _("Surveillance")
    RECERTIFICATION = "recertification", _("Recertification")
    EXTENSION = "extension", _("Special audit: extension of scope")
    SHORT_NOTICE = "short_notice", _("Special audit: short notice")
    COMPLAINT = "complaint", _("Special audit: after a complaint")
    FOLLOW_UP = "follow_up", _("Special audit: follow-up of a major nonconformity")


class AuditStatus(models.TextChoices):
    """Where an engagement stands; what leads from one to the next is in ``workflow.py``."""

    DRAFT = "draft", _("Draft")
    PLANNED = "planned", _("Planned")
    STAGE_1 = "stage_1", _("Stage 1")
    FIELDWORK = "fieldwork", _("Fieldwork")
    CLOSING = "closing", _("Closing meeting")
    REPORT_DRAFT = "report_draft", _("Report being drafted")
    TECHNICAL_REVIEW = "technical_review", _("Technical review")
    CORRECTION = "correction", _("Awaiting correction")
    DECISION = "decision", _("Awaiting decision")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class TeamRole(models.TextChoices):
    """What somebody does on one engagement."""

    LEADER = "leader", _("Team leader")
    AUDITOR = "auditor", _("Auditor")
    EXPERT = "expert", _("Technical expert")
    OBSERVER = "observer", _("Observer")


# Those of the team who look and write.
ASSESSING = (TeamRole.LEADER, TeamRole.AUDITOR, TeamRole.EXPERT)


class FindingKind(models.TextChoices):
    """Grading of a finding."""

    MAJOR = "major", _("Major nonconformity")
    MINOR = "minor", _("Minor nonconformity")
    OPPORTUNITY = "opportunity", _("Opportunity for improvement")
    STRENGTH = "strength", _("Strength")


NONCONFORMITIES = frozenset({FindingKind.MAJOR, FindingKind.MINOR})


class FindingState(models.TextChoices):
    """Where a finding stands; what leads from one to the next is in ``corrective.py``."""

    OPEN = "open", pgettext_lazy("finding", "Open")
    RESPONDED = "responded", pgettext_lazy("finding", "Response submitted")
    REJECTED = "rejected", pgettext_lazy("finding", "Response rejected")
    ACCEPTED = "accepted", pgettext_lazy("finding", "Response accepted")
    IMPLEMENTED = "implemented", pgettext_lazy("finding", "Implemented")
    VERIFIED = "verified", pgettext_lazy("finding", "Verified effective")
    CLOSED = "closed", pgettext_lazy("finding", "Closed")
    REOPENED = "reopened", pgettext_lazy("finding", "Reopened")
    WITHDRAWN = "withdrawn", pgettext_lazy("finding", "Withdrawn")


class AuditQuerySet(models.QuerySet["Audit"]):
    """Audits as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> AuditQuerySet:
        """Keep audits of or by the person's organisations, and those on whose team the person is."""
        if not isinstance(user, User):
            return self.none()
        every = Audit.objects.order_by()
        received = every.filter(auditee__in=user.held()).values("pk")
        conducted = every.filter(conductor__in=user.held()).values("pk")
        on_team = TeamMember.objects.filter(user=user).order_by().values("audit")
        # Each by an index of its own: for an OR of them PostgreSQL reads all audits.
        return self.filter(pk__in=received.union(conducted, on_team))

    def opened_to(self, user: User | AnonymousUser) -> AuditQuerySet:
        """Keep audits whose confidential evidence and originals the person may open (rule ``open_sealed``)."""
        if not isinstance(user, User):
            return self.none()
        assessed = TeamMember.objects.filter(user=user, role__in=ASSESSING).values("audit")
        return self.filter(
            Q(conductor__in=user.held(Role.AUDIT_MANAGER, Role.DECISION_MAKER))
            | Q(pk__in=assessed, conductor__in=user.held())
        )


class Audit(models.Model):
    """One engagement: one centre, one edition, one team, one result.

    ``facts`` holds what the gates of the edition ask for by name: ``{"cskm": {"value": "62.5", "note": "…"}}``.
    ``market`` holds the verdict per gated KPI, made anew whenever measurements, release or waivers change.
    ``result`` is empty until submission and frozen from then on. ``previous`` is the audit whose nonconformities this
    one verifies; ``of_certificate`` the certificate that a surveillance, recertification or special audit is about.
    ``texts_revision`` and ``facts_revision`` count the saves, so that nobody overwrites what they have not seen.
    """

    reference = models.CharField(_("reference"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AuditKind)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="audits", verbose_name=_("centre"))
    auditee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="audits_received")
    conductor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="audits_conducted")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="audits", verbose_name=_("edition"))
    edition_sha256 = models.CharField(max_length=64)
    status = models.CharField(_("status"), max_length=20, choices=AuditStatus, default=AuditStatus.PLANNED)
    purpose = models.CharField(_("purpose"), max_length=20, choices=AuditPurpose, default=AuditPurpose.INITIAL)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="next_audits")
    of_certificate = models.ForeignKey(
        "Certificate", null=True, blank=True, on_delete=models.PROTECT, related_name="engagements"
    )
    programme_line = models.OneToOneField(
        "audits.ProgrammeLine", null=True, blank=True, on_delete=models.SET_NULL, related_name="audit"
    )
    scope = models.TextField(_("scope"))
    objectives = models.TextField(_("objectives"), blank=True)
    not_covered = models.TextField(_("what was not covered, and why"), blank=True)
    summary = models.TextField(_("executive summary"), blank=True)
    onsite_from = models.DateField(_("on site from"))
    onsite_to = models.DateField(_("on site to"))
    remote_methods = models.TextField(_("remote methods"), blank=True)
    # How often stage 2 was begun; its meetings belong to a round.
    stage_2_round = models.PositiveSmallIntegerField(default=1)
    texts_revision = models.PositiveIntegerField(default=0)
    facts_revision = models.PositiveIntegerField(default=0)
    measurement_run = models.ForeignKey(MeasurementRun, null=True, on_delete=models.PROTECT, related_name="audits")
    market_release = models.ForeignKey(MarketRelease, null=True, on_delete=models.PROTECT, related_name="audits")
    market = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    review_note = models.TextField(_("technical reviewer's note"), blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    closed_at = models.DateTimeField(null=True)

    # Team roles by person (None: not on the team), where a selector has fetched them along with something else.
    known_roles: dict[int, str | None]

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-onsite_from", "-pk"]

    def __str__(self) -> str:
        """Show the reference."""
        return self.reference

    @property
    def route(self) -> str:
        """Which route of ``audits.workflow`` it takes."""
        return route_of(self.kind, self.purpose)

    @property
    def current_answers(self) -> models.QuerySet[Answer]:
        """The answers to the criteria of the audit's present edition: the only ones that are asked, shown and counted.

        Those that stayed with an edition that the audit has left are in ``answers`` too, readable and frozen.
        """
        return self.answers.filter(criterion__edition=self.edition_id)


class TeamMember(models.Model):
    """Somebody on the audit team."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="team_memberships")
    role = models.CharField(_("role"), max_length=20, choices=TeamRole)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "user"], name="team_member_once")
        ]

    def __str__(self) -> str:
        """Show who does what."""
        return f"{self.user} · {self.get_role_display()}"


class Answer(models.Model):
    """What was found for one criterion. Rows are made when the audit is planned, or moved to another edition.

    ``level`` is empty while unanswered; ``na_reason`` is filled exactly when the criterion is not applicable.
    ``revision`` counts the saves; a save must name the revision it was made on. Where the criterion is of an edition
    that the audit has left, the row is kept as it was and can no longer change. ``former`` are such rows: what was
    answered before to what this one asks, never counted.
    """

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="answers")
    level = models.PositiveSmallIntegerField(null=True)
    na_reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    answered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    former = models.ManyToManyField("self", symmetrical=False, related_name="later")

    class Meta:
        ordering: ClassVar[list[str]] = ["criterion__position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "criterion"], name="answer_once"),
            models.CheckConstraint(condition=Q(level=None) | Q(na_reason=""), name="answer_level_or_na"),
        ]

    def __str__(self) -> str:
        """Show criterion and level."""
        return f"{self.criterion_id}: {self.level}"


class AnswerVariant(models.Model):
    """What somebody typed and could not be saved as the answer, kept for whoever looks at its history.

    ``reason`` is why: somebody else had saved (``conflict``), the audit was closed to changes (``locked``), or the
    criterion is of an edition that the audit has left (``moved``). ``revision`` is the one it was made on. As long as
    the same person goes on typing on that revision the row follows; ``settled_at`` is when they chose what to save.
    """

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="variants")
    key = models.UUIDField(unique=True)
    reason = models.CharField(max_length=10)
    level = models.PositiveSmallIntegerField(null=True)
    na_reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show the level and why it was not taken."""
        return f"{self.answer_id}: {self.level} ({self.reason})"


class SaveReceipt(models.Model):
    """What was answered to a change that came under a key of its sender's: sent again, it is answered the same.

    ``sha256`` is of what was sent, so that a key is never used for something else. ``audit`` is empty where the change
    was made in an upper room.
    """

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    audit = models.ForeignKey(Audit, null=True, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    response = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Show the key."""
        return str(self.key)


class AuditMove(models.Model):
    """An audit under way went over to another edition; never changed, readable for ever.

    ``plan`` is what was previewed and done, as ``audits.carrying`` makes it, and ``plan_sha256`` its hash. ``undoes``
    is the move that this one took back.
    """

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="moves")
    old_edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    new_edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    plan_sha256 = models.CharField(max_length=64)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show from where to where."""
        return f"{self.old_edition_id} → {self.new_edition_id}"


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> FindingQuerySet:
        """Keep those of audits that the person may see."""
        return self.filter(audit__in=Audit.objects.visible_to(user))


class CountedFindings(models.Manager.from_queryset(FindingQuerySet)):  # type: ignore[misc] # made by Django
    """Findings that count: one that was raised by mistake and withdrawn is kept, and found by asking for it only."""

    def get_queryset(self) -> FindingQuerySet:
        """Leave out what was withdrawn."""
        return FindingQuerySet(self.model, using=self._db).exclude(state=FindingState.WITHDRAWN)


class Finding(models.Model):
    """A nonconformity, opportunity or strength: criterion, objective evidence, statement.

    ``due`` is the day by which it must be closed; an accepted response moves it to the day of its action. ``key`` is
    what the sender of a finding knows it by: the same key again is the same finding. ``closed_at`` is what the gates
    read; ``owner`` owns the corrective action of the last response. ``state``, ``responses`` and ``steps`` tell its
    life (``corrective.py``). ``objects`` and ``audit.findings`` are what counts; ``everything`` holds what was
    withdrawn too.
    """

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="findings")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    key = models.UUIDField(null=True, editable=False)
    kind = models.CharField(_("grading"), max_length=20, choices=FindingKind)
    statement = models.TextField(_("statement"))
    objective_evidence = models.TextField(_("objective evidence"))
    evidence = models.ManyToManyField(Evidence, related_name="findings")
    due = models.DateField(_("correction due"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=FindingState, default=FindingState.OPEN)
    owner = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="owned_findings")
    revision = models.PositiveIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    reopened_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    closing_note = models.TextField(_("how it was verified"), blank=True)
    raised_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()

    objects = CountedFindings()
    everything = FindingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "number"], name="finding_number_once"),
            models.UniqueConstraint(fields=["audit", "key"], name="finding_key_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due"], condition=Q(closed_at=None), name="finding_due")
        ]

    def __str__(self) -> str:
        """Show number and grading."""
        return f"{self.number} {self.get_kind_display()}"

    @property
    def is_nonconformity(self) -> bool:
        """Say whether it asks for correction and corrective action."""
        return self.kind in NONCONFORMITIES


class MarketWaiver(models.Model):
    """A named person's permission to compare with a market figure older than the edition allows."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="market_waivers")
    kpi = models.CharField(_("KPI"), max_length=40)
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "kpi"], name="waiver_once")
        ]

    def __str__(self) -> str:
        """Show the KPI."""
        return self.kpi


class Decision(models.Model):
    """The certification decision, made by somebody who was not on the team and did not review."""

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, related_name="decision")
    granted = models.BooleanField()
    tier = models.CharField(max_length=20, blank=True)
    route = models.CharField(max_length=40)
    reason = models.TextField(_("reasons"))
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        """Show what was decided."""
        return self.tier if self.granted else "refused"


class CertificateStatus(models.TextChoices):
    """State of a certificate; expiry follows from the date and is not stored."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Certificates as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> CertificateQuerySet:
        """Keep those of visible audits."""
        return self.filter(audit__in=Audit.objects.visible_to(user).order_by().values("pk"))


class Certificate(models.Model):
    """A certificate; ``code`` (128 random bits) is what the public checks it by."""

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=30, unique=True)
    code = models.CharField(max_length=40, unique=True)
    tier = models.CharField(max_length=20)
    status = models.CharField(max_length=20, choices=CertificateStatus, default=CertificateStatus.ACTIVE)
    status_since = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    issued_at = models.DateTimeField()
    # The day of the decision from which the three-year cycle counts, and the scope where it is no longer the audit's.
    cycle_from = models.DateField(null=True)
    scope = models.TextField(_("scope"), blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-issued_at", "-pk"]

    def __str__(self) -> str:
        """Show the number."""
        return self.number
