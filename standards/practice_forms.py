"""What people type about a best practice: proposing, judging, consent, adopting. Plain text only, as in an edition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Industry, Organisation, User
from standards.editions.reader import HTML, MAX_TEXT
from standards.editions.source import FORBIDDEN
from standards.judging import QUESTIONS
from standards.library import LANGUAGES
from standards.models import Edition, EditionStatus
from standards.practice_files import DATE, LONGEST_FIGURE, LONGEST_NAME, SOURCE, URL
from standards.practice_words import QUESTIONS as QUESTION_WORDS
from standards.practices import PracticeConsent
from standards.services.practices import PracticeContent
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.forms import BoundField
    from django.utils.functional import _StrPromise

    from standards.practices import Practice

    Words = str | _StrPromise

LANGUAGE_NAMES = {"en": "English", "zh-hans": "简体中文", "zh-hant": "繁體中文"}
SEPARATORS = re.compile(r"[\s,，、;；]+")
FIGURES = 3
MOST_REFERENCES = 20
LONGEST_REFERENCE = 500
LONGEST_PLACES = 400
LONGEST_KEY = 18  # digits that fit the database's largest number
GROUPS: dict[str, tuple[Words, Words, int]] = {
    "title": (_("Title"), _("What it is, in one line."), 2),
    "summary": (_("Summary"), _("What others can take from it."), 3),
    "done": (_("What was done"), _("Step by step, so that others can do it too."), 5),
    "changed": (_("What changed"), _("For customers, people, results; figures go below."), 4),
}
CITATION: dict[str, Words] = {
    "author": _("Author"),
    "title": _("Title of the source"),
    "publisher": _("Publisher"),
    "date": _("Date or year"),
    "page": _("Page"),
    "url": _("Address on the web"),
}


class PlainField(forms.CharField):
    """Plain text of several lines: no HTML, no control characters, no marks that turn the reading direction."""

    def __init__(self, *, rows: int = 3, language: str = "", **options: Any) -> None:
        """Set length and widget."""
        attributes = {"rows": rows, "dir": "auto", **({"lang": language} if language else {})}
        super().__init__(**{"max_length": MAX_TEXT, "widget": forms.Textarea(attributes), **options})

    def to_python(self, value: Any) -> str:
        """Return the text with plain line ends and without tabs."""
        found: str = super().to_python(value) or ""
        return found.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()

    def validate(self, value: str) -> None:
        """Refuse what an edition would refuse, with the same reasons."""
        super().validate(value)
        if HTML.search(value):
            raise ValidationError(_("contains HTML; write plain text"))
        if found := FORBIDDEN.search(value.replace("\n", " ")):
            raise ValidationError(
                _("contains the control character %(sign)s"), params={"sign": f"U+{ord(found[0]):04X}"}
            )


def line_field(label: Words, longest: int, **options: Any) -> PlainField:
    """Return a field for plain text in one line."""
    widget = forms.TextInput({"dir": "auto"})
    return PlainField(**{"label": label, "max_length": longest, "widget": widget, "required": False, **options})


class EditionField(forms.ModelChoiceField):
    """An edition; a number that no database could hold is a choice that does not exist, not a failure."""

    def to_python(self, value: Any) -> Any:
        """Refuse what is no key before it reaches the database."""
        if value and not isinstance(value, Edition) and not (str(value).isascii() and str(value).isdigit()):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": "?"})
        if len(str(value or "")) > LONGEST_KEY:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": "?"})
        return super().to_python(value)

    def label_from_instance(self, obj: Any) -> str:
        """Show title and version."""
        return f"{text(obj.title)} {obj.version}"


class TextGroupsForm(forms.Form):
    """Base: texts in several languages, in fields called ``title__en``."""

    languages: Sequence[str] = LANGUAGES

    def add_texts(self, name: str, label: Words, rows: int, texts: Mapping[str, str]) -> None:
        """Add one text in all languages."""
        for language in self.languages:
            self.fields[f"{name}__{language}"] = PlainField(label=label, rows=rows, language=language, required=False)
            self.initial[f"{name}__{language}"] = texts.get(language, "")

    def texts(self, name: str) -> dict[str, str]:
        """Return what was typed, by language."""
        typed = {language: self.cleaned_data.get(f"{name}__{language}", "") for language in self.languages}
        return {language: words for language, words in typed.items() if words}


class PracticeForm(TextGroupsForm):
    """A proposed practice. With ``given`` its origin is fixed: an audit knows organisation, edition and criterion."""

    def __init__(
        self,
        *args: Any,
        user: User,
        practice: Practice | None = None,
        given: PracticeContent | None = None,
        **options: Any,
    ) -> None:
        """Offer what this person may choose; ``practice`` is one that is being changed."""
        super().__init__(*args, **options)
        self.practice, self.given, self.user = practice, given, user
        shown: Any = practice or given
        for name, (label, help_text, rows) in GROUPS.items():
            self.add_texts(name, label, rows, getattr(shown, name) if shown else {})
            for language in self.languages:
                self.fields[f"{name}__{language}"].help_text = help_text
        self._add_figures(shown.figures if shown else ())
        self._add_place(shown)
        if given is None and practice is None:
            self._add_origin()
        self.fields["anonymous"] = forms.BooleanField(label=_("Do not publish the organisation's name"), required=False)
        self.initial["anonymous"] = bool(shown and shown.anonymous)
        self.fields["evidence"] = PlainField(
            label=_("Evidence"),
            help_text=_("One reference on each line: a document, a file and where it is kept, a link. Not published."),
            rows=4,
            required=False,
            max_length=MOST_REFERENCES * LONGEST_REFERENCE,
        )
        self.initial["evidence"] = "\n".join(shown.evidence) if shown else ""
        for name, label in CITATION.items():
            self.fields[f"citation_{name}"] = line_field(label, SOURCE[name])
            self.initial[f"citation_{name}"] = shown.citation.get(name, "") if shown else ""

    def _add_figures(self, stored: Sequence[Mapping[str, Any]]) -> None:
        labels = {"measure": _("What is measured"), "before": _("Before"), "after": _("After"), "period": _("Period")}
        for number in range(max(FIGURES, len(stored))):
            row = stored[number] if number < len(stored) else {}
            for name, label in labels.items():
                longest = LONGEST_NAME if name == "measure" else LONGEST_FIGURE
                self.fields[f"figure_{number}_{name}"] = line_field(label, longest)
                value = row.get(name, "")
                self.initial[f"figure_{number}_{name}"] = text(value) if isinstance(value, dict) else value
        self.stored_figures = list(stored)

    def _add_place(self, shown: Any) -> None:
        editions = Edition.objects.visible_to(self.user).exclude(status=EditionStatus.WITHDRAWN).defer("document")
        if self.given is not None and self.given.edition is not None:
            editions = editions.filter(pk=self.given.edition.pk)
        elif self.practice is not None:
            editions = editions.filter(code=self.practice.standard.code)
        self.fields["edition"] = EditionField(
            editions, label=_("Edition"), help_text=_("The practice is proposed for the edition that comes after it.")
        )
        self.fields["places"] = line_field(
            _("Clauses and criteria"), LONGEST_PLACES, help_text=_("Their codes, with commas between.")
        )
        self.initial["edition"] = editions.filter(status=EditionStatus.PUBLISHED).first()
        industries = [("", _("Any industry")), *Industry.choices]
        self.fields["industry"] = forms.ChoiceField(label=_("Industry"), choices=industries, required=False)
        if isinstance(shown, PracticeContent):
            self.initial.update(edition=shown.edition, places=", ".join(shown.places), industry=shown.industry)
        elif shown is not None:
            codes = [place.code for place in shown.places.all()]
            named = editions.filter(version=shown.edition_version).first()
            self.initial.update(
                edition=named or self.initial["edition"], places=", ".join(codes), industry=shown.industry
            )

    def _add_origin(self) -> None:
        own = Organisation.objects.filter(pk__in=self.user.organisations_as())
        self.fields["organisation"] = forms.ChoiceField(
            label=_("Your organisation"),
            choices=[("", _("another one, named beside")), *((str(each.pk), each.name) for each in own)],
            required=False,
        )
        self.initial["organisation"] = next((str(each.pk) for each in own), "")
        self.fields["organisation_name"] = line_field(
            _("Another organisation"), LONGEST_NAME, help_text=_("Where the practice comes from.")
        )
        self.fields["consent"] = forms.ChoiceField(
            label=_("Does it agree to publication?"),
            choices=[
                (PracticeConsent.ASKED, _("It is still to be asked")),
                (PracticeConsent.GIVEN, _("Yes; the note says who agreed, and how")),
                (PracticeConsent.PUBLISHED, _("It is published already; the source is cited below")),
            ],
            widget=forms.RadioSelect,
            initial=PracticeConsent.ASKED,
        )
        self.fields["consent_note"] = PlainField(label=_("Note on the consent"), rows=2, required=False)

    def groups(self) -> Iterator[tuple[str, str, list[BoundField]]]:
        """Yield (language, its name, its four texts), the reader's language first."""
        reader = (get_language() or "").lower()
        for language in sorted(self.languages, key=lambda each: each != reader):
            yield language, LANGUAGE_NAMES[language], [self[f"{name}__{language}"] for name in GROUPS]

    def figure_rows(self) -> list[list[BoundField]]:
        """Return the fields of each row of figures."""
        count = max(FIGURES, len(self.stored_figures))
        names = ("measure", "before", "after", "period")
        return [[self[f"figure_{number}_{name}"] for name in names] for number in range(count)]

    def citation_fields(self) -> list[BoundField]:
        """Return the fields of the citation."""
        return [self[f"citation_{name}"] for name in CITATION]

    def clean_evidence(self) -> list[str]:
        """Return the lines; too many or too long ones are refused."""
        lines = [line.strip() for line in self.cleaned_data["evidence"].split("\n") if line.strip()]
        if len(lines) > MOST_REFERENCES or any(len(line) > LONGEST_REFERENCE for line in lines):
            raise ValidationError(
                _("At most %(most)s lines of %(longest)s characters."),
                params={"most": MOST_REFERENCES, "longest": LONGEST_REFERENCE},
            )
        return lines

    def clean_places(self) -> list[str]:
        """Return the codes."""
        return [code for code in SEPARATORS.split(self.cleaned_data["places"]) if code]

    def clean_citation_date(self) -> str:
        """Refuse what is no date."""
        value: str = self.cleaned_data["citation_date"]
        if value and not DATE.fullmatch(value):
            raise ValidationError(_("Give a date such as 2015-06-09, or a year."))
        return value

    def clean_citation_url(self) -> str:
        """Refuse what is no address."""
        value: str = self.cleaned_data["citation_url"]
        if value and not URL.fullmatch(value):
            raise ValidationError(_("Give an address that begins with https:// or http://."))
        return value

    def clean(self) -> dict[str, Any]:
        """Check that one language is complete, figures are rows, the origin is said once."""
        cleaned = super().clean() or {}
        needed = ("title", "summary", "done")
        if not any(all(cleaned.get(f"{name}__{each}") for name in needed) for each in self.languages):
            self.add_error(None, gettext("Give title, summary and what was done in one language at least."))
        for number, _row in enumerate(self.figure_rows()):
            row = {
                name: cleaned.get(f"figure_{number}_{name}", "") for name in ("measure", "before", "after", "period")
            }
            if any(row.values()) and not all(row.values()):
                empty = next(name for name, value in row.items() if not value)
                self.add_error(
                    f"figure_{number}_{empty}", gettext("A figure needs its measure, before, after and the period.")
                )
        if "organisation" in self.fields and not cleaned.get("organisation") and not cleaned.get("organisation_name"):
            message = gettext("Say which organisation it comes from. Its name is not published if you wish so.")
            self.add_error("organisation_name", message)
        return cleaned

    def content(self) -> PracticeContent:
        """Return what was typed; the form is valid."""
        typed = self.cleaned_data
        texts = {name: self.texts(name) for name in GROUPS}
        organisation, name = self._origin()
        citation = {name: typed[f"citation_{name}"] for name in CITATION if typed[f"citation_{name}"]}
        return PracticeContent(
            **texts,
            figures=self._figures(next(iter(texts["title"]), "en")),
            evidence=typed["evidence"],
            industry=typed["industry"],
            edition=Edition.objects.get(pk=typed["edition"].pk),
            places=typed["places"],
            organisation=organisation,
            organisation_name=name,
            anonymous=typed["anonymous"],
            citation=citation,
        )

    def _origin(self) -> tuple[Organisation | None, str]:
        if self.given is not None:
            return self.given.organisation, self.given.organisation_name
        if self.practice is not None:
            return self.practice.organisation, self.practice.organisation_name
        chosen = self.cleaned_data["organisation"]
        if chosen:
            return Organisation.objects.get(pk=chosen), ""
        return None, self.cleaned_data["organisation_name"]

    def _figures(self, language: str) -> list[dict[str, Any]]:
        """Return the rows; a measure that was not touched keeps its other languages."""
        found = []
        for number, _row in enumerate(self.figure_rows()):
            row = {
                name: self.cleaned_data[f"figure_{number}_{name}"] for name in ("measure", "before", "after", "period")
            }
            if not row["measure"]:
                continue
            stored = self.stored_figures[number]["measure"] if number < len(self.stored_figures) else {}
            found.append({**row, "measure": stored if text(stored) == row["measure"] else {language: row["measure"]}})
        return found


