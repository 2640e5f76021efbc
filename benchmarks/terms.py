"""The short codes of figures and measurements in words: units, statistics, markets, channels and variants. No Django.

The English words are message ids: pass ``gettext`` as ``translate`` for another language. A code that is not known,
such as an industry of a release of one's own, is said as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from benchmarks.kpis.definition import ABSENT, CURRENCIES_MIXED, LACKING, UNCOUNTED, UNSPLIT
from benchmarks.kpis.registry import KPIS, UNSTATED
from benchmarks.kpis.traps import WORDS
from benchmarks.message import Message, listed
from benchmarks.message import marked as _
from benchmarks.records.reasons import field_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.message import Translate

TERMS = {
    "unit": {
        "s": _("s"),
        "min": _("min"),
        "h": _("h"),
        "ms": _("ms"),
        "pts": _("points"),
        "points": _("points"),
        "%/y": _("% a year"),
        "weeks": _("weeks"),
        "per 1,000": _("per 1,000"),
        "ratio": "",
    },
    "statistic": {
        "mean": _("mean"),
        "median": _("median"),
        "upper quartile": _("upper quartile"),
        "lower quartile": _("lower quartile"),
        "top decile": _("top decile"),
        "target": _("target"),
        "regulatory minimum": _("regulatory minimum"),
        "historical norm": _("historical norm"),
    },
    "bar": {
        "centre": _("centre of the market"),
        "upper_quartile": _("upper quartile"),
        "top_decile": _("top decile"),
    },
    "place": {
        "top_tenth": _("in the best tenth"),
        "best_quarter": _("in the best quarter"),
        "better_half": _("in the better half"),
        "other_half": _("below the median"),
        "last_quarter": _("in the last quarter"),
    },
    "direction": {
        "higher": _("higher"),
        "lower": _("lower"),
        "target": _("a target band"),
    },
    "family": {
        "access": _("Access and waiting"),
        "handling": _("Handling"),
        "customer": _("What customers say"),
        "ticket": _("Tickets and complaints"),
        "digital": _("Digital channels"),
        "workforce": _("People and planning"),
        "quality": _("Quality and knowledge"),
        "money": _("Money"),
    },
    "kind": {
        "contacts": _("Contact records"),
        "tickets": _("Tickets"),
        "ticket_events": _("Ticket events"),
        "surveys": _("Surveys"),
        "agent_states": _("Agent states"),
        "schedules": _("Schedules"),
        "intervals": _("Forecast and actual volume"),
        "quality_forms": _("Quality forms"),
        "staff": _("Staff"),
        "articles": _("Knowledge articles"),
        "probes": _("Probes"),
        "tasks": _("Self-service tasks"),
        "bot_sessions": _("Bot sessions"),
        "notices": _("Events and who was told"),
        "money": _("Money by period"),
        "projects": _("Improvement projects"),
    },
    "region": {
        "global": _("Worldwide"),
        "UK": _("United Kingdom"),
        "US": _("United States"),
        "Canada": _("Canada"),
        "N America": _("North America"),
        "China": _("China"),
        "Hong Kong": _("Hong Kong"),
        "Taiwan": _("Taiwan"),
        "India": _("India"),
        "unstated": _("Region not stated"),
    },
    "industry": {
        "all": _("All industries"),
        "banking": _("Banking"),
        "insurance": _("Insurance"),
        "telecom": _("Telecommunications"),
        "retail": _("Retail and e-commerce"),
        "energy": _("Energy and utilities"),
        "travel": _("Travel and transport"),
        "health": _("Health"),
        "public": _("Public services"),
        "technology": _("Technology support"),
        "logistics": _("Logistics"),
        "outsourcing": _("Outsourced services"),
        "financial": _("Financial services"),
        "mobile": _("Mobile telephony"),
        "landline+broadband": _("Landline and broadband"),
        "TV/internet": _("Television and internet"),
        "health insurance": _("Health insurance"),
        "grocery": _("Groceries"),
        "streaming": _("Streaming"),
        "car rental": _("Car rental"),
        "consumer payments": _("Consumer payments"),
        "airlines": _("Airlines"),
        "credit card": _("Credit cards"),
        "200+ seats": _("200 seats and more"),
        "100+ agents": _("100 agents and more"),
        "<=15 agents": _("15 agents at most"),
    },
    "channel": {
        "all": _("All channels"),
        "unknown": _("Channel not known"),
        "voice": _("Voice"),
        "email": _("E-mail"),
        "chat": _("Chat"),
        "messaging": _("Messaging app"),
        "social": _("Social media"),
        "video": _("Video"),
        "bot": _("Bot"),
        "self_service": _("Self-service"),
        "in_person": _("In person"),
        "web_form": _("Web form"),
        "facebook": "Facebook",
        "twitter": "Twitter",
    },
    "records": {
        "contacts": _("Contacts"),
        "tickets": _("Tickets"),
        "ticket_events": _("Events of tickets"),
        "surveys": _("Survey answers"),
        "agent_states": _("States of agents"),
        "schedules": _("Schedules of agents"),
        "intervals": _("Forecast and actual volumes"),
        "quality_forms": _("Quality forms"),
        "staff": _("Staff list"),
        "articles": _("Knowledge articles"),
        "probes": _("Probes of availability"),
        "tasks": _("Self-service tasks"),
        "bot_sessions": _("Bot sessions"),
        "notices": _("Proactive notices"),
        "money": _("Costs and revenue"),
        "projects": _("Improvement projects"),
    },
    "file": {"csv": _("Text file (CSV)"), "xlsx": _("Workbook (XLSX)"), "parquet": "Parquet"},
    "delimiter": {
        "comma": _("comma"),
        "semicolon": _("semicolon"),
        "tab": _("tab"),
        "pipe": _("vertical bar"),
    },
    "encoding": {
        "utf-8": "UTF-8",
        "utf-8-sig": "UTF-8",
        "utf-16": "UTF-16",
        "utf-16-le": "UTF-16 LE",
        "utf-16-be": "UTF-16 BE",
        "gb18030": _("Simplified Chinese (GB 18030)"),
        "big5": _("Traditional Chinese (Big5)"),
        "latin-1": _("Western European (ISO 8859-1)"),
        "cp1252": _("Western European (Windows-1252)"),
    },
    "duration": {
        "milliseconds": _("milliseconds"),
        "seconds": _("seconds"),
        "minutes": _("minutes"),
        "hours": _("hours"),
        "h:m:s": _("hours:minutes:seconds"),
    },
}
# The first sentence says which formula; what follows explains it.
_SENTENCE = re.compile(r"。|\.\s|\.$")
_THRESHOLD = re.compile(r"_(\d+)s$")


def term(family: str, code: str, translate: Translate = str) -> str:
    """Say a code of one of the families of ``TERMS``."""
    words = TERMS[family].get(code)
    if words is None:
        return code
    return translate(words) if words else ""


def variant_in_words(kpi: str, variant: str, translate: Translate = str) -> str:
    """Say which formula a variant is, in one clause, with its threshold in seconds where it has one."""
    if variant == UNSTATED:
        return translate(_("formula not stated"))
    found = KPIS[kpi].variant(variant) if kpi in KPIS else None
    if found is None:
        return variant
    clause = _SENTENCE.split(translate(found.words), maxsplit=1)[0]
    if found.threshold is None:
        return clause
    own = _THRESHOLD.search(variant)
    params = {"formula": clause, "seconds": own[1] if own and variant != found.code else found.threshold}
    return Message(_("{formula}; threshold {seconds} s"), params).words(translate)


def not_measured_in_words(name: str, why: str, translate: Translate = str) -> str:
    """Say which KPI and variant (``name``, as a run stores it) was not measured, and why."""
    kpi, _space, variant = name.partition(" ")
    what = translate(KPIS[kpi].name) if kpi in KPIS else kpi
    if variant and variant != "standard":
        params = {"words": what, "code": variant_in_words(kpi, variant, translate)}
        what = Message(_("{words} ({code})"), params).words(translate)
    return Message(_("{field}: {problem}"), {"field": what, "problem": _why(why, translate)}).words(translate)


def _why(why: str, translate: Translate) -> str:
    if why in {UNCOUNTED, CURRENCIES_MIXED}:
        return translate(why)
    for template, named in ((ABSENT, "kinds"), (UNSPLIT, "names")):
        before = template.partition("{")[0]
        if why.startswith(before):
            return translate(template).format(**{named: why.removeprefix(before)})
    before = LACKING.partition("{")[0]
    if not why.startswith(before):
        return why
    fields = [_either(each, translate) for each in why.removeprefix(before).split(", ")]
    return translate(LACKING).format(fields=listed(fields, translate))


def warning_in_words(code: str, values: Mapping[str, Any], translate: Translate = str) -> str:
    """Say a warning of a run; a code that is not known any more is said as it is."""
    return translate(WORDS[code]).format(**values) if code in WORDS else code


def _either(codes: str, translate: Translate) -> str:
    """Say one field, or two of which one is enough."""
    return translate(_(" or ")).join(field_message(code).words(translate) for code in codes.split(" or "))
