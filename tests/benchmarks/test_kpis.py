"""The measurements: known answers, a second method."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from benchmarks.measuring import GROUPS, Mapping, RecordsError, measure_file, parse_mapping
from tests.benchmarks.samples import MAPPING, make_contacts, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.kpis.measure import Measurement

# Two days. Waits of answered 0, 10, 30 | 5, 50; of those who gave up 3, 40 | 10. Threshold 20 s, short 5 s.
KNOWN = [
    "1;2026-03-01 09:00:00;0;answered;100;ann;7;r1;voice;no;1;Y;5;10",
    "2;2026-03-01 09:01:00;10;answered;200;bob;7;r1;voice;yes;1;N;4;9",
    "3;2026-03-01 09:02:00;30;answered;300;ann;8;r1;voice;no;1;;3;6",
    "4;2026-03-01 09:03:00;3;abandoned;;;8;r1;voice;;0;;;",
    "5;2026-03-01 09:04:00;40;abandoned;;;0;r1;voice;;0;;;",
    "6;2026-03-03 09:00:00;5;answered;400;bob;7;r2;voice;no;1;;;",
    "7;2026-03-03 09:01:00;50;answered;500;ann;7;r1;voice;no;0;;;",
    "8;2026-03-03 09:02:00;10;abandoned;;;0;r1;voice;;0;;;",
]


def by_name(found: list[Measurement]) -> dict[tuple[str, str], Measurement]:
    """Find measurements by KPI and variant."""
    return {(each.kpi, each.variant): each for each in found}


@pytest.fixture
def known(tmp_path: Path) -> dict[tuple[str, str], Measurement]:
    """Measure the contacts above."""
    return by_name(measure_file(write_csv(tmp_path / "a.csv", KNOWN), parse_mapping(MAPPING)).kpis)


@pytest.mark.parametrize(
    ("kpi", "variant", "value"),
    [
        ("service_level", "answered_within_answered", 100 * 3 / 5),
        ("service_level", "answered_within_offered", 100 * 3 / 8),
        ("service_level", "answered_within_offered_less_short", 100 * 3 / 6),
        ("service_level", "handled_within_offered", 100 * 5 / 8),
        ("asa", "answered", 95 / 5),
        ("asa", "waited", 95 / 4),
        ("abandonment", "offered", 100 * 3 / 8),
        ("abandonment", "less_short", 100 * 2 / 7),
        ("connect_rate", "standard", 100 * 5 / 8),
        ("queue_time", "mean", 148 / 8),
        ("queue_time", "median", 10),
        ("queue_time", "p90", 40 + 0.3 * 10),
        ("aht", "standard", 1500 / 5),
        ("transfer_rate", "standard", 100 * 1 / 5),
        ("csat", "top_box", 100 * 1 / 3),
        ("csat", "top2_box", 100 * 2 / 3),
        ("csat", "top3_box", 100.0),
        ("csat_mean", "standard", 4.0),
        ("nps", "transactional", 100 * (2 - 1) / 3),
        ("fcr_survey", "standard", 100 * 1 / 2),
        ("survey_response_rate", "standard", 100 * 3 / 4),
        # Followed for a day to the end at 3 March 09:02: contacts 1, 2, 3. 1 by 2, 3 by 4 (given up); 2 comes on day 2.
        ("fcr", "no_repeat_1d", 100 * 1 / 3),
    ],
)
def test_value_worked_out_by_hand(
    known: dict[tuple[str, str], Measurement], kpi: str, variant: str, value: float
) -> None:
    assert known[kpi, variant].value == pytest.approx(value, rel=1e-12)


def test_longer_follow_up_than_the_records_is_not_measured(known: dict[tuple[str, str], Measurement]) -> None:
    assert ("fcr", "no_repeat_5d") not in known


def test_standard_error_worked_out_by_hand(known: dict[tuple[str, str], Measurement]) -> None:
    # Connect rate 5/8; days: 3 of 5 and 2 of 3. e = 3 - 5r, 2 - 3r; G/(G-1) = 2.
    found, r = known["connect_rate", "standard"], 5 / 8
    variance = 2 * ((3 - 5 * r) ** 2 + (2 - 3 * r) ** 2) / 8**2
    assert found.se == pytest.approx(100 * math.sqrt(variance))
    assert found.design_effect == pytest.approx(variance / (r * (1 - r) / 8))
    assert (found.numerator, found.denominator, found.n, found.clusters) == (5, 8, 8, 2)


def robust(y: pd.Series, x: pd.Series, cluster: pd.Series) -> tuple[float, float, int]:
    """Compute ratio, cluster-robust standard error and number of clusters by pandas, with residuals spelt out."""
    sums = pd.DataFrame({"y": y, "x": x}).groupby(cluster).sum()
    sums = sums[sums.x > 0]
    ratio = sums.y.sum() / sums.x.sum()
    residuals = sums.y - ratio * sums.x
    count = len(sums)
    return ratio, math.sqrt(count / (count - 1) * (residuals**2).sum()) / sums.x.sum(), count


def test_second_method_agrees_on_generated_contacts(tmp_path: Path) -> None:
    frame = make_contacts()
    frame.to_csv(tmp_path / "a.csv", sep=";", index=False)
    found = by_name(measure_file(tmp_path / "a.csv", parse_mapping(MAPPING)).kpis)
    day = frame.arrived.str[:10]
    person = frame.customer.where(frame.customer > 0, -frame.id - 1)
    answered, gone = frame.outcome == "answered", frame.outcome == "abandoned"
    csat, nps = frame.csat.astype(float), frame.nps.astype(float)
    soon = frame.wait <= 20
    one = pd.Series(1.0, frame.index)
    expected = {
        ("service_level", "answered_within_answered"): (100, answered & soon, answered, day),
        ("service_level", "answered_within_offered"): (100, answered & soon, one, day),
        ("service_level", "answered_within_offered_less_short"): (100, answered & soon, ~(gone & soon), day),
        ("service_level", "handled_within_offered"): (100, soon, one, day),
        ("asa", "answered"): (1, frame.wait.where(answered, 0), answered, day),
        ("abandonment", "less_short"): (100, gone & (frame.wait > 5), ~(gone & (frame.wait <= 5)), day),
        ("queue_time", "mean"): (1, frame.wait, one, day),
        ("aht", "standard"): (1, frame.handle.astype(float).fillna(0), answered, frame.agent),
        ("transfer_rate", "standard"): (100, frame.transferred == "yes", answered, frame.agent),
        ("csat", "top2_box"): (100, csat >= 4, csat.notna(), person),
        ("csat_mean", "standard"): (1, csat.fillna(0), csat.notna(), person),
        ("nps", "transactional"): (100, (nps >= 9).astype(int) - (nps <= 6).astype(int), nps.notna(), person),
        ("survey_response_rate", "standard"): (100, csat.notna(), frame.invited == "1", person),
    }
    for name, (scale, y, x, cluster) in expected.items():
        ratio, error, clusters = robust(y.astype(float), x.astype(float), cluster)
        assert found[name].value == pytest.approx(scale * ratio, rel=1e-9), name
        assert found[name].se == pytest.approx(scale * error, rel=1e-9), name
        assert found[name].clusters == clusters, name
    assert found["queue_time", "median"].value == frame.wait.median()
    assert found["queue_time", "p90"].value == pytest.approx(np.quantile(frame.wait, 0.9))


def test_fcr_agrees_with_a_loop_over_contacts(tmp_path: Path) -> None:
    frame = make_contacts(1500, days=20)
    frame.to_csv(tmp_path / "a.csv", sep=";", index=False)
    found = by_name(measure_file(tmp_path / "a.csv", parse_mapping(MAPPING)).kpis)
    at = pd.to_datetime(frame.arrived)
    contacts = list(zip(frame.customer, frame.reason, at, frame.outcome, strict=True))
    for days in (1, 5, 7):
        window, end = pd.Timedelta(days=days), at.max()
        followed = resolved = 0
        for customer, reason, when, outcome in contacts:
            if customer == 0 or outcome != "answered" or when + window > end:
                continue
            followed += 1
            resolved += not any((c, r) == (customer, reason) and when < t <= when + window for c, r, t, _ in contacts)
        assert found["fcr", f"no_repeat_{days}d"].n == followed
        assert found["fcr", f"no_repeat_{days}d"].value == pytest.approx(100 * resolved / followed)


def test_nps_error_of_separate_customers_is_the_textbook_one(tmp_path: Path) -> None:
    scores = [10] * 50 + [8] * 30 + [2] * 20
    rows = [f"{n};2026-03-01 09:00:00;0;answered;1;a;{n + 1};r;voice;no;1;;;{s}" for n, s in enumerate(scores)]
    nps = by_name(measure_file(write_csv(tmp_path / "a.csv", rows), parse_mapping(MAPPING)).kpis)[
        "nps", "transactional"
    ]
    assert nps.value == 30
    assert nps.se == pytest.approx(100 * math.sqrt((0.5 + 0.2 - 0.3**2) / 100) * math.sqrt(100 / 99))
    assert nps.design_effect == pytest.approx(100 / 99)


def test_error_of_a_quantile_covers_what_days_do_to_it() -> None:
    # Many sets of days drawn from one population: the spread of their medians is what the error estimates.
    import ibis

    from benchmarks.kpis import access
    from benchmarks.kpis.quantiles import measure_quantiles

    random, medians, errors = np.random.default_rng(3), [], []
    for _ in range(60):
        load = random.normal(0, 0.5, 40)
        day = np.repeat(np.arange(40), 25)
        wait = random.exponential(60, 1000) * np.exp(load[day])
        table = ibis.memtable(pd.DataFrame({"wait_seconds": wait, "queued": True, "day": day}))
        found = measure_quantiles(table, access.QUANTILES[:1])[0]
        medians.append(found.value)
        errors.append(found.se or 0.0)
    assert np.mean(errors) == pytest.approx(np.std(medians, ddof=1), rel=0.25)


def test_clustered_interval_covers_and_the_naive_one_does_not() -> None:
    random, covered, naive = np.random.default_rng(5), 0, 0
    for _ in range(400):
        share = np.clip(random.normal(0.8, 0.08, 40), 0, 1)
        good = random.binomial(200, share)
        ratio, error, count = robust(pd.Series(good), pd.Series([200] * 40), pd.Series(range(40)))
        covered += abs(ratio - 0.8) <= 2.0227 * error
        naive += abs(ratio - 0.8) <= 1.96 * math.sqrt(ratio * (1 - ratio) / (200 * count))
    assert 0.92 <= covered / 400 <= 0.98
    assert naive / 400 < 0.7


def test_by_channel_and_month_adds_up_to_the_whole(tmp_path: Path) -> None:
    make_contacts().to_csv(tmp_path / "a.csv", sep=";", index=False)
    mapping = parse_mapping(MAPPING)
    whole = by_name(measure_file(tmp_path / "a.csv", mapping).kpis)
    parts = measure_file(tmp_path / "a.csv", mapping, by=["month", "channel"]).kpis
    assert {each.group for each in parts} == {
        (("month", "2026-03"), ("channel", "chat")),
        (("month", "2026-03"), ("channel", "voice")),
    }
    for name in (("asa", "answered"), ("csat", "top_box"), ("aht", "standard")):
        same = [each for each in parts if (each.kpi, each.variant) == name]
        assert sum(each.numerator or 0 for each in same) == pytest.approx(whole[name].numerator)
        assert sum(each.denominator or 0 for each in same) == whole[name].denominator


def with_places(path: Path) -> Mapping:
    """Write generated contacts with a queue and a skill, some of them blank; return the mapping."""
    contacts = make_contacts()
    contacts["line"] = np.where(contacts.index % 5 == 0, "", np.where(contacts.index % 2, "sales", "help"))
    contacts["skill"] = np.where(contacts.index % 3 == 0, "zh", "en")
    contacts.to_csv(path, sep=";", index=False)
    return parse_mapping(f"{MAPPING}  queue: {{column: line}}\n  skill: {{column: skill}}\n")


@pytest.mark.parametrize("by", [[name] for name in GROUPS] + [["queue", "skill"], ["week", "channel", "skill"]])
def test_split_in_any_way_adds_up_to_the_whole_in_order(tmp_path: Path, by: list[str]) -> None:
    mapping = with_places(tmp_path / "a.csv")
    whole = by_name(measure_file(tmp_path / "a.csv", mapping).kpis)
    parts = measure_file(tmp_path / "a.csv", mapping, by=by).kpis
    assert [each.group for each in parts] == sorted(each.group for each in parts)
    assert {tuple(name for name, _ in each.group) for each in parts} == {tuple(by)}
    assert len({each.group for each in parts}) > 1 or by == ["month"]
    for name in (("asa", "answered"), ("csat", "top_box"), ("aht", "standard"), ("fcr", "no_repeat_7d")):
        same = [each for each in parts if (each.kpi, each.variant) == name]
        assert len(same) == len({each.group for each in same})
        assert sum(each.numerator or 0 for each in same) == pytest.approx(whole[name].numerator)
        assert sum(each.denominator or 0 for each in same) == whole[name].denominator


def test_each_queue_is_measured_as_if_it_were_alone(tmp_path: Path) -> None:
    mapping = with_places(tmp_path / "a.csv")
    parts = measure_file(tmp_path / "a.csv", mapping, by=["queue"]).kpis
    assert {each.group for each in parts} == {(("queue", name),) for name in ("help", "sales", "unknown")}
    contacts = pd.read_csv(tmp_path / "a.csv", sep=";", dtype=str, keep_default_na=False)
    contacts[contacts["line"] == "sales"].to_csv(tmp_path / "b.csv", sep=";", index=False)
    alone = by_name(measure_file(tmp_path / "b.csv", mapping).kpis)
    sales = by_name([each for each in parts if each.group == (("queue", "sales"),)])
    assert set(alone) - {("fcr", f"no_repeat_{days}d") for days in (1, 5, 7, 30)} <= set(sales)
    for name in set(alone) & set(sales) - {("fcr", f"no_repeat_{days}d") for days in (1, 5, 7, 30)}:
        assert sales[name].value == pytest.approx(alone[name].value), name
        assert sales[name].se == (alone[name].se and pytest.approx(alone[name].se)), name
        assert (sales[name].n, sales[name].clusters) == (alone[name].n, alone[name].clusters), name


@pytest.mark.parametrize("name", ["agent", "queue", "skill"])
def test_a_split_by_what_the_mapping_does_not_give_is_refused(tmp_path: Path, name: str) -> None:
    mapping = "\n".join(line for line in MAPPING.splitlines() if name not in line)
    path = write_csv(tmp_path / "a.csv", KNOWN)
    with pytest.raises(RecordsError, match=f"Cannot split by {name}: the mapping does not give the field {name}"):
        measure_file(path, parse_mapping(mapping), by=[name])


def test_missing_fields_are_told_and_nothing_is_guessed(tmp_path: Path) -> None:
    mapping = "\n".join(line for line in MAPPING.splitlines() if "reason" not in line and "nps" not in line)
    found = measure_file(write_csv(tmp_path / "a.csv", KNOWN), parse_mapping(mapping))
    assert found.not_measured["fcr"] == "the mapping does not give reason"
    assert found.not_measured["nps transactional"] == "the mapping does not give score_nps"
    assert not {"fcr", "nps"} & {each.kpi for each in found.kpis}


def test_a_month_is_named_without_a_day_and_a_week_by_its_monday(tmp_path: Path) -> None:
    mapping, path = parse_mapping(MAPPING), write_csv(tmp_path / "a.csv", KNOWN)
    months, weeks = (measure_file(path, mapping, by=[name]).kpis for name in ("month", "week"))
    assert {each.group for each in months} == {(("month", "2026-03"),)}
    assert {each.group for each in weeks} == {(("week", "2026-02-23"),), (("week", "2026-03-02"),)}


def test_where_nobody_answered_there_is_no_satisfaction_and_everything_else(tmp_path: Path) -> None:
    blank = [f"{';'.join(row.split(';')[:-2])};;" for row in KNOWN]
    found = measure_file(write_csv(tmp_path / "a.csv", blank), parse_mapping(MAPPING))
    assert {"csat", "nps", "csat_mean"} & {each.kpi for each in found.kpis} == set()
    assert "csat top_box" in found.not_measured or "csat" in found.not_measured
    assert by_name(found.kpis)["connect_rate", "standard"].value == 62.5


def test_blanks_of_any_kind_around_a_text_are_no_part_of_it(tmp_path: Path) -> None:
    loose = [row.replace("answered", "\tanswered ").replace("abandoned", " abandoned\t") for row in KNOWN]
    plain, found = (
        by_name(measure_file(write_csv(tmp_path / "a.csv", rows), parse_mapping(MAPPING)).kpis)
        for rows in (KNOWN, loose)
    )
    assert found == plain


def test_one_day_has_no_error(tmp_path: Path) -> None:
    found = measure_file(write_csv(tmp_path / "a.csv", KNOWN[:5]), parse_mapping(MAPPING)).kpis
    assert {each.se for each in found if each.cluster == "day"} == {None}
