"""The further sites that a certificate covers beside the centre of its audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from audits.engagements import AuditSite
from audits.models import AuditPurpose

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from audits.models import Certificate


def sites_of(certificate: Certificate) -> QuerySet[AuditSite]:
    """Return the sites of its audit and of audits that extended it, without those that it covers no more."""
    extended = Q(
        audit__of_certificate=certificate, audit__purpose=AuditPurpose.EXTENSION, audit__decision__granted=True
    )
    own = Q(audit=certificate.audit_id)
    return AuditSite.objects.filter(own | extended, left_on=None).select_related("centre").order_by("pk")
