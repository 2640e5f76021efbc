"""Exports as real systems make them: guessed, read and measured, they give the figures counted in plain Python."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from benchmarks.measuring import Measured, measure_file, parse_mapping
from benchmarks.records.guess import Guess, guess, written
from benchmarks.records.sample import take_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

BEGIN = dt.datetime(2026, 3, 2, 8)  # noqa: DTZ001 - exports give local times


@dataclass(frozen=True)
class Call:
    """One call of the invented truth behind every export."""

    name: str
    at: dt.datetime
    wait: int
    answered: bool
    talk: int
    hold: int
    wrap: int
    agent: str
    customer: str

    @property
    def handle(self) -> int:
        """Seconds of handling."""
        return self.talk + self.hold + self.wrap

    @property
    def answered_at(self) -> dt.datetime:
        """The moment of the answer, if there was one."""
        return self.at + dt.timedelta(seconds=self.wait)


def make_calls() -> list[Call]:
    """Make calls over four weeks, some of them given up."""
    chance = random.Random(5)  # noqa: S311 - no secret
    calls = []
    for number in range(160):
        at, wait = BEGIN + dt.timedelta(hours=number * 3.4, seconds=number * 7), chance.randrange(120)
        answered = chance.random() < 0.85
        talk, hold, wrap = (
            chance.randrange(low, high) if answered else 0 for low, high in ((900, 2500), (0, 60), (0, 80))
        )
        agent = f"Agent {number % 6}" if answered else ""
        calls.append(Call(f"c{number:05}", at, wait, answered, talk, hold, wrap, agent, str(555_000 + number % 60)))
    return calls


CALLS = make_calls()
ANSWERED = [call for call in CALLS if call.answered]
TRUTH = {
    ("abandonment", "offered"): 100 * (1 - len(ANSWERED) / len(CALLS)),
    ("asa", "answered"): sum(call.wait for call in ANSWERED) / len(ANSWERED),
    ("aht", "standard"): sum(call.handle for call in ANSWERED) / len(ANSWERED),
}


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def minutes(seconds: int) -> str:
    return f"{seconds // 60:02}:{seconds % 60:02}"


def letters(seconds: int) -> str:
    return f"{seconds // 60}m {seconds % 60}s"


def serial(at: dt.datetime) -> str:
    return f"{(at - dt.datetime(1899, 12, 30)).total_seconds() / 86_400:.8f}"  # noqa: DTZ001


def word(call: Call, yes: str, no: str) -> str:
    return yes if call.answered else no


def simple(
    call: Call, layout: str = "%Y-%m-%d %H:%M:%S", outcome: tuple[str, str] = ("Answered", "Abandoned")
) -> list[object]:
    return [
        call.name,
        call.at.strftime(layout),
        call.customer,
        call.agent,
        call.wait,
        call.handle,
        word(call, *outcome),
    ]


SIMPLE = "Call ID,Start Time,Customer ID,Agent,Wait Time,Handle Time,Outcome"
UTC_LAYOUT = "%Y-%m-%dT%H:%M:%S.000Z"
EXPORTS: dict[str, tuple[str, Callable[[Call], Sequence[object]], str, str]] = {
    # Two waits, and milliseconds that no header states.
    "genesys": (
        (
            "Conversation ID,Conversation Start,Media Type,Queue,User,Customer Participant,Time to Answer,"
            "Time to Abandon,"
            "Total Talk,Total Hold,Total ACW,Abandoned"
        ),
        lambda c: [
            *(c.name, c.at.strftime(UTC_LAYOUT), "voice", "Sales", c.agent, c.customer),
            *((c.wait * 1000, "") if c.answered else ("", c.wait * 1000)),
            *(c.talk * 1000, c.hold * 1000, c.wrap * 1000, word(c, "NO", "YES")),
        ],
        ",",
        "utf-8",
    ),
    "avaya": (
        (
            "UCID,Segment Start,Calling Party,Split/Skill,Answering Login ID,QUEUETIME,TALKTIME,ANSHOLDTIME,ACWTIME,"
            "Call Disposition"
        ),
        lambda c: [
            *(c.name, c.at.strftime("%m/%d/%Y %H:%M:%S"), c.customer, "12", c.agent, c.wait, c.talk, c.hold, c.wrap),
            word(c, "Answered", "Abandoned in queue"),
        ],
        ",",
        "utf-8",
    ),
    # Answered is who has a moment of the answer.
    "amazon connect": (
        (
            "ContactId,InitiationTimestamp,Channel,Queue.Name,Queue.Duration,Agent.Username,"
            "Agent.ConnectedToAgentTimestamp,Agent.AgentInteractionDuration,Agent.CustomerHoldDuration,"
            "Agent.AfterContactWorkDuration,CustomerEndpoint.Address"
        ),
        lambda c: [
            *(c.name, c.at.strftime(UTC_LAYOUT), "VOICE", "Sales", c.wait, c.agent),
            *((c.answered_at.strftime(UTC_LAYOUT), c.talk, c.hold, c.wrap) if c.answered else ("", "", "", "")),
            c.customer,
        ],
        ",",
        "utf-8",
    ),
    "five9": (
        (
            "CALL ID,DATE,TIME,AGENT,ANI,SKILL,DISPOSITION,QUEUE WAIT TIME,TALK TIME,HOLD TIME,AFTER CALL WORK TIME,"
            "HANDLE TIME,ABANDONED"
        ),
        lambda c: [
            *(c.name, c.at.strftime('"%a, %d %b %Y"'), c.at.strftime("%H:%M:%S"), c.agent or "[None]", c.customer, "S"),
            *("Voicemail", clock(c.wait), clock(c.talk), clock(c.hold), clock(c.wrap), clock(c.handle)),
            word(c, "0", "1"),
        ],
        ",",
        "utf-8",
    ),
    "china": (
        "流水号,来电时间,来电号码,技能组,坐席工号,排队时长(秒),通话时长(秒),保持时长(秒),话后时长(秒),通话结果",
        lambda c: [
            *(c.name, c.at.strftime("%Y/%m/%d %H:%M:%S"), c.customer, "账单查询", c.agent, c.wait, c.talk, c.hold),
            *(c.wrap, word(c, "人工接听", "用户放弃")),
        ],
        ",",
        "gb18030",
    ),
    # Years that count from 1912.
    "taiwan": (
        "通話編號,進線時間,來電號碼,座席,等待秒數,通話秒數,保留秒數,話後處理秒數,接聽狀態",
        lambda c: [
            *(c.name, f"{c.at.year - 1911}/{c.at:%m/%d %H:%M:%S}", c.customer, c.agent and "王小明", c.wait, c.talk),
            *(c.hold, c.wrap, word(c, "已接聽", "未接聽")),
        ],
        ",",
        "big5",
    ),
    "germany": (
        "Anruf-ID;Anrufdatum;Anrufzeit;Kundennummer;Mitarbeiter;Wartezeit;Bearbeitungszeit;Ergebnis",
        lambda c: [
            *(c.name, c.at.strftime("%d.%m.%Y"), c.at.strftime("%H:%M:%S"), c.customer, c.agent, f"{c.wait},0"),
            *(f"{c.handle:,}".replace(",", ".") + ",00", word(c, "angenommen", "aufgelegt")),
        ],
        ";",
        "cp1252",
    ),
    "points between thousands": (
        SIMPLE.replace(",", ";"),
        lambda c: [*simple(c)[:5], f"{c.handle:,}".replace(",", "."), simple(c)[6]],
        ";",
        "utf-8",
    ),
    "commas between thousands": (
        SIMPLE.replace("Time,Outcome", "Time (ms),Outcome"),
        lambda c: [*simple(c)[:5], f'"{c.handle * 1000:,}"', simple(c)[6]],
        ",",
        "utf-8",
    ),
    "spreadsheet days": (SIMPLE, lambda c: [c.name, serial(c.at), *simple(c)[2:]], ",", "utf-8"),
    "month names": (SIMPLE, lambda c: simple(c, "%d-%b-%Y %H:%M:%S"), ",", "utf-8-sig"),
    "minutes": (SIMPLE, lambda c: [*simple(c)[:4], minutes(c.wait), minutes(c.handle), simple(c)[6]], ",", "utf-8"),
    "letters": (SIMPLE, lambda c: [*simple(c)[:4], letters(c.wait), letters(c.handle), simple(c)[6]], ",", "utf-8"),
    "tabs": (SIMPLE.replace(",", "\t"), simple, "\t", "utf-16"),
}


def guessed(path: Path, text: str, encoding: str = "utf-8") -> tuple[Guess, Measured]:
    """Guess the mapping of a file, and measure with it as it is."""
    path.write_bytes(text.encode(encoding))
    found = guess(take_sample(path), time_zone="Europe/London")
    return found, measure_file(path, parse_mapping(written(found.document)))


def lines(header: str, line: Callable[[Call], Sequence[object]], mark: str = ",") -> str:
    return "\n".join([header, *(mark.join(map(str, line(call))) for call in CALLS), ""])


def values(measured: Measured) -> dict[tuple[str, str], float]:
    return {(each.kpi, each.variant): each.value for each in measured.kpis}


@pytest.mark.parametrize("name", EXPORTS)
def test_export_gives_the_true_figures(tmp_path: Path, name: str) -> None:
    header, line, mark, encoding = EXPORTS[name]
    _found, measured = guessed(tmp_path / "a.csv", lines(header, line, mark), encoding)
    assert measured.quality["rows_used"] == len(CALLS)
    assert (measured.quality["period_from"], measured.quality["period_to"]) == ("2026-03-02", "2026-03-24")
    assert {key: values(measured)[key] for key in TRUTH} == pytest.approx(TRUTH)


@pytest.mark.parametrize("unknown", ["", "1900-01-01 00:00:00", "9999-12-31 23:59:59"])
@pytest.mark.parametrize(
    "header",
    [
        "call_id,queued_at,answered_at,ended_at,agent,customer_id",
        "Call ID,Queue entry,Answered at,Hung up at,Agent name,Caller number",
        "流水號,進線時間,接通時間,掛機時間,座席,來電號碼",
    ],
)
def test_moments_alone_tell_who_was_answered_and_how_long_all_took(tmp_path: Path, header: str, unknown: str) -> None:
    def line(call: Call) -> list[object]:
        end = call.answered_at + dt.timedelta(seconds=call.handle)
        return [call.name, call.at, call.answered_at if call.answered else unknown, end, call.agent, call.customer]

    _found, measured = guessed(tmp_path / "a.csv", lines(header, line))
    assert measured.quality["rows_used"] == len(CALLS)
    assert {key: values(measured)[key] for key in TRUTH} == pytest.approx(TRUTH)


def test_where_nothing_else_tells_who_has_an_agent_was_answered_and_that_is_to_be_checked(tmp_path: Path) -> None:
    header = "Call ID,Start Time,Customer ID,Agent,Wait Time,Handle Time"
    found, measured = guessed(tmp_path / "a.csv", lines(header, lambda c: simple(c)[:6]))
    assert {key: values(measured)[key] for key in TRUTH} == pytest.approx(TRUTH)
    assert [(each.confidence, each.value) for each in found.stated if each.what == "answered"] == [("unsure", "Agent")]


def test_titles_blank_lines_repeated_headers_and_a_total_are_no_calls(tmp_path: Path) -> None:
    rows = [",".join(map(str, simple(call))) for call in CALLS]
    body = [line for at, row in enumerate(rows) for line in (("", SIMPLE, row) if at and at % 50 == 0 else (row,))]
    text = "\n".join(["Call Detail Report", "March 2026", "", SIMPLE, *body, "Total,,,,9999,9999,160", ""])
    found, measured = guessed(tmp_path / "a.csv", text)
    assert found.document["format"]["header_row"] == "4"
    assert measured.rejected["arrived_at: not a date and time"] == {"rows": 3, "lines": [56, 108, 160]}
    assert measured.rejected["arrived_at: missing"]["rows"] == 1
    assert {key: values(measured)[key] for key in TRUTH} == pytest.approx(TRUTH)


def test_codes_of_an_outcome_are_asked_about_and_not_guessed(tmp_path: Path) -> None:
    header = "DateTime,RouterCallKey,CallDisposition,ANI,LocalQTime,TalkTime,HoldTime,WorkTime"

    def line(call: Call) -> list[object]:
        return [call.at, call.name, word(call, "13", "2"), call.customer, call.wait, call.talk, call.hold, call.wrap]

    found, measured = guessed(tmp_path / "a.csv", lines(header, line))
    assert not {"asa", "abandonment", "service_level"} & {kpi for kpi, _variant in values(measured)}
    assert any("CallDisposition" in doubt.words() and "13, 2" in doubt.words() for doubt in found.doubts)


def test_column_that_is_called_like_a_field_but_holds_something_else_is_named(tmp_path: Path) -> None:
    text = lines(SIMPLE, lambda c: [*simple(c)[:4], "short", c.handle, simple(c)[6]])
    found, _measured = guessed(tmp_path / "a.csv", text)
    assert any(doubt.words().startswith("“Wait Time” sounds like waiting time") for doubt in found.doubts)


# Half of the tickets are open; the last moment in the file is day 40 of it.
OPENED = [dt.datetime(2026, 2, 1, 9) + dt.timedelta(hours=4 * n) for n in range(200)]  # noqa: DTZ001
CLOSED = [at + dt.timedelta(hours=7 + n * 5 % 160) if n % 2 else None for n, at in enumerate(OPENED)]
LAST = max(at for at in (*OPENED, *CLOSED) if at)
LIMIT = dt.timedelta(hours=120)


def closed_in_time() -> float:
    """Count tickets closed within five days among those that were, and those that are open beyond them."""
    done = [end - at for at, end in zip(OPENED, CLOSED, strict=True) if end]
    late = sum(LAST - at > LIMIT for at, end in zip(OPENED, CLOSED, strict=True) if not end)
    return 100 * sum(each <= LIMIT for each in done) / (len(done) + late)


TICKETS = {
    "zendesk": ("Ticket ID,Created at,Solved at,Requester ID,Status", "%Y-%m-%d %H:%M:%S", ("",)),
    "service requests": (
        "Unique Key,Created Date,Closed Date,Agency,Complaint Type",
        "%m/%d/%Y %I:%M:%S %p",
        ("", "01/01/1900 12:00:00 AM"),
    ),
    "china": ("工单编号,创建时间,办结时间,客户编号,处理人", "%Y/%m/%d %H:%M:%S", ("1900/01/01 00:00:00", "")),
    "nothing": (
        "ticket_id,created,closed,customer,status",
        "%Y-%m-%d %H:%M:%S",
        ("0", "0000-00-00 00:00:00", "9999-12-31 00:00:00", "NULL"),
    ),
    "epoch": ("ticket_id,created_at,closed_at,customer,status", "%s", ("0",)),
}


@pytest.mark.parametrize("name", TICKETS)
def test_tickets_of_which_half_are_open(tmp_path: Path, name: str) -> None:
    header, layout, unknown = TICKETS[name]

    def moment(at: dt.datetime) -> str:
        return str(int(at.replace(tzinfo=dt.UTC).timestamp())) if layout == "%s" else at.strftime(layout)

    rows = [
        f"{n + 1},{moment(at)},{moment(end) if end else unknown[n // 2 % len(unknown)]},{n % 40 + 1},x"
        for n, (at, end) in enumerate(zip(OPENED, CLOSED, strict=True))
    ]
    found, measured = guessed(tmp_path / "a.csv", "\n".join([header, *rows, ""]))
    assert found.document["kind"] == "tickets"
    assert measured.quality["rows_used"] == 200
    assert values(measured)["ticket_closed_in_time", "standard"] == pytest.approx(closed_in_time())
    assert {each.n for each in measured.kpis if each.variant == "mean_age"} == {100}


EVENTS = {
    "words": ("ticket_id,event_time,event_type,actor", ("created", "assigned", "pending", "solved")),
    "sentences": (
        "Ticket ID,Timestamp,Action,Updater",
        ("Ticket Created", "Assigned to agent", "Status changed to Pending", "Status changed to Solved"),
    ),
    "china": ("工单号,操作时间,操作类型,操作人", ("建单", "派单", "挂起", "办结")),
    "statuses": ("issue,changed_at,to_status,author", ("New", "Open", "Pending", "Solved")),
}


@pytest.mark.parametrize("name", EVENTS)
def test_events_instead_of_tickets(tmp_path: Path, name: str) -> None:
    header, (opened, assigned, waiting, closed) = EVENTS[name]
    rows = []
    for n, (at, end) in enumerate(zip(OPENED, CLOSED, strict=True)):
        rows += [(at, n, opened), (at + dt.timedelta(minutes=5), n, assigned)]
        rows += [(at + dt.timedelta(minutes=9), n, waiting), (end, n, closed)] if end else []
    text = "\n".join([header, *(f"{n},{at:%Y-%m-%d %H:%M:%S},{what},ann" for at, n, what in sorted(rows)), ""])
    found, measured = guessed(tmp_path / "a.csv", text)
    assert found.document["kind"] == "ticket_events"
    assert not measured.rejected
    assert values(measured)["ticket_closed_in_time", "standard"] == pytest.approx(closed_in_time())


def test_satisfaction_in_words_becomes_a_score(tmp_path: Path) -> None:
    said = ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied")
    rows = [f"{n},2026-03-{n % 28 + 1:02} 09:00:00,{said[n * n % 5]},{n % 11},{n}" for n in range(100)]
    _found, measured = guessed(tmp_path / "a.csv", "\n".join(["ResponseId,RecordedDate,CSAT,NPS,Customer", *rows, ""]))
    top = 100 * sum(n * n % 5 >= 3 for n in range(100)) / 100
    assert values(measured)["csat", "top2_box"] == pytest.approx(top)


def test_recommendation_from_1_to_10_is_another_measure(tmp_path: Path) -> None:
    rows = [f"{n},2026-03-{n % 28 + 1:02} 09:00:00,{n % 10 + 1},{n % 5 + 1}" for n in range(300)]
    header = "Response ID,Response Date,NPS (1-10),CSAT"
    found, measured = guessed(tmp_path / "a.csv", "\n".join([header, *rows, ""]))
    assert "nps" not in {kpi for kpi, _variant in values(measured)}
    assert any(each.what == "score_nps" and "from 1 to 10" in each.reason.words() for each in found.stated)
    # Under a header that does not say so, nobody who gives 0 tells it.
    _found, measured = guessed(tmp_path / "b.csv", "\n".join([header.replace(" (1-10)", ""), *rows, ""]))
    assert [each.code for each in measured.warnings if each.kpi == "nps"] == ["nps_without_zero"]


def test_work_that_is_not_told_apart_gives_no_occupancy(tmp_path: Path) -> None:
    rows = [
        f"{agent},{state},2026-03-{day:02} {begin:02}:00:00,2026-03-{day:02} {begin + 1:02}:00:00"
        for agent in "AB"
        for day in range(1, 20)
        for begin, state in ((9, "On Queue"), (10, "Idle"), (11, "Meal"))
    ]
    _found, measured = guessed(tmp_path / "a.csv", "\n".join(["Agent,Status,Start Time,End Time", *rows, ""]))
    assert values(measured) == pytest.approx({("shrinkage", "total"): 100 / 3, ("shrinkage", "unplanned"): 0})
    assert "occupancy standard" in measured.not_measured


def test_refused_rows_and_odd_lengths_are_warned_of(tmp_path: Path) -> None:
    rows = [f"{n},2026-03-{n % 28 + 1:02} 09:00:00,7,A,{5 if n % 3 else 'x'},0.4,Answered" for n in range(90)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([SIMPLE, *rows, ""]))
    mapping = """kind: contacts