class JudgeForm(forms.Form):
    """The three questions, each with yes or no and a reason; ``revision`` is that of the text before the judge."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**9)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Add the questions."""
        super().__init__(*args, **options)
        for question in QUESTIONS:
            words = QUESTION_WORDS[question]
            self.fields[question] = forms.ChoiceField(
                label=words.label,
                help_text=words.asks,
                choices=[("yes", _("Yes")), ("no", _("No"))],
                widget=forms.RadioSelect,
            )
            self.fields[f"{question}_reason"] = PlainField(label=_("Reason"), rows=3)

    def questions(self) -> Iterator[tuple[BoundField, BoundField]]:
        """Yield (answer, reason) of each question."""
        for question in QUESTIONS:
            yield self[question], self[f"{question}_reason"]

    def answers(self) -> dict[str, tuple[bool, str]]:
        """Return what was said."""
        typed = self.cleaned_data
        return {question: (typed[question] == "yes", typed[f"{question}_reason"]) for question in QUESTIONS}


class PracticeStepForm(forms.Form):
    """A step in the life of a practice, with its reason where it needs one."""

    reason = PlainField(label=_("Reason"), rows=4)

    def __init__(self, *args: Any, needs_reason: bool, **options: Any) -> None:
        """Leave the reason out where none is asked for."""
        super().__init__(*args, **options)
        if not needs_reason:
            del self.fields["reason"]


