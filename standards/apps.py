"""Django's entry for the standards room."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """Configuration of the standards app."""

    name = "standards"
