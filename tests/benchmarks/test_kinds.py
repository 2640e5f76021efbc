"""Every kind of records: values worked out by hand on small files, and what is refused of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.measuring import MappingError, Measured, RecordsError, measure_files, parse_mapping

if TYPE_CHECKING:
    from pathlib import Path

HEADS = {
    "contacts": """fields:
  contact_id: {column: id}
  arrived_at: {column: at}
  wait_seconds: {column: wait}
  answered: {column: ok}
  customer: {column: who}
  channel: {column: channel}
  agent: {column: agent}
  started_at: {column: start}
  ended_at: {column: end}
  escalated: {column: up}
  complaint: {column: complaint}
  blocked: {column: blocked}
  sale: {column: sale}
  reason: {column: why}
  ticket: {column: ticket}
  first_response_seconds: {column: first}
  survey_invited: {column: invited}
""",
    "tickets": """as_of: 2026-03-20T00:00
fields:
  ticket: {column: id}
  opened_at: {column: opened}
  closed_at: {column: closed}
  complaint: {column: complaint}
  reopened: {column: back}
  contact_count: {column: contacts}
  waiting_seconds: {column: waiting, unit: hours}
""",
    "ticket_events": """as_of: 2026-04-20T00:00
thresholds: {warning_seconds: 3600}
fields:
  ticket: {column: id}
  happened_at: {column: at}
  event: {column: what, map: {IN: entered, OUT: left}}
  node: {column: node}
  level: {column: level}
""",
    "surveys": """fields:
  answered_at: {column: at}
  survey: {column: survey}
  question: {column: question}
  score: {column: score}
  scale: {column: scale}
  customer: {column: who}
  survey_invited: {column: invited}
""",
    "agent_states": """fields:
  agent: {column: agent}
  state: {column: state}
  from_at: {column: start}
  to_at: {column: end}
  planned: {column: plan}
""",
    "schedules": """fields:
  agent: {column: agent}
  state: {column: state}
  from_at: {column: start}
  to_at: {column: end}
""",
    "intervals": """fields:
  starts_at: {column: at}
  forecast: {column: forecast}
  actual: {column: actual}
  service_level_percent: {column: level}
""",
    "quality_forms": """fields:
  form: {column: form}
  rated_at: {column: at}
  agent: {column: agent}
  rater: {column: rater}
  contact: {column: contact}
  points: {column: points}
  points_possible: {column: most}
  weight: {column: weight}
  fatal: {column: fatal}
""",
    "staff": """as_of: 2026-12-31
period_from: 2026-01-01
fields:
  person: {column: id}
  hired_at: {column: hired}
  left_at: {column: gone}
  internal: {column: inside}
  competent_at: {column: able}
""",
    "articles": """as_of: 2026-06-30
fields:
  article: {column: id}
  review_due_at: {column: due}
  uses: {column: uses}
  correct: {column: right}
""",
    "probes": """fields:
  probed_at: {column: at}
  ok: {column: ok}
  load_seconds: {column: load, unit: milliseconds}
""",
    "tasks": """fields:
  started_at: {column: at}
  completed: {column: done}
""",
    "bot_sessions": """fields:
  session: {column: id}
  started_at: {column: at}
  ended: {column: how}
  customer: {column: who}
""",
    "notices": """fields:
  affected_at: {column: at}
  told_at: {column: told}
  asked_at: {column: asked}
""",
    "money": """fields:
  from_at: {column: start}
  to_at: {column: end}
  cost: {column: cost}
  revenue: {column: revenue}
  contact_count: {column: contacts}
  currency: {column: currency}
""",
    "projects": """fields:
  project: {column: id}
  finished_at: {column: at}
  cost: {column: cost}
  benefit: {column: benefit}
""",
}
FILES = {
    # Chats of ann overlap by 5 of 10 minutes each: 20 minutes in 15. Anonymous contacts follow nobody.
    "contacts": """id;at;wait;ok;who;channel;agent;start;end;up;complaint;blocked;sale;why;ticket;first;invited
