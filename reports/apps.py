"""Django's entry for the reports room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings

if TYPE_CHECKING:
    from ledger.models import Entry


class ReportsConfig(AppConfig):
    """Configuration of the reports app."""

    name = "reports"

    def ready(self) -> None:
        """Register the words of the notices that this room sends, and listen to the ledger for webhooks."""
        from ledger.services import ledger_listen
        from reports import notice_words as notice_words

        ledger_listen(_note)


def _note(entry: Entry) -> None:
    """Hand an entry to the webhooks, whose services are not loaded where there are none: it takes two seconds."""
    if settings.WEBHOOK_HOSTS:
        from reports.services.webhooks import webhooks_note

        webhooks_note(entry)
