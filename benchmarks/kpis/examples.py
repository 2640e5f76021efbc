"""A few invented records per KPI, small enough to follow with a pencil. Columns are the fields of ``records/kinds.py``.

Together they are run by ``benchmarks.worked`` through the expressions that measure a centre. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """Records of one or two kinds as CSV, and what a mapping states beside the fields.

    ``as_of`` and ``period_from`` are days, ``""`` where nothing needs them.
    """

    records: dict[str, str]
    as_of: str = ""
    period_from: str = ""


_CALLS = """arrived_at,wait_seconds,answered
2026-03-02 09:00,0,yes
2026-03-02 09:01,8,yes
2026-03-02 09:02,15,yes
2026-03-02 09:03,4,no
2026-03-02 09:04,45,yes
2026-03-02 09:05,12,no
2026-03-03 09:00,25,yes
2026-03-03 09:01,70,yes
2026-03-03 09:02,60,no
2026-03-03 09:03,0,yes
"""
_TRUNK = """arrived_at,blocked
2026-03-02 09:00,no
2026-03-02 09:01,no
2026-03-02 09:02,yes
2026-03-02 09:03,no
2026-03-03 09:00,no
2026-03-03 09:01,no
2026-03-03 09:02,no
2026-03-03 09:03,yes
2026-03-03 09:04,no
2026-03-03 09:05,no
"""
_HANDLING = """arrived_at,agent,wait_seconds,answered,handle_seconds,wrap_seconds,transferred,sale
2026-03-02 09:00,Ann,0,yes,240,30,no,yes
2026-03-02 09:06,Ann,5,yes,360,60,no,no
2026-03-02 09:14,Ann,9,yes,180,20,yes,no
2026-03-02 09:20,Bob,0,yes,600,90,no,no
2026-03-02 09:32,Bob,40,yes,420,0,yes,no
2026-03-02 09:40,,65,no,,,,
2026-03-03 09:00,Eve,3,yes,300,40,no,yes
2026-03-03 09:10,Eve,0,yes,150,30,no,no
"""
_REPEATS = """arrived_at,customer,reason,wait_seconds,answered
2026-03-02 09:00,C1,bill,0,yes
2026-03-02 15:00,C1,bill,5,yes
2026-03-02 10:00,C2,card,0,yes
2026-03-06 10:00,C2,card,8,yes
2026-03-03 11:00,C3,bill,3,yes
2026-03-09 11:00,C3,bill,0,yes
2026-03-04 12:00,C4,loan,0,yes
2026-03-24 12:00,C4,loan,9,yes
2026-03-05 09:00,C5,card,0,yes
2026-03-05 16:00,C5,bill,4,yes
2026-04-30 09:00,C6,card,0,yes
"""
_SCORES = """answered_at,customer,question,score
2026-03-02 10:00,C1,csat,5
2026-03-02 11:00,C2,csat,4
2026-03-02 12:00,C3,csat,5
2026-03-03 10:00,C4,csat,3
2026-03-03 11:00,C5,csat,1
2026-03-03 12:00,C6,csat,4
2026-03-03 13:00,C7,csat,5
2026-03-03 14:00,C8,csat,3
2026-03-04 10:00,C1,good_bad,1
2026-03-04 11:00,C2,good_bad,1
2026-03-04 12:00,C5,good_bad,0
"""
_PROMOTERS = """answered_at,customer,question,score
2026-03-02 10:00,C1,nps,10
2026-03-02 11:00,C2,nps,9
2026-03-02 12:00,C3,nps,8
2026-03-03 10:00,C4,nps,6
2026-03-03 11:00,C5,nps,9
2026-03-03 12:00,C6,nps,2
2026-03-03 13:00,C7,nps,10
2026-03-03 14:00,C8,nps,7
2026-04-01 10:00,C1,nps_relationship,9
2026-04-01 11:00,C2,nps_relationship,7
2026-04-01 12:00,C4,nps_relationship,3
2026-04-01 13:00,C6,nps_relationship,5
"""
_EFFORT = """answered_at,customer,question,score
2026-03-02 10:00,C1,ces,7
2026-03-02 11:00,C2,ces,6
2026-03-02 12:00,C3,ces,4
2026-03-03 10:00,C4,ces,5
2026-03-03 11:00,C5,ces,2
2026-03-03 12:00,C6,ces,6
"""
_RESOLVED = """answered_at,customer,question,score
2026-03-02 10:00,C1,resolved,1
2026-03-02 11:00,C2,resolved,1
2026-03-02 12:00,C3,resolved,0
2026-03-03 10:00,C4,resolved,1
2026-03-03 11:00,C5,resolved,
2026-03-03 12:00,C6,resolved,0
2026-03-03 13:00,C7,resolved,1
"""
_INVITED = """answered_at,customer,survey_invited,score_csat
2026-03-02 10:00,C1,yes,5
2026-03-02 11:00,C2,yes,
2026-03-02 12:00,C3,yes,
2026-03-02 13:00,C4,yes,4
2026-03-03 10:00,C5,yes,
2026-03-03 11:00,C6,yes,
2026-03-03 12:00,C7,no,
2026-03-03 13:00,C8,yes,2
"""
_NOTICES = """affected_at,customer,told_at,asked_at
2026-03-02 08:00,C1,2026-03-02 09:00,
2026-03-02 08:00,C2,2026-03-02 09:00,2026-03-02 08:30
2026-03-02 08:00,C3,2026-03-02 09:00,2026-03-02 11:00
2026-03-02 08:00,C4,,2026-03-02 10:00
2026-03-03 08:00,C5,2026-03-03 08:20,
2026-03-03 08:00,C6,,
"""
_TICKETS = """ticket,opened_at,closed_at,complaint,reopened,contact_count
T1,2026-03-01 09:00,2026-03-02 09:00,yes,no,1
T2,2026-03-01 09:00,2026-03-05 09:00,yes,yes,2
T3,2026-03-02 09:00,2026-03-04 09:00,no,no,1
T4,2026-03-02 09:00,2026-04-05 09:00,no,no,3
T5,2026-03-20 09:00,,yes,no,2
T6,2026-04-08 09:00,,no,no,1
T7,2026-03-03 09:00,2026-03-03 21:00,no,yes,1
T8,2026-03-04 09:00,2026-03-08 09:00,no,no,1
"""
_ESCALATED = """arrived_at,agent,wait_seconds,answered,escalated
2026-03-02 09:00,Ann,0,yes,no
2026-03-02 09:10,Ann,4,yes,yes
2026-03-02 09:20,Bob,0,yes,no
2026-03-02 09:30,Bob,7,yes,no
2026-03-02 09:40,Bob,9,yes,no
"""
_ESCALATED_TICKETS = """ticket,opened_at,closed_at,escalated
T1,2026-03-02 09:10,2026-03-04 09:00,yes
T2,2026-03-03 09:20,2026-03-04 09:00,no
T3,2026-03-03 09:00,2026-03-03 12:00,no
T4,2026-03-03 10:00,2026-03-08 09:00,yes
"""
_COMPLAINTS = """arrived_at,customer,complaint
2026-03-02 09:00,C1,no
2026-03-02 09:10,C1,yes
2026-03-02 09:20,C2,no
2026-03-02 09:30,C3,no
2026-03-02 09:40,C1,yes
2026-03-03 09:10,C2,no
2026-03-03 09:20,C3,no
2026-03-03 09:30,C4,no
"""
_STEPS = """ticket,happened_at,event,node
T1,2026-03-02 08:00,opened,
T1,2026-03-02 09:00,entered,check
T1,2026-03-02 11:00,left,check
T1,2026-03-02 16:00,entered,pay
T1,2026-03-02 17:00,left,pay
T1,2026-03-02 18:00,closed,
T2,2026-03-03 08:00,opened,
T2,2026-03-03 10:00,entered,check
T2,2026-03-03 13:00,left,check
T2,2026-03-03 14:00,closed,
"""
_WARNINGS = """ticket,happened_at,event,level,due_at
T1,2026-03-02 09:00,warned,1,2026-03-02 13:00
T1,2026-03-02 11:00,acted,1,
T2,2026-03-02 10:00,warned,1,2026-03-02 14:00
T2,2026-03-02 15:00,acted,1,
T3,2026-03-03 09:00,warned,2,2026-03-03 11:00
T3,2026-03-03 10:00,acted,2,
T4,2026-03-03 09:00,warned,2,2026-03-03 11:00
T4,2026-03-03 10:30,acted,2,
T5,2026-03-03 12:00,warned,3,2026-03-03 13:00
T6,2026-03-04 12:00,warned,3,2026-03-04 13:00
T6,2026-03-04 12:30,acted,3,
"""
_REPLIES = """arrived_at,channel,first_response_seconds
2026-03-02 09:00,email,600
2026-03-02 09:30,email,1200
2026-03-02 10:00,email,900
2026-03-03 09:00,email,7200
2026-03-03 09:30,email,300
2026-03-03 10:00,email,
"""
_CHATS = """arrived_at,channel,agent,started_at,ended_at
2026-03-02 09:00,chat,Ann,2026-03-02 09:00,2026-03-02 09:10
2026-03-02 09:05,chat,Ann,2026-03-02 09:05,2026-03-02 09:15
2026-03-02 09:20,chat,Ann,2026-03-02 09:20,2026-03-02 09:30
2026-03-02 09:00,chat,Bob,2026-03-02 09:00,2026-03-02 09:20
2026-03-02 09:00,chat,Bob,2026-03-02 09:00,2026-03-02 09:20
2026-03-02 09:10,chat,Bob,2026-03-02 09:10,2026-03-02 09:20
"""
_BOT = """started_at,customer,ended
2026-03-02 09:00,C1,resolved
2026-03-02 10:00,C2,resolved
2026-03-02 11:00,C3,resolved
2026-03-02 12:00,C4,abandoned
2026-03-02 13:00,C5,handed_over
2026-03-02 14:00,C6,resolved
"""
_AFTER_BOT = """arrived_at,customer,channel
2026-03-02 13:05,C5,voice
2026-03-02 20:00,C2,voice
2026-03-04 11:00,C3,email
2026-03-09 09:00,C1,voice
"""
_TASKS = """started_at,customer,completed
2026-03-02 09:00,C1,yes
2026-03-02 09:10,C2,yes
2026-03-02 09:20,C3,no
2026-03-03 09:00,C4,yes
2026-03-03 09:10,C5,no
2026-03-03 09:20,C6,yes
"""
_PROBES = """probed_at,ok,load_seconds
2026-03-02 09:00,yes,0.8
2026-03-02 09:01,yes,1.1
2026-03-02 09:02,no,
2026-03-02 09:03,yes,0.9
2026-03-03 09:00,yes,1.0
2026-03-03 09:01,yes,3.2
2026-03-03 09:02,yes,1.2
2026-03-03 09:03,yes,0.7
"""
_STATES = """from_at,to_at,agent,state,planned,paid
2026-03-02 08:00,2026-03-02 11:00,Ann,handling,work,yes
2026-03-02 11:00,2026-03-02 12:00,Ann,available,work,yes
2026-03-02 12:00,2026-03-02 13:00,Ann,break,break,yes
2026-03-02 13:00,2026-03-02 16:00,Ann,handling,work,yes
2026-03-02 08:00,2026-03-02 09:00,Bob,absent,work,yes
2026-03-02 09:00,2026-03-02 12:00,Bob,handling,work,yes
2026-03-02 12:00,2026-03-02 13:00,Bob,handling,break,yes
2026-03-02 13:00,2026-03-02 14:00,Bob,training,training,yes
2026-03-02 14:00,2026-03-02 16:00,Bob,available,work,yes
"""
_INTERVALS = """starts_at,forecast,actual
2026-03-02 08:00,100,80
2026-03-02 12:00,60,80
2026-03-02 23:00,4,2
2026-03-03 08:00,90,100
2026-03-03 12:00,80,60
2026-03-03 23:00,2,4
"""
_STAFF = """person,hired_at,left_at,internal,competent_at
P1,2020-01-01,,,
P2,2020-01-01,2026-07-02,yes,
P3,2026-03-02,2026-04-30,no,2026-03-30
P4,2026-02-02,,,2026-03-30
P5,2019-05-01,2026-11-01,no,
P6,2021-01-01,,,
P7,2026-06-01,,,2026-07-27
P8,2018-01-01,,,
"""
_FORMS = """form,rated_at,agent,rater,contact,points,points_possible,fatal
F1,2026-03-02,Ann,R1,K1,18,20,no
F2,2026-03-02,Ann,R2,K1,16,20,no
F3,2026-03-02,Ann,R1,K2,20,20,no
F4,2026-03-02,Ann,R2,K2,19,20,no
F5,2026-03-03,Bob,R1,K3,17,20,yes
F6,2026-03-03,Bob,R2,K3,15,20,yes
F7,2026-03-03,Bob,R1,K4,10,20,no
F8,2026-03-03,Bob,R2,K4,12,20,no
"""
_ARTICLES = """article,review_due_at,uses,correct
A1,2026-09-30,500,yes
A2,2026-07-31,300,yes
A3,2026-05-31,150,no
A4,2026-12-31,40,yes
A5,2026-01-31,10,yes
A6,2026-06-30,0,no
"""
_MONEY = """from_at,to_at,cost,revenue,contact_count,currency
2026-01-01,2026-02-01,42000,9000,8000,EUR
2026-02-01,2026-03-01,40000,8000,7500,EUR
2026-03-01,2026-04-01,45000,12000,9000,EUR
2026-04-01,2026-05-01,41000,7000,8200,EUR
2026-05-01,2026-06-01,43000,10000,8600,EUR
2026-06-01,2026-07-01,44000,11000,8700,EUR
"""
_PROJECTS = """project,finished_at,cost,benefit
J1,2026-02-10,10000,25000
J2,2026-03-05,20000,18000
J3,2026-04-20,5000,15000
J4,2026-05-15,8000,0
J5,2026-06-01,12000,20000
J6,2026-06-20,3000,4000
"""

EXAMPLES: dict[str, Example] = {
    "calls": Example({"contacts": _CALLS}),
    "trunk": Example({"contacts": _TRUNK}),
    "handling": Example({"contacts": _HANDLING}),
    "repeats": Example({"contacts": _REPEATS}),
    "scores": Example({"surveys": _SCORES}),
    "promoters": Example({"surveys": _PROMOTERS}),
    "effort": Example({"surveys": _EFFORT}),
    "resolved": Example({"surveys": _RESOLVED}),
    "invited": Example({"surveys": _INVITED}),
    "notices": Example({"notices": _NOTICES}),
    "tickets": Example({"tickets": _TICKETS}, as_of="2026-04-09"),
    "escalated": Example({"contacts": _ESCALATED, "tickets": _ESCALATED_TICKETS}),
    "complaints": Example({"contacts": _COMPLAINTS}),
    "steps": Example({"ticket_events": _STEPS}),
    "warnings": Example({"ticket_events": _WARNINGS}, as_of="2026-03-05"),
    "replies": Example({"contacts": _REPLIES}),
    "chats": Example({"contacts": _CHATS}),
    "bots": Example({"bot_sessions": _BOT, "contacts": _AFTER_BOT}),
    "tasks": Example({"tasks": _TASKS}),
    "probes": Example({"probes": _PROBES}),
    "states": Example({"agent_states": _STATES}),
    "intervals": Example({"intervals": _INTERVALS}),
    "staff": Example({"staff": _STAFF}, as_of="2026-12-31", period_from="2026-01-01"),
    "forms": Example({"quality_forms": _FORMS}),
    "articles": Example({"articles": _ARTICLES}, as_of="2026-06-30"),
    "money": Example({"money": _MONEY}),
    "projects": Example({"projects": _PROJECTS}),
}
_SHARED = {
    "calls": ("service_level", "asa", "abandonment", "connect_rate", "queue_time"),
    "trunk": ("blocked_rate",),
    "handling": ("aht", "acw", "transfer_rate", "conversion_rate"),
    "repeats": ("fcr",),
    "scores": ("csat", "csat_mean"),
    "promoters": ("nps",),
    "effort": ("ces",),
    "resolved": ("fcr_survey",),
    "invited": ("survey_response_rate",),
    "notices": ("proactive_contact_rate",),
    "tickets": (
        *("same_issue_second_call", "complaint_closed_in_time", "ticket_closed_in_time", "cycle_time"),
        *("backlog_age", "reopen_rate"),
    ),
    "escalated": ("escalation_rate",),
    "complaints": ("complaint_rate",),
    "steps": ("stacking_share",),
    "warnings": ("early_warning_compliance",),
    "replies": ("first_response_time",),
    "chats": ("chat_concurrency",),
    "bots": ("bot_containment",),
    "tasks": ("self_service_completion",),
    "probes": ("digital_availability", "app_load_time"),
    "states": ("occupancy", "utilisation", "schedule_adherence", "shrinkage", "absence"),
    "intervals": ("forecast_accuracy", "forecast_bias"),
    "staff": ("attrition", "time_to_competence"),
    "forms": ("qa_score", "critical_error_rate", "rater_agreement"),
    "articles": ("knowledge_accuracy", "knowledge_freshness"),
    "money": ("cost_per_contact", "revenue_per_contact"),
    "projects": ("project_roi",),
}
# The name of the example of each KPI.
EXAMPLE_OF: dict[str, str] = {code: name for name, codes in _SHARED.items() for code in codes}
