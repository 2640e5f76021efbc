"""An audit as OSCAL assessment results, version 1.1: for programs that collect assessments from many tools.

OSCAL knows a control as satisfied or not, and no levels. So a criterion is satisfied that is above the lowest level and
has no nonconformity against it; level, scale, tier and weight stand in properties of our own namespace. Criteria that
were not applicable, or not asked, are excluded controls. All identifiers follow from the content: equal reports give
equal bytes. An assessment plan is demanded by the format: it is named in the back matter, with what was planned.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from reports.renderers.certification import Printed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from reports.document import CertificationReport, CriterionRow, FindingEntry

OSCAL = "1.1.3"
NAMESPACE = "urn:touchstone:oscal:1"
ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)
NOT_IN_A_TOKEN = re.compile(r"[^\w.\-]", re.ASCII)
FAILING = frozenset({"major", "minor"})


def render_oscal(report: CertificationReport) -> Printed:
    """Return the audit as JSON of OSCAL assessment results; ``pages`` is the number of criteria assessed."""
    writer = _Writer(report)
    document = {"assessment-results": writer.document()}
    data = json.dumps(document, ensure_ascii=False, indent=1).encode()
    return Printed(data, len(writer.assessed), report.content_sha256())


def token(code: str) -> str:
    """Return a code as OSCAL writes names: a letter first, then letters, digits, points, hyphens."""
    found = NOT_IN_A_TOKEN.sub("-", code)
    return found if found[:1].isalpha() else f"c-{found}"


class _Writer:
    """Writes one report; what is written first names what comes later by identifiers that follow from names."""

    def __init__(self, report: CertificationReport) -> None:
        self.report = report
        self.zone = ZoneInfo(report.engagement.site.time_zone)
        rows = [row for part in report.sections for clause in part.clauses for row in clause.rows]
        self.assessed = [row for row in rows if row.asked and row.level is not None]
        self.excluded = [row for row in rows if not row.asked or row.na_reason]
        self.against: dict[str, list[FindingEntry]] = {}
        for finding in report.findings:
            self.against.setdefault(finding.criterion, []).append(finding)

    def document(self) -> dict[str, Any]:
        report, engagement = self.report, self.report.engagement
        return {
            "uuid": self._id("assessment-results", report.content_sha256()),
            "metadata": self._metadata(),
            "import-ap": {"href": f"#{self._id('plan')}"},
            "results": [
                {
                    "uuid": self._id("result"),
                    "title": f"{engagement.reference}: {engagement.auditee.name}, {engagement.site.name}",
                    "description": engagement.scope.strip() or engagement.reference,
                    "start": self._day(engagement.onsite_from),
                    "end": _moment(engagement.submitted_at)
                    if engagement.submitted_at
                    else self._day(engagement.onsite_to),
                    "props": [*self._result_props()],
                    "reviewed-controls": {"control-selections": [self._selection()]},
                    "observations": [self._observation(row) for row in self.assessed],
                    "findings": [self._finding(row) for row in self.assessed],
                }
            ],
            "back-matter": {"resources": [*self._resources()]},
        }

    def _id(self, *names: str) -> str:
        """Return an identifier (RFC 4122, version 5) that follows from the audit and the names."""
        return str(uuid.uuid5(ROOT, "\n".join((self.report.engagement.reference, *names))))

    def _day(self, day: date) -> str:
        return _moment(datetime.combine(day, time(), self.zone))

    def _metadata(self) -> dict[str, Any]:
        report, engagement = self.report, self.report.engagement
        body, auditee = self._id("conductor"), self._id("auditee")
        return {
            "title": f"{report.edition.title} {report.edition.version}: {engagement.reference}",
            "last-modified": _moment(report.imprint.printed_at),
            "version": report.content_sha256()[:16],
            "oscal-version": OSCAL,
            "props": [
                _prop("status", "draft" if report.draft else "final"),
                _prop("content-sha256", report.content_sha256()),
                _prop("ledger-sequence", str(report.imprint.ledger_sequence)),
                *([_prop("demonstration", "yes")] if report.is_demo else []),
            ],
            "roles": [{"id": "assessor", "title": "Assessor"}, {"id": "asset-owner", "title": "Assessed organisation"}],
            "parties": [
                {"uuid": body, "type": "organization", "name": engagement.conductor.name},
                {"uuid": auditee, "type": "organization", "name": engagement.auditee.name},
            ],
            "responsible-parties": [
                {"role-id": "assessor", "party-uuids": [body]},
                {"role-id": "asset-owner", "party-uuids": [auditee]},
            ],
        }

    def _result_props(self) -> Iterator[dict[str, str]]:
        report = self.report
        yield _prop("edition", f"{report.edition.code}-{report.edition.version}")
        yield _prop("edition-sha256", report.edition.sha256)
        if report.result_sha256:
            yield _prop("result-sha256", report.result_sha256)
        if report.market_release:
            yield _prop("market-release-sha256", report.market_release.sha256)
        yield _prop("points-maximum", f"{report.maximum:f}")
        for tier in report.tiers:
            yield _prop("tier-points-low", f"{tier.total.low:f}", kind=tier.code)
            yield _prop("tier-points-high", f"{tier.total.high:f}", kind=tier.code)
            attained = {True: "attained", False: "not-attained", None: "open"}[tier.attained]
            yield _prop("tier-state", attained, kind=tier.code)
        for each in report.comparisons:
            yield _prop("market-verdict", each.verdict, kind=each.kpi)

    def _selection(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "description": f"Criteria of {self.report.edition.title} {self.report.edition.version}"
        }
        if self.assessed:
            found["include-controls"] = [{"control-id": token(row.code)} for row in self.assessed]
        if self.excluded:
            found["exclude-controls"] = [{"control-id": token(row.code)} for row in self.excluded]
        return found

    def _observation(self, row: CriterionRow) -> dict[str, Any]:
        report = self.report
        seen = [each.objective_evidence.strip() for each in self.against.get(row.code, ())]
        found: dict[str, Any] = {
            "uuid": self._id("observation", row.code),
            "title": f"{row.code} {row.title}".strip(),
            "description": "\n\n".join(filter(None, (row.note.strip(), *seen)))
            or f"Level {row.level} of {row.scale.high}.",
            "props": [*_props_of(row)],
            "methods": ["EXAMINE"],
            "types": ["control-objective"],
            "collected": self._day(report.engagement.onsite_to),
        }
        evidence = [{"href": f"#{self._id('evidence', name)}", "description": name} for name in row.evidence]
        return {**found, "relevant-evidence": evidence} if evidence else found

    def _finding(self, row: CriterionRow) -> dict[str, Any]:
        against = [each for each in self.against.get(row.code, ()) if each.kind in FAILING]
        failed = bool(against) or row.level == row.scale.low
        said = " ".join(f"{each.kind} nonconformity {each.number}: {each.statement.strip()}" for each in against)
        return {
            "uuid": self._id("finding", row.code),
            "title": f"{row.code} {row.title}".strip(),
            "description": row.requirement.strip() or row.code,
            "props": [
                *_props_of(row),
                *(_prop(f"nonconformity-{each.kind}", str(each.number)) for each in against),
                *(_prop("nonconformity-closed", str(each.number)) for each in against if each.closed_at),
            ],
            "target": {
                "type": "objective-id",
                "target-id": token(row.code),
                "status": {
                    "state": "not-satisfied" if failed else "satisfied",
                    "reason": "fail" if failed else "pass",
                    "remarks": said or f"Level {row.level} on a scale from {row.scale.low} to {row.scale.high}.",
                },
            },
            "related-observations": [{"observation-uuid": self._id("observation", row.code)}],
        }

    def _resources(self) -> Iterator[dict[str, Any]]:
        engagement = self.report.engagement
        planned = f"{engagement.objectives.strip()}\n\n{engagement.scope.strip()}".strip() or engagement.reference
        yield {"uuid": self._id("plan"), "title": f"Audit plan of {engagement.reference}", "description": planned}
        for item in self.report.evidence:
            resource: dict[str, Any] = {
                "uuid": self._id("evidence", item.label),
                "title": f"{item.label} {item.title}".strip(),
                "props": [
                    _prop("evidence-kind", item.kind),
                    *([_prop("confidential", "yes")] if item.confidential else []),
                ],
            }
            if item.sha256:
                digest = {"algorithm": "SHA-256", "value": item.sha256}
                resource["rlinks"] = [{"href": f"urn:sha256:{item.sha256}", "hashes": [digest]}]
            yield resource


def _props_of(row: CriterionRow) -> Iterator[dict[str, str]]:
    yield _prop("level", str(row.level))
    yield _prop("level-lowest", str(row.scale.low))
    yield _prop("level-highest", str(row.scale.high))
    yield _prop("weight", f"{row.weight:f}")
    yield _prop("tier", row.tier)
    if row.mandatory:
        yield _prop("mandatory", "yes")


def _prop(name: str, value: str, *, kind: str = "") -> dict[str, str]:
    found = {"name": name, "ns": NAMESPACE, "value": value.strip() or "-"}
    return {**found, "class": token(kind)} if kind else found


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
