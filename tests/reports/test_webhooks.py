"""Webhooks: what is due follows from the ledger, goes out signed, to allowed public hosts, until it is taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice, Role
from ledger.models import Entry, OutboxMessage
from ledger.services import ledger_append
from reports import delivering
from reports.delivering import UnsentError, is_public, require_address
from reports.models import DeliveryState, Export, Off, Webhook, WebhookDelivery, WebhookEvent
from reports.services.webhooks import (
    KEPT,
    LEASE,
    MOST_WEBHOOKS,
    WAITS,
    TooManyWebhooksError,
    _claim,
    _collect,
    delivery_again,
    webhook_create,
    webhook_switch,
    webhook_test,
    webhooks_prune,
    webhooks_run,
)
from tests.audits.scenes import make_scene, raise_finding
from tests.factories import AT, leader_of, make_audit, make_organisation, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from accounts.models import Organisation, User
    from audits.models import Audit

pytestmark = pytest.mark.django_db
HOST = "hooks.example.org"
ALL = [event.value for event in WebhookEvent if event != WebhookEvent.TEST]


class Receiver:
    """A server of somebody's, with a certificate for its name; it keeps what came and answers as told."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status, receiver = 204, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Location", "https://elsewhere.example.org/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=400))
        made = made.not_valid_after(now + timedelta(days=400))
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        self.certificate = folder / "cert.pem"
        self.certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        private = folder / "key.pem"
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, private)
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.url = f"https://{HOST}:{self.port}/in?from=touchstone"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self) -> list[dict[str, Any]]:
        """Return what came, read."""
        return [json.loads(body) for _path, _headers, body in self.got]


