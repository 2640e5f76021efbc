"""What people type into a draft. What it means is checked by the reader of edition files, not here.

A ``PartForm`` is made of a part of the document (``editions/parts.py``) and gives a part back. Texts stand in groups
with one field per language, called ``title__en`` or ``anchors_3__zh-hans``, so that faults find their field by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import LANGUAGES as NAMED_LANGUAGES
from standards.drafts import LANGUAGES
from standards.editions.content import KINDS
from standards.editions.lineage import MEANINGS
from standards.editions.source import MAX_BYTES
from standards.fault_words import fault_words
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.forms import BoundField
    from django.utils.functional import _StrPromise

    from standards.editions import Fault
    from standards.models import Edition

    Words = str | _StrPromise

LANGUAGE_NAMES = dict(NAMED_LANGUAGES)
SEPARATORS = re.compile(r"[,，、;；\n]")
BLANK_ITEMS = 3
MOST_ITEMS = 200
MEGABYTE = 1024 * 1024
LONGEST_FIELD = 20_000
LONGEST_REASON = 4000
LONGEST_SECTION = 400_000
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")


class WordsField(forms.CharField):
    """Codes or words with commas between, of Latin or Chinese script; a repeated word stays, for the reader to see."""

    def __init__(self, **options: Any) -> None:
        """Set a length that no list of codes reaches."""
        super().__init__(required=False, max_length=LONGEST_FIELD, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as text."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Split at the separators."""
        parts = (" ".join(part.split()) for part in SEPARATORS.split(super().clean(value)))
        return [part for part in parts if part]


