"""Samples as pages show them: how far each is, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q

from audits.models import Answer, Audit, Evidence
from audits.samples import RecordResult, Sample, SampleItem
from audits.sampling.conclusion import Conclusion, Outcome, conclude
from audits.sampling.planning import sample_plan

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from accounts.models import User
    from audits.sampling.acceptance import AcceptancePlan

FAILED = (RecordResult.FAILS, RecordResult.NOT_FOUND)


def samples_of(audit: Audit) -> list[Sample]:
    """Return all samples of an audit with their counts and conclusions; two queries."""
    return _concluded(_counted(Sample.objects.filter(audit=audit)))


def answer_samples(answer: Answer) -> list[Sample]:
    """Return the samples that serve a criterion, those withdrawn too; two queries."""
    return _concluded(_counted(Sample.objects.filter(answers=answer)))


def sample_for(user: User | AnonymousUser, sample_id: int) -> Sample:
    """Fetch one sample of a visible audit. Raises ``Sample.DoesNotExist``."""
    found = _counted(Sample.objects.filter(audit__in=Audit.objects.visible_to(user))).select_related("audit__centre")
    sample = found.get(pk=sample_id)
    _concluded([sample])
    return sample


def sample_items(sample: Sample) -> QuerySet[SampleItem]:
    """Return the records in the order of drawing with their evidence; two queries."""
    pieces = Prefetch("evidence", Evidence.objects.only("title", "audit"))
    return sample.items.select_related("checked_by", "sample").prefetch_related(pieces)


def acceptance_of(sample: Sample) -> AcceptancePlan | None:
    """Return letter and acceptance number where the method has them and the size of the lot is known."""
    population = sample.population_size or sample.parameters.get("population")
    if sample.method != "acceptance" or population is None:
        return None
    plan = sample_plan(sample.method, sample.parameters, population=population)
    return plan.acceptance if plan else None


def _counted(samples: QuerySet[Sample]) -> QuerySet[Sample]:
    codes = Answer.objects.select_related("criterion").only("criterion__code", "audit").order_by("criterion__position")
    return (
        samples.select_related("planned_by", "drawn_by", "withdrawn_by")
        .prefetch_related(Prefetch("answers", codes))
        .annotate(
            picked=Count("items", distinct=True),
            looked_at=Count("items", filter=~Q(items__result=""), distinct=True),
            failed=Count("items", filter=Q(items__result__in=FAILED), distinct=True),
            not_found=Count("items", filter=Q(items__result=RecordResult.NOT_FOUND), distinct=True),
        )
    )


def _concluded(samples: Any) -> list[Sample]:
    found = list(samples)
    for sample in found:
        sample.conclusion = conclusion_of(sample)
    return found


def conclusion_of(sample: Any) -> Conclusion:
    """Say what a counted sample shows; nothing when it was withdrawn."""
    if sample.withdrawn_at:
        return Conclusion((), ())
    return conclude(
        Outcome(
            method=sample.method,
            parameters=sample.parameters,
            population=sample.population_size,
            picked=sample.picked,
            looked_at=sample.looked_at,
            failed=sample.failed,
            not_found=sample.not_found,
        )
    )
