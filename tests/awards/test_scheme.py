"""Programmes as data: the templates that ship, and everything that is wrong with one that is not right."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from awards.forms import LocalMoment
from awards.scheme import SchemeError, scheme_of
from awards.selectors.templates import template_read, templates
from awards.services.errors import AwardError
from awards.services.programmes import resolved
from standards.editions import parse_edition
from standards.models import Edition
from standards.selectors import known_kpi_codes
from tests.awards.scenes import template

LANGUAGES = {"en", "zh-hans", "zh-hant"}


def test_three_templates_ship_and_speak_three_languages() -> None:
    found = templates()
    assert set(found) == {"excellence", "four-ps", "stage-gate"}
    for document in found.values():
        scheme = scheme_of(document)
        parts = [*scheme.categories, *scheme.stages, *scheme.criteria, *scheme.awards]
        parts += [ask for stage in scheme.stages for ask in stage.asks]
        assert all(set(part.title) >= LANGUAGES for part in parts)
    gates = {stage.code: (stage.top, stage.of_all) for stage in scheme_of(found["stage-gate"]).stages}
    assert gates["top80"] == (80, True)
    assert sum(stage.days[1] for stage in scheme_of(found["stage-gate"]).stages[-1:]) == 300  # ten months
    awards = {award.code: award for award in scheme_of(found["stage-gate"]).awards}
    assert set(awards) == {"top80", "industry", "centre", "manager", "gold", "commended"}
    assert (awards["industry"].of, awards["gold"].of, awards["top80"].gate) == ("division", "all", "top80")
    hows = {stage.how for document in found.values() for stage in scheme_of(document).stages}
    assert hows == {"papers", "visit", "presentation"}
    kinds = {ask.kind for document in found.values() for stage in scheme_of(document).stages for ask in stage.asks}
    assert kinds == {"text", "figure", "file", "evidence", "survey", "mystery"}
    kpis = {kpi for document in found.values() for each in scheme_of(document).criteria for kpi in each.kpis}
    assert kpis <= known_kpi_codes()


def test_criteria_come_from_the_clauses_of_the_edition_with_their_share_of_the_points() -> None:
    path = settings.BASE_DIR / "fixtures" / "standards" / "four-block-2026.yaml"
    parsed = parse_edition(path.read_bytes(), known_kpis=known_kpi_codes(), known_clauses={})
    edition = Edition(code="four-block", version="2026", document=parsed.canonical, sha256=parsed.sha256)
    scheme = scheme_of(resolved(templates()["stage-gate"], edition))
    weights = {criterion.code: criterion.weight for criterion in scheme.criteria}
    assert len(weights) == 20
    tied = {criterion.code: criterion for criterion in scheme.criteria}
    assert tied["D2"].asks == ("survey", "satisfaction", "benchmark")
    assert any(tied[code].kpis for code in tied if code.startswith("D"))
    assert weights["D2"] == Decimal(94)  # 6 of 23 criteria of 360 points
    assert 990 <= sum(weights.values()) <= 1010
    method = {"score": "mean", "ladder": ["score", "criterion:D2.1", "joint"]}
    changed = {**templates()["stage-gate"], "criteria_from": "criteria", "method": method}
    whole = scheme_of(resolved(changed, edition))
    assert len(whole.criteria) == 110
    with pytest.raises(AwardError):
        resolved(templates()["stage-gate"], None)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"categories": []}, "there is none"),
        ({"evidence": {"A": ["x"]}}, "x is not asked for"),
        ({"evidence": ["A"]}, "must name asks"),
        ({"awards": [{"code": "a", "title": {"en": "A"}, "gate": "papers"}]}, "papers is no stage with a gate"),
        ({"awards": [{"code": "a", "title": {"en": "A"}, "categories": ["x"]}]}, "there is no category x"),
        ({"awards": [{"code": "a", "title": {"en": "A"}, "of": "town"}]}, "'town' is none of"),
        ({"stages": []}, "needs a stage for entries"),
        ({"method": {"score": "median", "ladder": ["score", "joint"]}}, "median"),
        ({"method": {"score": "mean", "ladder": ["joint"]}}, "must begin with the score"),
        ({"method": {"score": "mean", "ladder": ["score", "criterion:x", "joint"]}}, "criterion:x is no step"),
        ({"criteria": [{"code": "a", "weight": "-1", "title": {"en": "A"}}]}, "no number"),
        ({"criteria": [{"code": "a", "weight": "0", "title": {"en": "A"}}]}, "no criterion with a weight"),
        ({"eligibility": [{"rule": "most_entries", "most": 1, "categories": ["x"]}]}, "there is no category x"),
        ({"title": {}}, "needs words"),
        ({"scale": {"min": 0, "max": 99}}, "scale.max"),
        ({"categories": "all"}, "must be a list"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict, fault: str) -> None:
    with pytest.raises(SchemeError, match=fault):
        template(**change)


@pytest.mark.parametrize("text", ["- a\n- b", "{", "a: \x00", ""])
def test_a_file_that_is_no_programme_is_refused_by_name(tmp_path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(SchemeError, match=r"bad\.yaml"):
        template_read(path)


@pytest.mark.parametrize("moment", ["2026-03-29T01:30", "2026-10-25T01:30"])
def test_a_moment_that_the_change_of_clocks_skips_or_repeats_is_refused(moment: str) -> None:
    with timezone.override(ZoneInfo("Europe/London")):
        with pytest.raises(ValidationError):
            LocalMoment().clean(moment)
        assert LocalMoment().clean("2026-03-29T02:30").utcoffset() == timedelta(hours=1)
