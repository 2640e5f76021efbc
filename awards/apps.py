"""Django's entry for the awards room."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    """Configuration of the awards app."""

    name = "awards"

    def ready(self) -> None:
        """Register the words of the notices that this room sends."""
        from awards import notices as notices
