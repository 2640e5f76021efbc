"""Django's entry for the ledger room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Configuration of the ledger app."""

    name = "ledger"

    def ready(self) -> None:
        """Record what the room below hands up: see ``accounts/recording.py``."""
        from accounts.recording import recorder_set
        from ledger.services import ledger_append

        recorder_set(ledger_append)
