"""The bill of materials: what the product is made of, as CycloneDX 1.6 JSON, read from the locks and nothing else."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(root: Path) -> dict[str, Any]:
    """Return the bill for the locks in a folder; the same locks give the same bill. Raises OSError, ValueError."""
    components = [
        *_python((root / "requirements.lock").read_text()),
        *_static((root / "package-lock.json").read_text()),
    ]
    version = re.search(r'^version = "([^"]+)"', (root / "pyproject.toml").read_text(), re.MULTILINE)
    product = {"type": "application", "name": "touchstone", "version": version[1] if version else "0"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**product, "bom-ref": f"touchstone@{product['version']}"}},
        "components": sorted(components, key=lambda each: each["bom-ref"]),
    }


def _python(lock: str) -> list[dict[str, Any]]:
    return [
        _component(
            "pypi", name.lower().replace("_", "-"), name, version, [("SHA-256", each) for each in _HASH.findall(rest)]
        )
        for name, version, rest in _PIN.findall(lock)
    ]


def _static(lock: str) -> list[dict[str, Any]]:
    found = []
    for path, facts in json.loads(lock)["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name:
            digest = base64.b64decode(facts["integrity"].removeprefix("sha512-")).hex()
            found.append(_component("npm", name.replace("@", "%40", 1), name, facts["version"], [("SHA-512", digest)]))
    return found


def _component(kind: str, quoted: str, name: str, version: str, hashes: list[tuple[str, str]]) -> dict[str, Any]:
    purl = f"pkg:{kind}/{quoted}@{version}"
    listed = [{"alg": algorithm, "content": content} for algorithm, content in hashes]
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": listed}
