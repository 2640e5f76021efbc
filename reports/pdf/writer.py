"""WeasyPrint, set up once per process. Only ``setter.py`` calls it, in a process of its own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from reports.pdf.fetcher import BundledOnly
from reports.pdf.metadata import INTENT, VARIANT, colours, make_accessible, name_files_once
from reports.pdf.typefaces import families_for, font_face_css

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reports.pdf.parcel import Attached

# No page of ours has this address; relative addresses resolve against it and are refused by the fetcher.
BASE_URL = "nowhere:/"


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    """Return the one configuration of this process; typefaces are added to it when they are first needed."""
    return FontConfiguration()


@lru_cache(maxsize=16)
def _sheet(css: str) -> CSS:
    return CSS(string=css, font_config=_fonts(), url_fetcher=BundledOnly(), base_url=BASE_URL)


def write(
    html: str,
    *,
    css: str,
    identifier: bytes,
    at: datetime,
    attached: Sequence[Attached] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> tuple[bytes, int]:
    """Return the PDF (PDF/A-3a, PDF/UA-1, bookmarks) and its number of pages. Equal arguments give equal bytes."""
    sheets = [_sheet(font_face_css(family)) for family in families_for(html)]
    document = HTML(string=html, url_fetcher=BundledOnly(pictures), base_url=BASE_URL).render(
        font_config=_fonts(),
        stylesheets=[*sheets, _sheet(css)],
        pdf_variant=VARIANT,
        color_profiles=colours(),
        output_intent=INTENT,
    )
    make_accessible(document)
    document.metadata.attachments = [
        Attachment(
            string=each.content,
            name=each.name,
            description=each.description,
            created=at,
            modified=at,
            relationship="Data",
        )
        for each in sorted(attached, key=lambda each: each.name)  # PDF looks names up in order
    ]
    data = document.write_pdf(
        pdf_identifier=identifier, pdf_tags=True, pdf_variant=VARIANT, output_intent=INTENT, finisher=name_files_once
    )
    return data, len(document.pages)
