"""The "what if" form of planning: what has to hold, and what is assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from benchmarks.erlang import ErlangError, Goals
from benchmarks.planning import Arrivals, Slot, arrivals_of, plan, typed_arrivals
from benchmarks.terms import term

if TYPE_CHECKING:
    from collections.abc import Mapping

# Which field of the form an error of the model is about.
_FIELDS = {"calls": "volumes", "occupancy": "occupancy", "agents": "service_level"}


class PlanningForm(forms.Form):
    """Goals and assumptions; with a profile of arrivals its channel and weekday, else the volumes as typed."""

    channel = forms.ChoiceField(label=_("Channel"))
    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int, choices=sorted(WEEKDAYS.items()))
    volumes = forms.CharField(
        label=_("Calls per half hour"),
        max_length=4000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("One line per half hour: the time at which it begins and the calls in it, as in 09:30 120."),
    )
    service_level = forms.FloatField(label=_("Service level, %"), min_value=1, max_value=99.9)
    target_seconds = forms.FloatField(label=_("within, seconds"), min_value=0, max_value=3600)
    occupancy = forms.FloatField(label=_("Occupancy at most, %"), min_value=10, max_value=100)
    handle_seconds = forms.FloatField(label=_("Handling time, seconds"), min_value=1, max_value=36_000)
    patience_seconds = forms.FloatField(
        label=_("Patience, seconds"),
        required=False,
        min_value=1,
        max_value=86_400,
        help_text=_("Mean time until a caller gives up. Left empty: nobody gives up (Erlang C)."),
    )
    shrinkage = forms.FloatField(
        label=_("Shrinkage, %"),
        min_value=0,
        max_value=90,
        help_text=_("Paid time that is not spent on contacts: leave, sickness, training, breaks."),
    )
    volume = forms.FloatField(label=_("Volume, % of today's"), min_value=1, max_value=1000)

    def __init__(self, *args: Any, profile: Mapping[str, Any] | None, **kwargs: Any) -> None:
        """Ask for what the profile does not know."""
        super().__init__(*args, **kwargs)
        self.profile = profile
        if profile is None:
            del self.fields["channel"], self.fields["weekday"]
        else:
            del self.fields["volumes"]
            names = [(name, term("channel", name, gettext)) for name in profile["channels"]]
            self.fields["channel"].choices = names  # type: ignore[attr-defined] # a ChoiceField
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # nothing is written: the form is read

    def arrivals(self) -> Arrivals:
        """Return the calls to plan for. Raises ErlangError."""
        data = self.cleaned_data
        if self.profile is None:
            return typed_arrivals(data["volumes"])
        return arrivals_of(self.profile, data["channel"], data["weekday"])

    def plan(self) -> list[Slot] | None:
        """Return the plan; None where something is wrong, which the form then says at its field."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        try:
            return plan(
                self.arrivals(),
                Goals(
                    service_level=data["service_level"] / 100,
                    target_seconds=data["target_seconds"],
                    occupancy=data["occupancy"] / 100,
                ),
                handle_seconds=data["handle_seconds"],
                patience_seconds=data["patience_seconds"],
                shrinkage=data["shrinkage"] / 100,
                volume=data["volume"] / 100,
            )
        except ErlangError as error:
            field = _FIELDS.get(error.code, error.code)
            self.add_error(field if field in self.fields else None, error.words(gettext))
            return None
