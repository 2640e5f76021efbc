"""Sizes, tables, draws and reaches: by published examples, by second methods and by properties."""

from __future__ import annotations

import hashlib
import math
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.sampling import (
    Population,
    SamplingError,
    acceptance_plan,
    discovery_size,
    draw,
    proportion_size,
    random_share,
    read_population,
    sites_size,
    upper_share,
)
from audits.sampling.acceptance import AQLS, LETTERS, SIZES
from audits.sampling.conclusion import Outcome, conclude
from audits.tabular import TableError

if TYPE_CHECKING:
    from pathlib import Path

D = Decimal
STAGES = ("initial", "surveillance", "recertification")


# --- sizes ----------------------------------------------------------------------------------------------------------


def test_ten_sites_give_four_two_three() -> None:
    assert [sites_size(10, stage) for stage in STAGES] == [4, 2, 3]


@given(st.integers(1, 10**6))
def test_sites_are_the_rounded_up_share_of_the_root(count: int) -> None:
    for stage, share in zip(STAGES, (10, 6, 8), strict=True):
        size = sites_size(count, stage)
        assert (10 * size) ** 2 >= share**2 * count > (10 * (size - 1)) ** 2


def test_perfect_squares_take_no_site_too_many() -> None:
    assert sites_size(25, "initial") == 5
    assert sites_size(25, "surveillance") == 3
    assert sites_size(100, "recertification") == 8


def test_sites_not_suitable_for_sampling_are_all_visited_but_at_surveillance() -> None:
    assert [sites_size(10, stage, suitable=False) for stage in STAGES] == [10, 3, 10]
    assert sites_size(7, "surveillance", suitable=False) == 3


def test_a_quarter_of_the_sites_is_picked_at_random() -> None:
    assert [random_share(size) for size in (1, 4, 5)] == [1, 1, 2]


def test_discovery_has_the_published_sizes() -> None:
    assert discovery_size(confidence=D(95), rate=D(5)) == 59
    assert discovery_size(confidence=D(95), rate=D(5), population=200) == 51
    assert discovery_size(confidence=D(90), rate=D(10)) == 22
    assert discovery_size(confidence=D(99), rate=D(1)) == 459


def test_discovery_is_not_one_too_many_where_the_logarithms_are_whole() -> None:
    assert discovery_size(confidence=D(75), rate=D(50)) == 2
    assert discovery_size(confidence=D("99.9"), rate=D(90)) == 3


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(1, 99), st.integers(50, 99))
def test_discovery_in_a_population_is_the_smallest_that_seldom_misses(
    population: int, rate: int, confidence: int
) -> None:
    size = discovery_size(confidence=D(confidence), rate=D(rate), population=population)
    failing = -(-rate * population // 100)

    def missed(n: int) -> float:
        return math.comb(population - failing, n) / math.comb(population, n)

    assert missed(size) <= 1 - confidence / 100 + 1e-12
    assert size == 0 or missed(size - 1) > 1 - confidence / 100 - 1e-12


def test_proportion_has_the_published_sizes() -> None:
    assert proportion_size(margin=D(5), confidence=D(95)) == 385
    assert proportion_size(margin=D(5), confidence=D(95), population=500) == 218
    assert proportion_size(margin=D(5), confidence=D(95), population=1) == 1


@pytest.mark.parametrize("bad", ["0", "100", "-5", "NaN", "Infinity", "1e-9"])
def test_per_cents_that_are_none_are_refused(bad: str) -> None:
    with pytest.raises(SamplingError, match="more than 0 and less than 100"):
        discovery_size(confidence=D(95), rate=D(bad))
    with pytest.raises(SamplingError, match="more than 0 and less than 100"):
        proportion_size(margin=D(bad), confidence=D(95))


def test_populations_that_are_none_are_refused() -> None:
    for population in (0, -1, 10**10):
        with pytest.raises(SamplingError, match="between 1 and"):
            discovery_size(confidence=D(95), rate=D(5), population=population)
        with pytest.raises(SamplingError, match="between 1 and"):
            sites_size(population, "initial")
    with pytest.raises(SamplingError, match="none of initial"):
        sites_size(10, "never")


# --- ISO 2859-1 -----------------------------------------------------------------------------------------------------

# Columns of the master table (ISO 2859-1:1999, table 2-A), letters A to R; ^ and v are the arrows.
COLUMNS = {
    "0.65": "v v v v v 0 ^ v 1 2 3 5 7 10 14 21",
    "1.0": "v v v v 0 ^ v 1 2 3 5 7 10 14 21 ^",
    "2.5": "v v 0 ^ v 1 2 3 5 7 10 14 21 ^ ^ ^",
    "4.0": "v 0 ^ v 1 2 3 5 7 10 14 21 ^ ^ ^ ^",
    "6.5": "0 ^ v 1 2 3 5 7 10 14 21 ^ ^ ^ ^ ^",
    "10": "v v 1 2 3 5 7 10 14 21 ^ ^ ^ ^ ^ ^",
    "100": "5 7 10 14 21 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^",
    "150": "7 10 14 21 30 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^",
    "250": "10 14 21 30 44 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^",
    "1000": "30 44 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^",
}
LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000, 600_000)


