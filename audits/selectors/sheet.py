"""What the answer sheet and the overview show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.utils.translation import get_language

from audits.models import Answer, Audit, Finding, FindingKind, TeamMember
from audits.selectors.case import asked_codes
from standards.selectors import edition_document, edition_spec
from standards.templatetags.standard_text import text_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from accounts.models import User
    from standards.models import Edition

# Texts that the list does not show; a criterion's panel loads them when it is opened.
HEAVY = ("criterion__anchors", "criterion__look_at", "criterion__evidence", "criterion__crosswalk")
REMEMBERED = 64  # editions and languages whose words of levels are kept
NONCONFORMITIES = (FindingKind.MAJOR, FindingKind.MINOR)


def audits_for(user: User) -> QuerySet[Audit]:
    """Return visible audits with everything a list row shows; edition documents stay in the database."""
    return (
        Audit.objects.visible_to(user)
        .select_related("centre", "auditee", "conductor", "edition")
        .defer("edition__document", "result", "market", "facts")
    )


def audit_for(user: User, audit_id: int) -> Audit:
    """Fetch one visible audit with its team; two queries. Raises ``Audit.DoesNotExist``."""
    team = Prefetch("team", TeamMember.objects.select_related("user"))
    return (
        Audit.objects.visible_to(user)
        .select_related("centre", "auditee", "conductor", "edition", "market_release", "measurement_run")
        .defer("edition__document", "measurement_run__mapping")
        .prefetch_related(team)
        .get(pk=audit_id)
    )


def asked_answers(audit: Audit) -> list[Answer]:
    """Return the answers to the criteria that are asked of this centre, in order, with their levels; one query."""
    asked = asked_codes(audit)
    return with_levels(audit, (answer for answer in sheet_answers(audit) if answer.criterion.code in asked))


def audit_lightly(user: User, audit_id: int) -> Audit:
    """Fetch only what saving and scoring need, with the person's own role on the team; one query.

    Raises ``Audit.DoesNotExist``.
    """
    role = TeamMember.objects.filter(audit=OuterRef("pk"), user=user).values("role")[:1]
    audit = (
        Audit.objects.visible_to(user)
        .select_related("centre", "edition")
        .only(
            *("kind", "status", "auditee_id", "conductor_id", "market", "facts", "result"),
            *("centre__channels", "edition__sha256"),
        )
        .annotate(own_role=Subquery(role))
        .get(pk=audit_id)
    )
    audit.known_roles = {user.pk: audit.own_role}  # type: ignore[attr-defined]  # annotated above
    return audit


def answered_lightly(audit: Audit) -> dict[str, tuple[int | None, str]]:
    """Return (level, reason for N/A) by the code of each criterion that is asked, as stored now; one query."""
    asked = asked_codes(audit)
    rows = audit.current_answers.values_list("criterion__code", "level", "na_reason")
    return {code: (level, na_reason) for code, level, na_reason in rows if code in asked}


def answers_alone(audit: Audit) -> list[Answer]:
    """Return the answers to the criteria that are asked, in order, without what rows of the sheet show; one query."""
    asked = asked_codes(audit)
    rows = audit.current_answers.select_related("criterion", "answered_by").only(
        *("audit_id", "level", "na_reason", "note", "revision", "answered_at"),
        *("criterion__code", "criterion__position", "answered_by__name", "answered_by__email"),
    )
    return [row for row in rows.order_by("criterion__position") if row.criterion.code in asked]


def with_levels(audit: Audit, answers: Iterable[Answer]) -> list[Answer]:
    """Return the answers, each with the levels of its criterion's scale and their words as ``levels``; no query."""
    rows, words, found = edition_spec(audit.edition).row_by_code, _anchors(audit.edition), list(answers)
    for answer in found:
        code = answer.criterion.code
        answer.levels = [(each, words[code].get(str(each), "")) for each in rows[code].levels]  # type: ignore[attr-defined]  # read by the sheet's rows
    return found


_worded: dict[tuple[str, str], dict[str, dict[str, SafeString]]] = {}


def _anchors(edition: Edition) -> dict[str, dict[str, SafeString]]:
    """Return the words of all levels by criterion, as HTML in the reader's language.

    From the remembered document, so that those of the rows stay unread; made once per process, edition and language.
    """
    key = (edition.sha256, get_language() or "")
    if key not in _worded:
        if len(_worded) >= REMEMBERED:
            _worded.pop(next(iter(_worded)), None)
        clauses = (clause for block in edition_document(edition)["blocks"] for clause in block["clauses"])
        _worded[key] = {
            each["code"]: {level: text_marked(words) for level, words in (each.get("anchors") or {}).items()}
            for clause in clauses
            for each in clause["criteria"]
        }
    return _worded[key]


def sheet_answers(audit: Audit) -> QuerySet[Answer]:
    """Return all answers on the audit's edition in order, with counts of evidence and findings; one query."""
    answers = audit.current_answers.select_related("criterion__clause__block", "answered_by")
    return with_flags(answers.defer(*HEAVY)).order_by("criterion__position")


def with_flags(answers: QuerySet[Answer]) -> QuerySet[Answer]:
    """Annotate what the badges of a row say."""
    findings = Finding.objects.filter(audit=OuterRef("audit"), criterion=OuterRef("criterion"))
    evidence = Answer.evidence.through.objects.filter(answer=OuterRef("pk"))
    return answers.annotate(
        has_evidence=Exists(evidence),
        has_nonconformity=Exists(findings.filter(kind__in=NONCONFORMITIES)),
        has_finding=Exists(findings),
    )


