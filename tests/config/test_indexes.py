"""PostgreSQL finds by an index whatever grows with the installation: proved by its own plans.

Sequential scans are switched off, so that the planner takes one only where no index serves: then the plan says so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from accounts.models import Centre, Membership, Notice, Role, User
from audits.models import Answer, Audit, Certificate, Finding, TeamMember
from audits.selectors.certificates import certificates_for
from audits.selectors.sheet import audits_for, sheet_answers
from ledger.models import Entry
from reports.models import WebhookDelivery
from tests.factories import AT, make_audit, make_edition, make_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="DATABASE_URL names no PostgreSQL"),
]
MODELS = (Answer, Audit, Certificate, Centre, Entry, Finding, Membership, Notice, TeamMember, WebhookDelivery)
GROWING = {model._meta.db_table for model in MODELS}
QUERIES: dict[str, Callable[[User, Audit], QuerySet[Any]]] = {
    "audits that a person may see": lambda user, _audit: Audit.objects.visible_to(user),
    "a page of the list": lambda user, _audit: audits_for(user).order_by("-onsite_from", "-pk")[:50],
    "a page by reference": lambda user, _audit: audits_for(user).order_by("reference")[:50],
    "centres that a person may see": lambda user, _audit: Centre.objects.visible_to(user),
    "audits of a centre": lambda _user, audit: Audit.objects.filter(centre=audit.centre),
    "the sheet": lambda _user, audit: sheet_answers(audit),
    "findings of an audit": lambda _user, audit: audit.findings.all(),
    "findings that a person may see": lambda user, _audit: Finding.objects.visible_to(user),
    "a certificate by its code": lambda _user, _audit: Certificate.objects.filter(code="0" * 32),
    "teams of a person": lambda user, _audit: TeamMember.objects.filter(user=user),
    "roles of a person": lambda user, _audit: user.memberships.all(),
    "what a person has not read": lambda user, _audit: Notice.objects.filter(to=user, read_at=None),
    "the ledger about a subject": lambda _user, audit: Entry.objects.filter(subject=f"audit:{audit.pk}"),
    "the ledger of a kind of acts": lambda _user, _audit: Entry.objects.filter(action__startswith="person."),
    "what a person did": lambda user, _audit: Entry.objects.filter(actor__in=[user.pk]),
    "certificates with their surveillances": lambda user, _audit: certificates_for(user),
    "deliveries that are due": lambda _user, _audit: WebhookDelivery.objects.filter(
        state="waiting", next_at__lte=AT, webhook__off=""
    ).order_by("next_at")[:1],
    "the last deliveries of a webhook": lambda _user, _audit: WebhookDelivery.objects.filter(webhook=1)[:50],
    "the end of the ledger": lambda _user, _audit: Entry.objects.order_by("-sequence")[:1],
}


def scanned(rows: QuerySet[Any]) -> set[str]:
    """Return the growing tables that PostgreSQL would read from end to end.

    An index that is walked without a condition is as bad, unless it gives the order of which only the first are wanted.
    """
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")  # until the test's transaction ends
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        (plans,) = cursor.fetchone()
    (plan,) = json.loads(plans) if isinstance(plans, str) else plans
    return set(whole(plan["Plan"])) & GROWING


def whole(node: dict[str, Any], above: str = "") -> Iterator[str]:
    kind = node["Node Type"]
    if "Relation Name" in node and kind != "Bitmap Heap Scan" and "Index Cond" not in node and above != "Limit":
        yield node["Relation Name"]
    if kind == "Bitmap Index Scan" and "Index Cond" not in node:
        yield node["Index Name"]
    for position, below in enumerate(node.get("Plans", [])):
        # The first of a nested loop gives the order of the whole, of which a limit then reads no more than it wants.
        yield from whole(below, above if kind == "Nested Loop" and position == 0 else kind)


@pytest.mark.parametrize("name", QUERIES)
def test_what_grows_is_found_by_an_index(name: str) -> None:
    audit = make_audit(edition=make_edition(3))
    user = make_user(Role.AUDIT_MANAGER, audit.conductor)
    assert scanned(QUERIES[name](user, audit)) == set()


def test_a_search_without_an_index_would_be_seen() -> None:
    make_audit(edition=make_edition(3))
    assert scanned(Answer.objects.filter(note="seen")) == {Answer._meta.db_table}
