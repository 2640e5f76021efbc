"""Pages: measuring a centre, one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.models import Centre
from accounts.views.profiles import person
from benchmarks.forms import MeasureForm
from benchmarks.models import JobKind, MeasurementRun
from benchmarks.records.files import RecordsError
from benchmarks.records.located import MappingError
from benchmarks.renderers.pictures import heat_picture, time_picture
from benchmarks.renderers.words import key_words
from benchmarks.selectors import compared, release_now
from benchmarks.selectors.standing import by_month, centre_standing, run_months
from benchmarks.services import JobRefusedError, job_request, upload_store, uploads_seen
from benchmarks.standing import key_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from benchmarks.models import RecordsJob


@permission("benchmarks.add_measurementrun", methods=("GET", "POST"))
def measure(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Measure a centre from a file of contact records."""
    centre = get_object_or_404(Centre.objects.visible_to(request.user).select_related("organisation"), pk=centre_id)
    require(request.user, "benchmarks.add_measurementrun", centre)
    form = MeasureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        job = _job(request, centre, form)
        if job:
            return redirect("benchmarks:records_job", job.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "benchmarks/measure.html", {"centre": centre, "form": form}, status=status)


def _job(request: HttpRequest, centre: Centre, form: MeasureForm) -> RecordsJob | None:
    """Store the file and ask for its measurement; what is refused becomes an error at the field it is about."""
    file, by, at = form.cleaned_data["records"], person(request.user), timezone.now()
    try:
        upload = upload_store(
            centre=centre,
            chunks=file.chunks(),
            size=file.size,
            name=file.name,
            by=by,
            at=at,
            mapping_text=form.mapping_text(),
        )
        seen = uploads_seen([upload])
        return job_request(centre=centre, kind=JobKind.MEASURE, uploads=[upload], seen=seen, by=by, at=at)
    except MappingError as error:
        form.add_error(form.mapping_field(), error.words(gettext))
    except RecordsError as error:
        form.add_error("records", error.words(gettext))
    except JobRefusedError as error:
        form.add_error(None, str(error))
    return None


@permission("benchmarks.view_measurementrun")
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show a run: the quality of the records, what was measured, the mapping."""
    found = MeasurementRun.objects.visible_to(request.user).select_related("centre__organisation", "created_by")
    each = get_object_or_404(found, pk=run_id)
    require(request.user, "benchmarks.view_measurementrun", each)
    release = release_now()
    context = {
        "run": each,
        "release": release,
        "rows": compared(each, release),
        "sources": each.sources.all(),
        **_months(each, request.GET.get("of", "")),
    }
    return render(request, "benchmarks/run.html", context)


def _months(run: MeasurementRun, asked: str) -> dict[str, Any]:
    """Draw one KPI of a run by month and channel; nothing where the run is about one month."""
    keys = run_months(run)
    if not keys:
        return {"pictures": []}
    wanted = key_of(asked)
    key = wanted if wanted in keys else keys[0]
    standing = by_month([run], centre_standing(run.centre, [run], None), key)
    return {
        "choices": [(str(each), key_words(each)) for each in keys],
        "chosen": str(key),
        "pictures": [each for each in (heat_picture(standing, key), time_picture(standing, key)) if each.svg],
    }
