"""From an audit's rows to the document that is printed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from audits.models import Answer, Audit, AuditStatus, EvidenceUse, EvidenceVersion
from audits.selectors.case import asked_codes, scope_channels
from audits.services.results import result_of
from audits.workflow import PLANNABLE
from benchmarks.kpis.registry import KPIS
from ledger.models import Entry
from reports import document as doc
from reports.carried import Basis, Measure
from reports.selectors.fieldwork import correction_of, fieldwork_of
from reports.selectors.house import dress_of
from reports.selectors.results import block_of, comparison_of, fact_value, gate_of, interval_of, number
from standards.scoring import parse_case, score
from standards.scoring.words import seen, wanted
from standards.selectors import edition_document, edition_spec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Organisation
    from audits.models import Evidence
    from audits.pieces import Content
    from benchmarks.models import Measurement

UNFINISHED = PLANNABLE | {AuditStatus.CANCELLED}


def audit_document(audit: Audit, *, language: str, at: datetime, beside: str = "") -> doc.CertificationReport:
    """Return everything that the report on an audit says, in one language; at most 20 queries.

    ``beside`` is the language that it will be printed in too.

    A submitted audit is told from its frozen result; one under way from the score of the moment, marked as a draft.
    """
    full = _loaded(audit)
    draft = full.result is None or full.status in UNFINISHED
    frozen = full.result if full.result is not None else result_of(full, at=at)
    with translation.override(language):
        return _Writer(full, frozen, language, at, draft, beside).report()


def _loaded(audit: Audit) -> Audit:
    """Fetch the audit anew with all that hangs on it by a single key: one query."""
    related = ("centre", "auditee", "conductor", "edition", "market_release", "measurement_run")
    people = ("submitted_by", "reviewed_by", "decision__decided_by", "certificate", "stage_one", "previous")
    heavy = ("previous__result", "previous__market", "previous__facts")
    return Audit.objects.select_related(*related, *people).defer("measurement_run__mapping", *heavy).get(pk=audit.pk)


def verify_url(code: str) -> str:
    """Return the public address of a certificate, from the settings and never from a request."""
    return f"{settings.PUBLIC_URL}/verify/{code}/"


@dataclass(frozen=True)
class _Writer:
    """Writes the document of one audit; every method but those that say so is without a query."""

    audit: Audit
    frozen: dict[str, Any]
    language: str
    at: datetime
    draft: bool
    beside: str

    def report(self) -> doc.CertificationReport:
        audit, result = self.audit, self.frozen["result"]
        edition = edition_document(audit.edition)
        answers = self._answers()
        evidence = self._evidence()
        titles = {answer.criterion.code: self._words(answer.criterion.title) for answer in answers}
        decision, certificate = getattr(audit, "decision", None), getattr(audit, "certificate", None)
        measured = list(audit.measurement_run.measurements.all()) if audit.measurement_run else []
        dress, logo = dress_of(audit.conductor, self.language)
        return doc.CertificationReport(
            language=self.language,
            draft=self.draft,
            is_demo=audit.auditee.is_demo,
            engagement=self._engagement(),
            fieldwork=fieldwork_of(audit),
            edition=doc.Source(
                audit.edition.code, audit.edition.version, self._words(audit.edition.title), audit.edition_sha256
            ),
            market_release=self._market_release(),
            records=self._records(),
            maximum=sum((Decimal(str(block["points"])) for block in edition["blocks"]), Decimal(0)),
            tier=result["tier"],
            tiers=self._tiers(edition, result),
            comparisons=self._comparisons(measured),
            sections=self._sections(answers, evidence),
            findings=self._findings(),
            plan=tuple(
                doc.PlanStep(step["criterion"], titles.get(step["criterion"], ""), step["from"], step["to"])
                for step in result["next_tier_plan"]
            ),
            facts=self._facts(edition),
            evidence=evidence,
            decision=doc.DecisionEntry(
                decision.granted,
                decision.tier,
                decision.route,
                decision.reason,
                str(decision.decided_by),
                decision.decided_at,
            )
            if decision
            else None,
            certificate=doc.CertificateEntry(
                certificate.number,
                certificate.code,
                certificate.tier,
                certificate.status,
                certificate.status_since,
                certificate.valid_from,
                certificate.valid_until,
                verify_url(certificate.code),
            )
            if certificate
            else None,
            distribution=tuple(dict.fromkeys((audit.auditee.name, audit.conductor.name))),
            result_sha256=audit.result_sha256,
            basis=Basis(self.frozen, tuple(map(_measure, measured))),
            edition_json=audit.edition.document.encode(),
            imprint=self._imprint(),
            dress=dress,
            logo=logo,
            beside=self.beside,
        )

    # --- who, what, when ------------------------------------------------------------------------------------------

    def _words(self, texts: Mapping[str, str]) -> str:
        """Return a text of the edition in the report's language, else in English, else in any."""
        return texts.get(self.language) or texts.get("en") or next(iter(texts.values()), "")

    def _engagement(self) -> doc.Engagement:
        audit = self.audit
        return doc.Engagement(
            reference=audit.reference,
            kind=audit.kind,
            status=audit.status,
            auditee=_party(audit.auditee),
            conductor=_party(audit.conductor),
            site=self._site(),
            team=tuple(doc.Person(str(member.user), member.role) for member in audit.team.select_related("user")),
            scope=audit.scope,
            objectives=audit.objectives,
            not_covered=audit.not_covered,
            summary=audit.summary,
            onsite_from=audit.onsite_from,
            onsite_to=audit.onsite_to,
            submitted_at=audit.submitted_at,
            submitted_by=str(audit.submitted_by or ""),
            reviewed_at=audit.reviewed_at,
            reviewed_by=str(audit.reviewed_by or ""),
            review_note=audit.review_note,
            sites=tuple(
                doc.FurtherSite(each.centre.name, each.centre.city, each.centre.country, each.activities)
                for each in audit.sites.select_related("centre")
            ),
        )

    def _site(self) -> doc.Site:
        centre = self.audit.centre
        return doc.Site(
            name=centre.name,
            city=centre.city,
            country=centre.country,
            industry=centre.industry,
            channels=scope_channels(self.audit),
            languages=tuple(centre.languages),
            seats=centre.seats,
            time_zone=centre.time_zone,
        )

    def _market_release(self) -> doc.Source | None:
        release = self.audit.market_release
        return doc.Source(release.code, "", release.title, release.sha256) if release else None

    def _records(self) -> doc.Records | None:
        run = self.audit.measurement_run
        if run is None:
            return None
        return doc.Records(
            name=run.records_name,
            sha256=run.records_sha256,
            mapping_sha256=run.mapping_sha256,
            period_from=run.period_from,
            period_to=run.period_to,
            rows_read=run.rows_read,
            rows_used=run.rows_used,
        )

    def _imprint(self) -> doc.Imprint:
        """Look up the ledger's head: one query."""
        head = Entry.objects.order_by("-sequence").values_list("sequence", "hash").first()
        sequence, digest = head or (0, "")
        return doc.Imprint(self.at, sequence, digest)

    # --- the result -----------------------------------------------------------------------------------------------

    def _tiers(self, edition: dict[str, Any], result: dict[str, Any]) -> tuple[doc.Tier, ...]:
        """Tell the tiers from the frozen numbers, lowest first."""
        words = self._gate_words()
        return tuple(
            self._tier(tier, result["tiers"][tier["code"]], edition, words)
            for tier in edition["tiers"]
            if tier["code"] in result["tiers"]
        )

    def _gate_words(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Say in the report's language what each gate saw and wanted; the frozen result has it in English only."""
        spec = edition_spec(self.audit.edition)
        result = score(spec, parse_case(spec, self.frozen["case"]))
        return {
            (tier.code, gate.gate): (seen(gate, _), wanted(gate, _)) for tier in result.tiers for gate in tier.gates
        }

    def _tier(
        self,
        tier: dict[str, Any],
        result: dict[str, Any],
        edition: dict[str, Any],
        words: dict[tuple[str, str], tuple[str, str]],
    ) -> doc.Tier:
        bars = {gate["gate"]: gate for gate in tier["gates"]}
        wanted_total, wanted_percent = bars.get("total", {}).get("min"), bars.get("block", {}).get("min_percent")
        titles = {block["code"]: self._words(block["title"]) for block in edition["blocks"]}
        facts = {fact["code"]: self._words(fact["title"]) for fact in edition.get("facts", [])}
        return doc.Tier(
            code=tier["code"],
            title=self._words(tier["title"]),
            total=interval_of(result["total"]["low"], result["total"]["high"]),
            wanted=number(wanted_total),
            attained=result["attained"],
            blocks=tuple(
                block_of(code, title, result["blocks"][code], number(wanted_percent))
                for code, title in titles.items()
                if code in result["blocks"]
            ),
            gates=tuple(gate_of(gate, facts, words.get((tier["code"], gate["gate"]))) for gate in result["gates"]),
        )

    def _comparisons(self, measured: list[Measurement]) -> tuple[doc.MarketComparison, ...]:
        """Tell every verdict with what it rests on: one query, for the waivers."""
        waivers = {
            waiver.kpi: doc.Waiver(waiver.reason, str(waiver.granted_by), waiver.granted_at)
            for waiver in self.audit.market_waivers.select_related("granted_by")
        }
        counts = {(each.kpi, each.variant, each.channel): each.n for each in measured}
        verdicts = self.frozen.get("market", self.audit.market)
        # PostgreSQL keeps JSON keys in an order of its own; the report has that of the registry.
        order = list(KPIS)
        return tuple(
            comparison_of(kpi, each, waivers.get(kpi), counts.get((kpi, each.get("variant"), each.get("channel"))))
            for kpi, verdict in sorted(verdicts.items(), key=lambda item: order.index(item[0]))
            # At the centre of the market, then at the higher bars of the edition.
            for each in (verdict, *(verdict.get("bars") or {}).values())
        )

    def _facts(self, edition: dict[str, Any]) -> tuple[doc.Fact, ...]:
        titles = {fact["code"]: self._words(fact["title"]) for fact in edition.get("facts", [])}
        order = {code: position for position, code in enumerate(titles)}
        return tuple(
            doc.Fact(name, titles.get(name, name), fact_value(fact.get("value")), fact.get("note", ""))
            for name, fact in sorted(self.audit.facts.items(), key=lambda item: order.get(item[0], len(order)))
        )

    # --- what was seen --------------------------------------------------------------------------------------------

    def _answers(self) -> list[Answer]:
        """Fetch the answers in the order of the edition: one query."""
        heavy = ("criterion__anchors", "criterion__look_at", "criterion__evidence", "criterion__crosswalk")
        blocks = self.audit.current_answers.select_related("criterion__clause__block")
        return list(blocks.defer(*heavy).order_by("criterion__position"))

    def _code(self, code: str, edition: int, version: str) -> str:
        """Return a criterion's code, with the version of its edition where the audit has left that."""
        return code if edition == self.audit.edition_id else f"{code} ({version})"

    def _evidence(self) -> tuple[doc.EvidenceItem, ...]:
        """Return the stored files, numbered, with the criteria that they serve or once served.

        Beside the newest version of a piece stands every older one that an answer rests on. Two queries, and a third
        where there is such a one.
        """
        links: dict[tuple[int, int], list[str]] = {}
        uses = EvidenceUse.objects.filter(answer__audit=self.audit).order_by("answer__criterion__position")
        criterion = [f"answer__criterion__{name}" for name in ("code", "edition_id", "edition__version")]
        for piece, version, *of in uses.values_list("evidence_id", "version", *criterion):
            links.setdefault((piece, version), []).append(self._code(*of))
        pieces = list(self.audit.evidence.order_by("pk"))
        newest = {(piece.pk, piece.version) for piece in pieces}
        former = {
            (each.evidence_id, each.number): each
            for each in (EvidenceVersion.objects.filter(evidence__audit=self.audit) if links.keys() - newest else ())
            if (each.evidence_id, each.number) in links
        }
        items: list[doc.EvidenceItem] = []
        # A piece that was set aside keeps its number, so that the numbers of the others never change.
        for place, piece in enumerate(pieces, 1):
            older = [(version, each) for (pk, version), each in sorted(former.items()) if pk == piece.pk]
            if piece.withdrawn_at is None:
                items += [
                    _item(piece, content, place, version, links.get((piece.pk, version), []))
                    for version, content in [*older, (piece.version, piece)]
                ]
        return tuple(items)

    def _sections(self, answers: list[Answer], evidence: tuple[doc.EvidenceItem, ...]) -> tuple[doc.BlockSection, ...]:
        """Put the answers back into blocks and clauses."""
        asked = asked_codes(self.audit)
        refs: dict[str, list[str]] = {}
        for item in evidence:
            for code in item.criteria:
                refs.setdefault(code, []).append(item.label)
        blocks: dict[str, tuple[Any, dict[str, tuple[Any, list[doc.CriterionRow]]]]] = {}
        for answer in answers:
            clause = answer.criterion.clause
            clauses = blocks.setdefault(clause.block.code, (clause.block, {}))[1]
            row = self._row(answer, tuple(refs.get(answer.criterion.code, ())), asked=answer.criterion.code in asked)
            clauses.setdefault(clause.code, (clause, []))[1].append(row)
        return tuple(
            doc.BlockSection(
                block.code,
                self._words(block.title),
                block.points,
                tuple(
                    doc.ClauseSection(clause.code, self._words(clause.title), tuple(rows))
                    for clause, rows in clauses.values()
                ),
            )
            for block, clauses in blocks.values()
        )

    def _row(self, answer: Answer, evidence: tuple[str, ...], *, asked: bool) -> doc.CriterionRow:
        criterion = answer.criterion
        spec = edition_spec(self.audit.edition).row_by_code[criterion.code]
        return doc.CriterionRow(
            code=criterion.code,
            title=self._words(criterion.title),
            requirement=self._words(criterion.requirement),
            tier=criterion.tier,
            mandatory=criterion.mandatory,
            weight=criterion.weight,
            asked=asked,
            level=answer.level,
            na_reason=answer.na_reason,
            note=answer.note,
            evidence=evidence,
            scale=doc.Levels(spec.low, spec.high),
        )

    def _findings(self) -> tuple[doc.FindingEntry, ...]:
        """Fetch the findings by number, with what was answered to them: two queries."""
        return tuple(
            doc.FindingEntry(
                number=finding.number,
                kind=finding.kind,
                criterion=self._code(
                    finding.criterion.code, finding.criterion.edition_id, finding.criterion.edition.version
                ),
                criterion_title=self._words(finding.criterion.title),
                objective_evidence=finding.objective_evidence,
                statement=finding.statement,
                due=finding.due,
                closed_at=finding.closed_at,
                closing_note=finding.closing_note,
                correction=correction_of(finding),
            )
            for finding in self.audit.findings.select_related("criterion__edition")
            .defer("criterion__edition__document")
            .prefetch_related("responses")
            .order_by("number")
        )


def _item(piece: Evidence, content: Content, number: int, version: int, codes: list[str]) -> doc.EvidenceItem:
    """Return one content of a piece; of what is confidential the title alone."""
    told = not piece.confidential
    return doc.EvidenceItem(
        label=f"E{number}" if version == piece.version else f"E{number}v{version}",
        kind=piece.kind,
        title=piece.title,
        filename=content.filename if told else "",
        size=content.size if told else 0,
        sha256=content.sha256 if told else "",
        uploaded_at=content.uploaded_at,
        criteria=tuple(codes),
        version=version,
        confidential=piece.confidential,
        valid_until=content.valid_until,
    )


def _measure(measured: Measurement) -> Measure:
    return Measure(**{each.name: getattr(measured, each.name) for each in fields(Measure)})


def _party(organisation: Organisation) -> doc.Party:
    return doc.Party(organisation.name, organisation.country, organisation.address)