1;2026-03-01 10:00;0;1;7;chat;ann;2026-03-01 10:00;2026-03-01 10:10;1;0;0;1;a;t1;60;1
2;2026-03-01 10:05;0;1;8;chat;ann;2026-03-01 10:05;2026-03-01 10:15;0;1;0;0;a;t1;180;1
3;2026-03-02 10:00;30;0;7;voice;;;;;;1;;b;t2;;1
4;2026-03-09 10:00;10;1;9;voice;bob;;;0;0;0;0;a;t3;;1
""",
    # As of 20 March: 1 in 48 h, 2 in 100 h, 3 in 200 h, 4 open for 10 days, 5 open for 2 days.
    "tickets": """id;opened;closed;complaint;back;contacts;waiting
1;2026-03-01 00:00;2026-03-03 00:00;1;0;1;24
2;2026-03-02 00:00;2026-03-06 04:00;1;0;2;25
3;2026-03-02 00:00;2026-03-10 08:00;0;0;3;100
4;2026-03-10 00:00;1900-01-01 00:00;0;0;1;
5;2026-03-18 00:00;;0;0;;
""",
    # a: 10 hours, 6 of them in steps that overlap. b: closed, back after 5 days, closed; 7 days, in no step.
    "ticket_events": """id;at;what;node;level
a;2026-03-01 00:00;opened;;
a;2026-03-01 01:00;IN;x;
a;2026-03-01 02:00;warned;;1
a;2026-03-01 02:30;acted;;1
a;2026-03-01 05:00;OUT;x;
a;2026-03-01 04:00;IN;y;
a;2026-03-01 07:00;OUT;y;
a;2026-03-01 10:00;closed;;
b;2026-03-01 00:00;opened;;
b;2026-03-01 03:00;warned;;2
b;2026-03-01 08:00;acted;;2
b;2026-03-02 00:00;closed;;
b;2026-03-07 00:00;reopened;;
b;2026-03-07 12:00;escalated;;
b;2026-03-08 00:00;closed;;
""",
    "surveys": """at;survey;question;score;scale;who;invited
2026-03-01 10:00;1;csat;5;1-5;7;1
2026-03-01 10:00;1;nps;10;;7;1
2026-03-01 10:00;1;ces;7;;7;1
2026-03-02 10:00;2;csat;3;1-5;8;1
2026-03-02 10:00;2;nps;3;;8;1
2026-03-02 10:00;2;nps;9;1-10;8;1
2026-03-02 10:00;2;ces;4;;8;1
2026-03-02 10:00;2;resolved;1;;8;1
2026-03-03 10:00;3;csat;;;9;1
2026-03-03 10:00;4;nps_relationship;9;;9;1
2026-03-03 10:00;4;good_bad;0;;9;1
""",
    # 8 hours: 4 handling, 1 available, 1 break, 1 absent, 1 off.
    "agent_states": """agent;state;start;end;plan
ann;handling;2026-03-01 08:00;2026-03-01 10:00;work
ann;available;2026-03-01 10:00;2026-03-01 11:00;work
ann;break;2026-03-01 11:00;2026-03-01 12:00;work
bob;absent;2026-03-01 08:00;2026-03-01 09:00;work
bob;handling;2026-03-01 09:00;2026-03-01 11:00;break
bob;off;2026-03-01 11:00;2026-03-01 12:00;off
""",
    "intervals": """at;forecast;actual;level
2026-03-01 08:00;100;80;90
2026-03-01 09:00;10;20;50
2026-03-02 08:00;50;100;80
""",
    "quality_forms": """form;at;agent;rater;contact;points;most;weight;fatal
1;2026-03-01;ann;r1;c1;8;10;1;0
1;2026-03-01;ann;r1;c1;1;5;2;0
2;2026-03-01;ann;r2;c1;10;10;1;0
2;2026-03-01;ann;r2;c1;0;5;2;0
3;2026-03-02;bob;r1;c2;0;20;1;1
4;2026-03-02;bob;r2;c2;0;20;1;0
""",
    # Of the year 2026: one stays all of it, one leaves inside after half, one comes in July and leaves in August.
    "staff": """id;hired;gone;inside;able
1;2020-01-01;;;
2;2020-01-01;2026-07-02;1;
3;2026-07-02;2026-08-01;0;2026-07-16
4;2019-01-01;2025-12-01;0;
""",
    "articles": """id;due;uses;right
