"""What a batch is to make, and what is made every month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from audits.engagements import AuditProgramme
from reports.production import OUTPUT_KEEPERS, BatchKind, Which
from reports.selectors import Filter

if TYPE_CHECKING:
    from accounts.models import User

PREVIEW_ID = "batch-preview"
LAST_DAY = 28  # of every month


class BatchForm(forms.Form):
    """Which documents of which audits; what is chosen is shown before anything is made."""

    kind = forms.ChoiceField(label=_("What"), choices=BatchKind.choices)
    which = forms.ChoiceField(
        label=_("Which audits"),
        choices=Which.choices,
        required=False,
        help_text=_("Certificates are made of audits with a valid certificate only."),
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), required=False, empty_label=_("All")
    )
    programme = forms.ModelChoiceField(
        AuditProgramme.objects.none(), label=_("Programme of the year"), required=False, empty_label=_("All")
    )
    search = forms.CharField(label=_("Search"), max_length=100, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, user: User, organisations: list[int]) -> None:
        """``organisations`` are those that audits of the person are of or by."""
        super().__init__(data)
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=organisations)  # type: ignore[attr-defined]
        programmes = AuditProgramme.objects.visible_to(user).select_related("organisation")
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["search"].widget.attrs["placeholder"] = gettext("Reference, centre, organisation")
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.disable_csrf = True
        self.helper.attrs = {
            "hx-get": "",
            "hx-trigger": "change delay:200ms, submit",
            "hx-target": f"#{PREVIEW_ID}",
            "hx-swap": "outerHTML",
        }
        self.helper.layout = Layout(
            Row(Column("kind"), Column("which"), Column("language")),
            Row(Column("organisation"), Column("programme"), Column("search")),
            StrictButton(gettext("Show what would be made"), type="submit", css_class="btn-outline-primary"),
        )

    @property
    def wanted(self) -> Filter:
        """Return the filter; everything where the form is not valid or was not sent."""
        if not (self.is_bound and self.is_valid()):
            return Filter()
        chosen = self.cleaned_data
        return Filter(
            kind=chosen["kind"],
            which=chosen["which"] or Which.ALL,
            organisation=chosen["organisation"].pk if chosen["organisation"] else None,
            programme=chosen["programme"].pk if chosen["programme"] else None,
            search=chosen["search"],
        )


class ScheduleForm(forms.Form):
    """What is made every month, of whose audits, on which day."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    programme = forms.ModelChoiceField(
        AuditProgramme.objects.none(), label=_("Programme of the year"), required=False, empty_label=_("All audits")
    )
    kind = forms.ChoiceField(label=_("What"), choices=BatchKind.choices)
    which = forms.ChoiceField(label=_("Which audits"), choices=Which.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    day = forms.IntegerField(
        label=_("Day of the month"), min_value=1, max_value=LAST_DAY, initial=1, help_text=_("1 to 28.")
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        """Offer the organisations whose documents the person looks after."""
        super().__init__(data)
        mine = user.organisations_as(*OUTPUT_KEEPERS)
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=mine)  # type: ignore[attr-defined]
        programmes = AuditProgramme.objects.filter(organisation__in=mine).select_related("organisation")
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Row(Column("organisation"), Column("programme")),
            Row(Column("kind"), Column("which")),
            Row(Column("language"), Column("day")),
            StrictButton(gettext("Make it every month"), type="submit", css_class="btn-primary"),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a programme of another organisation."""
        cleaned = super().clean() or {}
        programme, organisation = cleaned.get("programme"), cleaned.get("organisation")
        if programme and organisation and programme.organisation_id != organisation.pk:
            self.add_error("programme", gettext("This programme is that of another organisation."))
        return cleaned
