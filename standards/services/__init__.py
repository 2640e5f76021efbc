"""Everything that writes in this room: editions are loaded, drafted, reviewed, published and withdrawn here."""

from standards.services.drafting import (
    criterion_add,
    criterion_preview,
    criterion_remove,
    edition_copy,
    edition_import,
    part_save,
)
from standards.services.errors import (
    CodeTakenError,
    EditionLockedError,
    OwnedStandardError,
    StalePartError,
    StandardsError,
    StepRefusedError,
)
from standards.services.loading import Loaded, edition_load, edition_publish, standard_own
from standards.services.steps import edition_step, step_refusals

__all__ = [
    "CodeTakenError",
    "EditionLockedError",
    "Loaded",
    "OwnedStandardError",
    "StalePartError",
    "StandardsError",
    "StepRefusedError",
    "criterion_add",
    "criterion_preview",
    "criterion_remove",
    "edition_copy",
    "edition_import",
    "edition_load",
    "edition_publish",
    "edition_step",
    "part_save",
    "standard_own",
    "step_refusals",
]
