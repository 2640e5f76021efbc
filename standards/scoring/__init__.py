"""The scoring engine: an edition and a case in, a frozen result out. Standard library only.

Begin reading in ``engine.py``; ``model.py`` has the words, ``points.py`` the formula, ``gates.py`` one function per
kind of gate, ``plan.py`` the cheapest way to the next tier, ``case.py`` and ``result.py`` the JSON at both ends.
"""

from standards.scoring.case import CaseError, parse_case, unread_names
from standards.scoring.engine import next_tier_plan, score
from standards.scoring.model import Case, Change, EditionSpec, GateResult, Result, State, TierResult
from standards.scoring.result import result_to_json

__all__ = [
    "Case",
    "CaseError",
    "Change",
    "EditionSpec",
    "GateResult",
    "Result",
    "State",
    "TierResult",
    "next_tier_plan",
    "parse_case",
    "result_to_json",
    "score",
    "unread_names",
]
