"""Why a service refuses. Each error carries a code that views translate, and what the reader needs to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits.workflow import LEFT_EDITION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audits.models import Answer


class AuditError(Exception):
    """Base of all refusals in this room."""


class NotEditableError(AuditError):
    """The audit is in a state in which this cannot change; ``status`` says which."""

    def __init__(self, status: str) -> None:
        """Keep the state for the message."""
        super().__init__(f"The audit is {status}.")
        self.status = status


class ReleaseNotPublishedError(AuditError):
    """The market release is a draft, or was superseded or withdrawn; ``status`` says which."""

    def __init__(self, status: str) -> None:
        """Keep the state for the message."""
        super().__init__(f"The market release is {status}.")
        self.status = status


class LeftEditionError(NotEditableError):
    """The criterion is of an edition that the audit has left: what was found there is kept as it was.

    ``audits.words.status_words`` has words for it, as for the states.
    """

    def __init__(self) -> None:
        """Say it in place of a state."""
        super().__init__(LEFT_EDITION)


class ReviewRefusedError(AuditError):
    """A mark of the technical review was refused; ``code`` says why (words in ``audits.words``)."""

    def __init__(self, code: str) -> None:
        """Keep the code for the message."""
        super().__init__(code)
        self.code = code


class BulkRefusedError(AuditError):
    """Answering together, or undoing it, was refused; ``code`` says why (words in ``audits.words``)."""

    def __init__(self, code: str) -> None:
        """Keep the code for the message."""
        super().__init__(code)
        self.code = code


class StaleRevisionError(AuditError):
    """Somebody else saved this answer first; ``current`` is what is stored now. Nothing was overwritten."""

    def __init__(self, current: Answer) -> None:
        """Keep the stored answer so that both texts can be shown."""
        super().__init__(f"Revision {current.revision} is newer.")
        self.current = current


class KeyReusedError(AuditError):
    """The key of a save was used before, for something else."""


class InvalidAnswerError(AuditError):
    """The answer does not fit the criterion.

    ``code`` is bad_level, na_not_allowed, na_without_reason, bad_text, bad_revision or nothing_computed.
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class ComputedLevelError(InvalidAnswerError):
    """The answer does not go with the level computed from measurements, which is ``level``.

    ``code`` is above_computed, or below_without_reason.
    """

    def __init__(self, code: str, level: int) -> None:
        """Keep the computed level."""
        super().__init__(code)
        self.level = level


class TransitionRefusedError(AuditError):
    """The step cannot be made; ``codes`` are the guards that refused."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        """Keep all reasons, not only the first."""
        super().__init__(", ".join(codes))
        self.codes = codes


class PlanError(AuditError):
    """The plan does not hold together; ``code`` says why."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class StaleTextsError(AuditError):
    """Somebody else saved these texts or facts first; ``current`` is what is stored. Nothing was overwritten."""

    def __init__(self, current: Mapping[str, Any], revision: int) -> None:
        """Keep what is stored so that both can be shown."""
        super().__init__(f"Revision {revision} is newer.")
        self.current = current
        self.revision = revision