1;2026-07-01;90;1
2;2026-06-01;10;0
3;;100;
""",
    "probes": """at;ok;load
2026-03-01 10:00;1;100
2026-03-01 10:01;0;
2026-03-02 10:00;1;300
2026-03-02 10:01;1;200
""",
    "tasks": """at;done
2026-03-01 10:00;1
2026-03-02 10:00;0
2026-03-02 11:00;1
2026-03-02 12:00;1
""",
    # 7 comes back to a person after 9 h; 10 never; 9 gave up; the 72 hours of 8 end after the last contact, the 24
    # do not; one is unknown.
    "bot_sessions": """id;at;how;who
1;2026-03-01 01:00;resolved;7
2;2026-03-01 01:00;resolved;10
3;2026-03-01 01:00;abandoned;9
4;2026-03-08 01:00;resolved;8
5;2026-03-01 01:00;resolved;
""",
    "notices": """at;told;asked
2026-03-01;2026-03-01 10:00;
2026-03-01;2026-03-01 10:00;2026-03-01 09:00
2026-03-01;;
2026-03-02;2026-03-02 08:00;2026-03-02 09:00
""",
    "money": """start;end;cost;revenue;contacts;currency
2026-02-01;2026-03-01;1000;300;100;HKD
2026-03-01;2026-04-01;3000;900;100;HKD
""",
    "projects": """id;at;cost;benefit
1;2026-03-01;100;150
2;2026-03-01;100;30
""",
    "schedules": """agent;state;start;end
