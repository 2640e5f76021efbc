"""Whether a row of a returned workbook may become what it is asked to be: the same answers as the services give."""

from __future__ import annotations

import json
import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from audits.corrective import Standing, due_in_reach
from audits.models import NONCONFORMITIES, EvidenceKind, Finding, FindingKind
from audits.samples import RecordResult
from audits.selectors.computed import computed_levels
from audits.selectors.policies import policy_of
from audits.workbook.comparing import Problem
from audits.workbook.layout import ANSWERS, BETWEEN, EVIDENCE, FINDINGS, NO, NOT_APPLICABLE, SAMPLES, YES
from audits.workflow import EDITABLE
from standards.models import Criterion
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from datetime import datetime

    from audits.models import Audit
    from audits.workbook.layout import Layout

    Values = dict[str, str]

LONGEST_TEXT = 20_000  # characters, as everywhere
LONGEST_TITLE = 200
FAILED = (RecordResult.FAILS, RecordResult.NOT_FOUND)
_NAMES = uuid.UUID("6f1d8f3e-8a7c-5d0b-9d53-0f6c3f0f5f1a")  # the name space of findings made in workbooks


def finding_key(nonce: str, after: Values) -> uuid.UUID:
    """Return the name of a finding that a workbook brings: the same row of the same export is the same finding."""
    return uuid.uuid5(_NAMES, json.dumps([nonce, sorted(after.items())], ensure_ascii=False))


class ServerChecks:
    """What the server knows about an audit, fetched once for all rows; at most fourteen queries."""

    def __init__(self, audit: Audit, *, nonce: str, at: datetime) -> None:
        """Fetch what measurements give, the finding policy, and the findings that came from this export."""
        self._audit, self._nonce, self._today = audit, nonce, timezone.localdate(at)
        self._rows = edition_spec(audit.edition).row_by_code
        criteria = Criterion.objects.filter(edition=audit.edition_id)
        rows = criteria.only("code", "kind", "kpis", "na_allowed", "edition_id", "condition")
        self._criteria = {row.code: row for row in rows}
        self._computed: dict[str, Any] | None = None
        self._policy: Any = None
        self._findings: dict[str, tuple[Any, date]] | None = None

    def check(self, layout: Layout, row_id: str, before: Values, after: Values) -> tuple[Problem, ...]:
        """Return why a row may not become ``after``; nothing where it may."""
        checks = {ANSWERS: self._answer, EVIDENCE: self._evidence, SAMPLES: self._sample, FINDINGS: self._finding}
        too_long = [Problem("text_too_long", key) for key, text in after.items() if len(text) > LONGEST_TEXT]
        return tuple(too_long or checks[layout](row_id, before, after))

    def known(self, _layout: Layout, after: Values) -> bool:
        """Say whether this new finding was made by an earlier return."""
        return str(finding_key(self._nonce, after)) in self._known()

    def _known(self) -> dict[str, tuple[Any, date]]:
        if self._findings is None:
            rows = Finding.everything.filter(audit=self._audit).values_list("number", "key", "raised_at")
            self._findings = {
                name: (key, timezone.localdate(at)) for number, key, at in rows for name in (f"F{number}", str(key))
            }
        return self._findings

    def _answer(self, code: str, before: Values, after: Values) -> list[Problem]:
        level, reason = after["level"], after["na_reason"]
        if level == NOT_APPLICABLE:
            if not self._criteria[code].na_allowed:
                return [Problem("na_not_allowed", "level")]
            return [] if reason else [Problem("na_without_reason", "na_reason")]
        if reason:
            return [Problem("reason_without_na", "na_reason")]
        if not level:
            return []
        levels = [str(each) for each in self._rows[code].levels]
        if level not in levels:
            return [Problem("bad_level", "level", {"levels": ", ".join(levels)})]
        return self._beside_computed(code, before, int(level), note=after["note"])

    def _beside_computed(self, code: str, before: Values, level: int, *, note: str) -> list[Problem]:
        if self._computed is None:
            self._computed = computed_levels(self._audit, self._criteria.values())
        found = self._computed.get(code)
        if found is None or found.level is None or level == found.level:
            return []
        if level > found.level and str(level) != before["level"]:
            return [Problem("above_computed", "level", {"level": found.level})]
        if level < found.level and not note:
            return [Problem("below_without_reason", "note", {"level": found.level})]
        return []

    def _evidence(self, _id: str, _before: Values, after: Values) -> list[Problem]:
        found = []
        if not after["title"]:
            found.append(Problem("empty", "title"))
        if len(after["title"]) > LONGEST_TITLE:
            found.append(Problem("text_too_long", "title"))
        found += _code("kind", after, EvidenceKind.values) + _code("confidential", after, [YES, NO])
        unknown = [code for code in after["criteria"].split(BETWEEN) if code and code not in self._criteria]
        return found + [Problem("unknown_criterion", "criteria", {"code": code}) for code in unknown[:1]]

    def _sample(self, _id: str, _before: Values, after: Values) -> list[Problem]:
        if found := _code("result", after, RecordResult.values):
            return found
        return [Problem("note_missing", "note")] if after["result"] in FAILED and not after["note"] else []

    def _finding(self, row_id: str, before: Values, after: Values) -> list[Problem]:
        if self._audit.status not in EDITABLE:
            return [Problem("locked_status")]
        found = _code("kind", after, FindingKind.values)
        if after["criterion"] not in self._criteria:
            found.append(Problem("unknown_criterion", "criterion", {"code": after["criterion"]}))
        found += [Problem("empty", key) for key in ("statement", "objective_evidence") if not after[key]]
        if found or (before and (before["kind"], before["due"]) == (after["kind"], after["due"])):
            return found
        return self._due(after, since=self._known()[row_id][1] if row_id else self._today)

    def _due(self, after: Values, since: date) -> list[Problem]:
        if after["kind"] not in NONCONFORMITIES:
            return []
        self._policy = self._policy or policy_of(self._audit.conductor_id)
        latest = since + timedelta(days=self._policy.most_days(after["kind"]))
        due = date.fromisoformat(after["due"]) if after["due"] else None
        code = due_in_reach(Standing(0, is_nonconformity=True, today=self._today, due=due, latest=latest))
        return [Problem(code, "due", {"latest": latest.isoformat()})] if code else []


def _code(key: str, after: Values, codes: list[str]) -> list[Problem]:
    known = ", ".join(code for code in codes if code)
    return [] if after[key] in codes else [Problem("bad_code", key, {"codes": known})]
