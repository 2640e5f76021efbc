"""The form in which an organisation registers an address that is told of what happens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import helper
from reports.delivering import LONGEST_URL, UnsentError, require_address
from reports.models import WebhookEvent
from reports.webhook_words import error_words

EVENTS = [(event.value, event.label) for event in WebhookEvent if event != WebhookEvent.TEST]


class WebhookForm(forms.Form):
    """Where to, and what of."""

    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(label=_("What is sent"), choices=EVENTS, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None) -> None:
        """Lay out, with the hosts that the operator allows."""
        super().__init__(data)
        hosts = ", ".join(settings.WEBHOOK_HOSTS)
        self.fields["url"].help_text = gettext("Begins with https://. The operator allows: %(hosts)s.") % {
            "hosts": hosts
        }
        self.helper = helper(_("Register"))

    def clean_url(self) -> str:
        """Refuse what may not be sent to."""
        url: str = self.cleaned_data["url"].strip()
        try:
            require_address(url, settings.WEBHOOK_HOSTS)
        except UnsentError as error:
            raise forms.ValidationError(error_words(error.code)) from error
        return url
