"""Single measurements of a centre, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.models import Measurement

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import Centre


def measurements_of(
    centre: Centre, *, kpi: str = "", channel: str = "", run: int | None = None
) -> QuerySet[Measurement]:
    """Return what was measured at a centre, each with its run; empty values narrow nothing. One query."""
    wanted = {"kpi": kpi, "channel": channel, "run": run}
    found = Measurement.objects.filter(run__centre=centre, **{name: each for name, each in wanted.items() if each})
    return found.select_related("run").only(
        *(each.name for each in Measurement._meta.fields),  # noqa: SLF001 - Django's documented model API
        *("run__period_from", "run__period_to", "run__created_at", "run__records_sha256"),
    )
