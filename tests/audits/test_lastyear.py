"""Last year's answer stands beside this year's: never counted, taken over only on what was seen this time."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from audits.selectors.lastyear import ghosts_by_code, last_audit
from audits.services.answers import AnswerInput, answer_confirm, answer_save
from audits.services.errors import InvalidAnswerError
from ledger.models import Entry
from tests.audits.editions import make_pair
from tests.audits.scenes import PNG, Scene, add_evidence, make_people, make_scene
from tests.factories import AT, make_audit

if TYPE_CHECKING:
    from django.test import Client

    from standards.models import Edition

pytestmark = pytest.mark.django_db


def two_years(old: Edition | None = None, new: Edition | None = None) -> tuple[Scene, Scene]:
    """Return last year's closed audit, at 4 throughout, and this year's of the same centre by the same body."""
    fields = {"edition": old} if old else {}
    last = make_scene("closed", onsite_from=date(2025, 9, 1), onsite_to=date(2025, 9, 5), **fields)
    audit = make_audit(centre=last.audit.centre, conductor=last.audit.conductor, edition=new or last.audit.edition)
    return last, Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())


def confirm(scene: Scene, note: str = "", revision: int = 0) -> None:
    by = scene.people["leader"]
    answer_confirm(answer_id=scene.answer.pk, note=note, revision=revision, by=by, at=AT)


def test_last_audit_is_the_last_closed_one_before_of_the_same_centre() -> None:
    last, now = two_years()
    make_audit(centre=now.audit.centre, conductor=now.audit.conductor, edition=now.audit.edition)
    assert last_audit(now.audit, user=now.people["leader"]) == last.audit


def test_an_audit_that_one_may_not_see_is_no_ghost() -> None:
    last, now = two_years()
    assert last_audit(now.audit, user=now.people["outsider"]) is None
    Audit.objects.filter(pk=last.audit.pk).update(status="cancelled")
    assert last_audit(now.audit, user=now.people["leader"]) is None


def test_ghosts_follow_the_lineage_to_a_newer_edition() -> None:
    last, now = two_years(*make_pair())
    found = ghosts_by_code(now.audit, last.audit)
    assert [(ghost.code, ghost.same) for ghost in found["A1.1"]] == [("A1.1", True)]
    assert [(ghost.code, ghost.same) for ghost in found["A1.2"]] == [("A1.2", False)]  # reworded
    assert [ghost.code for ghost in found["A1.4"]] == ["A1.4", "A1.5"]  # merged
    assert "A1.99" not in found  # asked for the first time


def test_a_ghost_does_not_count(client: Client) -> None:
    _last, now = two_years()
    client.force_login(now.people["leader"])
    page = client.get(reverse("audits:sheet", args=[now.audit.pk])).content.decode()
    assert page.count('class="ts-ghost"') == 6
    assert "0 of 6 answered" in page


def test_confirming_needs_evidence_or_a_note_of_this_year() -> None:
    _last, now = two_years()
    with pytest.raises(InvalidAnswerError, match="ghost_without_evidence"):
        confirm(now)
    confirm(now, note="Seen again in three calls.")
    now.answer.refresh_from_db()
    assert (now.answer.level, now.answer.note, now.answer.revision) == (4, "Seen again in three calls.", 1)
    assert '"confirms"' in Entry.objects.last().content


def test_last_years_own_words_are_no_new_note() -> None:
    last, now = two_years()
    last.answer.note = "As written then."
    last.answer.save()
    with pytest.raises(InvalidAnswerError, match="ghost_without_evidence"):
        confirm(now, note="As written then.")


def test_confirming_on_evidence_takes_the_level_and_not_the_old_note() -> None:
    last, now = two_years()
    last.answer.note = "As written then."
    last.answer.save()
    add_evidence(now, BytesIO(PNG))
    confirm(now)
    now.answer.refresh_from_db()
    assert (now.answer.level, now.answer.note) == (4, "")


def test_what_is_asked_differently_now_cannot_be_confirmed() -> None:
    _last, now = two_years(*make_pair())
    now.answer = now.audit.answers.get(criterion__code="A1.2")
    with pytest.raises(InvalidAnswerError, match="nothing_to_confirm"):
        confirm(now, note="Seen.")


def test_page_says_why_not_at_the_row_and_takes_over_when_it_may(client: Client) -> None:
    _last, now = two_years()
    client.force_login(now.people["leader"])
    url = reverse("audits:answer_confirm", args=[now.answer.pk])
    refused = client.post(url, {"note": "", "revision": "0"})
    assert (refused.status_code, refused["HX-Retarget"]) == (422, f"#state-{now.answer.pk}")
    done = client.post(url, {"note": "New.", "revision": "0"})
    assert done.status_code == 200
    assert 'id="strip"' in done.content.decode()
    assert client.post(url, {"note": "Newer.", "revision": "0"}).status_code == 409


def test_changed_since_last_year_compares_with_it(client: Client) -> None:
    _last, now = two_years()
    first, second = now.audit.answers.all()[:2]
    for answer, level in ((first, 4), (second, 2)):
        by = now.people["leader"]
        answer_save(answer_id=answer.pk, content=AnswerInput(level=level), revision=0, by=by, at=AT)
    client.force_login(now.people["leader"])
    response = client.get(reverse("audits:sheet", args=[now.audit.pk]), {"show": "changed"})
    assert response.context["kept"] == {second.pk}


def test_sheet_costs_the_same_with_and_without_last_year(client: Client) -> None:
    _last, now = two_years(*make_pair())
    client.force_login(now.people["leader"])
    url, counts = reverse("audits:sheet", args=[now.audit.pk]), []
    for _ in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
        Audit.objects.filter(pk=_last.audit.pk).update(status="cancelled")
    assert counts[0] - counts[1] == 1  # the answers of last year; with them all in one query
    assert counts[0] <= 13
