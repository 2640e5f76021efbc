"""Where the definitions and their warnings come from: only what was read or recomputed, never what is believed.

What publishers measured stands in the market releases. Where no publication was confirmed the catalogue says so.
"""

from benchmarks.kpis.definition import Reference
from benchmarks.kpis.definition import words as _

_OWN = Reference(says=_("The definition is this catalogue's own: no publication that states it was confirmed."))
_CALLS = "Technion, Israel Institute of Technology: Anonymous Bank call centre, call log of February 1999"
_KAPLAN = Reference(
    work="E. L. Kaplan, P. Meier (1958), Journal of the American Statistical Association 53",
    says=_("The quantile where the end of some waits or tickets was not seen."),
)
_CITY = Reference(
    work="City of New York: 311 service requests",
    says=_("A real file in which dates of 1900 stand for “not known”."),
)

REFERENCES: dict[str, tuple[Reference, ...]] = {
    "service_level": (
        Reference(
            work="Cisco ICM manual",
            says=_("Documents three of the four variants: all but the one over answered contacts alone."),
        ),
        Reference(
            work=_CALLS, says=_("On the same calls at 20 seconds the variants give 59.68, 49.02, 54.27 and 58.69 %.")
        ),
    ),
    "asa": (Reference(work=_CALLS, says=_("40.8 seconds over all answered calls, 78.6 over those that waited.")),),
    "abandonment": (_OWN,),
    "connect_rate": (_OWN,),
    "blocked_rate": (_OWN,),
    "queue_time": (_KAPLAN,),
    "aht": (_OWN,),
    "acw": (_OWN,),
    "fcr": (
        Reference(
            work=_CALLS,
            says=_("41 % of the calls name a customer: what can be counted describes only those."),
        ),
    ),
    "transfer_rate": (_OWN,),
    "escalation_rate": (_OWN,),
    "first_response_time": (_OWN,),
    "conversion_rate": (_OWN,),
    "fcr_survey": (
        Reference(work="SQM Group (2022)", says=_("Publishes it as the share of answers to a survey after the call.")),
    ),
    "csat": (Reference(work="Comm100", says=_("Counts the answers 3 to 5: compare only within one variant.")),),
    "csat_mean": (_OWN,),
    "nps": (
        Reference(
            work="B. Rocks (2016), American Journal of Mathematical and Management Sciences 35",
            says=_("The interval of few answers: three are added, three quarters of one at each end."),
        ),
    ),
    "ces": (_OWN,),
    "survey_response_rate": (_OWN,),
    "proactive_contact_rate": (_OWN,),
    "same_issue_second_call": (_OWN,),
    "complaint_rate": (_OWN,),
    "complaint_closed_in_time": (_OWN,),
    "ticket_closed_in_time": (_CITY,),
    "cycle_time": (_KAPLAN,),
    "stacking_share": (_OWN,),
    "backlog_age": (_OWN,),
    "reopen_rate": (_OWN,),
    "early_warning_compliance": (_OWN,),
    "chat_concurrency": (_OWN,),
    "bot_containment": (_OWN,),
    "self_service_completion": (_OWN,),
    "digital_availability": (_OWN,),
    "app_load_time": (_OWN,),
    "occupancy": (_OWN,),
    "utilisation": (
        Reference(work="Dimension Data (2007)", says=_("60 % of the agents' time was spent on customers.")),
    ),
    "schedule_adherence": (_OWN,),
    "shrinkage": (_OWN,),
    "forecast_accuracy": (_OWN,),
    "forecast_bias": (_OWN,),
    "attrition": (
        Reference(work="MetricNet", says=_("Defines it as leavers over the average headcount, moves inside counted.")),
    ),
    "absence": (_OWN,),
    "time_to_competence": (_OWN,),
    "qa_score": (_OWN,),
    "critical_error_rate": (_OWN,),
    "rater_agreement": (
        Reference(
            work="K. Krippendorff (1970), Educational and Psychological Measurement 30",
            says=_("Alpha: one minus the disagreement within contacts over that of all ratings."),
        ),
    ),
    "knowledge_accuracy": (_OWN,),
    "knowledge_freshness": (_OWN,),
    "cost_per_contact": (_OWN,),
    "revenue_per_contact": (_OWN,),
    "project_roi": (_OWN,),
}
