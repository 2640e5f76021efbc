"""Secrets that the program needs again, kept so that a copy of the database alone is worth nothing."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def sealed(text: str, *, purpose: str) -> str:
    """Encrypt under SECRET_KEY; what is sealed for one purpose opens for no other."""
    return _cipher(purpose).encrypt(text.encode()).decode()


def opened(text: str, *, purpose: str) -> str:
    """Decrypt what was sealed under SECRET_KEY or one of its SECRET_KEY_FALLBACKS. Raises InvalidToken."""
    return _cipher(purpose).decrypt(text.encode()).decode()


def _cipher(purpose: str) -> MultiFernet:
    keys: list[str] = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    digests = [hashlib.sha256(f"{purpose}:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
