"""All kinds of documents, in the order in which pages offer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.papers.action_plan import ACTION_PLAN
from reports.papers.evidence import EVIDENCE_INDEX
from reports.papers.not_applicable import NOT_APPLICABLE

if TYPE_CHECKING:
    from reports.papers.kind import Kind

KINDS: dict[str, Kind] = {kind.code: kind for kind in (ACTION_PLAN, EVIDENCE_INDEX, NOT_APPLICABLE)}
