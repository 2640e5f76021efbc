"""Measurements of a centre from its raw records, and releases of market figures to compare them with."""

from benchmarks.models.jobs import WAITING, JobKind, JobStatus, RecordsJob
from benchmarks.models.market import MarketFigure, MarketRelease, ReleaseKind, ReleaseStatus, ReleaseStep
from benchmarks.models.measuring import Measurement, MeasurementRun, MeasurementRunQuerySet, MonthMeasurement, RunSource
from benchmarks.models.pool import PoolCell, PoolMembership
from benchmarks.models.uploads import RecordsUpload, SavedMapping

__all__ = [
    "WAITING",
    "JobKind",
    "JobStatus",
    "MarketFigure",
    "MarketRelease",
    "Measurement",
    "MeasurementRun",
    "MeasurementRunQuerySet",
    "MonthMeasurement",
    "PoolCell",
    "PoolMembership",
    "RecordsJob",
    "RecordsUpload",
    "ReleaseKind",
    "ReleaseStatus",
    "ReleaseStep",
    "RunSource",
    "SavedMapping",
]
