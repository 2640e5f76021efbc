"""Everything that writes in this room: editions are loaded, drafted, reviewed, published and withdrawn here."""

from standards.services.errors import (
    CodeTakenError,
    EditionLockedError,
    OwnedStandardError,
    StalePartError,
    StandardsError,
    StepRefusedError,
)
from standards.services.loading import Loaded, edition_load, edition_publish, standard_own

__all__ = [
    "CodeTakenError",
    "EditionLockedError",
    "Loaded",
    "OwnedStandardError",
    "StalePartError",
    "StandardsError",
    "StepRefusedError",
    "edition_load",
    "edition_publish",
    "standard_own",
]