@pytest.mark.parametrize("aql", COLUMNS)
def test_plans_follow_the_arrows_of_the_table(aql: str) -> None:
    column = COLUMNS[aql].split()
    for start, lot in enumerate(LOTS):
        row = start
        while column[row] in "^v":
            row += 1 if column[row] == "v" else -1
        plan = acceptance_plan(lot, D(aql))
        assert (plan.code_letter, plan.letter) == (LETTERS[start], LETTERS[row])
        assert plan.accept == int(column[row])
        assert plan.sample == min(lot, SIZES[LETTERS[row]])


def test_the_known_trap_is_avoided() -> None:
    d, e = acceptance_plan(40, D("2.5")), acceptance_plan(80, D("2.5"))
    assert (d.sample, d.accept) == (5, 0)
    assert (e.sample, e.accept) == (20, 1)


def test_the_published_example() -> None:
    plan = acceptance_plan(500, D("2.5"))
    assert (plan.letter, plan.sample, plan.accept, plan.reject) == ("H", 50, 3, 4)


def test_a_lot_no_larger_than_the_sample_is_looked_at_as_a_whole() -> None:
    plan = acceptance_plan(10, D("1.0"))
    assert (plan.sample, plan.accept, plan.whole) == (10, 0, True)


def test_every_lot_and_limit_ends_at_a_number() -> None:
    for lot in (1, 2, *LOTS, 10**9):
        for aql in AQLS:
            plan = acceptance_plan(lot, aql)
            assert 1 <= plan.sample <= lot
            assert plan.reject == plan.accept + 1


@pytest.mark.parametrize(
    ("lot", "aql"), [(0, "2.5"), (-1, "2.5"), (10**10, "2.5"), (500, "2.4"), (500, "0"), (500, "NaN")]
)
def test_lots_and_limits_that_the_standard_does_not_know_are_refused(lot: int, aql: str) -> None:
    with pytest.raises(SamplingError):
        acceptance_plan(lot, D(aql))


# --- draw -----------------------------------------------------------------------------------------------------------


def population(count: int, sha256: str = "0" * 64) -> Population:
    return Population(sha256=sha256, ids=tuple(f"T-{number}" for number in range(count)), column="id")


def test_a_draw_is_what_anybody_gets_by_sorting_hashes() -> None:
    people = population(50)
    hashes = {name: hashlib.sha256(f"7\n{people.sha256}\n{name}".encode()).hexdigest() for name in people.ids}
    assert list(draw(people, size=5, seed="7")) == sorted(people.ids, key=hashes.__getitem__)[:5]


def test_a_larger_draw_begins_with_the_smaller_one() -> None:
    assert draw(population(90), size=9, seed="x")[:4] == draw(population(90), size=4, seed="x")


def test_another_seed_or_another_file_gives_another_draw() -> None:
    first = draw(population(1000), size=20, seed="1")
    assert first != draw(population(1000), size=20, seed="2")
    assert first != draw(population(1000, "1" * 64), size=20, seed="1")


def test_every_record_and_every_pair_is_drawn_equally_often() -> None:
    people, times = population(6), 3000
    drawn = [frozenset(draw(people, size=2, seed=str(seed))) for seed in range(times)]
    pairs = {frozenset(pair): 0 for pair in combinations(people.ids, 2)}
    for pair in drawn:
        pairs[pair] += 1
    expected = times / len(pairs)
    assert sum((count - expected) ** 2 / expected for count in pairs.values()) < 36.1  # chi-square, 14 df, p = 0.001


@pytest.mark.parametrize(("size", "seed"), [(0, "1"), (11, "1"), (-1, "1"), (1, ""), (1, "a\nb"), (1, "x" * 101)])
def test_draws_that_cannot_be_are_refused(size: int, seed: str) -> None:
    with pytest.raises(SamplingError):
        draw(population(10), size=size, seed=seed)


