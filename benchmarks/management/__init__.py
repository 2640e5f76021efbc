"""Commands of the benchmarks room."""
