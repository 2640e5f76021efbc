"""Routes: who am I, and the contact centres."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema

from accounts.access import require
from accounts.api.access import Token, caller, token_of
from accounts.api.pages import Asked, Page, Text, page_of
from accounts.api.problems import gives
from accounts.models import Centre, Industry, Organisation, Scope
from accounts.selectors import centres_found, memberships_of

router = Router(tags=["people and centres"])


class Named(Schema):
    """Something by its id and name."""

    id: int
    name: str


class RoleOut(Schema):
    """A role in an organisation."""

    organisation: Named
    role: str


class TokenOut(Schema):
    """The token that was shown."""

    name: str
    scopes: list[str]
    expires_at: datetime


class MeOut(Schema):
    """The owner of the token, with their roles."""

    id: int
    name: str
    email: str
    language: str
    time_zone: str
    roles: list[RoleOut]
    token: TokenOut


class CentreOut(Schema):
    """A contact centre. `revision` grows with each change."""

    id: int
    name: str
    organisation: Named
    city: str
    country: str
    industry: str
    channels: list[str]
    languages: list[str]
    seats: int
    time_zone: str
    revision: int


class CentresAsked(Asked):
    """Filters of the list of centres; `q` looks in name, city and organisation."""

    q: Text = ""
    industry: Industry | None = None


@router.get("/me", auth=Token(None), response=gives(MeOut), url_name="me", summary="Who am I")
def me(request: HttpRequest) -> MeOut:
    """Return the owner of the token, their roles, and what the token opens."""
    user, token = caller(request), token_of(request)
    roles = [RoleOut(organisation=named(each.organisation), role=each.role) for each in memberships_of(user)]
    return MeOut(
        id=user.pk,
        name=user.name,
        email=user.email,
        language=user.language,
        time_zone=user.time_zone,
        roles=roles,
        token=TokenOut(name=token.name, scopes=token.scopes, expires_at=token.expires_at),
    )


@router.get(
    "/centres", auth=Token(Scope.CENTRES), response=gives(Page[CentreOut], 422), url_name="centres", summary="Centres"
)
def centre_list(request: HttpRequest, asked: Query[CentresAsked]) -> Page[CentreOut]:
    """Return the centres that the caller may see."""
    industry = asked.industry.value if asked.industry else ""
    return page_of(centres_found(user=caller(request), text=asked.q.strip(), industry=industry), asked, centre_out)


@router.get(
    "/centres/{int:centre_id}",
    auth=Token(Scope.CENTRES, "accounts.view_centre"),
    response=gives(CentreOut, 404),
    url_name="centre",
    summary="A centre",
)
def centre_one(request: HttpRequest, centre_id: int) -> CentreOut:
    """Return one centre."""
    user = caller(request)
    centre = Centre.objects.visible_to(user).select_related("organisation").get(pk=centre_id)
    require(user, "accounts.view_centre", centre)
    return centre_out(centre)


def named(row: Organisation | Centre) -> Named:
    """Show something by its id and name."""
    return Named(id=row.pk, name=row.name)


def centre_out(centre: Centre) -> CentreOut:
    """Show a centre; its organisation must be loaded."""
    return CentreOut(
        id=centre.pk,
        name=centre.name,
        organisation=named(centre.organisation),
        city=centre.city,
        country=centre.country,
        industry=centre.industry,
        channels=centre.channels,
        languages=centre.languages,
        seats=centre.seats,
        time_zone=centre.time_zone,
        revision=centre.revision,
    )
