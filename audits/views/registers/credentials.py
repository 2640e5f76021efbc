"""The register of credentials: list, one, entering, correcting, revoking, the certificate's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, signed_in
from accounts.rules import CENTRE_EDITORS
from accounts.views.profiles import person
from audits.register_forms import CredentialForm, ReasonForm
from audits.selectors.registers.credentials import (
    SORTS,
    STATES,
    credentials_found,
    level_titles,
    organisations_with_registers,
    state_of,
)
from audits.services.registers.credentials import (
    credential_add,
    credential_file_set,
    credential_revoke,
    credential_update,
)
from audits.services.registers.errors import RegisterError, StaleEntryError
from audits.storage import EvidenceRefusedError, whole
from audits.views.registers.shared import CHANGE, PAGE, credential_for, key_of, organisation_for, query_of
from audits.views.registers.words import UNPROCESSABLE, refuse, stale
from audits.words import evidence_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from audits.registers import Credential


@signed_in
def credential_list(request: HttpRequest) -> HttpResponse:
    """All credentials that the person may see, with search, filters and sorting."""
    user, today = person(request.user), timezone.localdate()
    organisations = list(organisations_with_registers(user))
    chosen = {
        "q": query_of(request),
        "organisation": key_of(request, "organisation"),
        "state": request.GET.get("state", "") if request.GET.get("state") in STATES else "",
        "sort": request.GET.get("sort", "") if request.GET.get("sort") in SORTS else "person",
    }
    found = credentials_found(
        user,
        today=today,
        text=str(chosen["q"]),
        organisation=key_of(request, "organisation"),
        state=str(chosen["state"]),
        sort=str(chosen["sort"]),
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    titles = level_titles()
    writable = user.organisations_as(*CENTRE_EDITORS)
    context = {
        "page": page,
        "rows": [(each, titles.get(each.level, each.level), *STATES[state_of(each, today)]) for each in page],
        "organisations": organisations,
        "writable": [each for each in organisations if each.pk in writable],
        "states": [(code, words) for code, (words, _style) in STATES.items()],
        "chosen": chosen,
        "narrowed": bool(chosen["q"] or chosen["state"] or chosen["organisation"] is not None),
    }
    return render(request, "registers/credential_list.html", context)


@signed_in
def credential_detail(request: HttpRequest, credential_id: int) -> HttpResponse:
    """One credential with what its holder has led."""
    user, today = person(request.user), timezone.localdate()
    credential = credential_for(user, credential_id)
    words, style = STATES[state_of(credential, today)]
    context = {
        "credential": credential,
        "centres": list(credential.centres.all()),
        "level": level_titles().get(credential.level, credential.level),
        "words": words,
        "style": style,
        "projects": list(credential.projects.select_related("centre")),
        "may_change": not credential.revoked_on and may(user, CHANGE, credential.organisation),
    }
    return render(request, "registers/credential_detail.html", context)


@permission(CHANGE, methods=("GET", "POST"))
def credential_create(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Enter a credential."""
    user = person(request.user)
    organisation = organisation_for(user, organisation_id, CHANGE)
    form = CredentialForm(request.POST or None, request.FILES or None, organisation=organisation)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                credential = credential_add(organisation=organisation, facts=form.facts(), by=user, at=timezone.now())
            except RegisterError as error:
                status = refuse(form, error)
            else:
                _keep_file(request, form, credential)
                messages.success(request, gettext("The credential is in the register."))
                return redirect("registers:credential_detail", credential.pk)
    context = {"form": form, "organisation": organisation, "title": gettext("Enter a credential")}
    return render(request, "registers/credential_form.html", context, status=status)


@permission(CHANGE, methods=("GET", "POST"))
def credential_edit(request: HttpRequest, credential_id: int) -> HttpResponse:
    """Correct a credential."""
    user = person(request.user)
    credential = credential_for(user, credential_id, CHANGE)
    organisation = credential.organisation
    form = CredentialForm(request.POST or None, request.FILES or None, organisation=organisation, credential=credential)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            revision = form.cleaned_data["revision"]
            try:
                credential_update(
                    credential_id=credential.pk, revision=revision, facts=form.facts(), by=user, at=timezone.now()
                )
            except RegisterError as error:
                status = refuse(form, error)
            except StaleEntryError as error:
                status = stale(form, error)
            else:
                _keep_file(request, form, credential)
                messages.success(request, gettext("The credential is saved."))
                return redirect("registers:credential_detail", credential.pk)
    context = {
        "form": form,
        "organisation": organisation,
        "credential": credential,
        "title": gettext("Correct the credential"),
    }
    return render(request, "registers/credential_form.html", context, status=status)


def _keep_file(request: HttpRequest, form: CredentialForm, credential: Credential) -> None:
    """Keep the file, if one was given; one that cannot be taken is told, and the credential is saved all the same."""
    upload = form.cleaned_data.get("file")
    if not upload:
        return
    try:
        credential_file_set(
            credential_id=credential.pk,
            source=upload.file,
            filename=upload.name,
            by=person(request.user),
            at=timezone.now(),
        )
    except EvidenceRefusedError as error:
        messages.error(request, evidence_words(error))


@permission(CHANGE, methods=("GET", "POST"))
def credential_end(request: HttpRequest, credential_id: int) -> HttpResponse:
    """Revoke a credential, with a reason."""
    user = person(request.user)
    credential = credential_for(user, credential_id, CHANGE)
    form = ReasonForm(request.POST or None, revision=credential.revision)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                credential_revoke(credential_id=credential.pk, **form.cleaned_data, by=user, at=timezone.now())
            except RegisterError as error:
                status = refuse(form, error)
            except StaleEntryError as error:
                status = stale(form, error)
            else:
                messages.success(request, gettext("The credential is revoked."))
                return redirect("registers:credential_detail", credential.pk)
    context = {
        "form": form,
        "title": gettext("Revoke the credential"),
        "lead": str(credential),
        "explains": gettext("It counts no longer, from today on. It stays in the register with your reason."),
        "button": gettext("Revoke"),
        "back": ("registers:credential_detail", credential.pk),
    }
    return render(request, "registers/reason.html", context, status=status)


@signed_in
def credential_file(request: HttpRequest, credential_id: int) -> HttpResponseBase:
    """Hand out the certificate, as an attachment that cannot run anything; refused when its content has changed."""
    credential = credential_for(person(request.user), credential_id)
    if not credential.file_sha256:
        raise Http404
    source = whole(credential.file_sha256)
    if source is None:
        damaged = {"title": credential.file_name, "sha256": credential.file_sha256}
        return render(request, "audits/evidence_damaged.html", {"evidence": damaged}, status=409)
    response = FileResponse(
        source,
        as_attachment=True,
        filename=credential.file_name,
        content_type=credential.file_type,
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
