"""Texts of an edition, ``{language: words}``, in the reader's language.

``{{ criterion.title|text }}`` shows the words; where the edition has none in the reader's language the English ones,
with a ``lang`` attribute and a small badge. ``|plain_text`` gives the words alone, for attributes and titles.
``|text_found:q`` is ``text`` with what was searched for in ``<mark>``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import template
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.safestring import SafeString

    from standards.editions.wording import Piece

register = template.Library()
FALLBACK = "en"


def picked(texts: Mapping[str, str] | None) -> tuple[str, str]:
    """Return (language, words): the reader's language, else that language's base, else English, else any."""
    if not texts:
        return "", ""
    wanted = (get_language() or FALLBACK).lower()
    for language in (wanted, wanted.split("-")[0], FALLBACK):
        if texts.get(language):
            return language, texts[language]
    return next(iter(texts.items()))


@register.filter("plain_text")
def text(texts: Mapping[str, str] | None) -> str:
    """Return the words alone, for Python code and for attributes."""
    return picked(texts)[1]


@register.filter("text")
def text_marked(texts: Mapping[str, str] | None) -> SafeString:
    """Return the words as HTML, with language and badge where they are not in the reader's language."""
    language, words = picked(texts)
    return _in_language(language, conditional_escape(words))


@register.filter
def text_found(texts: Mapping[str, str] | None, query: str) -> SafeString:
    """Return ``text`` with every place where one of the query's words stands in ``<mark>``."""
    language, words = picked(texts)
    return _in_language(language, highlighted(words, query))


def highlighted(words: str, query: str) -> SafeString:
    """Return the words escaped, with what was searched for marked; upper and lower case are the same."""
    terms = query.split()
    if not terms:
        return conditional_escape(words)
    pattern = re.compile("|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True)), re.IGNORECASE)
    parts, end = [], 0
    for match in pattern.finditer(words):
        parts += [conditional_escape(words[end : match.start()]), format_html("<mark>{}</mark>", match[0])]
        end = match.end()
    return mark_safe("".join([*parts, conditional_escape(words[end:])]))  # noqa: S308 - every part is escaped above


def _in_language(language: str, words: SafeString) -> SafeString:
    reader = (get_language() or FALLBACK).lower()
    if not language or reader == language or reader.split("-")[0] == language:
        return words
    badge = language.upper() if language != FALLBACK else "EN"
    hint = gettext("Not yet in your language")
    html = '<span lang="{}">{}</span> <span class="ts-tag" title="{}">{}</span>'
    return format_html(html, language, words, hint, badge)


@register.filter
def anchors_found(anchors: Mapping[str, Mapping[str, str]], query: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return (level, text) of the anchors in which one of the query's words stands."""
    words = query.casefold().split()
    return [(level, each) for level, each in anchors.items() if any(word in text(each).casefold() for word in words)]


@register.filter
def pieces(differing: Iterable[Piece]) -> SafeString:
    """Return pieces of two compared texts (``editions.wording``) as HTML, with nothing between them."""
    tags = {"removed": "del", "added": "ins"}
    parts = (
        format_html("<{0}>{1}</{0}>", tags[piece.kind], piece.text) if piece.kind in tags else escape(piece.text)
        for piece in differing
    )
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above
