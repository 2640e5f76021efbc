"""The ledger: appending by eight writers at once, and checking a million entries as ``verify_ledger`` does.

Beside the first: eight threads that each commit a bare INSERT to the same database with the same settings. Beside the
second: reading the same rows and hashing the same bytes, without looking at what is in them.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.common import peak, start
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WRITERS, EACH, ENTRIES = 8, 250, 1_000_000
AT = datetime(2026, 9, 14, 9, tzinfo=UTC)
COLUMNS = "sequence, at, action, subject, content, previous_hash, hash, actor_id"


def rows() -> list[Row]:
    """Return both rows."""
    with tempfile.TemporaryDirectory() as folder:
        database = start(Path(folder))
        return [_appending(database), _verifying(database)]


def _appending(database: Path) -> Row:
    from django.db import connections, transaction

    from ledger.models import Entry
    from ledger.services import ledger_append

    payload = {"criterion": "A1.1", "level": 3, "note": "Seen in the recordings of the first week."}

    def work() -> None:
        for _ in range(EACH):
            with transaction.atomic():
                ledger_append(action="answer.saved", subject="audit:1", by=None, at=AT, payload=payload)
        connections.close_all()

    took = _together(work)
    if Entry.objects.count() != WRITERS * EACH:
        raise AssertionError("entries are missing")
    bare = _bare(database)
    number = WRITERS * EACH
    what = f"Ledger: {WRITERS} writers, {number / took:.0f} entries/s, SQLite with synchronous FULL"
    return Row(what, took / number, f"{WRITERS} threads, each a bare INSERT, committed", bare, peak())


def _bare(database: Path) -> float:
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.execute("CREATE TABLE bench_entry (content text)")

    def work() -> None:
        with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as connection:
            connection.executescript("PRAGMA synchronous=FULL;")
            for _ in range(EACH):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO bench_entry VALUES (?)", ("x" * 300,))
                connection.execute("COMMIT")

    return _together(work) / (WRITERS * EACH)


def _verifying(database: Path) -> Row:
    from django.db import connection

    from ledger import triggers
    from ledger.chain import verify
    from ledger.models import Entry
    from ledger.selectors import links

    triggers.drop(connection)  # only to fill the table in seconds
    connection.close()
    with closing(sqlite3.connect(database)) as filling:
        # The hashes come in no order, and their index must stay in memory or each row costs a read of the disk.
        filling.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-150000; DELETE FROM ledger_entry;")
        marks = ", ".join("?" * len(COLUMNS.split(",")))
        filling.executemany(f"INSERT INTO ledger_entry ({COLUMNS}) VALUES ({marks})", _chain())  # noqa: S608 - constants
        filling.commit()
    begun = time.perf_counter()
    broken = verify(links())
    took = time.perf_counter() - begun
    if broken or Entry.objects.count() != ENTRIES:
        raise AssertionError(f"the chain should hold: {broken}")
    begun = time.perf_counter()
    with closing(sqlite3.connect(database)) as reading:
        for previous, content in reading.execute("SELECT previous_hash, content FROM ledger_entry ORDER BY sequence"):
            hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()
    bare = time.perf_counter() - begun
    what = f"Ledger: {ENTRIES:,} entries checked, {ENTRIES / took:,.0f} entries/s"
    return Row(what, took, "reading the rows and hashing them", bare, peak())


def _chain() -> Iterator[tuple[object, ...]]:
    """Yield rows that hold; the content is written by hand, in its canonical order, and hashed as the ledger does."""
    from ledger.chain import GENESIS, entry_hash, time_text

    previous, at = GENESIS, time_text(AT)
    for number in range(1, ENTRIES + 1):
        content = (
            f'{{"action":"answer.saved","actor":null,"at":"{at}","payload":{{"level":3,"note":"Seen in week one."}},'
        )
        content += f'"sequence":{number},"subject":"audit:1"}}'
        digest = entry_hash(previous, content)
        yield number, "2026-09-14 09:00:00", "answer.saved", "audit:1", content, previous, digest, None
        previous = digest


def _together(work: Callable[[], None]) -> float:
    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun
