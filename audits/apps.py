"""Django's entry for the audits room."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Configuration of the audits app."""

    name = "audits"

    def ready(self) -> None:
        """Register the words of the notices that this room sends."""
        from audits import calibration_words as calibration_words
        from audits import finding_words as finding_words  # models have to be there first
        from audits import talk_words as talk_words
