"""What webhooks send: which entries of the ledger an organisation is told of, as ids and references, with no names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from audits.models import Audit, Certificate, Finding
from audits.warning import OVERDUE
from audits.workflow import TRANSITIONS
from reports.models import Export, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from accounts.models import Organisation
    from ledger.models import Entry
    from reports.models import Webhook, WebhookDelivery

SHOWN = 50  # deliveries on a page
DECIDED, WARNED, EXPORTED = "audit.decided", "finding.warned", "export.finished"
MOVES = frozenset(f"audit.{step}" for step in TRANSITIONS)


def event_of(action: str) -> WebhookEvent | None:
    """Return the event that an entry of the ledger may be, by its action alone."""
    if action == DECIDED:
        return WebhookEvent.AUDIT_DECIDED
    if action in MOVES:
        return WebhookEvent.AUDIT_MOVED
    if action.startswith("certificate."):
        return WebhookEvent.CERTIFICATE_CHANGED
    return {WARNED: WebhookEvent.FINDING_OVERDUE, EXPORTED: WebhookEvent.EXPORT_READY}.get(action)


def events_in(
    entries: Iterable[Entry], organisation: Organisation, wanted: Sequence[str]
) -> list[tuple[Entry, WebhookEvent, dict[str, Any]]]:
    """Return which entries the organisation is told of, as what, and the facts; at most four queries.

    Audits that it had or made; of reports those of such audits that its own members asked for.
    """
    found = [(entry, event) for entry in entries if (event := event_of(entry.action)) and event in wanted]
    about = _About([entry for entry, _event in found], organisation) if found else None
    told = [(entry, event, about.facts(entry)) for entry, event in found] if about else []
    return [(entry, event, facts) for entry, event, facts in told if facts is not None]


class _About:
    """What the entries concern, looked up together."""

    def __init__(self, entries: Sequence[Entry], organisation: Organisation) -> None:
        """Ask for audits and exports of the organisation only."""
        self._payloads = {entry.pk: json.loads(entry.content)["payload"] for entry in entries}
        keys = [entry.subject.partition(":")[2] for entry in entries if entry.subject.startswith("audit:")]
        its = Q(auditee=organisation) | Q(conductor=organisation)
        self._audits = {str(row.pk): row for row in Audit.objects.filter(its, pk__in=keys).only("pk", "reference")}
        self._certificates: dict[str, int] = {}
        self._findings: dict[tuple[int, int], int] = {}
        self._exports: dict[str, Export] = {}
        actions = {entry.action for entry in entries}
        if any(action.startswith("certificate.") for action in actions):
            issued = Certificate.objects.filter(audit__in=list(self._audits))
            self._certificates = dict(issued.values_list("number", "pk"))
        if WARNED in actions:
            for audit, number, key in Finding.objects.filter(audit__in=list(self._audits)).values_list(
                "audit", "number", "pk"
            ):
                self._findings[audit, number] = key
        if EXPORTED in actions:
            keys = [entry.subject.partition(":")[2] for entry in entries if entry.action == EXPORTED]
            rows = Export.objects.filter(
                Q(audit__auditee=organisation) | Q(audit__conductor=organisation),
                pk__in=keys,
                requested_by__memberships__organisation=organisation,
            )
            self._exports = {str(row.pk): row for row in rows.select_related("audit").distinct()}

    def facts(self, entry: Entry) -> dict[str, Any] | None:
        """Return what is sent of an entry; None where it is not for the organisation, or no such event after all."""
        kind, _colon, key = entry.subject.partition(":")
        if kind == "export":
            export = self._exports.get(key)
            return {"export": key, "kind": export.kind, "audit": _named(export.audit)} if export else None
        audit = self._audits.get(key)
        more = self._more(entry, audit) if audit else None
        return {"audit": _named(audit), **more} if more else None

    def _more(self, entry: Entry, audit: Audit) -> dict[str, Any] | None:
        """Return what is sent beside the audit."""
        payload, step = self._payloads[entry.pk], entry.action.partition(".")[2]
        if entry.action == WARNED:
            if payload["level"] < OVERDUE:
                return None
            number = payload["number"]
            finding = {"id": self._findings.get((audit.pk, number)), "number": number}
            return {"finding": finding, "due": payload["due"], "escalated": payload["level"] > OVERDUE}
        if entry.action.startswith("certificate."):
            number = payload["number"]
            certificate = {"id": self._certificates.get(number), "number": number}
            return {"certificate": certificate, "step": step, "status": payload.get("state", "active")}
        if entry.action == DECIDED:
            return {"granted": payload["granted"], "tier": payload["tier"]}
        return {"step": step, "from": payload["from"], "to": payload["to"]}


def _named(audit: Audit | None) -> dict[str, Any] | None:
    return {"id": audit.pk, "reference": audit.reference} if audit else None


def body_of(delivery: WebhookDelivery) -> bytes:
    """Return what is sent, the same bytes each time; the webhook must be loaded."""
    said = {
        "id": str(delivery.pk),
        "event": delivery.event,
        "at": _moment(delivery.at),
        "sequence": delivery.sequence,
        "organisation": delivery.webhook.organisation_id,
        "data": delivery.facts,
    }
    return json.dumps(said, sort_keys=True).encode()


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def deliveries_of(webhook: Webhook) -> list[WebhookDelivery]:
    """Return the last deliveries, newest first; one query."""
    return list(webhook.deliveries.all()[:SHOWN])
