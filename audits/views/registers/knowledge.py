"""Knowledge indices of a centre: history, measuring, one result, withdrawing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.articles import COLUMNS
from audits.liveness import Parameters
from audits.register_forms import KnowledgeForm, ReasonForm
from audits.selectors.registers.knowledge import (
    history_plot,
    index_visible,
    indices_of,
    part_rows,
    pull_rows,
    refused_rows,
)
from audits.services.registers.errors import RegisterError
from audits.services.registers.knowledge import knowledge_measure, knowledge_withdraw
from audits.tabular import TableError
from audits.views.registers.shared import CHANGE, centre_for
from audits.views.registers.words import UNPROCESSABLE, refuse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import Centre
    from audits.registers import KnowledgeIndex


@signed_in
def knowledge_history(request: HttpRequest, centre_id: int) -> HttpResponse:
    """All indices of a centre, and how they went."""
    user = person(request.user)
    centre = centre_for(user, centre_id)
    indices = indices_of(centre)
    context = {
        "centre": centre,
        "indices": indices,
        "plot": history_plot(indices),
        "may_change": may(user, CHANGE, centre.organisation),
    }
    return render(request, "registers/knowledge_history.html", context)


@signed_in
def knowledge_detail(request: HttpRequest, index_id: int) -> HttpResponse:
    """One index: its parts, what pulls it down, what was refused, and what it was computed with."""
    user = person(request.user)
    index = get_object_or_404(index_visible(user), pk=index_id)
    context = {
        "index": index,
        "parts": part_rows(index),
        "pulls": pull_rows(index),
        "refused": refused_rows(index),
        "parameters": Parameters(**index.parameters),
        "may_change": not index.withdrawn_at and may(user, CHANGE, index.centre.organisation),
    }
    return render(request, "registers/knowledge_detail.html", context)


@permission(CHANGE, methods=("GET", "POST"))
def knowledge_add(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Compute the index of a period from a list of articles."""
    user = person(request.user)
    centre = centre_for(user, centre_id, CHANGE)
    form = KnowledgeForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        index = _measured(request, centre, form) if form.is_valid() else None
        if index:
            messages.success(request, gettext("The index is computed."))
            return redirect("registers:knowledge_detail", index.pk)
    context = {"form": form, "centre": centre, "columns": list(COLUMNS)}
    return render(request, "registers/knowledge_form.html", context, status=status)


def _measured(request: HttpRequest, centre: Centre, form: KnowledgeForm) -> KnowledgeIndex | None:
    """Call the service; what it refuses becomes an error at the field it is about."""
    upload = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        path = Path(folder) / "list"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        try:
            return knowledge_measure(
                centre=centre,
                path=path,
                file_name=upload.name,
                encoding=form.cleaned_data["encoding"],
                period=form.period(),
                by=person(request.user),
                at=timezone.now(),
            )
        except TableError as error:
            form.add_error("file", error.words(gettext))
        except RegisterError as error:
            refuse(form, error)
    return None


@permission(CHANGE, methods=("GET", "POST"))
def knowledge_end(request: HttpRequest, index_id: int) -> HttpResponse:
    """Withdraw an index that came from a wrong file."""
    user = person(request.user)
    index = get_object_or_404(index_visible(user), pk=index_id)
    require(user, CHANGE, index.centre.organisation)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                knowledge_withdraw(index_id=index.pk, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
            except RegisterError as error:
                status = refuse(form, error)
            else:
                messages.success(request, gettext("The index is withdrawn."))
                return redirect("registers:knowledge_detail", index.pk)
    context = {
        "form": form,
        "title": gettext("Withdraw the index"),
        "lead": f"{index.centre} · {index.first:%Y-%m-%d} – {index.last:%Y-%m-%d}",
        "explains": gettext("It counts for no gate any more. It stays readable with your reason."),
        "button": gettext("Withdraw"),
        "back": ("registers:knowledge_detail", index.pk),
    }
    return render(request, "registers/reason.html", context, status=status)
