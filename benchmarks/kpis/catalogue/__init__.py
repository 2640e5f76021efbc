"""The definitions of all KPIs, one file per family; ``registry.py`` gathers them."""
