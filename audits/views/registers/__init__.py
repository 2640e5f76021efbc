"""Pages of the registers, under ``/registers/``."""
