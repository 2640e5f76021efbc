"""The templates of programmes that this installation has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from awards.scheme import SchemeError, scheme_of

LARGEST = 1024 * 1024


def templates() -> dict[str, dict[str, Any]]:
    """Return all templates by code, those of the installation after those that ship. Raises ``SchemeError``."""
    found: dict[str, dict[str, Any]] = {}
    for folder in settings.AWARD_FOLDERS:
        for path in sorted(Path(folder).glob("*.yaml")):
            document = template_read(path)
            found[document["code"]] = document
    return found


def template_read(path: Path) -> dict[str, Any]:
    """Return one template; raises ``SchemeError`` that names the file and everything that is wrong in it."""
    if path.stat().st_size > LARGEST:
        raise SchemeError([f"{path.name}: larger than 1 MB"])
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        scheme_of(document)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SchemeError([f"{path.name}: {error}"]) from error
    except SchemeError as error:
        raise SchemeError([f"{path.name}: {fault}" for fault in error.faults]) from error
    return dict(document)
