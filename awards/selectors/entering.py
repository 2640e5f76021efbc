"""What an entrant's pages show: the asks with what was written, what is missing, until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from audits.models import Audit, AuditStatus, Evidence
from awards.models import Entry, EntryAnswer, EntryStatus, ProgrammeStatus
from awards.scheme import ASK_KINDS, ENTRY, EVIDENCE, FIGURE, JUDGING, TEXT

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import User
    from awards.models import EntryFile, EntryReference, Programme, Stage
    from awards.scheme import Ask, StageSpec


@dataclass
class AskRow:
    """One ask with what was given for it."""

    ask: Ask
    answer: EntryAnswer | None = None
    files: list[EntryFile] = field(default_factory=list)
    references: list[EntryReference] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Say whether something was given, within the length allowed."""
        if self.ask.kind in {TEXT, FIGURE}:
            text = self.answer.text.strip() if self.answer else ""
            return bool(text) and len(text) <= self.ask.most
        return bool(self.references if self.ask.kind == EVIDENCE else self.files)

    @property
    def missing(self) -> bool:
        """Say whether it is needed and not there."""
        return self.ask.required and not self.done


@dataclass
class StagePart:
    """A stage for entries with its asks; ``editable``: the entrant may write in it now."""

    stage: Stage
    spec: StageSpec
    rows: list[AskRow]
    editable: bool


@dataclass
class EntryPage:
    """An entry as its team sees it. ``open`` is the stage that may be written in now; ``zone`` its centre's."""

    entry: Entry
    parts: list[StagePart]
    zone: ZoneInfo

    @property
    def open(self) -> StagePart | None:
        """The part that can be written in now."""
        return next((part for part in self.parts if part.editable), None)

    @property
    def missing(self) -> list[AskRow]:
        """What the part that is open still needs."""
        return [row for row in self.open.rows if row.missing] if self.open else []

    @property
    def percent(self) -> int:
        """How much of what is needed in the open part is there."""
        needed = [row for row in self.open.rows if row.ask.required] if self.open else []
        return 100 if not needed else 100 * sum(row.done for row in needed) // len(needed)


def zone_of(entry: Entry) -> ZoneInfo:
    """Return the time zone of the entrant's centre, or of the programme where no centre is named."""
    return ZoneInfo(entry.centre.time_zone) if entry.centre else entry.programme.zone


def entries_of(user: User) -> QuerySet[Entry]:
    """Return the entries of the person's organisations, newest first; one query."""
    found = Entry.objects.filter(organisation__in=user.organisations_as(), calibration__isnull=True)
    return found.select_related("programme", "organisation", "centre")


def reached(programme: Programme, entry: Entry, stages: list[Stage], code: str) -> bool:
    """Say whether the entry passed all gates before a stage; a gate that is not closed lets nobody through."""
    for stage in stages:
        if stage.code == code:
            return True
        spec = programme.scheme.stage(stage.code)
        if spec.kind == JUDGING and spec.top is not None and entry.code not in stage.passed:
            return False
    return False


def editable_stage(entry: Entry, stages: list[Stage], at: datetime) -> Stage | None:
    """Return the stage in which the entry may be written in and submitted now; no query.

    Who may hand in late does so in the last stage that has closed.
    """
    programme = entry.programme
    if entry.status == EntryStatus.WITHDRAWN or programme.status != ProgrammeStatus.OPEN:
        return None
    kinds = [stage for stage in stages if programme.scheme.stage(stage.code).kind == ENTRY]
    within = [stage for stage in kinds if reached(programme, entry, stages, stage.code)]
    if entry.revision == 0:
        within = within[:1]
    for stage in within:
        if stage.state(at) == "open":
            return stage
    closed = [stage for stage in within if stage.closes_at < at]
    return closed[-1] if closed and entry.late_until is not None and at <= entry.late_until else None


