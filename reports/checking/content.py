"""The embedded files: are they the ones that the manifest names, word for word, and does the PDF name them too."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785

from benchmarks.message import marked as _
from reports.carried import CONTENT, EDITION, FORMAT, MANIFEST
from reports.checking.container import BROKEN, UnusableError
from reports.checking.verdict import BAD, GOOD, row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.checking.container import Container
    from reports.checking.verdict import Row

Data = dict[str, Any]


@dataclass(frozen=True)
class Carried:
    """The embedded files as read: ``content`` and ``edition`` as JSON, with the SHA-256 of their bytes."""

    kind: str
    manifest: Data
    content: Data
    content_sha256: str
    edition: Data
    edition_sha256: str
    canonical: bool


def read_carried(files: Mapping[str, bytes]) -> Carried:
    """Return what a PDF of ours carries. Raises UnusableError when it is none of ours, or of a later form."""
    if MANIFEST not in files:
        raise UnusableError(_("it is not a report or certificate of Touchstone: it carries no manifest.json"))
    manifest = _json(files, MANIFEST)
    kind = str(manifest.get("kind"))
    if manifest.get("format") != FORMAT or kind not in CONTENT:
        raise UnusableError(_("its embedded content has a form that this version does not know"))
    content, edition = _json(files, CONTENT[kind]), _json(files, EDITION)
    return Carried(
        kind,
        manifest,
        content,
        _sha256(files[CONTENT[kind]]),
        edition,
        _sha256(files[EDITION]),
        _is_canonical(files[CONTENT[kind]], content) and _is_canonical(files[EDITION], edition),
    )


def check_content(carried: Carried, container: Container) -> Row:
    """Say whether the content is what manifest and PDF name by its hash."""
    named = {str((carried.manifest.get("content") or {}).get("sha256")), container.identifier}
    if named != {carried.content_sha256}:
        return row(
            "content",
            BAD,
            _("The embedded content was replaced: its SHA-256 is {found}, but the file names another one."),
            found=carried.content_sha256,
        )
    if not carried.canonical:
        return row(
            "content", BAD, _("The embedded content is not in canonical form: it was written by something else.")
        )
    return row(
        "content", GOOD, _("The embedded content has the SHA-256 that the file names: {found}."), found=named.pop()
    )


def check_edition(carried: Carried) -> Row:
    """Say whether the standard that the file carries is the one that it names, by its hash."""
    said = carried.content.get("edition") or {}
    named = {str((carried.manifest.get("edition") or {}).get("sha256")), str(said.get("sha256"))}
    names = {
        "title": f"{carried.edition.get('code')} {carried.edition.get('version')}",
        "sha256": carried.edition_sha256,
    }
    if named != {carried.edition_sha256}:
        template = _("The standard that the file carries is not the one that it names: its SHA-256 is {sha256}.")
        return row("edition", BAD, template, **names)
    return row("edition", GOOD, _("The file carries the whole standard {title}, SHA-256 {sha256}."), **names)


def _json(files: Mapping[str, bytes], name: str) -> Data:
    if name not in files:
        raise UnusableError(_("it is a document of ours from which {name} was removed"), name=name)
    try:
        found = json.loads(files[name])
    except BROKEN as error:
        raise UnusableError(_("the embedded {name} cannot be read"), name=name) from error
    if not isinstance(found, dict):
        raise UnusableError(_("the embedded {name} cannot be read"), name=name)
    return found


def _is_canonical(data: bytes, value: Data) -> bool:
    try:
        return bool(rfc8785.dumps(value) == data)
    except (rfc8785.CanonicalizationError, *BROKEN):
        return False


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
