"""KPI definitions and the Ibis expressions that measure them. No Django in here."""