class NumberField(forms.CharField):
    """A number as the reader of files knows it; what is none stays text, and the reader says so."""

    def __init__(self, **options: Any) -> None:
        """Let phones offer digits."""
        widget = forms.TextInput({"inputmode": "decimal", "class": "form-control ts-short"})
        super().__init__(max_length=40, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """Return an exact number where it is one."""
        text = super().clean(value)
        try:
            return Decimal(text) if NUMBER.fullmatch(text) else text
        except InvalidOperation:
            return text


@dataclass(frozen=True)
class Group:
    """Texts in all languages under one heading. ``note`` says what belongs here."""

    name: str
    label: Words
    note: Words = ""
    rows: int = 3


@dataclass(frozen=True)
class Cell:
    """One field of a group; ``theirs`` is what somebody else stored meanwhile, None where nothing differs."""

    language: str
    language_name: str
    bound: BoundField
    theirs: str | None


class PartForm(forms.Form):
    """Base: makes fields of groups, reads them back, gives faults their place, shows what somebody else stored."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self,
        *args: Any,
        part: Mapping[str, Any],
        languages: Sequence[str] = LANGUAGES,
        prefixes: Sequence[str] = ("",),
        **options: Any,
    ) -> None:
        """Make the fields of a part; ``prefixes`` are how faults of this part begin, such as ``A1.1 ``."""
        super().__init__(*args, **options)
        self.given = part
        self.languages = tuple(dict.fromkeys([*LANGUAGES, *languages]))
        self.prefixes = prefixes
        self.theirs: dict[str, str] = {}
        self.groups: list[Group] = []
        self.make()
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", _css(field))
            field.widget.attrs["aria-describedby"] = f"fault-{name}"

    def make(self) -> None:
        """Add the fields, with initial values."""
        raise NotImplementedError

    def part(self) -> dict[str, Any]:
        """Return the part as typed; the form is valid."""
        raise NotImplementedError

    def add_group(self, group: Group, texts: Mapping[str, str]) -> None:
        """Add one text in all languages."""
        self.groups.append(group)
        for language in self.languages:
            name = f"{group.name}__{language}"
            widget = forms.Textarea({"rows": group.rows, "lang": language, "class": "form-control ts-words"})
            self.fields[name] = forms.CharField(
                label=LANGUAGE_NAMES.get(language, language), required=False, max_length=LONGEST_FIELD, widget=widget
            )
            self.initial[name] = texts.get(language, "")

    def texts(self, name: str, given: Mapping[str, str]) -> dict[str, str]:
        """Return a group's texts as typed; languages that are not shown stay as they were."""
        kept = {language: words for language, words in given.items() if language not in self.languages}
        typed = {each: self.cleaned_data[f"{name}__{each}"].replace("\r\n", "\n") for each in self.languages}
        return {**kept, **{language: words for language, words in typed.items() if words.strip()}}

    def rows(self) -> Iterable[tuple[Group, list[Cell]]]:
        """Return the groups with their fields, for the page."""
        for group in self.groups:
            cells = []
            for language in self.languages:
                name = f"{group.name}__{language}"
                label = LANGUAGE_NAMES.get(language, language)
                cells.append(Cell(language, label, self[name], self.theirs.get(name)))
            yield group, cells

    def singles(self) -> list[tuple[BoundField, str | None]]:
        """Return the other visible fields, each with what somebody else stored."""
        grouped = {f"{group.name}__{language}" for group in self.groups for language in self.languages}
        return [(bound, self.theirs.get(bound.name)) for bound in self.visible_fields() if bound.name not in grouped]

    def place(self, where: str) -> str | None:
        """Return the name of the field that a fault is about, None where it is about several."""
        for prefix in self.prefixes:
            if where == prefix.strip() or where.startswith(prefix):
                words = where.removeprefix(prefix).split() if where.startswith(prefix) else []
                names = ["__".join(["_".join(words[:-1]), words[-1]]), "_".join(words)] if words else []
                start = prefix.split()[0] if prefix.startswith("lineage ") else ""
                for name in (*(f"{start}_{each}" for each in names if start), *names, *self.aliases(words)):
                    if name in self.fields:
                        return name
        return None

    def aliases(self, _words: list[str]) -> Sequence[str]:
        """Return names to try for faults that are not called like a field."""
        return ()

    def add_faults(self, own: Iterable[Fault], others: Iterable[Fault] = ()) -> None:
        """Show faults of this part at their fields, and those that the rest of the edition would have, above."""
        for fault in own:
            name = self.place(fault.where)
            words = fault_words(fault.what)
            self.add_error(name, words if name else f"{fault.where}: {words}")
        for fault in others:
            self.add_error(
                None, f"{fault.where}: {fault_words(fault.what)}" if fault.where else fault_words(fault.what)
            )

    def show_theirs(self, stored: PartForm) -> None:
        """Remember what is stored now wherever it differs from what was typed."""
        typed = self.cleaned_data
        for name, field in self.fields.items():
            if name == "seen" or name not in stored.fields:
                continue
            value = stored.initial.get(name)
            shown = stored.fields[name].prepare_value(value)
            mine = field.prepare_value(typed.get(name))
            if str(mine if mine is not None else "") != str(shown if shown is not None else ""):
                self.theirs[name] = _spoken(stored.fields[name], value)


class CriterionForm(PartForm):
    """One criterion: its texts in all languages, what it counts, when it is asked, where it comes from."""

    def __init__(self, *args: Any, document: Mapping[str, Any], kpis: Mapping[str, str], **options: Any) -> None:
        """Know what the edition declares: tiers, facts, schemes, scale."""
        self.document, self.kpis = document, kpis
        code = options["part"]["code"]
        super().__init__(*args, prefixes=(f"{code} ", f"lineage {code} "), **options)

    def make(self) -> None:
        """Add texts first, then the anchors, then the rest."""
        part = self.given
        self.add_group(Group("title", _("Title"), rows=2), part["title"])
        self.add_group(
            Group("requirement", _("Requirement"), _("One thing that the centre shall do."), 5), part["requirement"]
        )
        self.add_group(
            Group("look_at", _("What to look at"), _("Guidance for the auditor; may be left out."), 6), part["look_at"]
        )
        for level, words in part["anchors"].items():
            label = _("Level %(level)s") % {"level": level}
            name = "" if part.get("scale") else _shown(self.document["scale"]["names"].get(level, {}), "")
            self.add_group(Group(f"anchors_{level}", label, name, 4), words)
        for number in range(self._items()):
            item = part["evidence"][number] if number < len(part["evidence"]) else {}
            self.add_group(
                Group(f"evidence_{number}", _("Expected evidence %(number)s") % {"number": number + 1}, rows=2), item
            )
        self._make_values(part)
        self._make_lineage(part.get("lineage"))

    def _items(self) -> int:
        """Return how many rows of evidence there are: what is stored with some blank ones, or what was sent."""
        sent = sum(name.startswith("evidence_") and name.endswith("__en") for name in self.data)
        return max(len(self.given["evidence"]) + BLANK_ITEMS, min(sent, MOST_ITEMS))

    def _make_values(self, part: Mapping[str, Any]) -> None:
        tiers = [(tier["code"], _shown(tier["title"], tier["code"])) for tier in self.document["tiers"]]
        lists = [
            (fact["code"], _shown(fact["title"], fact["code"]))
            for fact in self.document["facts"]
            if fact["type"] == "list"
        ]
        kinds = {"process": _("Process (judged)"), "result": _("Result (from data)")}
        condition = part["when"] or {}
        self.fields["weight"] = NumberField(label=_("Weight"))
        self.fields["tier"] = forms.ChoiceField(label=_("Applies from tier"), choices=tiers)
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), choices=[(kind, kinds[kind]) for kind in KINDS])
        self.fields["mandatory"] = forms.BooleanField(label=_("Mandatory"), required=False)
        self.fields["na_allowed"] = forms.BooleanField(label=_("N/A allowed with a reason"), required=False)
        self.fields["facets"] = WordsField(label=_("Judged by"), help_text=_("With commas between."))
        self.fields["when_fact"] = forms.ChoiceField(
            label=_("Asked only where"), choices=[("", _("always asked")), *lists], required=False
        )
        self.fields["when_includes"] = WordsField(label=_("… includes one of"), help_text=_("With commas between."))
        known = [(code, f"{name} ({code})") for code, name in self.kpis.items()]
        self.fields["kpis"] = forms.MultipleChoiceField(
            label=_("KPIs"), choices=known, required=False, widget=forms.CheckboxSelectMultiple
        )
        for name in ("weight", "tier", "kind", "mandatory", "na_allowed", "facets", "kpis"):
            self.initial[name] = part[name]
        self.initial.update({"when_fact": condition.get("fact", ""), "when_includes": condition.get("includes", [])})
        for scheme in self.document["schemes"]:
            name = f"crosswalk_{scheme['code']}"
            self.fields[name] = WordsField(
                label=_shown(scheme["title"], scheme["code"]), help_text=_("With commas between.")
            )
            self.initial[name] = part["crosswalk"].get(scheme["code"], [])

    def _make_lineage(self, origin: Any) -> None:
        meanings = {
            "same": _("the same: an answer given before still holds"),
            "changed": _("another: it has to be answered again"),
        }
        codes, meaning, practices, reason = _origin(origin)
        self.fields["lineage_from"] = WordsField(
            label=_("Carries on the criteria"),
            help_text=_("Codes of the edition before; its own code when left empty."),
        )
        self.fields["lineage_meaning"] = forms.ChoiceField(
            label=_("Its meaning is"),
            required=False,
            help_text=_("Where it is not said, a new wording has to be answered again."),
            choices=[
                ("", _("not said: a new wording has to be answered again")),
                *((each, meanings[each]) for each in MEANINGS),
            ],
        )
        self.fields["lineage_practices"] = WordsField(
            label=_("Comes from the best practices"), help_text=_("Their codes.")
        )
        self.initial.update({"lineage_from": codes, "lineage_meaning": meaning, "lineage_practices": practices})
        self.add_group(
            Group("lineage_reason", _("Why it changed"), _("Shown with the differences between the editions."), 2),
            reason,
        )

    def aliases(self, words: list[str]) -> Sequence[str]:
        """Place faults of the criterion as a whole, of a level, of its evidence."""
        if not words:
            return ("mandatory",)
        return {"evidence": ("evidence_0__en",), "lineage": ("lineage_from",), "when": ("when_includes",)}.get(
            words[0], ()
        )

    def part(self) -> dict[str, Any]:
        """Return the criterion as typed; what the form does not show stays as it was."""
        typed, given = self.cleaned_data, self.given
        anchors = {level: self.texts(f"anchors_{level}", words) for level, words in given["anchors"].items()}
        items = [
            self.texts(f"evidence_{number}", given["evidence"][number] if number < len(given["evidence"]) else {})
            for number in range(self._items())
        ]
        fact, includes = typed["when_fact"], typed["when_includes"]
        crosswalk = {scheme["code"]: typed[f"crosswalk_{scheme['code']}"] for scheme in self.document["schemes"]}
        return {
            **given,
            **{name: self.texts(name, given[name]) for name in ("title", "requirement", "look_at")},
            **{name: typed[name] for name in ("weight", "tier", "kind", "mandatory", "na_allowed", "facets")},
            "kpis": _in_order(typed["kpis"], given["kpis"]),
            "anchors": anchors,
            "evidence": [item for item in items if item],
            "when": {"fact": fact, "includes": includes} if fact or includes else None,
            "crosswalk": {
                scheme: words for scheme, words in crosswalk.items() if words or given["crosswalk"].get(scheme) == []
            },
            "lineage": self._lineage(given.get("lineage")),
        }

    def _lineage(self, origin: Any) -> Any:
        """Return the origin as typed; one that says the same stays as the file stated it."""
        typed = self.cleaned_data
        reason = self.texts("lineage_reason", _origin(origin)[3])
        now = (typed["lineage_from"], typed["lineage_meaning"], typed["lineage_practices"], reason)
        if now == _origin(origin):
            return origin
        stated = dict(zip(("from", "meaning", "practices", "reason"), now, strict=True))
        stated = {key: value for key, value in stated.items() if value}
        if set(stated) == {"from"}:
            return stated["from"]
        return stated or None


