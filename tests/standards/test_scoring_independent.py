"""The pure parts run without Django."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = "import sys, {module}; sys.exit(any(name.split('.')[0] in {forbidden} for name in sys.modules))"


def _loads_none_of(module: str, forbidden: set[str]) -> bool:
    program = PROGRAM.format(module=module, forbidden=forbidden)
    return subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_scoring_loads_neither_django_nor_any_library() -> None:
    assert _loads_none_of("standards.scoring", {"django", "yaml", "rfc8785", "numpy"})


def test_editions_load_no_django() -> None:
    assert _loads_none_of("standards.editions", {"django"})