@dataclass
class ClauseView:
    """One clause of the tree with its answers and counts."""

    code: str
    title: dict[str, str]
    rows: list[Answer] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """Count the answered criteria, N/A included."""
        return sum(row.level is not None or bool(row.na_reason) for row in self.rows)

    @property
    def evidenced(self) -> int:
        """Count the criteria with at least one piece of evidence."""
        return sum(row.has_evidence for row in self.rows)  # type: ignore[attr-defined] # annotated by sheet_answers

    @property
    def reviewed(self) -> int:
        """Count the criteria that the technical reviewer went through."""
        return sum("reviewed" in row.flags.split() for row in self.rows)  # type: ignore[attr-defined] # set by selectors.rows

    @property
    def nonconformities(self) -> int:
        """Count the criteria with a nonconformity."""
        return sum(row.has_nonconformity for row in self.rows)  # type: ignore[attr-defined] # annotated by sheet_answers


@dataclass
class BlockView:
    """One block of the tree."""

    code: str
    title: dict[str, str]
    clauses: list[ClauseView] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """Count the answered criteria of the block."""
        return sum(clause.answered for clause in self.clauses)

    @property
    def total(self) -> int:
        """Count the criteria of the block."""
        return sum(len(clause.rows) for clause in self.clauses)


def tree(answers: Iterable[Answer]) -> list[BlockView]:
    """Group answers, which must be in order, into blocks and clauses; no query."""
    blocks: list[BlockView] = []
    for answer in answers:
        clause, block = answer.criterion.clause, answer.criterion.clause.block
        if not blocks or blocks[-1].code != block.code:
            blocks.append(BlockView(block.code, block.title))
        if not blocks[-1].clauses or blocks[-1].clauses[-1].code != clause.code:
            blocks[-1].clauses.append(ClauseView(clause.code, clause.title))
        blocks[-1].clauses[-1].rows.append(answer)
    return blocks


def _is_changed(row: Any) -> bool:
    """Say whether it is answered, and otherwise than in the last audit."""
    answered = row.level is not None or bool(row.na_reason)
    value = "na" if row.level is None else str(row.level)
    return answered and len(row.ghosts) == 1 and row.ghosts[0].value != value


FILTERS: dict[str, Callable[[Any], bool]] = {
    "unanswered": lambda row: row.level is None and not row.na_reason,
    "na": lambda row: bool(row.na_reason),
    "no_evidence": lambda row: row.level is not None and not row.has_evidence,
    "nonconformity": lambda row: row.has_nonconformity,
    "mandatory": lambda row: row.criterion.mandatory,
    "mine": lambda row: row.is_mine,
    "changed": _is_changed,
    "returned": lambda row: row.review is not None and row.review.mark == "returned",
    "unreviewed": lambda row: row.review is None,
}


def filtered(answers: Iterable[Answer], *, show: str, text: str) -> list[Answer]:
    """Keep the rows that a filter and a search text ask for; an unknown filter keeps all."""
    keep = FILTERS.get(show)
    needle = text.casefold()
    return [row for row in answers if (keep is None or keep(row)) and (not needle or needle in _haystack(row))]


def _haystack(row: Answer) -> str:
    criterion = row.criterion
    words = [criterion.code, row.note, row.na_reason, *criterion.title.values(), *criterion.requirement.values()]
    return " ".join(words).casefold()


def answer_for(user: User, answer_id: int) -> Answer:
    """Fetch one answer of a visible audit with everything its panel shows. Raises ``Answer.DoesNotExist``."""
    return (
        with_flags(Answer.objects.filter(audit__in=Audit.objects.visible_to(user)))
        .select_related("criterion", "criterion__clause__block", "audit__centre", "audit__edition", "answered_by")
        .defer("audit__edition__document")
        .prefetch_related("audit__team")
        .get(pk=answer_id)
    )


def answer_lightly(user: User, **which: Any) -> Answer:
    """Fetch only what a save needs, with the person's own role on the team; one query. Raises ``Answer.DoesNotExist``.

    ``which``: its ``pk``, or ``audit`` and ``criterion__code``; by its code only an answer on the present edition.
    """
    role = TeamMember.objects.filter(audit=OuterRef("audit"), user=user).values("role")[:1]
    found = Answer.objects.filter(audit__in=Audit.objects.visible_to(user))
    if "pk" not in which:
        found = found.filter(criterion__edition=F("audit__edition"))
    answer = (
        found.select_related("audit__centre", "audit__edition", "criterion")
        .defer("audit__edition__document", "criterion__anchors", "criterion__look_at", "criterion__evidence")
        .annotate(own_role=Subquery(role))
        .get(**which)
    )
    answer.audit.known_roles = {user.pk: answer.own_role}
    return answer


def findings_of(audit: Audit) -> QuerySet[Finding]:
    """Return all findings with their criterion and its edition, also one that the audit has left; one query."""
    return audit.findings.select_related("criterion__edition", "raised_by", "closed_by").only(
        *(field.name for field in Finding._meta.fields),  # noqa: SLF001 - Django's documented model API
        "criterion__code",
        "criterion__title",
        "criterion__edition__version",
        "raised_by__name",
        "closed_by__name",
    )


def status_counts(user: User) -> dict[str, int]:
    """Count visible audits by status; one query."""
    rows = Audit.objects.visible_to(user).order_by().values("status").annotate(count=Count("pk"))
    return {row["status"]: row["count"] for row in rows}


def search(audits: QuerySet[Audit], text: str) -> QuerySet[Audit]:
    """Keep audits whose reference, centre or organisation holds the text."""
    return audits.filter(
        Q(reference__icontains=text) | Q(centre__name__icontains=text) | Q(auditee__name__icontains=text)
    )
