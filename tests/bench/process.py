"""One benchmark in a process of its own. Apart from ``__main__``, which a new process cannot import."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from tests.bench.row import Row


def measure(name: str, results: Connection) -> None:
    """Send the rows of one module, or None when it fails; what it prints goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            results.send(list(import_module(f"tests.bench.{name}").rows()))
        except Exception:  # noqa: BLE001 the other benchmarks still run; the exit status tells
            traceback.print_exc()
            results.send(None)


def measured(name: str) -> list[Row] | None:
    """Run one module in a fresh process; None when it failed or died."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=measure, args=(name, theirs))
    process.start()
    theirs.close()
    try:
        rows: list[Row] | None = ours.recv()
    except EOFError:
        rows = None
    process.join()
    return rows
