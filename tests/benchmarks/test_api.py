"""The API of the benchmarks room: measurements with what they rest on, and the market as it was published."""

from __future__ import annotations

import pytest

from accounts.models import Role
from tests.api import Program
from tests.benchmarks.test_pool_services import measure
from tests.benchmarks.test_releases import GOOD, OTHER, load, release
from tests.factories import make_centre, make_user

pytestmark = pytest.mark.django_db


def test_measurement_comes_with_what_it_rests_on() -> None:
    centre = make_centre()
    run = measure(centre, 81.25, numerator=812.5, denominator=1000)
    program = Program(make_user(Role.VIEWER, centre.organisation))
    path = f"centres/{centre.pk}/measurements"
    (found,) = program.get(f"{path}?kpi=connect_rate&channel=voice&run={run.pk}").json()["items"]
    wanted = {"value": 81.25, "unit": "%", "n": 1000, "standard_error": 0.4, "cluster": "day", "clusters": 90}
    assert wanted.items() <= found.items()
    assert (found["period_to"], found["records_sha256"]) == ("2026-05-31", "a" * 64)
    for other in ("kpi=fcr", "channel=chat", f"run={run.pk + 1}"):
        assert program.get(f"{path}?{other}").json()["items"] == [], other


def test_market_is_seen_by_everybody_and_its_drafts_by_none_but_publishers() -> None:
    load(release(GOOD), "m1")
    load(release(OTHER), "m2", publish=False)
    program = Program(make_user(Role.VIEWER))
    assert [each["code"] for each in program.get("releases").json()["items"]] == ["m1"]
    assert (program.get("releases/m2").status_code, program.get("releases/m2/figures").status_code) == (404, 404)
    figures = program.get("releases/m1/figures").json()["items"]
    kpi = figures[0]["kpi"]
    assert program.get(f"releases/m1/figures?kpi={kpi}").json()["items"] == [
        each for each in figures if each["kpi"] == kpi
    ]
    assert program.get("releases/m1/figures?kpi=nothing").json()["items"] == []
