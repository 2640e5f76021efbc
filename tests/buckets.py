"""Object storage for tests: one in memory, without paths, that overwrites; and one that speaks S3 over HTTP."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from django.core.files.storage import InMemoryStorage, storages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files import File
    from pytest_django.fixtures import SettingsWrapper


class RefusedError(Exception):
    """As the library of a real one raises: no OSError."""


class Bucket(InMemoryStorage):
    """``refusing`` makes it answer nothing but refusals."""

    refusing = False

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002 - Django's
        """Overwrite."""
        if self.exists(name):
            self.delete(name)
        return name

    def _save(self, name: str, content: File) -> str:
        if self.refusing:
            raise RefusedError("AccessDenied")
        return super()._save(name, content)

    def _open(self, name: str, mode: str = "rb") -> File:
        if self.refusing:
            raise RefusedError("AccessDenied")
        return super()._open(name, mode)

    def exists(self, name: str) -> bool:
        """Say whether it is there."""
        if self.refusing:
            raise RefusedError("AccessDenied")
        return super().exists(name)


def with_bucket(settings: SettingsWrapper) -> Bucket:
    """Give the installation an empty bucket."""
    settings.STORAGES = {**settings.STORAGES, "bucket": {"BACKEND": "tests.buckets.Bucket"}}
    return storages["bucket"]


class S3(BaseHTTPRequestHandler):
    """Enough of S3 for one bucket: put, get, head, delete and list of objects; what is not there is NoSuchKey."""

    objects: dict[str, bytes]

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).partition("/")[2].partition("/")[2]

    def _answer(self, status: int, body: bytes = b"", *, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.send_header("ETag", '"x"')
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        """Take an object."""
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")
        assert "aws-chunked" not in self.headers.get("Content-Encoding", "")
        self.objects[self._key()] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_GET(self) -> None:
        """Give an object, or the list below a prefix."""
        key = self._key()
        if not key:
            self._answer(200, self._listed(parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]).encode())
        elif key in self.objects:
            self._answer(200, self.objects[key])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")

    def do_HEAD(self) -> None:
        """Say how long an object is."""
        found = self.objects.get(self._key())
        self._answer(200 if found is not None else 404, length=len(found or b""))

    def do_DELETE(self) -> None:
        """Remove an object."""
        self.objects.pop(self._key(), None)
        self._answer(204)

    def _listed(self, prefix: str) -> str:
        below = [key.removeprefix(prefix) for key in sorted(self.objects) if key.startswith(prefix)]
        files = "".join(f"<Contents><Key>{escape(prefix + each)}</Key></Contents>" for each in below if "/" not in each)
        folders = dict.fromkeys(each.partition("/")[0] for each in below if "/" in each)
        commons = "".join(f"<CommonPrefixes><Prefix>{prefix}{each}/</Prefix></CommonPrefixes>" for each in folders)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{files}{commons}</ListBucketResult>"


@contextmanager
def serving_s3() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Serve an empty bucket; yield the address and what lies in it."""
    objects: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (S3,), {"objects": objects}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", objects
    finally:
        server.shutdown()
        server.server_close()