class ConsentForm(forms.Form):
    """What the organisation answered."""

    given = forms.ChoiceField(
        label=_("May it be published?"),
        choices=[("yes", _("Yes, in the public library")), ("no", _("No, it stays inside"))],
        widget=forms.RadioSelect,
    )
    note = PlainField(label=_("Who said so, when and how"), rows=3)


class AdoptForm(TextGroupsForm):
    """Base of both ways into a draft: what the draft's languages are, and why."""

    def __init__(self, *args: Any, practice: Practice, document: Mapping[str, Any], **options: Any) -> None:
        """Suggest the words of the practice."""
        super().__init__(*args, **{"auto_id": f"{self.manner}-%s", **options})
        self.languages = tuple(document["languages"])
        self.practice, self.document = practice, document
        self.make()
        self.add_texts("reason", _("Why it is taken in"), 2, self._suggested())
        for name in (*(name for name, _label in self.names), "reason"):
            for language in self.languages:
                self.fields[f"{name}__{language}"].label = LANGUAGE_NAMES.get(language, language)

    manner = ""
    names: tuple[tuple[str, Words], ...] = ()

    def make(self) -> None:
        """Add the fields."""
        raise NotImplementedError

    def text_groups(self) -> list[tuple[Words, list[BoundField]]]:
        """Return (label, fields by language) of the texts."""
        groups = (*self.names, ("reason", _("Why it is taken in")))
        return [(label, [self[f"{name}__{language}"] for language in self.languages]) for name, label in groups]

    def _suggested(self) -> dict[str, str]:
        found = {}
        for language in self.languages:
            if self.practice.title.get(language):
                with translation.override(language):
                    found[language] = gettext("From a best practice: %(title)s") % {
                        "title": self.practice.title[language]
                    }
        return found


