"""The public register: nothing of who did not ask to be listed; the organisation's own word, kept in the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from ledger.models import Entry
from reports.models import Listing
from reports.selectors.register import LEAST_UNLISTED, unlisted_count
from reports.services import listing_set
from tests.factories import AT, make_audit, make_user
from tests.reports.rows import make_certificate
from tests.reports.test_dashboards import links_of, rows_at

if TYPE_CHECKING:
    from django.test import Client

    from audits.models import Certificate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_throttle() -> None:
    cache.clear()


def certified(days: int = 100, **fields: str) -> Certificate:
    today = timezone.localdate()
    first, last = today - timedelta(days=9), today + timedelta(days=days)
    return make_certificate(make_audit(), valid_from=first, valid_until=last, **fields)


def list_it(certificate: Certificate) -> None:
    organisation = certificate.audit.auditee
    listing_set(organisation=organisation, listed=True, by=make_user(Role.ADMINISTRATOR, organisation), at=AT)


def test_only_the_active_certificates_of_who_is_listed_are_shown(client: Client) -> None:
    shown, hidden, ended, held = certified(), certified(), certified(-1), certified(status="suspended")
    for each in (shown, ended, held):
        list_it(each)
    page = client.get(reverse("register")).content.decode()
    assert shown.number in page
    assert str(shown.audit.centre) in page
    for each in (hidden, ended, held):
        assert each.number not in page
        assert each.code not in page
        assert str(each.audit.auditee) not in page


def test_every_bar_is_the_number_of_rows_that_it_leads_to(client: Client) -> None:
    for days in (10, 40, 400):
        list_it(certified(days))
    certified()
    page = client.get(reverse("register")).content.decode()
    for code in ("tier", "country", "industry", "ends"):
        links = links_of(page, code)
        assert sum(int(label.rpartition(": ")[2]) for _address, label in links) == 3
        for address, label in links:
            assert rows_at(client, address.partition("#")[0]) == int(label.rpartition(": ")[2]), address


def test_so_few_others_that_it_would_tell_are_not_counted(client: Client) -> None:
    today = timezone.localdate()
    assert unlisted_count(today=today) == 0
    for _each in range(LEAST_UNLISTED - 1):
        certified()
    assert unlisted_count(today=today) is None
    certified()
    assert unlisted_count(today=today) == LEAST_UNLISTED
    assert "5 more certificates are active and not listed." in client.get(reverse("register")).content.decode()


def test_the_holder_says_whether_it_is_listed_and_the_body_does_not(client: Client) -> None:
    certificate = certified()
    holder, body = certificate.audit.auditee, certificate.audit.conductor
    address = reverse("reports:listing", args=[holder.pk])
    client.force_login(make_user(Role.ADMINISTRATOR, body))
    assert client.post(address, {"listed": "yes"}).status_code == 403
    client.force_login(make_user(Role.ADMINISTRATOR))
    assert client.post(address, {"listed": "yes"}).status_code == 404
    client.force_login(make_user(Role.VIEWER, holder))
    assert client.post(address, {"listed": "yes"}).status_code == 403
    client.force_login(make_user(Role.CENTRE_MANAGER, holder))
    for _twice in range(2):
        assert client.post(address, {"listed": "yes"}).status_code == 302
    assert Listing.objects.get().organisation == holder
    assert certificate.number in client.get(reverse("register")).content.decode()
    client.post(address, {"listed": "no"})
    assert not Listing.objects.exists()
    said = Entry.objects.filter(subject=f"organisation:{holder.pk}").values_list("action", flat=True)
    assert list(said.order_by("sequence")) == ["register.listed", "register.unlisted"]


def test_charts_of_the_register_are_files(client: Client) -> None:
    list_it(certified())
    for kind in ("svg", "png", "csv"):
        assert client.get(reverse("register_file", args=["tier", kind])).status_code == 200
    assert client.get(reverse("register_file", args=["audits", "csv"])).status_code == 404
    assert client.get(reverse("register_file", args=["tier", "exe"])).status_code == 404


def test_looking_up_in_bulk_is_slowed_down(client: Client) -> None:
    answers = [client.get(reverse("register_file", args=["tier", "csv"])).status_code for _each in range(21)]
    assert answers == [200] * 20 + [429]
