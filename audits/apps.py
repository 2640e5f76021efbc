"""Django's entry for the audits room."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Configuration of the audits app."""

    name = "audits"
