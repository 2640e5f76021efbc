"""Django's entry for the awards room."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    """Configuration of the awards app."""

    name = "awards"

    def ready(self) -> None:
        """Register the words of the notices that this room sends, and that judges sign in with a second factor."""
        from accounts.factors import second_factor_for
        from awards import notices as notices
        from awards.rules import sits_on_a_panel

        second_factor_for("judges", sits_on_a_panel)
