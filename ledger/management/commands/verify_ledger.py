"""``verify_ledger``: is the record of what happened intact, and if not, where does it break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone

from ledger import triggers, witness
from ledger.chain import GENESIS, Broken, Checkpoint, Link, time_text, verify
from ledger.selectors import CHUNK, links

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNUSABLE = 2
# SQLite keeps any bytes in any column; its driver then fails while reading, each type in its own way.
UNREADABLE = (ValueError, TypeError, OverflowError, OperationalError)


class Command(BaseCommand):
    help = (
        "Checks every entry of the ledger against its hash, its columns and its predecessor. Exit 0: intact; "
        "1: broken, with the first broken link; 2: the database or the checkpoint file is unusable."
    )

    # System checks would load every page and what it draws with, to read one table.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoint", metavar="FILE", help="also compare with checkpoints written earlier")
        parser.add_argument("--key", metavar="PEM", help="with --checkpoint: each must be signed by this public key")
        parser.add_argument(
            "--write-checkpoint",
            metavar="FILE",
            help="when intact, write the last number and hash to FILE; keep it away from this machine",
        )
        parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        key = Path(options["key"]) if options["key"] else None
        checkpoints = read_checkpoints(Path(options["checkpoint"]), key) if options["checkpoint"] else []
        walk = Walk()
        try:
            broken = walk.verify(checkpoints)
            guarded = triggers.in_place(connection)
        except DatabaseError as error:
            raise CommandError(f"The ledger cannot be read: {error}", returncode=UNUSABLE) from error
        if options["write_checkpoint"] and not broken:
            write_checkpoint(Path(options["write_checkpoint"]), walk.last)
        self._report(walk.last, broken, guarded=guarded, as_json=options["json"])
        if broken:
            raise SystemExit(1)

    def _report(self, last: Checkpoint, broken: Broken | None, *, guarded: bool, as_json: bool) -> None:
        """Print for a person or for a script; the missing guard is a warning, for it breaks no link by itself."""
        if not guarded:
            self.stderr.write("Warning: the triggers that protect the ledger are missing; migrate sets them.")
        if as_json:
            first = {"sequence": broken.sequence, "reason": broken.reason} if broken else None
            state = {"intact": not broken, "checked": last.sequence, "last_hash": last.hash, "guarded": guarded}
            self.stdout.write(json.dumps({**state, "broken": first}))
        elif broken:
            self.stdout.write(f"Broken at entry {broken.sequence}: {broken.reason}.")
        else:
            self.stdout.write(f"Intact: {last.sequence} entries, last hash {last.hash}.")


class Walk:
    """One pass over the chain that remembers the last link it saw hold."""

    def __init__(self) -> None:
        """Start before the first entry."""
        self.last = Checkpoint(0, GENESIS)

    def verify(self, checkpoints: Sequence[Checkpoint]) -> Broken | None:
        """Return the first broken link; a column that the database driver cannot even read counts as one."""
        try:
            return verify(self._steps(), *checkpoints)
        except UNREADABLE:
            return self._verify_row_by_row(checkpoints)

    def _verify_row_by_row(self, checkpoints: Sequence[Checkpoint]) -> Broken | None:
        """Find the row that cannot be read: whole chunks hide which one it was."""
        self.last = Checkpoint(0, GENESIS)
        try:
            return verify(self._steps(chunk=1), *checkpoints)
        except UNREADABLE as error:
            if isinstance(error, DatabaseError) and "decode" not in str(error).lower():
                raise
            return Broken(self.last.sequence + 1, f"one of its columns cannot be read ({error})")

    def _steps(self, chunk: int = CHUNK) -> Iterator[Link]:
        for link in links(chunk):
            yield link
            self.last = Checkpoint(link.sequence, link.hash)


def read_checkpoints(path: Path, key: Path | None) -> list[Checkpoint]:
    """Read a file of checkpoints; with a key, each must be signed by it. Raises CommandError (exit 2)."""
    try:
        found = witness.read(path)
        public = witness.public_key(key) if key else None
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=UNUSABLE) from error
    except witness.WitnessError as error:
        raise CommandError(str(error), returncode=UNUSABLE) from error
    for each in found:
        if public and (fault := witness.signature_fault(each, public)):
            raise CommandError(f"{path}, line {each.line}: {fault}.", returncode=UNUSABLE)
    return [each.checkpoint for each in found]


def write_checkpoint(path: Path, last: Checkpoint) -> None:
    """Write a checkpoint beside the old one, then swap. Raises CommandError (exit 2) when it cannot."""
    text = json.dumps({"sequence": last.sequence, "hash": last.hash, "at": time_text(timezone.now())})
    fresh = path.with_name(f"{path.name}.part")
    try:
        fresh.write_text(f"{text}\n")
        fresh.replace(path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=UNUSABLE) from error
