"""Measurements of a centre from its raw records, and releases of market figures to compare them with."""

from benchmarks.models.market import MarketFigure, MarketRelease
from benchmarks.models.measuring import Measurement, MeasurementRun, MeasurementRunQuerySet

__all__ = ["MarketFigure", "MarketRelease", "Measurement", "MeasurementRun", "MeasurementRunQuerySet"]
