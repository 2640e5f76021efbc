"""The customer family: satisfaction, net promoter score, response rate; and who was told before asking."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from benchmarks.kpis.measure import Part, Quotient, Ratio, count_if, sum_if

if TYPE_CHECKING:
    import ibis.expr.types as ir

_CSAT = frozenset({"score_csat"})
_NPS = frozenset({"score_nps"})
_RESOLVED = frozenset({"survey_resolved"})
_INVITED = frozenset({"survey_invited"})
_CES = frozenset({"score_ces"})
_RELATIONSHIP = frozenset({"score_nps_relationship"})
_GOOD = frozenset({"answer_good"})
_Z = NormalDist().inv_cdf(0.975)
FEW_ANSWERS = 100

PARTS: dict[str, Part] = {
    "csat_answers": Part(_CSAT, lambda t, _: count_if(t.score_csat.notnull())),
    "csat_5": Part(_CSAT, lambda t, _: count_if(t.score_csat == 5)),  # noqa: PLR2004 - the top box of 1 to 5
    "csat_45": Part(_CSAT, lambda t, _: count_if(t.score_csat >= 4)),  # noqa: PLR2004
    "csat_345": Part(_CSAT, lambda t, _: count_if(t.score_csat >= 3)),  # noqa: PLR2004
    "csat_sum": Part(_CSAT, lambda t, _: sum_if(t.score_csat.notnull(), t.score_csat)),
    "csat_sum_squared": Part(_CSAT, lambda t, _: sum_if(t.score_csat.notnull(), t.score_csat * t.score_csat)),
    "nps_answers": Part(_NPS, lambda t, _: count_if(t.score_nps.notnull())),
    "promoters": Part(_NPS, lambda t, _: count_if(t.score_nps >= 9)),  # noqa: PLR2004 - 9 and 10 promote
    "detractors": Part(_NPS, lambda t, _: count_if(t.score_nps <= 6)),  # noqa: PLR2004 - 0 to 6 detract
    "resolved_answers": Part(_RESOLVED, lambda t, _: count_if(t.survey_resolved.notnull())),
    "resolved_yes": Part(_RESOLVED, lambda t, _: count_if(t.survey_resolved)),
    "invited": Part(_INVITED, lambda t, _: count_if(t.survey_invited)),
    "responded": Part(_INVITED, lambda t, _: count_if(t.survey_invited & _any_score(t))),
    "partisans": Part(_NPS, lambda t, _: count_if((t.score_nps >= 9) | (t.score_nps <= 6))),  # noqa: PLR2004
}


PARTS |= {
    "ces_answers": Part(_CES, lambda t, _: count_if(t.score_ces.notnull())),
    "ces_567": Part(_CES, lambda t, _: count_if(t.score_ces >= 5)),  # noqa: PLR2004 - the easy half of 1 to 7
    "ces_sum": Part(_CES, lambda t, _: sum_if(t.score_ces.notnull(), t.score_ces)),
    "ces_sum_squared": Part(_CES, lambda t, _: sum_if(t.score_ces.notnull(), t.score_ces * t.score_ces)),
    "company_answers": Part(_RELATIONSHIP, lambda t, _: count_if(t.score_nps_relationship.notnull())),
    "company_promoters": Part(_RELATIONSHIP, lambda t, _: count_if(t.score_nps_relationship >= 9)),  # noqa: PLR2004
    "company_detractors": Part(_RELATIONSHIP, lambda t, _: count_if(t.score_nps_relationship <= 6)),  # noqa: PLR2004
    "company_partisans": Part(
        _RELATIONSHIP,
        lambda t, _: count_if((t.score_nps_relationship >= 9) | (t.score_nps_relationship <= 6)),  # noqa: PLR2004
    ),
    "good_answers": Part(_GOOD, lambda t, _: count_if(t.answer_good.notnull())),
    "good": Part(_GOOD, lambda t, _: count_if(t.answer_good)),
}


def few_answers(balance: float, partisans: float, answers: float, effect: float | None) -> tuple[float, float] | None:
    """Give the 95 % interval of a net promoter score of few answers: the adjusted Wald interval.

    Three answers are added, 3/4 promoters, 3/4 detractors, 3/2 passives (B. Rocks 2016, American Journal of
    Mathematical and Management Sciences 35), so that it has a width where everybody says the same. Widened by the
    design effect, where answers come in clusters. None for more than ``FEW_ANSWERS``.
    """
    if answers > FEW_ANSWERS:
        return None
    count = answers + 3
    up, down = ((partisans + balance) / 2 + 0.75) / count, ((partisans - balance) / 2 + 0.75) / count
    middle = up - down
    half = _Z * math.sqrt((up + down - middle**2) / count * max(effect or 1.0, 1.0))
    return 100 * max(middle - half, -1.0), 100 * min(middle + half, 1.0)


def _any_score(t: ir.Table) -> ir.BooleanValue:
    scores = [t[name].notnull() for name in ("score_csat", "score_nps") if name in t.columns]
    found: ir.BooleanValue = scores[0]
    for score in scores[1:]:
        found = found | score
    return found


_N = {"csat_answers": 1}
RATIOS = (
    Ratio("csat", "top_box", "customer", {"csat_5": 1}, _N, 100.0, "%"),
    Ratio("csat", "top2_box", "customer", {"csat_45": 1}, _N, 100.0, "%"),
    Ratio("csat", "top3_box", "customer", {"csat_345": 1}, _N, 100.0, "%"),
    Ratio("csat_mean", "standard", "customer", {"csat_sum": 1}, _N, 1.0, "points", squares="csat_sum_squared"),
    # The square of +1 and -1 is 1: the squares of the score per answer are counted by ``partisans``.
    Ratio(
        *("nps", "transactional", "customer", {"promoters": 1, "detractors": -1}, {"nps_answers": 1}, 100.0, "pts"),
        squares="partisans",
        interval=few_answers,
    ),
    Ratio(
        *("nps", "relationship", "customer", {"company_promoters": 1, "company_detractors": -1}),
        *({"company_answers": 1}, 100.0, "pts"),
        squares="company_partisans",
        interval=few_answers,
    ),
    Ratio("csat", "good_bad", "customer", {"good": 1}, {"good_answers": 1}, 100.0, "%"),
    Ratio("ces", "mean", "customer", {"ces_sum": 1}, {"ces_answers": 1}, 1.0, "points", squares="ces_sum_squared"),
    Ratio("ces", "top3_box", "customer", {"ces_567": 1}, {"ces_answers": 1}, 100.0, "%"),
    Ratio("fcr_survey", "standard", "customer", {"resolved_yes": 1}, {"resolved_answers": 1}, 100.0, "%"),
    Ratio("survey_response_rate", "standard", "customer", {"responded": 1}, {"invited": 1}, 100.0, "%"),
)

# Of surveys kept apart from the contacts, and of notices.
QUOTIENTS = (
    Quotient(
        view="invitations",
        kpi="survey_response_rate",
        cluster="customer",
        needs=frozenset({"survey_invited"}),
        top=lambda t, _: count_if(t.survey_invited & t.responded),
        bottom=lambda t, _: count_if(t.survey_invited),
    ),
    Quotient(
        view="invited_contacts",
        kpi="survey_response_rate",
        needs=frozenset({"responded"}),
        top=lambda t, _: t.responded,
        bottom=lambda t, _: t.invited,
    ),
    Quotient(
        view="notices",
        kpi="proactive_contact_rate",
        cluster="customer",
        top=lambda t, _: count_if(t.told),
        bottom=lambda t, _: count_if(t.told.notnull()),
    ),
)
