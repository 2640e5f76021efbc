"""From an audit and a lens to the document that page, PDF and workbook show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.models import Audit
from audits.selectors.case import audit_case, scope_channels
from ledger.models import Entry
from reports import document as doc
from reports import lens_document as lens_doc
from reports.selectors.certification import UNFINISHED
from standards.lenses import Certificate, Minutes, Seen, assign, delta_of, grade_of, items_of, read_through
from standards.lenses.model import ReadingKind
from standards.scoring import parse_case
from standards.scoring.decimals import exact
from standards.scoring.points import not_asked
from standards.selectors import edition_document, edition_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from fractions import Fraction

    from accounts.models import Organisation
    from standards.lenses import Band, Coverage, GroupResult, Item, Lens, LensResult, Outcome
    from standards.lenses.results import Share
    from standards.scoring import Case

WHOLE = "*"


@dataclass(frozen=True, slots=True)
class LensChoices:
    """What a reader chose: ``tier`` empty for all criteria, ``grade`` and minutes None for what the lens proposes."""

    tier: str = ""
    grade: int | None = None
    number: str = ""
    body: str = ""
    valid_until: date | None = None
    covers: bool = False
    full: int | None = None
    sample: int | None = None

    def stored(self) -> dict[str, Any]:
        """Return the choices as JSON."""
        until = self.valid_until.isoformat() if self.valid_until else None
        return {name: until if name == "valid_until" else getattr(self, name) for name in self.__slots__}

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> LensChoices:
        """Return the choices that ``stored`` gave."""
        values = {name: data[name] for name in cls.__slots__ if name in data}
        until = values.get("valid_until")
        return cls(**{**values, "valid_until": date.fromisoformat(until) if until else None})


def lens_document(
    audit: Audit, lens: Lens, *, choices: LensChoices, language: str, at: datetime
) -> lens_doc.LensReport:
    """Return everything that an audit says through a lens, in one language; at most 4 queries.

    A submitted audit is told from its frozen case; one under way as it stands, marked as a draft.
    """
    related = ("centre", "auditee", "conductor", "edition")
    full = Audit.objects.select_related(*related).get(pk=audit.pk)
    return _Writer(full, lens, choices, language, at).report()


def choices_for(lens: Lens, choices: LensChoices, scale: tuple[int, int]) -> tuple[int, Minutes | None]:
    """Return the grade and the minutes that count: those chosen, else those that the lens proposes."""
    grade = grade_of(lens.reading, scale) if choices.grade is None else choices.grade
    if lens.delta is None:
        return grade, None
    minutes = Minutes(
        lens.delta.full if choices.full is None else choices.full,
        lens.delta.sample if choices.sample is None else choices.sample,
    )
    return grade, minutes


@dataclass(frozen=True)
class _Writer:
    """Writes the document of one audit through one lens."""

    audit: Audit
    lens: Lens
    choices: LensChoices
    language: str
    at: datetime

    def report(self) -> lens_doc.LensReport:
        audit, lens, edition = self.audit, self.lens, edition_document(self.audit.edition)
        coverage = assign(lens, items_of(edition))
        seen, case = self._seen(edition)
        result = read_through(coverage, seen)
        reads_items = lens.reading.kind == ReadingKind.ITEM_PASS
        return lens_doc.LensReport(
            language=self.language,
            draft=audit.result is None or audit.status in UNFINISHED,
            is_demo=audit.auditee.is_demo,
            reference=audit.reference,
            auditee=_party(audit.auditee),
            conductor=_party(audit.conductor),
            site=self._site(),
            onsite_from=audit.onsite_from,
            onsite_to=audit.onsite_to,
            submitted_at=audit.submitted_at,
            edition=doc.Source(
                audit.edition.code, audit.edition.version, self._words(audit.edition.title), audit.edition_sha256
            ),
            lens=self._lens(),
            result_sha256=audit.result_sha256,
            reading=str(lens.reading.kind),
            grade=seen.grade if reads_items else None,
            edges=tuple(band.low for band in lens.reading.bands),
            scale=seen.scale,
            tier=edition["tiers"][seen.limit]["code"],
            tier_title=self._words(edition["tiers"][seen.limit]["title"]),
            groups=tuple(self._group(each) for each in result.walk()),
            whole=self._whole(coverage, result),
            points=_interval(result.points, 1),
            points_of=_number(result.points_of) if result.points else None,
            items=self._items(coverage, seen, case),
            unassigned=tuple(self._plain_item(item, case) for item in coverage.unassigned),
            strange=coverage.strange,
            delta=self._delta(coverage, seen, case),
            imprint=self._imprint(),
        )

    def _words(self, texts: Mapping[str, str]) -> str:
        """Return a text in the report's language, else in English, else in any."""
        return texts.get(self.language) or texts.get("en") or next(iter(texts.values()), "")

    def _seen(self, edition: Mapping[str, Any]) -> tuple[Seen, Case]:
        """Return the case as the lens reads it: two queries, none for a frozen result."""
        audit, spec = self.audit, edition_spec(self.audit.edition)
        if audit.result is None:
            answers = audit.current_answers.select_related("criterion").only(
                "audit_id", "level", "na_reason", "criterion__code", "criterion__position"
            )
            data = audit_case(audit, answers, today=self.at.date())
        else:
            data = audit.result["case"]
        case = parse_case(spec, data)
        tiers = [tier["code"] for tier in edition["tiers"]]
        scale = (edition["scale"]["min"], edition["scale"]["max"])
        limit = tiers.index(self.choices.tier) if self.choices.tier in tiers else len(tiers) - 1
        grade, _minutes = choices_for(self.lens, self.choices, scale)
        return Seen(case.levels, case.not_applicable, not_asked(spec, case), scale, grade, limit), case

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

    def _lens(self) -> lens_doc.LensSource:
        lens = self.lens
        return lens_doc.LensSource(
            code=lens.code,
            version=lens.version,
            title=self._words(lens.title),
            notice=self._words(lens.notice),
            publisher=lens.origin.publisher,
            confirmed=self._words(lens.origin.confirmed),
            references=lens.origin.references,
            sha256=lens.sha256,
        )

    def _imprint(self) -> doc.Imprint:
        """Look up the ledger's head: one query."""
        head = Entry.objects.order_by("-sequence").values_list("sequence", "hash").first()
        sequence, digest = head or (0, "")
        return doc.Imprint(self.at, sequence, digest)

    # --- groups -------------------------------------------------------------------------------------------------------

    def _group(self, result: GroupResult) -> lens_doc.LensGroup:
        branch, group = result.branch, result.branch.group
        return self._told(
            result.outcome,
            number=branch.number,
            depth=branch.depth,
            code=group.code,
            title=self._words(group.title),
            note=self._words(group.note),
            covered=bool(branch.items),
            points=_interval(result.points, 1),
            points_of=None if group.points is None else _number(group.points),
            own=_codes(branch.own),
            criteria=_codes(branch.items),
        )

    def _whole(self, coverage: Coverage, result: LensResult) -> lens_doc.LensGroup:
        return self._told(
            result.whole,
            number=0,
            depth=0,
            code=WHOLE,
            title="",
            note="",
            covered=bool(coverage.assigned),
            points=_interval(result.points, 1),
            points_of=_number(result.points_of) if result.points else None,
            own=(),
            criteria=_codes(coverage.assigned),
        )

    def _told(self, outcome: Outcome, **facts: Any) -> lens_doc.LensGroup:
        counts = outcome.counts
        reads_items = self.lens.reading.kind == ReadingKind.ITEM_PASS
        return lens_doc.LensGroup(
            asked=counts.asked,
            answered=counts.answered,
            not_applicable=counts.not_applicable,
            share=_interval(outcome.share, 100),
            passed=(str(outcome.passed) if outcome.passed else "empty") if reads_items else "",
            obstacles=tuple(
                lens_doc.LensObstacle(each.item.code, self._words(each.item.title), each.level)
                for each in outcome.obstacles
            ),
            bands=_band_words(outcome.bands),
            **facts,
        )

    # --- criteria -----------------------------------------------------------------------------------------------------

    def _items(self, coverage: Coverage, seen: Seen, case: Case) -> tuple[lens_doc.LensItem, ...]:
        groups: dict[str, list[str]] = {}
        for branch in coverage.walk():
            for item in branch.own:
                groups.setdefault(item.code, []).append(branch.group.code)
        asked = {item.code for item in seen.asked(coverage.assigned)}
        return tuple(
            lens_doc.LensItem(
                code=item.code,
                title=self._words(item.title),
                kind=item.kind,
                weight=_number(item.weight),
                asked=item.code in asked,
                level=case.levels.get(item.code),
                not_applicable=item.code in case.not_applicable,
                highest=item.highest,
                groups=tuple(groups.get(item.code, ())),
            )
            for item in coverage.assigned
        )

    def _plain_item(self, item: Item, case: Case) -> lens_doc.LensObstacle:
        return lens_doc.LensObstacle(item.code, self._words(item.title), case.levels.get(item.code))

    def _delta(self, coverage: Coverage, seen: Seen, case: Case) -> lens_doc.LensDelta | None:
        """Say what a certificate leaves to be looked at, of all criteria that are asked and not N/A."""
        chosen, (_grade, minutes) = self.choices, choices_for(self.lens, self.choices, seen.scale)
        if self.lens.delta is None or minutes is None:
            return None
        certificate = Certificate(chosen.number, chosen.body, chosen.valid_until, chosen.covers)
        every = (*coverage.assigned, *coverage.unassigned)
        items = [item for item in seen.asked(every) if item.code not in case.not_applicable]
        delta = delta_of(self.lens, items, certificate, on=self.audit.onsite_to, minutes=minutes)
        return lens_doc.LensDelta(
            number=chosen.number,
            body=chosen.body,
            valid_until=chosen.valid_until,
            covers=chosen.covers,
            refused=delta.refused,
            full=minutes.full,
            sample=minutes.sample,
            before=delta.before,
            after=delta.after,
            saved=delta.saved,
            saved_percent=_number(delta.saved_share * 100),
            why=self._words(self.lens.delta.why),
            whole=tuple(self._plain_item(item, case) for item in delta.whole),
            part=tuple(self._plain_item(item, case) for item in delta.part),
            none=tuple(self._plain_item(item, case) for item in delta.none),
        )


def _number(value: Fraction) -> Decimal:
    return Decimal(exact(value))


def _interval(share: Share | None, factor: int) -> doc.Interval | None:
    return doc.Interval(_number(share.low * factor), _number(share.high * factor)) if share else None


def _codes(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(item.code for item in items)


def _band_words(bands: tuple[Band, Band] | None) -> tuple[str, ...]:
    """Return the lowest and the highest possible band, once where they are the same."""
    words = [f"{band.low} %" if band.low == band.high else f"{band.low}–{band.high} %" for band in bands or ()]
    return tuple(dict.fromkeys(words))


def _party(organisation: Organisation) -> doc.Party:
    return doc.Party(organisation.name, organisation.country, organisation.address)
