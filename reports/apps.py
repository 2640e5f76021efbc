"""Django's entry for the reports room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Configuration of the reports app."""

    name = "reports"

    def ready(self) -> None:
        """Register the words of the notices that this room sends."""
        from reports import notice_words as notice_words
