"""Schemes of training levels as data: one YAML file each in ``fixtures/credentials/``. No Django.

``code`` names the scheme for ever; each level has a ``code``, a ``title`` per language, ``auditor`` (whether its holder
counts as a trained internal auditor) and ``months`` of usual validity (left out: it does not lapse).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE = re.compile(r"^[a-z][a-z0-9_-]{0,39}\Z")
MOST_MONTHS = 600


class SchemeError(ValueError):
    """A scheme of levels cannot be used; the message names the file and the fault."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a scheme; ``months`` None when it does not lapse."""

    scheme: str
    code: str
    title: Mapping[str, str]
    auditor: bool
    months: int | None

    @property
    def key(self) -> str:
        """Return what a credential keeps: ``scheme.level``."""
        return f"{self.scheme}.{self.code}"


@functools.cache
def levels(folder: Path) -> Mapping[str, Level]:
    """Return all levels of all schemes in a folder by key, in the order of files and lists. Raises SchemeError."""
    found: dict[str, Level] = {}
    for path in sorted(Path(folder).glob("*.yaml")):
        for level in _scheme(path):
            if level.key in found:
                raise SchemeError(f"{path.name}: the level {level.key} is there twice.")
            found[level.key] = level
    return found


def auditor_keys(folder: Path) -> frozenset[str]:
    """Return the keys of the levels whose holders count as trained internal auditors."""
    return frozenset(key for key, level in levels(folder).items() if level.auditor)


def _scheme(path: Path) -> list[Level]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SchemeError(f"{path.name}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("levels"), list):
        raise SchemeError(f"{path.name}: a scheme has a code and a list of levels.")
    scheme = _code(path, document.get("code"))
    return [_level(path, scheme, each) for each in document["levels"]]


def _level(path: Path, scheme: str, each: Any) -> Level:
    if not isinstance(each, dict):
        raise SchemeError(f"{path.name}: a level has a code, a title and says whether it makes an auditor.")
    code, title, auditor, months = _code(path, each.get("code")), each.get("title"), each.get("auditor"), None
    if not isinstance(title, dict) or not title.get("en"):
        raise SchemeError(f"{path.name}: the level {code} needs a title in English at least.")
    if not isinstance(auditor, bool):
        raise SchemeError(f"{path.name}: the level {code} must say auditor: true or false.")
    if "months" in each:
        months = each["months"]
        if type(months) is not int or not 0 < months <= MOST_MONTHS:
            raise SchemeError(f"{path.name}: the level {code} has months from 1 to {MOST_MONTHS}.")
    return Level(scheme, code, {str(language): str(words) for language, words in title.items()}, auditor, months)


def _code(path: Path, code: Any) -> str:
    if not isinstance(code, str) or not CODE.match(code):
        raise SchemeError(f"{path.name}: a code has small letters, digits, - and _: {code!r}.")
    return code