class HeadForm(PartForm):
    """Title, notice, which languages are complete, and the points of the blocks, which must add up."""

    def make(self) -> None:
        """Add the fields."""
        part = self.given
        self.add_group(Group("title", _("Title"), rows=2), part["title"])
        self.add_group(
            Group("notice", _("Notice"), _("What readers must know: whose wording this is."), 5), part["notice"]
        )
        choices = [(each, LANGUAGE_NAMES.get(each, each)) for each in dict.fromkeys([*LANGUAGES, *part["languages"]])]
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Complete languages"),
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("The edition can go to review when no text is missing in any of them."),
        )
        self.fields["points_total"] = NumberField(label=_("Points in all"))
        self.initial.update({"languages": part["languages"], "points_total": part["points_total"]})
        for code, points in part["points"].items():
            self.fields[f"points_{code}"] = NumberField(label=_("Points of block %(code)s") % {"code": code})
            self.initial[f"points_{code}"] = points

    def place(self, where: str) -> str | None:
        """Place faults of a block's points at the block, and of their sum at the total."""
        if where == "blocks":
            return "points_total"
        if where.endswith(" points"):
            return f"points_{where.removesuffix(' points')}"
        return super().place(where)

    def part(self) -> dict[str, Any]:
        """Return the head as typed."""
        typed = self.cleaned_data
        return {
            **{name: self.texts(name, self.given[name]) for name in ("title", "notice")},
            "languages": _in_order(typed["languages"], self.given["languages"]),
            "points_total": typed["points_total"],
            "points": {code: typed[f"points_{code}"] for code in self.given["points"]},
        }


