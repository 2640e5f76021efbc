"""Further sites of an audit: taken into the scope while it is planned, carried by its certificate, given up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Role
from audits.models import Certificate
from audits.selectors.sites import sites_of
from audits.services.certificates import certificate_step
from audits.services.errors import NotEditableError, PlanError
from audits.services.plan import site_add, site_remove
from ledger.models import Entry
from reports.public_status import status_document
from reports.selectors import audit_document, certificate_document
from reports.selectors.verification import certificate_check
from tests.factories import AT, leader_of, make_audit, make_centre, make_user
from tests.reports.signed import make_audit_with_result

pytestmark = pytest.mark.django_db


def add(audit: Any, **changes: Any) -> Any:
    values = {
        "centre": make_centre(audit.auditee),
        "activities": "Night shift, voice",
        "by": leader_of(audit),
        "at": AT,
    }
    return site_add(audit_id=audit.pk, **{**values, **changes})


def test_a_site_is_taken_in_and_out_while_the_audit_is_planned_each_with_its_entry() -> None:
    audit = make_audit(started=False)
    site = add(audit)
    assert list(audit.sites.values_list("centre", flat=True)) == [site.centre_id]
    site_remove(audit_id=audit.pk, site_id=site.pk, by=leader_of(audit), at=AT)
    site_remove(audit_id=audit.pk, site_id=site.pk, by=leader_of(audit), at=AT)
    assert not audit.sites.exists()
    actions = Entry.objects.filter(action__startswith="plan.site").order_by("sequence").values_list("action", flat=True)
    assert list(actions) == ["plan.site_added", "plan.site_removed"]


def test_only_another_site_of_the_same_organisation_is_taken_in_and_once() -> None:
    audit = make_audit(started=False)
    taken = add(audit).centre
    for centre in (audit.centre, make_centre(), taken):
        with pytest.raises(PlanError, match="not_a_site"):
            add(audit, centre=centre)


def test_once_the_result_is_submitted_the_sites_stay_as_they_are() -> None:
    with pytest.raises(NotEditableError):
        add(make_audit_with_result())


def certified() -> Any:
    """Return a certified audit with a further site; the plan of one that is decided can no longer be changed."""
    audit = make_audit_with_result()
    other = make_centre(audit.auditee, name="Second site", city="Leeds", country="GB")
    return audit, audit.sites.create(centre=other, activities="Complaints, chat")


def test_certificate_report_and_public_status_name_every_site_with_what_is_done_there() -> None:
    audit, _site = certified()
    certificate = certificate_document(audit, language="en", at=AT)
    assert [(each.name, each.country, each.scope) for each in certificate.sites] == [
        (audit.centre.name, "HK", audit.scope),
        ("Second site", "GB", "Complaints, chat"),
    ]
    assert b"Complaints, chat" in certificate.canonical()
    assert [each.name for each in audit_document(audit, language="en", at=AT).engagement.sites] == ["Second site"]
    check = certificate_check(audit.certificate.code, language="en", today=AT.date())
    assert check is not None
    sites = status_document(check, url="https://example.org/", at=AT)["sites"]
    assert sites[1] == {"name": "Second site", "city": "Leeds", "country": "GB", "scope": "Complaints, chat"}


def test_the_public_page_names_the_sites_and_their_countries_in_words(client: Any) -> None:
    audit, _site = certified()
    page = client.get(f"/verify/{audit.certificate.code}/").content.decode()
    assert "Second site, Leeds (United Kingdom): Complaints, chat" in page


def test_a_reduced_certificate_gives_a_site_up() -> None:
    audit, site = certified()
    decider = make_user(Role.DECISION_MAKER, audit.conductor)
    certificate_step(
        certificate_id=audit.certificate.pk,
        step="reduce",
        reason="The site was closed.",
        scope="Voice only.",
        leaving=[site.pk],
        by=decider,
        at=AT + timedelta(days=30),
    )
    site.refresh_from_db()
    assert site.left_on == date(2026, 10, 14)
    certificate = Certificate.objects.get(audit=audit)
    assert not sites_of(certificate).exists()
    assert len(certificate_document(audit, language="en", at=AT).issues) == 2
