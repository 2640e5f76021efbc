"""How the page of a returned workbook names columns and cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from collections.abc import Mapping

register = template.Library()


@register.filter
def entry(words: Mapping[str, str], key: str) -> str:
    """Return the words for a key, the key itself where there are none."""
    return str(words.get(key, key))


@register.filter
def place(address: str) -> str:
    """Return the cell of an address without its sheet, which stands beside it already."""
    return address.rpartition("!")[2]
