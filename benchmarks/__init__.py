"""WHAT THE MARKET DOES: KPI definitions, measurements from raw records, market releases, verdicts."""
