"""Pages: measuring a centre, one run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.models import Centre
from benchmarks.forms import MeasureForm
from benchmarks.models import MeasurementRun
from benchmarks.records.files import RecordsError
from benchmarks.records.located import MappingError
from benchmarks.selectors import compared, release_now
from benchmarks.services import measurement_run_create

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse


@permission("benchmarks.add_measurementrun", methods=("GET", "POST"))
def measure(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Measure a centre from a file of contact records."""
    centre = get_object_or_404(Centre.objects.visible_to(request.user).select_related("organisation"), pk=centre_id)
    require(request.user, "benchmarks.add_measurementrun", centre)
    form = MeasureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        run = _run(request, centre, form)
        if run:
            return redirect("benchmarks:run", run.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "benchmarks/measure.html", {"centre": centre, "form": form}, status=status)


def _run(request: HttpRequest, centre: Centre, form: MeasureForm) -> MeasurementRun | None:
    """Call the service; what it refuses becomes an error at the field it is about."""
    upload = form.cleaned_data["records"]
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        try:
            return measurement_run_create(
                centre=centre,
                records=_kept(upload, Path(folder)),
                records_name=upload.name,
                mapping_text=form.mapping_text(),
                by=request.user,  # type: ignore[arg-type] # signed in, as the middleware demands
                at=timezone.now(),
            )
        except MappingError as error:
            form.add_error(form.mapping_field(), error.words(gettext))
        except RecordsError as error:
            form.add_error("records", error.words(gettext))
    return None


def _kept(upload: UploadedFile[bytes], folder: Path) -> Path:
    """Write the upload to a file of our own naming."""
    path = folder / "upload"
    with path.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return path


@permission("benchmarks.view_measurementrun")
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show a run: the quality of the records, what was measured, the mapping."""
    found = MeasurementRun.objects.visible_to(request.user).select_related("centre__organisation", "created_by")
    each = get_object_or_404(found, pk=run_id)
    require(request.user, "benchmarks.view_measurementrun", each)
    release = release_now()
    context = {"run": each, "release": release, "rows": compared(each, release), "sources": each.sources.all()}
    return render(request, "benchmarks/run.html", context)