class AdoptCriterionForm(AdoptForm):
    """A criterion of its own in a clause."""

    manner = "criterion"
    names = (("title", _("Title")), ("requirement", _("Requirement")))

    def make(self) -> None:
        """Offer the clauses."""
        choices = [
            (f"{block['code']} {text(block['title'])}", [(each["code"], _named(each)) for each in block["clauses"]])
            for block in self.document["blocks"]
        ]
        self.fields["clause"] = forms.ChoiceField(label=_("Clause"), choices=choices)
        places = self.practice.places.all()
        self.initial["clause"] = places[0].clause if places else ""
        self.add_texts("title", _("Title"), 2, self.practice.title)
        self.add_texts("requirement", _("Requirement"), 4, self.practice.summary)


class AdoptGuidanceForm(AdoptForm):
    """Words that are added to a criterion's guidance."""

    manner = "guidance"
    names = (("words", _("Words that are added")),)

    def make(self) -> None:
        """Offer the criteria."""
        choices = [
            (_named(clause), [(each["code"], _named(each)) for each in clause["criteria"]])
            for block in self.document["blocks"]
            for clause in block["clauses"]
        ]
        self.fields["criterion"] = forms.ChoiceField(label=_("Criterion"), choices=choices)
        places = self.practice.places.all()
        self.initial["criterion"] = places[0].code if places else ""
        self.fields["place"] = forms.ChoiceField(
            label=_("Added to"),
            choices=[("look_at", _("What to look at")), ("evidence", _("Expected evidence"))],
            widget=forms.RadioSelect,
            initial="look_at",
        )
        self.add_texts("words", _("Words that are added"), 4, self.practice.summary)

    def clean(self) -> dict[str, Any]:
        """Ask for every language of the edition: what is added to a text would be missing without a trace."""
        cleaned = super().clean() or {}
        for language in self.languages:
            if not cleaned.get(f"words__{language}") and f"words__{language}" not in self.errors:
                self.add_error(f"words__{language}", gettext("Needed: the edition declares this language as complete."))
        return cleaned


def _named(part: Mapping[str, Any]) -> str:
    return f"{part['code']} {text(part['title'])}"
