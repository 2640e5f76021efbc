"""The customer family: satisfaction, net promoter score, response rate, from scores kept with the contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.kpis.measure import Part, Ratio, count_if, sum_if

if TYPE_CHECKING:
    import ibis.expr.types as ir

_CSAT = frozenset({"score_csat"})
_NPS = frozenset({"score_nps"})
_RESOLVED = frozenset({"survey_resolved"})
_INVITED = frozenset({"survey_invited"})

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
    ),
    Ratio("fcr_survey", "standard", "customer", {"resolved_yes": 1}, {"resolved_answers": 1}, 100.0, "%"),
    Ratio("survey_response_rate", "standard", "customer", {"responded": 1}, {"invited": 1}, 100.0, "%"),
)
