"""The call log of a real bank, February 1999: the figures that were published about it come out of our mapping.

The log is not part of the project: ``TOUCHSTONE_SHARED`` names the folder that has it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.forms import MAPPINGS
from benchmarks.measuring import Measured, measure_file, parse_mapping

if TYPE_CHECKING:
    from benchmarks.kpis.measure import Measurement

SHARED = os.environ.get("TOUCHSTONE_SHARED", "")
LOG = Path(SHARED) / "data" / "technion_anonymous_bank_feb1999.txt"
pytestmark = pytest.mark.skipif(not SHARED or not LOG.is_file(), reason="TOUCHSTONE_SHARED has no call log")


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Measure the log once."""
    return measure_file(LOG, parse_mapping((MAPPINGS / "bank-call-log-1999.yaml").read_text()))


@pytest.fixture(scope="module")
def found(measured: Measured) -> dict[tuple[str, str], Measurement]:
    """Find its measurements by name."""
    return {(each.kpi, each.variant): each for each in measured.kpis}


@pytest.mark.parametrize(
    ("kpi", "variant", "value", "places"),
    [
        ("service_level", "answered_within_answered", 59.68, 2),
        ("service_level", "answered_within_offered", 49.02, 2),
        ("service_level", "answered_within_offered_less_short", 54.27, 2),
        ("service_level", "handled_within_offered", 58.69, 2),
        ("abandonment", "offered", 17.86, 2),
        ("asa", "answered", 40.8, 1),
        ("asa", "waited", 78.6, 1),
    ],
)
def test_log_gives_the_published_figure(
    found: dict[tuple[str, str], Measurement], kpi: str, variant: str, value: float, places: int
) -> None:
    assert round(found[kpi, variant].value, places) == value


def test_log_shows_why_errors_are_clustered(found: dict[tuple[str, str], Measurement]) -> None:
    level, abandonment = found["service_level", "answered_within_offered"], found["abandonment", "offered"]
    assert level.se == pytest.approx(2.4, abs=0.06)
    # 78 and 55 are without the factor G/(G-1) of 28 days.
    assert (level.design_effect or 0) * 27 / 28 == pytest.approx(78, abs=2)
    assert (abandonment.design_effect or 0) * 27 / 28 == pytest.approx(55, abs=0.5)
    assert level.clusters == 28


def test_log_quality(measured: Measured) -> None:
    quality = measured.quality
    assert (quality["rows_read"], quality["rows_used"], quality["rows_rejected"]) == (33_344, 33_066, 0)
    assert round(quality["identified_share"], 2) == 0.41
    assert round(quality["repeat_within_7d_of_identified"], 3) == 0.625
    assert quality["gaps"] == []
    assert not any(each.kpi == "fcr" for each in measured.kpis)