format: {type: csv}
time_zone: UTC
fields:
  arrived_at: {column: Start Time}
  wait_seconds: {column: Wait Time}
  answered: {column: Outcome, equals: Answered}
  handle_seconds: {column: Handle Time}
"""
    measured = measure_file(path, parse_mapping(mapping))
    warned = {each.code: each.values for each in measured.warnings}
    assert warned["many_refused"] == {"share": 33.3, "kind": "contacts"}
    assert warned["odd_handling"] == {"seconds": 0.4}


@pytest.mark.parametrize(
    ("decimal", "text", "number"),
    [
        ("point", "1,234", 1234),
        ("point", "1,234,567.5", 1_234_567.5),
        ("point", "1.5", 1.5),
        ("point", "1,5", None),
        ("point", "12,34", None),
        ("point", "1,2345", None),
        ("comma", "1.234", 1234),
        ("comma", "1.234,5", 1234.5),
        ("comma", "1 234,5", 1234.5),
        ("comma", "1,5", 1.5),
        ("comma", "12.5", None),
        ("comma", "1.23", None),
    ],
)
def test_marks_of_numbers_are_read_only_where_they_may_stand(
    tmp_path: Path, decimal: str, text: str, number: float | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"at;talk\n2026-03-01 09:00:00;{text}\n2026-03-01 09:00:00;7\n")
    mapping = f"""kind: contacts
format: {{type: csv, delimiter: semicolon, decimal: {decimal}}}
time_zone: UTC
fields:
  arrived_at: {{column: at}}
  talk_seconds: {{column: talk}}
  answered: {{constant: "true"}}
  wait_seconds: {{column: talk}}
"""
    found = values(measure_file(path, parse_mapping(mapping)))["aht", "standard"]
    assert found == pytest.approx(7 if number is None else (7 + number) / 2)
