"""What holds for every panel: alpha by its definition, severity under shifts, names and bytes of any kind."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from audits.tabular import read_table
from awards.panel import (
    LEVELS,
    Panel,
    RefusedError,
    Score,
    analyse,
    as_json,
    fit_additive,
    krippendorff_alpha,
    rank,
    rank_intervals,
    read_panel,
)
from benchmarks.message import MessageError
from tests.awards.panels import drawn, panel_of

if TYPE_CHECKING:
    from pathlib import Path

FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
tables = st.lists(st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=3, max_size=3), min_size=1, max_size=6)


def by_definition(rows: list[list[int | None]], level: str) -> float | None:
    """Return alpha from all pairs, as Krippendorff defines it; None where it is not defined."""
    units = [[value for value in row if value is not None] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]

    def apart(a: int, b: int) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "ordinal":
            low, high = sorted((a, b))
            return (sum(low <= v <= high for v in values) - (values.count(low) + values.count(high)) / 2) ** 2
        return ((a - b) / (a + b) if level == "ratio" and a + b else a - b) ** 2

    expected = sum(apart(a, b) for a, b in permutations(values, 2))
    if not expected or len(units) == 1:
        return None
    observed = sum(sum(apart(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    return 1 - (len(values) - 1) * observed / expected


@FEW
@given(tables, st.sampled_from(LEVELS))
def test_alpha_is_what_its_definition_gives(rows, level) -> None:
    try:
        found = krippendorff_alpha(panel_of([*rows, (1, None, None)]).cards, level)
    except RefusedError:
        found = None
    assert found == pytest.approx(by_definition(rows, level))


@FEW
@given(st.integers(0, 10_000), st.integers(-90, 90), st.integers(1, 9))
def test_a_stricter_judge_or_another_scale_changes_no_entrant(seed, shift, scale) -> None:
    scores = drawn(8, 4, 3, seed)
    panel = Panel.of(scores)
    try:
        fit = fit_additive(panel)
    except RefusedError:  # a judge who drew fewer than three entrants
        reject()
    judge = panel.judges[seed % 4]
    shifted = fit_additive(
        Panel.of(Score(s.entrant, s.judge, (s.value or Decimal()) + shift * (s.judge == judge)) for s in scores)
    )
    assert shifted.adjusted == pytest.approx(fit.adjusted, abs=1e-9)
    assert shifted.severity[judge] - fit.severity[judge] == pytest.approx(shift * 0.75, abs=1e-9)
    scaled = fit_additive(Panel.of(Score(s.entrant, s.judge, (s.value or Decimal()) * scale) for s in scores))
    assert rank_intervals(scaled) == rank_intervals(fit)


@FEW
@given(st.dictionaries(st.text("AB客é", min_size=1, max_size=3), st.fractions(0, 1, max_denominator=3), min_size=1))
def test_places_count_everybody_once_and_follow_the_scores(scores) -> None:
    places = rank(scores).places
    assert sorted(name for place in places for name in place.entrants) == sorted(scores)
    assert [place.place for place in places] == [
        1 + sum(score > scores[place.entrants[0]] for score in scores.values()) for place in places
    ]


names = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf")), min_size=1, max_size=8)


@FEW
@given(st.sets(names.map(str.strip).filter(bool), min_size=2, max_size=5))
def test_names_may_be_anything_that_can_be_read(labels) -> None:
    rows = [(1, ("entrant", "judge", "score")), *((2, (name, name, "1")) for name in sorted(labels))]
    try:
        found = as_json(analyse(read_panel(rows)))
    except MessageError as error:
        assert "already" in str(error)  # noqa: PT017 - two ways to write the same letters
        return
    assert found["entrants"] == len(found["raw"])


@FEW
@given(st.binary(max_size=60), st.sampled_from(["", "gb18030", "utf-16"]))
def test_bytes_of_any_kind_are_refused_in_words(tmp_path: Path, data: bytes, encoding: str) -> None:
    path = tmp_path / "scores.csv"
    path.write_bytes(b"entrant,judge,score\n" * (not encoding) + data)
    try:
        read_panel(read_table(path, encoding=encoding))
    except MessageError as error:
        assert "\n" not in str(error)  # noqa: PT017