def entry_page(entry: Entry, *, at: datetime) -> EntryPage:
    """Return the entry with all asks of the stages it has reached; five queries."""
    stages = list(entry.programme.stages.all())
    for stage in stages:
        stage.programme = entry.programme
    answers = {answer.ask: answer for answer in entry.answers.select_related("saved_by")}
    files, references = list(entry.files.filter(removed_at=None)), references_of(entry)
    now = editable_stage(entry, stages, at)
    parts = []
    for stage in stages:
        spec = entry.programme.scheme.stage(stage.code)
        if spec.kind != ENTRY or not reached(entry.programme, entry, stages, stage.code):
            continue
        rows = [
            AskRow(
                ask,
                answers.get(ask.code),
                [each for each in files if each.ask == ask.code],
                [each for each in references if each.ask == ask.code],
            )
            for ask in spec.asks
        ]
        parts.append(StagePart(stage, spec, rows, stage is now))
    return EntryPage(entry, parts, zone_of(entry))


def references_of(entry: Entry) -> list[EntryReference]:
    """Return the references with what they refer to; one query."""
    found = entry.references.select_related("audit__edition", "audit__centre", "evidence")
    return list(found.defer("audit__edition__document", "audit__market", "audit__facts"))


def referable_audits(entry: Entry) -> QuerySet[Audit]:
    """Return the entrant's own audits that have a result; one query."""
    found = Audit.objects.filter(auditee=entry.organisation, result__isnull=False, status=AuditStatus.CLOSED)
    return found.select_related("edition", "centre").defer("edition__document", "result", "market", "facts")


def referable_evidence(entry: Entry) -> QuerySet[Evidence]:
    """Return pieces of the entrant's closed audits that are not confidential and not withdrawn; one query."""
    found = Evidence.objects.filter(audit__in=referable_audits(entry).order_by().values("pk"))
    return found.filter(confidential=False, withdrawn_at=None).select_related("audit__centre").order_by("audit", "pk")


SAID = ("above", "not_shown_below", "below", "insufficient")


def market_of(entry: Entry) -> list[dict[str, Any]]:
    """Return where the entrant stands in the market, as its audit says: what judges read beside the scores.

    From the newest closed audit that the entry refers to, or the newest of its centre (its organisation without one).
    ``[{"kpi", "variant", "unit", "value", "half_width", "state", "market", "statistic", "year", "audit"}]``, only what
    was measured and compared. At most two queries.
    """
    audits = Audit.objects.filter(auditee=entry.organisation, status=AuditStatus.CLOSED).exclude(market={})
    audits = audits.defer("edition__document", "result", "facts").order_by("-pk")
    referred = entry.references.order_by().values("audit")
    audit = audits.filter(pk__in=referred).first()
    if audit is None:
        audit = (audits.filter(centre=entry.centre_id) if entry.centre_id else audits).first()
    if audit is None:
        return []
    return [
        {
            "kpi": kpi,
            "variant": verdict["variant"],
            "unit": verdict["unit"],
            "value": verdict["value"],
            "half_width": verdict["half_width"],
            "state": verdict["state"],
            "market": verdict["figure"]["value"],
            "statistic": verdict["figure"]["statistic"],
            "year": verdict["figure"]["year"],
            "audit": audit.reference,
        }
        for kpi, verdict in sorted(audit.market.items())
        if verdict["state"] in SAID and verdict["value"] is not None and verdict["figure"]
    ]


def ask_of(entry: Entry, code: str, *kinds: str) -> Ask | None:
    """Return the ask with this code, if it is of one of the kinds."""
    for stage in entry.programme.scheme.stages:
        for ask in stage.asks:
            if ask.code == code and ask.kind in (kinds or ASK_KINDS):
                return ask
    return None


def history_of(entry: Entry) -> QuerySet[Entry]:
    """Return the organisation's other entries over the years, newest first; one query."""
    found = Entry.objects.filter(organisation=entry.organisation).exclude(pk=entry.pk)
    return found.filter(revision__gt=0).select_related("programme").order_by("-programme__year", "-pk")
