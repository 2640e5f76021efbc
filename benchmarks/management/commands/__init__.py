"""``compute_kpis`` and ``load_market``."""
