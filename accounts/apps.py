"""Django's entry for the accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Configuration of the accounts app."""

    name = "accounts"

    def ready(self) -> None:
        """Register the words of the notices that this room sends, and record sign-ins."""
        from accounts import notice_words as notice_words
        from accounts import sign_ins

        sign_ins.listen()
