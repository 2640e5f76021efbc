"""What people fill in, checked. NUL and over-long text are refused by Django's fields with a message at the field."""

from __future__ import annotations

import functools
import re
import zoneinfo
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout, Submit
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    Centre,
    Channel,
    Industry,
    Invitation,
    MailWhen,
    NoticePreference,
    Organisation,
    Role,
    Scope,
    User,
)
from accounts.notices import notice_titles
from accounts.services import CentreFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.forms import BoundField
    from django.utils.functional import _StrPromise

# Each named in itself: whoever cannot read the page finds their own.
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
SELECT = forms.Select({"class": "form-select"})
MOST_SEATS = 100_000
MOST_LANGUAGES = 30
LONGEST_LANGUAGE = 40
AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@functools.cache
def time_zones() -> list[tuple[str, str]]:
    """Return UTC and the zones named after a place, as choices; reads the system's zone files once."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in AREAS)
    return [(name, name.replace("_", " ")) for name in ("UTC", *names)]


def helper(submit: _StrPromise | str, *fields: Any) -> FormHelper:
    """Return how crispy lays a form out: all fields or the named ones, then one button."""
    made = FormHelper()
    made.layout = Layout(*fields) if fields else None
    made.add_input(Submit("submit", submit))
    return made


class CountryField(forms.CharField):
    """Two letters, upper case whatever was typed."""

    def __init__(self, **options: Any) -> None:
        """Set length, pattern and help."""
        pattern = RegexValidator(r"^[A-Z]{2}\Z", _("Give the two letters of the country code, for example HK."))
        help_text = _("Two-letter country code, for example HK.")
        super().__init__(label=_("Country"), max_length=2, validators=[pattern], help_text=help_text, **options)

    def to_python(self, value: Any) -> str:
        """Return the code in upper case."""
        return str(super().to_python(value) or "").upper()


class TimeZoneField(forms.ChoiceField):
    """A zone of the IANA database."""

    def __init__(self, **options: Any) -> None:
        """Offer the zones named after a place."""
        super().__init__(label=_("Time zone"), choices=time_zones, initial="UTC", **options)


class LanguagesField(forms.CharField):
    """Names of languages with commas between, read as a list without repetition."""

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as text."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Split at commas of Latin and Chinese script."""
        parts = (" ".join(part.split()) for part in re.split("[,;，、；]", super().clean(value)))
        found = list(dict.fromkeys(part for part in parts if part))
        if self.required and not found:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(found) > MOST_LANGUAGES or any(len(part) > LONGEST_LANGUAGE for part in found):
            raise ValidationError(_("At most 30 languages of 40 characters each, with commas between."))
        return found


class ProfileForm(forms.ModelForm):
    """One's own name, language and time zone."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    time_zone = TimeZoneField()

    class Meta:
        model = User
        fields = ("name", "language", "time_zone")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Save"))


class NoticesForm(forms.Form):
    """How one wants to be told: per kind of notice whether in the page, and when by e-mail."""

    def __init__(self, *args: Any, chosen: Mapping[str, NoticePreference], **options: Any) -> None:
        """Ask about every kind that has a title; what was never chosen is as ever."""
        super().__init__(*args, **options)
        self.titles = notice_titles()
        for kind, title in self.titles.items():
            now = chosen.get(kind) or NoticePreference()
            page = _("%(kind)s: in the page") % {"kind": title}
            mail = _("%(kind)s: by e-mail") % {"kind": title}
            self.fields[f"page:{kind}"] = forms.BooleanField(label=page, required=False, initial=now.on_page)
            self.fields[f"mail:{kind}"] = forms.ChoiceField(
                label=mail, choices=MailWhen.choices, initial=now.mail, widget=forms.Select({"class": "form-select"})
            )
            self.fields[f"page:{kind}"].widget.attrs["class"] = "form-check-input"

    def rows(self) -> list[tuple[str, BoundField, BoundField]]:
        """Return (title, in the page, by e-mail) per kind."""
        return [(title, self[f"page:{kind}"], self[f"mail:{kind}"]) for kind, title in self.titles.items()]

    def wanted(self) -> dict[str, tuple[bool, str]]:
        """Return what was chosen, for the service."""
        data = self.cleaned_data
        return {kind: (data[f"page:{kind}"], data[f"mail:{kind}"]) for kind in self.titles}


class TokenForm(forms.Form):
    """A new access token: what it is for, what it opens, and for how long."""

    name = forms.CharField(label=_("What is it for?"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("One year"))],
        initial=30,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Make the token"))


class OrganisationForm(forms.ModelForm):
    """A new organisation."""

    country = CountryField()

    class Meta:
        model = Organisation
        fields = ("name", "country", "address")
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}  # noqa: RUF012 - Django's convention

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Create organisation"))


class InvitationForm(forms.ModelForm):
    """Whom to invite as what."""

    class Meta:
        model = Invitation
        fields = ("email", "role")

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer no role until one is chosen, so that nobody becomes administrator by haste."""
        super().__init__(*args, **options)
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=[("", "---------"), *Role.choices])
        self.helper = helper(_("Send invitation"))

    def clean_email(self) -> str:
        """Return the address in lower case, as people are kept."""
        return str(self.cleaned_data["email"]).lower()


