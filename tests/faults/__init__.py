"""Faults, one module per kind: what was acknowledged is there afterwards, and what holds still holds."""
