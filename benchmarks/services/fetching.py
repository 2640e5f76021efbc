"""Records from a table in the owner's database: asked for at a centre, fetched in the background, then an upload."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError
from benchmarks.records.tables import TableSource, stream
from benchmarks.services.uploads import upload_store
from benchmarks.watch import FETCHING, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from accounts.models import Centre, User
    from benchmarks.models import RecordsUpload

_HALF = 64 << 20  # bytes after which the bar stands at its middle: how many there will be, nobody knows


def sources_for(centre: Centre) -> list[TableSource]:
    """Return the sources that the operator has named for the organisation of a centre."""
    return [each for each in settings.RECORDS_SOURCES.values() if each.organisation == centre.organisation.name]


def source_fetch(*, centre: Centre, asked: dict[str, Any], by: User, at: datetime, watch: Watch) -> RecordsUpload:
    """Fetch what was asked for (``source``, and the days ``first`` and ``last`` or None) and keep it as an upload.

    RecordsError when the source is not this organisation's (any more), and as ``stream`` and ``upload_store``.
    """
    source = next((each for each in sources_for(centre) if each.name == asked["source"]), None)
    if source is None:
        raise RecordsError(_("There is no such source of records for this centre any more."))
    first, last = (date.fromisoformat(asked[name]) if asked[name] else None for name in ("first", "last"))
    pieces = stream(source, first, last + timedelta(days=1) if last else None, centre.time_zone)
    period = f" {first} – {last}" if first else ""
    name = f"{source.title or source.name}{period}.csv"
    return upload_store(centre=centre, chunks=_watched(pieces, watch), size=0, name=name, by=by, at=at)


def _watched(pieces: Iterator[bytes], watch: Watch) -> Iterator[bytes]:
    done, told = 0, -1
    for piece in pieces:
        done += len(piece)
        if done >> 20 > told:
            told = done >> 20
            watch(FETCHING, done / (done + _HALF))
        yield piece
