"""The plan of an audit: which sections are whose, and the agenda."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standards.models import Clause
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from accounts.models import User
    from audits.models import Audit


def assigned_codes(audit: Audit, user: User) -> frozenset[str]:
    """Return the codes of the criteria that the person answers for by the plan; empty where nothing is; two queries."""
    clauses = list(audit.sections.filter(user=user).values_list("clause", flat=True))
    if not clauses:
        return frozenset()
    rows = audit.edition.criteria.filter(clause__code__in=clauses).order_by().values_list("code", flat=True)
    return frozenset(rows)


def sections_by_person(audit: Audit) -> dict[int, list[str]]:
    """Return the clauses that each person answers for, by the person's id; one query."""
    found: dict[int, list[str]] = {}
    for user, clause in audit.sections.order_by("clause").values_list("user_id", "clause"):
        found.setdefault(user, []).append(clause)
    return found


def clause_names(audit: Audit) -> list[tuple[str, str]]:
    """Return (code, title) of the clauses of the audit's edition, in order; one query."""
    clauses = Clause.objects.filter(block__edition=audit.edition_id).order_by("block__position", "position")
    return [(clause.code, f"{clause.code} {text(clause.title)}") for clause in clauses]
