"""What was certified before certificates had a history gets its first line; audits under way know what they renew."""

from django.db import migrations


def first_lines(apps, _editor):
    """Give every certificate its cycle and the line of its grant."""
    event = apps.get_model("audits", "CertificateEvent")
    for certificate in apps.get_model("audits", "Certificate").objects.select_related("audit__decision").iterator():
        certificate.cycle_from = certificate.valid_from
        certificate.save(update_fields=["cycle_from"])
        decision = getattr(certificate.audit, "decision", None)
        event.objects.create(
            certificate=certificate,
            step="grant",
            on=certificate.valid_from,
            audit=certificate.audit,
            by=decision.decided_by if decision else None,
            at=certificate.issued_at,
        )


def what_they_renew(apps, _editor):
    """An open certification audit of a certified centre renews its certificate; each audit knows the one before it."""
    audits, certificates = apps.get_model("audits", "Audit"), apps.get_model("audits", "Certificate")
    for audit in audits.objects.defer("result", "market", "facts").order_by("onsite_from", "pk"):
        before = audits.objects.filter(
            centre=audit.centre_id, kind=audit.kind, status="closed", onsite_to__lt=audit.onsite_from
        )
        audit.previous = before.order_by("-onsite_to", "-pk").first()
        held = certificates.objects.filter(
            audit__centre=audit.centre_id, audit__conductor=audit.conductor_id, status__in=["active", "suspended"]
        ).order_by("-issued_at")
        if audit.kind == "certification" and audit.status not in {"closed", "cancelled"} and held.exists():
            audit.of_certificate, audit.purpose = held.first(), "recertification"
        audit.save(update_fields=["previous", "of_certificate", "purpose"])


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("audits", "0004_engagements")]

    operations = [
        migrations.RunPython(first_lines, migrations.RunPython.noop),
        migrations.RunPython(what_they_renew, migrations.RunPython.noop),
    ]
