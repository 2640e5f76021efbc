"""Figures by month and channel are stored with the run, and pages draw them from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from benchmarks.selectors.history import quarterly
from benchmarks.selectors.standing import by_month, centre_standing, run_months, standing_runs
from benchmarks.services import measurement_run_create
from benchmarks.standing import Key
from tests.benchmarks.samples import MAPPING, make_contacts
from tests.factories import make_centre, make_user

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from django.test import Client

    from accounts.models import Centre
    from benchmarks.models import MeasurementRun

pytestmark = pytest.mark.django_db


def measured(tmp_path: Path, centre: Centre, contacts: pd.DataFrame) -> MeasurementRun:
    contacts.to_csv(tmp_path / "a.csv", sep=";", index=False)
    return measurement_run_create(
        centre=centre, records=tmp_path / "a.csv", mapping_text=MAPPING, by=None, at=timezone.now()
    )


def test_each_month_and_channel_is_what_a_count_by_hand_gives(tmp_path: Path) -> None:
    contacts = make_contacts(2000, days=100)
    run = measured(tmp_path, make_centre(), contacts)
    key = next(key for key in run_months(run) if key.kpi == "abandonment")
    rows = run.months.filter(kpi=key.kpi, variant=key.variant).order_by("first", "channel")
    contacts["month"] = contacts["arrived"].str[:7]
    for row in rows:
        here = contacts[contacts["month"] == f"{row.first:%Y-%m}"]
        here = here if row.channel == "all" else here[here["channel"] == row.channel]
        assert row.numerator <= (here["outcome"] == "abandoned").sum()
        assert row.first >= run.period_from
        assert row.last <= run.period_to
    whole = run.measurements.get(kpi=key.kpi, variant=key.variant, channel="all")
    for channels in (["all"], ["voice", "chat"]):
        months = [row for row in rows if row.channel in channels]
        assert len(months) == 4 * len(channels)
        assert sum(row.numerator for row in months) == whole.numerator
        assert sum(row.denominator for row in months) == whole.denominator


def test_a_run_of_one_month_stores_none(tmp_path: Path) -> None:
    run = measured(tmp_path, make_centre(), make_contacts(300, days=20))
    assert not run.months.exists()
    assert run_months(run) == []


def test_the_lines_of_a_centre_take_the_months_of_a_long_run(tmp_path: Path) -> None:
    centre = make_centre()
    measured(tmp_path, centre, make_contacts(600, days=100))
    runs = standing_runs(centre)
    standing = centre_standing(centre, runs, None)
    key = next(key for key in standing.measured_keys() if key.kpi == "abandonment" and key.channel == "all")
    assert len(standing.series[key]) == 1
    finer = by_month(runs, standing, key)
    assert [f"{each.first:%Y-%m-%d}" for each in finer.series[key]][1:] == ["2026-04-01", "2026-05-01", "2026-06-01"]
    assert len(finer.series[Key(key.kpi, key.variant, "chat")]) == 4


def test_a_year_counts_with_its_quarters(tmp_path: Path) -> None:
    centre = make_centre()
    measured(tmp_path, centre, make_contacts(1500, days=360))
    points = quarterly(centre, ["abandonment"])
    assert {len(found) for series, found in points.items() if series.channel == "all"} == {
        5
    }  # March alone belongs to the first


def test_the_page_of_a_run_draws_its_months(tmp_path: Path, client: Client) -> None:
    centre = make_centre()
    run = measured(tmp_path, centre, make_contacts(600, days=100))
    client.force_login(make_user(Role.VIEWER, centre.organisation))
    address = reverse("benchmarks:run", args=[run.pk])
    with CaptureQueriesContext(connection) as few:
        page = client.get(address)
    assert "By month and channel" in page.content.decode()
    assert page.content.decode().count("<svg") >= 1
    other = page.context["choices"][-1][0]
    assert client.get(address, {"of": other}).context["chosen"] == other
    for hostile in ("", "x", "a/b/c", "\0", "abandonment/x/y"):
        assert client.get(address, {"of": hostile}).status_code == 200
    longer = measured(tmp_path, centre, make_contacts(900, days=200))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("benchmarks:run", args=[longer.pk]))
    assert len(few) == len(many)