class SupportForm(forms.Form):
    """What the operators shall look at, and for how long."""

    reason = forms.CharField(label=_("What shall they look at?"), max_length=300)
    hours = forms.TypedChoiceField(
        label=_("For how long?"), coerce=int, choices=[(4, _("4 hours")), (24, _("24 hours")), (72, _("3 days"))]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Let them look"))


class AddressForm(forms.Form):
    """One's new e-mail address."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("A link goes there. Until you open it, your address stays as it is."),
    )

    def __init__(self, *args: Any, known: str, **options: Any) -> None:
        """Lay out; ``known`` is the address of now."""
        super().__init__(*args, **options)
        self.known = known
        self.helper = helper(_("Send the link"))

    def clean_email(self) -> str:
        """Refuse the address that the person has."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if email == self.known:
            raise ValidationError(_("This is your address already."))
        return email


class PersonSearchForm(forms.Form):
    """One person, by the exact address: operators browse nobody."""

    email = forms.EmailField(label=_("E-mail address, exactly"))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Find"))


class AccountReasonForm(forms.Form):
    """Why an account is closed or forgotten; it stands in the ledger."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2}))


class AuditBodyForm(forms.Form):
    """Which organisation may plan audits here; by its exact name, so that the form lists no names."""

    name = forms.CharField(label=_("Name of the organisation, exactly"), max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Mandate"))

    def clean_name(self) -> Organisation:
        """Return the organisation of that name."""
        body = Organisation.objects.filter(name=self.cleaned_data["name"]).first()
        if body is None:
            raise ValidationError(_("There is no organisation of this name here."))
        return body


class JoinForm(forms.Form):
    """What a person who is new here says on joining."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        """Keep the invited address: a password must not resemble it."""
        super().__init__(*args, **options)
        self.email = email
        self.helper = helper(_("Join"))

    def clean(self) -> dict[str, Any]:
        """Check the password against the rules for passwords."""
        values = super().clean() or {}
        if "password" in values:
            try:
                validate_password(values["password"], User(email=self.email, name=values.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return values


class CentreForm(forms.Form):
    """A centre's master data; ``revision`` says what the person saw when the form was opened.

    Not a ModelForm: that would write into the centre before the service accepted anything.
    """

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=200)
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    country = CountryField()
    industry = forms.ChoiceField(label=_("Industry"), choices=[("", "---------"), *Industry.choices])
    channels = forms.MultipleChoiceField(
        label=_("Channels"), choices=Channel.choices, widget=forms.CheckboxSelectMultiple
    )
    languages = LanguagesField(label=_("Languages"), max_length=1000, help_text=_("With commas between."))
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=MOST_SEATS)
    time_zone = TimeZoneField()
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, places: QuerySet[Organisation] | None = None, centre: Centre | None = None, **options: Any
    ) -> None:
        """Offer the organisations ``places`` to a new centre; an existing one stays where it is."""
        super().__init__(*args, **options)
        self.initial = model_to_dict(centre) if centre else {}
        if places is None:
            del self.fields["organisation"]
        else:
            self.fields["organisation"].queryset = places  # type: ignore[attr-defined] # a ModelChoiceField
            del self.fields["revision"]
        self.helper = helper(_("Save centre"), *(Field(name) for name in self.fields))

    def facts(self) -> CentreFacts:
        """Return what was filled in, for the service."""
        names = CentreFacts.__dataclass_fields__
        return CentreFacts(**{name: self.cleaned_data[name] for name in names})


class CentreFilterForm(forms.Form):
    """What a list of centres may be narrowed and sorted by; anything else in the address is ignored."""

    q = forms.CharField(
        label=_("Search"), max_length=100, required=False, widget=forms.SearchInput({"class": "form-control"})
    )
    industry = forms.ChoiceField(
        label=_("Industry"),
        required=False,
        widget=SELECT,
        choices=[("", _("All industries")), *Industry.choices],
    )
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        widget=SELECT,
        choices=[
            ("name", _("Name, A to Z")),
            ("-name", _("Name, Z to A")),
            ("organisation", _("Organisation")),
            ("industry", _("Industry")),
            ("-seats", _("Most seats first")),
            ("-created", _("Newest first")),
        ],
    )

    def choices_made(self) -> dict[str, str]:
        """Return the arguments for ``centres_found``; what was not valid falls back to showing everything."""
        self.is_valid()
        values = self.cleaned_data
        sort = values.get("sort") or "name"
        return {"text": values.get("q", ""), "industry": values.get("industry", ""), "sort": sort}
