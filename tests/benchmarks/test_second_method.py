"""Every family of KPIs a second time, in plain Python, on small random records: the same counts, the same errors."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.codes import PRODUCTIVE, UNPLANNED_AWAY
from benchmarks.kpis.compute import compute
from benchmarks.kpis.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from ibis.backends.duckdb import Backend

    from benchmarks.kpis.measure import Measurement

Row = dict[str, Any]
Sums = tuple[float, float, "Hashable"]  # numerator, denominator, cluster
Found = dict[tuple[str, str], "Measurement"]
DAY, HOUR = 86_400, 3_600
BEGIN = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - local times of a centre in UTC
BEGIN_S = int(BEGIN.replace(tzinfo=dt.UTC).timestamp())
few = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
    phases=[Phase.explicit, Phase.generate],  # an example is small as it is, and making it smaller is slow
)


@pytest.fixture(scope="module")
def connection() -> Iterator[Backend]:
    """Open one database for all examples."""
    backend = ibis.duckdb.connect()
    yield backend
    backend.disconnect()


def measured(connection: Backend, as_of: dt.datetime | None = None, **kinds: list[Row]) -> Found:
    """Measure rows as cleaning leaves them; ``day`` and ``row`` are added."""
    tables, fields = {}, {}
    for kind, rows in kinds.items():
        numbered = [{"row": at, **row} for at, row in enumerate(rows)]
        columns = {name: pa.array([row[name] for row in numbered], type=arrow(name)) for name in numbered[0]}
        connection.con.register(kind, pa.table(columns))
        tables[kind] = connection.table(kind)
        fields[kind] = frozenset(name.removesuffix("_s") for name in numbered[0]) | frozenset(numbered[0]) - {
            "row",
            "day",
        }
    found, _missing = compute(Evidence(tables, fields, as_of=as_of))
    return {(each.kpi, each.variant): each for each in found}


NUMBERS = (
    *("wait_seconds", "handle_seconds", "wrap_seconds", "first_response_seconds", "score_csat", "score_nps"),
    *("score_ces", "contact_count", "waiting_seconds", "forecast", "actual", "points", "points_possible", "weight"),
    *("headcount", "uses", "load_seconds", "cost", "benefit", "level"),
)
MOMENTS = ("arrived_at", "started_at", "review_due_at")
TEXTS = (
    *("agent", "customer", "reason", "channel", "ticket", "event", "state", "planned", "form", "rater", "contact"),
    *("ended", "person", "article", "currency", "node"),
)


def arrow(name: str) -> pa.DataType:
    """Give the type of a column of clean records."""
    if name == "day":
        return pa.date32()
    if name == "row" or name.endswith("_s"):
        return pa.int64()
    if name in NUMBERS:
        return pa.float64()
    return pa.timestamp("us") if name in MOMENTS else pa.string() if name in TEXTS else pa.bool_()


def holds(
    found: Found, kpi: str, variant: str, rows: Iterable[Sums], scale: float = 100.0, count: str = "rows"
) -> None:
    """Compare a measurement with sums over rows: ratio, counts, and the error from the residuals of clusters."""
    rows = list(rows)
    top, bottom = math.fsum(y for y, _x, _c in rows), math.fsum(x for _y, x, _c in rows)
    if bottom <= 0:
        assert (kpi, variant) not in found
        return
    each, ratio = found[kpi, variant], top / bottom
    residuals: dict[Hashable, float] = defaultdict(float)
    weights: dict[Hashable, float] = defaultdict(float)
    for y, x, cluster in rows:
        residuals[cluster] += y - ratio * x
        weights[cluster] += x
    clusters = sum(weight > 0 for weight in weights.values())
    assert (each.numerator, each.denominator) == pytest.approx((top, bottom), rel=1e-9, abs=1e-9)
    assert each.value == pytest.approx(scale * ratio, rel=1e-9, abs=1e-9)
    assert each.clusters == clusters
    assert each.n == (sum(x != 0 for _y, x, _c in rows) if count == "rows" else round(bottom))
    if clusters < 2:
        assert each.se is None
        return
    spread = math.fsum(value**2 for value in residuals.values())
    error = scale * math.sqrt(clusters / (clusters - 1) * spread) / bottom
    assert each.se == pytest.approx(error, rel=1e-6, abs=1e-6 * scale)
    simple = math.fsum((y - ratio * x) ** 2 for y, x, _c in rows)
    if simple > 1e-9 * (top**2 + bottom**2) and spread > 1e-9 * simple:
        assert each.design_effect == pytest.approx(clusters / (clusters - 1) * spread / simple, rel=1e-6)


def counted(
    rows: list[Row], cluster: Callable[[Row], Hashable], among: Callable[[Row], Any], hit: Callable[[Row], Any]
) -> list[Sums]:
    """Give 1 and 1 for a hit among those that count, 0 and 1 for the others of them."""
    return [(float(bool(hit(row))), 1.0, cluster(row)) for row in rows if among(row)]


def summed(
    rows: list[Row], cluster: Callable[[Row], Hashable], name: str, among: Callable[[Row], Any] = bool
) -> list[Sums]:
    """Give the value of a column where it is known."""
    return [(row[name], 1.0, cluster(row)) for row in rows if among(row) and row[name] is not None]


def day(row: Row) -> Hashable:
    return str(row["day"])


def agent(row: Row) -> Hashable:
    return str(row["agent"])


def strangers(rows: list[Row]) -> Callable[[Row], Hashable]:
    """Give the cluster of a customer; everybody unknown is on their own."""
    numbers = {id(row): at for at, row in enumerate(rows)}
    return lambda row: row["customer"] if row["customer"] is not None else numbers[id(row)]


maybe = st.sampled_from([True, False, None])
seconds = st.integers(0, 60).map(float)
moments = st.integers(0, 40 * 24 * 60).map(lambda minute: BEGIN + dt.timedelta(minutes=minute))


def at(moment: dt.datetime) -> int:
    return BEGIN_S + int((moment - BEGIN).total_seconds())


@st.composite
def contacts(draw: Any) -> Row:
    """Draw a contact as cleaning leaves it: answered or given up only where it queued."""
    arrived, fate = draw(moments), draw(st.sampled_from(["answered", "answered", "gave up", "menu", "lost"]))
    answered = fate == "answered"
    length = draw(st.integers(0, 400))
    begin = arrived + dt.timedelta(seconds=30)
    return {
        "arrived_at": arrived,
        "day": arrived.date(),
        "queued": fate != "menu",
        "answered": answered,
        "abandoned": fate == "gave up",
        "wait_seconds": draw(seconds),
        "handle_seconds": draw(st.none() | seconds),
        "wrap_seconds": draw(st.none() | seconds),
        "agent": draw(st.sampled_from(["ann", "bob", "eve", None])),
        "customer": draw(st.sampled_from(["1", "2", "3", None])),
        "reason": draw(st.sampled_from(["a", "b", None])),
        "channel": draw(st.sampled_from(["voice", "chat", "bot"])),
        "ticket": draw(st.sampled_from(["t1", "t2", None])),
        "transferred": draw(maybe),
        "escalated": draw(maybe),
        "complaint": draw(maybe),
        "blocked": draw(maybe),
        "sale": draw(maybe),
        "survey_invited": draw(maybe),
        "survey_resolved": draw(maybe),
        "first_response_seconds": draw(st.none() | seconds),
        "score_csat": draw(st.none() | st.integers(1, 5).map(float)),
        "score_nps": draw(st.none() | st.integers(0, 10).map(float)),
        "score_ces": draw(st.none() | st.integers(1, 7).map(float)),
        "started_at_s": at(begin),
        "ended_at_s": at(begin) + length,
    }


def answered(row: Row) -> bool:
    return bool(row["answered"])


@few
@given(rows=st.lists(contacts(), min_size=1, max_size=30))
def test_access_family(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, contacts=rows)

    def queued(row: Row) -> bool:
        return bool(row["queued"])

    def early(row: Row) -> bool:
        return bool(row["abandoned"]) and row["wait_seconds"] <= 20

    def in_time(row: Row) -> bool:
        return answered(row) and row["wait_seconds"] <= 20

    def late_loss(row: Row) -> bool:
        return bool(row["abandoned"]) and row["wait_seconds"] > 5

    level = "service_level"
    holds(found, level, "answered_within_answered", counted(rows, day, answered, in_time))
    holds(found, level, "answered_within_offered", counted(rows, day, queued, in_time))
    less = counted(rows, day, lambda row: queued(row) and not early(row), in_time)
    holds(found, level, "answered_within_offered_less_short", less)
    holds(found, level, "handled_within_offered", counted(rows, day, queued, lambda row: in_time(row) or early(row)))
    holds(found, "asa", "answered", summed(rows, day, "wait_seconds", answered), 1)
    holds(found, "asa", "waited", summed(rows, day, "wait_seconds", lambda r: answered(r) and r["wait_seconds"] > 0), 1)
    holds(found, "abandonment", "offered", counted(rows, day, queued, lambda row: row["abandoned"]))
    short = [row for row in rows if queued(row) and (not row["abandoned"] or row["wait_seconds"] > 5)]
    holds(found, "abandonment", "less_short", counted(short, day, queued, late_loss))
    holds(found, "connect_rate", "standard", counted(rows, day, queued, answered))
    holds(found, "queue_time", "mean", summed(rows, day, "wait_seconds", queued), 1)
    holds(
        found,
        "blocked_rate",
        "standard",
        counted(rows, day, lambda r: r["blocked"] is not None, lambda r: r["blocked"]),
    )


@few
@given(rows=st.lists(contacts(), min_size=1, max_size=30))
def test_waits_after_kaplan_and_meier(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, contacts=rows)
    waits = [(row["wait_seconds"], answered(row)) for row in rows if row["queued"]]
    for variant, level in (("median_km", 0.5), ("p90_km", 0.9)):
        left, reached = 1.0, None
        for time in sorted({wait for wait, _ended in waits}):
            at_risk = sum(wait >= time for wait, _ended in waits)
            left *= 1 - sum(wait == time and ended for wait, ended in waits) / at_risk
            if left <= 1 - level + 1e-9:
                reached = time
                break
        value = found[("queue_time", variant)].value if ("queue_time", variant) in found else None
        assert value == reached


@few
@given(rows=st.lists(contacts(), min_size=1, max_size=30))
def test_handling_family(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, contacts=rows)
    holds(found, "aht", "standard", summed(rows, agent, "handle_seconds", answered), 1)
    holds(found, "acw", "standard", summed(rows, agent, "wrap_seconds", answered), 1)
    for kpi, name in (("transfer_rate", "transferred"), ("escalation_rate", "escalated"), ("conversion_rate", "sale")):
        known = [row for row in rows if answered(row) and row[name] is not None]
        holds(found, kpi, "standard", [(float(row[name]), 1.0, agent(row)) for row in known])
    told = [row for row in rows if row["complaint"] is not None]
    holds(
        found,
        "complaint_rate",
        "per_contacts",
        counted(told, day, lambda _row: True, lambda row: row["complaint"]),
        1000,
    )
    per: dict[str, int] = defaultdict(int)
    for row in told:
        if row["customer"] is not None:
            per[row["customer"]] += bool(row["complaint"])
    holds(found, "complaint_rate", "per_customers", [(number, 1.0, who) for who, number in per.items()], 1000)
    holds(found, "first_response_time", "mean", summed(rows, day, "first_response_seconds"), 1 / 60)
    last = max(row["arrived_at"] for row in rows)
    known = [row for row in rows if row["customer"] is not None and row["reason"] is not None]
    for days in (1, 5, 7, 30):
        span = dt.timedelta(days=days)
        sums = []
        for index, row in enumerate(known):
            if answered(row) and row["arrived_at"] + span <= last:
                again = any(
                    (other["customer"], other["reason"]) == (row["customer"], row["reason"])
                    and (row["arrived_at"], index) < (other["arrived_at"], place)
                    and other["arrived_at"] <= row["arrived_at"] + span
                    for place, other in enumerate(known)
                )
                sums.append((float(not again), 1.0, row["customer"]))
        holds(found, "fcr", f"no_repeat_{days}d", sums)


@few
@given(rows=st.lists(contacts(), min_size=1, max_size=30))
def test_issues_and_concurrency(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, contacts=rows)
    issues: dict[str, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    first: dict[str, dt.date] = {}
    for row in rows:
        if row["ticket"] is not None:
            issues[row["ticket"]][row["reason"]] += 1
            first[row["ticket"]] = min(first.get(row["ticket"], row["day"]), row["day"])
    sums = [(float(max(numbers.values()) >= 2), 1.0, first[name]) for name, numbers in issues.items()]
    holds(found, "same_issue_second_call", "standard", sums)
    chats: dict[tuple[Hashable, Hashable], set[int]] = defaultdict(set)
    total: dict[tuple[Hashable, Hashable], int] = defaultdict(int)
    for row in rows:
        if row["channel"] == "chat" and row["agent"] is not None:
            chats[agent(row), day(row)] |= set(range(row["started_at_s"], row["ended_at_s"]))
            total[agent(row), day(row)] += row["ended_at_s"] - row["started_at_s"]
    holds(found, "chat_concurrency", "standard", [(total[key], len(chats[key]), key[0]) for key in total], 1)


@few
@given(rows=st.lists(contacts(), min_size=1, max_size=30))
def test_survey_family(connection: Backend, rows: list[Row]) -> None:
    found, customer = measured(connection, contacts=rows), strangers(rows)

    def box(least: int) -> list[Sums]:
        known = [row for row in rows if row["score_csat"] is not None]
        return counted(known, customer, lambda _row: True, lambda row: row["score_csat"] >= least)

    for variant, least in (("top_box", 5), ("top2_box", 4), ("top3_box", 3)):
        holds(found, "csat", variant, box(least))
    holds(found, "csat_mean", "standard", summed(rows, customer, "score_csat"), 1)
    scored = [row for row in rows if row["score_nps"] is not None]
    sums = [(float(row["score_nps"] >= 9) - float(row["score_nps"] <= 6), 1.0, customer(row)) for row in scored]
    holds(found, "nps", "transactional", sums)
    holds(found, "ces", "mean", summed(rows, customer, "score_ces"), 1)
    easy = [row for row in rows if row["score_ces"] is not None]
    holds(found, "ces", "top3_box", counted(easy, customer, lambda _row: True, lambda row: row["score_ces"] >= 5))
    said = [row for row in rows if row["survey_resolved"] is not None]
    holds(
        found, "fcr_survey", "standard", counted(said, customer, lambda _row: True, lambda row: row["survey_resolved"])
    )
    invited = [row for row in rows if row["survey_invited"]]
    replied = counted(
        invited, customer, lambda _row: True, lambda r: r["score_csat"] is not None or r["score_nps"] is not None
    )
    holds(found, "survey_response_rate", "standard", replied)


@st.composite
def tickets(draw: Any) -> Row:
    """Draw a ticket, half of them open."""
    opened, length = draw(moments), draw(st.none() | st.integers(0, 300 * HOUR))
    return {
        "day": opened.date(),
        "opened_at_s": at(opened),
        "closed_at_s": None if length is None else at(opened) + length,
        "closed": length is not None,
        "complaint": draw(maybe),
        "reopened": draw(maybe),
        "escalated": draw(maybe),
        "contact_count": draw(st.none() | st.integers(0, 4).map(float)),
        "waiting_seconds": draw(st.none() | st.integers(0, 400 * HOUR).map(float)),
    }


@few
@given(rows=st.lists(tickets(), min_size=1, max_size=30))
def test_ticket_family(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, tickets=rows)
    now = max(value for row in rows for value in (row["opened_at_s"], row["closed_at_s"]) if value is not None)
    for row in rows:
        row["length"] = (row["closed_at_s"] if row["closed"] else now) - row["opened_at_s"]
    for kpi, hours, among in (
        ("ticket_closed_in_time", 120, lambda _row: True),
        ("complaint_closed_in_time", 72, lambda row: row["complaint"]),
    ):
        due = [row for row in rows if among(row) and (row["closed"] or row["length"] > hours * HOUR)]
        in_time = [(float(row["closed"] and row["length"] <= hours * HOUR), 1.0, day(row)) for row in due]
        holds(found, kpi, "standard", in_time)
    unfinished = [row for row in rows if not row["closed"]]
    holds(found, "backlog_age", "mean_age", [(row["length"], 1.0, day(row)) for row in unfinished], 1 / 3600)
    old = counted(unfinished, day, lambda _row: True, lambda row: row["length"] > 5 * DAY)
    holds(found, "backlog_age", "share_over_5d", old)

    def followed(row: Row) -> bool:
        ended = row["closed"] and row["closed_at_s"] + 30 * DAY <= now
        return bool(ended or (row["reopened"] and row["opened_at_s"] + 30 * DAY <= now))

    holds(found, "reopen_rate", "standard", counted(rows, day, followed, lambda row: row["reopened"]))
    known = [row for row in rows if row["escalated"] is not None]
    holds(found, "escalation_rate", "tickets", counted(known, day, lambda _row: True, lambda row: row["escalated"]))
    told = [row for row in rows if row["contact_count"] is not None]
    holds(
        found,
        "same_issue_second_call",
        "standard",
        counted(told, day, lambda _r: True, lambda r: r["contact_count"] >= 2),
    )
    done = [row for row in rows if row["closed"] and row["waiting_seconds"] is not None]
    waiting = [(min(row["waiting_seconds"], row["length"]), row["length"], day(row)) for row in done]
    holds(found, "stacking_share", "standard", waiting)


@st.composite
def histories(draw: Any) -> list[Row]:
    """Draw the events of tickets: opened, in steps, warned, closed, perhaps back and closed again."""
    rows = []
    for ticket in draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True)):
        time = at(draw(moments))
        story = draw(
            st.lists(
                st.sampled_from(["entered", "left", "closed", "reopened", "escalated", "warned", "acted"]), max_size=8
            )
        )
        for event in ["opened", *story]:
            moment = dt.datetime.fromtimestamp(time, dt.UTC)
            rows.append({"ticket": ticket, "event": event, "happened_at_s": time, "day": moment.date(), "node": "x"})
            time += draw(st.integers(1, 100 * HOUR))
    return rows


@few
@given(rows=histories())
def test_tickets_made_of_events(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, ticket_events=rows)
    now = max(row["happened_at_s"] for row in rows)
    done, unfinished, back, up, idle = [], [], [], [], []
    for name in sorted({row["ticket"] for row in rows}):
        own = [row for row in rows if row["ticket"] == name]
        times = {event: [r["happened_at_s"] for r in own if r["event"] == event] for event in ("closed", "reopened")}
        closed = bool(times["closed"]) and max(times["closed"]) >= max(times["reopened"], default=0)
        begin, when = own[0]["happened_at_s"], own[0]["day"]
        length = (max(times["closed"]) if closed else now) - begin
        if closed or length > 120 * HOUR:
            done.append((float(closed and length <= 120 * HOUR), 1.0, when))
        if not closed:
            unfinished.append((length, 1.0, when))
        up.append((float(any(row["event"] == "escalated" for row in own)), 1.0, when))
        turns = [row for row in own if row["event"] in {"closed", "reopened"}]
        came = any(
            first["event"] == "closed"
            and then["event"] == "reopened"
            and then["happened_at_s"] - first["happened_at_s"] <= 30 * DAY
            for first, then in itertools.pairwise(turns)
        )
        if times["closed"] and min(times["closed"]) + 30 * DAY <= now:
            back.append((float(came), 1.0, when))
        places = [row for row in own if row["event"] in {"entered", "left"}]
        pairs = [(row, places[index + 1] if places[index + 1 :] else None) for index, row in enumerate(places)]
        covered: list[tuple[int, int]] = []
        for row, then in pairs:
            if row["event"] == "entered":
                until = then["happened_at_s"] if then and then["event"] == "left" else begin + length
                start, stop = row["happened_at_s"], min(until, begin + length)
                covered += [(start, stop)] if stop >= start else []
        if covered:
            worked, reached = 0, 0
            for start, stop in sorted(covered):
                worked += max(0, stop - max(start, reached))
                reached = max(reached, stop)
            idle.append((length - worked, length, when))
    holds(found, "ticket_closed_in_time", "standard", done)
    holds(found, "backlog_age", "mean_age", unfinished, 1 / 3600)
    holds(found, "escalation_rate", "tickets", up)
    holds(found, "reopen_rate", "standard", back)
    holds(found, "stacking_share", "standard", idle)


@st.composite
def states(draw: Any) -> Row:
    """Draw a stretch of an agent's time."""
    begin = draw(moments)
    known = ["handling", "available", "break", "training", "meeting", "leave", "absent", "off"]
    return {
        "day": begin.date(),
        "agent": draw(st.sampled_from(["ann", "bob", "eve"])),
        "state": draw(st.sampled_from(known)),
        "planned": draw(st.sampled_from([*known, "work", None])),
        "paid": draw(maybe),
        "from_at_s": at(begin),
        "to_at_s": at(begin) + draw(st.integers(1, 4 * HOUR)),
    }