@pytest.fixture
def receiver(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Let it be reached as if its name were that of a public host."""
    found = Receiver(tmp_path)
    settings.WEBHOOK_HOSTS = [f"{HOST}:{found.port}"]
    monkeypatch.setattr(delivering, "public_addresses", lambda _host, _port: ["127.0.0.1"])
    monkeypatch.setattr(delivering, "context", lambda: ssl.create_default_context(cafile=str(found.certificate)))
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def audit() -> Audit:
    return make_audit()


@pytest.fixture
def admin(audit: Audit) -> User:
    return make_user(Role.ADMINISTRATOR, audit.auditee)


def register(receiver: Receiver, organisation: Organisation, by: User, *events: str) -> tuple[Webhook, str]:
    return webhook_create(organisation=organisation, url=receiver.url, events=events or ALL, by=by, at=AT)


def happen(action: str, subject: str, **payload: Any) -> Entry:
    with transaction.atomic():
        return ledger_append(action=action, subject=subject, by=None, at=AT, payload=payload)


def move(audit: Audit) -> Entry:
    return happen("audit.close", f"audit:{audit.pk}", **{"from": "fieldwork", "to": "closing", "reason": "SECRET"})


def run(at: datetime = AT) -> int:
    return webhooks_run(clock=lambda: at)


def test_a_move_arrives_signed_and_without_names(receiver: Receiver, audit: Audit, admin: User) -> None:
    _webhook, secret = register(receiver, audit.auditee, admin)
    entry = move(audit)
    assert run() == 1
    path, headers, body = receiver.got[0]
    assert path == "/in?from=touchstone"
    moment, made = (part.partition("=")[2] for part in headers["Touchstone-Signature"].split(","))
    assert hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest() == made
    assert int(moment) == int(AT.timestamp())
    said = json.loads(body)
    delivery = WebhookDelivery.objects.get()
    assert (headers["Touchstone-Event"], headers["Touchstone-Delivery"]) == ("audit.moved", str(delivery.pk))
    assert said == {
        "id": str(delivery.pk),
        "event": "audit.moved",
        "at": AT.isoformat(timespec="seconds"),
        "sequence": entry.pk,
        "organisation": audit.auditee_id,
        "data": {
            "audit": {"id": audit.pk, "reference": audit.reference},
            "step": "close",
            "from": "fieldwork",
            "to": "closing",
        },
    }
    assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.DELIVERED, 204, 1)
    assert run() == 0


def test_every_event_has_its_facts_and_nothing_of_a_person(receiver: Receiver, audit: Audit, admin: User) -> None:
    register(receiver, audit.auditee, admin)
    subject = f"audit:{audit.pk}"
    export = Export.objects.create(audit=audit, requested_by=admin, requested_at=AT)
    foreign = Export.objects.create(audit=audit, requested_by=leader_of(audit), requested_at=AT)
    happen("audit.decided", subject, granted=True, tier="proactive", route="r", reason="SECRET", result_sha256="x")
    happen("certificate.issued", subject, number="TS-2026-00001", tier="proactive")
    happen("certificate.suspend", subject, number="TS-2026-00001", state="suspended", reason="SECRET", scope="s")
    happen("finding.warned", subject, number=1, level=1, due="2026-01-01", told=[admin.pk])
    happen("finding.warned", subject, number=1, level=2, due="2026-01-01", told=[admin.pk])
    for each in (export, foreign):
        happen("export.finished", f"export:{each.pk}", audit=audit.pk, language="en")
    run()
    said = receiver.bodies()
    assert [each["event"] for each in said] == [
        *("audit.decided", "certificate.changed", "certificate.changed", "finding.overdue", "export.ready")
    ]
    assert [each["data"].get("status") for each in said[1:3]] == ["active", "suspended"]
    assert said[3]["data"]["escalated"] is False
    assert said[4]["data"]["export"] == str(export.pk)
    everything = json.dumps(said)
    hidden = ("SECRET", admin.name, admin.email, str(leader_of(audit).name), audit.centre.name, "told")
    assert not [each for each in hidden if each in everything]


def test_a_finding_is_named_by_its_id(receiver: Receiver, admin: User) -> None:
    scene = make_scene()
    audit, finding = scene.audit, raise_finding(scene)
    register(receiver, audit.auditee, admin)
    happen("finding.warned", f"audit:{audit.pk}", number=finding.number, level=3, due="2026-01-01", told=[])
    run()
    assert receiver.bodies()[0]["data"]["finding"] == {"id": finding.pk, "number": finding.number}
    assert receiver.bodies()[0]["data"]["escalated"] is True


def test_nothing_of_others_and_nothing_unwanted_is_sent(receiver: Receiver, audit: Audit, admin: User) -> None:
    move(audit)  # before it was registered
    register(receiver, audit.auditee, admin, "audit.decided")
    other = make_audit()
    move(other)
    happen("audit.decided", f"audit:{other.pk}", granted=True, tier="x", route="r", reason="r", result_sha256="x")
    move(audit)
    run()
    assert (receiver.got, WebhookDelivery.objects.count()) == ([], 0)
    body_admin = make_user(Role.ADMINISTRATOR, audit.conductor)
    register(receiver, audit.conductor, body_admin)
    move(audit)
    run()
    assert [each["organisation"] for each in receiver.bodies()] == [audit.conductor_id]


def test_an_event_leaves_an_outbox_row_in_its_transaction(receiver: Receiver, audit: Audit, admin: User) -> None:
    move(audit)
    assert not OutboxMessage.objects.exists()
    register(receiver, audit.auditee, admin)
    move(audit)
    happen("answer.saved", f"audit:{audit.pk}")
    assert [row.task for row in OutboxMessage.objects.all()] == ["reports.webhooks_run"]


def test_a_failure_is_tried_again_later_under_the_same_id(receiver: Receiver, audit: Audit, admin: User) -> None:
    register(receiver, audit.auditee, admin)
    move(audit)
    receiver.status = 500
    assert run() == 1
    assert run(AT + WAITS[0] - timedelta(seconds=1)) == 0
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.status, delivery.error) == (DeliveryState.WAITING, 500, "status")
    receiver.status = 200
    assert run(AT + WAITS[0]) == 1
    assert [each["id"] for each in receiver.bodies()] == [str(delivery.pk)] * 2
    assert Webhook.objects.get().failures == 0


def test_after_the_last_attempt_it_is_given_up_and_can_be_sent_again(
    receiver: Receiver, audit: Audit, admin: User
) -> None:
    register(receiver, audit.auditee, admin)
    move(audit)
    receiver.status, at = 503, AT
    for wait in (*WAITS, timedelta()):
        assert run(at) == 1
        at += wait
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, len(WAITS) + 1)
    assert run(at + timedelta(days=9)) == 0
    receiver.status = 200
    delivery_again(delivery=delivery, at=at)
    assert run(at) == 1
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELIVERED


def test_a_redirect_is_not_followed(receiver: Receiver, audit: Audit, admin: User) -> None:
    register(receiver, audit.auditee, admin)
    move(audit)
    receiver.status = 307
    run()
    assert len(receiver.got) == 1
    assert (WebhookDelivery.objects.get().status, WebhookDelivery.objects.get().error) == (307, "status")


def test_too_many_failures_switch_it_off_and_lose_nothing(
    receiver: Receiver, audit: Audit, admin: User, settings: Any
) -> None:
    settings.WEBHOOK_MOST_FAILURES = 3
    webhook, _secret = register(receiver, audit.auditee, admin)
    receiver.status = 500
    for _ in range(4):
        move(audit)
    assert run() == 3
    webhook.refresh_from_db()
    assert webhook.off == Off.FAILING
    notice = Notice.objects.get(to=admin)
    assert (notice.kind, notice.params) == ("reports.webhook_failing", {"host": HOST})
    assert Entry.objects.filter(action="webhook.switched_off").count() == 1
    move(audit)
    assert run(AT + timedelta(days=2)) == 0
    receiver.status = 200
    webhook_switch(webhook=webhook, on=True, by=admin, at=AT)
    later = AT + timedelta(days=2)
    assert run(later) == 5
    assert WebhookDelivery.objects.filter(state=DeliveryState.DELIVERED).count() == 5
    assert len({each["id"] for each in receiver.bodies()}) == 5


def test_after_a_crash_the_delivery_is_sent_when_its_claim_is_over(
    receiver: Receiver, audit: Audit, admin: User
) -> None:
    register(receiver, audit.auditee, admin)
    move(audit)
    _collect(AT)
    claimed = _claim(AT)
    assert claimed is not None
    assert _claim(AT) is None  # nobody else tries it meanwhile
    assert run(AT + LEASE - timedelta(seconds=1)) == 0
    assert run(AT + LEASE) == 1
    assert receiver.bodies()[0]["id"] == str(claimed.pk)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (f"http://{HOST}/", "address"),
        (f"https://someone@{HOST}/", "address"),
        (f"https://{HOST}/#part", "address"),
        (f"https://{HOST}:99999/", "address"),
        (f"https://{HOST}/a b", "address"),
        (f"https://{HOST}/\r\nX: y", "address"),
        (f"https://{HOST}/ä", "address"),
        (f"https://{HOST}/{'x' * 500}", "address"),
        ("https:///x", "address"),
        ("ftp://x", "address"),
        ("https://[::1", "address"),
        ("https://elsewhere.example.org/", "host"),
        (f"https://{HOST}.evil.example/", "host"),
        (f"https://{HOST}:8443/", "host"),
        ("https://127.0.0.1/", "host"),
    ],
)
def test_only_what_the_operator_allows_is_an_address(url: str, code: str) -> None:
    with pytest.raises(UnsentError) as refused:
        require_address(url, [HOST])
    assert refused.value.code == code


def test_an_allowed_address_is_taken_apart() -> None:
    assert require_address(f"https://{HOST.upper()}/a?b=c", [HOST]) == (HOST, 443, "/a?b=c")
    assert require_address(f"https://{HOST}:8443", [f"{HOST}:8443"]) == (HOST, 8443, "/")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        *[
            (each, False)
            for each in (
                *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
                *("0.0.0.0", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1"),  # noqa: S104
                *("ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1"),
            )
        ],
    ],
)
def test_addresses_inside_a_network_are_no_public_ones(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_that_leads_inside_is_refused_after_it_was_looked_up(
    audit: Audit, admin: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_HOSTS = [HOST]
    webhook_create(organisation=audit.auditee, url=f"https://{HOST}/", events=ALL, by=admin, at=AT)
    answers = {"private": ["93.184.216.34", "10.0.0.7"], "name": []}
    for code, addresses in answers.items():
        found = [(2, 1, 6, "", (each, 443)) for each in addresses]
        monkeypatch.setattr(delivering.socket, "getaddrinfo", lambda *_args, found=found, **_named: found)
        monkeypatch.setattr(delivering.socket, "create_connection", lambda *_args, **_named: pytest.fail("connected"))
        move(audit)
        run()
        assert WebhookDelivery.objects.latest("sequence").error == code


def test_a_host_without_its_certificate_is_refused(
    receiver: Receiver, audit: Audit, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(receiver, audit.auditee, admin)
    move(audit)
    monkeypatch.setattr(delivering, "context", ssl.create_default_context)
    run()
    assert (WebhookDelivery.objects.get().error, receiver.got) == ("tls", [])


def test_nothing_listens_and_nothing_is_lost(receiver: Receiver, audit: Audit, admin: User) -> None:
    register(receiver, audit.auditee, admin)
    move(audit)
    receiver.server.socket.close()
    run()
    assert WebhookDelivery.objects.get().error in {"connection", "tls"}
    assert WebhookDelivery.objects.get().state == DeliveryState.WAITING


def test_without_allowed_hosts_nothing_is_registered_and_nothing_sent(
    receiver: Receiver, audit: Audit, admin: User, settings: Any
) -> None:
    register(receiver, audit.auditee, admin)
    move(audit)
    settings.WEBHOOK_HOSTS = []
    assert run() == 0
    with pytest.raises(UnsentError):
        register(receiver, audit.auditee, admin)


def test_there_is_an_end_to_them_and_old_deliveries_go(receiver: Receiver, audit: Audit, admin: User) -> None:
    for _ in range(MOST_WEBHOOKS):
        webhook, _secret = register(receiver, audit.auditee, admin)
    with pytest.raises(TooManyWebhooksError):
        register(receiver, audit.auditee, admin)
    webhook_test(webhook=webhook, at=AT)
    assert webhooks_prune(at=AT + 2 * KEPT) == 0  # it waits still
    run()
    assert webhooks_prune(at=AT + KEPT) == 0
    assert webhooks_prune(at=AT + KEPT + timedelta(seconds=1)) == 1


# --- the pages ------------------------------------------------------------------------------------------------------


def test_the_secret_is_shown_once_and_kept_sealed(receiver: Receiver, audit: Audit, admin: User) -> None:
    client = Client()
    client.force_login(admin)
    new = reverse("reports:webhook_create", args=[audit.auditee_id])
    made = client.post(new, {"url": receiver.url, "events": ["audit.moved"]})
    secret = made.context["secret"]
    assert secret.startswith("whsec_")
    assert secret in made.content.decode()
    webhook = Webhook.objects.get()
    assert secret not in webhook.secret
    for name, key in (("webhooks", audit.auditee_id), ("webhook", webhook.pk)):
        assert secret not in client.get(reverse(f"reports:{name}", args=[key])).content.decode()
    assert "from=touchstone" not in Entry.objects.get(action="webhook.registered").content
    refused = client.post(new, {"url": "https://elsewhere.example.org/", "events": ["audit.moved"]})
    assert refused.status_code == 422
    assert client.post(new, {"url": receiver.url, "events": ["everything"]}).status_code == 422


def test_a_test_is_sent_and_sent_again_from_the_page(receiver: Receiver, audit: Audit, admin: User) -> None:
    webhook, _secret = register(receiver, audit.auditee, admin)
    client = Client()
    client.force_login(admin)
    page = reverse("reports:webhook", args=[webhook.pk])
    assert client.post(reverse("reports:webhook_test", args=[webhook.pk])).url == page
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert run(later) == 1
    delivery = WebhookDelivery.objects.get()
    assert str(delivery.pk) in client.get(page).content.decode()
    client.post(reverse("reports:webhook_again", args=[webhook.pk, delivery.pk]))
    assert run(later) == 1
    assert [each["id"] for each in receiver.bodies()] == [str(delivery.pk)] * 2
    client.post(reverse("reports:webhook_switch", args=[webhook.pk]), {"on": "no"})
    webhook.refresh_from_db()
    assert webhook.off == Off.PAUSED
    client.post(reverse("reports:webhook_remove", args=[webhook.pk]))
    assert not Webhook.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_outsiders_find_nothing_and_members_may_not(receiver: Receiver, audit: Audit, admin: User) -> None:
    webhook, _secret = register(receiver, audit.auditee, admin)
    delivery = webhook_test(webhook=webhook, at=AT)
    other, _secret = register(receiver, make_organisation(), admin)
    pages = [
        ("get", reverse("reports:webhooks", args=[audit.auditee_id])),
        ("get", reverse("reports:webhook_create", args=[audit.auditee_id])),
        ("get", reverse("reports:webhook", args=[webhook.pk])),
        ("post", reverse("reports:webhook_test", args=[webhook.pk])),
        ("post", reverse("reports:webhook_switch", args=[webhook.pk])),
        ("post", reverse("reports:webhook_remove", args=[webhook.pk])),
        ("post", reverse("reports:webhook_again", args=[webhook.pk, delivery.pk])),
    ]
    people = {404: make_user(Role.ADMINISTRATOR), 403: make_user(Role.CENTRE_MANAGER, audit.auditee)}
    for status, person in people.items():
        client = Client()
        client.force_login(person)
        for method, page in pages:
            assert getattr(client, method)(page).status_code == status, page
    client = Client()
    client.force_login(admin)
    assert client.post(reverse("reports:webhook_again", args=[other.pk, delivery.pk])).status_code == 404


def test_the_page_costs_the_same_for_one_delivery_and_for_fifty(receiver: Receiver, audit: Audit, admin: User) -> None:
    webhook, _secret = register(receiver, audit.auditee, admin)
    client = Client()
    client.force_login(admin)
    move(audit)
    run()

    def cost(page: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page).status_code == 200
        return len(caught)

    pages = [
        reverse("reports:webhook", args=[webhook.pk]),
        reverse("reports:webhooks", args=[audit.auditee_id]),
    ]
    before = [cost(page) for page in pages]
    for _ in range(5):
        move(audit)
    register(receiver, audit.auditee, admin)
    run()
    assert [cost(page) for page in pages] == before


def test_collecting_costs_the_same_for_one_event_and_for_thirty(receiver: Receiver, audit: Audit, admin: User) -> None:
    register(receiver, audit.auditee, admin)

    def cost(number: int) -> int:
        for _ in range(number):
            move(audit)
        with CaptureQueriesContext(connection) as caught:
            _collect(AT)
        return len(caught)

    assert cost(1) == cost(30)
