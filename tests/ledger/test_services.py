"""Appending: linked, counted in queries, and only inside a transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from ledger.chain import GENESIS, UnfitContentError, entry_hash
from ledger.models import Entry
from ledger.services import OutsideTransactionError, ledger_append
from tests.factories import make_user

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def append(**changes: Any) -> Entry:
    return ledger_append(**{"action": "thing.do", "subject": "thing:1", "by": None, "at": AT, "payload": {}} | changes)


@pytest.mark.django_db
def test_append_links_each_entry_to_the_one_before() -> None:
    user = make_user()
    first, second = append(by=user, payload={"level": 3}), append()
    assert (first.sequence, first.previous_hash, first.actor) == (1, GENESIS, user)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert second.hash == entry_hash(first.hash, second.content)
    assert f'"actor":{user.pk},"at":"2026-03-01T08:30:00.000000+00:00","payload":{{"level":3}}' in first.content


@pytest.mark.django_db
@pytest.mark.parametrize("existing", [0, 1, 3])
def test_append_costs_a_constant_number_of_queries(
    existing: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(existing):
        append()
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 2):
        append()


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_refused() -> None:
    with pytest.raises(OutsideTransactionError):
        append()
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"payload": {"score": Decimal("1.5")}},
        {"payload": {"score": float("nan")}},
        {"payload": {"n": 2**53}},
        {"payload": {"text": "\ud800"}},
        {"payload": {1: "one"}},
        {"at": datetime(2026, 3, 1)},  # noqa: DTZ001 - the naive time is what is refused
        {"action": ""},
        {"action": "a" * 81},
        {"subject": "audit:\0"},
    ],
)
def test_append_refuses_what_cannot_be_written_exactly(changes: dict[str, Any]) -> None:
    with pytest.raises(UnfitContentError):
        append(**changes)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_append_keeps_any_text() -> None:
    text = "客戶 \u202eמבחן 🎧 \0 \r\n" + "x" * 100_000
    entry = append(payload={"text": text})
    entry.refresh_from_db()
    assert entry.hash == entry_hash(GENESIS, entry.content)


@pytest.mark.django_db
def test_append_and_its_change_fail_together() -> None:
    def change() -> None:
        make_user(email="never@example.org")
        append(payload={"bad": object()})

    with pytest.raises(UnfitContentError):
        transaction.atomic(change)()
    assert not User.objects.filter(email="never@example.org").exists()
