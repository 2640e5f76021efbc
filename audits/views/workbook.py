"""An audit as a workbook: taking it away, bringing it back, looking at every difference, confirming."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.arrivals import Arrival, ArrivalKind
from audits.models import Audit
from audits.selectors.workbook.content import choices_of
from audits.selectors.workbook.report import annotated_content, fingerprint_of, is_good, report_of, workbook_plan
from audits.selectors.workbook.rows import criteria_of
from audits.services.errors import NotEditableError
from audits.services.workbook.arriving import arrival_settle, checklist_arrive, checklist_map, workbook_arrive
from audits.services.workbook.handing import WorkbookRefusedError, workbook_export
from audits.tabular import TableError
from audits.views.engagements import form_status, get_audit
from audits.words import status_words
from audits.workbook.checklist import Columns, guess, headings, level_of, values_found
from audits.workbook.comparing import Status
from audits.workbook.layout import NOT_APPLICABLE
from audits.workbook.seal import WorkbookError
from audits.workbook.stored import from_data
from audits.workbook.writer import write_workbook
from audits.workbook_forms import ChecklistForm, ColumnsForm, WorkbookForm
from audits.workbook_words import LABELS, REFUSED, STATUS_STYLES, STATUSES
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from accounts.models import User
    from audits.selectors.workbook.report import Plan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RECENT = 20


@signed_in
def workbook(request: HttpRequest, audit_id: int) -> HttpResponse:
    """What can be done by workbook, and what was brought before."""
    audit = get_audit(person(request.user), audit_id)
    return _home(request, audit, WorkbookForm(), status=200)


def _home(request: HttpRequest, audit: Audit, form: WorkbookForm, *, status: int) -> HttpResponse:
    editable = audit.status in EDITABLE and may(request.user, "audits.change_answer", audit)
    arrivals = audit.arrivals.defer("table", "returned", "mapping", "report").select_related("by", "settled_by")
    context = {
        "audit": audit,
        "form": form,
        "editable": editable,
        "may_take": may(request.user, "audits.export_audit", audit),
        "arrivals": arrivals[:RECENT] if may(request.user, "audits.change_answer", audit) else [],
    }
    return render(request, "audits/workbook/home.html", context, status=status)


@permission("audits.export_audit", methods=("POST",))
def workbook_take(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Hand the workbook out; who took it is in the ledger."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.export_audit", audit)
    data = workbook_export(audit=audit, by=person(request.user), at=timezone.now())
    return _file(data, f"{audit.reference}.xlsx", XLSX)


@permission("audits.change_answer", methods=("POST",))
def workbook_bring(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Read a workbook and keep what it says; nothing of the audit changes before it is confirmed."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.change_answer", audit)
    form = WorkbookForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            with _on_disk(upload) as path:
                arrival = workbook_arrive(
                    audit=audit, path=path, filename=upload.name, by=person(request.user), at=timezone.now()
                )
        except WorkbookError as error:
            form.add_error("file", error.words(gettext))
        except NotEditableError as error:
            form.add_error(None, status_words(error.status))
        else:
            return redirect("audits:arrival", arrival.pk)
    return _home(request, audit, form, status=form_status(form, refused=audit.status not in EDITABLE))


@permission("audits.change_answer", methods=("GET", "POST"))
def checklist(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Bring a centre's own list; which column is what is asked next."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.change_answer", audit)
    form = ChecklistForm(request.POST or None, request.FILES or None)
    refused = False
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            with _on_disk(upload) as path:
                arrival = checklist_arrive(
                    audit=audit,
                    path=path,
                    filename=upload.name,
                    encoding=form.cleaned_data["encoding"],
                    by=person(request.user),
                    at=timezone.now(),
                )
        except TableError as error:
            form.add_error("file", error.words(gettext))
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        else:
            return redirect("audits:arrival_columns", arrival.pk)
    context = {"audit": audit, "form": form}
    return render(request, "audits/workbook/checklist.html", context, status=form_status(form, refused=refused))


@contextmanager
def _on_disk(upload: UploadedFile[Any]) -> Iterator[Path]:
    """Put an upload where it can be read from the disk, and take it away afterwards."""
    with tempfile.NamedTemporaryFile(prefix="arrival-") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        yield Path(file.name)


def _arrival(user: User, arrival_id: int) -> tuple[Arrival, Audit]:
    """Fetch what was brought to a visible audit and that audit, or answer 404; 403 for those who may not write."""
    visible = Audit.objects.visible_to(user)
    arrival = Arrival.objects.filter(pk=arrival_id, audit__in=visible).select_related("by", "settled_by").first()
    if arrival is None:
        raise Http404
    audit = get_audit(user, arrival.audit_id)
    require(user, "audits.change_answer", audit)
    return arrival, audit


@permission("audits.change_answer", methods=("GET", "POST"))
def arrival_columns(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """Ask what the columns of a checklist are; the guess is filled in."""
    arrival, audit = _arrival(person(request.user), arrival_id)
    if arrival.kind != ArrivalKind.CHECKLIST or arrival.settled_at is not None:
        return redirect("audits:arrival", arrival.pk)
    lines = [(line, cells) for line, cells in arrival.table or []]
    known = set(criteria_of(audit))
    columns = Columns(**arrival.mapping) if arrival.mapping else guess(lines, known)
    values = values_found(lines, columns, known)
    levels = [code for code, _words in choices_of(audit)["level"] if code != NOT_APPLICABLE]
    form = ColumnsForm(
        request.POST or None, columns=columns, headings=headings(lines, columns.header), values=values, levels=levels
    )
    refused = False
    if form.is_valid():
        chosen = form.columns()
        same = (chosen.level, chosen.code) == (columns.level, columns.code)
        if not same:  # other values stand in another column: they are asked for next
            guessed = values_found(lines, chosen, known)
            chosen = Columns(**{**_fields(chosen), "levels": {value: _worth(value, levels) for value in guessed}})
        try:
            checklist_map(arrival_id=arrival.pk, columns=chosen, by=person(request.user), at=timezone.now())
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        else:
            return redirect("audits:arrival" if same else "audits:arrival_columns", arrival.pk)
    context = {
        "audit": audit,
        "arrival": arrival,
        "form": form,
        "first": [(line, cells[:12]) for line, cells in lines[:8]],
    }
    return render(request, "audits/workbook/columns.html", context, status=form_status(form, refused=refused))


def _fields(columns: Columns) -> dict[str, Any]:
    return {name: getattr(columns, name) for name in Columns.__dataclass_fields__}


def _worth(value: str, levels: list[str]) -> str:
    found = level_of(value)
    return found if found in levels or found == NOT_APPLICABLE else ""


@permission("audits.change_answer", methods=("GET", "POST"))
def arrival_page(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """Show every difference as it stands now; POST does exactly what was shown. What was confirmed stays readable."""
    arrival, audit = _arrival(person(request.user), arrival_id)
    if arrival.settled_at is not None:
        return _shown(request, arrival, audit, arrival.report or {}, {})
    if arrival.returned is None:
        return redirect("audits:arrival_columns", arrival.pk)
    returned = from_data(arrival.returned)
    problem, status = "", 200
    taken = (request.POST if request.method == "POST" else request.GET).getlist("take")
    if request.method == "POST":
        try:
            plan = arrival_settle(
                arrival_id=arrival.pk,
                fingerprint=request.POST.get("fingerprint", ""),
                valid_only=request.POST.get("rows") == "valid",
                taken=taken,
                by=person(request.user),
                at=timezone.now(),
            )
        except WorkbookRefusedError as error:
            problem, status = str(REFUSED[error.code]), 409
        except WorkbookError as error:
            problem, status = error.words(gettext), 409
        else:
            saved = sum(row.status == Status.UPDATE for row in plan)
            messages.success(request, gettext("Saved: %(number)s rows.") % {"number": saved})
            return redirect("audits:arrival", arrival.pk)
    plan = workbook_plan(audit, returned, by=person(request.user), at=timezone.now(), taken=taken)
    report = report_of(audit, returned, plan, written=False)
    over = [row.key for row in plan if row.overrides]
    disputed = over or any(row.status == Status.CONFLICT for row in plan)
    more = {
        "problem": problem,
        "fingerprint": fingerprint_of(plan),
        "good": is_good(plan),
        "taken": over,
        "disputed": disputed,
    }
    return _shown(request, arrival, audit, report, more, status=status)


def _shown(
    request: HttpRequest,
    arrival: Arrival,
    audit: Audit,
    report: dict[str, Any],
    more: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    show = request.GET.get("show", "")
    codes = [str(each) for each in Status]
    wanted = [show] if show in codes else [each for each in codes if each != Status.UNCHANGED]
    rows = [
        {**row, "words": STATUSES[row["status"]], "style": STATUS_STYLES[row["status"]]}
        for row in report.get("rows", ())
        if row["status"] in wanted
    ]
    counts = [
        (code, STATUSES[code], STATUS_STYLES[code], number)
        for code, number in report.get("counts", {}).items()
        if number
    ]
    context = {
        "audit": audit,
        "arrival": arrival,
        "report": report,
        "rows": rows,
        "labels": LABELS,
        "counts": counts,
        "show": show,
        "editable": audit.status in EDITABLE,
        "updates": report.get("counts", {}).get(Status.UPDATE, 0),
        **more,
    }
    return render(request, "audits/workbook/arrival.html", context, status=status)


@permission("audits.change_answer")
def arrival_annotated(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """Hand back what was brought as a workbook, with remarks beside its rows."""
    arrival, audit, plan = _planned(request, arrival_id)
    data = write_workbook(annotated_content(audit, from_data(arrival.returned or {}), plan))
    return _file(data, f"{audit.reference}-{arrival.pk}.xlsx", XLSX)


@permission("audits.change_answer")
def arrival_report(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """Hand out what became, or would become, of every cell, as JSON."""
    arrival, audit, plan = _planned(request, arrival_id)
    report = arrival.report or report_of(audit, from_data(arrival.returned or {}), plan, written=False)
    data = json.dumps(report, ensure_ascii=False, indent=2).encode()
    return _file(data, f"{audit.reference}-{arrival.pk}.json", "application/json")


def _planned(request: HttpRequest, arrival_id: int) -> tuple[Arrival, Audit, Plan]:
    arrival, audit = _arrival(person(request.user), arrival_id)
    if arrival.returned is None:
        raise Http404
    plan = workbook_plan(audit, from_data(arrival.returned), by=person(request.user), at=timezone.now())
    return arrival, audit, plan


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
