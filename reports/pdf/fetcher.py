"""What a report may load, whatever its HTML says: the bundled typefaces, the pictures that come with it, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reports.pdf.typefaces import TYPEFACES

if TYPE_CHECKING:
    from collections.abc import Mapping


class RefusedAddressError(FatalURLFetchingError):  # type: ignore[misc] # WeasyPrint has no type information
    """The HTML asked for something outside the bundle. Our templates never do: the whole export fails."""


class BundledOnly(URLFetcher):  # type: ignore[misc] # WeasyPrint has no type information
    """Serves the bundled typefaces and given pictures (PNG) by name: no path, protocol or redirect is within reach."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        """Know the files; open nothing."""
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._paths = {face.url: face.path for face in TYPEFACES}
        self._pictures = pictures or {}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint's signature
        """Return what is at that address; raise RefusedAddressError for every other address."""
        if url in self._pictures:
            return URLFetcherResponse(url, self._pictures[url], {"Content-Type": "image/png"})
        path = self._paths.get(url)
        if path is None:
            raise RefusedAddressError(f"A report may load its typefaces and pictures only, not {url[:200]!r}.")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/woff"})
