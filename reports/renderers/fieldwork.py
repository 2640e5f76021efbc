"""How the work was done, in words: codes of plan, meetings and findings, and the annex of measurements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from benchmarks.kpis.registry import KPIS
from reports.renderers.labels import label, plain, unit_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.carried import Measure
    from reports.fieldwork import Fieldwork, FormerFinding


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measurement as text; a dash where it does not exist."""

    title: str
    variant: str
    channel: str
    value: str
    error: str
    n: str
    clusters: str
    effect: str


def work_words(work: Fieldwork) -> dict[str, Any]:
    """Return the codes of the work in words, each beside what it is about."""
    return {
        "purpose": label("audit_purpose", work.purpose) if work.purpose != "initial" else "",
        "stage_one": label("readiness", work.stage_one.readiness) if work.stage_one else "",
        "meetings": [(meeting, label("meeting_kind", meeting.kind)) for meeting in work.meetings],
        "agenda": [(session, label("agenda_mode", session.mode)) for session in work.agenda],
    }


def former_words(work: Fieldwork) -> list[tuple[FormerFinding, str, str]]:
    """Return last time's nonconformities with grading and state in words."""
    found = work.former.findings if work.former else ()
    return [(each, label("finding_kind", each.kind), label("finding_state", each.state)) for each in found]


def measure_groups(measures: Iterable[Measure]) -> list[list[MeasureRow]]:
    """Return the measurements, one group per KPI and formula, in the order of the registry, unknown KPIs last."""
    order = {code: place for place, code in enumerate(KPIS)}
    groups: dict[tuple[str, str], list[MeasureRow]] = {}
    for each in sorted(measures, key=lambda each: order.get(each.kpi, len(order))):
        groups.setdefault((each.kpi, each.variant), []).append(_row(each))
    return list(groups.values())


def _row(measure: Measure) -> MeasureRow:
    kpi = KPIS.get(measure.kpi)
    variant = kpi.variant(measure.variant) if kpi else None
    unit = unit_words(measure.unit)
    return MeasureRow(
        title=_(kpi.name) if kpi else plain(measure.kpi),
        variant=_(variant.words) if variant else plain(measure.variant),
        channel=_("all") if measure.channel == "all" else label("channel", measure.channel),
        value=f"{measure.value:,.4g} {unit}".strip(),
        error="–" if measure.standard_error is None else f"± {measure.standard_error:,.3g}",
        n=f"{measure.n:,}",
        clusters="–" if measure.clusters is None else f"{measure.clusters:,}",
        effect="–" if measure.design_effect is None else f"{measure.design_effect:.1f}",
    )
