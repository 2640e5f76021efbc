"""All kinds of documents, in the order in which pages offer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.papers.action_plan import ACTION_PLAN
from reports.papers.benchmark import BENCHMARK
from reports.papers.editable import EDITABLE
from reports.papers.evidence import EVIDENCE_INDEX
from reports.papers.feedback import FEEDBACK
from reports.papers.judging import JUDGING
from reports.papers.machines import ANSWERS, OSCAL_RESULTS
from reports.papers.not_applicable import NOT_APPLICABLE
from reports.papers.onepager import ONEPAGER
from reports.papers.portfolio import PORTFOLIO
from reports.papers.programme import PROGRAMME
from reports.papers.sites import SITES

if TYPE_CHECKING:
    from reports.papers.kind import Kind

OF_AN_AUDIT = (ONEPAGER, BENCHMARK, ACTION_PLAN, EVIDENCE_INDEX, NOT_APPLICABLE, EDITABLE, ANSWERS, OSCAL_RESULTS)
OF_MORE = (SITES, PROGRAMME, PORTFOLIO, JUDGING, FEEDBACK)
KINDS: dict[str, Kind] = {kind.code: kind for kind in (*OF_AN_AUDIT, *OF_MORE)}
