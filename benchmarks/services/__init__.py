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
from benchmarks.services.uploads import (
    mapping_keep,
    upload_map,
    upload_remove,
    upload_store,
    uploads_look,
    uploads_measure,
    uploads_seen,
)

__all__ = [
    "PoolError",
    "RecordsFile",
    "ReleaseExistsError",
    "ReleaseStepRefusedError",
    "mapping_keep",
    "market_load",
    "measurement_run_create",
    "pool_join",
    "pool_leave",
    "pool_publish",
    "release_discard",
    "release_step",
    "upload_map",
    "upload_remove",
    "upload_store",
    "uploads_look",
    "uploads_measure",
    "uploads_seen",
]
