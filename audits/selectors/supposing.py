"""What an audit's score would be if: levels, verdicts, facts, findings are supposed otherwise, and nothing is saved."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from audits.models import FindingKind
from audits.selectors.case import audit_case
from audits.selectors.overview import VERDICTS
from audits.selectors.workbook.rows import criteria_of
from audits.words import choice_words
from benchmarks.kpis.registry import KPIS
from standards.scoring import next_tier_plan, parse_case, score
from standards.selectors import edition_document, edition_spec, gated_kpis
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from audits.models import Audit, Finding
    from standards.scoring import Change, Result

    Data = dict[str, Any]

NA = "na"
YES_NO = {"yes": True, "no": False}
LONGEST_NUMBER = 12  # characters
# The verdicts that somebody may suppose; the others say that nothing was measured or compared.
SUPPOSED = ("above", "not_shown_below", "below", "insufficient")


@dataclass(frozen=True)
class Supposed:
    """What is supposed: levels (or na) by criterion, verdicts by KPI, facts by code, ids of findings that close.

    Facts are as a page sends them: a number in digits, ``yes`` or ``no``, or the code of a choice.
    """

    levels: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """Count the suppositions."""
        return len(self.levels) + len(self.verdicts) + len(self.facts) + len(self.closed)


@dataclass(frozen=True)
class Criterion:
    """A criterion to suppose a level for; ``now`` is how it stands, ``choices`` what it may be."""

    code: str
    title: str
    now: str
    choices: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Measured:
    """A KPI of the market gate to suppose a verdict for."""

    kpi: str
    name: str
    now: str
    choices: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Fact:
    """A fact that gates read, to be supposed: a number where there are no choices."""

    code: str
    title: str
    now: str
    choices: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Outcome:
    """The result as it stands and as it would be; ``plan`` are the fewest steps to the next tier as it stands."""

    before: Result
    after: Result
    plan: tuple[Change, ...]


class Supposing:
    """One audit whose case can be supposed otherwise; two queries, and one for its findings."""

    def __init__(self, audit: Audit, *, today: date) -> None:
        """Fetch the case: the frozen one once the audit was submitted."""
        self.audit, self.spec = audit, edition_spec(audit.edition)
        if audit.result is not None:
            self.data: Data = audit.result["case"]
        else:
            answers = audit.current_answers.select_related("criterion").only(
                "audit_id", "level", "na_reason", "criterion__code"
            )
            self.data = audit_case(audit, answers, today=today)
        self._today = today
        self._criteria, self._kpis = criteria_of(audit), gated_kpis(audit.edition)
        # A list says what is asked of the centre; whoever supposes another one supposes another audit.
        facts = edition_document(audit.edition).get("facts", ())
        self._facts = {each["code"]: each for each in facts if each["type"] != "list"}

    def read(self, sent: Mapping[str, str], closed: Iterable[str]) -> Supposed:
        """Read what a page sent; what does not exist, cannot be, or stands so already, is left out."""
        levels = {
            code: value
            for code in self._criteria
            if (value := sent.get(f"level:{code}", "")) in dict(self._levels(code)) and value != self._now(code)
        }
        verdicts = {
            kpi: value
            for kpi in self._kpis
            if (value := sent.get(f"verdict:{kpi}", "")) in SUPPOSED and value != self._verdict(kpi)
        }
        facts = {
            code: value
            for code in self._facts
            if self._can_be(code, value := sent.get(f"fact:{code}", "").strip()) and value != self._stated(code)
        }
        ids = {int(each) for each in closed if each.isascii() and each.isdigit() and len(each) <= 9}  # noqa: PLR2004
        return Supposed(
            levels, verdicts, facts, frozenset(finding.pk for finding in self.open_findings() if finding.pk in ids)
        )

    def outcome(self, supposed: Supposed) -> Outcome:
        """Return both results, by the one engine that scores everything."""
        data = copy.deepcopy(self.data)
        for code, value in supposed.levels.items():
            data["answers"][code] = {"na": "supposed"} if value == NA else {"level": int(value)}
        data["market"] |= supposed.verdicts
        data["facts"] |= {code: YES_NO.get(value, value) for code, value in supposed.facts.items()}
        majors = sum(finding.pk in supposed.closed for finding in self.open_findings())
        left = data["findings"].get("major_open", 0) - majors
        data["findings"]["major_open"] = max(left, 0)
        case = parse_case(self.spec, self.data)
        before, after = score(self.spec, case), score(self.spec, parse_case(self.spec, data))
        return Outcome(before, after, next_tier_plan(self.spec, case, before))

    def open_findings(self) -> list[Finding]:
        """Return the open major nonconformities: closing one counts. A minor counts only once it is late, for good."""
        if not hasattr(self, "_open"):
            majors = self.audit.findings.filter(kind=FindingKind.MAJOR, closed_at=None)
            self._open = list(majors.select_related("criterion").only("number", "kind", "statement", "criterion__code"))
        return self._open

    def criteria(self, supposed: Supposed) -> list[tuple[str, str, list[Criterion]]]:
        """Return (block, title, criteria) with what may be supposed of each."""
        return [
            (
                block["code"],
                text(block["title"]),
                [
                    self._criterion(each["code"], supposed)
                    for clause in block["clauses"]
                    for each in clause["criteria"]
                    if each["code"] in self._criteria
                ],
            )
            for block in edition_document(self.audit.edition)["blocks"]
        ]

    def measured(self, supposed: Supposed) -> list[Measured]:
        """Return the KPIs of the gates with what may be supposed of each."""
        return [
            Measured(
                kpi,
                gettext(KPIS[kpi].name),
                str(VERDICTS[self._verdict(kpi)][0]) if self._verdict(kpi) in VERDICTS else "–",
                [(code, str(VERDICTS[code][0])) for code in SUPPOSED],
                supposed.verdicts.get(kpi, ""),
            )
            for kpi in self._kpis
        ]

    def facts(self, supposed: Supposed) -> list[Fact]:
        """Return the facts that the gates read with what may be supposed of each."""
        return [
            Fact(code, text(each["title"]), self._shown(code), self._choices(each), supposed.facts.get(code, ""))
            for code, each in self._facts.items()
        ]

    def _choices(self, fact: Mapping[str, Any]) -> list[tuple[str, str]]:
        if fact["type"] == "boolean":
            return [("yes", gettext("Yes")), ("no", gettext("No"))]
        return [(code, choice_words(code)) for code in fact.get("choices", ())]

    def _can_be(self, code: str, value: str) -> bool:
        choices = self._choices(self._facts[code])
        if choices:
            return value in dict(choices)
        whole, _point, part = value.partition(".")
        return len(value) <= LONGEST_NUMBER and f"{whole}{part or 0}".isdecimal() and value.isascii() and whole != ""

    def _stated(self, code: str) -> str:
        value = self.data["facts"].get(code)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else str(value)

    def _shown(self, code: str) -> str:
        stated = self._stated(code)
        return dict(self._choices(self._facts[code])).get(stated, stated) or "…"

    def _criterion(self, code: str, supposed: Supposed) -> Criterion:
        now = self._now(code)
        shown = gettext("N/A") if now == NA else now or "…"
        title = text(self._criteria[code]["title"])
        return Criterion(code, title, shown, self._levels(code), supposed.levels.get(code, ""))

    def _levels(self, code: str) -> list[tuple[str, str]]:
        row = self.spec.row_by_code[code]
        found = [(str(level), str(level)) for level in row.levels]
        return [*found, (NA, gettext("N/A"))] if row.na_allowed else found

    def _now(self, code: str) -> str:
        answer = self.data["answers"].get(code)
        if answer is None:
            return ""
        return NA if "na" in answer else str(answer["level"])

    def _verdict(self, kpi: str) -> str:
        verdict = self.data["market"].get(kpi, "")
        return str(verdict.get("centre") or "") if isinstance(verdict, dict) else str(verdict)
