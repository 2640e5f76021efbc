"""Files in object storage by the S3 protocol, where the installation has one; without, they lie in folders.

Every room that stores files asks here first. A file is sent whole under its name or not at all, and read whole; names
are like ``evidence/ab/abcd…``. Whatever the library raises arrives as OSError, as a disk would say it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from django.core.files.storage import Storage

NAME = "bucket"
KNOWN = ("endpoint", "region")


def storage_options(text: str) -> dict[str, Any]:
    """Return the entry of ``STORAGES`` for ``s3://bucket/folder?endpoint=https://…&region=…``.

    Who we are, the library takes from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine. Raises
    ValueError that says what is wrong.
    """
    parts = urlsplit(text)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError("it is like s3://bucket/folder?endpoint=https://…&region=…")
    if unknown := sorted(set(given) - set(KNOWN)):
        raise ValueError(f"{unknown[0]} is not known; known are {', '.join(KNOWN)}")
    if "endpoint" in given and urlsplit(given["endpoint"]).scheme not in {"http", "https"}:
        raise ValueError("the endpoint is an address that begins with https://")
    from botocore.config import Config

    waits = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"max_attempts": 3},
        signature_version="s3v4",
        request_checksum_calculation="when_required",  # many that speak S3 know no other; contents are hashed by us
        s3={"addressing_style": "path" if "endpoint" in given else "auto"},
    )
    options = {
        "bucket_name": parts.netloc,
        "location": parts.path.strip("/"),
        "endpoint_url": given.get("endpoint"),
        "region_name": given.get("region"),
        "file_overwrite": True,
        "default_acl": None,
        "client_config": waits,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def bucket() -> Storage | None:
    """Return the object storage; None where files lie in folders."""
    from django.conf import settings
    from django.core.files.storage import storages

    return storages[NAME] if NAME in settings.STORAGES else None


def send(storage: Storage, path: Path, name: str) -> None:
    """Store the content of a file under a name, in the place of what was there. Raises OSError."""
    from django.core.files import File

    with _as_a_disk(), path.open("rb") as source:
        stored = storage.save(name, File(source, name=name))
    if stored != name:
        raise OSError(f"the object storage stored {name} as {stored}: it must overwrite")


def fetched(storage: Storage, name: str) -> BinaryIO:
    """Return a stored file, open for reading from its beginning. Raises FileNotFoundError, OSError."""
    with _as_a_disk():
        source = storage.open(name, "rb")
        source.read(1)  # a library that fetches late fails here, and not in the middle of an answer
        source.seek(0)
    return cast("BinaryIO", source)


def copied(storage: Storage, name: str, target: Path) -> None:
    """Write a stored file to the disk. Raises FileNotFoundError, OSError."""
    import shutil

    with fetched(storage, name) as source, _as_a_disk(), target.open("wb") as writing:
        shutil.copyfileobj(source, writing)


def erase(storage: Storage, name: str) -> None:
    """Remove a stored file; one that is gone already is gone. Raises OSError."""
    with _as_a_disk():
        storage.delete(name)


def there(storage: Storage, name: str) -> bool:
    """Say whether there is a file with this name. Raises OSError."""
    with _as_a_disk():
        return storage.exists(name)


def written_at(storage: Storage, name: str) -> datetime:
    """Return when a file was stored. Raises FileNotFoundError, OSError."""
    with _as_a_disk():
        if not storage.exists(name):
            raise FileNotFoundError(name)
        return storage.get_modified_time(name)


def names(storage: Storage, folder: str) -> Iterator[str]:
    """Yield the names of all files below a folder, in order. Raises OSError."""
    with _as_a_disk():
        try:
            folders, files = storage.listdir(folder)
        except FileNotFoundError:
            return
    for each in sorted(files):
        yield f"{folder}/{each}"
    for each in sorted(folders):
        yield from names(storage, f"{folder}/{each}")


@contextmanager
def _as_a_disk() -> Iterator[None]:
    """Let what goes wrong on the network arrive as OSError, which callers of files expect."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"object storage: {error}") from error
