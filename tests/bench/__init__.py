"""The benchmark: `bin/bench`; each module with `rows()` compares our code with a baseline."""
