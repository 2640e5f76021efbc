"""An organisation's centres side by side: the latest decided audit of each, by block, with what is open."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Centre, Role
from audits.life import state_on
from audits.models import NONCONFORMITIES, Audit, Certificate, Decision, Finding, FindingKind
from audits.selectors.certificates import STATES
from audits.selectors.narrowing import Narrowed
from reports.dashboard import TOTAL
from reports.paper import CODE, DAY, NUMBER, PERCENT, Chart, Column, Part, Table
from reports.papers.kind import CSV, PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import ORGANISATION
from reports.papers.whole import today_of, whole_paper
from reports.selectors.dashboard import scores
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from accounts.models import Organisation, User
    from reports.dashboard import SiteScore
    from reports.paper import Paper, Value
    from reports.papers.kind import Order

KEEPERS = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER, Role.DECISION_MAKER)


def _build(order: Order) -> Paper:
    """Eleven queries, however many centres there are, and one for each edition that this process has not read yet."""
    organisation: Organisation = order.subject
    today = today_of(order)
    centres = list(Centre.objects.visible_to(order.by).filter(organisation=organisation).order_by("name", "pk"))
    decided = _decided(order.by, organisation)
    titles, tiers = _titles(decided.values())
    blocks = sorted({code for score, _decision in decided.values() for code in score.percent if code != TOTAL})
    shown = [each for each in centres if each.pk in decided]
    totals = [score.percent[TOTAL] for score, _decision in decided.values() if TOTAL in score.percent]
    return whole_paper(
        order,
        SITES.code,
        _("Comparison of sites"),
        organisation,
        reference=organisation.name,
        facts=(
            (_("As of"), today),
            (_("Centres"), len(centres)),
            (_("With a decided audit"), len(shown)),
            (_("Best total, per cent"), _tenth(max(totals)) if totals else None),
            (_("Lowest total, per cent"), _tenth(min(totals)) if totals else None),
        ),
        parts=(
            Part(_("Scores by block, in per cent"), tables=(_heat(shown, decided, blocks, titles),)),
            Part(_("Latest decided audit of each centre"), tables=(_audits(shown, decided, tiers),)),
            Part(_("Certificates and open nonconformities"), tables=(_open(order.by, centres, organisation, today),)),
            Part(_("Centres without a decided audit"), tables=(_undecided(centres, decided),)),
        ),
        notes=(
            _(
                "Scores are those of the lowest tier of each edition, which asks the same of every centre. The darker "
                "a cell, the more of the points was reached. Centres audited on different standards are not ranked "
                "against each other by this."
            ),
            _("Open nonconformities are those of every audit of a centre, not of the latest one alone."),
        ),
        wide=True,
    )


def _decided(user: User, organisation: Organisation) -> dict[int, tuple[SiteScore, Decision]]:
    """Return centre -> score and decision of the audit that was decided last; three queries."""
    found: dict[int, tuple[SiteScore, Decision]] = {}
    known = {each.audit: each for each in scores(user, Narrowed(organisation=organisation.pk))}
    decisions = Decision.objects.filter(audit__auditee=organisation, audit__in=Audit.objects.visible_to(user))
    for decision in (
        decisions.select_related("audit__edition")
        .defer("audit__edition__document", "audit__result", "audit__market", "audit__facts")
        .order_by("decided_at", "pk")
    ):
        score = known.get(decision.audit_id)
        if score is not None:
            found[score.centre] = (score, decision)
    return found


def _titles(
    decided: Iterable[tuple[SiteScore, Decision]],
) -> tuple[dict[str, str], dict[tuple[int, str], str]]:
    """Return the titles of blocks, and those of tiers by edition."""
    blocks: dict[str, str] = {}
    tiers: dict[tuple[int, str], str] = {}
    editions = {each.audit.edition_id: each.audit.edition for _score, each in decided}
    for key, edition in sorted(editions.items()):
        document = edition_document(edition)
        blocks |= {block["code"]: text(block["title"]) for block in document["blocks"]}
        tiers |= {(key, tier["code"]): text(tier["title"]) for tier in document["tiers"]}
    return blocks, tiers


def _tenth(value: float) -> Decimal:
    return Decimal(str(round(value, 1)))


def _heat(
    centres: Sequence[Centre],
    decided: Mapping[int, tuple[SiteScore, Decision]],
    blocks: Sequence[str],
    titles: Mapping[str, str],
) -> Table:
    def row(centre: Centre) -> tuple[Value, ...]:
        percent = decided[centre.pk][0].percent
        known = [percent.get(code) for code in (TOTAL, *blocks)]
        return (centre.name, *(None if each is None else _tenth(each) for each in known))

    best = sorted(centres, key=lambda each: (-decided[each.pk][0].percent.get(TOTAL, 0), each.name))
    return Table(
        "blocks",
        _("Scores by block, in per cent"),
        (
            Column("centre", _("Centre"), width=24),
            Column(TOTAL, _("Total"), PERCENT, 10, places=1, heat=True),
            *(
                Column(f"block_{code}", f"{code} {titles.get(code, '')}".strip(), PERCENT, 12, places=1, heat=True)
                for code in blocks
            ),
        ),
        tuple(row(each) for each in best),
        empty=_("No audit of a centre has been decided yet."),
        chart=Chart(_("Total, in per cent of the points"), "centre", (TOTAL,), unit="%", scale=100),
    )


def _audits(
    centres: Sequence[Centre],
    decided: Mapping[int, tuple[SiteScore, Decision]],
    tiers: Mapping[tuple[int, str], str],
) -> Table:
    rows = []
    for centre in centres:
        score, decision = decided[centre.pk]
        low, most = score.points.get(TOTAL, (None, None))
        edition = decision.audit.edition
        rows.append(
            (
                centre.name,
                score.reference,
                timezone.localdate(decision.decided_at),
                f"{text(edition.title)} {edition.version}",
                _("Granted") if decision.granted else _("Not granted"),
                tiers.get((edition.pk, decision.tier), decision.tier),
                None if low is None else _tenth(low),
                None if most is None else _tenth(most),
            )
        )
    return Table(
        "audits",
        _("Latest decided audit of each centre"),
        (
            Column("centre", _("Centre"), width=22),
            Column("audit", _("Audit"), CODE, 12),
            Column("decided", _("Decided"), DAY, 11),
            Column("standard", _("Standard"), width=22),
            Column("decision", _("Decision"), width=11),
            Column("tier", _("Tier"), width=13),
            Column("points", _("Points"), NUMBER, 8, places=1),
            Column("maximum", _("of"), NUMBER, 8, places=1),
        ),
        tuple(rows),
        empty=_("No audit of a centre has been decided yet."),
    )


def _open(user: User, centres: Sequence[Centre], organisation: Organisation, today: date) -> Table:
    """Say what each centre holds and what it still has to close; two queries."""
    newest: dict[int, Certificate] = {}
    held = Certificate.objects.visible_to(user).filter(audit__auditee=organisation)
    for each in (
        held.select_related("audit")
        .only("number", "status", "valid_from", "valid_until", "audit__centre_id")
        .order_by("issued_at", "pk")
    ):
        newest[each.audit.centre_id] = each
    found = Finding.objects.visible_to(user).filter(
        audit__auditee=organisation, kind__in=NONCONFORMITIES, closed_at=None
    )
    counts = {
        row["audit__centre"]: row
        for row in found.order_by()
        .values("audit__centre")
        .annotate(
            major=Count("pk", filter=Q(kind=FindingKind.MAJOR)),
            minor=Count("pk", filter=Q(kind=FindingKind.MINOR)),
            overdue=Count("pk", filter=Q(due__lt=today)),
            oldest=Min("raised_at"),
        )
    }
    rows = []
    for centre in centres:
        own, certificate = counts.get(centre.pk), newest.get(centre.pk)
        rows.append(
            (
                centre.name,
                certificate.number if certificate else "",
                _state(certificate, today) if certificate else "",
                certificate.valid_until if certificate else None,
                own["major"] if own else 0,
                own["minor"] if own else 0,
                own["overdue"] if own else 0,
                (today - timezone.localdate(own["oldest"])).days if own else None,
            )
        )
    return Table(
        "open",
        _("Certificates and open nonconformities"),
        (
            Column("centre", _("Centre"), width=24),
            Column("certificate", _("Certificate"), CODE, 14),
            Column("state", _("State"), width=12),
            Column("valid_until", _("Valid until"), DAY, 11),
            Column("major", _("Major, open"), NUMBER, 9),
            Column("minor", _("Minor, open"), NUMBER, 9),
            Column("overdue", _("Overdue"), NUMBER, 9),
            Column("oldest", _("Oldest, days"), NUMBER, 9),
        ),
        tuple(rows),
        empty=_("The organisation has no centre yet."),
        chart=Chart(_("Open nonconformities"), "centre", ("major", "minor")),
    )


def _state(certificate: Certificate, today: date) -> str:
    state = state_on(
        certificate.status, valid_from=certificate.valid_from, valid_until=certificate.valid_until, today=today
    )
    return str(STATES[state][0])


def _undecided(centres: Sequence[Centre], decided: Mapping[int, object]) -> Table:
    return Table(
        "undecided",
        _("Centres without a decided audit"),
        (Column("centre", _("Centre"), width=50), Column("city", _("City"), width=50)),
        tuple((each.name, each.city) for each in centres if each.pk not in decided),
        empty=_("Every centre has a decided audit."),
    )


def _allowed(user: User, organisation: Organisation) -> bool:
    """Say whether the person manages the organisation or its audits."""
    return user.has_role(organisation.pk, *KEEPERS)


SITES = Kind(
    code="site_comparison",
    title=gettext_lazy("Comparison of sites"),
    purpose=gettext_lazy(
        "All centres side by side: a heat map of scores by block, tiers, certificates, open findings."
    ),
    about=ORGANISATION,
    formats=paper_formats(_build, PDF, XLSX, CSV),
    allowed=_allowed,
)
