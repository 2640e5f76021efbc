"""What a person was told: the list behind the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.access import signed_in
from accounts.models import Notice
from accounts.selectors import notices_of, unread_count
from accounts.services import notices_read
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = 50


@signed_in
def notice_list(request: HttpRequest) -> HttpResponse:
    """Show all notices, or the unread ones, newest first."""
    user = person(request.user)
    unread = request.GET.get("show") == "unread"
    page = Paginator(notices_of(user, unread=unread), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "unread_only": unread, "unread": unread_count(user)}
    return render(request, "accounts/notice_list.html", context)


@signed_in(methods=("POST",))
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go to what it is about; 404 for those of others."""
    notice = Notice.objects.filter(pk=pk, to=person(request.user)).first()
    if notice is None:
        raise Http404
    notices_read(user=person(request.user), only=notice.pk, at=timezone.now())
    inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if inside else "accounts:notice_list")


@signed_in(methods=("POST",))
def notice_read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    if notices_read(user=person(request.user), at=timezone.now()):
        messages.success(request, _("All notices are marked as read."))
    return redirect("accounts:notice_list")
