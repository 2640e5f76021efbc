"""The part of a sheet's row that is the same for everybody: rendered by its template once, then remembered."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.safestring import SafeString

    from audits.models import Answer
    from standards.models import Edition

# Criteria by levels by languages of a few editions, at about a kilobyte each.
REMEMBERED = 8_192


def with_choices(edition: Edition, answers: Iterable[Answer]) -> None:
    """Give each answer its ``choices``: the levels to choose from with their words, the present one checked."""
    language = get_language() or ""
    for answer in answers:
        levels = tuple(answer.levels)  # type: ignore[attr-defined]  # set by selectors.sheet.with_levels
        code = answer.criterion.code
        answer.choices = _choices(edition.sha256, language, code, levels, answer.level)  # type: ignore[attr-defined]  # read by the sheet's rows


@lru_cache(maxsize=REMEMBERED)
def _choices(
    _sha256: str, _language: str, _code: str, levels: tuple[tuple[int, SafeString], ...], chosen: int | None
) -> SafeString:
    return render_to_string("audits/sheet.html#choices", {"levels": levels, "chosen": chosen})
