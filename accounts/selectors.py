"""Reading people, organisations and centres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q

from accounts.models import (
    AccessToken,
    Centre,
    Invitation,
    Membership,
    Notice,
    NoticePreference,
    Organisation,
    Role,
    SupportGrant,
    User,
)
from accounts.personal import personal_parts
from accounts.rules import CENTRE_EDITORS

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

# What a list may be sorted by; nothing else from an address reaches order_by.
CENTRE_SORTS = {
    "name": ("name", "pk"),
    "-name": ("-name", "-pk"),
    "organisation": ("organisation__name", "name", "pk"),
    "industry": ("industry", "name", "pk"),
    "-seats": ("-seats", "name", "pk"),
    "-created": ("-created_at", "-pk"),
}


def centres_found(*, user: User, text: str = "", industry: str = "", sort: str = "name") -> QuerySet[Centre]:
    """Return the centres a person may see that match; one SQL query when evaluated, organisations included."""
    found = Centre.objects.visible_to(user).select_related("organisation")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(city__icontains=text) | Q(organisation__name__icontains=text))
    if industry:
        found = found.filter(industry=industry)
    return found.order_by(*CENTRE_SORTS[sort])


def centre_places(user: User) -> QuerySet[Organisation]:
    """Return the organisations to which a person may add centres; one SQL query."""
    return Organisation.objects.filter(pk__in=user.organisations_as(*CENTRE_EDITORS))


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    """Return the memberships with their people, by name; one SQL query."""
    return organisation.memberships.select_related("user").order_by("user__name", "user__email", "role")


def invitations_open(organisation: Organisation, *, at: datetime) -> QuerySet[Invitation]:
    """Return the invitations that can still be accepted, newest first; one SQL query."""
    return organisation.invitations.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at).select_related(
        "invited_by"
    )


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return a person's own roles with the organisations; one SQL query."""
    return user.memberships.select_related("organisation").order_by("organisation__name", "role")


def notices_of(user: User, *, unread: bool = False) -> QuerySet[Notice]:
    """Return a person's notices, newest first; one SQL query."""
    return Notice.objects.filter(to=user, on_page=True, **({"read_at": None} if unread else {}))


def unread_count(user: User) -> int:
    """Count the notices that a person has not read; one SQL query on an index of unread ones."""
    return Notice.objects.filter(to=user, on_page=True, read_at=None).count()


def preferences_of(user: User) -> dict[str, NoticePreference]:
    """Return how a person wants to be told, by kind; what is not in it is as ever. One SQL query."""
    return {row.kind: row for row in NoticePreference.objects.filter(user=user)}


def support_grants_of(organisation: Organisation, *, at: datetime) -> list[SupportGrant]:
    """Return the leaves that hold, newest first; one query."""
    return list(organisation.support_grants.filter(ended_at=None, expires_at__gt=at).select_related("given_by"))


def people_kept_by(user: User) -> QuerySet[User]:
    """Return the people whose accounts this person may look after; the rule is asked for each one besides."""
    if user.is_staff:
        return User.objects.all()
    return User.objects.filter(memberships__organisation__in=user.organisations_as(Role.ADMINISTRATOR)).distinct()


def personal_data(user: User) -> dict[str, Any]:
    """Return everything that is kept about a person, for the person; secrets only as that they exist."""
    theirs = {"user": user}
    invited = Invitation.objects.filter(email=user.email)
    facts = {name: getattr(user, name) for name in ("name", "email", "language", "time_zone", "date_joined")}
    return {
        "person": facts,
        "roles": list(user.memberships.values("organisation__name", "role", "created_at")),
        "invitations": list(invited.values("organisation__name", "role", "created_at", "accepted_at")),
        "access_tokens": list(user.access_tokens.values("name", "scopes", "created_at", "expires_at", "last_used_at")),
        "second_factors": list(Authenticator.objects.filter(**theirs).values("type", "created_at", "last_used_at")),
        "identities": list(SocialAccount.objects.filter(**theirs).values("provider", "uid", "date_joined")),
        "sessions": list(UserSession.objects.filter(**theirs).values("ip", "user_agent", "created_at", "last_seen_at")),
        "notices": [{"at": notice.at, "read_at": notice.read_at, "text": str(notice)} for notice in notices_of(user)],
        **personal_parts(user),
    }


def tokens_of(user: User, *, at: datetime) -> list[AccessToken]:
    """Return a person's tokens that still open something, newest first; one query."""
    return list(AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=at))
