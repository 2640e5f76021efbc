"""Where a centre stands: keys, periods, changes, bars, the three sentences, and the pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Role
from benchmarks.comparable import CentreProfile, Measured
from benchmarks.models import Measurement, MeasurementRun
from benchmarks.renderers.pictures import heat_picture, overview_picture, standing_picture, time_picture
from benchmarks.renderers.summary import bar_verdicts, summary
from benchmarks.renderers.words import between, number, with_unit
from benchmarks.selectors import release_now
from benchmarks.selectors.standing import centre_standing, sites, standing_runs
from benchmarks.services import market_load
from benchmarks.standing import Key, Reading, bar_values, changes, figures_beside, in_order, key_of, period_label
from tests.benchmarks.test_market import RELEASE
from tests.factories import make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Centre

NPS = Key("nps", "transactional", "all")
OFFERED = Key("abandonment", "offered", "voice")
LESS_SHORT = Key("abandonment", "less_short", "voice")


def reading(value: float, first: date, run: int = 1, **changes: Any) -> Reading:
    last = first + timedelta(days=29)
    row: dict[str, Any] = {"se": 1.0, "clusters": 30, "n": 900, "unit": "%", "low": value - 2, "high": value + 2}
    return Reading(run=run, first=first, last=last, value=value, **row | changes)


# --- the pure part --------------------------------------------------------------------------------------------------


def test_a_key_is_read_as_it_is_written_and_nothing_else_is_one() -> None:
    odd = Key("nps", "transactional", "a/b c")
    assert key_of(str(odd)) == odd
    assert [key_of(text) for text in ("", "nps", "nps/x", "luck/x/y", "/" * 9)] == [None] * 5


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        (date(2024, 3, 1), date(2024, 3, 31), "2024-03"),
        (date(2024, 2, 27), date(2024, 3, 27), "2024-03"),
        (date(2024, 2, 15), date(2024, 3, 15), "2024-02–03"),
        (date(2024, 1, 1), date(2024, 3, 31), "2024-Q1"),
        (date(2024, 1, 1), date(2024, 6, 30), "2024-01–06"),
        (date(2023, 7, 1), date(2024, 6, 30), "2023-07–2024-06"),
        (date(2024, 3, 4), date(2024, 3, 10), "2024-03-04"),
    ],
)
def test_a_period_has_a_short_name(first: date, last: date, label: str) -> None:
    assert period_label(first, last) == label


def test_of_runs_that_overlap_the_first_given_counts() -> None:
    new, old, other = (
        reading(1, date(2024, 3, 1), 3),
        reading(2, date(2024, 3, 15), 2),
        reading(3, date(2024, 1, 1), 1),
    )
    assert [each.run for each in in_order([new, old, other])] == [1, 3]


def test_only_what_moved_beyond_chance_is_a_change_and_in_which_direction() -> None:
    before, after = date(2024, 1, 1), date(2024, 3, 1)
    pairs = {
        OFFERED: (reading(5, before), reading(12, after)),
        NPS: (reading(30, before), reading(40, after)),
        Key("aht", "standard", "all"): (reading(300, before), reading(350, after)),
        Key("fcr", "no_repeat_7d", "all"): (reading(60, before), reading(60.5, after)),
    }
    assert {each.key.kpi: each.better for each in changes(pairs)} == {"abandonment": False, "nps": True, "aht": None}


@pytest.mark.parametrize(
    "odd", [{"se": None}, {"se": 0.0}, {"clusters": 1}, {"unit": "s"}, {"value": float("nan")}, {"se": float("inf")}]
)
def test_what_cannot_be_tested_is_no_change(odd: dict[str, Any]) -> None:
    now = reading(**{"value": 90, "first": date(2024, 3, 1), **odd})
    assert changes({OFFERED: (reading(5, date(2024, 1, 1)), now)}) == []
    assert changes({OFFERED: (reading(5, date(2024, 2, 20)), reading(90, date(2024, 3, 1)))}) == []


def measured(value: float, **changes: Any) -> Measured:
    row: dict[str, Any] = {
        "kpi": "abandonment",
        "variant": "offered",
        "channel": "voice",
        "se": 0.9,
        "clusters": 30,
        "unit": "%",
    }
    return Measured(value=value, **row | changes)


def test_figures_of_other_regions_stand_beside_but_are_not_like_and_say_why() -> None:
    from benchmarks.market import parse_market

    figures = [each for each in parse_market(RELEASE.read_bytes()) if each.kpi == "abandonment"]
    centre = CentreProfile("GB", "banking", ("voice",))
    found = figures_beside([measured(9), measured(9, variant="less_short")], figures, centre, "%")
    assert {each.figure.region for each in found if each.like} <= {"UK", "global"}
    assert all(each.why for each in found if not each.like)
    assert [each.like for each in found] == sorted((each.like for each in found), reverse=True)
    assert bar_values(OFFERED, None, figures, centre, {}) == {}


def test_numbers_are_written_as_people_read_them() -> None:
    assert (number(-1234.56), number(None), number(float("nan")), number(2e12)) == ("−1,234.6", "–", "–", "2.00e+12")
    assert (between(None, 3), between(1, 2, 0), with_unit(3, "ratio")) == ("–", "1 – 2", "3.0")


# --- with rows ------------------------------------------------------------------------------------------------------


def measure(centre: Centre, first: date, values: dict[Key, float], **changes: Any) -> MeasurementRun:
    """Store a run of thirty days as if it had been measured."""
    facts: dict[str, Any] = {
        "records_sha256": "0" * 64,
        "mapping": "kind: contacts",
        "mapping_sha256": "0" * 64,
        "engine": "duckdb",
    }
    run = MeasurementRun.objects.create(
        centre=centre,
        records_name="r.csv",
        period_from=first,
        period_to=first + timedelta(days=29),
        rows_read=900,
        rows_used=900,
        created_at=timezone.now(),
        **facts,
    )
    rows: dict[str, Any] = {"n": 900, "standard_error": 0.9, "clusters": 30, "cluster": "day", "unit": "%"} | changes
    for key, value in values.items():
        unit = "pts" if key.kpi == "nps" else rows["unit"]
        names = {"kpi": key.kpi, "variant": key.variant, "channel": key.channel}
        Measurement.objects.create(run=run, value=value, **names, **rows | {"unit": unit})
    return run


@pytest.fixture
def centre(db: None) -> Centre:
    """A centre in a market that publishes figures, measured in two months."""
    market_load(content=RELEASE.read_bytes(), code="m", title="Market", by=None, at=timezone.now())
    found = make_centre(country="GB", industry="banking", channels=["voice", "chat"])
    measure(found, date(2024, 10, 1), {OFFERED: 8.0, NPS: 20.0})
    chat = Key("abandonment", "offered", "chat")
    measure(found, date(2024, 12, 1), {OFFERED: 16.0, LESS_SHORT: 15.5, NPS: 20.5, chat: 4.0})
    return found


def stand(centre: Centre) -> Any:
    return centre_standing(centre, standing_runs(centre), release_now())


def test_three_sentences_say_standing_change_and_what_is_missing(centre: Centre) -> None:
    said = summary(stand(centre))
    assert "below the market: Abandonment rate" in said.standing
    assert "worse: Abandonment rate" in said.changed
    assert "Net promoter score" not in said.changed
    assert "Not measured although the market has a figure" in said.missing
    with translation.override("zh-hans"):
        assert summary(stand(centre)).standing


def test_an_old_figure_of_the_market_is_not_called_imprecise(centre: Centre) -> None:
    measure(centre, date(2027, 10, 1), {OFFERED: 16.0, LESS_SHORT: 15.5, NPS: 20.5})
    found = stand(centre)
    aged = found.verdicts["centre"]["abandonment"]
    assert (aged.state, aged.reason["code"]) == ("insufficient", "figure_too_old")
    said = summary(found)
    assert "too old to judge by, unless somebody waives that: Abandonment rate" in said.missing
    assert "does not decide" not in said.missing


def test_without_release_or_earlier_run_the_sentences_say_so(centre: Centre) -> None:
    runs = standing_runs(centre)[:1]
    said = summary(centre_standing(centre, runs, None))
    assert "no market figure" in said.standing
    assert "no earlier measurement" in said.changed
    assert said.missing.startswith("Nothing")
    assert overview_picture(centre_standing(centre, runs, None)).svg == ""


def test_pictures_come_with_their_numbers_as_tables(centre: Centre) -> None:
    found = stand(centre)
    place = standing_picture(found, OFFERED)
    assert "16.0" in place.svg
    assert {row[6] == "yes" for row in place.rows} >= {True}
    line = time_picture(found, OFFERED)
    assert [row[1] for row in line.rows] == ["8.0\N{NO-BREAK SPACE}%", "16.0\N{NO-BREAK SPACE}%"]
    assert "at least eight periods" in line.notes[0]
    heat = heat_picture(found, OFFERED)
    assert {(row[0], row[1]) for row in heat.rows} == {("Chat", "2024-12"), ("Voice", "2024-12"), ("Voice", "2024-10")}
    assert [each.style for each in bar_verdicts(found, OFFERED)] == ["is-bad", "is-open", "is-open"]
    assert bar_verdicts(found, Key("abandonment", "offered", "chat")) == []


def test_control_limits_are_not_drawn_where_a_share_cannot_be(centre: Centre) -> None:
    for month in range(1, 9):
        measure(centre, date(2023, month, 1), {OFFERED: 1.0 if month % 2 else 9.0})
    svg = time_picture(stand(centre), OFFERED).svg
    assert "lower 0.0" in svg


def test_a_value_without_end_is_left_out_not_an_error(centre: Centre) -> None:
    measure(centre, date(2025, 2, 1), {OFFERED: float("inf"), NPS: 1e300})
    found = stand(centre)
    assert standing_picture(found, OFFERED).svg
    assert len(time_picture(found, OFFERED).rows) == 3
    assert heat_picture(found, NPS).svg
    assert summary(found).changed


# --- pages ----------------------------------------------------------------------------------------------------------


def addresses(centre: Centre) -> list[str]:
    return [
        reverse("benchmarks:centre_measurements", args=[centre.pk]),
        reverse("benchmarks:centre_analysis", args=[centre.pk]),
        reverse("benchmarks:organisation_sites", args=[centre.organisation_id]),
    ]


def test_pages_are_for_those_who_see_the_centre(client: Client, centre: Centre) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR, make_organisation()))
    assert [client.get(address).status_code for address in addresses(centre)] == [404] * 3
    client.force_login(make_user(Role.VIEWER, centre.organisation))
    pages = [client.get(address) for address in addresses(centre)]
    assert [page.status_code for page in pages] == [200] * 3
    assert all(b"<svg" in page.content and b"The numbers as a table" in page.content for page in pages)


@pytest.mark.django_db
def test_pages_of_what_was_never_measured_say_what_to_do(client: Client) -> None:
    empty = make_centre()
    client.force_login(make_user(Role.VIEWER, empty.organisation))
    assert all("measured yet" in client.get(address).content.decode() for address in addresses(empty))


def test_what_is_asked_for_is_drawn_and_nonsense_is_not_an_error(client: Client, centre: Centre) -> None:
    client.force_login(make_user(Role.VIEWER, centre.organisation))
    analysis, compare = addresses(centre)[1:]
    page = client.get(analysis, {"of": str(NPS)}).content.decode()
    assert "Where the centre stands: Net promoter score" in page
    for odd in ("nps", "nps/x/y", "\0", "/" * 300, "<script>"):
        for address, name in ((analysis, "of"), (compare, "kpi")):
            answer = client.get(address, {name: odd})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.content.decode()


def test_centres_side_by_side_take_the_key_of_most_and_name_the_others(client: Client, centre: Centre) -> None:
    other = make_centre(centre.organisation, name="Z other")
    measure(other, date(2024, 12, 1), {OFFERED: 7.0})
    make_centre(centre.organisation, name="Z never")
    user = make_user(Role.VIEWER, centre.organisation)
    key, unit, found = sites(user, centre.organisation_id, "abandonment", release_now())
    assert (key, unit) == (OFFERED, "%")
    assert [len(site.readings) for site in found] == [2, 0, 1]
    client.force_login(user)
    assert "Not measured here" in client.get(addresses(centre)[2]).content.decode()


def test_pages_take_the_same_queries_for_few_and_many(client: Client, centre: Centre) -> None:
    client.force_login(make_user(Role.VIEWER, centre.organisation))

    def cost() -> list[int]:
        found = []
        for address in addresses(centre):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            found.append(len(queries))
        return found

    few = cost()
    for month in range(1, 10):
        measure(centre, date(2022, month, 1), {OFFERED: float(month), NPS: 3.0 * month})
        measure(make_centre(centre.organisation, name=f"More {month}"), date(2022, month, 1), {OFFERED: 5.0})
    assert cost() == few