def test_a_population_is_read_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes("ticket;day\r\nÄ-1;x\r\n😀;y\r\n\r\n007;z\r\n".encode("utf-8-sig"))
    found = read_population(path)
    assert (found.ids, found.column, found.size) == (("Ä-1", "😀", "007"), "ticket", 3)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"id\n", "no records"),
        (b"id\na\nb\na\n", "line 4: the id .a. stood in line 2"),
        (b"id,x\na,1\n,2\n", "line 3: the first column"),
        (b"id\n\xff\xfea\n", "not UTF-8"),
        (b"id\na\x00b\n", "NUL"),
        (b"id\n" + b"x" * 201, "more than 200"),
    ],
)
def test_a_population_that_cannot_be_drawn_from_is_refused_with_its_line(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises((SamplingError, TableError), match=why):
        read_population(path)


# --- reach ----------------------------------------------------------------------------------------------------------


def test_no_failure_in_thirty_still_allows_nine_and_a_half_per_cent() -> None:
    assert upper_share(failed=0, looked_at=30) == pytest.approx(1 - 0.05 ** (1 / 30))
    assert round(100 * upper_share(failed=0, looked_at=30), 1) == 9.5


def test_the_limit_of_a_population_is_the_largest_number_that_could_hide() -> None:
    def hidden(failing: int, failed: int, n: int, size: int) -> float:
        ways = sum(math.comb(failing, k) * math.comb(size - failing, n - k) for k in range(failed + 1))
        return ways / math.comb(size, n)

    for size, n, failed in ((20, 5, 0), (20, 5, 2), (51, 50, 1), (200, 51, 0)):
        could = [each for each in range(failed, size - n + failed + 1) if hidden(each, failed, n, size) > 0.05]
        assert upper_share(failed=failed, looked_at=n, population=size) == max(could) / size


def test_whole_populations_and_total_failures_have_no_room() -> None:
    assert upper_share(failed=2, looked_at=10, population=10) == 0.2
    assert upper_share(failed=3, looked_at=3) == 1.0


def outcome(**fields: object) -> Outcome:
    values = {
        "method": "discovery",
        "parameters": {"confidence": "95", "rate": "5"},
        "population": 200,
        "picked": 51,
        "looked_at": 51,
        "failed": 0,
        "not_found": 0,
        **fields,
    }
    return Outcome(**values)  # type: ignore[arg-type]


def words(found: object) -> str:
    return " ".join(each.words() for each in (*found.says, *found.warns))  # type: ignore[attr-defined]


def test_a_discovery_sample_without_failure_holds_and_says_how_far() -> None:
    found = conclude(outcome())
    assert found.holds is True
    assert "fewer than 5 % fail" in words(found)
    assert "at most 4.5 % of the 200 records fail" in words(found)


def test_one_failure_ends_a_discovery_sample() -> None:
    found = conclude(outcome(failed=1, not_found=1))
    assert found.holds is False
    assert "not shown that fewer than 5 % fail" in words(found)
    assert "1 of these were not found" in words(found)


def test_nothing_is_concluded_while_records_are_open() -> None:
    found = conclude(outcome(looked_at=50))
    assert found.holds is None
    assert words(found) == "1 of 51 drawn records are still to be looked at; nothing is concluded before."


def test_a_judgemental_sample_never_shows_a_confidence() -> None:
    for looked_at in (3, 5):
        found = conclude(outcome(method="judgemental", parameters={}, population=None, picked=5, looked_at=looked_at))
        assert found.holds is None
        assert "%" not in words(found)
        assert "nothing about the others" in words(found)


def test_an_acceptance_sample_is_accepted_by_its_number() -> None:
    lot = {"method": "acceptance", "parameters": {"aql": "2.5"}, "population": 500, "picked": 50, "looked_at": 50}
    assert conclude(outcome(**lot, failed=3)).holds is True
    refused = conclude(outcome(**lot, failed=4))
    assert refused.holds is False
    assert "series of lots" in words(refused)


def test_a_thin_sample_is_warned_of() -> None:
    thin = {"parameters": {"confidence": "50", "rate": "10"}, "population": None, "picked": 7, "looked_at": 7}
    assert "The sample is thin: 7 records" in words(conclude(outcome(**thin)))
    assert "thin" not in words(conclude(outcome()))


def test_a_share_has_the_exact_interval() -> None:
    share = {"method": "proportion", "parameters": {"confidence": "95", "margin": "5"}, "population": None}
    found = conclude(outcome(**share, picked=100, looked_at=100, failed=10))
    # Clopper and Pearson for 10 of 100, as printed in tables: 4.9 to 17.6
    assert "10 % fail; with 95 % confidence between 4.9 % and 17.6 %" in words(found)


def test_sites_say_nothing_of_those_not_visited() -> None:
    found = conclude(outcome(method="sites", parameters={"stage": "initial"}, population=10, picked=4, looked_at=4))
    assert "4 of 10 sites were visited; the others were not looked at." in words(found)
    assert "confidence" not in words(found)