@few
@given(rows=st.lists(states(), min_size=1, max_size=30))
def test_time_of_agents(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, agent_states=rows)

    def share(among: Callable[[Row], Any], hit: Callable[[Row], Any]) -> list[Sums]:
        lengths = [(row["to_at_s"] - row["from_at_s"], row) for row in rows if among(row)]
        return [(length * bool(hit(row)), length, agent(row)) for length, row in lengths]

    def paid(row: Row) -> bool:
        return bool(row["paid"]) if row["paid"] is not None else row["state"] != "off"

    def work(state: str) -> str:
        return "work" if state in PRODUCTIVE else state

    handling: Callable[[Row], bool] = lambda row: row["state"] == "handling"  # noqa: E731 - said twice
    planned: Callable[[Row], bool] = lambda row: row["planned"] not in {None, "off"}  # noqa: E731 - said twice
    holds(found, "occupancy", "standard", share(lambda row: row["state"] in PRODUCTIVE, handling))
    holds(found, "utilisation", "standard", share(paid, handling))
    holds(found, "shrinkage", "total", share(paid, lambda row: row["state"] not in {*PRODUCTIVE, "work"}))
    holds(found, "shrinkage", "unplanned", share(paid, lambda row: row["state"] in UNPLANNED_AWAY))
    kept = share(planned, lambda row: work(row["state"]) == work(row["planned"]))
    holds(found, "schedule_adherence", "standard", kept)
    away = share(lambda r: planned(r) and r["planned"] != "leave", lambda row: row["state"] == "absent")
    holds(found, "absence", "standard", away)


