"""What the pages about findings show: the board and the table, one finding with its history, ages, early warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audits.ageing import Aged, aged, ageing_plot, bucket_from
from audits.corrective import SETTLED, WITHDRAWN, waits_for_auditors
from audits.finding_words import CATEGORY_WORDS, STEP_WORDS, WARNINGS
from audits.fishbone import CATEGORIES, fishbone
from audits.followup import CauseMethod, FindingResponse, FindingStep, FindingWarning, FollowUpPolicy
from audits.models import NONCONFORMITIES, Audit, Finding, FindingKind, FindingState
from audits.naming import named_in
from audits.selectors.narrowing import ALL_AUDITS, Narrowed
from audits.selectors.policies import policies_of
from audits.warning import ESCALATED, NONE, OVERDUE, SOON, Acted, compliance, level_of
from benchmarks.charts.canvas import SCREEN, Look
from benchmarks.renderers.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise as LazyText

    from audits.models import FindingQuerySet

MOST_CARDS, MOST_CLOSED = 300, 20
SEVERAL_MINORS = 2
COLUMNS: tuple[tuple[str, LazyText, frozenset[str]], ...] = (
    ("open", gettext_lazy("To be answered"), frozenset({"open", "rejected", "reopened"})),
    ("responded", gettext_lazy("Response to judge"), frozenset({"responded"})),
    ("accepted", gettext_lazy("Being implemented"), frozenset({"accepted"})),
    ("implemented", gettext_lazy("Effect to verify"), frozenset({"implemented"})),
    ("verified", gettext_lazy("Verified effective"), frozenset({"verified"})),
    ("closed", gettext_lazy("Closed lately"), frozenset({"closed"})),
)
SORTS = {
    "due": ("due", "pk"),
    "-raised": ("-raised_at", "-pk"),
    "raised": ("raised_at", "pk"),
    "kind": ("kind", "due", "pk"),
    "state": ("state", "due", "pk"),
    "reference": ("audit__reference", "number"),
}
STATE_STYLE = {"closed": "is-good", "verified": "is-good", "rejected": "is-bad", "reopened": "is-bad"}
KIND_STYLE = {"major": "is-bad", "minor": "is-warn", "strength": "is-good"}


@dataclass(frozen=True)
class Wanted:
    """What a list of findings is narrowed to; an empty value narrows nothing.

    ``age`` is the first day of one of ``audits.ageing.BUCKETS``: open nonconformities that are so old.
    """

    text: str = ""
    kind: str = ""
    state: str = ""
    level: int | None = None
    centre: int | None = None
    audit: int | None = None
    mine: bool = False
    age: int | None = None
    block: str = ""
    audits: Narrowed = ALL_AUDITS

    def __bool__(self) -> bool:
        """Say whether anything is narrowed."""
        return self != Wanted()


@dataclass(frozen=True)
class Card:
    """A finding on the board or in the table: how old it is in days, and its level of warning."""

    finding: Finding
    age: int
    level: int
    kind_style: str
    state_style: str

    @property
    def warning(self) -> str:
        """Return the level in words."""
        return str(WARNINGS[self.level][0])

    @property
    def warning_style(self) -> str:
        """Return the style of its tag."""
        return WARNINGS[self.level][1]


@dataclass
class Column:
    """One column of the board."""

    code: str
    title: str
    cards: list[Card] = field(default_factory=list)


def findings_found(user: User, wanted: Wanted, *, today: date) -> QuerySet[Finding]:
    """Return what matches with all that a card shows; one query, and one for thresholds where a level is wanted."""
    found = (
        _rows(wanted)
        .visible_to(user)
        .select_related("audit__centre", "audit__auditee", "criterion", "owner")
        .only(
            *(each.name for each in Finding._meta.fields),  # noqa: SLF001 - Django's documented model API
            "audit__reference",
            "audit__status",
            "audit__auditee__name",
            "audit__conductor",
            "audit__centre__name",
            "criterion__code",
            "criterion__title",
            "owner__name",
            "owner__email",
        )
    )
    if wanted.text:
        found = found.filter(
            Q(statement__icontains=wanted.text)
            | Q(objective_evidence__icontains=wanted.text)
            | Q(criterion__code__iexact=wanted.text)
            | Q(audit__reference__icontains=wanted.text)
            | Q(audit__centre__name__icontains=wanted.text)
        )
    found = found.filter(kind=wanted.kind) if wanted.kind in FindingKind.values else found
    if not wanted.kind:
        found = found.exclude(kind=FindingKind.STRENGTH)  # nothing follows from one
    found = found.filter(state=wanted.state) if wanted.state in FindingState.values else found
    if wanted.centre is not None:
        found = found.filter(audit__centre=wanted.centre)
    if wanted.audit is not None:
        found = found.filter(audit=wanted.audit)
    if wanted.mine:
        found = found.filter(owner=user)
    if wanted.block:
        found = found.filter(criterion__clause__block__code=wanted.block)
    if wanted.audits:
        found = found.filter(wanted.audits.condition("audit__"))
    if wanted.age is not None:
        found = found.filter(_so_old(wanted.age, today))
    return found.filter(_at_level(wanted.level, today)) if wanted.level is not None else found


def _rows(wanted: Wanted) -> FindingQuerySet:
    """Return what is looked through: withdrawn findings only for who asks for them."""
    withdrawn = wanted.state == FindingState.WITHDRAWN
    return Finding.everything.all() if withdrawn else Finding.everything.exclude(state=FindingState.WITHDRAWN)


def _so_old(first: int, today: date) -> Q:
    """Return an age of open nonconformities as a condition: as ``audits.ageing`` counts them, by local days."""
    bucket = bucket_from(first)
    if bucket is None:
        return Q(pk=None)
    found = Q(kind__in=NONCONFORMITIES, closed_at=None)
    if first:  # what a wrong clock put into the future counts as new
        found &= Q(raised_at__lt=_begin(today - timedelta(days=first - 1)))
    return found if bucket[1] is None else found & Q(raised_at__gte=_begin(today - timedelta(days=bucket[1])))


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _at_level(level: int, today: date) -> Q:
    """Return the level as a condition, with the thresholds of every organisation; one query."""
    saved = list(FollowUpPolicy.objects.all())
    own = Q(audit__auditee__in=[policy.organisation_id for policy in saved])
    found = ~own & _days(FollowUpPolicy(), level, today)
    for policy in saved:
        found |= Q(audit__auditee=policy.organisation_id) & _days(policy, level, today)
    return found & Q(kind__in=NONCONFORMITIES) & ~Q(state__in=SETTLED)


def _days(policy: FollowUpPolicy, level: int, today: date) -> Q:
    soon, late = today + timedelta(days=policy.soon_days), today - timedelta(days=policy.escalate_days)
    return {
        NONE: Q(due__gt=soon),
        SOON: Q(due__gte=today, due__lte=soon),
        OVERDUE: Q(due__lt=today, due__gt=late),
        ESCALATED: Q(due__lt=today, due__lte=late),
    }[level]


def cards(findings: Iterable[Finding], *, today: date) -> list[Card]:
    """Return the findings as cards; one query for the thresholds."""
    rows = list(findings)
    policies = policies_of(row.audit.auditee_id for row in rows)
    return [_card(row, policies[row.audit.auditee_id], today) for row in rows]


def _card(finding: Finding, policy: FollowUpPolicy, today: date) -> Card:
    followed = finding.is_nonconformity and finding.state not in {*SETTLED, WITHDRAWN}
    level = level_of(
        finding.due if followed else None, today, soon_days=policy.soon_days, escalate_days=policy.escalate_days
    )
    until = timezone.localdate(finding.closed_at) if finding.closed_at else today
    age = max((until - timezone.localdate(finding.raised_at)).days, 0)
    state_style = STATE_STYLE.get(finding.state, "")
    return Card(finding, age, level, KIND_STYLE.get(finding.kind, ""), state_style)


def board(found: QuerySet[Finding], *, today: date) -> tuple[list[Column], bool]:
    """Return the columns, and whether there was more than a board can show; three queries; nothing withdrawn."""
    unclosed = list(found.exclude(state=FindingState.CLOSED).order_by("due", "pk")[: MOST_CARDS + 1])
    closed = list(found.filter(state=FindingState.CLOSED).order_by("-closed_at", "-pk")[:MOST_CLOSED])
    columns = [Column(code, str(title)) for code, title, _states in COLUMNS]
    place = {
        state: column for column, (_code, _title, states) in zip(columns, COLUMNS, strict=True) for state in states
    }
    for card in cards([*unclosed[:MOST_CARDS], *closed], today=today):
        place[card.finding.state].cards.append(card)
    for column in columns[:-1]:
        column.cards.sort(key=lambda card: (-card.level, card.finding.due is None, card.finding.due or today))
    return columns, len(unclosed) > MOST_CARDS


def ages(found: QuerySet[Finding], *, today: date) -> tuple[Aged, ...]:
    """Count the open nonconformities by age; empty where there is none. One query."""
    rows = found.filter(kind__in=NONCONFORMITIES, closed_at=None).values_list("kind", "raised_at")
    known = [(kind, (today - timezone.localdate(raised)).days) for kind, raised in rows.order_by("pk")]
    return aged(known) if known else ()


def ageing(counted: Sequence[Aged], *, address: str = "", look: Look = SCREEN) -> Picture | None:
    """Draw how old the open nonconformities are, with the table behind it; None where there is none. No query.

    ``address`` is that of the list with its filters: a click on a bar leads to those that it counts.
    """
    if not counted:
        return None
    shown = [(bucket_words(each.first, each.last), each.major, each.minor) for each in counted]
    major, minor = str(FindingKind.MAJOR.label), str(FindingKind.MINOR.label)
    title = _("Age of open nonconformities")
    said = "; ".join(f"{label}: {first} + {second}" for label, first, second in shown)
    first = [f"{address}&age={each.first}&kind=" for each in counted] if address else []
    addresses = [(begin + FindingKind.MAJOR, begin + FindingKind.MINOR) for begin in first]
    svg = ageing_plot(shown, legend=(major, minor), title=title, description=said, addresses=addresses, look=look)
    return Picture(
        title=title,
        svg=mark_safe(svg),  # noqa: S308 - every text in it was escaped by the chart
        notes=(_("Days since the finding was raised. A finding that was reopened keeps its age."),),
        head=(_("Age"), major, minor, _("Together")),
        rows=tuple((label, str(first), str(second), str(first + second)) for label, first, second in shown),
    )


def bucket_words(first: int, last: int | None) -> str:
    """Return an age in words; the last one has no end."""
    if last is None:
        return _("%(first)s days and more") % {"first": first}
    return _("%(first)s–%(last)s days") % {"first": first, "last": last}


def acted_in_time(user: User, *, today: date) -> tuple[tuple[Acted, str], ...]:
    """Return how many warnings were acted upon in time, by level, with its words; empty without any. One query."""
    seen = FindingWarning.objects.filter(finding__in=Finding.objects.visible_to(user))
    rows = compliance(seen.values_list("level", "act_by", "acted_at"), today)
    return tuple((row, str(WARNINGS[row.level][0])) for row in rows) if any(row.known for row in rows) else ()


# --- one finding ------------------------------------------------------------------------------------------------------


def finding_for(user: User, finding_id: int) -> Finding:
    """Fetch a visible finding with what the rules look at; two queries. Raises ``Finding.DoesNotExist``."""
    return (
        Finding.everything.visible_to(user)
        .select_related(
            "audit__centre",
            "audit__auditee",
            "audit__conductor",
            "criterion__edition",
            "owner",
            "raised_by",
            "closed_by",
        )
        .defer("audit__result", "audit__market", "audit__facts", "criterion__edition__document")
        .prefetch_related("audit__team")
        .get(pk=finding_id)
    )


@dataclass(frozen=True)
class Past:
    """One step of the history in words."""

    step: FindingStep
    words: str


def history(finding: Finding) -> list[Past]:
    """Return every step, newest first, with who and on which evidence; two queries."""
    rows = finding.steps.select_related("by", "response__owner").prefetch_related("evidence").order_by("-pk")
    return [Past(row, str(STEP_WORDS[row.step].was)) for row in rows]


def responses(finding: Finding) -> list[FindingResponse]:
    """Return the responses, the one that counts first; one query."""
    return list(finding.responses.select_related("owner", "by").order_by("-pk"))


def cause_rows(response: FindingResponse) -> list[tuple[str, list[str]]]:
    """Return (category or why, causes) of a response, in words: the text beside the picture."""
    if response.method == CauseMethod.FISHBONE:
        return [
            (str(CATEGORY_WORDS[code]), list(response.causes[code])) for code in CATEGORIES if code in response.causes
        ]
    return [
        (_("Why did it happen?") if place == 1 else _("Why was that? (%(number)s)") % {"number": place}, [why])
        for place, why in enumerate(response.causes, start=1)
    ]


def cause_picture(causes: object, *, effect: str, look: Look = SCREEN) -> str:
    """Draw the fishbone of causes by category; empty for whys, which are a list and no picture."""
    if not isinstance(causes, dict) or not causes:
        return ""
    names = {code: str(words) for code, words in CATEGORY_WORDS.items()}
    said = "; ".join(f"{names[code]}: {', '.join(causes[code])}" for code in CATEGORIES if causes.get(code))
    svg = fishbone(causes, names=names, effect=effect, title=_("Causes of the finding"), description=said, look=look)
    return mark_safe(svg)  # noqa: S308 - every text in it was escaped by the chart


def warnings_of(finding: Finding) -> list[tuple[FindingWarning, str, str]]:
    """Return (warning, words, style), newest first; one query."""
    rows = finding.warnings.select_related("acted_by").order_by("-pk")
    return [(row, str(WARNINGS[row.level][0]), WARNINGS[row.level][1]) for row in rows]


def minors_beside(finding: Finding) -> int:
    """Count the minor nonconformities on the same requirement in this audit, itself included; one query."""
    return finding.audit.findings.filter(criterion=finding.criterion_id, kind=FindingKind.MINOR).count()


def people_named(audit: Audit, *texts: str) -> list[str]:
    """Return the people of both organisations whose names stand in the texts; one query."""
    organisations = [audit.auditee_id, audit.conductor_id]
    names = User.objects.filter(memberships__organisation__in=organisations).values_list("name", flat=True)
    return named_in("\n".join(texts), names.distinct().order_by("name"))


def several_minors(findings: Sequence[Finding]) -> bool:
    """Say whether several minors stand on one requirement: together they may be a major."""
    return sum(finding.kind == FindingKind.MINOR for finding in findings) >= SEVERAL_MINORS


def turn_words(finding: Finding) -> str:
    """Say who has to act next."""
    if finding.state in {FindingState.CLOSED, FindingState.WITHDRAWN}:
        return ""
    return str(finding.audit.conductor) if waits_for_auditors(finding.state) else str(finding.audit.auditee)
