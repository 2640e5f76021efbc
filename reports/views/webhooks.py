"""Addresses that an organisation has told of what happens: registering, looking at what was sent, sending again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.models import Organisation
from accounts.stepping_up import step_up
from accounts.views.profiles import person
from reports.models import Webhook, WebhookEvent
from reports.selectors.webhooks import SHOWN, deliveries_of
from reports.services.webhooks import (
    TooManyWebhooksError,
    delivery_again,
    webhook_create,
    webhook_remove,
    webhook_switch,
    webhook_test,
)
from reports.webhook_forms import WebhookForm
from reports.webhook_words import error_words

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest, HttpResponse

RULE = "reports.keep_webhooks"


@permission(RULE)
def webhook_list(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Show the addresses of an organisation."""
    organisation = _organisation(request, organisation_id)
    rows = [(row, [WebhookEvent(each).label for each in row.events]) for row in organisation.webhooks.all()]
    context = {"organisation": organisation, "rows": rows, "allowed": bool(settings.WEBHOOK_HOSTS)}
    return render(request, "reports/webhook_list.html", context)


@permission(RULE, methods=("GET", "POST"))
@step_up
def webhook_new(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Register an address; this one answer shows the secret, and nothing later can."""
    organisation = _organisation(request, organisation_id)
    if not settings.WEBHOOK_HOSTS:
        raise Http404
    form = WebhookForm(request.POST if request.method == "POST" else None)
    context = {"organisation": organisation, "form": form}
    if form.is_valid():
        try:
            made, secret = webhook_create(
                organisation=organisation, **form.cleaned_data, by=person(request.user), at=timezone.now()
            )
        except TooManyWebhooksError:
            form.add_error(None, gettext("An organisation has ten webhooks at most. Remove one first."))
        else:
            return render(request, "reports/webhook_form.html", {**context, "made": made, "secret": secret})
    return render(request, "reports/webhook_form.html", context, status=422 if form.errors else 200)


@permission(RULE)
def webhook_detail(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Show what was sent to an address, newest first."""
    webhook = _webhook(request, webhook_id)
    rows = [(each, error_words(each.error) if each.error else "") for each in deliveries_of(webhook)]
    context = {
        "webhook": webhook,
        "organisation": webhook.organisation,
        "events": [WebhookEvent(each).label for each in webhook.events],
        "rows": rows,
        "shown": SHOWN,
        "allowed": bool(settings.WEBHOOK_HOSTS),
    }
    return render(request, "reports/webhook.html", context)


@permission(RULE, methods=("POST",))
def webhook_try(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send a test."""
    webhook = _webhook(request, webhook_id)
    webhook_test(webhook=webhook, at=timezone.now())
    messages.success(request, gettext("A test is on its way. Reload this page to see what came of it."))
    return redirect("reports:webhook", webhook.pk)


@permission(RULE, methods=("POST",))
def webhook_turn(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Pause an address, or go on."""
    webhook = _webhook(request, webhook_id)
    on = request.POST.get("on") == "yes"
    webhook_switch(webhook=webhook, on=on, by=person(request.user), at=timezone.now())
    said = (
        gettext("It goes on; what happened meanwhile is sent now.")
        if on
        else gettext("Nothing is sent until you let it go on.")
    )
    messages.success(request, said)
    return redirect("reports:webhook", webhook.pk)


@permission(RULE, methods=("POST",))
def webhook_end(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Remove an address."""
    webhook = _webhook(request, webhook_id)
    webhook_remove(webhook=webhook, by=person(request.user), at=timezone.now())
    messages.success(request, gettext("The webhook is removed."))
    return redirect("reports:webhooks", webhook.organisation_id)


@permission(RULE, methods=("POST",))
def webhook_again(request: HttpRequest, webhook_id: int, delivery_id: uuid.UUID) -> HttpResponse:
    """Send a delivery again."""
    webhook = _webhook(request, webhook_id)
    delivery_again(delivery=get_object_or_404(webhook.deliveries, pk=delivery_id), at=timezone.now())
    messages.success(request, gettext("It is sent again, under the same id."))
    return redirect("reports:webhook", webhook.pk)


def _organisation(request: HttpRequest, pk: int) -> Organisation:
    organisation = get_object_or_404(Organisation.objects.visible_to(person(request.user)), pk=pk)
    require(request.user, RULE, organisation)
    return organisation


def _webhook(request: HttpRequest, pk: int) -> Webhook:
    visible = Webhook.objects.visible_to(person(request.user)).select_related("organisation", "created_by")
    webhook = get_object_or_404(visible, pk=pk)
    require(request.user, RULE, webhook.organisation)
    return webhook