@few
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "day": st.integers(0, 5).map(lambda n: BEGIN.date() + dt.timedelta(days=n)),
                "forecast": st.none() | st.integers(0, 90).map(float),
                "actual": st.none() | st.integers(0, 90).map(float),
            }
        ),
        min_size=1,
        max_size=30,
    )
)
def test_forecasts(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, intervals=rows)
    both = [row for row in rows if row["forecast"] is not None and row["actual"] is not None]
    errors = [(abs(row["actual"] - row["forecast"]), row["actual"], day(row)) for row in both]
    holds(found, "forecast_accuracy", "wape_interval", errors)
    holds(found, "forecast_bias", "standard", [(r["forecast"] - r["actual"], r["actual"], day(r)) for r in both])
    busy = [row for row in both if row["actual"] > 0]
    relative = [(abs(row["actual"] - row["forecast"]) / row["actual"], 1.0, day(row)) for row in busy]
    holds(found, "forecast_accuracy", "mape_interval", relative)
    days = {day(row): [r for r in both if day(r) == day(row)] for row in both}
    sums = {when: [sum(r[name] for r in own) for name in ("actual", "forecast")] for when, own in days.items()}
    holds(found, "forecast_accuracy", "wape_day", [(abs(a - f), a, when) for when, (a, f) in sums.items()])


