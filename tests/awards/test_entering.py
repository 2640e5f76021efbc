"""Entries: eligibility in words, drafting together, deadlines and clocks, receipts, late and withdrawn ones."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import Role
from audits.models import AuditStatus
from audits.storage import EvidenceRefusedError
from awards.models import Entry, EntryVersion
from awards.selectors.eligibility import eligibility
from awards.selectors.entering import entry_page
from awards.selectors.panels import entries_in
from awards.services.entries import answer_save, entry_begin, reference_add
from awards.services.errors import AwardError, StaleError
from awards.services.files import file_add
from awards.services.programmes import category_merge, programme_declare, programme_open, stage_move
from awards.services.results import gate_close, results_announce, results_freeze
from awards.services.submitting import entry_submit, entry_withdraw, late_allow, late_ask
from awards.words import REFUSED, refusal
from ledger.models import Entry as LedgerEntry
from tests.awards.scenes import OVER, WORDS, enter, make_judging, make_programme, template
from tests.factories import AT, make_audit, make_centre, make_edition, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

CLOSES = AT + timedelta(days=10, hours=6, minutes=59)  # 23:59 in Hong Kong


def refused(code: str, call, **arguments) -> AwardError:
    with pytest.raises(AwardError) as caught:
        call(**arguments)
    assert caught.value.code == code
    assert refusal(caught.value)
    return caught.value


@pytest.fixture
def scene():
    return make_programme()


def test_every_refusal_has_words_that_fit_its_facts() -> None:
    facts = dict.fromkeys(
        ("status", "least", "number", "reasons", "have", "most", "asks", "criteria", "low", "high"), "x"
    )
    for code in REFUSED:
        assert refusal(AwardError(code, **facts))


def test_eligibility_answers_at_once_with_the_reason() -> None:
    edition = make_edition()
    rule = {"rule": "standing", "edition": "current", "tier": "base", "assessment": True, "categories": ["centre"]}
    scene = make_programme(eligibility=[rule, {"rule": "most_entries", "most": 1}])
    scene.programme.edition = edition
    scene.programme.save()
    centre = make_centre()

    def ask(category: str = "centre") -> list[bool]:
        found = eligibility(scene.programme, centre.organisation, centre, category, today=AT.date())
        assert all(answer.words for answer in found)
        return [answer.met for answer in found]

    assert ask() == [False, True]
    assert ask("team") == [True]
    audit = make_audit(edition=edition, centre=centre)
    for tier, met in (("top", True), ("base", True), (None, False)):
        audit.status, audit.result = AuditStatus.CLOSED, {"result": {"tier": tier}}
        audit.save()
        assert ask()[0] is met
    other = make_audit(edition=make_edition(), centre=make_centre(centre.organisation))
    other.status, other.result = AuditStatus.CLOSED, {"result": {"tier": "top"}}
    other.save()
    assert ask()[0] is False  # another edition of another centre
    manager = make_user(Role.CENTRE_MANAGER, centre.organisation)
    facts = {"programme_id": scene.programme.pk, "organisation": centre.organisation, "centre": centre}
    error = refused("not_eligible", entry_begin, **facts, category="centre", title="T", by=manager, at=AT)
    assert "base" in refusal(error).lower()


def test_two_who_write_at_once_lose_nothing(client: Client, scene, monkeypatch) -> None:
    entry, manager = enter(scene), scene.managers[0]
    colleague = make_user(Role.CONTRIBUTOR, entry.organisation)
    answer_save(entry_id=entry.pk, ask="story", text="Mine.", unit="", revision=1, by=manager, at=AT)
    with pytest.raises(StaleError) as caught:
        answer_save(entry_id=entry.pk, ask="story", text="Theirs.", unit="", revision=1, by=colleague, at=AT)
    assert caught.value.current.text == "Mine."
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    client.force_login(colleague)
    address = reverse("awards:answer", args=[entry.code, "story"])
    response = client.post(address, {"text": "Theirs.", "revision": 1})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Mine." in page
    assert "Theirs." in page
    assert client.post(address, {"text": "Both.", "revision": 2}).status_code == 200
    assert client.post(address, {"text": "x" * 2001, "revision": 3}).status_code == 422
    assert entry.answers.get(ask="story").text == "Both."


def test_a_receipt_is_the_hash_of_what_was_handed_in(scene) -> None:
    entry = enter(scene)
    version = entry.versions.get()
    assert version.sha256 == hashlib.sha256(version.content.encode()).hexdigest()
    assert json.loads(version.content)["answers"]["rate"] == {"text": "91", "unit": ""}
    assert version.sha256 in LedgerEntry.objects.get(action="award.entry_submitted").content
    refused("nothing_new", entry_submit, entry_id=entry.pk, by=scene.managers[0], at=AT)


def test_what_is_missing_is_named_and_nothing_is_handed_in(scene) -> None:
    entry = enter(scene)
    answer_save(entry_id=entry.pk, ask="rate", text="", unit="", revision=1, by=scene.managers[0], at=AT)
    error = refused("incomplete", entry_submit, entry_id=entry.pk, by=scene.managers[0], at=AT)
    assert "Rate" in refusal(error)
    assert entry.versions.count() == 1
    assert entry_page(entry, at=AT).percent == 50


def test_the_deadline_is_that_of_the_programme_to_the_minute_and_late_needs_the_chair(scene) -> None:
    entry, manager = enter(scene), scene.managers[0]
    facts = {"entry_id": entry.pk, "ask": "rate", "unit": "", "by": manager}
    refused("still_open", late_ask, entry_id=entry.pk, by=manager, at=CLOSES)
    answer_save(**facts, text="92", revision=1, at=CLOSES)
    after = CLOSES + timedelta(seconds=1)
    refused("closed", answer_save, **facts, text="93", revision=2, at=after)
    refused("closed", entry_submit, entry_id=entry.pk, by=manager, at=after)
    late_ask(entry_id=entry.pk, by=manager, at=after)
    until = after + timedelta(days=1)
    refused("in_the_past", late_allow, entry_id=entry.pk, until=AT, reason="Flood.", by=scene.chair, at=after)
    late_allow(entry_id=entry.pk, until=until, reason="Flood.", by=scene.chair, at=after)
    assert entry_submit(entry_id=entry.pk, by=manager, at=until).late
    answer_save(**facts, text="94", revision=2, at=until)
    refused("closed", entry_submit, entry_id=entry.pk, by=manager, at=until + timedelta(seconds=1))
    assert entry.versions.count() == 2


def test_a_withdrawn_entry_is_kept_and_closed(scene) -> None:
    entry, manager = enter(scene), scene.managers[0]
    entry_withdraw(entry_id=entry.pk, reason="Merger.", by=manager, at=AT)
    refused("withdrawn_already", entry_withdraw, entry_id=entry.pk, reason="Again.", by=manager, at=AT)
    refused("closed", entry_submit, entry_id=entry.pk, by=manager, at=AT)
    assert EntryVersion.objects.filter(entry=entry).exists()


def test_only_own_closed_audits_can_be_referred_to(scene) -> None:
    entry, manager = enter(scene), scene.managers[0]
    own, foreign = make_audit(centre=entry.centre), make_audit()
    for audit in (own, foreign):
        audit.result = {"result": {"tier": "base"}}
        audit.save()
    facts = {"entry_id": entry.pk, "ask": "audit", "by": manager, "at": AT}
    refused("not_yours", reference_add, **facts, audit_id=own.pk)  # under way
    for audit in (own, foreign):
        audit.status = AuditStatus.CLOSED
        audit.save()
    refused("not_yours", reference_add, **facts, audit_id=foreign.pk)
    first = reference_add(**facts, audit_id=own.pk)
    assert reference_add(**facts, audit_id=own.pk) == first
    version = entry_submit(entry_id=entry.pk, by=manager, at=AT)
    assert json.loads(version.content)["references"][0]["audit"] == own.reference


def test_a_file_that_is_none_is_refused_and_nothing_stays(scene, settings, tmp_path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    entry, manager = enter(scene), scene.managers[0]
    facts = {"entry": entry, "ask": "files", "by": manager, "at": AT}
    with pytest.raises(EvidenceRefusedError):
        file_add(**facts, source=io.BytesIO(b"MZ"), filename="a.exe")
    refused("no_ask", file_add, **{**facts, "ask": "story"}, source=io.BytesIO(b"x"), filename="a.txt")
    one = file_add(**facts, source=io.BytesIO(b"x"), filename="a.txt")
    assert file_add(**facts, source=io.BytesIO(b"x"), filename="b.txt") == one


def test_a_deadline_is_not_moved_to_before_what_was_handed_in(scene) -> None:
    enter(scene)
    stage = scene.programme.stages.get(code="papers")
    facts = {"stage_id": stage.pk, "opens_at": stage.opens_at, "reason": "Room.", "by": scene.chair, "at": AT}
    error = refused("handed_in_after", stage_move, **facts, closes_at=AT - timedelta(hours=1))
    assert error.params["number"] == 1
    refused("dates_reversed", stage_move, **facts, closes_at=stage.opens_at - timedelta(hours=1))
    stage_move(**facts, closes_at=AT + timedelta(hours=1))
    assert LedgerEntry.objects.filter(action="award.stage_moved").count() == 1


def test_how_it_decides_is_fixed_by_opening() -> None:
    from awards.services.programmes import Declared

    scene = make_programme(opened=False)
    facts = {"programme_id": scene.programme.pk, "by": scene.chair, "at": AT}
    refused("trim_small", programme_declare, **facts, declared=Declared("mean", 1, 4, "value"))
    before = programme_declare(**facts, declared=Declared("adjusted", 0, 4, "proof")).sha256
    refused("in_the_past", programme_open, **{**facts, "at": AT + timedelta(days=99)})
    opened = programme_open(**facts)
    assert opened.sha256 == before
    refused("wrong_status", programme_declare, **facts, declared=Declared("mean", 0, 3, "value"))
    refused("wrong_status", programme_open, **facts)


def test_merging_categories_moves_entries_and_keeps_scores() -> None:
    scene = make_judging(2, 3)
    scene.assign()
    scene.score(lambda _entry, _judge: (3, 3))
    facts = {"programme_id": scene.programme.pk, "by": scene.chair, "at": AT, "reason": "Few entries."}
    refused("same_category", category_merge, **facts, source="team", target="team")
    refused("no_category", category_merge, **facts, source="team", target="x")
    assert category_merge(**facts, source="centre", target="team") == 2
    assert set(Entry.objects.values_list("category", flat=True)) == {"team"}


@pytest.mark.parametrize(
    ("role", "status"), [(None, 404), (Role.VIEWER, 403), (Role.CONTRIBUTOR, 403), (Role.CENTRE_MANAGER, 302)]
)
def test_who_may_hand_in(client: Client, scene, role, status: int) -> None:
    entry = enter(scene)
    client.force_login(make_user(role, entry.organisation) if role else make_user(Role.CENTRE_MANAGER))
    assert client.post(reverse("awards:submit", args=[entry.code])).status_code == status
    assert client.get(reverse("awards:entry", args=[entry.code])).status_code == (404 if role is None else 200)


def test_other_chairs_and_other_entrants_see_no_programme_of_others(client: Client) -> None:
    scene = make_programme(opened=False)
    for user in (make_user(Role.AWARD_CHAIR), make_user(Role.CENTRE_MANAGER)):
        client.force_login(user)
        assert client.get(reverse("awards:programme", args=[scene.programme.code])).status_code == 404
    opened = make_programme()
    for name, arguments in (("desk", ()), ("panel", ()), ("results", ()), ("declare", ()), ("assign", ("blind",))):
        address = reverse(f"awards:{name}", args=[opened.programme.code, *arguments])
        assert client.get(address).status_code == 403
    client.force_login(make_user(Role.AWARD_CHAIR, make_organisation()))
    assert client.get(reverse("awards:desk", args=[opened.programme.code])).status_code == 403
    client.force_login(opened.chair)
    assert client.get(reverse("awards:desk", args=[opened.programme.code])).status_code == 200


def test_a_later_stage_for_entries_is_for_those_who_passed_the_gate() -> None:
    ask = {"code": "case", "kind": "text", "most": 500, "title": {"en": "Case"}}
    document = template()
    first = {**document["stages"][1], "gate": {"top": 1}}
    more = {"code": "cases", "kind": "entry", "days": [30, 40], "title": {"en": "Cases"}, "asks": [ask]}
    finals = {"code": "finals", "kind": "judging", "days": [50, 60], "title": {"en": "Finals"}}
    scene = make_judging(2, 2, stages=[document["stages"][0], first, more, finals])
    scene.assign()
    best = scene.entries[1]
    scene.score(lambda entry, _judge: (5, 5) if entry == best else (1, 1))
    gate_close(stage_id=scene.stage.pk, by=scene.chair, at=AT + timedelta(days=25))
    at = AT + timedelta(days=35)
    facts = {"ask": "case", "text": "One change.", "unit": "", "revision": 0, "at": at}
    refused("closed", answer_save, entry_id=scene.entries[0].pk, by=scene.managers[0], **facts)
    error = refused("incomplete", entry_submit, entry_id=best.pk, by=scene.managers[1], at=at)
    assert "Case" in refusal(error)
    answer_save(entry_id=best.pk, by=scene.managers[1], **facts)
    assert entry_submit(entry_id=best.pk, by=scene.managers[1], at=at).number == 2
    stage = scene.programme.stages.get(code="finals")
    assert [entry.code for entry in entries_in(stage)] == [best.code]
    late = AT + timedelta(days=45)
    late_allow(entry_id=best.pk, until=late, reason="Power cut.", by=scene.chair, at=at)
    answer_save(entry_id=best.pk, by=scene.managers[1], **{**facts, "text": "Two.", "revision": 1, "at": late})


def test_a_winner_proposes_its_practice_once_results_are_public(client: Client) -> None:
    scene = make_judging(2, 2)
    scene.programme.edition = make_edition()
    scene.programme.save()
    scene.assign()
    scene.score(lambda entry, _judge: (entry.pk % 5, 3))
    address = reverse("awards:practice", args=[scene.entries[0].code])
    client.force_login(scene.managers[0])
    assert client.get(address).status_code == 404
    results_freeze(programme_id=scene.programme.pk, by=scene.chair, at=OVER)
    results_announce(programme_id=scene.programme.pk, embargo_until=None, by=scene.chair, at=OVER)
    page = client.get(address)
    assert page.status_code == 200
    assert WORDS in unescape(page.content.decode())
    client.force_login(scene.managers[1])
    assert client.get(address).status_code == 404
