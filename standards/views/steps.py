"""The steps in the life of an edition: each is explained and asked before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import permission, require
from accounts.views.profiles import person
from standards.drafts import published_beside
from standards.forms import StepForm
from standards.life import STEPS
from standards.models import Edition
from standards.services import StepRefusedError, edition_step, step_refusals
from standards.views.drafting import CONFLICT, EDIT, UNPROCESSABLE, owned
from standards.words import STEPS as WORDS
from standards.words import words_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@permission(EDIT, methods=("GET", "POST"))
def step(request: HttpRequest, code: str, version: str, name: str) -> HttpResponse:
    """Explain a step, ask, make it."""
    if name not in WORDS:
        raise Http404
    edition = owned(request, code, version)
    require(request.user, STEPS[name].permission, edition)
    words = WORDS[name]
    form = StepForm(
        request.POST or None,
        needs_reason=words.needs_reason,
        beside=published_beside(edition) if name == "publish" else [],
        initial={"seen": edition.sha256},
    )
    context: dict[str, Any] = {"edition": edition, "form": form, "words": words, "name": name}
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                edition_step(
                    edition=edition,
                    step=name,
                    seen_sha256=form.cleaned_data["seen"],
                    reason=form.cleaned_data.get("reason", ""),
                    supersede=[int(each) for each in form.cleaned_data.get("supersede", [])],
                    by=person(request.user),
                    at=timezone.now(),
                )
            except StepRefusedError as error:
                status, context["refused"] = CONFLICT, words_for(error.reasons)
                context["edition"] = Edition.objects.get(pk=edition.pk)
            else:
                messages.success(request, str(words.done))
                return redirect("standards:draft", code, version)
    else:
        context["refused"] = words_for(step_refusals(edition, name, by=person(request.user)))
    return render(request, "standards/step.html", context, status=status)
