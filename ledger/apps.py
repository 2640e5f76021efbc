"""Django's entry for the ledger room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Configuration of the ledger app."""

    name = "ledger"
