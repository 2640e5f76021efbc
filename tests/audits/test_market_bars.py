"""An audit on an edition with bars: verdicts by bar, the case that they make, the page; and which releases it takes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.selectors.case import audit_case
from audits.services.errors import ReleaseNotPublishedError
from audits.services.market import market_attach
from benchmarks.models import MarketRelease, Measurement, MeasurementRun
from benchmarks.services import market_load, release_step
from standards.services import edition_load, edition_publish
from tests.benchmarks.test_market import GOOD, release
from tests.factories import AT, edition_document, leader_of, make_audit, make_centre

if TYPE_CHECKING:
    from django.test import Client

    from audits.models import Audit
    from standards.models import Edition

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 20)
KPIS = ["connect_rate", "abandonment"]


def edition(version: str, **bar: str) -> Edition:
    """Publish a small edition whose upper tier has a market gate."""
    document = edition_document(version)
    document["tiers"][1]["gates"].append({"gate": "market", "kpis": KPIS, "at_least": 1, **bar})
    text = json.dumps(document)
    for level in range(6):
        text = text.replace(f'"{level}": {{"en"', f'{level}: {{"en"')
    return edition_publish(edition=edition_load(data=text, at=AT).edition, at=AT)


def audit_of(version: str, **bar: str) -> Audit:
    """Plan an audit of a measured bank in China."""
    return make_audit(edition=edition(version, **bar), centre=make_centre(country="CN"))


def run_of(audit: Audit, value: float = 97.0) -> MeasurementRun:
    """Give the centre a measured connect rate."""
    run = MeasurementRun.objects.create(
        centre=audit.centre,
        records_name="r.csv",
        records_sha256="a" * 64,
        mapping="",
        mapping_sha256="b" * 64,
        engine="duckdb",
        period_from=TODAY - timedelta(120),
        period_to=TODAY - timedelta(20),
        rows_read=1000,
        rows_used=1000,
        created_at=AT,
    )
    Measurement.objects.create(
        run=run,
        kpi="connect_rate",
        variant="standard",
        channel="voice",
        value=value,
        n=1000,
        standard_error=0.4,
        cluster="day",
        clusters=90,
        unit="%",
    )
    return run


def market(*rows: str, code: str = "m1", publish: bool = True) -> MarketRelease:
    """Load a release."""
    return market_load(content=release(*rows), code=code, title="Market", by=None, at=AT, publish=publish)


QUARTILE = GOOD.replace(",mean,", ",upper quartile,").replace("94.18", "99")


def attach(audit: Audit, found: MarketRelease) -> Audit:
    """Attach a run and a release."""
    return market_attach(audit_id=audit.pk, run=run_of(audit), release=found, by=leader_of(audit), at=AT)


def test_verdicts_are_made_at_the_bar_that_the_edition_wants() -> None:
    audit = attach(audit_of("bars-1", bar="upper_quartile", otherwise="centre"), market(GOOD, QUARTILE))
    verdict = audit.market["connect_rate"]
    assert (verdict["state"], verdict["bars"]["upper_quartile"]["state"]) == ("above", "below")
    case = audit_case(audit, (), today=TODAY)["market"]
    assert case["connect_rate"] == {"centre": "above", "upper_quartile": "below"}
    assert case["abandonment"] == {"centre": "no_figure", "upper_quartile": "no_figure"}


def test_edition_without_bars_has_plain_verdicts_as_before() -> None:
    audit = attach(audit_of("bars-2"), market(GOOD, QUARTILE))
    assert "bars" not in audit.market["connect_rate"]
    assert audit_case(audit, (), today=TODAY)["market"]["connect_rate"] == "above"


def test_page_shows_each_bar_and_says_where_the_market_publishes_none(client: Client) -> None:
    audit = attach(audit_of("bars-3", bar="top_decile", otherwise="centre"), market(GOOD))
    client.force_login(leader_of(audit))
    page = client.get(reverse("audits:market", args=[audit.pk])).content.decode()
    assert "top decile" in page
    assert "The market publishes no figure for this bar" in page
    assert "The rule that the edition states for this case applies." in page
    assert "The verdict flips if" in page


def test_what_was_not_measured_is_open_at_every_bar_during_fieldwork() -> None:
    audit = audit_of("bars-4", bar="upper_quartile", otherwise="centre")
    audit = market_attach(audit_id=audit.pk, run=None, release=market(GOOD, QUARTILE), by=leader_of(audit), at=AT)
    assert audit_case(audit, (), today=TODAY)["market"]["connect_rate"] == {"centre": None, "upper_quartile": None}


def test_only_published_releases_are_offered_and_taken_and_an_attached_one_stays(client: Client) -> None:
    audit = audit_of("bars-5")
    found, draft = market(GOOD), market(QUARTILE, code="m2", publish=False)
    leader = leader_of(audit)
    with pytest.raises(ReleaseNotPublishedError):
        market_attach(audit_id=audit.pk, run=None, release=draft, by=leader, at=AT)
    audit = attach(audit, found)
    release_step(release=found, step="withdraw", seen_sha256=found.sha256, reason="Wrong.", by=None, at=AT)
    assert market_attach(audit_id=audit.pk, run=None, release=found, by=leader, at=AT).market_release == found
    other = audit_of("bars-6")
    with pytest.raises(ReleaseNotPublishedError):
        market_attach(audit_id=other.pk, run=None, release=found, by=leader_of(other), at=AT)
    client.force_login(leader)
    page = client.get(reverse("audits:market", args=[audit.pk]))
    assert list(page.context["form"].fields["release"].queryset) == [found]
    posted = client.post(reverse("audits:market", args=[audit.pk]), {"release": draft.pk})
    assert posted.status_code == 422


def test_page_takes_the_same_queries_with_one_and_two_bars_once_they_are_made(client: Client) -> None:
    counts = []
    found = market(GOOD, QUARTILE)
    for version, bar in (("bars-7", {}), ("bars-8", {"bar": "upper_quartile", "otherwise": "centre"})):
        audit = attach(audit_of(version, **bar), found)
        client.force_login(leader_of(audit))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("audits:market", args=[audit.pk]))
        counts.append(len(queries))
    assert counts[0] == counts[1]
