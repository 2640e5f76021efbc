"""Joining, leaving and publishing: consent, the ledger, what is frozen, what nobody else sees."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from benchmarks.comparable import UPPER_QUARTILE
from benchmarks.models import MarketRelease, Measurement, MeasurementRun, PoolCell, PoolMembership
from benchmarks.pool import consent_sha256
from benchmarks.selectors import verdicts
from benchmarks.services import PoolError, pool_join, pool_leave, pool_publish
from ledger.models import Entry
from standards.models import Standard
from tests.factories import make_centre, make_user

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Centre, User

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


def measure(centre: Centre, value: float, *, period_to: date = date(2026, 5, 31), **fields: object) -> MeasurementRun:
    """Give a centre a run of three months with one KPI."""
    run = MeasurementRun.objects.create(
        centre=centre,
        records_name="r.csv",
        records_sha256="a" * 64,
        mapping="",
        mapping_sha256="b" * 64,
        engine="duckdb",
        period_from=period_to - timedelta(days=89),
        period_to=period_to,
        rows_read=1000,
        rows_used=1000,
        created_at=AT,
    )
    usual = {
        "kpi": "connect_rate",
        "variant": "standard",
        "channel": "voice",
        "value": value,
        "n": 1000,
        "standard_error": 0.4,
        "cluster": "day",
        "clusters": 90,
        "unit": "%",
    }
    Measurement.objects.create(run=run, **(usual | fields))
    return run


def member(value: float, **fields: object) -> Centre:
    """Make a measured bank that takes part."""
    centre = make_centre()
    measure(centre, value, **fields)
    join(centre)
    return centre


def join(centre: Centre, by: User | None = None) -> PoolMembership:
    """Let a centre join."""
    by = by or make_user(Role.ADMINISTRATOR, centre.organisation)
    return pool_join(centre=centre, consent=consent_sha256(), by=by, at=AT)


def publish(period: str = "2026-H1") -> MarketRelease:
    """Publish a period."""
    return pool_publish(period=period, url="/benchmarks/pool/", title="Pool", by=None, at=AT)


def test_joining_and_leaving_are_explicit_and_in_the_ledger() -> None:
    centre = make_centre()
    user = make_user(Role.ADMINISTRATOR, centre.organisation)
    with pytest.raises(PoolError, match="terms"):
        pool_join(centre=centre, consent="0" * 64, by=user, at=AT)
    with pytest.raises(PoolError, match="does not take part"):
        pool_leave(centre=centre, by=user, at=AT)
    join(centre, user)
    with pytest.raises(PoolError, match="already"):
        join(centre, user)
    pool_leave(centre=centre, by=user, at=AT)
    join(centre, user)
    assert list(Entry.objects.order_by("sequence").values_list("action", flat=True)) == [
        *("pool.join", "pool.leave", "pool.join")
    ]
    first = PoolMembership.objects.order_by("pk").first()
    assert first is not None
    for change in ({"left_at": None}, {"joined_at": AT + timedelta(1)}):
        with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
            PoolMembership.objects.filter(pk=first.pk).update(**change)
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        first.delete()


def test_published_period_is_a_market_release_of_its_own_kind_and_frozen() -> None:
    centres = [member(80.0 + number) for number in range(8)]
    release = publish()
    assert (release.kind, release.status, release.period, release.code) == (
        *("pool", "published", "2026-H1", "peer-pool-2026-h1"),
    )
    before = list(release.figures.order_by("line").values_list("statistic", "region", "value"))
    assert {figure.source for figure in release.figures.all()} == {"Peer pool"}
    pool_leave(centre=centres[0], by=make_user(Role.ADMINISTRATOR, centres[0].organisation), at=AT)
    member(10.0)
    assert list(release.figures.order_by("line").values_list("statistic", "region", "value")) == before
    with pytest.raises(PoolError, match="published already"):
        publish()
    cell = PoolCell.objects.first()
    assert cell is not None
    cell.members = []
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        cell.save()


def test_pool_release_serves_as_a_higher_bar() -> None:
    for number in range(8):
        member(80.0 + number)
    release = publish()
    quartile = release.figures.get(statistic="upper quartile", industry="banking", region="Hong Kong")
    own = make_centre()
    for value, state in ((99.0, "above"), (70.0, "below"), (float(quartile.value), "not_shown_below")):
        run = measure(own, value)
        found = verdicts(kpis=["connect_rate"], centre=own, run=run, release=release, bar=UPPER_QUARTILE)
        assert found["connect_rate"]["state"] == state
        assert found["connect_rate"]["figure"]["statistic"] == "upper quartile"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"standard_error": None}, "no error"),
        ({"clusters": 1}, "one day"),
        ({"unit": "furlongs"}, "another unit"),
        ({"channel": "telex"}, "another channel"),
        ({"kpi": "luck"}, "no such KPI"),
        ({"period_to": date(2026, 8, 31)}, "not within the period"),
        ({"period_to": date(2026, 3, 1)}, "begins before the period"),
    ],
)
def test_what_cannot_be_compared_is_not_contributed(fields: dict, why: str) -> None:
    for number in range(4):
        member(80.0 + number)
    member(90.0, **fields)
    with pytest.raises(PoolError, match="Nothing can be published"):
        publish()
    member(91.0)
    assert publish().figures.filter(statistic="median").exists(), why


def test_newest_run_within_the_period_counts_and_only_of_those_who_take_part() -> None:
    centres = [member(10.0, period_to=date(2026, 4, 30)) for _ in range(5)]
    for centre in centres:
        measure(centre, 90.0, period_to=date(2026, 6, 30))
        measure(centre, 50.0, period_to=date(2026, 7, 31))
    for _ in range(5):
        measure(make_centre(), 0.0)
    median = publish().figures.get(statistic="median", industry="banking", region="Hong Kong")
    assert (median.value, median.n) == (90, "5")


@pytest.mark.parametrize(
    ("period", "words"), [("2026-H2", "not ended"), ("2026", "not ended"), ("soon", "half-year"), ("", "half-year")]
)
def test_period_that_is_none_or_not_over_is_refused(period: str, words: str) -> None:
    with pytest.raises(PoolError, match=words):
        publish(period)
    assert not MarketRelease.objects.exists()


def test_operator_publishes_by_command() -> None:
    for number in range(5):
        member(80.0 + number)
    out, err = StringIO(), StringIO()
    call_command("publish_pool", "2026-h1", "--json", stdout=out)
    assert json.loads(out.getvalue())["code"] == "peer-pool-2026-h1"
    with pytest.raises(SystemExit) as caught:
        call_command("publish_pool", "2026-H1", stderr=err)
    assert caught.value.code == 2
    assert "published already" in err.getvalue()


# --- in the browser ------------------------------------------------------------------------------------------------


def test_administrator_joins_sees_the_own_place_and_leaves(client: Client) -> None:
    for number in range(8):
        member(80.0 + number)
    centre = make_centre()
    measure(centre, 99.0)
    client.force_login(make_user(Role.ADMINISTRATOR, centre.organisation))
    address = reverse("benchmarks:pool_join", args=[centre.pk])
    assert "at least five" in client.get(address).content.decode()
    assert client.post(address, {"consent": consent_sha256()}).status_code == 422
    assert client.post(address, {"consent": "0" * 64, "agreed": "on"}).status_code == 409
    client.post(address, {"consent": consent_sha256(), "agreed": "on"})
    assert PoolMembership.objects.filter(centre=centre, left_at=None).exists()
    assert client.post(address, {"consent": consent_sha256(), "agreed": "on"}).status_code == 409
    assert "not published anything" in client.get(reverse("benchmarks:pool_place", args=[centre.pk])).content.decode()
    publish()
    page = client.get(reverse("benchmarks:pool_place", args=[centre.pk])).content.decode()
    assert "in the best quarter" in page
    assert "9 centres" in page
    leave = reverse("benchmarks:pool_leave", args=[centre.pk])
    assert "may join again" in client.get(leave).content.decode()
    client.post(leave)
    assert client.post(leave).status_code == 409
    assert not PoolMembership.objects.filter(centre=centre, left_at=None).exists()


def test_nobody_sees_who_else_takes_part(client: Client) -> None:
    others = [member(80.0 + number) for number in range(6)]
    release = publish()
    owner = make_user(Role.SCHEME_OWNER)
    Standard.objects.create(code="sample", owner=owner.memberships.get().organisation)
    for person in (make_user(Role.ADMINISTRATOR, make_centre().organisation), owner, make_user(is_staff=True)):
        client.force_login(person)
        pages = [
            reverse("benchmarks:pool"),
            reverse("benchmarks:release", args=[release.code]),
            reverse("benchmarks:market") + f"?release={release.code}",
            reverse("benchmarks:release_list"),
        ]
        said = "".join(client.get(page).content.decode() for page in pages)
        assert not [name for each in others for name in (each.name, each.organisation.name) if name in said]
        for name in ("pool_place", "pool_join", "pool_leave"):
            assert client.get(reverse(f"benchmarks:{name}", args=[others[0].pk])).status_code == 404


def test_audit_staff_and_other_roles_neither_join_nor_see_the_place(client: Client) -> None:
    centre = make_centre()
    auditor = make_user(Role.AUDITOR)
    centre.organisation.audit_bodies.add(auditor.memberships.get().organisation)
    client.force_login(auditor)
    names = ("pool_place", "pool_join", "pool_leave")
    codes = [client.get(reverse(f"benchmarks:{name}", args=[centre.pk])).status_code for name in names]
    assert codes == [403, 403, 403]
    client.force_login(make_user(Role.CENTRE_MANAGER, centre.organisation))
    codes = [client.get(reverse(f"benchmarks:{name}", args=[centre.pk])).status_code for name in names]
    assert codes == [200, 403, 403]
    assert client.post(reverse("benchmarks:pool_join", args=[centre.pk]), {}).status_code == 403


def test_scheme_owner_publishes_a_period(client: Client) -> None:
    owner = make_user(Role.SCHEME_OWNER)
    Standard.objects.create(code="sample", owner=owner.memberships.get().organisation)
    client.force_login(owner)
    address = reverse("benchmarks:pool_publish")
    for period in ("", "2026-H9", "2099", "2020-h1"):
        assert client.post(address, {"period": period}).status_code == 422
    for number in range(5):
        member(80.0 + number)
    page = client.post(address, {"period": "2026-h1"})
    assert page.url == reverse("benchmarks:release", args=["peer-pool-2026-h1"])


def test_pool_page_takes_the_same_queries_for_one_and_three_centres(client: Client) -> None:
    centre = make_centre()
    client.force_login(make_user(Role.ADMINISTRATOR, centre.organisation))
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("benchmarks:pool")).status_code == 200
        counts.append(len(queries))
        join(make_centre(centre.organisation))
    assert counts[0] == counts[2]


def test_own_place_takes_the_same_queries_for_one_and_three_kpis(client: Client) -> None:
    centre = member(80.0)
    for number in range(6):
        member(80.0 + number)
    publish()
    run = centre.measurement_runs.get()
    client.force_login(make_user(Role.VIEWER, centre.organisation))
    counts = []
    for kpi in ("nps", "fcr", "csat"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("benchmarks:pool_place", args=[centre.pk])).status_code == 200
        counts.append(len(queries))
        Measurement.objects.create(run=run, kpi=kpi, variant="x", channel="voice", value=1, n=1, unit="%")
    assert counts[0] == counts[2]
