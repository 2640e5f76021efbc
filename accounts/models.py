"""People, organisations, their contact centres, and who belongs where in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.notices import notice_words
from accounts.support import SupportGrant as SupportGrant
from accounts.tokens import AccessToken as AccessToken
from accounts.tokens import Scope as Scope

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Role(models.TextChoices):
    """What a member may do inside an organisation; the verbs are in each app's ``rules.py``."""

    ADMINISTRATOR = "administrator", _("Administrator")
    AUDIT_MANAGER = "audit_manager", _("Audit manager")
    AUDITOR = "auditor", _("Auditor")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    CENTRE_MANAGER = "centre_manager", _("Centre manager")
    SCHEME_OWNER = "scheme_owner", _("Scheme owner")
    AWARD_CHAIR = "award_chair", _("Award chair")
    CONTRIBUTOR = "contributor", _("Contributor")
    VIEWER = "viewer", _("Viewer")


# The roles in an audit body that see the centres of the organisations which mandated it.
AUDIT_STAFF = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.AUDITOR, Role.DECISION_MAKER)


class Industry(models.TextChoices):
    """Industries as the market figures name them; ``other`` compares with figures for all industries only."""

    BANKING = "banking", _("Banking")
    INSURANCE = "insurance", _("Insurance")
    TELECOM = "telecom", _("Telecommunications")
    RETAIL = "retail", _("Retail and e-commerce")
    ENERGY = "energy", _("Energy and utilities")
    TRAVEL = "travel", _("Travel and transport")
    HEALTH = "health", _("Health")
    PUBLIC = "public", _("Public services")
    TECHNOLOGY = "technology", _("Technology support")
    LOGISTICS = "logistics", _("Logistics")
    OUTSOURCING = "outsourcing", _("Outsourced services")
    OTHER = "other", _("Other")


class Channel(models.TextChoices):
    """The ways in which a customer reaches a centre."""

    VOICE = "voice", _("Voice")
    EMAIL = "email", _("E-mail")
    CHAT = "chat", _("Chat")
    MESSAGING = "messaging", _("Messaging app")
    SOCIAL = "social", _("Social media")
    VIDEO = "video", _("Video")
    BOT = "bot", _("Bot")
    SELF_SERVICE = "self_service", _("Self-service")
    IN_PERSON = "in_person", _("In person")


class UserManager(BaseUserManager["User"]):
    """Creates people; the e-mail address, lower-cased, is the name to sign in with."""

    def create_user(self, email: str, password: str | None = None, *, name: str = "", **fields: str) -> User:
        """Create a person. Without a password nobody can sign in as them until they set one."""
        user = self.model(email=email.strip().lower(), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: str) -> User:
        """Create an operator of the whole installation."""
        user = self.create_user(email, password, **fields)
        user.is_superuser = user.is_staff = True
        user.save()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address, with a language and a time zone of their own."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Show the person's name, or the address where no name is known."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """Return the name for greetings."""
        return str(self)

    def roles(self) -> frozenset[tuple[int, str]]:
        """Return all (organisation id, role) pairs; one SQL query the first time, then remembered on this object."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(self.memberships.values_list("organisation_id", "role")) | self._support()
        return self._roles

    def _support(self) -> frozenset[tuple[int, str]]:
        return frozenset((organisation, Role.VIEWER) for organisation in self.supported())

    def supported(self) -> frozenset[int]:
        """Return the organisations that let this operator look now, by the database's clock; operators cost a query."""
        if not self.is_staff:
            return frozenset()
        return frozenset(_open_grants().values_list("organisation", flat=True))

    def forget_roles(self) -> None:
        """Read the roles anew when next asked: for services that change them."""
        self.__dict__.pop("_roles", None)

    def organisations_as(self, *roles: str) -> set[int]:
        """Return ids of the organisations in which this person has one of the roles (any role when none is named)."""
        return {organisation for organisation, role in self.roles() if not roles or role in roles}

    def held(self, *roles: str) -> models.QuerySet[Any, Any]:
        """Return what ``organisations_as`` says as a subquery: there may be a thousand of them."""
        found = (self.memberships.filter(role__in=roles) if roles else self.memberships.all()).values("organisation")
        if not self.is_staff or (roles and Role.VIEWER not in roles):
            return found
        either = models.Q(pk__in=found) | models.Q(pk__in=_open_grants().values("organisation"))
        return Organisation.objects.order_by().filter(either).values("pk")

    def has_role(self, organisation_id: int, *roles: str) -> bool:
        """Say whether this person has one of the roles in that organisation."""
        return organisation_id in self.organisations_as(*roles)


