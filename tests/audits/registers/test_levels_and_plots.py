"""Schemes of levels as data, and the plot."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from audits.levels import SchemeError, auditor_keys, levels
from audits.liveness import PARAMETERS
from audits.plots import Point, band_plot

if TYPE_CHECKING:
    from pathlib import Path

LEVEL = "{code: one, title: {en: One}, auditor: true}"


def test_shipped_levels_are_in_three_languages_and_make_auditors() -> None:
    known = levels(settings.CREDENTIAL_LEVELS)
    assert all(set(level.title) == {"en", "zh-hans", "zh-hant"} for level in known.values())
    assert set() < auditor_keys(settings.CREDENTIAL_LEVELS) < set(known)


def test_another_scheme_is_one_more_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"code: mine\nlevels: [{LEVEL}]\n")
    assert auditor_keys(tmp_path) == {"mine.one"}
    assert levels(tmp_path)["mine.one"].months is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "a.yaml"),
        ("- 1", "a code and a list of levels"),
        ("code: A b\nlevels: []", "small letters"),
        ("code: a\nlevels: [x]", "says whether it makes an auditor"),
        ("code: a\nlevels: [{code: one, title: {de: Eins}, auditor: true}]", "title in English"),
        ("code: a\nlevels: [{code: one, title: {en: One}}]", "auditor: true or false"),
        ("code: a\nlevels: [{code: one, title: {en: One}, auditor: true, months: 0}]", "months from 1"),
        ("code: a\nlevels: [{code: one, title: {en: One}, auditor: true, months: true}]", "months from 1"),
        (f"code: a\nlevels: [{LEVEL}, {LEVEL}]", "there twice"),
    ],
)
def test_faults_of_a_scheme_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(SchemeError, match=message):
        levels(tmp_path)


@pytest.mark.parametrize(
    "values", [[0.0], [5.0, 5.0], [-1e12, 1e12], [0.001, 0.002], [-5.0, -3.0], [float(n) for n in range(40)]]
)
def test_plot_is_well_formed_and_within_its_frame(values: list[float]) -> None:
    points = [Point('<&">', value - 1, value, value + 1) for value in values]
    root = ET.fromstring(band_plot(points, title="A & B", description="<c>"))  # noqa: S314 - our own text
    circles = [each for each in root if each.tag == "circle"]
    assert len(circles) == len(values)
    assert all(0 <= float(each.attrib["cy"]) <= 240 and 0 <= float(each.attrib["cx"]) <= 560 for each in circles)
    assert not [each for each in root.iter() if "style" in each.attrib]
    assert len([each for each in root if each.tag == "text" and each.text == '<&">']) <= 9


def test_plot_of_nothing_is_nothing() -> None:
    assert band_plot([], title="", description="") == ""


def test_the_documented_parameters_are_those_in_use() -> None:
    text = (settings.BASE_DIR / "docs" / "registers.md").read_text()
    for words in (
        f"up to {PARAMETERS.lag_full_days} days, none from {PARAMETERS.lag_none_days}",
        f"at least {PARAMETERS.least_sampled} samples",
        f"within {PARAMETERS.feedback_days} days",
        (
            f"{PARAMETERS.batch_percent} % of the articles, but at least {PARAMETERS.batch_least} and at most "
            f"{PARAMETERS.batch_most}"
        ),
    ):
        assert words in text
