"""What a file is: told by its name and its content together. What is not on the list is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import filetype

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
# What an Office file may hold: far beyond any real one, far below what would fill a disk when it is opened.
MOST_ENTRIES = 5000
MOST_UNPACKED = 512 * 1024 * 1024
MACROS = "vbaProject.bin"


class EvidenceRefusedError(Exception):
    """The file cannot be taken.

    ``code`` is one of empty, too_large, unknown_type, content_differs, bad_image, too_many_pixels, swollen, macros,
    infected, scanner_failed, quota, disk_full, bad_text; ``detail`` is for the reader.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep the code for translation and a detail for the reader."""
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def extension_of(filename: str) -> str:
    """Return what follows the last point of the name, in small letters."""
    return Path(filename).suffix.lower().lstrip(".")


def media_type_of(filename: str, head: bytes) -> str:
    """Tell the media type from the extension and the first bytes, which must agree."""
    extension = extension_of(filename)
    if extension in TEXT_TYPES:
        if b"\x00" in head or filetype.guess(head) is not None:
            raise EvidenceRefusedError("content_differs", extension)
        return TEXT_TYPES[extension]
    if extension not in BINARY_TYPES:
        raise EvidenceRefusedError("unknown_type", extension)
    guess = filetype.guess(head)
    # The kind of an Office file cannot always be told from the first bytes; ``require_office`` looks inside.
    family = {*OFFICE_PARTS, "zip"} if extension in OFFICE_PARTS else {extension}
    family |= {"jpg", "jpeg"} if extension in {"jpg", "jpeg"} else set()
    if guess is None or guess.extension not in family:
        raise EvidenceRefusedError("content_differs", extension)
    return BINARY_TYPES[extension]


def require_office(path: Path, filename: str) -> None:
    """Refuse an archive that is not the Office file its name says, that swells up, or that holds macros.

    Its list of contents tells; nothing is unpacked.
    """
    extension = extension_of(filename)
    if extension not in OFFICE_PARTS:
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise EvidenceRefusedError("content_differs", extension) from error
    names = [entry.filename for entry in entries]
    if "[Content_Types].xml" not in names or not any(name.startswith(OFFICE_PARTS[extension]) for name in names):
        raise EvidenceRefusedError("content_differs", extension)
    if any(name.endswith(MACROS) for name in names):
        raise EvidenceRefusedError("macros", extension)
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise EvidenceRefusedError("swollen", extension)
