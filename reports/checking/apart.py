"""The check in a process of its own, with limits: a hostile file costs one process and nothing else.

``python -m reports.checking.apart`` reads a line of JSON (``{"trust": PEM}``), then the file, from standard input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.message import Message
from benchmarks.message import marked as _
from reports.checking.check import check
from reports.checking.container import UnusableError
from reports.checking.signer import trusted_from
from reports.checking.verdict import Row, Verdict

MEMORY = 768 * 1024 * 1024  # address space of the process, in bytes
SECONDS = 20
ROOT = Path(__file__).resolve().parents[2]


def check_apart(data: bytes, *, trust: str = "") -> Verdict:
    """Return the verdict on a stranger's file; ``trust`` is PEM. Raises UnusableError, also when it takes too much."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "reports.checking.apart"],
            input=json.dumps({"trust": trust}).encode() + b"\n" + data,
            capture_output=True,
            cwd=ROOT,
            timeout=SECONDS * 2,
            check=True,
        )
        found = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise UnusableError(_("checking it takes more time or memory than any file of ours")) from error
    if "unusable" in found:
        raise UnusableError(found["unusable"]["template"], **found["unusable"]["params"])
    rows = tuple(Row(name, state, Message(template, params)) for name, state, template, params in found["rows"])
    return Verdict(found["kind"], rows, found["facts"])


def _limit() -> None:
    """Take no more memory and time than a check needs; where the system knows no such limit, none is set."""
    import resource

    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _answer(trust: str, data: bytes) -> dict[str, Any]:
    try:
        verdict = check(data, trusted_from(trust.encode()) if trust else ())
    except UnusableError as error:
        return {"unusable": {"template": error.message.template, "params": dict(error.message.params)}}
    rows = [[each.check, each.state, each.message.template, dict(each.message.params)] for each in verdict.rows]
    return {"kind": verdict.kind, "rows": rows, "facts": verdict.facts}


if __name__ == "__main__":
    _limit()
    header, _line, content = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.write(json.dumps(_answer(json.loads(header)["trust"], content), default=str))
