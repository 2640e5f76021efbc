"""The forms for market releases and the peer pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from benchmarks.market import MAX_BYTES
from benchmarks.pool import period_days

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.models import MarketRelease


class ReleaseForm(forms.Form):
    """A release to load as a draft."""

    file = forms.FileField(
        label=_("Market figures"),
        max_length=255,
        help_text=_(
            "CSV UTF-8. Each figure has its publisher, page and year, and is of grade A or B; grade C is refused."
        ),
    )
    code = forms.CharField(
        label=_("Code"), max_length=60, help_text=_("Letters, digits and hyphens, for example market-2027.")
    )
    title = forms.CharField(label=_("Title"), max_length=200)

    def clean_code(self) -> str:
        """Refuse what is no code."""
        code = self.cleaned_data["code"].strip().lower()
        if slugify(code) != code or not code:
            raise ValidationError(gettext("A code has letters, digits and hyphens only."))
        return str(code)

    def clean_file(self) -> Any:
        """Refuse a file that is too large, and return what is in it."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            most = filesizeformat(MAX_BYTES)
            raise ValidationError(gettext("The file is larger than %(most)s.") % {"most": most})
        return file.read()


class ReleaseStepForm(forms.Form):
    """What a step needs: what the person saw, and where it is wanted, a reason and what is superseded."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, *args: Any, needs_reason: bool = False, beside: Iterable[MarketRelease] = (), **kwargs: Any
    ) -> None:
        """Ask only for what the step needs."""
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), f"{each.title} ({each.code})") for each in beside]
        if needs_reason:
            self.fields["reason"] = forms.CharField(
                label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
            )
        if choices:
            self.fields["supersede"] = forms.MultipleChoiceField(
                label=_("Takes the place of"),
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("Audits that were compared with them keep their verdicts; new ones cannot choose them."),
            )


class JoinForm(forms.Form):
    """Consent to the terms of the pool as they were shown."""

    consent = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agreed = forms.BooleanField(
        label=_("I agree on behalf of the centre."), error_messages={"required": _("Tick the box to agree.")}
    )


class PoolPublishForm(forms.Form):
    """The period that the pool publishes."""

    period = forms.CharField(
        label=_("Period"), max_length=10, help_text=_("A year or a half-year that is over, for example 2026-H1.")
    )

    def clean_period(self) -> str:
        """Refuse what is no period."""
        period = self.cleaned_data["period"].strip().upper()
        if period_days(period) is None:
            raise ValidationError(
                gettext("A period is a year or a half-year, such as 2026, 2026-H1 or 2026-H2."), code="period"
            )
        return str(period)
