"""Why a service of this room refuses. Nothing was written when one of these is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from standards.models import Edition


class StandardsError(Exception):
    """Base of all refusals in this room."""


class EditionLockedError(StandardsError):
    """The edition is no draft, so its content cannot be replaced; a change needs a new version."""

    def __init__(self, message: str, edition: Edition | None = None) -> None:
        """Keep the edition as it is now."""
        super().__init__(message)
        self.edition = edition


class OwnedStandardError(StandardsError):
    """The standard belongs to an organisation: two of its people publish, and nobody in their place."""


class StalePartError(StandardsError):
    """Somebody else saved this part first; ``current`` is what is stored now, None when they removed it."""

    def __init__(self, current: Mapping[str, Any] | None) -> None:
        """Keep the stored part so that both can be shown."""
        super().__init__("The part was changed meanwhile.")
        self.current = current


class CodeTakenError(StandardsError):
    """The version, or the code of a criterion, is or was in use; a code is never used again for another meaning."""


class StepRefusedError(StandardsError):
    """The step cannot be made now; ``reasons`` are codes of ``standards.life``."""

    def __init__(self, reasons: Sequence[str]) -> None:
        """Keep the codes; ``standards.words`` has words for them."""
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


class PracticeRefusedError(StandardsError):
    """What was wanted with a best practice cannot be done; ``reasons`` are codes of ``standards.practice_words``."""

    def __init__(self, reasons: Sequence[str]) -> None:
        """Keep the codes."""
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


class PracticeTakenError(StandardsError):
    """A file says something else about a practice that was proposed, and perhaps judged, in this installation."""
