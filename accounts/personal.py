"""What a person's own data consist of: rooms above add their part. No Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Part = Callable[[Any], list[dict[str, Any]]]

_PARTS: dict[str, Part] = {}


def personal_part(name: str, rows_of: Part) -> None:
    """Add a part to the file that people get of themselves; ``rows_of`` takes the person. Named when Django starts."""
    _PARTS[name] = rows_of


def personal_parts(user: Any) -> dict[str, list[dict[str, Any]]]:
    """Return what the rooms above know of a person."""
    return {name: rows_of(user) for name, rows_of in sorted(_PARTS.items())}
