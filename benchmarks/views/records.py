"""Pages: records that wait, their mapping, the quality before any figure, and mappings that are kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext

from accounts.access import permission, require, signed_in
from accounts.models import Centre
from accounts.views.profiles import person
from benchmarks.forms import FetchForm, FieldsForm, FileShapeForm, KeepForm, MappingTextForm, UploadForm
from benchmarks.gathering import MAX_FILES
from benchmarks.message import MessageError
from benchmarks.models import JobKind, RecordsUpload, SavedMapping
from benchmarks.records.doubts import doubts
from benchmarks.records.examples import Preview, document_of, gone, read_preview
from benchmarks.records.files import RecordsError
from benchmarks.records.guess import guess, written
from benchmarks.records.kinds import KINDS
from benchmarks.records.located import MappingError
from benchmarks.records.mapping import parse_mapping
from benchmarks.records.reasons import field_message
from benchmarks.records.sample import take_sample
from benchmarks.services import (
    JobRefusedError,
    fetch_request,
    job_request,
    mapping_keep,
    sources_for,
    upload_map,
    upload_remove,
    upload_store,
    uploads_seen,
)
from benchmarks.storage import records_here
from benchmarks.terms import term
from benchmarks.views.jobs import destination, progress

if TYPE_CHECKING:
    from django.http import HttpRequest

    from benchmarks.models import RecordsJob
    from benchmarks.records.guess import Guess
    from benchmarks.records.sample import Sample, Stated

MEASURE = "benchmarks.add_measurementrun"
UNPROCESSABLE, CONFLICT = 422, 409
FIRST_ROWS, MOST_COLUMNS, JOBS_SHOWN = 5, 60, 5


def _centre(request: HttpRequest, centre_id: int) -> Centre:
    found = Centre.objects.visible_to(request.user).select_related("organisation")
    centre: Centre = get_object_or_404(found, pk=centre_id)
    require(request.user, MEASURE, centre)
    return centre


def _upload(request: HttpRequest, upload_id: int) -> RecordsUpload:
    found = RecordsUpload.objects.visible_to(request.user).select_related("centre__organisation")
    upload: RecordsUpload = get_object_or_404(found, pk=upload_id)
    require(request.user, MEASURE, upload.centre)
    return upload


@permission(MEASURE, methods=("GET", "POST"))
def waiting(request: HttpRequest, centre_id: int) -> HttpResponse:
    """List the files that wait, and take in others."""
    centre = _centre(request, centre_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = form.cleaned_data["records"]
        if centre.records_uploads.count() + len(files) > MAX_FILES:
            form.add_error("records", gettext("A run has at most {most} files.").format(most=MAX_FILES))
        elif uploads := _stored(request, centre, form):
            if len(uploads) == 1:
                return redirect("benchmarks:records_mapping", uploads[0].pk)
            return redirect("benchmarks:records", centre.pk)
    return _waiting(request, centre, form, status=UNPROCESSABLE if request.method == "POST" else 200)


def _waiting(
    request: HttpRequest, centre: Centre, form: UploadForm, fetching: FetchForm | None = None, *, status: int
) -> HttpResponse:
    """Show what waits, and where records can come from."""
    sources = sources_for(centre)
    context = {
        "centre": centre,
        "form": form,
        "fetching": fetching or (FetchForm(sources=sources) if sources else None),
        "uploads": centre.records_uploads.all(),
        "jobs": centre.records_jobs.select_related("requested_by", "run")[:JOBS_SHOWN],
    }
    return render(request, "benchmarks/records.html", context, status=status)


@permission(MEASURE, methods=("POST",))
def fetch(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Ask for the rows of a table that the operator has named for the centre's organisation."""
    centre = _centre(request, centre_id)
    sources = sources_for(centre)
    if not sources:
        raise Http404
    form = FetchForm(request.POST, sources=sources)
    if not form.is_valid():
        return _waiting(request, centre, UploadForm(), form, status=UNPROCESSABLE)
    if centre.records_uploads.count() >= MAX_FILES:
        form.add_error(None, gettext("A run has at most {most} files.").format(most=MAX_FILES))
        return _waiting(request, centre, UploadForm(), form, status=UNPROCESSABLE)
    try:
        job = fetch_request(centre=centre, **form.cleaned_data, by=person(request.user), at=timezone.now())
    except JobRefusedError as error:
        form.add_error(None, str(error))
        return _waiting(request, centre, UploadForm(), form, status=CONFLICT)
    return redirect(destination(job))


