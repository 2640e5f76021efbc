"""Routes: certificates with their state of the day."""

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema

from accounts.api.access import Token, caller
from accounts.api.pages import Asked, Key, Page, page_of
from accounts.api.problems import gives
from accounts.api.routes import Named, named
from accounts.models import Scope
from audits.life import state_on
from audits.models import Certificate, CertificateStatus
from audits.selectors.certificates import certificates_for

router = Router(tags=["certificates"])


class CertificateOut(Schema):
    """A certificate. `state` is that of today: active, suspended, expired, withdrawn, superseded, not_yet.

    `verify_url` is where anyone can check it, without an account.
    """

    id: int
    number: str
    tier: str
    state: str
    state_since: datetime
    valid_from: date
    valid_until: date
    issued_at: datetime
    scope: str
    audit: int
    centre: Named
    organisation: Named
    issued_by: Named
    verify_url: str


class CertificatesAsked(Asked):
    """Filters of the list of certificates; `status` is what was decided last: expiry follows from the date."""

    status: CertificateStatus | None = None
    centre: Key | None = None


@router.get(
    "/certificates",
    auth=Token(Scope.CERTIFICATES),
    response=gives(Page[CertificateOut], 422),
    url_name="certificates",
    summary="Certificates",
)
def certificate_list(request: HttpRequest, asked: Query[CertificatesAsked]) -> Page[CertificateOut]:
    """Return the certificates that the caller may see."""
    found = certificates_for(caller(request))
    found = found.filter(status=asked.status.value) if asked.status else found
    found = found.filter(audit__centre=asked.centre) if asked.centre else found
    return page_of(found, asked, certificate_out)


@router.get(
    "/certificates/{int:certificate_id}",
    auth=Token(Scope.CERTIFICATES),
    response=gives(CertificateOut, 404),
    url_name="certificate",
    summary="A certificate",
)
def certificate_one(request: HttpRequest, certificate_id: int) -> CertificateOut:
    """Return one certificate."""
    return certificate_out(certificates_for(caller(request)).get(pk=certificate_id))


def certificate_out(row: Certificate) -> CertificateOut:
    """Show a certificate of ``certificates_for``."""
    state = state_on(row.status, valid_from=row.valid_from, valid_until=row.valid_until, today=timezone.localdate())
    return CertificateOut(
        id=row.pk,
        number=row.number,
        tier=row.tier,
        state=state,
        state_since=row.status_since,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        issued_at=row.issued_at,
        scope=row.scope or row.audit.scope,
        audit=row.audit_id,
        centre=named(row.audit.centre),
        organisation=named(row.audit.auditee),
        issued_by=named(row.audit.conductor),
        verify_url=settings.PUBLIC_URL + reverse("verify", args=[row.code]),
    )
