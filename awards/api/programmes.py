"""Routes: award programmes, and entries as their teams and the chairs of a programme see them; never a score."""

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.api.access import Token, caller
from accounts.api.pages import AskedByCode, PageByMoment, Text, page_by_moment
from accounts.api.problems import gives
from accounts.api.routes import Named, named
from accounts.models import Scope, User
from awards.models import Entry, EntryStatus, Programme, ProgrammeStatus
from awards.selectors.entering import AskRow, entry_page
from standards.templatetags.standard_text import text

router = Router(tags=["awards"])
Year = Annotated[int, Field(ge=1900, le=9999)]


class ProgrammeOut(Schema):
    """An award programme. `sha256` is that of its document, which is fixed when it opens."""

    code: str
    name: str
    year: int
    status: str
    organiser: Named
    time_zone: str
    sha256: str


class StageOut(Schema):
    """A stage. `kind`: entry, judging, event; `state`: before, open, over. In a blind one judges read no names."""

    code: str
    title: str
    kind: str
    blind: bool
    opens_at: datetime
    closes_at: datetime
    state: str


class CategoryOut(Schema):
    """A category that can be entered."""

    code: str
    title: str


class AwardCriterionOut(Schema):
    """What judges score; `weight` is an exact decimal. `stages` are those in which it is scored, empty: in all."""

    code: str
    title: str
    weight: str
    stages: list[str]


class ProgrammeDetailOut(ProgrammeOut):
    """A programme in full; the levels that judges give go from `least` to `most`."""

    least: int
    most: int
    stages: list[StageOut]
    categories: list[CategoryOut]
    criteria: list[AwardCriterionOut]


class EntryOut(Schema):
    """An entry. `revision` is the number of the version that counts, 0 where none was handed in."""

    code: str
    programme: str
    category: str
    division: str
    organisation: Named
    centre: Named | None
    nominee: str
    title: str
    status: str
    revision: int
    created_at: datetime


class EntryFileOut(Schema):
    """What is known of a file of an entry; files are fetched on the pages."""

    name: str
    size: int
    sha256: str


class EntryAskOut(Schema):
    """What was asked and what was given: a text with its unit, files, or references to own audits."""

    code: str
    title: str
    kind: str
    required: bool
    done: bool
    text: str
    unit: str
    files: list[EntryFileOut]
    references: list[str]


class EntryPartOut(Schema):
    """A stage for entries with its asks; `open`: the entrant may write in it now, until `closes_at` or later."""

    stage: str
    open: bool
    closes_at: datetime
    asks: list[EntryAskOut]


class EntryVersionOut(Schema):
    """A version that was handed in, as its receipt names it."""

    number: int
    sha256: str
    late: bool
    submitted_at: datetime


class EntryDetailOut(EntryOut):
    """An entry in full."""

    parts: list[EntryPartOut]
    versions: list[EntryVersionOut]


class ProgrammesAsked(AskedByCode):
    """Filters of the list of programmes."""

    status: ProgrammeStatus | None = None
    year: Year | None = None


class EntriesAsked(AskedByCode):
    """Filters of the list of entries; `programme` is the code of one."""

    status: EntryStatus | None = None
    programme: Text | None = None


@router.get(
    "/awards",
    auth=Token(Scope.AWARDS),
    response=gives(PageByMoment[ProgrammeOut], 422),
    url_name="award_programmes",
    summary="Award programmes",
)
def award_list(request: HttpRequest, asked: Query[ProgrammesAsked]) -> PageByMoment[ProgrammeOut]:
    """Return the award programmes that the caller may see, oldest first."""
    found = _programmes(caller(request))
    found = found.filter(status=asked.status.value) if asked.status else found
    found = found.filter(year=asked.year) if asked.year else found
    return page_by_moment(found, asked, programme_out, "created_at")


