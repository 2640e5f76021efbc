"""What changes in this room: market releases and measurements of centres. Both are in the ledger."""

from benchmarks.services.fetching import sources_for
from benchmarks.services.jobs import (
    JobRefusedError,
    fetch_request,
    job_cancel,
    job_request,
    job_retry,
    job_run,
    jobs_recover,
)
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
    uploads_seen,
)

__all__ = [
    "JobRefusedError",
    "PoolError",
    "RecordsFile",
    "ReleaseExistsError",
    "ReleaseStepRefusedError",
    "fetch_request",
    "job_cancel",
    "job_request",
    "job_retry",
    "job_run",
    "jobs_recover",
    "mapping_keep",
    "market_load",
    "measurement_run_create",
    "pool_join",
    "pool_leave",
    "pool_publish",
    "release_discard",
    "release_step",
    "sources_for",
    "upload_map",
    "upload_remove",
    "upload_store",
    "uploads_look",
    "uploads_seen",
]
