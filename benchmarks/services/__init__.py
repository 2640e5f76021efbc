"""What changes in this room: market releases and measurements of centres. Both are in the ledger."""

from benchmarks.services.measuring import RecordsFile, measurement_run_create
from benchmarks.services.pool import PoolError, pool_join, pool_leave, pool_publish
from benchmarks.services.releases import (
    ReleaseExistsError,
    ReleaseStepRefusedError,
    market_load,
    release_discard,
    release_step,
)

__all__ = [
    "PoolError",
    "RecordsFile",
    "ReleaseExistsError",
    "ReleaseStepRefusedError",
    "market_load",
    "measurement_run_create",
    "pool_join",
    "pool_leave",
    "pool_publish",
    "release_discard",
    "release_step",
]