@st.composite
def people(draw: Any) -> Row:
    """Draw a person on the staff."""
    hired = BEGIN_S - draw(st.integers(-200, 900)) * DAY
    stayed, learnt = draw(st.none() | st.integers(0, 700)), draw(st.none() | st.integers(0, 200))
    return {
        "day": BEGIN.date(),
        "hired_at_s": hired,
        "left_at_s": None if stayed is None else hired + stayed * DAY,
        "competent_at_s": None if learnt is None else hired + learnt * DAY,
        "internal": draw(maybe),
        "headcount": draw(st.sampled_from([1.0, 0.5, None])),
    }


@few
@given(rows=st.lists(people(), min_size=1, max_size=30))
def test_staff(connection: Backend, rows: list[Row]) -> None:
    found = measured(connection, as_of=BEGIN + dt.timedelta(days=100), staff=rows)
    now = BEGIN_S + 100 * DAY
    start = now - 365 * DAY
    for index, row in enumerate(rows):
        row["index"], row["weight"] = index, 1.0 if row["headcount"] is None else row["headcount"]
        gone = now if row["left_at_s"] is None else row["left_at_s"]
        present = max(min(gone, now) - max(row["hired_at_s"], start), 0)
        row["years"] = row["weight"] * present / (365.25 * DAY)
        row["left"] = row["left_at_s"] is not None and start < gone <= now and row["hired_at_s"] <= now
        row["soon"] = row["left_at_s"] is not None and gone - row["hired_at_s"] < 90 * DAY

    def leavers(among: Callable[[Row], Any]) -> list[Sums]:
        return [(row["weight"] * bool(row["left"] and among(row)), row["years"], row["index"]) for row in rows]

    holds(found, "attrition", "standard", leavers(lambda _row: True))
    holds(found, "attrition", "external", leavers(lambda row: not row["internal"]))
    holds(found, "attrition", "under_90d", leavers(lambda row: row["soon"]))
    holds(found, "attrition", "over_90d", leavers(lambda row: not row["soon"]))
    learnt = [
        ((row["competent_at_s"] - row["hired_at_s"]) / (7 * DAY), 1.0, row["index"])
        for row in rows
        if row["competent_at_s"] is not None and row["hired_at_s"] >= start and row["competent_at_s"] <= now
    ]
    holds(found, "time_to_competence", "standard", learnt, 1)


