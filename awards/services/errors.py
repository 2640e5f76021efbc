"""Why a service of this room refuses; nothing was written when it did. Words are in ``awards.words``."""

from __future__ import annotations

from typing import Any


class AwardError(Exception):
    """Refused; ``code`` says why and ``params`` what the reader needs to go on."""

    def __init__(self, code: str, **params: Any) -> None:
        """Keep code and facts."""
        super().__init__(code)
        self.code = code
        self.params = params


class StaleError(AwardError):
    """Somebody else saved this first; ``current`` is what is stored now. Nothing was overwritten."""

    def __init__(self, current: Any) -> None:
        """Keep what is stored, so that both can be shown."""
        super().__init__("stale")
        self.current = current


class FrozenFirstError(AwardError):
    """Somebody else froze the results a moment before."""

    def __init__(self) -> None:
        """Say it by its code."""
        super().__init__("frozen_already")
