"""Contact centres: list, page, master data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import ChoiceField, Field
from django.forms.models import model_to_dict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import may, permission, require, signed_in
from accounts.forms import CentreFilterForm, CentreForm
from accounts.models import Centre, Channel
from accounts.selectors import centre_places, centres_found
from accounts.services import centre_create, centre_update
from accounts.services.errors import NameTakenError, StaleCentreError
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

PAGE_SIZE = 50
CONFLICT = 409


@signed_in
def centre_list(request: HttpRequest) -> HttpResponse:
    """List the centres a person may see; htmx asks for the rows alone."""
    user = person(request.user)
    filters = CentreFilterForm(request.GET)
    choices = filters.choices_made()
    page = Paginator(centres_found(user=user, **choices), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page": page,
        "is_narrowed": bool(choices["text"] or choices["industry"]),
        "may_add": may(user, "accounts.add_centre"),
    }
    template = "accounts/centre_list.html#rows" if request.headers.get("HX-Request") else "accounts/centre_list.html"
    return render(request, template, context)


@permission("accounts.view_centre")
def centre_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a centre, with the ways on to its measurements and audits."""
    user = person(request.user)
    centre = _centre(user, pk, "accounts.view_centre")
    labels = dict(Channel.choices)
    context = {
        "centre": centre,
        "channels": [labels.get(code, code) for code in centre.channels],
        "may_change": may(user, "accounts.change_centre", centre),
    }
    return render(request, "accounts/centre_detail.html", context)


@permission("accounts.add_centre", methods=("GET", "POST"))
def centre_add(request: HttpRequest) -> HttpResponse:
    """Add a centre to one of the organisations in which the person may."""
    user = person(request.user)
    require(user, "accounts.add_centre")
    form = CentreForm(request.POST or None, places=centre_places(user))
    if request.method == "POST" and form.is_valid():
        try:
            centre = centre_create(organisation=form.cleaned_data["organisation"], facts=form.facts(), by=user)
        except NameTakenError:
            form.add_error("name", _("The organisation has a centre of this name already."))
        else:
            messages.success(request, _("The centre is added."))
            return redirect("accounts:centre_detail", centre.pk)
    return render(request, "accounts/centre_form.html", {"form": form})


@permission("accounts.change_centre", methods=("GET", "POST"))
def centre_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a centre; when somebody else saved it meanwhile, show both and keep what was typed."""
    user = person(request.user)
    centre = _centre(user, pk, "accounts.change_centre")
    form = CentreForm(request.POST or None, centre=centre)
    if request.method == "POST" and form.is_valid():
        try:
            centre_update(centre=centre, revision=form.cleaned_data["revision"], facts=form.facts(), by=user)
        except NameTakenError:
            form.add_error("name", _("The organisation has a centre of this name already."))
        except StaleCentreError as error:
            return _conflict(request, form, error.current)
        else:
            messages.success(request, _("The centre is saved."))
            return redirect("accounts:centre_detail", centre.pk)
    return render(request, "accounts/centre_form.html", {"form": form, "centre": centre})


def _conflict(request: HttpRequest, form: CentreForm, current: Centre) -> HttpResponse:
    """Show what is stored beside what was typed; saving again then replaces it knowingly."""
    typed, stored = asdict(form.facts()), model_to_dict(current)
    differing = [
        (form[name].label, _shown(form.fields[name], stored[name]))
        for name, value in typed.items()
        if value != stored[name]
    ]
    form.data = request.POST.copy()
    form.data["revision"] = str(current.revision)
    context = {"form": form, "centre": current, "differing": differing}
    return render(request, "accounts/centre_form.html", context, status=CONFLICT)


def _shown(field: Field, value: object) -> str:
    """Return a stored value as the form's own words."""
    labels: dict[object, object] = {}
    if isinstance(field, ChoiceField):
        labels = dict(field.widget.choices)
    parts = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(part, part)) for part in parts)


def _centre(user: User, pk: int, permission_name: str) -> Centre:
    """Return the centre: 404 to outsiders, 403 without the right."""
    visible = Centre.objects.visible_to(user).select_related("organisation")
    centre = get_object_or_404(visible, pk=pk)
    require(user, permission_name, centre)
    return centre