ann;work;2026-03-01 08:00;2026-03-01 12:00
bob;work;2026-03-01 08:00;2026-03-01 09:00
bob;break;2026-03-01 09:00;2026-03-01 10:00
bob;off;2026-03-01 10:00;2026-03-01 12:00
""",
}


def mapping_of(kind: str, more: str = "") -> str:
    """Write the mapping of a kind."""
    return f"kind: {kind}\nformat: {{type: csv, delimiter: semicolon}}\ntime_zone: UTC\n{HEADS[kind]}{more}"


def measured(folder: Path, *kinds: str, **texts: str) -> Measured:
    """Measure the files of some kinds together; ``texts`` stand for the usual ones."""
    files = []
    for kind in kinds:
        path = folder / f"{kind}.csv"
        path.write_text(texts.get(kind, FILES[kind]), encoding="utf-8")
        files.append((path, parse_mapping(mapping_of(kind))))
    return measure_files(files)


def value(found: Measured, name: str) -> float:
    """Find the value of ``kpi variant``."""
    return next(each.value for each in found.kpis if f"{each.kpi} {each.variant}" == name)


@pytest.mark.parametrize(
    ("kinds", "name", "wanted"),
    [
        ("contacts", "chat_concurrency standard", 20 / 15),
        ("contacts", "escalation_rate standard", 100 / 3),
        ("contacts", "complaint_rate per_contacts", 1000 / 3),
        ("contacts", "complaint_rate per_customers", 1000 / 3),
        ("contacts", "blocked_rate standard", 25),
        ("contacts", "conversion_rate standard", 100 / 3),
        ("contacts", "same_issue_second_call standard", 100 / 3),
        ("contacts", "first_response_time mean", 2),
        ("contacts", "first_response_time median", 2),
        ("contacts", "queue_time median_km", 0),
        # Ends at 0, 0 and 10 were answers; 30 was given up and its end is not seen: the curve is 1/2 and 1/4.
        ("contacts", "queue_time p90_km", None),
        ("tickets", "ticket_closed_in_time standard", 100 * 2 / 4),
        ("tickets", "complaint_closed_in_time standard", 100 * 1 / 2),
        ("tickets", "backlog_age mean_age", (240 + 48) / 2),
        ("tickets", "backlog_age share_over_5d", 50),
        ("tickets", "same_issue_second_call standard", 50),
        ("tickets", "stacking_share standard", 100 * 149 / 348),
        # At risk 5, one is censored at 48 h: 4/5 at 48, 8/15 at 100, 4/15 at 200.
        ("tickets", "cycle_time median", 200),
        ("tickets", "cycle_time p90", None),
        ("ticket_events", "stacking_share standard", 40),
        ("ticket_events", "early_warning_compliance standard", 50),
        ("ticket_events", "early_warning_compliance level_1", 100),
        ("ticket_events", "early_warning_compliance level_2", 0),
        ("ticket_events", "early_warning_compliance level_3", None),
        ("ticket_events", "reopen_rate standard", 50),
        ("ticket_events", "escalation_rate tickets", 50),
        ("ticket_events", "cycle_time median", 10),
        ("ticket_events", "cycle_time p90", 168),
        ("ticket_events", "ticket_closed_in_time standard", 50),
        ("surveys", "csat top_box", 50),
        ("surveys", "csat top2_box", 50),
        ("surveys", "csat good_bad", 0),
        ("surveys", "csat_mean standard", 4),
        ("surveys", "nps transactional", 0),
        ("surveys", "nps relationship", 100),
        ("surveys", "ces mean", 5.5),
        ("surveys", "ces top3_box", 50),
        ("surveys", "fcr_survey standard", 100),
        ("surveys", "survey_response_rate standard", 75),
        ("agent_states", "occupancy standard", 100 * 4 / 5),
        ("agent_states", "utilisation standard", 100 * 4 / 7),
        ("agent_states", "shrinkage total", 100 * 2 / 7),
        ("agent_states", "shrinkage unplanned", 100 * 1 / 7),
        ("agent_states", "schedule_adherence standard", 100 * 3 / 7),
        ("agent_states", "absence standard", 100 * 1 / 7),
        ("schedules agent_states", "absence standard", 100 * 1 / 7),
        ("intervals", "forecast_accuracy wape_interval", 100 * 80 / 200),
        ("intervals", "forecast_accuracy wape_day", 100 * 60 / 200),
        ("intervals", "forecast_accuracy mape_interval", (25 + 50 + 50) / 3),
        ("intervals", "forecast_bias standard", 100 * -40 / 200),
        ("quality_forms", "qa_score standard", 100 * 20 / 80),
        ("quality_forms", "qa_score fatal_counts_zero", 25),
        ("quality_forms", "critical_error_rate standard", 25),
        ("quality_forms", "rater_agreement standard", 1.0),
        ("articles", "knowledge_freshness standard", 45),
        ("articles", "knowledge_freshness by_article", 100 / 3),
        ("articles", "knowledge_accuracy standard", 50),
        ("probes", "digital_availability standard", 75),
        ("probes", "app_load_time p95", 290),
        ("tasks", "self_service_completion standard", 75),
        ("bot_sessions contacts", "bot_containment standard", 100 / 3),
        ("bot_sessions contacts", "bot_containment within_24h", 50),
        ("notices", "proactive_contact_rate standard", 50),
        ("money", "cost_per_contact standard", 20),
        ("money", "revenue_per_contact standard", 6),
        ("projects", "project_roi standard", -10),
        ("staff", "time_to_competence standard", 2),
        ("contacts tickets", "complaint_rate per_contacts", 1000 / 3),
        ("contacts surveys", "survey_response_rate standard", 75),
    ],
)
def test_value_worked_out_by_hand(tmp_path: Path, kinds: str, name: str, wanted: float | None) -> None:
    found = measured(tmp_path, *kinds.split())
    if wanted is None:
        assert name in found.not_measured
    else:
        assert value(found, name) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_people_leave_per_year_that_somebody_was_there(tmp_path: Path) -> None:
    found = measured(tmp_path, "staff")
    # Days on the staff from 1 January to the end of 31 December 2026: all, to 2 July, and in July.
    years = (365 + 182 + 30) / 365.25
    assert value(found, "attrition standard") == pytest.approx(100 * 2 / years)
    assert value(found, "attrition external") == pytest.approx(100 * 1 / years)
    assert value(found, "attrition under_90d") == pytest.approx(100 * 1 / years)
    assert value(found, "attrition over_90d") == pytest.approx(100 * 1 / years)


def test_plan_of_another_file_is_compared_with_what_was_done(tmp_path: Path) -> None:
    states = FILES["agent_states"].replace(";work\n", ";\n").replace(";break\n", ";\n").replace(";off\n", ";\n")
    found = measured(tmp_path, "schedules", "agent_states", agent_states=states)
    # Kept: 3 hours of ann; bob was absent for an hour and handled in his break.
    assert value(found, "schedule_adherence standard") == pytest.approx(100 * 3 / 6)
    assert value(found, "absence standard") == pytest.approx(100 * 1 / 6)


def test_cost_joins_the_contacts_of_its_period(tmp_path: Path) -> None:
    money = "start;end;cost;revenue;contacts;currency\n2026-03-01;2026-04-01;300;60;;HKD\n"
    found = measured(tmp_path, "money", "contacts", money=money)
    cost = next(each for each in found.kpis if each.kpi == "cost_per_contact")
    assert (cost.value, cost.unit, cost.n) == (100.0, "HKD", 3)


def test_several_currencies_are_not_added(tmp_path: Path) -> None:
    found = measured(tmp_path, "money", money=FILES["money"].replace("900;100;HKD", "900;100;GBP"))
    assert found.kpis == []
    assert "several currencies" in found.not_measured["cost_per_contact standard"]


def test_clocks_that_change_do_not_change_durations(tmp_path: Path) -> None:
    # In London the night of 25 October 2026 has an hour twice: 24 hours of the clock are 25.
    path = tmp_path / "t.csv"
    path.write_text("id;opened;closed\n1;2026-10-24 12:00;2026-10-25 12:00\n")
    fields = "fields:\n  opened_at: {column: opened}\n  closed_at: {column: closed}\n"
    text = f"kind: tickets\nformat: {{type: csv, delimiter: semicolon}}\ntime_zone: Europe/London\n{fields}"
    assert value(measure_files([(path, parse_mapping(text))]), "cycle_time median") == 25


def test_overlapping_exports_count_a_contact_once(tmp_path: Path) -> None:
    lines = FILES["contacts"].splitlines()
    (tmp_path / "a.csv").write_text("\n".join(lines[:4]) + "\n")
    (tmp_path / "b.csv").write_text("\n".join([lines[0], *lines[3:]]) + "\n")
    mapping = parse_mapping(mapping_of("contacts"))
    both = measure_files([(tmp_path / "a.csv", mapping), (tmp_path / "b.csv", mapping)])
    whole = measured(tmp_path, "contacts")
    assert {(e.kpi, e.variant, e.value, e.n) for e in both.kpis} == {
        (e.kpi, e.variant, e.value, e.n) for e in whole.kpis
    }
    assert [each.quality["rows_used"] for each in both.sources] == [3, 2]


@pytest.mark.parametrize(
    ("kind", "row", "reason"),
    [
        ("tickets", "9;2026-03-05 00:00;2026-03-04 00:00;0;0;1;", "closed_at: before opened_at"),
        ("tickets", "9;1900-01-01 00:00;2026-03-04 00:00;0;0;1;", "opened_at: sentinel date"),
        ("tickets", "9;2026-02-29 00:00;;0;0;1;", "opened_at: not a date and time"),
        ("tickets", "9;2026-03-01 00:00;;0;0;-1;", "contact_count: negative"),
        ("tickets", "9;2026-03-01 00:00;;0;0;nan;", "contact_count: not a number"),
        ("tickets", "9;2026-03-01 00:00;;0;0;inf;", "contact_count: not a number"),
        ("ticket_events", "c;2026-03-01 00:00;danced;;", "event: not a known code"),
        ("ticket_events", "c;2026-03-01 00:00;warned;;4", "level: not a whole number from 1 to 3"),
        ("ticket_events", ";2026-03-01 00:00;opened;;", "ticket: missing"),
        ("surveys", "2026-03-01 10:00;9;csat;6;1-5;7;1", "score: outside its scale"),
        ("surveys", "2026-03-01 10:00;9;nps;7.5;;7;1", "score: not a whole number"),
        ("surveys", "2026-03-01 10:00;9;csat;5;1-6;7;1", "scale: not a known code"),
        ("agent_states", "ann;handling;2026-03-01 12:00;2026-03-01 11:00;work", "to_at: before from_at"),
        ("agent_states", "ann;handling;2026-03-01 12:00;;work", "to_at: missing"),
        ("quality_forms", "9;2026-03-01;ann;r1;c1;11;10;1;0", "points: more than possible"),
        ("staff", "9;2026-03-01;2026-02-01;;", "left_at: before hired_at"),
        ("bot_sessions", "9;2026-03-01 01:00;;7", "ended: missing"),
        ("money", "2026-03-01;2026-04-01;-1;0;1;HKD", "cost: negative"),
        ("projects", "9;2026-03-01;;5", "cost: missing"),
    ],
)
def test_wrong_row_is_rejected_with_its_reason_and_line(tmp_path: Path, kind: str, row: str, reason: str) -> None:
    text = FILES[kind] + row + "\n"
    found = measured(tmp_path, kind, **{kind: text})
    assert found.rejected == {reason: {"rows": 1, "lines": [len(text.splitlines())]}}


@pytest.mark.parametrize("kind", sorted(HEADS))
def test_empty_files_of_every_kind_are_refused(tmp_path: Path, kind: str) -> None:
    for text in ("", FILES[kind].splitlines()[0] + "\n"):
        with pytest.raises(RecordsError):
            measured(tmp_path, kind, **{kind: text})


@pytest.mark.parametrize("kind", sorted(HEADS))
def test_one_row_of_every_kind_gives_no_error_and_no_nan(tmp_path: Path, kind: str) -> None:
    found = measured(tmp_path, kind, **{kind: "\n".join(FILES[kind].splitlines()[:2]) + "\n"})
    assert all(each.value == each.value and each.se is None for each in found.kpis)
    assert found.quality["rows_used"] == 1


def test_everything_open_measures_the_backlog_and_no_cycle_time(tmp_path: Path) -> None:
    text = "id;opened;closed;complaint;back;contacts;waiting\n1;2026-03-01;;0;0;1;\n2;2026-03-19;;0;0;1;\n"
    found = measured(tmp_path, "tickets", tickets=text)
    assert value(found, "ticket_closed_in_time standard") == 0
    assert "cycle_time median" in found.not_measured
    assert value(found, "backlog_age mean_age") == (19 + 1) * 24 / 2


@pytest.mark.parametrize(
    ("kind", "old", "new", "words"),
    [
        ("tickets", "  closed_at: {column: closed}\n", "", "“closed_at” is missing"),
        ("surveys", "  score: {column: score}\n", "", "needs “score”"),
        ("money", "  currency: {column: currency}\n", "", "“currency” is missing"),
        ("staff", "as_of: 2026-12-31", "as_of: soon", "written like"),
        ("staff", "as_of: 2026-12-31", "as_of: 2026-12-31T00:00Z", "without an offset"),
        ("probes", "  ok: {column: ok}\n  load_seconds: {column: load, unit: milliseconds}\n", "", "need one of these"),
        ("ticket_events", "warning_seconds: 3600", "warning_seconds: 99999999", "at most a year"),
    ],
)
def test_mapping_without_what_its_kind_needs_is_refused(kind: str, old: str, new: str, words: str) -> None:
    text = mapping_of(kind)
    assert old in text
    with pytest.raises(MappingError, match=words):
        parse_mapping(text.replace(old, new))


def test_articles_without_a_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILES["articles"])
    mapping = parse_mapping(mapping_of("articles").replace("as_of: 2026-06-30\n", ""))
    with pytest.raises(RecordsError, match="state as_of"):
        measure_files([(tmp_path / "a.csv", mapping)])


def test_fault_of_one_of_several_files_says_which(tmp_path: Path) -> None:
    with pytest.raises(RecordsError) as caught:
        measured(tmp_path, "contacts", "tickets", tickets="")
    assert caught.value.source == 1


def test_other_time_zones_and_thresholds_are_not_mixed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FILES["contacts"])
    one = mapping_of("contacts")
    for other in (one.replace("UTC", "Asia/Tokyo"), one + "thresholds: {service_level_seconds: 30}\n"):
        with pytest.raises(RecordsError, match="same"):
            measure_files([(tmp_path / "a.csv", parse_mapping(text)) for text in (one, other)])
