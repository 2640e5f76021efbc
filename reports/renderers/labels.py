"""Codes put into words, in whatever language is active. An unknown code is shown as it is, never hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import dateformat, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.countries import country_names, country_words
from accounts.models import Channel, Industry
from audits.engagements import AgendaMode, MeetingKind, Readiness
from audits.models import (
    AuditKind,
    AuditPurpose,
    AuditStatus,
    CertificateStatus,
    EvidenceKind,
    FindingKind,
    FindingState,
    TeamRole,
)
from audits.samples import SampleMethod

if TYPE_CHECKING:
    from datetime import datetime

_CHOICES = {
    "channel": Channel,
    "industry": Industry,
    "agenda_mode": AgendaMode,
    "audit_kind": AuditKind,
    "audit_purpose": AuditPurpose,
    "finding_state": FindingState,
    "meeting_kind": MeetingKind,
    "readiness": Readiness,
    "sample_method": SampleMethod,
    "audit_status": AuditStatus,
    "certificate_status": CertificateStatus,
    "evidence_kind": EvidenceKind,
    "finding_kind": FindingKind,
    "team_role": TeamRole,
}


def label(family: str, code: str) -> str:
    """Return the words for a stored choice."""
    choices = dict(_CHOICES[family].choices)
    return str(choices.get(code, code))


def numeral(place: int) -> str:
    """Return the Roman numeral by which a tier is named in narrow places; the lowest tier has place 1."""
    signs = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, sign in signs:
        text += sign * (place // value)
        place %= value
    return text


def state_words(state: str) -> str:
    """Return the words for the state of a gate."""
    return {"met": _("met"), "not_met": _("not met"), "open": _("open")}.get(state, state)


def attained_words(attained: bool | None) -> str:
    """Return the words for the state of a tier."""
    return {True: _("Attained"), False: _("Not attained"), None: _("Open")}[attained]


def route_words(route: str) -> str:
    """Return the words for a decision route."""
    words = {
        "file_review": _("File review"),
        "panel": _("Panel"),
        "panel_and_defence": _("Panel with defence"),
    }
    return words.get(route, plain(route))


def place_words(city: str, country: str) -> str:
    """Return where something is, ``Leeds, United Kingdom``; a city that is its country stands once."""
    names = {name.casefold() for name in country_names().get(country, [])}
    return ", ".join(filter(None, ("" if city.strip().casefold() in names else city, country_words(country))))


def address_lines(address: str, country: str) -> list[str]:
    """Return an address with its country once, at the end and in the active language, however it was typed."""
    names = {name.casefold() for name in country_names().get(country, [country])}
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    if lines:
        before, _comma, last = lines[-1].rpartition(",")
        if last.strip().casefold() in names:
            lines[-1:] = [before.strip()] if before.strip() else []
    return [*lines, country_words(country)]


def language_words(code: str) -> str:
    """Return a language by its own name where it is one of ours."""
    return {"en": "English", "zh-hans": "简体中文", "zh-hant": "繁體中文"}.get(code, code)


def unit_words(unit: str) -> str:
    """Return a unit as it stands behind a number."""
    words = {"percent": "%", "seconds": "s", "pts": _("points"), "minutes": "min", "hours": "h", "ratio": ""}
    return words.get(unit, plain(unit))


def day_format() -> str:
    """Return the active language's way to write a day, as a format of Django: ``7 Nov 2025`` or ``2025年11月7日``."""
    return "Y年n月j日" if (get_language() or "").startswith("zh") else "j M Y"


def day_words(at: datetime) -> str:
    """Return the day of a moment in the active time zone, as the active language writes it."""
    return dateformat.format(timezone.localtime(at), day_format())


def plain(code: str) -> str:
    """Return a code as something readable."""
    return code.replace("_", " ")