def _open_grants() -> models.QuerySet[SupportGrant]:
    """Return the leave that holds now, by the database's clock."""
    return SupportGrant.objects.filter(ended_at=None, expires_at__gt=Now()).order_by()


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> OrganisationQuerySet:
        """Keep those in which the person has a role."""
        return self.filter(pk__in=user.held()) if isinstance(user, User) else self.none()


class Organisation(models.Model):
    """A company or body: it runs centres, or audits those of others, or both."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two-letter country code, for example HK."))
    address = models.TextField(_("address"), blank=True)
    audit_bodies = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="clients",
        blank=True,
        verbose_name=_("audit bodies"),
        help_text=_("Organisations that may plan audits of our centres and read their measurements."),
    )
    is_demo = models.BooleanField(_("invented for the demo"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Show the name."""
        return self.name


class Membership(models.Model):
    """One role of one person in one organisation; a person may have several."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="membership_once")
        ]

    def __str__(self) -> str:
        """Show who is what where."""
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class Invitation(models.Model):
    """An offer to join an organisation in a role; good once, until it expires.

    The link carries a secret of 256 bits of which only the SHA-256 is kept.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        """Show who is invited as what."""
        return f"{self.email} · {self.get_role_display()}"


class CentreQuerySet(models.QuerySet["Centre"]):
    """Centres as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> CentreQuerySet:
        """Keep the centres of the person's organisations and, for audit staff, of those that mandated them."""
        if not isinstance(user, User):
            return self.none()
        clients = Organisation.audit_bodies.through.objects.filter(to_organisation__in=user.held(*AUDIT_STAFF))
        # One list of organisations: PostgreSQL finds by an index what is in it, and reads all centres for an OR.
        return self.filter(organisation__in=user.held().union(clients.values("from_organisation")))


class Centre(models.Model):
    """A contact centre: what is audited, measured and certified."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="centres")
    name = models.CharField(_("name"), max_length=200)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two-letter country code, for example HK."))
    industry = models.CharField(_("industry"), max_length=20, choices=Industry)
    channels = models.JSONField(_("channels"), default=list)
    languages = models.JSONField(_("languages"), default=list)
    seats = models.PositiveIntegerField(_("seats"))
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    revision = models.PositiveIntegerField(default=1, help_text="Grows with each edit; a stale form is refused.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "name"], name="centre_name_once")
        ]

    def __str__(self) -> str:
        """Show the name."""
        return self.name


class MailWhen(models.TextChoices):
    """When what somebody is told also comes by e-mail."""

    SOON = "soon", _("as it happens")
    DAILY = "daily", _("once a day, all in one")
    NEVER = "never", _("not by e-mail")


class NoticePreference(models.Model):
    """How one person wants to be told about one kind of thing; without a row in the page and by e-mail at once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=60)
    on_page = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=MailWhen, default=MailWhen.SOON)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_preference_once")
        ]

    def __str__(self) -> str:
        """Show kind and choices."""
        return f"{self.kind}: {self.on_page}, {self.mail}"


class Notice(models.Model):
    """Something that one person should know: what (``kind`` with ``params``), where to look, whether they did.

    Words are made when it is read (``accounts.notices``). ``by_mail``: it also goes out by e-mail, once, and not before
    ``mail_from``; a mail is claimed before it is sent, so that two runs at once do not send it twice. What somebody
    does not want in the page (``on_page``) is kept, and not shown.
    """

    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    on_page = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)
    mail_from = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["to"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["to", "-at"], name="notice_newest"),
            models.Index(fields=["at"], condition=models.Q(by_mail=True, mailed_at=None), name="notice_unmailed"),
        ]

    def __str__(self) -> str:
        """Say it in the active language."""
        return notice_words(self.kind, self.params)
