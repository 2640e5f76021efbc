"""Samples of an audit: the list, the plan with its size as one types, the draw, and what each record showed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.forms import ReasonForm
from audits.models import Evidence
from audits.retaining import Disposal
from audits.sample_forms import ChosenForm, PopulationForm, RecordForm, SamplePlanForm
from audits.samples import RecordResult, Sample, SampleItem
from audits.sampling import SamplingError
from audits.sampling.planning import sample_plan
from audits.selectors.samples import acceptance_of, sample_for, sample_items, samples_of
from audits.services.errors import NotEditableError
from audits.services.samples import (
    SampleError,
    sample_choose,
    sample_create,
    sample_draw,
    sample_item_save,
    sample_withdraw,
)
from audits.storage import EvidenceRefusedError, whole
from audits.tabular import TableError, harmless
from audits.views.drawer import get_answer
from audits.views.engagements import form_status, get_audit
from audits.words import evidence_words, status_words, words_for
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.models import User
    from audits.models import Audit


def _get_sample(user: User, sample_id: int) -> Sample:
    try:
        return sample_for(user, sample_id)
    except Sample.DoesNotExist as error:
        raise Http404 from error


def _editable(request: HttpRequest, audit: Audit) -> bool:
    return audit.status in EDITABLE and may(request.user, "audits.change_answer", audit)


@signed_in
def sample_list(request: HttpRequest, audit_id: int) -> HttpResponse:
    """All samples of an audit: how far each is, and what it says."""
    audit = get_audit(person(request.user), audit_id)
    context = {"audit": audit, "samples": samples_of(audit), "editable": _editable(request, audit)}
    return render(request, "audits/samples/list.html", context)


@permission("audits.change_answer", methods=("GET", "POST"))
def sample_new(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Plan a sample for a criterion."""
    answer = get_answer(person(request.user), answer_id)
    audit = answer.audit
    require(request.user, "audits.change_answer", audit)
    form = SamplePlanForm(request.POST if request.method == "POST" else None)
    refused = False
    if form.is_valid():
        try:
            sample = sample_create(
                answer=answer,
                title=form.cleaned_data["title"],
                method=form.cleaned_data["method"],
                parameters=form.parameters(),
                why=form.cleaned_data["why"],
                by=person(request.user),
                at=timezone.now(),
            )
        except SamplingError as error:
            form.add_error(None, error.words(gettext))
        except SampleError as error:
            form.add_error(None, words_for(error.code))
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        else:
            return redirect("audits:sample", sample.pk)
    context = {"audit": audit, "answer": answer, "form": form, **_size(form)}
    return render(request, "audits/samples/new.html", context, status=form_status(form, refused=refused))


@signed_in(methods=("POST",))
def sample_size(request: HttpRequest) -> HttpResponse:
    """The size that the form as it stands gives; what is missing or wrong is said in its place."""
    form = SamplePlanForm({**request.POST.dict(), "title": "-"})
    return render(request, "audits/samples/new.html#size", _size(form))


def _size(form: SamplePlanForm) -> dict[str, Any]:
    """Return what the preview shows: the plan, or why there is none yet."""
    if not form.is_bound or not form.is_valid():
        lacking = [error for name, errors in form.errors.items() if name != "title" for error in errors]
        return {"plan": None, "lacking": lacking}
    try:
        plan = sample_plan(
            form.cleaned_data["method"], form.parameters(), population=form.cleaned_data.get("population")
        )
    except SamplingError as error:
        return {"plan": None, "lacking": [error.words(gettext)]}
    return {"plan": plan, "lacking": [], "needs_population": plan is None}


@signed_in
def sample_page(request: HttpRequest, sample_id: int) -> HttpResponse:
    """One sample: plan, draw, records, conclusion."""
    return _page(request, _get_sample(person(request.user), sample_id))


def _page(request: HttpRequest, sample: Sample, *, form: BaseForm | None = None, status: int = 200) -> HttpResponse:
    audit = sample.audit
    editable = _editable(request, audit) and not sample.withdrawn_at
    if form is None and editable and not sample.drawn_at:
        form = ChosenForm() if sample.is_judgemental else PopulationForm()
    context = {
        "sample": sample,
        "audit": audit,
        "items": sample_items(sample),
        "acceptance": acceptance_of(sample),
        "editable": editable,
        "form": form,
        "pieces": Evidence.objects.filter(audit=audit).only("title", "audit") if editable else (),
        "results": RecordResult.choices,
        "may_redraw": bool(sample.seed) and may(request.user, "audits.read_population", audit),
    }
    return render(request, "audits/samples/detail.html", context, status=status)