@few
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "day": st.just(BEGIN.date()),
                "form": st.sampled_from(["f1", "f2", "f3", "f4", "f5"]),
                "points": st.none() | st.integers(0, 9).map(float),
                "points_possible": st.just(10.0),
                "weight": st.sampled_from([1.0, 2.0, None]),
                "fatal": maybe,
            }
        ),
        min_size=1,
        max_size=30,
    )
)
def test_quality_family(connection: Backend, rows: list[Row]) -> None:
    who = {"f1": "ann", "f2": "ann", "f3": "bob", "f4": "eve", "f5": None}
    found = measured(connection, quality_forms=[{**row, "agent": who[row["form"]]} for row in rows])
    forms = {name: [row for row in rows if row["form"] == name] for name in sorted({row["form"] for row in rows})}
    sums = {}
    for name, own in forms.items():
        weights = [(1.0 if row["weight"] is None else row["weight"], row["points"]) for row in own]
        known = [(weight, points) for weight, points in weights if points is not None]
        reached, reachable = (sum(w * p for w, p in known), sum(w * 10 for w, _p in known))
        sums[name] = (reached, reachable, any(row["fatal"] for row in own))
    holds(found, "qa_score", "standard", [(y, x, who[name]) for name, (y, x, _fatal) in sums.items()])
    zero = [(0.0 if fatal else y, x, who[name]) for name, (y, x, fatal) in sums.items()]
    holds(found, "qa_score", "fatal_counts_zero", zero)
    holds(found, "critical_error_rate", "standard", [(float(f), 1.0, who[n]) for n, (_y, _x, f) in sums.items()])


