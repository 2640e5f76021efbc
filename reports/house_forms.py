"""The form in which an organisation says how its documents look: colours, mark, words, order. No HTML anywhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Column, Fieldset, Layout, Row
from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.house import MOVABLE, TEXTS, House, readable
from reports.pdf.logo import LogoRefusedError, logo_of

if TYPE_CHECKING:
    from reports.models import HouseStyle

MOST_BYTES = 5 * 1024 * 1024
LENGTHS = {"title": 90, "foreword": 6000, "legal": 3000, "distribution": 1000}
SECTIONS = {
    "market": _("Against the market"),
    "findings": _("Findings"),
    "samples": _("Samples and their reach"),
    "criteria": _("All criteria"),
    "evidence": _("Evidence register"),
    "measurements": _("Measurements"),
}
LABELS = {
    "title": _("Title on the cover"),
    "foreword": _("Foreword"),
    "legal": _("Legal notice"),
    "distribution": _("Distribution, a line each"),
}
_colour = RegexValidator(r"\A#[0-9a-f]{6}\Z", _("A colour such as #10302f."))


class HouseForm(forms.Form):
    """Everything that may be chosen. What must be in a report can be moved within bounds and not left out."""

    plate = forms.CharField(label=_("Colour of the cover"), validators=[_colour])
    accent = forms.CharField(label=_("Second colour"), validators=[_colour])
    logo = forms.FileField(
        label=_("Mark (PNG, JPEG or WebP)"), required=False, help_text=_("At most 5 MB and 40 megapixels.")
    )
    no_logo = forms.BooleanField(label=_("Without a mark"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, style: HouseStyle | None = None) -> None:
        """Begin with the version that is worn now."""
        house = House.restored(style.content) if style else House()
        first: dict[str, Any] = {"plate": house.plate, "accent": house.accent}
        super().__init__(data, files, initial=first)
        self._logo = bytes(style.logo) if style else b""
        for name in ("plate", "accent"):
            self.fields[name].widget = forms.TextInput(attrs={"type": "color", "class": "form-control-color"})
        places = [(str(place), str(place)) for place in range(1, len(MOVABLE) + 1)]
        for place, section in enumerate(house.order, 1):
            field = forms.ChoiceField(label=SECTIONS[section], choices=places, initial=str(place))
            self.fields[f"place_{section}"] = field
        groups = [self._texts(code, str(name), house) for code, name in settings.LANGUAGES]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Fieldset(gettext("Colours and mark"), Row(Column("plate"), Column("accent")), "logo", "no_logo"),
            Fieldset(
                gettext("Order of the sections"),
                HTML(f'<p class="ts-muted">{gettext("The other sections stand where they belong.")}</p>'),
                Row(*(Column(f"place_{section}", css_class="col-6 col-md-4") for section in house.order)),
            ),
            *groups,
        )

    def _texts(self, code: str, name: str, house: House) -> Fieldset:
        """Add the words of one language."""
        for text in TEXTS:
            widget = forms.TextInput() if text == "title" else forms.Textarea(attrs={"rows": 3})
            said = house.texts.get(code, {}).get(text, "")
            self.fields[f"{text}_{code}"] = forms.CharField(
                label=LABELS[text], required=False, max_length=LENGTHS[text], widget=widget, initial=said
            )
            self.fields[f"{text}_{code}"].widget.attrs["lang"] = code
        return Fieldset(name, *(f"{text}_{code}" for text in TEXTS))

    def clean_plate(self) -> str:
        """Refuse a colour on which the cover's words could not be read."""
        plate: str = self.cleaned_data["plate"]
        if not readable(plate=plate):
            raise forms.ValidationError(gettext("White words on this colour cannot be read well. Take a darker one."))
        return plate

    def clean_accent(self) -> str:
        """Refuse a colour that cannot be read on paper."""
        accent: str = self.cleaned_data["accent"]
        if not readable(accent=accent):
            raise forms.ValidationError(
                gettext("On paper, words of this colour cannot be read well. Take a darker one.")
            )
        return accent

    def clean_logo(self) -> bytes:
        """Return the mark encoded anew, or the one that was there."""
        sent = self.cleaned_data["logo"]
        if not sent:
            return self._logo
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(gettext("The picture is larger than 5 MB."))
        try:
            return logo_of(sent.read())
        except LogoRefusedError as error:
            words = {"too_many_pixels": gettext("The picture has more than 40 megapixels. Make it smaller.")}
            other = gettext("This is no PNG, JPEG or WebP picture that can be read.")
            raise forms.ValidationError(words.get(error.code, other)) from error

    def clean(self) -> dict[str, Any]:
        """Refuse an order in which two sections have the same place."""
        cleaned = super().clean() or {}
        places = [cleaned.get(f"place_{section}") for section in MOVABLE]
        if None not in places and len(set(places)) < len(places):
            self.add_error(None, gettext("Two sections have the same place. Give each its own."))
        return cleaned

    @property
    def house(self) -> House:
        """Return what was chosen; the form is valid."""
        said = self.cleaned_data
        order = sorted(MOVABLE, key=lambda section: int(said[f"place_{section}"]))
        texts = {
            code: {text: said[f"{text}_{code}"].strip() for text in TEXTS if said[f"{text}_{code}"].strip()}
            for code, _name in settings.LANGUAGES
        }
        return House(
            plate=said["plate"],
            accent=said["accent"],
            order=tuple(order),
            texts={code: own for code, own in texts.items() if own},
            logo_sha256=hashlib.sha256(self.mark).hexdigest() if self.mark else "",
        )

    @property
    def mark(self) -> bytes:
        """Return the mark as PNG; empty without one."""
        return b"" if self.cleaned_data["no_logo"] else self.cleaned_data["logo"]
