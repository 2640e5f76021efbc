"""Routes: the ledger, as its page shows it to the caller."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AfterValidator, Field

from accounts.access import require
from accounts.api.access import Token, caller
from accounts.api.pages import Asked, Moment, Page, Text
from accounts.api.problems import gives
from accounts.models import Scope
from reports.ledger_words import KINDS
from reports.selectors.ledger import Told, entries_for, in_words, narrowed

router = Router(tags=["ledger"])
RULE = "reports.read_ledger"


def _known(kind: str) -> str:
    """Refuse a kind that the ledger's page does not have, so that no filter fails in silence."""
    if kind not in KINDS:
        raise ValueError(f"not one of {', '.join(KINDS)}")
    return kind


Kind = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(KINDS)})]


class HappeningOut(Schema):
    """An entry of the ledger. `action` and `subject` are the ledger's own names, `words` and `about` say them.

    `who` is null where the system did it. `hash` is the link of the chain that a checkpoint can be compared with.
    """

    sequence: int
    at: datetime
    who: str | None
    action: str
    subject: str
    words: str
    about: str
    hash: str


class HappeningsAsked(Asked):
    """Filters of the ledger: `who` looks in names and addresses, `about` is a subject such as `audit:12`."""

    who: Text = ""
    kind: Kind | None = None
    about: Text = ""
    since: Moment | None = None
    until: Moment | None = None


@router.get(
    "/ledger",
    auth=Token(Scope.LEDGER, RULE),
    response=gives(Page[HappeningOut], 422),
    url_name="ledger",
    summary="The ledger",
)
def ledger_list(request: HttpRequest, asked: Query[HappeningsAsked]) -> Page[HappeningOut]:
    """Return the entries that the caller may read, oldest first: ask on with `after` to follow what is new."""
    user = caller(request)
    require(user, RULE)
    entries = narrowed(
        entries_for(user),
        who=asked.who.strip(),
        kind=asked.kind or "",
        about_what=asked.about.strip(),
        since=asked.since,
        until=asked.until,
    )
    entries = entries.filter(sequence__gt=asked.after or 0).order_by("sequence").select_related("actor")
    found = list(entries[: asked.limit + 1])
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return Page(items=[happening_out(each) for each in in_words(shown)], next=shown[-1].sequence if more else None)


def happening_out(row: Told) -> HappeningOut:
    """Show an entry."""
    return HappeningOut(
        sequence=row.sequence,
        at=row.at,
        who=str(row.who) if row.who else None,
        action=row.code,
        subject=row.subject,
        words=row.words,
        about=row.about,
        hash=row.hash,
    )
