"""Django's entry for the awards room."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    """Configuration of the awards app."""

    name = "awards"
