"""Why a register refuses. Nothing was written when one of these is raised."""

from __future__ import annotations

from audits.services.errors import AuditError


class RegisterError(AuditError):
    """The entry does not hold together; ``code`` says why, ``field`` where."""

    def __init__(self, code: str, field: str | None = None) -> None:
        """Keep code and field."""
        super().__init__(code)
        self.code, self.field = code, field


class StaleEntryError(AuditError):
    """Somebody else saved this entry first; nothing was overwritten. ``revision`` is what is stored now."""

    def __init__(self, revision: int) -> None:
        """Keep the stored revision."""
        super().__init__(f"Revision {revision} is newer.")
        self.revision = revision
