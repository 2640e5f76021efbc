"""Routes: who am I, and the contact centres."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Query, Router, Schema
from pydantic import ConfigDict

from accounts.access import require
from accounts.api.access import Token, caller, token_of
from accounts.api.pages import Asked, Page, Text, page_of
from accounts.api.problems import ProblemError, ProblemOut, form_problem, gives
from accounts.api.revisions import IfMatch, etag, revision_seen
from accounts.forms import CentreForm
from accounts.models import Centre, Industry, Organisation, Scope
from accounts.selectors import centre_places, centres_found, memberships_of
from accounts.services import centre_create, centre_update
from accounts.services.errors import NameTakenError, StaleCentreError

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


class CentreIn(Schema):
    """A centre's master data, as the page takes it: codes for country, industry and channels, names of languages."""

    model_config = ConfigDict(extra="forbid")

    name: str
    city: str = ""
    country: str
    industry: str
    channels: list[str]
    languages: list[str]
    seats: int
    time_zone: str = "UTC"


class NewCentreIn(CentreIn):
    """A new centre, and the id of the organisation that it belongs to."""

    organisation: int


class StaleCentreOut(ProblemOut):
    """Somebody changed the centre meanwhile; nothing was overwritten."""

    current: CentreOut


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
def centre_one(request: HttpRequest, centre_id: int, response: HttpResponse) -> CentreOut:
    """Return one centre; the header ETag is the revision to save on."""
    user = caller(request)
    centre = Centre.objects.visible_to(user).select_related("organisation").get(pk=centre_id)
    require(user, "accounts.view_centre", centre)
    response["ETag"] = etag(centre.revision)
    return centre_out(centre)


@router.post(
    "/centres",
    auth=Token(Scope.CENTRES_WRITE, "accounts.add_centre"),
    response=gives(CentreOut, 400, 409, 413, 422),
    url_name="centres",
    summary="Add a centre",
)
def centre_post(request: HttpRequest, sent: NewCentreIn, response: HttpResponse) -> CentreOut:
    """Add a centre to an organisation; 409 when it has one of this name, so that asking again adds no second one."""
    user = caller(request)
    require(user, "accounts.add_centre")
    form = CentreForm({**_typed(sent), "organisation": sent.organisation}, places=centre_places(user))
    if not form.is_valid():
        raise form_problem(form)
    organisation = form.cleaned_data["organisation"]
    try:
        centre = centre_create(organisation=organisation, facts=form.facts(), by=user)
    except NameTakenError as error:
        raise _name_taken() from error
    response["ETag"] = etag(centre.revision)
    return centre_out(centre)


@router.put(
    "/centres/{int:centre_id}",
    auth=Token(Scope.CENTRES_WRITE, "accounts.change_centre"),
    response={**gives(CentreOut, 400, 404, 409, 413, 422, 428), 412: StaleCentreOut},
    url_name="centre",
    summary="Change a centre",
)
def centre_put(
    request: HttpRequest, centre_id: int, sent: CentreIn, response: HttpResponse, if_match: IfMatch = None
) -> CentreOut:
    """Change a centre on the revision that was read; 412 with what is stored when somebody changed it meanwhile."""
    user = caller(request)
    centre = Centre.objects.visible_to(user).select_related("organisation").get(pk=centre_id)
    require(user, "accounts.change_centre", centre)
    revision = revision_seen(if_match)
    if revision is None:
        raise _stale(centre)
    form = CentreForm({**_typed(sent), "revision": revision}, centre=centre)
    if not form.is_valid():
        raise form_problem(form)
    try:
        saved = centre_update(centre=centre, revision=revision, facts=form.facts(), by=user)
    except NameTakenError as error:
        raise _name_taken() from error
    except StaleCentreError as error:
        error.current.organisation = centre.organisation
        raise _stale(error.current) from error
    saved.organisation = centre.organisation
    response["ETag"] = etag(saved.revision)
    return centre_out(saved)


def _typed(sent: CentreIn) -> Mapping[str, Any]:
    """Return what was sent as somebody would have typed it into the page's form, which checks it."""
    return {**sent.dict(), "languages": "; ".join(sent.languages)}


def _name_taken() -> ProblemError:
    return ProblemError(409, "name_taken", gettext("The organisation has a centre of this name already."))


def _stale(current: Centre) -> ProblemError:
    words = gettext("Somebody changed this centre meanwhile. Nothing was overwritten; what is stored is in “current”.")
    more = {"current": centre_out(current).model_dump()}
    return ProblemError(412, "stale", words, more=more, headers={"ETag": etag(current.revision)})


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
