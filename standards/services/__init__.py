"""Everything that writes in this room: editions are loaded, drafted, reviewed, published and withdrawn here."""

from standards.services.loading import EditionLockedError, Loaded, edition_load, edition_publish

__all__ = ["EditionLockedError", "Loaded", "edition_load", "edition_publish"]