@st.composite
def sessions(draw: Any) -> Row:
    """Draw a session with a bot."""
    started = draw(moments)
    return {
        "started_at": started,
        "day": started.date(),
        "customer": draw(st.sampled_from(["1", "2", "3", None])),
        "ended": draw(st.sampled_from(["resolved", "handed_over", "abandoned"])),
    }


@few
@given(rows=st.lists(sessions(), min_size=1, max_size=20), calls=st.lists(contacts(), min_size=1, max_size=15))
def test_containment_is_no_abandonment(connection: Backend, rows: list[Row], calls: list[Row]) -> None:
    found = measured(connection, bot_sessions=rows, contacts=calls)
    last = max(call["arrived_at"] for call in calls)
    people_ = [call for call in calls if answered(call) and call["channel"] != "bot"]
    for variant, hours in (("standard", 72), ("within_24h", 24)):
        span = dt.timedelta(hours=hours)
        sums = []
        for row in rows:
            if row["customer"] is None or row["started_at"] + span > last:
                continue
            again = any(
                call["customer"] == row["customer"]
                and row["started_at"] <= call["arrived_at"] <= row["started_at"] + span
                for call in people_
            )
            sums.append((float(row["ended"] == "resolved" and not again), 1.0, row["customer"]))
        holds(found, "bot_containment", variant, sums)


