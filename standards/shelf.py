"""The lenses on disk: those that ship, and the installation's own.

Read once, then remembered for as long as a file stays as it is. A file with faults is left out and named.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from standards.editions.faults import EditionError, Fault
from standards.lenses import read_lens

if TYPE_CHECKING:
    from standards.lenses import Lens

MOST_FILES = 200


class Shelf(NamedTuple):
    """The lenses by code, and (file name, fault) of what cannot be read."""

    lenses: dict[str, Lens]
    faults: tuple[tuple[str, Fault], ...]


def shelf() -> Shelf:
    """Return all lenses of ``settings.LENS_FOLDERS``. A later folder's lens replaces one with the same code."""
    return _read(tuple(_stamp(path) for folder in settings.LENS_FOLDERS for path in _files(Path(folder))))


def lenses() -> dict[str, Lens]:
    """Return the lenses by code, in the order of their codes."""
    return shelf().lenses


def known_clauses() -> dict[str, frozenset[str]]:
    """Return scheme -> the words that an edition's crosswalk to it may use, where a lens of that scheme is there.

    Where several lenses read one scheme, the words of each will do.
    """
    found: dict[str, frozenset[str]] = {}
    for lens in lenses().values():
        if lens.scheme:
            found[lens.scheme] = found.get(lens.scheme, frozenset()) | lens.keys
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))[:MOST_FILES] if folder.is_dir() else []


def _stamp(path: Path) -> tuple[Path, int, int]:
    """Return what changes when a file does; a file that goes away meanwhile is read, and named as gone."""
    try:
        status = path.stat()
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=4)
def _read(stamps: tuple[tuple[Path, int, int], ...]) -> Shelf:
    found: dict[str, Lens] = {}
    faults: list[tuple[str, Fault]] = []
    for path, _changed, _size in stamps:
        try:
            lens = read_lens(path)
        except EditionError as error:
            faults += [(path.name, fault) for fault in error.faults]
            continue
        found[lens.code] = lens
    return Shelf(dict(sorted(found.items())), tuple(faults))