class HeadingForm(PartForm):
    """Title and introduction of a block or a clause."""

    def make(self) -> None:
        """Add the fields."""
        self.add_group(Group("title", _("Title"), rows=2), self.given["title"])
        self.add_group(Group("intro", _("Introduction"), _("May be left out."), 6), self.given["intro"])

    def part(self) -> dict[str, Any]:
        """Return the part as typed."""
        return {**self.given, **{name: self.texts(name, self.given[name]) for name in ("title", "intro")}}


class SectionForm(forms.Form):
    """A section of the head as YAML."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    text = forms.CharField(
        label=_("Content (YAML)"),
        max_length=LONGEST_SECTION,
        strip=False,
        widget=forms.Textarea(
            {"rows": 26, "class": "form-control ts-yaml", "spellcheck": "false", "aria-describedby": "faults"}
        ),
    )


class NewCriterionForm(PartForm):
    """A criterion to begin with; everything else is written on its own page."""

    def __init__(self, *args: Any, document: Mapping[str, Any], clause: str, **options: Any) -> None:
        """Suggest the next free code of the clause."""
        self.document, self.clause = document, clause
        super().__init__(*args, part={}, **options)

    def make(self) -> None:
        """Add the fields."""
        tiers = [(tier["code"], _shown(tier["title"], tier["code"])) for tier in self.document["tiers"]]
        self.fields["code"] = forms.CharField(
            label=_("Code"), max_length=20, help_text=_("A code is never used again for another meaning.")
        )
        self.add_group(Group("title", _("Title"), rows=2), {})
        self.fields["tier"] = forms.ChoiceField(label=_("Applies from tier"), choices=tiers)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), choices=[("process", _("Process (judged)")), ("result", _("Result (from data)"))]
        )

    def place(self, where: str) -> str | None:
        """Place faults of the new criterion."""
        self.prefixes = (f"{self.cleaned_data.get('code', '')} ",)
        return super().place(where) or ("code" if where == self.clause else None)

    def aliases(self, words: list[str]) -> Sequence[str]:
        """Place faults of the criterion as a whole at its code."""
        return () if words else ("code",)

    def part(self) -> dict[str, Any]:
        """Return the criterion as the reader wants it, with every level there and empty."""
        scale = self.document["scale"]
        typed = self.cleaned_data
        return {
            "code": typed["code"],
            "title": self.texts("title", {}),
            "requirement": {},
            "look_at": {},
            "evidence": [],
            "anchors": {str(level): {} for level in range(scale["min"], scale["max"] + 1)},
            "kind": typed["kind"],
            "tier": typed["tier"],
            "crosswalk": {},
            "lineage": None,
        }


class CopyForm(forms.Form):
    """The version of a new draft."""

    version = forms.CharField(
        label=_("Version of the new edition"), max_length=30, help_text=_("For example next year's number.")
    )


class ImportForm(forms.Form):
    """An edition file that replaces the draft."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    file = forms.FileField(
        label=_("Edition file (YAML)"),
        widget=forms.ClearableFileInput({"accept": ".yaml,.yml", "class": "form-control"}),
        error_messages={"empty": _("The file is empty. Nothing was changed.")},
    )

    def clean_file(self) -> Any:
        """Refuse a file that is too large before any of it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            facts = {"size": round(file.size / MEGABYTE), "limit": MAX_BYTES // MEGABYTE}
            raise ValidationError(_("%(size)s MB is too large; the limit is %(limit)s MB"), params=facts)
        return file

    def content(self) -> bytes:
        """Return what was uploaded."""
        data: bytes = self.cleaned_data["file"].read(MAX_BYTES + 1)
        return data


class StepForm(forms.Form):
    """What a step in the life of an edition asks for."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 4, "class": "form-control"})
    )
    supersede = forms.MultipleChoiceField(
        label=_("Supersedes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("No new audit can be planned on a superseded edition. Audits under way on it go on."),
    )

    def __init__(self, *args: Any, needs_reason: bool, beside: Sequence[Edition], **options: Any) -> None:
        """Ask for a reason and for what is superseded only where the step has to do with it."""
        super().__init__(*args, **options)
        if not needs_reason:
            del self.fields["reason"]
        if beside:
            choices = [(str(each.pk), str(each.version)) for each in beside]
            self.fields["supersede"].choices = choices  # type: ignore[attr-defined] # a choice field
            self.initial["supersede"] = [value for value, _label in choices]
        else:
            del self.fields["supersede"]


def _in_order(typed: list[str], given: list[str]) -> list[str]:
    """Return what was ticked in the order in which the edition has it, new ones last."""
    return [each for each in given if each in typed] + [each for each in typed if each not in given]


def _css(field: forms.Field) -> str:
    if isinstance(field, (forms.BooleanField, forms.MultipleChoiceField)):
        return "form-check-input"
    return "form-select" if isinstance(field, forms.ChoiceField) else "form-control"


def _shown(texts: Mapping[str, str], code: str) -> str:
    """Return a title for a choice, in the reader's language."""
    return text(texts) or code


def _spoken(field: forms.Field, value: Any) -> str:
    """Return a stored value in words."""
    if isinstance(field, forms.BooleanField):
        return str(_("yes") if value else _("no"))
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.choices}  # type: ignore[union-attr,misc] # flat pairs
        parts = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(part), str(part)) for part in parts)
    return str(field.prepare_value(value) or "")


def _origin(origin: Any) -> tuple[list[str], str, list[str], dict[str, str]]:
    """Return (codes, meaning, practices, reason) of what a lineage states."""
    if isinstance(origin, dict):
        return origin.get("from", []), origin.get("meaning", ""), origin.get("practices", []), origin.get("reason", {})
    return (list(origin) if origin else []), "", [], {}
