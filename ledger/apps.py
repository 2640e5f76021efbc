"""Django's entry for the ledger room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Configuration of the ledger app."""

    name = "ledger"

    def ready(self) -> None:
        """Record what the room below hands up (``accounts/recording.py``), and tell people what they did themselves."""
        from accounts.personal import personal_part
        from accounts.recording import recorder_set
        from ledger.selectors import acts_of
        from ledger.services import ledger_append

        recorder_set(ledger_append)
        personal_part("acts", acts_of)