def _stored(request: HttpRequest, centre: Centre, form: UploadForm) -> list[RecordsUpload]:
    """Store the files of a form up to the first that cannot be records; then none, and the form names it."""
    uploads = []
    for file in form.cleaned_data["records"]:
        try:
            upload = upload_store(
                centre=centre,
                chunks=file.chunks(),
                size=file.size or 0,
                name=file.name or "",
                by=person(request.user),
                at=timezone.now(),
            )
        except RecordsError as error:
            form.add_error("records", f"{file.name}: {error.words(gettext)}")
            return []
        uploads.append(upload)
    return uploads


@permission(MEASURE, methods=("GET", "POST"))
def mapping(request: HttpRequest, upload_id: int) -> HttpResponse:
    """State the guesses, show the first rows, and take corrections."""
    upload = _upload(request, upload_id)
    centre = upload.centre
    try:
        document = document_of(upload.mapping)
        given = {name: str(value) for name, value in (document.get("format") or {}).items()}
        sample = _sample(records_here(centre.pk, upload.sha256), given)
    except MessageError as error:
        messages.error(request, error.words(gettext))
        return redirect("benchmarks:records", centre.pk)
    kind = document["kind"] if document.get("kind") in KINDS else ""
    found = guess(sample, time_zone=centre.time_zone, kind=str(kind))
    action = request.POST.get("action", "")
    given_to = "fields" if action == "preview" else action
    posted = {name: request.POST if given_to == name else None for name in ("shape", "fields", "text", "keep")}
    forms: dict[str, Any] = {
        "shape": FileShapeForm(posted["shape"], initial={"kind": kind, **given}),
        "fields": FieldsForm(posted["fields"], document=document, names=sample.names, offers=found.offers),
        "text": MappingTextForm(posted["text"], initial={"text": upload.mapping}),
        "keep": KeepForm(posted["keep"]),
    }
    text, previewed = upload.mapping, action == "preview" and forms["fields"].is_valid()
    if previewed:
        text = written(forms["fields"].made())
    elif request.method == "POST" and action != "preview" and _done(request, upload, forms):
        return redirect("benchmarks:records_mapping", upload.pk)
    read = _read(text, sample)
    if action == "preview" and request.headers.get("HX-Request") == "true":
        if not previewed:
            read["fault"] = " ".join(each for errors in forms["fields"].errors.values() for each in errors)
        return render(request, "benchmarks/records_mapping.html#preview", {**read, "previewed": True})
    context = {"upload": upload, "centre": centre, "forms": forms, "previewed": previewed, **read}
    context |= _shown(upload, sample, found)
    status = UNPROCESSABLE if request.method == "POST" and not previewed else 200
    return render(request, "benchmarks/records_mapping.html", context, status=status)


def _sample(path: Path, given: dict[str, str]) -> Sample:
    """Look at a file as its mapping says. Where that is what the file itself shows, its own reasons are stated."""
    stated = {name: value for name, value in given.items() if name in ("encoding", "delimiter", "header_row")}
    try:
        sample = take_sample(path)
    except RecordsError:
        return take_sample(path, given)
    own = {"header_row": "1", **sample.format}
    return (
        sample if all(str(own.get(name, "")) == value for name, value in stated.items()) else take_sample(path, given)
    )


def _done(request: HttpRequest, upload: RecordsUpload, forms: dict[str, Any]) -> bool:
    """Do what was asked; False, with the error at its form, when it cannot be done."""
    action = request.POST.get("action", "")
    if action == "use":
        versions = {str(each.pk): each for each in upload.centre.organisation.saved_mappings.all()}
        saved = versions.get(request.POST.get("saved", ""))
        if saved:
            upload_map(upload=upload, text=saved.text)
        return saved is not None
    form = forms.get(action)
    if form is None or not form.is_valid():
        return False
    try:
        if action == "shape":
            _guess_again(upload, form.cleaned_data)
        elif action == "fields":
            upload_map(upload=upload, text=written(form.made()))
            messages.success(request, gettext("The mapping is changed."))
        elif action == "text":
            upload_map(upload=upload, text=form.cleaned_data["text"])
            messages.success(request, gettext("The mapping is changed."))
        else:
            kept = mapping_keep(
                organisation=upload.centre.organisation,
                name=form.cleaned_data["name"],
                text=upload.mapping,
                by=person(request.user),
                at=timezone.now(),
            )
            said = gettext("The mapping is kept as %(name)s, version %(version)s.")
            messages.success(request, said % {"name": kept.name, "version": kept.version})
    except MessageError as error:
        form.add_error("text" if action == "text" else None, error.words(gettext))
        return False
    return True


