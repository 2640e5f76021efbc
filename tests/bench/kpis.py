"""KPIs on two million contacts by month and channel: our whole way against the same SQL written by hand, on DuckDB.

``BENCH_CONTACTS=1000000,5000000,21600000,50000000`` measures other numbers instead, and says for each after the first
whether a million takes as long as there. Every number runs on two threads with 1.2 GB for tables on both sides, ours
and by hand in turn; files are deleted at the end.

Both read the same Parquet file, count the rows to leave out and the duplicates, and give every access, handling and
customer KPI per month and channel with sums per cluster. The hand-written side has no profile of arrivals and no
interval for the quantiles of all waits.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from benchmarks.measuring import Limits, measure_file, parse_mapping
from tests.bench.common import peak
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable

CONTACTS = 2_000_000
FEW = 20_000
REPEATS = 3
MANY = 5_000_000  # contacts from which one run of each side has to do
LIMITS = Limits("1.2GB", 2)
# The quantiles by hand hold every wait in memory: of so many contacts they end without a result in what ours takes.
TOO_MANY_BY_HAND, ROOM_BY_HAND = 40_000_000, "8GB"
BY = ("month", "channel")

MAPPING = """
kind: contacts
format: {type: parquet}
time_zone: Asia/Hong_Kong
fields:
  contact_id: {column: id}
  arrived_at: {column: arrived}
  wait_seconds: {column: wait}
  answered: {column: outcome, equals: answered}
  abandoned: {column: outcome, equals: abandoned}
  handle_seconds: {column: handle}
  agent: {column: agent}
  customer: {column: customer}
  reason: {column: reason}
  channel: {column: channel}
  transferred: {column: transferred}
  score_csat: {column: csat}
