"""Figures of tables, verdicts of the market and ways of judging, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from awards.evidence_words import HOW, figures_words, market_words

if TYPE_CHECKING:
    from collections.abc import Mapping

register = template.Library()


@register.filter
def figures_said(figures: Mapping[str, Any]) -> list[str]:
    """Return what a table of an entry says, in sentences."""
    return figures_words(figures)


@register.filter
def market_said(each: Mapping[str, Any]) -> dict[str, str]:
    """Return a verdict of the market in words."""
    return market_words(each)


@register.filter
def how_said(how: str) -> str:
    """Return in words how judges of a stage meet an entrant."""
    return str(HOW[how])
