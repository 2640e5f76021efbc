"""Planning: arrivals from records, the plan of a day, and its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from benchmarks.erlang import Demand, ErlangError, Goals, outlook
from benchmarks.planning import Arrivals, arrivals_of, known_of, plan, plan_plot, profile_of, typed_arrivals
from benchmarks.services import measurement_run_create
from tests.benchmarks.samples import MAPPING, make_contacts
from tests.factories import make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from accounts.models import Centre
    from benchmarks.models import MeasurementRun

GOALS = Goals(service_level=0.8, target_seconds=20)
SCREEN = {
    "service_level": "80",
    "target_seconds": "20",
    "occupancy": "100",
    "handle_seconds": "180",
    "patience_seconds": "",
    "shrinkage": "30",
    "volume": "100",
    "volumes": "09:00 100",
}


@pytest.fixture
def contacts() -> pd.DataFrame:
    """Contacts of 30 days."""
    return make_contacts(3000)


def make_run(tmp_path: Path, centre: Centre, contacts: pd.DataFrame) -> MeasurementRun:
    """Measure a centre."""
    contacts.to_csv(tmp_path / "a.csv", sep=";", index=False)
    return measurement_run_create(
        centre=centre, records=tmp_path / "a.csv", mapping_text=MAPPING, by=None, at=timezone.now()
    )


@pytest.mark.django_db
def test_a_run_keeps_the_arrivals_that_its_records_show(tmp_path: Path, contacts: pd.DataFrame) -> None:
    profile = profile_of(make_run(tmp_path, make_centre(), contacts).quality)
    assert profile is not None
    moments = pd.to_datetime(contacts["arrived"])
    days = moments.dt.normalize().drop_duplicates().dt.day_of_week
    assert profile["days"] == [int((days == weekday).sum()) for weekday in range(7)]
    for channel, mine in contacts.groupby("channel"):
        at = moments[mine.index]
        for weekday in range(7):
            expected = [0] * 48
            for hour, minute in zip(
                at[at.dt.day_of_week == weekday].dt.hour, at[at.dt.day_of_week == weekday].dt.minute, strict=True
            ):
                expected[hour * 2 + minute // 30] += 1
            assert profile["channels"][channel]["calls"].get(str(weekday), [0] * 48) == expected
        answered, gone = mine[mine["outcome"] == "answered"], mine[mine["outcome"] == "abandoned"]
        known = known_of(profile, str(channel))
        assert known.handle_seconds == pytest.approx(answered["handle"].mean())
        assert known.patience_seconds == pytest.approx(mine["wait"].sum() / len(gone))


def test_a_mean_day_is_the_sum_over_the_days_there_were() -> None:
    calls = [0] * 48
    calls[18] = 50
    profile = {"interval_seconds": 1800, "days": [5, 0, 0, 0, 0, 0, 0], "channels": {"voice": {"calls": {"0": calls}}}}
    found = arrivals_of(profile, "voice", 0)
    assert (found.starts[18], found.calls[18], sum(found.calls)) == (540, 10, 10)
    assert arrivals_of(profile, "voice", 1).calls == ()


@pytest.mark.parametrize("quality", [{}, {"arrivals": None}, {"arrivals": {"channels": {}}}])
def test_a_run_without_arrivals(quality: dict[str, object]) -> None:
    assert profile_of(quality) is None


def test_nobody_gave_up_so_patience_is_not_known() -> None:
    channel = {"handled": 0.0, "handled_seconds": None, "abandoned": 0.0, "waited_seconds": 10.0}
    known = known_of({"channels": {"voice": channel}}, "voice")
    assert (known.handle_seconds, known.patience_seconds) == (None, None)


def test_the_plan_of_the_worked_example() -> None:
    day = Arrivals(1800, (510, 540, 570, 600), (0, 100, 0, 50))
    slots = plan(day, GOALS, handle_seconds=180, patience_seconds=None, shrinkage=0.3)
    assert [(slot.clock, slot.outlook and slot.outlook.agents, slot.people) for slot in slots] == [
        ("09:00", 14, 20),
        ("09:30", None, 0),
        ("10:00", 8, 12),
    ]
    assert slots[2].outlook == outlook(Demand(50, 1800, 180), 8)
    doubled = plan(day, GOALS, handle_seconds=180, patience_seconds=None, shrinkage=0, volume=2)
    assert doubled[2].outlook == slots[0].outlook


def test_nobody_calls() -> None:
    assert plan(Arrivals(1800, (0,), (0,)), GOALS, handle_seconds=180, patience_seconds=None, shrinkage=0) == []


def test_too_large_for_a_page() -> None:
    with pytest.raises(ErlangError, match="up to 5,000"):
        plan(Arrivals(1800, (0,), (1e6,)), GOALS, handle_seconds=180, patience_seconds=None, shrinkage=0)


def test_typed_volumes() -> None:
    found = typed_arrivals("10:00 50\n\n9:30\t100,5\n")
    assert found == Arrivals(1800, (570, 600), (100.5, 50))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one line"),
        ("09:00 0", "at least one line"),
        ("09:00 10\nlots", "Line 2 is not a time"),
        ("24:00 10", "Line 1"),
        ("09:00 -5", "Line 1"),
        ("09:00 nan", "Line 1"),
        ("09:00 10\n9:00 20", "there twice"),
        ("\n".join(f"{h:02d}:{m:02d} 1" for h in range(24) for m in range(0, 60, 12)), "more than 96"),
    ],
)
def test_volumes_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(ErlangError, match=words) as error:
        typed_arrivals(text)
    assert error.value.code == "volumes"


def test_the_plot_says_what_it_shows_without_style() -> None:
    slots = plan(Arrivals(1800, (540, 570), (100, 60)), GOALS, handle_seconds=180, patience_seconds=None, shrinkage=0)
    svg = plan_plot(slots, title="T", description="D")
    assert svg.count("<rect") == 2
    assert "<title>T</title><desc>D</desc>" in svg
    assert "style" not in svg
    assert plan_plot([], title="T", description="D") == ""


@pytest.fixture
def own(client: Client) -> Client:
    """A browser in which somebody is signed in."""
    client.force_login(make_user(Role.CENTRE_MANAGER))
    return client


@pytest.mark.django_db
def test_planning_by_typed_volumes(own: Client) -> None:
    page = own.get(reverse("benchmarks:planning")).content.decode()
    assert "A model, not a measurement." in page
    found = own.get(reverse("benchmarks:planning"), SCREEN, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in found
    cells = [cell.split("<")[0] for cell in found.split('class="ts-num">')[9:]]
    assert cells[:8] == ["100.0", "10.00", "14", "20", "88.8 %", "7.8 s", "71.4 %", "0.0 %"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("volumes", "nine o'clock", "Line 1"),
        ("volumes", "09:00 9999999", "erlangs"),
        ("service_level", "100", "less than or equal"),
        ("handle_seconds", "nan", "Enter a number"),
        ("patience_seconds", "0", "greater than or equal"),
        ("occupancy", "", "required"),
        ("shrinkage", "inf", "Enter a number"),
    ],
)
def test_wrong_input_is_named_at_its_field(own: Client, field: str, value: str, words: str) -> None:
    answer = own.get(reverse("benchmarks:planning"), {**SCREEN, field: value})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Nothing was computed" in page
    assert words in page


@pytest.mark.django_db
def test_a_centre_plans_by_what_was_measured(client: Client, tmp_path: Path, contacts: pd.DataFrame) -> None:
    manager = make_user(Role.CENTRE_MANAGER)
    centre = make_centre(manager.memberships.get().organisation)
    address = reverse("benchmarks:centre_planning", args=[centre.pk])
    client.force_login(manager)
    assert "has not been measured yet" in client.get(address).content.decode()
    counts = []
    for _ in range(3):
        run = make_run(tmp_path, centre, contacts)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert "<svg" in page
    assert reverse("benchmarks:run", args=[run.pk]) in page
    assert "all waiting time over the number of callers who gave up" in page
    for hostile in ({"channel": "x"}, {"weekday": "9", "channel": "voice"}, {"weekday": "\0"}):
        assert client.get(address, hostile).status_code == 200
    run.quality = {**run.quality, "arrivals": None}
    run.save(update_fields=["quality"])
    assert "keeps no arrivals" in client.get(address).content.decode()
    client.force_login(make_user(Role.ADMINISTRATOR, make_organisation()))
    assert client.get(address).status_code == 404