@router.get(
    "/awards/{str:code}",
    auth=Token(Scope.AWARDS),
    response=gives(ProgrammeDetailOut, 404),
    url_name="award_programme",
    summary="An award programme",
)
def award_one(request: HttpRequest, code: Text) -> ProgrammeDetailOut:
    """Return one programme with its stages, categories and criteria."""
    programme = _programmes(caller(request)).get(code=code)
    scheme, now = programme.scheme, timezone.now()
    stages = list(programme.stages.all())
    return ProgrammeDetailOut(
        **programme_out(programme).dict(),
        least=scheme.least,
        most=scheme.most,
        stages=[
            StageOut(
                code=stage.code,
                title=text(scheme.stage(stage.code).title),
                kind=scheme.stage(stage.code).kind,
                blind=scheme.stage(stage.code).blind,
                opens_at=stage.opens_at,
                closes_at=stage.closes_at,
                state=stage.state(now),
            )
            for stage in stages
        ],
        categories=[CategoryOut(code=each.code, title=text(each.title)) for each in scheme.categories],
        criteria=[
            AwardCriterionOut(code=each.code, title=text(each.title), weight=str(each.weight), stages=list(each.stages))
            for each in scheme.criteria
        ],
    )


@router.get(
    "/entries",
    auth=Token(Scope.AWARDS),
    response=gives(PageByMoment[EntryOut], 422),
    url_name="award_entries",
    summary="Entries",
)
def entry_list(request: HttpRequest, asked: Query[EntriesAsked]) -> PageByMoment[EntryOut]:
    """Return the entries of the caller's organisations, and what was handed in where the caller chairs."""
    found = _entries(caller(request))
    found = found.filter(status=asked.status.value) if asked.status else found
    found = found.filter(programme__code=asked.programme) if asked.programme else found
    return page_by_moment(found, asked, entry_out, "created_at")


@router.get(
    "/entries/{str:code}",
    auth=Token(Scope.AWARDS),
    response=gives(EntryDetailOut, 404),
    url_name="award_entry",
    summary="An entry",
)
def entry_one(request: HttpRequest, code: Text) -> EntryDetailOut:
    """Return one entry with what was written, as its page shows it. Judges read entries on their cards."""
    entry = _entries(caller(request)).get(code=code)
    parts = [
        EntryPartOut(
            stage=part.stage.code,
            open=part.editable,
            closes_at=part.stage.closes_at,
            asks=[_ask_out(row) for row in part.rows],
        )
        for part in entry_page(entry, at=timezone.now()).parts
    ]
    versions = [
        EntryVersionOut(number=each.number, sha256=each.sha256, late=each.late, submitted_at=each.submitted_at)
        for each in entry.versions.all()
    ]
    return EntryDetailOut(**entry_out(entry).dict(), parts=parts, versions=versions)


def _programmes(user: User) -> QuerySet[Programme]:
    return Programme.objects.visible_to(user).select_related("organiser")


def _entries(user: User) -> QuerySet[Entry]:
    found = Entry.objects.visible_to(user).select_related("programme", "organisation", "centre")
    return found.defer("programme__edition__document")


def _ask_out(row: AskRow) -> EntryAskOut:
    return EntryAskOut(
        code=row.ask.code,
        title=text(row.ask.title),
        kind=row.ask.kind,
        required=row.ask.required,
        done=row.done,
        text=row.answer.text if row.answer else "",
        unit=row.answer.unit if row.answer else "",
        files=[EntryFileOut(name=each.filename, size=each.size, sha256=each.sha256) for each in row.files],
        references=[
            " · ".join(filter(None, (each.audit.reference, each.evidence.title if each.evidence else "")))
            for each in row.references
        ],
    )


def programme_out(row: Programme) -> ProgrammeOut:
    """Show a programme; its organiser must be loaded."""
    return ProgrammeOut(
        code=row.code,
        name=row.name,
        year=row.year,
        status=row.status,
        organiser=named(row.organiser),
        time_zone=row.time_zone,
        sha256=row.sha256,
    )


def entry_out(row: Entry) -> EntryOut:
    """Show an entry; its programme, organisation and centre must be loaded."""
    return EntryOut(
        code=row.code,
        programme=row.programme.code,
        category=row.category,
        division=row.division,
        organisation=named(row.organisation),
        centre=named(row.centre) if row.centre else None,
        nominee=row.nominee,
        title=row.title,
        status=row.status,
        revision=row.revision,
        created_at=row.created_at,
    )
