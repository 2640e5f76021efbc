"""Django's entry for the benchmarks room."""

from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    """Configuration of the benchmarks app."""

    name = "benchmarks"
