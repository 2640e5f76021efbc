"""The quality family: quality forms, the fatal errors they found, whether raters agree; and the knowledge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.kpis.agreement import alpha_with_error
from benchmarks.kpis.measure import Measurement, Quotient, count_if, sum_if

if TYPE_CHECKING:
    import ibis.expr.types as ir

_POINTS = frozenset({"reached", "reachable"})

QUOTIENTS = (
    Quotient(
        view="forms",
        kpi="qa_score",
        cluster="agent",
        needs=_POINTS,
        top=lambda t, _: t.reached,
        bottom=lambda t, _: t.reachable,
    ),
    Quotient(
        view="forms",
        kpi="qa_score",
        variant="fatal_counts_zero",
        cluster="agent",
        needs=_POINTS | {"fatal"},
        top=lambda t, _: sum_if(~t.fatal, t.reached),
        bottom=lambda t, _: t.reachable,
    ),
    Quotient(
        view="forms",
        kpi="critical_error_rate",
        cluster="agent",
        needs=frozenset({"fatal"}),
        top=lambda t, _: count_if(t.fatal),
        bottom=lambda t, _: count_if(t.fatal.notnull()),
    ),
    Quotient(
        view="articles",
        kpi="knowledge_freshness",
        cluster="article",
        needs=frozenset({"review_due_at", "as_of", "uses"}),
        top=lambda t, _: sum_if(t.as_of, t.uses),
        bottom=lambda t, _: t.uses.fill_null(0.0),
    ),
    Quotient(
        view="articles",
        kpi="knowledge_freshness",
        variant="by_article",
        cluster="article",
        needs=frozenset({"review_due_at", "as_of"}),
        top=lambda t, _: count_if(t.as_of),
        bottom=lambda t, _: count_if(t.as_of.notnull()),
    ),
    Quotient(
        view="articles",
        kpi="knowledge_accuracy",
        cluster="article",
        needs=frozenset({"correct"}),
        top=lambda t, _: count_if(t.correct),
        bottom=lambda t, _: count_if(t.correct.notnull()),
    ),
)
AGREEMENT_NEEDS = _POINTS | {"rater", "contact"}


def agreement(forms: ir.Table) -> Measurement | None:
    """Measure how well raters of the same contact agree on its score; None where no contact has two ratings."""
    scores = forms.filter((forms.reachable > 0) & forms.contact.notnull() & forms.rater.notnull())
    per_rater = scores.group_by(["contact", "rater"]).agg(score=(scores.reached / scores.reachable).mean())
    rows = per_rater.order_by(["contact", "rater"]).execute()
    units = [tuple(map(float, part)) for _contact, part in rows.groupby("contact")["score"]]
    found = alpha_with_error(units)
    if found is None:
        return None
    value, error, count = found
    return Measurement(
        kpi="rater_agreement",
        variant="standard",
        value=value,
        numerator=None,
        denominator=None,
        n=count,
        se=error,
        cluster="contact",
        clusters=count,
        design_effect=None,
        unit="ratio",
    )
