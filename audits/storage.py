"""Evidence files on disk, each stored once under the SHA-256 of its content.

The type of a file is told by its content and its name together; what is not on the list is refused.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import filetype
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1024 * 1024
HEAD = 8192

# extension -> media type as served; the content must agree with it
BINARY_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "mp3": "audio/mpeg",
    "wav": "audio/x-wav",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
}
# Office files are zip archives with a folder of their own
OFFICE_PARTS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
TEXT_TYPES = {"txt": "text/plain", "csv": "text/csv", "md": "text/markdown"}
ACCEPTED = sorted(BINARY_TYPES | TEXT_TYPES)


class EvidenceRefusedError(Exception):
    """The file cannot be taken; ``code`` is one of empty, too_large, unknown_type, content_differs, disk_full."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep the code for translation and a detail for the reader."""
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class StoredFile:
    """A file that now lies in the store; ``size`` in bytes."""

    sha256: str
    size: int
    media_type: str


def path_of(sha256: str) -> Path:
    """Return where the content with this hash lies, or would lie."""
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256


def media_type_of(filename: str, head: bytes) -> str:
    """Tell the media type from the extension and the first bytes, which must agree."""
    extension = Path(filename).suffix.lower().lstrip(".")
    if extension in TEXT_TYPES:
        if b"\x00" in head or filetype.guess(head) is not None:
            raise EvidenceRefusedError("content_differs", extension)
        return TEXT_TYPES[extension]
    if extension not in BINARY_TYPES:
        raise EvidenceRefusedError("unknown_type", extension)
    guess = filetype.guess(head)
    # The kind of an Office file cannot always be told from the first bytes; ``_require_office`` looks inside.
    family = {*OFFICE_PARTS, "zip"} if extension in OFFICE_PARTS else {extension}
    family |= {"jpg", "jpeg"} if extension in {"jpg", "jpeg"} else set()
    if guess is None or guess.extension not in family:
        raise EvidenceRefusedError("content_differs", extension)
    return BINARY_TYPES[extension]


def store(source: BinaryIO, *, filename: str) -> StoredFile:
    """Write the content to its place and return its hash; nothing stays behind when it is refused.

    Raises ``EvidenceRefusedError``. The file is complete and synced before its name exists.
    """
    head = source.read(HEAD)
    if not head:
        raise EvidenceRefusedError("empty", filename)
    media_type = media_type_of(filename, head)
    root = Path(settings.EVIDENCE_DIR)
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix="incoming-", dir=root)
        try:
            with os.fdopen(handle, "wb") as target:
                sha256, size = _copy(_chunks(head, source), target, filename=filename)
            _require_office(Path(temporary), filename)
            final = path_of(sha256)
            final.parent.mkdir(exist_ok=True)
            Path(temporary).replace(final)
            _sync_folders(final.parent, root)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise EvidenceRefusedError("disk_full", str(error)) from error
    return StoredFile(sha256=sha256, size=size, media_type=media_type)


def _copy(chunks: Iterator[bytes], target: BinaryIO, *, filename: str) -> tuple[str, int]:
    """Write, hash and sync the content; return its SHA-256 and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.EVIDENCE_MAX_BYTES:
            raise EvidenceRefusedError("too_large", filename)
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def _require_office(path: Path, filename: str) -> None:
    """Refuse a zip archive that is not the Office file its name says; its list of contents tells, nothing is opened."""
    extension = Path(filename).suffix.lower().lstrip(".")
    if extension not in OFFICE_PARTS:
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise EvidenceRefusedError("content_differs", extension) from error
    if "[Content_Types].xml" not in names or not any(name.startswith(OFFICE_PARTS[extension]) for name in names):
        raise EvidenceRefusedError("content_differs", extension)


def _sync_folders(*folders: Path) -> None:
    """Make the new name itself survive a power cut: the row that speaks of it will."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _chunks(head: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Yield the head that was already read, then the rest."""
    yield head
    while chunk := source.read(CHUNK):
        yield chunk


def intact(sha256: str) -> bool:
    """Say whether the stored file exists and still has the content it is named after."""
    try:
        with path_of(sha256).open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest() == sha256
    except OSError:  # missing, a folder, unreadable, a damaged disk
        return False