duplicate_key: [id]
"""

MAKE = """
COPY (
    SELECT i AS id,
        TIMESTAMP '2026-01-01' + to_milliseconds(i * 3888) AS arrived,
        CASE WHEN h % 10 < 9 THEN 'answered' ELSE 'abandoned' END AS outcome,
        (h // 7 % 1000 * (h // 11 % 100) / 900)::DOUBLE AS wait,
        CASE WHEN h % 10 < 9 THEN (60 + h // 13 % 600)::DOUBLE END AS handle,
        'agent' || (h // 17 % 300) AS agent,
        CASE WHEN h // 19 % 3 > 0 THEN 'customer' || (h // 23 % 400000) END AS customer,
        'reason' || (h // 29 % 12) AS reason,
        CASE WHEN h // 43 % 5 = 0 THEN 'chat' ELSE 'voice' END AS channel,
        h // 31 % 20 = 0 AS transferred,
        CASE WHEN h // 37 % 8 = 0 AND h % 10 < 9 THEN 1 + h // 41 % 5 END AS csat
    FROM (SELECT i, hash(i + 20260101) % 9007199254740992 AS h FROM range({contacts}) r(i))
) TO '{path}'
"""

PARQUET = "read_parquet('{path}', file_row_number = true)"

CLEAN = """
CREATE TEMP TABLE clean AS
WITH typed AS (
    SELECT file_row_number AS row, id, arrived, arrived::DATE AS day, date_trunc('month', arrived)::DATE AS month,
        coalesce(channel, 'unknown') AS channel, wait, outcome = 'answered' AS answered,
        outcome = 'abandoned' AS abandoned, handle, agent, customer, reason, transferred, csat,
        CASE WHEN arrived IS NULL THEN 'no time' WHEN outcome IS NULL THEN 'no outcome' WHEN wait IS NULL THEN 'no wait'
            WHEN isnan(wait) OR isinf(wait) THEN 'wait' WHEN wait < 0 THEN 'negative wait'
            WHEN handle < 0 THEN 'negative handle' WHEN csat NOT BETWEEN 1 AND 5 THEN 'csat' END AS problem
    FROM {source}
) SELECT * FROM typed
"""

DUPLICATES = "SELECT id FROM clean WHERE problem IS NULL GROUP BY id HAVING count(*) > 1"
PROBLEMS = "SELECT problem, count(*) FROM clean WHERE problem IS NOT NULL GROUP BY problem"
REPORT = """SELECT count(*), min(arrived), max(arrived), count(DISTINCT day), count(customer) FROM clean
WHERE problem IS NULL"""
REPEAT_SHARE = """SELECT avg((next <= arrived + INTERVAL 7 DAY AND next IS NOT NULL)::INT) FROM (
    SELECT arrived, lead(arrived) OVER (PARTITION BY customer ORDER BY arrived, row) AS next
    FROM clean WHERE problem IS NULL AND customer IS NOT NULL)"""

# value, linearised variance and design effect of a ratio of cluster sums y and x, with squares q
RATIO = """SELECT month, channel, {y} / {x}, count(*) / (count(*) - 1) * (sum(y * y) - 2 * {y} / {x} * sum(x * y)
    + ({y} / {x}) ** 2 * sum(x * x)) / {x} ** 2, (sum(q) / {x} - ({y} / {x}) ** 2) / {x}""".replace(
    "{y}", "sum(y)"
).replace("{x}", "sum(x)")

DAY = """
SELECT month, channel, day, sum(1) AS offered, sum(answered::INT) AS answered, sum(abandoned::INT) AS abandoned,
    sum((answered AND wait <= 20)::INT) AS in_time, sum((abandoned AND wait <= 20)::INT) AS gone_in_time,
    sum((abandoned AND wait <= 5)::INT) AS short, sum((answered AND wait > 0)::INT) AS waited,
    sum(CASE WHEN answered THEN wait ELSE 0 END) AS wait, sum(CASE WHEN answered THEN wait * wait ELSE 0 END) AS wait2,
    sum(wait) AS wait_all, sum(wait * wait) AS wait_all2
FROM clean WHERE problem IS NULL GROUP BY month, channel, day
"""
AGENT = """
SELECT month, channel, agent, sum((answered AND handle IS NOT NULL)::INT) AS handled,
    sum(CASE WHEN answered THEN coalesce(handle, 0) ELSE 0 END) AS handling,
    sum(CASE WHEN answered THEN coalesce(handle * handle, 0) ELSE 0 END) AS handling2,
    sum((answered AND transferred)::INT) AS transferred,
    sum((answered AND transferred IS NOT NULL)::INT) AS transferable
FROM clean WHERE problem IS NULL GROUP BY month, channel, agent
"""
CUSTOMER = """
SELECT month, channel, customer, CASE WHEN customer IS NULL THEN row ELSE -1 END AS stranger,
    sum((csat IS NOT NULL)::INT) AS answers, sum((csat = 5)::INT) AS five, sum((csat >= 4)::INT) AS four,
    sum((csat >= 3)::INT) AS three, sum(coalesce(csat, 0)) AS total, sum(coalesce(csat * csat, 0)) AS total2
FROM clean WHERE problem IS NULL AND csat IS NOT NULL GROUP BY ALL
"""
FCR = """
SELECT month, channel, customer, {sums} FROM (
    SELECT month, channel, customer, arrived, answered,
        lead(arrived) OVER (PARTITION BY customer, reason ORDER BY arrived, row) AS next
    FROM clean WHERE problem IS NULL AND customer IS NOT NULL AND reason IS NOT NULL
), (SELECT max(arrived) AS last FROM clean WHERE problem IS NULL) GROUP BY month, channel, customer
"""
SEEN = "answered AND arrived + INTERVAL {n} DAY <= last"
AGAIN = "next IS NOT NULL AND next <= arrived + INTERVAL {n} DAY"

QUANTILES = "SELECT month, channel, quantile_cont(wait, [0.5, 0.9]) FROM clean WHERE problem IS NULL GROUP BY ALL"

# Kaplan and Meier: the curve, and the squared influence of days on one of its quantiles.
CURVE = """
CREATE TEMP TABLE curve AS SELECT *, sum(ended / at_risk / at_risk) OVER rising AS hazard,
    sum(CASE WHEN ended < at_risk THEN ln(1 - ended / at_risk) ELSE -99 END) OVER rising AS survival
FROM (SELECT month, channel, wait, ended,
        (sum(number) OVER (PARTITION BY month, channel ORDER BY wait DESC))::DOUBLE AS at_risk
    FROM (SELECT month, channel, wait, count(*) AS number, sum(answered::INT) AS ended
        FROM clean WHERE problem IS NULL GROUP BY ALL))
WINDOW rising AS (PARTITION BY month, channel ORDER BY wait)
"""
CURVE_SPREAD = """
WITH reached AS (SELECT month, channel, min(wait) AS until, min(hazard) AS most
    FROM curve WHERE survival <= ln(1 - {level}) GROUP BY ALL)
SELECT month, channel, any_value(until), sum(e * e), count(*) FROM (
    SELECT month, channel, any_value(until) AS until,
        sum(CASE WHEN answered AND wait <= until THEN 1 / at_risk ELSE 0 END - least(hazard, most)) AS e
    FROM clean JOIN curve USING (month, channel, wait) JOIN reached USING (month, channel)
    WHERE problem IS NULL GROUP BY month, channel, day) GROUP BY ALL
"""

# Of each cluster's sums: numerator, denominator, squares.
RATIOS: dict[str, list[tuple[str, str, str]]] = {
    DAY: [
        ("in_time", "answered", "in_time"),
        ("in_time", "offered", "in_time"),
        ("in_time", "offered - gone_in_time", "in_time"),
        ("in_time + gone_in_time", "offered", "in_time + gone_in_time"),
        ("wait", "answered", "wait2"),
        ("wait", "waited", "wait2"),
        ("abandoned", "offered", "abandoned"),
        ("abandoned - short", "offered - short", "abandoned - short"),
        ("answered", "offered", "answered"),
        ("wait_all", "offered", "wait_all2"),
    ],
    AGENT: [("handling", "handled", "handling2"), ("transferred", "transferable", "transferred")],
    CUSTOMER: [
        ("five", "answers", "five"),
        ("four", "answers", "four"),
        ("three", "answers", "three"),
        ("total", "answers", "total2"),
    ],
}


def by_hand(path: Path, source: str = PARQUET, memory: str = LIMITS.memory) -> list[tuple[Any, ...]]:
    """Compute the KPIs with SQL: month, channel, value, variance, simple variance of each; then the quantiles."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
    connection.execute(f"SET threads = {LIMITS.threads}; SET memory_limit = '{memory}'")
    connection.execute(f"SET temp_directory = '{path.parent}'")
    connection.execute(CLEAN.format(source=source.format(path=path)))
    for query in (DUPLICATES, PROBLEMS, REPORT, REPEAT_SHARE):
        connection.execute(query).fetchall()
    sums = ", ".join(
        f"sum(({seen})::INT) AS x{n}, sum(({seen} AND NOT ({again}))::INT) AS y{n}"
        for n in (1, 5, 7, 30)
        for seen, again in [(SEEN.format(n=n), AGAIN.format(n=n))]
    )
    ratios = {**RATIOS, FCR.format(sums=sums): [(f"y{n}", f"x{n}", f"y{n}") for n in (1, 5, 7, 30)]}
    found: list[tuple[Any, ...]] = []
    for index, (query, wanted) in enumerate(ratios.items()):
        connection.execute(f"CREATE TEMP TABLE sums{index} AS {query}")
        for y, x, q in wanted:
            columns = f"month, channel, ({y})::DOUBLE AS y, ({x})::DOUBLE AS x, ({q})::DOUBLE AS q"
            sums_of = f"(SELECT {columns} FROM sums{index})"  # noqa: S608 - constants of this file
            found += connection.execute(f"{RATIO} FROM {sums_of} WHERE x > 0 GROUP BY ALL").fetchall()
    found += connection.execute(QUANTILES).fetchall()
    connection.execute(CURVE)
    for level in (0.5, 0.9):
        found += connection.execute(CURVE_SPREAD.format(level=level)).fetchall()
    connection.close()
    return found


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: seconds of the clock, and of all processors together."""

    clock: float
    processors: float


def rows() -> list[Row]:
    """Measure both sides for each number of contacts, and each number against the first."""
    numbers = [int(number) for number in os.environ.get("BENCH_CONTACTS", str(CONTACTS)).split(",")]
    found: list[Row] = []
    first: tuple[int, Cost] | None = None
    for number in numbers:
        ours, hand, memory = _both(number)
        what, baseline = f"KPIs of {number:,} contacts by month and channel", "the same SQL by hand on DuckDB"
        found += [
            Row(what, ours.clock, baseline, hand.clock, memory),
            Row(f"{what}: processor time", ours.processors, baseline, hand.processors, memory),
        ]
        if first:
            whole, least = number / 1e6, first[0] / 1e6
            what, baseline = f"a million of {number:,} contacts: processor time", f"a million of {first[0]:,}"
            found.append(Row(what, ours.processors / whole, baseline, first[1].processors / least, memory))
        first = first or (number, ours)
    return found


def _both(contacts: int) -> tuple[Cost, Cost, float]:
    """Take the medians of three runs of each side in turn, after one to warm up; of many contacts one run."""
    mapping = parse_mapping(MAPPING)
    repeats = REPEATS if contacts < MANY else 1
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "contacts.parquet", Path(folder) / "few.parquet"
        make(path, contacts)
        make(small, FEW)
        ours, hand, memory = [], [], 0.0
        for place in range(1 + repeats):
            # First a few contacts, so that what is loaded once for all runs is not counted.
            records = path if place else small
            found = cost(lambda: measure_file(records, mapping, by=BY, limits=LIMITS, scratch=Path(folder)))  # noqa: B023
            memory = memory or (peak() if place else 0.0)
            room = LIMITS.memory if contacts < TOO_MANY_BY_HAND else ROOM_BY_HAND
            other = cost(lambda: by_hand(records, memory=room))  # noqa: B023
            ours += [found] if place else []
            hand += [other] if place else []
    return _median(ours), _median(hand), memory


def make(path: Path, contacts: int) -> None:
    """Write made-up contacts as Parquet or CSV, as the name ends, the same for a number each time."""
    with duckdb.connect() as maker:
        maker.execute("SET enable_progress_bar = false; SET memory_limit = '1GB'")
        maker.execute(f"SET threads = {LIMITS.threads}")
        maker.execute(MAKE.format(contacts=contacts, path=path))


def cost(work: Callable[[], object]) -> Cost:
    """Do a piece of work once and say what it took."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - clock, time.process_time() - processors)


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(each.clock for each in costs), statistics.median(each.processors for each in costs))
