"""Template tags of the benchmarks room."""
