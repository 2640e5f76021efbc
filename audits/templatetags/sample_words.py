"""Messages of the pure parts in the reader's language, in a template: ``{{ message|said }}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext

if TYPE_CHECKING:
    from benchmarks.message import Message

register = template.Library()


@register.filter
def said(message: Message) -> str:
    """Say it; what fills its gaps are numbers as they are written."""
    return message.words(gettext)
