"""What a report may load: the bundled typefaces and nothing else, whatever the HTML says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reports.pdf.typefaces import TYPEFACES

if TYPE_CHECKING:
    from collections.abc import Mapping


class RefusedAddressError(FatalURLFetchingError):  # type: ignore[misc] # WeasyPrint has no type information
    """The HTML asked for something outside the bundle. Our templates never do: the whole export fails."""


class BundledFontsOnly(URLFetcher):  # type: ignore[misc] # WeasyPrint has no type information
    """Serves the bundled typefaces by name: no file path, no protocol and no redirect can be reached through it."""

    def __init__(self) -> None:
        """Know the files; open nothing."""
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._paths = {face.url: face.path for face in TYPEFACES}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint's signature
        """Return the typeface at that address; raise RefusedAddressError for every other address."""
        path = self._paths.get(url)
        if path is None:
            raise RefusedAddressError(f"A report may load its typefaces only, not {url[:200]!r}.")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/woff"})
