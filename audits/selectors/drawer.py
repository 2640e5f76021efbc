"""What the drawer beside the sheet shows about one criterion: a small context per part of ``templates/audits/drawer/``.

Each part is a ``<details>`` of its own with the id ``<part>-<answer pk>``, so that it can be replaced alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from audits.selectors.computed import panel_computed
from audits.selectors.findings import people_named, several_minors
from audits.selectors.history import history_of
from audits.selectors.overview import panel_market
from audits.selectors.samples import answer_samples
from audits.words import NOT_TAKEN
from benchmarks.kpis.registry import KPIS

if TYPE_CHECKING:
    from audits.models import Answer

Context = dict[str, Any]


def drawer_context(answer: Answer, *, sees_review: bool) -> Context:
    """Return what the parts show, without forms, and without evidence (``views.evidence_section``).

    ``answer`` comes from ``selectors.sheet.answer_for``.
    """
    return {
        "answer": answer,
        "criterion": answer.criterion,
        **guidance_part(answer),
        **market_part(answer),
        **samples_part(answer),
        **findings_part(answer),
        **history_part(answer, sees_review=sees_review),
        **variants_part(answer),
    }


def guidance_part(answer: Answer) -> Context:
    """Return the words of the levels, in order; no query."""
    return {"anchors": sorted(answer.criterion.anchors.items(), key=lambda item: int(item[0]))}


def market_part(answer: Answer) -> Context:
    """Return the criterion's KPIs, the verdicts on them, and the level that measurements give."""
    return {
        "market": panel_market(answer.audit, answer.criterion),
        "computed": panel_computed(answer.audit, answer.criterion),
        "kpis": [(code, gettext(KPIS[code].name)) for code in answer.criterion.kpis if code in KPIS],
    }


def samples_part(answer: Answer) -> Context:
    """Return the samples that serve the criterion, with what they say; two queries."""
    return {"samples": answer_samples(answer)}


def findings_part(answer: Answer) -> Context:
    """Return the findings on the criterion, and what to beware of in them; two queries."""
    findings = list(answer.audit.findings.filter(criterion=answer.criterion_id))
    texts = [text for finding in findings for text in (finding.statement, finding.objective_evidence)]
    return {
        "findings": findings,
        "finding_names": people_named(answer.audit, *texts),
        "finding_minors": several_minors(findings),
    }


def history_part(answer: Answer, *, sees_review: bool) -> Context:
    """Return every save and, for those who may see them, the reviewer's marks; two queries."""
    return {"history": history_of(answer, with_marks=sees_review)}


def variants_part(answer: Answer) -> Context:
    """Return what was typed and could not be the answer, each with why in words; one query."""
    variants = list(answer.variants.select_related("by"))
    for variant in variants:
        variant.why = NOT_TAKEN.get(variant.reason, "")  # type: ignore[attr-defined]  # read by the template
    return {"variants": variants}
