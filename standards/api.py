"""Routes: the editions of standards, and each as the document that scores are made from."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from accounts.api.access import Token, caller
from accounts.api.pages import Asked, Page, Text, page_of
from accounts.api.problems import gives
from accounts.models import Scope
from standards.drafts import draft_document
from standards.models import Edition, EditionStatus
from standards.selectors import editions

router = Router(tags=["standards"])


class EditionOut(Schema):
    """An edition; `title` by language, `sha256` that of its document."""

    code: str
    version: str
    title: dict[str, str]
    status: str
    sha256: str
    published_at: datetime | None
    criteria: int


class EditionsAsked(Asked):
    """Filters of the list of editions."""

    code: Text = ""
    status: EditionStatus | None = None


@router.get(
    "/editions",
    auth=Token(Scope.STANDARDS),
    response=gives(Page[EditionOut], 422),
    url_name="editions",
    summary="Editions",
)
def edition_list(request: HttpRequest, asked: Query[EditionsAsked]) -> Page[EditionOut]:
    """Return the editions that the caller may see."""
    found = editions().visible_to(caller(request))
    found = found.filter(code=asked.code) if asked.code else found
    found = found.filter(status=asked.status.value) if asked.status else found
    return page_of(found, asked, edition_out)


@router.get(
    "/editions/{slug:code}/{str:version}",
    auth=Token(Scope.STANDARDS),
    response=gives(EditionOut, 404),
    url_name="edition",
    summary="An edition",
)
def edition_one(request: HttpRequest, code: str, version: Text) -> EditionOut:
    """Return one edition."""
    return edition_out(editions().visible_to(caller(request)).get(code=code, version=version))


@router.get(
    "/editions/{slug:code}/{str:version}/document",
    auth=Token(Scope.STANDARDS),
    response=gives(dict[str, object], 404),
    url_name="edition_document",
    summary="The whole of an edition",
)
def edition_document_one(request: HttpRequest, code: str, version: Text) -> HttpResponse:
    """Return the edition as canonical JSON: blocks, clauses, criteria, tiers with their gates. Its hash is `sha256`."""
    edition = Edition.objects.visible_to(caller(request)).get(code=code, version=version)
    draft_document(edition)  # whatever has not its hash is not handed out; drafts change, and are not remembered
    return HttpResponse(edition.document, content_type="application/json", headers={"ETag": f'"{edition.sha256}"'})


def edition_out(edition: Edition) -> EditionOut:
    """Show an edition of ``selectors.editions``."""
    return EditionOut(
        code=edition.code,
        version=edition.version,
        title=edition.title,
        status=edition.status,
        sha256=edition.sha256,
        published_at=edition.published_at,
        criteria=edition.criteria_count,  # type: ignore[attr-defined] # annotated
    )
