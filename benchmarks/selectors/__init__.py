"""What pages and audits read from this room, each in a constant number of queries."""

from benchmarks.selectors.comparing import (
    MAX_AGE_MONTHS,
    SORTS,
    Compared,
    centre_runs,
    compared,
    interval,
    market_figures,
    run_measurements,
    verdicts,
)
from benchmarks.selectors.history import Series, quarterly
from benchmarks.selectors.kpis import figure_counts, gates_now
from benchmarks.selectors.measured import measurements_of
from benchmarks.selectors.pool import Place, pool_centres, pool_places, pooled
from benchmarks.selectors.releases import release_differences, release_now, releases_beside

__all__ = [
    "MAX_AGE_MONTHS",
    "SORTS",
    "Compared",
    "Place",
    "Series",
    "centre_runs",
    "compared",
    "figure_counts",
    "gates_now",
    "interval",
    "market_figures",
    "measurements_of",
    "pool_centres",
    "pool_places",
    "pooled",
    "quarterly",
    "release_differences",
    "release_now",
    "releases_beside",
    "run_measurements",
    "verdicts",
]
