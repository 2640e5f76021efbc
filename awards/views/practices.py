"""From an award entry to the next edition: its practice is proposed as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.access import permission, require
from accounts.views.profiles import person
from awards.scheme import TEXT
from awards.views.fetching import entry_of
from standards.practice_forms import LANGUAGE_NAMES, PracticeForm
from standards.practice_words import words_for
from standards.practices import Practice, PracticeSource
from standards.services.errors import PracticeRefusedError
from standards.services.practices import PracticeContent, practice_propose

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from awards.models import Entry

SEND = "awards.send_entry"
CONFLICT, UNPROCESSABLE = 409, 422


@permission(SEND, methods=("GET", "POST"))
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Propose the practice of an entry, by its own organisation, once the results are public."""
    user = person(request.user)
    entry = entry_of(request, code)
    require(user, SEND, entry)
    programme = entry.programme
    if programme.edition is None or not entry.revision or not programme.is_public(timezone.now()):
        raise Http404
    key = f"award:{entry.code}"
    before = Practice.objects.visible_to(user).filter(source_key=key).first()
    if before is not None:
        messages.info(request, words_for(["taken"])[0])
        return redirect("standards:practice", before.code)
    form = PracticeForm(request.POST if request.method == "POST" else None, user=user, given=_content(entry))
    status = UNPROCESSABLE if form.is_bound else 200
    if form.is_valid():
        try:
            made = practice_propose(
                standard=programme.edition.code,
                content=form.content(),
                source=PracticeSource.AWARD,
                source_key=key,
                source_label=f"{programme}: {entry.title}"[:200],
                by=user,
                at=timezone.now(),
            )
        except PracticeRefusedError as error:
            status = CONFLICT
            for words in words_for(error.reasons):
                form.add_error(None, words)
        else:
            messages.success(request, gettext("%(code)s is proposed for the next edition.") % {"code": made.code})
            return redirect("standards:practice", made.code)
    origin = gettext("From %(programme)s, entry “%(entry)s”.") % {"programme": programme, "entry": entry.title}
    return render(request, "standards/practices/form.html", {"form": form, "origin": origin}, status=status)


def _content(entry: Entry) -> PracticeContent:
    """Return what the entry says: its texts in the reader's language, organisation, edition."""
    reader = (get_language() or "en").lower()
    language = reader if reader in LANGUAGE_NAMES else "en"
    answers = {answer.ask: answer.text for answer in entry.answers.all()}
    asked = [ask.code for stage in entry.programme.scheme.stages for ask in stage.asks if ask.kind == TEXT]
    texts = [answers[code] for code in asked if answers.get(code)]
    return PracticeContent(
        title={language: entry.title},
        summary={language: texts[0]} if texts else {},
        done={language: texts[1]} if texts[1:] else {},
        evidence=[f"{entry.programme}: {entry.title}"],
        industry=entry.centre.industry if entry.centre else "",
        edition=entry.programme.edition,
        organisation=entry.organisation,
    )
