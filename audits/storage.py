"""Evidence files, each stored once under the SHA-256 of its content.

The file lies at ``EVIDENCE_DIR/<first two>/<sha256>``; so do the copies of pictures that are made for the screen. A
file that the virus scanner refuses goes to ``EVIDENCE_DIR/quarantine/<sha256>`` and nowhere else. With object storage
(``accounts.bucket``) they go to the same names there, and the folder holds only what is being looked at.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from accounts import bucket
from audits.content_types import ACCEPTED as ACCEPTED
from audits.content_types import EvidenceRefusedError as EvidenceRefusedError
from audits.content_types import media_type_of, require_office
from audits.pictures import FORMATS, copies_of
from audits.scanning import require_harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

CHUNK = 1024 * 1024
HEAD = 8192
FOLDER, QUARANTINE = "evidence", "quarantine"


@dataclass(frozen=True)
class StoredFile:
    """A file that now lies in the store; ``size`` in bytes. The copies for the screen are of pictures only."""

    sha256: str
    size: int
    media_type: str
    view_sha256: str = ""
    thumb_sha256: str = ""


@dataclass(frozen=True)
class _Written:
    """A file that is complete and synced under a temporary name."""

    path: Path
    sha256: str
    size: int

    def move(self, folder: Path) -> None:
        """Give it its name, and make the name itself survive a power cut: the row that speaks of it will."""
        if storage := bucket.bucket():
            bucket.send(storage, self.path, f"{FOLDER}/{folder.name}/{self.sha256}")
            return
        folder.mkdir(mode=0o700 if folder.name == QUARANTINE else 0o777, exist_ok=True)
        self.path.replace(folder / self.sha256)
        for each in (folder, folder.parent):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def path_of(sha256: str) -> Path:
    """Return where the content with this hash lies, or would lie, where there is no object storage."""
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256


def opened(sha256: str) -> BinaryIO:
    """Return the content with this hash, open for reading. Raises OSError: missing, unreadable, nobody answers."""
    if storage := bucket.bucket():
        return bucket.fetched(storage, _name(sha256))
    return path_of(sha256).open("rb")


def whole(sha256: str) -> BinaryIO | None:
    """Return the content, open for reading, when it is what it is named after; None when it is damaged or missing.

    What is handed out is what was hashed: the file is opened once.
    """
    try:
        source = opened(sha256)
        try:
            if hashlib.file_digest(source, "sha256").hexdigest() == sha256:  # type: ignore[arg-type] # a binary file
                source.seek(0)
                return source
        except BaseException:
            source.close()
            raise
        source.close()
    except OSError:  # missing, a folder, unreadable, a damaged disk
        pass
    return None


@contextmanager
def local_copy(sha256: str) -> Iterator[Path]:
    """Give the path of a file with the content, for what reads paths only. Raises OSError."""
    storage = bucket.bucket()
    if storage is None:
        yield path_of(sha256)
        return
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder:
        path = Path(folder) / sha256
        bucket.copied(storage, _name(sha256), path)
        yield path


def exists(sha256: str) -> bool:
    """Say whether there is something under this hash, damaged or not. Raises OSError."""
    storage = bucket.bucket()
    return bucket.there(storage, _name(sha256)) if storage else path_of(sha256).exists()


def _name(sha256: str) -> str:
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def store(source: BinaryIO, *, filename: str) -> StoredFile:
    """Write the content to its place and return its hash; nothing stays behind when it is refused.

    Raises ``EvidenceRefusedError``. The file is complete and synced before its name exists; of a picture also the
    copies are, before any of the three gets its name.
    """
    head = source.read(HEAD)
    if not head:
        raise EvidenceRefusedError("empty", filename)
    media_type = media_type_of(filename, head)
    root = Path(settings.EVIDENCE_DIR)
    written: list[_Written] = []
    try:
        root.mkdir(parents=True, exist_ok=True)
        try:
            original = _write(_chunks(head, source), root, written, most=settings.EVIDENCE_MAX_BYTES)
            require_office(original.path, filename)
            _require_harmless(original, root)
            copies = copies_of(original.path, media_type) if media_type in FORMATS else ()
            view, thumb = [_write([copy], root, written).sha256 for copy in copies] or ("", "")
            for each in written:
                each.move(path_of(each.sha256).parent)
        finally:
            for each in written:
                each.path.unlink(missing_ok=True)
    except OSError as error:
        raise EvidenceRefusedError("disk_full", str(error)) from error
    return StoredFile(original.sha256, original.size, media_type, view, thumb)


def _write(chunks: Iterable[bytes], root: Path, written: list[_Written], *, most: int | None = None) -> _Written:
    """Write, hash and sync the content under a temporary name, and note it in ``written``."""
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(prefix="incoming-", dir=root)
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in chunks if most is None else _limited(chunks, most):
                size += len(chunk)
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    made = _Written(Path(temporary), digest.hexdigest(), size)
    written.append(made)
    return made


def _limited(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Yield the chunks until they are more than ``most`` bytes together. Raises ``EvidenceRefusedError``."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise EvidenceRefusedError("too_large")
        yield chunk


def _require_harmless(original: _Written, root: Path) -> None:
    """Ask the scanner; what it refuses is kept apart, for whoever looks into it."""
    try:
        require_harmless(original.path, settings.EVIDENCE_SCANNER)
    except EvidenceRefusedError as error:
        if error.code == "infected":
            original.move(root / QUARANTINE)
            raise EvidenceRefusedError("infected", original.sha256) from error
        raise


def _chunks(head: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Yield the head that was already read, then the rest."""
    yield head
    while chunk := source.read(CHUNK):
        yield chunk


def intact(sha256: str) -> bool:
    """Say whether the stored file exists and still has the content it is named after."""
    source = whole(sha256)
    if source is None:
        return False
    source.close()
    return True


def remove(sha256: str, *, written_before: datetime) -> bool:
    """Remove the content with this hash, unless it was written since; say whether it is gone. Raises OSError."""
    storage, path = bucket.bucket(), path_of(sha256)
    try:
        at = bucket.written_at(storage, _name(sha256)).timestamp() if storage else path.stat().st_mtime
        if at >= written_before.timestamp():
            return False
        if storage:
            bucket.erase(storage, _name(sha256))
        else:
            path.unlink()
    except FileNotFoundError:
        pass
    return True