def _guess_again(upload: RecordsUpload, data: dict[str, Any]) -> None:
    given = {name: str(data[name]) for name in ("encoding", "delimiter", "header_row") if data[name]}
    sample = take_sample(records_here(upload.centre_id, upload.sha256), given)
    found = guess(sample, time_zone=upload.centre.time_zone, kind=data["kind"])
    # A guess may lack what its kind needs: then it is a draft, and the page says what is missing.
    RecordsUpload.objects.filter(pk=upload.pk).update(mapping=written(found.document))


def _about(what: str) -> str:
    """Say what a guess is about, in the words that the forms below it use."""
    labels = {name: field.label for name, field in FileShapeForm.base_fields.items()}
    labels["time_zone"] = FieldsForm.base_fields["time_zone"].label
    return str(labels.get(what) or field_message(what).words(gettext))


def _guessed(stated: Stated) -> str:
    """Say what was guessed; the name of a column is its own word."""
    families = {"kind": "records", "format": "file", "delimiter": "delimiter", "encoding": "encoding"}
    family = families.get(stated.what)
    return term(family, stated.value, gettext) if family else stated.value


def _read(text: str, sample: Sample) -> dict[str, Any]:
    """Say how a mapping reads the first rows, or what is wrong with it."""
    fault, missing, found = "", [], Preview({})
    try:
        checked = parse_mapping(text)
    except MappingError as error:
        fault = error.words(gettext)
    else:
        missing = gone(checked, sample)
        if not missing:
            with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
                found = read_preview(sample, checked, Path(folder))
    return {
        "fault": fault,
        "missing": missing,
        "examples": [(field_message(name).words(gettext), pairs) for name, pairs in found.fields.items()],
        "read": found,
        "read_names": [field_message(name).words(gettext) for name in found.names],
    }


def _shown(upload: RecordsUpload, sample: Sample, found: Guess) -> dict[str, Any]:
    """Put together what the page says about the file."""
    names = sample.names[:MOST_COLUMNS]
    return {
        "stated": [(_about(each.what), _guessed(each), each, each.reason.words(gettext)) for each in found.stated],
        "doubts": [each.words(gettext) for each in found.doubts],
        "names": names,
        "rows": [row[: len(names)] for row in sample.rows[:FIRST_ROWS]],
        "saved": upload.centre.organisation.saved_mappings.all(),
    }


@permission(MEASURE, methods=("POST",))
def remove(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Forget a file that waits."""
    upload = _upload(request, upload_id)
    upload_remove(upload=upload)
    return redirect("benchmarks:records", upload.centre_id)


@permission(MEASURE, methods=("GET", "POST"))
def quality(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Report the quality of what waits before any figure; measure once somebody has confirmed what was shown."""
    centre = _centre(request, centre_id)
    uploads = list(centre.records_uploads.all())
    if not uploads:
        messages.error(request, gettext("No file waits to be measured."))
        return redirect("benchmarks:records", centre.pk)
    status = 200
    if request.method == "POST":
        try:
            return redirect(destination(_asked(request, centre, uploads)))
        except JobRefusedError as error:
            messages.error(request, str(error))
            status = CONFLICT
    seen = uploads_seen(uploads)
    job = centre.records_jobs.filter(kind=JobKind.LOOK, seen=seen).select_related("requested_by").first()
    reports: list[dict[str, Any]] = []
    if job is not None:
        job.centre = centre
        reports = [
            {**each, "doubts": [said.words(gettext) for said in doubts(each["quality"], each["rejected"])]}
            for each in job.report
        ]
    context = {"centre": centre, "reports": reports, "seen": seen, **(progress(request, job) if job else {})}
    return render(request, "benchmarks/records_quality.html", context, status=status)


def _asked(request: HttpRequest, centre: Centre, uploads: list[RecordsUpload]) -> RecordsJob:
    """Ask for the report, or for the measurement that was confirmed; see ``job_request``."""
    kind = JobKind.MEASURE if request.POST.get("action") == "measure" else JobKind.LOOK
    seen = request.POST.get("seen", "") if kind == JobKind.MEASURE else uploads_seen(uploads)
    who = person(request.user)
    return job_request(centre=centre, kind=kind, uploads=uploads, seen=seen, by=who, at=timezone.now())


def _yaml(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{slugify(name) or 'mapping'}.yaml") or ""
    return response


@permission(MEASURE)
def mapping_file(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Download the mapping of a file that waits."""
    upload = _upload(request, upload_id)
    return _yaml(upload.mapping, Path(upload.name).stem)


@signed_in
def saved_mapping(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """Download a mapping that an organisation keeps."""
    kept = get_object_or_404(SavedMapping.objects.visible_to(request.user), pk=mapping_id)
    return _yaml(kept.text, f"{kept.name}-{kept.version}")
