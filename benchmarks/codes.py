"""Codes that records and KPIs share: what agents do. No Django."""

from __future__ import annotations

# What an agent does, and what a plan may say: ``work`` stands for handling and being available.
PRODUCTIVE = ("handling", "available")
PLANNED_AWAY = ("break", "training", "meeting", "leave")
UNPLANNED_AWAY = ("absent", "other")
STATES = (*PRODUCTIVE, *PLANNED_AWAY, *UNPLANNED_AWAY, "off", "work")
