"""Django's entry for the reports room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Configuration of the reports app."""

    name = "reports"

    def ready(self) -> None:
        """Register the words of the notices that this room sends, and listen to the ledger for webhooks."""
        from ledger.services import ledger_listen
        from reports import notice_words as notice_words
        from reports.services.webhooks import webhooks_note

        ledger_listen(webhooks_note)
