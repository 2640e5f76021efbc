"""Planning a sample, drawing it, and writing down what each record showed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from audits.samples import RecordResult, Sample, SampleItem, SampleMethod
from audits.sampling import METHOD, draw, read_population
from audits.sampling.planning import sample_plan
from audits.sampling.population import LONGEST_ID
from audits.services.errors import AuditError
from audits.services.locking import audit_lock, require_current, subject_of
from audits.storage import local_copy, store
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from accounts.models import User
    from audits.models import Answer, Audit, Evidence

SEED_BELOW = 10**12
MOST_ITEMS = 5_000


class SampleError(AuditError):
    """The sample cannot be saved so; ``code`` says why.

    It is drawn_already, not_drawn, withdrawn, judgemental, too_many_records, records_missing, record_too_long,
    record_twice, stale_record, bad_result, no_reason or note_missing.
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@transaction.atomic
def sample_create(
    *, answer: Answer, title: str, method: str, parameters: Mapping[str, Any], why: str, by: User, at: datetime
) -> Sample:
    """Plan a sample for a criterion. ``parameters["population"]`` may name its size before there is a file.

    Raises ``audits.sampling.SamplingError`` for parameters that give no size, and ``NotEditableError``.
    """
    plan = sample_plan(method, parameters, population=parameters.get("population"))
    if method == SampleMethod.JUDGEMENTAL and not why.strip():
        raise SampleError("no_reason")
    audit = audit_lock(answer.audit_id, within=EDITABLE)
    require_current(audit, answer)
    last = audit.samples.aggregate(last=Max("number"))["last"] or 0
    sample = Sample.objects.create(
        audit=audit,
        number=last + 1,
        title=title,
        method=method,
        parameters=dict(parameters),
        why=why,
        planned=plan.size if plan else None,
        planned_at=at,
        planned_by=by,
    )
    sample.answers.add(answer)
    facts = {"criterion": answer.criterion.code, "method": method, "parameters": dict(parameters), "title": title}
    _append("sample.planned", audit, sample, by=by, at=at, **facts, planned=sample.planned)
    return sample


def sample_draw(*, sample_id: int, source: BinaryIO, filename: str, by: User, at: datetime, seed: str = "") -> Sample:
    """Draw the records from a population file, which is kept so that anybody can draw again.

    The tool makes the seed: whoever could choose it could choose the records; ``seed`` is for invented data only. The
    size is made anew for the size of the population. Raises ``EvidenceRefusedError``, ``TableError``,
    ``SamplingError``, ``SampleError`` and ``NotEditableError``.
    """
    stored = store(source, filename=filename)
    with local_copy(stored.sha256) as path:
        population = read_population(path)
    with transaction.atomic():
        sample, audit = _locked(sample_id)
        _require_undrawn(sample)
        if sample.is_judgemental:
            raise SampleError("judgemental")
        plan = sample_plan(sample.method, sample.parameters, population=population.size)
        size = min(plan.size, population.size) if plan else population.size
        if size > MOST_ITEMS:
            raise SampleError("too_many_records")
        seed = seed or str(secrets.randbelow(SEED_BELOW))
        picked = draw(population, size=size, seed=seed)
        sample.planned, sample.seed, sample.draw_method = size, seed, METHOD
        sample.population_name, sample.population_sha256 = filename[:255], population.sha256
        sample.population_size, sample.drawn_at, sample.drawn_by = population.size, at, by
        sample.save()
        _make_items(sample, picked)
        drawn = {"sha256": population.sha256, "size": population.size, "seed": seed, "method": METHOD}
        _append("sample.drawn", audit, sample, by=by, at=at, **drawn, picked=list(picked))
    return sample


@transaction.atomic
def sample_choose(*, sample_id: int, records: Sequence[str], by: User, at: datetime) -> Sample:
    """Name the records of a judgemental sample. Raises ``SampleError`` and ``NotEditableError``."""
    sample, audit = _locked(sample_id)
    _require_undrawn(sample)
    if not sample.is_judgemental:
        raise SampleError("not_drawn")
    if not records:
        raise SampleError("records_missing")
    if len(records) > MOST_ITEMS:
        raise SampleError("too_many_records")
    if any(len(record) > LONGEST_ID or "\x00" in record for record in records):
        raise SampleError("record_too_long")
    if len(set(records)) != len(records):
        raise SampleError("record_twice")
    sample.planned, sample.drawn_at, sample.drawn_by = len(records), at, by
    sample.save(update_fields=["planned", "drawn_at", "drawn_by"])
    _make_items(sample, records)
    _append("sample.chosen", audit, sample, by=by, at=at, records=list(records))
    return sample