@few
@given(
    tasks=st.lists(st.tuples(maybe, st.sampled_from(["1", "2", None]), st.integers(0, 4)), min_size=1, max_size=20),
    probes=st.lists(st.tuples(maybe, st.integers(0, 4)), min_size=1, max_size=20),
    articles=st.lists(st.tuples(st.none() | st.integers(-9, 9), st.integers(0, 9), maybe), min_size=1, max_size=20),
    projects=st.lists(st.tuples(st.integers(1, 99), st.integers(-9, 99)), min_size=1, max_size=9),
)
def test_digital_family(
    connection: Backend,
    tasks: list[tuple[bool | None, str | None, int]],
    probes: list[tuple[bool | None, int]],
    articles: list[tuple[int | None, int, bool | None]],
    projects: list[tuple[int, int]],
) -> None:
    first = BEGIN.date()
    found = measured(
        connection,
        as_of=BEGIN,
        tasks=[{"completed": c, "customer": w, "day": first + dt.timedelta(days=d)} for c, w, d in tasks],
        probes=[{"ok": ok, "day": first + dt.timedelta(days=d)} for ok, d in probes],
        articles=[
            {
                "review_due_at": None if d is None else BEGIN + dt.timedelta(days=d),
                "review_due_at_s": None if d is None else BEGIN_S + d * DAY,
                "uses": float(u),
                "correct": c,
                "day": first,
            }
            for d, u, c in articles
        ],
        projects=[{"cost": float(cost), "benefit": float(benefit), "day": first} for cost, benefit in projects],
    )
    done = [(float(c), 1.0, w if w is not None else at) for at, (c, w, _d) in enumerate(tasks) if c is not None]
    holds(found, "self_service_completion", "standard", done)
    holds(found, "digital_availability", "standard", [(float(ok), 1.0, d) for ok, d in probes if ok is not None])
    fresh = [(at, d is not None and d >= 0, u, c) for at, (d, u, c) in enumerate(articles)]
    holds(found, "knowledge_freshness", "standard", [(float(u * ok), float(u), at) for at, ok, u, _c in fresh])
    holds(found, "knowledge_freshness", "by_article", [(float(ok), 1.0, at) for at, ok, _u, _c in fresh])
    holds(found, "knowledge_accuracy", "standard", [(float(c), 1.0, at) for at, _o, _u, c in fresh if c is not None])
    gain = [(float(benefit - cost), float(cost), at) for at, (cost, benefit) in enumerate(projects)]
    holds(found, "project_roi", "standard", gain)
