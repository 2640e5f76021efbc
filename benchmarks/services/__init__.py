"""What changes in this room: market releases and measurements of centres. Both are in the ledger."""

from benchmarks.services.measuring import measurement_run_create
from benchmarks.services.releases import ReleaseExistsError, market_load

__all__ = ["ReleaseExistsError", "market_load", "measurement_run_create"]
