"""Names of countries in every language of the product."""

from __future__ import annotations

import json
from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language


@lru_cache(maxsize=1)
def country_names() -> dict[str, list[str]]:
    """Return the names of countries by code, in English and the two Chinese: those of Unicode CLDR."""
    found: dict[str, list[str]] = json.loads((settings.BASE_DIR / "fixtures" / "countries.json").read_text())
    return found


def country_words(code: str) -> str:
    """Return a country's name in the active language; a code that is none of ISO 3166-1 stays as it is."""
    place = {"zh-hans": 1, "zh-hant": 2}.get(get_language() or "", 0)
    return country_names()[code][place] if code in country_names() else code
