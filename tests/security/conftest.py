"""What the security tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def other_browser() -> Client:
    """Another browser, beside ``client``."""
    return Client()


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    """Forget failed sign-ins and used codes of the test before."""
    cache.clear()
    yield
    cache.clear()
