"""Lists page by page: in the order of their ids, each page beginning after the last row of the one before.

A row that is added meanwhile comes at the end, and none is seen twice or left out, which numbered pages cannot say.
"""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

Out = TypeVar("Out")
Row = TypeVar("Row", bound=Model)
LARGEST_KEY = 2**63 - 1  # of the database


def _storable(text: str) -> str:
    """Refuse the one character that PostgreSQL cannot take."""
    if "\x00" in text:
        raise ValueError("holds the character NUL")
    return text


Key = Annotated[int, Field(ge=1, le=LARGEST_KEY)]
Text = Annotated[str, Field(max_length=100), AfterValidator(_storable)]


class Asked(Schema):
    """What a list may be asked for; a name that it does not know is refused, so that no filter fails in silence."""

    after: Key | None = Field(None, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200, description="rows of a page")

    @model_validator(mode="before")
    @classmethod
    def _no_others(cls, data: Any, info: ValidationInfo) -> Any:
        others = set(info.context["request"].GET) - set(cls.model_fields) if info.context else set()
        if others:
            raise ValueError(f"not known here: {', '.join(sorted(others))[:100]}")
        return data


class Page(Schema, Generic[Out]):
    """Some rows, and where the next page begins; `next` is null on the last one."""

    items: list[Out]
    next: int | None = None


def page_of(rows: QuerySet[Row], asked: Asked, show: Callable[[Row], Out]) -> Page[Out]:
    """Return a page of a list; as many queries as the rows take, whatever the page."""
    found = list(rows.filter(pk__gt=asked.after or 0).order_by("pk")[: asked.limit + 1])
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return Page(items=[show(row) for row in shown], next=shown[-1].pk if more else None)
