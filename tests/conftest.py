"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from hypothesis import settings

from benchmarks import triggers as market_triggers
from ledger import triggers
from standards import triggers as edition_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# How long an example takes says more about what else the machine does than about our code: ``bin/bench`` times.
settings.register_profile("touchstone", deadline=None)
settings.load_profile("touchstone")

ASKS_FOR_A_DATABASE = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to leave out what another database server cannot change."""
    parser.addoption("--only-database", action="store_true", help="leave out the tests that ask for no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that ask for no database, when that is wanted: on any server they are the same."""
    if not config.getoption("--only-database"):
        return
    left = [item for item in items if not asks_for_a_database(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if asks_for_a_database(item)]


def asks_for_a_database(item: pytest.Item) -> bool:
    """Say whether a test is marked for the database, or takes it as a fixture."""
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("server")
    return bool(marked or ASKS_FOR_A_DATABASE & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_the_ledger() -> Iterator[None]:
    """Let the flush after a transactional test empty ledger, editions and releases too, which their triggers refuse.

    Only tests with ``transactional_db`` (live servers, several connections) end with Django's flush; the triggers
    step aside for that one statement list and are back before the next test. All other tests roll back.
    """
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_with_ledger(self: Any, sql_list: Sequence[str]) -> None:
        with transaction.atomic():
            triggers.drop(self.connection)
            edition_triggers.drop(self.connection)
            market_triggers.drop(self.connection)
            flush(self, sql_list)
            triggers.create(self.connection)
            edition_triggers.create(self.connection)
            market_triggers.create(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush_with_ledger)
        yield
