"""What a kind of document is: what it is about, who may have it, in which formats, and how each is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import translation

from reports.renderers.flat import render_paper_csv, render_paper_json
from reports.renderers.paper import render_paper_pdf
from reports.renderers.paper_workbook import render_paper_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise as Words

    from accounts.models import User
    from reports.paper import Paper
    from reports.renderers import Printed

    Maker = Callable[["Order"], Printed]

PDF, XLSX, DOCX, CSV, JSON = "pdf", "xlsx", "docx", "csv", "json"


@dataclass(frozen=True)
class Order:
    """One document that somebody wants: ``subject`` is what it is about, fetched as that person may see it."""

    subject: Any
    by: User
    language: str
    at: datetime


@dataclass(frozen=True)
class Kind:
    """A kind of document. ``about`` is a code of ``subjects.SUBJECTS``.

    ``allowed`` says whether a person may have it; ``waits`` says in words why it cannot be made yet, or nothing.
    """

    code: str
    title: Words
    purpose: Words
    about: str
    formats: Mapping[str, Maker]
    allowed: Callable[[User, Any], bool]
    waits: Callable[[Any, datetime], str] = lambda _subject, _at: ""


def paper_formats(build: Callable[[Order], Paper], *names: str) -> dict[str, Maker]:
    """Return how a paper is made in the named formats; it is built in the words of the order's language."""
    makers: dict[str, Callable[[Paper], Printed]] = {
        PDF: render_paper_pdf,
        XLSX: render_paper_workbook,
        CSV: render_paper_csv,
        JSON: render_paper_json,
    }
    return {name: _maker(build, makers[name]) for name in names}


def _maker(build: Callable[[Order], Paper], render: Callable[[Paper], Printed]) -> Maker:
    def make(order: Order) -> Printed:
        with translation.override(order.language):
            paper = build(order)
        return render(paper)

    return make
