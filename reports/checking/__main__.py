"""``python -m reports.checking FILE.pdf [--trust CERT.pem] [--json]``: the check in English, without any set-up.

``-`` as FILE reads standard input. Exit 0: it holds; 1: it does not; 2: it cannot be checked.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reports.checking import UnusableError, check, trusted_from
from reports.checking.signer import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.message import Translate
    from reports.checking import Verdict

SIGNS = {"good": "ok  ", "bad": "BAD ", "open": "open"}


def run(file: str, trust: str | None, *, as_json: bool) -> int:
    """Check a file, print the verdict, and return the exit status."""
    try:
        data = _read(file)
        trusted = trusted_from(_read(trust)) if trust else ()
        verdict = check(data, trusted)
    except OSError as error:
        return _unusable(f"{error.filename}: {error.strerror}")
    except TrustError as error:
        return _unusable(f"{trust}: {error}")
    except UnusableError as error:
        return _unusable(f"{file}: {error}")
    print(json.dumps(verdict.as_json(), indent=2) if as_json else "\n".join(lines(verdict)))  # noqa: T201 - a command
    return 0 if verdict.holds else 1


def lines(verdict: Verdict, translate: Translate = str) -> Iterator[str]:
    """Yield the verdict line by line for people."""
    for each in verdict.rows:
        yield f"{SIGNS[each.state]}  {each.title(translate)}: {each.words(translate)}"
    yield ""
    yield "It holds." if verdict.holds else "IT DOES NOT HOLD."


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _unusable(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201 - a command
    return 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and check."""
    parser = argparse.ArgumentParser(prog="python -m reports.checking", description=__doc__)
    parser.add_argument("file", metavar="FILE.pdf")
    parser.add_argument("--trust", metavar="CERT.pem", help="certificate of the signer, or of who vouches for it")
    parser.add_argument(
        "--json", action="store_true", help="the verdict as JSON on standard output, nothing else there"
    )
    options = parser.parse_args(arguments)
    return run(options.file, options.trust, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
