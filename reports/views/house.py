"""How an organisation's documents look: a form, and the cover beside it as it would be printed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import permission, require
from accounts.models import Organisation
from accounts.views.profiles import person
from audits.models import Audit
from reports.house import dress
from reports.house_forms import HouseForm
from reports.pdf import MissingGlyphError, SettingFailedError
from reports.production import OUTPUT_KEEPERS
from reports.renderers.cover import cover_picture
from reports.selectors import audit_document, house_now
from reports.services import house_save

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@permission("reports.keep_output")
def house_list(request: HttpRequest) -> HttpResponse:
    """Lead to the organisation whose documents the person looks after, or let them choose one."""
    user = person(request.user)
    require(user, "reports.keep_output")
    mine = [each for each in Organisation.objects.visible_to(user) if user.has_role(each.pk, *OUTPUT_KEEPERS)]
    if len(mine) == 1:
        return redirect("reports:house", mine[0].pk)
    return render(request, "reports/house_list.html", {"organisations": mine})


@permission("reports.keep_output", methods=("GET", "POST"))
def house_edit(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Change colours, mark, words and order; every change is a new version."""
    organisation = _kept(request, organisation_id)
    style = house_now(organisation)
    form = HouseForm(request.POST or None, request.FILES or None, style=style)
    if request.method == "POST" and form.is_valid():
        kept = house_save(
            organisation=organisation, house=form.house, logo=form.mark, by=person(request.user), at=timezone.now()
        )
        messages.success(request, _("Version %(number)s is worn by every new document.") % {"number": kept.version})
        return redirect("reports:house", organisation.pk)
    context = {"organisation": organisation, "form": form, "style": style}
    return render(request, "reports/house.html", context)


@permission("reports.keep_output", methods=("POST",))
def house_preview(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Show the cover as it would be printed with what the form says now; nothing is saved."""
    organisation = _kept(request, organisation_id)
    form = HouseForm(request.POST, request.FILES or None, style=house_now(organisation))
    said: dict[str, object] = {"organisation": organisation}
    audit = Audit.objects.filter(conductor=organisation).order_by("-pk").first()
    if not form.is_valid():
        said["fault"] = _("The preview comes back once what is marked is put right. Save shows where.")
        said["errors"] = [str(error) for errors in form.errors.values() for error in errors]
    elif audit is None:
        said["fault"] = _("The preview needs an audit that this organisation has conducted.")
    else:
        language = get_language() or "en"
        worn = dress(form.house, code=organisation.name, version=0, language=language)
        report = audit_document(audit, language=language, at=timezone.now())
        try:
            picture = cover_picture(report, worn, form.mark)
        except (MissingGlyphError, SettingFailedError) as error:
            known = isinstance(error, MissingGlyphError)
            said["fault"] = str(error) if known else _("The preview could not be made.")
        else:
            said["picture"] = base64.b64encode(picture).decode()
    return render(request, "reports/house.html#preview", said)


def _kept(request: HttpRequest, organisation_id: int) -> Organisation:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation_id)
    require(request.user, "reports.keep_output", organisation)
    return organisation
