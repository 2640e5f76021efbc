"""Lists page by page: in the order of their ids, each page beginning after the last row of the one before.

A row that is added meanwhile comes at the end, and none is seen twice or left out, which numbered pages cannot say.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo, model_validator

Out = TypeVar("Out")
Row = TypeVar("Row", bound=Model)
LARGEST_KEY = 2**63 - 1  # of the database
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def _storable(text: str) -> str:
    """Refuse the one character that PostgreSQL cannot take."""
    if "\x00" in text:
        raise ValueError("holds the character NUL")
    return text


Key = Annotated[int, Field(ge=1, le=LARGEST_KEY)]
Text = Annotated[str, Field(max_length=100), AfterValidator(_storable)]
Moment = Annotated[AwareDatetime, Field(ge=EPOCH, le=LAST - timedelta(days=1))]


def _only(given: Iterable[str], model: type[Schema]) -> None:
    others = set(given) - set(model.model_fields)
    if others:
        raise ValueError(f"not known here: {', '.join(sorted(others))[:100]}")


class FormIn(Schema):
    """What is said beside a file; a name that is not known is refused, so that nothing is left out in silence."""

    @model_validator(mode="before")
    @classmethod
    def _no_others(cls, data: Any, info: ValidationInfo) -> Any:
        if info.context:
            _only(info.context["request"].POST, cls)
        return data


class Limited(Schema):
    """What every list may be asked for; a name that it does not know is refused, so that no filter fails in silence."""

    limit: int = Field(50, ge=1, le=200, description="rows of a page")

    @model_validator(mode="before")
    @classmethod
    def _no_others(cls, data: Any, info: ValidationInfo) -> Any:
        if info.context:
            _only(info.context["request"].GET, cls)
        return data


class Asked(Limited):
    """A list in the order of its ids."""

    after: Key | None = Field(None, description="`next` of the page before")


class AskedByMoment(Limited):
    """A list whose ids (UUIDs) have no order: it comes in the order of its moments."""

    after: Annotated[str, Field(pattern="^[0-9]{1,20}-[0-9a-f]{32}$")] | None = Field(
        None, description="`next` of the page before"
    )


class AskedByCode(Limited):
    """A list whose rows are named by random codes: it comes in the order of its moments."""

    after: Annotated[str, Field(pattern="^[0-9]{1,20}-[0-9A-Za-z_-]{1,30}$")] | None = Field(
        None, description="`next` of the page before"
    )


class Page(Schema, Generic[Out]):
    """Some rows, and where the next page begins; `next` is null on the last one."""

    items: list[Out]
    next: int | None = None


class PageByMoment(Schema, Generic[Out]):
    """Some rows in the order of their moments, and where the next page begins; `next` is null on the last one."""

    items: list[Out]
    next: str | None = None


def page_of(rows: QuerySet[Row], asked: Asked, show: Callable[[Row], Out]) -> Page[Out]:
    """Return a page of a list; as many queries as the rows take, whatever the page."""
    found = list(rows.filter(pk__gt=asked.after or 0).order_by("pk")[: asked.limit + 1])
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return Page(items=[show(row) for row in shown], next=shown[-1].pk if more else None)


def page_by_moment(
    rows: QuerySet[Row], asked: AskedByMoment | AskedByCode, show: Callable[[Row], Out], moment: str
) -> PageByMoment[Out]:
    """Return a page of a list in the order of the field ``moment``; within one moment, of its UUIDs or codes."""
    coded = isinstance(asked, AskedByCode)
    name = "code" if coded else "pk"
    if asked.after:
        micros, _dash, key = asked.after.partition("-")
        seen, last = _moment(int(micros)), key if coded else uuid.UUID(key)
        rows = rows.filter(Q(**{f"{moment}__gt": seen}) | Q(**{moment: seen, f"{name}__gt": last}))
    found = list(rows.order_by(moment, name)[: asked.limit + 1])
    shown = found[: asked.limit]
    if len(found) <= asked.limit:
        return PageByMoment(items=[show(row) for row in shown])
    micros_shown = round((getattr(shown[-1], moment) - EPOCH) / MICROSECOND)
    end = getattr(shown[-1], name)
    return PageByMoment(items=[show(row) for row in shown], next=f"{micros_shown}-{end if coded else end.hex}")


def _moment(micros: int) -> datetime:
    """Return the moment; one that no clock shows is after everything."""
    try:
        return EPOCH + micros * MICROSECOND
    except OverflowError:
        return LAST