@permission("audits.change_answer", methods=("POST",))
def sample_drawing(request: HttpRequest, sample_id: int) -> HttpResponse:
    """Draw from the uploaded population, or keep the records that were chosen by judgement."""
    sample = _get_sample(person(request.user), sample_id)
    require(request.user, "audits.change_answer", sample.audit)
    form = ChosenForm(request.POST) if sample.is_judgemental else PopulationForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, sample, form=form, status=422)
    by, at = person(request.user), timezone.now()
    try:
        if sample.is_judgemental:
            sample_choose(sample_id=sample.pk, records=form.cleaned_data["records"], by=by, at=at)
        else:
            upload = form.cleaned_data["file"]
            sample_draw(sample_id=sample.pk, source=upload.file, filename=upload.name, by=by, at=at)
    except (TableError, SamplingError) as error:
        form.add_error(None, error.words(gettext))
    except EvidenceRefusedError as error:
        form.add_error(None, evidence_words(error))
        return _page(request, sample, form=form, status=507 if error.code == "disk_full" else 422)
    except SampleError as error:
        form.add_error(None, words_for(error.code))
    except NotEditableError as error:
        form.add_error(None, status_words(error.status))
        return _page(request, sample, form=form, status=409)
    if form.errors:
        return _page(request, sample, form=form, status=422)
    return redirect("audits:sample", sample.pk)


@permission("audits.change_answer", methods=("POST",))
def sample_record(request: HttpRequest, item_id: int) -> HttpResponse:
    """Write down what a record showed; the row comes back, and with it what the sample now says."""
    item = SampleItem.objects.filter(pk=item_id).select_related("checked_by").prefetch_related("evidence").first()
    if item is None:
        raise Http404
    sample = _get_sample(person(request.user), item.sample_id)
    require(request.user, "audits.change_answer", sample.audit)
    form = RecordForm(request.POST, audit_id=sample.audit_id)
    problem, status = "", 200
    if form.is_valid():
        data = form.cleaned_data
        try:
            sample_item_save(
                item_id=item.pk,
                result=data["result"],
                note=data["note"],
                evidence=list(data["evidence"]),
                revision=data["revision"],
                by=person(request.user),
                at=timezone.now(),
            )
        except SampleError as error:
            problem, status = words_for(error.code), 409 if error.code == "stale_record" else 422
        except NotEditableError as error:
            problem, status = status_words(error.status), 409
    else:
        problem, status = " ".join(str(error) for errors in form.errors.values() for error in errors), 422
    if problem:
        context = {"item": item, "problem": problem}
        return render(request, "audits/samples/detail.html#problem", context, status=status)
    sample = _get_sample(person(request.user), item.sample_id)
    item = sample_items(sample).get(pk=item.pk)
    context = {
        "sample": sample,
        "item": item,
        "editable": True,
        "results": RecordResult.choices,
        "pieces": Evidence.objects.filter(audit=sample.audit_id).only("title", "audit"),
        "out_of_band": True,
    }
    return render(request, "audits/samples/detail.html#saved", context)


@permission("audits.change_answer", methods=("GET", "POST"))
def sample_end(request: HttpRequest, sample_id: int) -> HttpResponse:
    """Withdraw a sample with a reason; asked before, since it cannot be undone."""
    sample = _get_sample(person(request.user), sample_id)
    require(request.user, "audits.change_answer", sample.audit)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    refused = False
    if form.is_valid():
        try:
            sample_withdraw(
                sample_id=sample.pk, reason=form.cleaned_data["reason"], by=person(request.user), at=timezone.now()
            )
        except SampleError as error:
            form.add_error(None if error.code == "withdrawn" else "reason", words_for(error.code))
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        else:
            messages.success(request, gettext("The sample is withdrawn. It stays readable."))
            return redirect("audits:sample", sample.pk)
    context = {"sample": sample, "audit": sample.audit, "form": form}
    return render(request, "audits/samples/withdraw.html", context, status=form_status(form, refused=refused))


@permission("audits.read_population")
def sample_population(request: HttpRequest, sample_id: int) -> HttpResponseBase:
    """Hand out the file that was drawn from, so that the draw can be repeated."""
    sample = _get_sample(person(request.user), sample_id)
    require(request.user, "audits.read_population", sample.audit)
    if not sample.population_sha256:
        raise Http404
    disposal = Disposal.objects.filter(audit=sample.audit_id).first()
    source = whole(sample.population_sha256)
    if disposal and source is None:
        gone = {"title": sample.population_name, "sha256": sample.population_sha256}
        return render(request, "audits/evidence_removed.html", {"evidence": gone, "disposal": disposal}, status=410)
    if source is None:
        return render(request, "audits/samples/damaged.html", {"sample": sample, "audit": sample.audit}, status=409)
    response = FileResponse(
        source,
        as_attachment=True,
        filename=sample.population_name,
        content_type="application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@signed_in
def sample_csv(request: HttpRequest, sample_id: int) -> HttpResponse:
    """The records as CSV to take along; a text that a spreadsheet would run is neutralised."""
    sample = _get_sample(person(request.user), sample_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="sample-{sample.audit.reference}-{sample.number}.csv"'
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["position", "record", "result", "note"])
    for item in sample.items.all():
        writer.writerow([item.position, harmless(item.record), item.result, harmless(item.note)])
    return response
