"""Forms that a browser kept without a connection: posted under a key they are done once, and under one name only."""

from __future__ import annotations

import uuid
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone

from accounts.views.profiles import person
from audits.models import SaveReceipt
from audits.operations import fingerprint
from audits.views.drawer import get_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from audits.models import Answer

    View = Callable[[HttpRequest, int], HttpResponse]

KEY, NAME = "Idempotency-Key", "X-Touchstone-User"


def once(view: View) -> View:
    """Do the view once per key that the browser sends along; without a key, as ever.

    Sent again after the answer was lost it is answered (204) and does nothing; a key that was
    used for something else is refused (422), and what was kept for somebody else too (409). What the view refuses is
    not remembered, so that it can be sent again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, answer_id: int) -> HttpResponse:
        name = request.headers.get(NAME)
        if name is not None and name != str(request.user.pk):
            return _refused("another_user", HTTPStatus.CONFLICT)
        sent = request.headers.get(KEY)
        if sent is None:
            return view(request, answer_id)
        try:
            key = uuid.UUID(sent)
        except ValueError:
            return _refused("bad_key", HTTPStatus.BAD_REQUEST)
        return _under(key, request, get_answer(person(request.user), answer_id), view)

    return guarded


def _under(key: uuid.UUID, request: HttpRequest, answer: Answer, view: View) -> HttpResponse:
    content = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    files = [[name, file.name, file.size] for name, each in request.FILES.lists() for file in each]
    receipt = SaveReceipt(
        key=key,
        user=person(request.user),
        audit=answer.audit,
        sha256=fingerprint([request.path, content, files]),
        at=timezone.now(),
    )
    try:
        with transaction.atomic():
            receipt.save(force_insert=True)  # whoever comes second with the key waits here for the first
            response = view(request, answer.pk)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                transaction.set_rollback(True)  # nothing was done; the key is free again
            return response
    except IntegrityError:
        stored = SaveReceipt.objects.filter(pk=key).first()
    if stored is None or (stored.user_id, stored.sha256) != (receipt.user_id, receipt.sha256):
        return _refused("reused", HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _refused(code: str, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(code, status=status, content_type="text/plain", headers={"X-Touchstone-Refused": code})