@transaction.atomic
def sample_item_save(
    *, item_id: int, result: str, note: str, evidence: Sequence[Evidence], revision: int, by: User, at: datetime
) -> SampleItem:
    """Write down what a record showed. A record that fails, or was not found, needs a note.

    The same content again writes nothing. Raises ``SampleError`` (stale_record where somebody saved first) and
    ``NotEditableError``.
    """
    if result not in RecordResult.values:
        raise SampleError("bad_result")
    if result in {RecordResult.FAILS, RecordResult.NOT_FOUND} and not note.strip():
        raise SampleError("note_missing")
    sample_id = SampleItem.objects.values_list("sample", flat=True).get(pk=item_id)
    sample, audit = _locked(sample_id)
    if sample.withdrawn_at:
        raise SampleError("withdrawn")
    item = SampleItem.objects.select_for_update().get(pk=item_id)
    pieces = sorted(each.pk for each in evidence if each.audit_id == audit.pk)
    before = sorted(item.evidence.values_list("pk", flat=True))
    if (item.result, item.note, before) == (result, note, pieces):
        return item
    if item.revision != revision:
        raise SampleError("stale_record")
    item.result, item.note, item.revision = result, note, item.revision + 1
    item.checked_by, item.checked_at = by, at
    item.save(update_fields=["result", "note", "revision", "checked_by", "checked_at"])
    item.evidence.set(pieces)
    seen = {"record": item.record, "result": result, "note": note, "evidence": [each.sha256 for each in evidence]}
    _append("sample.checked", audit, sample, by=by, at=at, **seen)
    return item


@transaction.atomic
def sample_withdraw(*, sample_id: int, reason: str, by: User, at: datetime) -> Sample:
    """Take a sample out of account, with a reason; it stays readable with its draw, so that none can be hidden.

    Raises ``SampleError`` and ``NotEditableError``.
    """
    if not reason.strip():
        raise SampleError("no_reason")
    sample, audit = _locked(sample_id)
    if sample.withdrawn_at:
        raise SampleError("withdrawn")
    sample.withdrawn_at, sample.withdrawn_by, sample.withdrawn_reason = at, by, reason
    sample.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    _append("sample.withdrawn", audit, sample, by=by, at=at, reason=reason)
    return sample


@transaction.atomic
def sample_serve(*, sample_id: int, answer: Answer, by: User, at: datetime) -> Sample:
    """Let the sample serve one more criterion of its audit."""
    sample, audit = _locked(sample_id)
    require_current(audit, answer)
    if not sample.answers.filter(pk=answer.pk).exists():
        sample.answers.add(answer)
        _append("sample.attached", audit, sample, by=by, at=at, criterion=answer.criterion.code)
    return sample


def _locked(sample_id: int) -> tuple[Sample, Audit]:
    """Lock the audit first, as everywhere, then the sample."""
    audit_id = Sample.objects.values_list("audit", flat=True).get(pk=sample_id)
    audit = audit_lock(audit_id, within=EDITABLE)
    return Sample.objects.select_for_update().get(pk=sample_id), audit


def _require_undrawn(sample: Sample) -> None:
    if sample.withdrawn_at:
        raise SampleError("withdrawn")
    if sample.drawn_at:
        raise SampleError("drawn_already")


def _make_items(sample: Sample, records: Sequence[str]) -> None:
    SampleItem.objects.bulk_create(
        SampleItem(sample=sample, position=place, record=record) for place, record in enumerate(records, start=1)
    )


def _append(action: str, audit: Audit, sample: Sample, *, by: User, at: datetime, **facts: Any) -> None:
    ledger_append(action=action, subject=subject_of(audit), by=by, at=at, payload={"sample": sample.number, **facts})
