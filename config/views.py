"""The home page, and whether the installation is alive and ready."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import bucket
from accounts.access import may, permission, public, require, signed_in
from accounts.models import Centre, Role
from accounts.views.profiles import person
from audits.models import AuditStatus
from audits.selectors.desk import desk
from audits.selectors.overview import step_words
from audits.selectors.sheet import audits_for, status_counts
from audits.workflow import TRANSITIONS
from awards.selectors.duties import duties
from config.metrics import exposition
from config.rights import RELATIONS, RIGHTS, VERBS

if TYPE_CHECKING:
    from django.http import HttpRequest

RECENT = 8
# Whoever answers for more than the next task is led to the dashboard.
LEADING = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER, Role.DECISION_MAKER)


@permission("accounts.read_rights")
def rights(request: HttpRequest) -> HttpResponse:
    """Who may do what, in words: every rule, and every step of an engagement by status."""
    require(request.user, "accounts.read_rights")
    text = request.GET.get("q", "").strip()[:100].casefold()
    who = {verb: [str(RELATIONS[each]) for each in RIGHTS[verb]] for verb in VERBS}
    verbs = [(str(words), who[verb]) for verb, (_kind, words) in VERBS.items()]
    steps = [
        (str(step_words(step.name).label), [AuditStatus(each).label for each in step.sources], who[step.permission])
        for step in TRANSITIONS.values()
    ]
    context = {
        "verbs": [row for row in verbs if _found(text, row[0], *row[1])],
        "steps": [row for row in steps if _found(text, row[0], *row[1], *row[2])],
        "q": request.GET.get("q", "").strip()[:100],
    }
    return render(request, "rights.html", context)


def _found(text: str, *words: object) -> bool:
    return any(text in str(word).casefold() for word in words)


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What to do next, for each of the person's roles, and what there is."""
    user = person(request.user)
    counts, now = status_counts(user), timezone.now()
    piles = [*desk(user, today=timezone.localdate(now)), *duties(user, at=now)]
    context = {
        "piles": [pile for pile in piles if pile.tasks],
        "clear": [pile for pile in piles if not pile.tasks],
        "audits": audits_for(user).order_by("-onsite_from", "-pk")[:RECENT],
        "counts": [(status.label, status.value, counts.get(status.value, 0)) for status in AuditStatus],
        "centres": Centre.objects.visible_to(user).count(),
        "leads": bool(user.organisations_as(*LEADING)),
        "may_plan": may(request.user, "audits.add_audit"),
    }
    return render(request, "home.html", context)


def bad_request(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that a request could not be read (400). Django's own answer reads it once more, and fails with it (500)."""
    return HttpResponseBadRequest(render_to_string("400.html"))


@public
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Serve the script that opens pages without a connection: from the root, so that it may serve all addresses."""
    script = (settings.BASE_DIR / "config" / "static" / "touchstone" / "sw.js").read_text()
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@signed_in
def offline(request: HttpRequest) -> HttpResponse:
    """What a browser shows in place of a page that it does not have; it goes with an audit that is taken along."""
    return render(request, "offline_page.html")


@public
def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "alive"})


@public
def readyz(_request: HttpRequest) -> JsonResponse:
    """Ready: database, storage and, where one is set, broker answer; 503 names what does not."""
    checks = {"database": _database(), "storage": _storage(), "broker": _broker()}
    ready = all(state != "down" for state in checks.values())
    return JsonResponse({"status": "ready" if ready else "not ready", **checks}, status=200 if ready else 503)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to whoever shows the token; for everybody else there is no such page."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(shown, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(exposition(at=timezone.now()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "up"


def _storage() -> str:
    if storage := bucket.bucket():
        try:
            bucket.there(storage, "readyz")
        except OSError:
            return "down"
    return "up" if os.access(Path(settings.DATA_DIR), os.W_OK) else "down"


def _broker() -> str:
    if not settings.CELERY_BROKER_URL:
        return "not used"
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception:  # noqa: BLE001 - whatever the transport raises, the broker is not reachable
        return "down"
    return "up"
