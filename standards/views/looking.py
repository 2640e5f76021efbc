"""What a criterion looks like to an auditor, and beside the edition before: fragments for the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from standards.differences import ASPECTS, CARRIES, FIELDS, Row
from standards.drafts import LANGUAGES, edition_before
from standards.editions.comparison import compare
from standards.editions.wording import ADDED, REMOVED, Piece, differences
from standards.forms import LANGUAGE_NAMES
from standards.selectors import edition_document
from standards.services import criterion_preview
from standards.views.reading import criterion_context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest

    from standards.editions.comparison import CriterionChange, FieldChange
    from standards.models import Edition

COMPARE = "compare"


def look(request: HttpRequest, edition: Edition, document: Mapping[str, Any] | None, code: str, view: str) -> str:
    """Return the fragment; without a document it says that faults come first."""
    if document is None:
        return render_to_string("standards/look.html", {"has_faults": True}, request)
    if view == COMPARE:
        return render_to_string("standards/look.html", _comparison(edition, document, code), request)
    language = view if view in LANGUAGES else "en"
    context = criterion_context(criterion_preview(edition, document, code), dict(document)) | {"is_look": True}
    with translation.override(language):
        inside = render_to_string("standards/criterion_body.html", context, request)
    return render_to_string("standards/look.html", {"inside": inside, "language": language}, request)


def _comparison(edition: Edition, document: Mapping[str, Any], code: str) -> dict[str, Any]:
    before = edition_before(edition, document)
    if before is None:
        return {"no_before": True}
    found = compare(edition_document(before), document)
    change = next(each for each in found.criteria if each.code == code and each.new is not None)
    return {
        "old": before,
        "new": edition,
        "rows": list(_rows(change)),
        "aspects": [ASPECTS[aspect] for aspect in change.aspects],
        "carry": CARRIES[change.carry],
    }


def _rows(change: CriterionChange) -> Iterator[Row]:
    """Yield every difference; of a text, one row for each language in which it differs."""
    for each in change.fields:
        label = f"{FIELDS[each.name]} {each.place}".strip()
        if each.name in {"title", "requirement", "look_at", "evidence", "anchors"}:
            yield from _texts(label, each)
        else:
            yield Row(label, (Piece(REMOVED, _plain(each.old)),), (Piece(ADDED, _plain(each.new)),))


def _texts(label: str, change: FieldChange) -> Iterator[Row]:
    for language in dict.fromkeys([*LANGUAGES, *change.old, *change.new]):
        old, new = change.old.get(language, ""), change.new.get(language, "")
        if old != new:
            pieces = differences(old, new)
            yield Row(
                f"{label} · {LANGUAGE_NAMES.get(language, language)}",
                tuple(piece for piece in pieces if piece.kind != ADDED),
                tuple(piece for piece in pieces if piece.kind != REMOVED),
                (language, language),
            )


def _plain(value: Any) -> str:
    """Return a value in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{key} {_plain(each)}" for key, each in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None else str(value)
