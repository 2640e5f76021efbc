"""Panels and cards: conflicts that the data shows, assignment, saving, stepping aside, side by side."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice, Role
from awards.models import Assignment, Judge, Preference, TieKind
from awards.selectors.desk import desk, stage_facts
from awards.selectors.judging import side_page
from awards.selectors.panels import CONFLICTS, barred, entries_in, panel_of, preview
from awards.services.errors import StaleError
from awards.services.panels import JudgeFacts, assignment_confirm, judge_add, judge_remove, judges_remind, tie_add
from awards.services.scoring import CardInput, card_abstain, card_recuse, card_save, card_submit, preference_set
from awards.services.submitting import entry_submit, entry_withdraw
from ledger.models import Entry as LedgerEntry
from tests.awards.scenes import FACTS, IN_JUDGING, enter, fill, make_judging, make_programme
from tests.awards.test_entering import refused
from tests.factories import AT, leader_of, make_audit, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def add(scene, user, **fields):
    facts = JudgeFacts(**{**{name: getattr(FACTS, name) for name in FACTS.__dataclass_fields__}, **fields})
    return judge_add(programme_id=scene.programme.pk, email=user.email, facts=facts, by=scene.chair, at=AT)


def test_conflicts_are_found_before_anybody_is_assigned() -> None:
    scene = make_programme()
    entry = enter(scene)
    entrant, supplier = entry.organisation, make_organisation()
    audit = make_audit(centre=entry.centre)
    leader = leader_of(audit)
    tie_add(programme_id=scene.programme.pk, kind=TieKind.SUPPLIER, one=supplier, other=entrant, by=scene.chair, at=AT)
    body = make_organisation()
    entrant.audit_bodies.add(body)
    people = {
        "member": make_user(Role.VIEWER, entrant),
        "employer": make_user(),
        "tie": make_user(Role.VIEWER, supplier),
        "audited": leader,
        "body": make_user(Role.VIEWER, body),
        "category": make_user(),
        "language": make_user(),
        "free": make_user(),
    }
    fields = {
        "employer": {"employer": entrant},
        "category": {"categories": ("team",)},
        "language": {"languages": ("zh",)},
    }
    judges = {name: add(scene, user, **fields.get(name, {})) for name, user in people.items()}
    found = barred(scene.programme, panel_of(scene.programme), entries_in(scene.stage))
    for name, judge in judges.items():
        codes = found.get((entry.pk, judge.pk), ())
        assert (codes == ()) if name == "free" else (name in codes), (name, codes)
    assert {"category", "language"} & CONFLICTS == set()
    plan = preview(scene.stage).plan
    assert plan.pairs == {(entry.pk, judges["free"].pk)}
    assert plan.short == {entry.pk: 2}


def test_the_plan_that_was_previewed_is_the_one_that_is_made() -> None:
    scene = make_judging(6, 4)
    shown = preview(scene.stage)
    assert shown.plan.connected
    assert shown.plan.short == {}
    loads = shown.plan.loads.values()
    assert max(loads) - min(loads) <= 1
    enter(scene)
    facts = {"stage_id": scene.stage.pk, "by": scene.chair, "at": IN_JUDGING}
    refused("plan_changed", assignment_confirm, **facts, fingerprint=shown.fingerprint)
    assert not Assignment.objects.exists()
    assert assignment_confirm(**facts, fingerprint=preview(scene.stage).fingerprint) == 21
    assert preview(scene.stage).new == frozenset()
    assert Notice.objects.filter(kind="awards.assigned").count() == 4


def test_a_chair_does_not_judge_and_nobody_sits_twice() -> None:
    scene = make_programme()
    user = make_user()
    add(scene, user)
    for code, email in (("judge_twice", user.email), ("chair_judges", scene.chair.email), ("no_person", "no@x.org")):
        refused(code, judge_add, programme_id=scene.programme.pk, email=email, facts=FACTS, by=scene.chair, at=AT)


def test_a_judge_removed_midway_keeps_what_was_given_but_it_does_not_count() -> None:
    scene = make_judging(3, 4)
    cards = scene.assign()
    gone = scene.judges[0]
    own = [card for card in cards if card.judge_id == gone.pk]
    fill(own[0], 5, 5)
    judge_remove(judge_id=gone.pk, reason="Ill.", by=scene.chair, at=IN_JUDGING)
    assert Assignment.objects.get(pk=own[0].pk).scores.count() == 2
    assert stage_facts(scene.stage).scores == []
    assert {card.state for card in Assignment.objects.filter(judge=gone)} == {"submitted", "removed"}
    refused("card_closed", card_save, card_id=own[1].pk, content=CardInput({}), revision=0, by=gone.user, at=IN_JUDGING)
    added = add(scene, gone.user)
    assert added.pk == gone.pk
    assert len(stage_facts(scene.stage).scores) == 2


@pytest.fixture
def scene():
    return make_judging(3, 3)


def test_a_card_is_saved_on_the_revision_that_was_seen(client: Client, scene, monkeypatch) -> None:
    card = scene.assign()[0]
    judge = card.judge.user
    content = CardInput({"value": (4, "Clear.")})
    card_save(card_id=card.pk, content=content, revision=0, by=judge, at=IN_JUDGING)
    with pytest.raises(StaleError):
        card_save(card_id=card.pk, content=CardInput({"value": (1, "")}), revision=0, by=judge, at=IN_JUDGING)
    for level in (6, -1):
        facts = {"content": CardInput({"value": (level, "")}), "revision": 1, "by": judge, "at": IN_JUDGING}
        refused("bad_level", card_save, card_id=card.pk, **facts)
    error = refused("card_incomplete", card_submit, card_id=card.pk, seen=1, by=judge, at=IN_JUDGING)
    assert error.params["criteria"] == [{"en": "Proof"}]

    monkeypatch.setattr("django.utils.timezone.now", lambda: IN_JUDGING)
    client.force_login(judge)
    address = reverse("awards:card_save", args=[card.code])
    script = {"headers": {"accept": "application/json"}}
    facts = {"level-value": "2", "level-proof": "3", "revision": 0}
    assert client.post(address, facts, **script).status_code == 409
    assert client.post(address, {**facts, "revision": 1, "level-value": "nine"}, **script).status_code == 422
    assert client.post(address, {**facts, "revision": 1}, **script).json()["revision"] == 2
    assert client.post(address, {**facts, "revision": 1, "hand": 1}).status_code == 409  # the page says why
    assert client.post(address, {**facts, "revision": 2, "hand": 1, "seen": 1}).status_code == 302
    assert Assignment.objects.get(pk=card.pk).state == "submitted"
    # What was handed in can be changed until the stage is over; a card that lacks a level is not handed in.
    assert client.post(address, {"level-value": "2", "revision": 4}).status_code == 302
    assert Assignment.objects.get(pk=card.pk).state == "assigned"
    monkeypatch.setattr("django.utils.timezone.now", lambda: scene.stage.closes_at + timedelta(seconds=1))
    assert client.post(address, {**facts, "revision": 5}, **script).status_code == 422


def test_an_entry_that_changed_after_scoring_is_shown_with_the_difference(client: Client, scene, monkeypatch) -> None:
    from awards.services.entries import answer_save
    from awards.services.submitting import late_allow

    card = next(each for each in scene.assign() if each.entry_id == scene.entries[0].pk)
    fill(card, 4, 4)
    entry, manager = scene.entries[0], scene.managers[0]
    late_allow(entry_id=entry.pk, until=IN_JUDGING + timedelta(1), reason="Typo.", by=scene.chair, at=IN_JUDGING)
    text = "We answer at the second call, in the customer's own words."
    answer_save(entry_id=entry.pk, ask="story", text=text, unit="", revision=1, by=manager, at=IN_JUDGING)
    entry_submit(entry_id=entry.pk, by=manager, at=IN_JUDGING)
    monkeypatch.setattr("django.utils.timezone.now", lambda: IN_JUDGING)
    client.force_login(card.judge.user)
    page = client.get(reverse("awards:card", args=[card.code])).content.decode()
    assert "<del>first</del><ins>second</ins>" in page
    refused("entry_changed", card_submit, card_id=card.pk, seen=1, by=card.judge.user, at=IN_JUDGING)
    card_submit(card_id=card.pk, seen=2, by=card.judge.user, at=IN_JUDGING)
    assert Assignment.objects.get(pk=card.pk).seen == 2


def test_stepping_aside_keeps_the_score_uncounted_and_tells_the_ledger(client: Client, scene) -> None:
    card = scene.assign()[0]
    judge = card.judge.user
    fill(card, 5, 5)
    assert len(stage_facts(scene.stage).scores) == 2
    facts = {"card_id": card.pk, "by": judge, "at": IN_JUDGING}
    refused("no_reason", card_recuse, **facts, kind="professional", reason=" ")
    card_recuse(**facts, kind="professional", reason="A client since Monday.")
    assert stage_facts(scene.stage).scores == []
    assert card.scores.count() == 2
    assert '"had_score":true' in LedgerEntry.objects.get(action="award.card_recused").content
    client.force_login(judge)
    assert client.get(reverse("awards:card", args=[card.code])).status_code == 404
    assert (card.entry_id, card.judge_id) not in preview(scene.stage).plan.pairs
    refused("card_closed", card_abstain, **facts, reason="No.")


def test_abstaining_and_withdrawing_count_for_nothing(scene) -> None:
    cards = scene.assign()
    for card in cards:
        fill(card, 3, 3)
    card_abstain(card_id=cards[0].pk, reason="Cannot judge it.", by=cards[0].judge.user, at=IN_JUDGING)
    entry_withdraw(entry_id=scene.entries[1].pk, reason="Merger.", by=scene.managers[1], at=IN_JUDGING)
    given = {(entry, judge) for entry, judge, _criterion, _level in stage_facts(scene.stage).scores}
    assert (cards[0].entry.code, cards[0].judge.key) not in given
    assert scene.entries[1].code not in {entry for entry, _judge in given}


def test_which_is_better_is_kept_and_can_be_changed(scene) -> None:
    cards = scene.assign()
    own = [card for card in cards if card.judge_id == cards[0].judge_id]
    other = next(card for card in cards if card.judge_id != cards[0].judge_id)
    facts = {"one": own[0], "other": own[1], "by": own[0].judge.user, "at": IN_JUDGING}
    preference_set(**facts, criterion="value", better=own[1].code)
    preference_set(**{**facts, "one": own[1], "other": own[0]}, criterion="value", better="none")
    assert Preference.objects.get().better is None
    refused("no_ask", preference_set, **facts, criterion="nothing", better="none")
    refused("no_ask", preference_set, **{**facts, "other": other}, criterion="value", better="none")


def test_reminders_reach_only_those_who_have_cards_open(scene) -> None:
    cards = scene.assign()
    for card in cards:
        if card.judge_id == cards[0].judge_id:
            fill(card, 3, 3)
    assert judges_remind(stage_id=scene.stage.pk, by=scene.chair, at=IN_JUDGING) == 2
    assert Notice.objects.filter(kind="awards.remind").count() == 2
    assert all(str(notice) for notice in Notice.objects.all())


def test_side_by_side_takes_few_queries_for_four_entries_and_110_criteria(client: Client) -> None:
    criteria = [{"code": "value", "weight": "2", "title": {"en": "Value"}}]
    criteria += [{"code": f"c{number}", "weight": "1", "title": {"en": f"C {number}"}} for number in range(109)]
    scene = make_judging(4, 3, criteria=criteria)
    cards = [card for card in scene.assign() if card.judge_id == scene.judges[0].pk]
    judge = scene.judges[0].user
    for place, card in enumerate(cards):
        levels = {each["code"]: ((number + place) % 6, "") for number, each in enumerate(criteria)}
        card_save(card_id=card.pk, content=CardInput(levels), revision=0, by=judge, at=IN_JUDGING)
    page = side_page(judge, scene.stage, [card.code for card in cards])
    assert (len(page.cards), len(page.rows)) == (4, 110)
    assert page.rows[0].cells[0].gap
    client.force_login(judge)
    address = reverse("awards:compare", args=[scene.programme.code, "blind"])
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, {"card": [card.code for card in cards]})
    assert response.status_code == 200
    assert len(captured) <= 15, len(captured)


def test_a_calibration_entry_is_judged_like_the_others_and_counts_nowhere(client: Client, scene, monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: IN_JUDGING)
    client.force_login(scene.chair)
    address = reverse("awards:calibration", args=[scene.programme.code])
    facts = {"title": "Invented", "category": "centre", "text_story": "Once.", "text_rate": "50", "level_value": 3}
    assert client.post(address, facts).status_code == 422  # a level is missing
    assert client.post(address, {**facts, "level_proof": 9}).status_code == 422
    assert client.post(address, {**facts, "level_proof": 2}).status_code == 302
    invented = scene.programme.entries.get(title="Invented")
    cards = scene.assign()
    own = [card for card in cards if card.entry_id == invented.pk]
    assert len(own) == 3
    client.force_login(own[0].judge.user)
    page = client.get(reverse("awards:card", args=[own[0].code])).content.decode()
    assert "Once." in page
    assert "alibration" not in page
    scene.score(lambda entry, _judge: (4, 4) if entry == invented else (3, 3))
    assert invented.code not in stage_facts(scene.stage).entries
    page = desk(scene.stage, at=IN_JUDGING)
    assert {line.drift for line in page.judges} == {"+1.5"}
    assert invented not in [line.entry for part in page.parts for line in part.lines]
    colleague = make_user(Role.ADMINISTRATOR, scene.programme.organiser)
    client.force_login(colleague)
    assert client.get(reverse("awards:entry", args=[invented.code])).status_code == 404


def test_the_desk_says_whether_judges_favour_their_own_organisation() -> None:
    scene = make_judging(10, 4)
    scene.assign()
    employers = [make_organisation() for _judge in scene.judges]
    for judge, employer in zip(scene.judges, employers, strict=True):
        Judge.objects.filter(pk=judge.pk).update(employer=employer)
    own, high = {entry.pk for entry in scene.entries[:5]}, {judge.pk for judge in scene.judges[:2]}
    scene.score(lambda entry, judge: (4, 5) if entry.pk in own and judge.pk in high else (entry.pk % 2 + 1, 2))

    def said() -> str:
        return " ".join(words for part in desk(scene.stage, at=IN_JUDGING).parts for words in part.said)

    assert "No judge scored an entrant of their own organisation" in said()
    # Two judges have gone to work for an entrant since; their cards were given before, and count.
    scene.programme.entries.filter(pk__in=own).update(organisation=employers[0])
    Judge.objects.filter(pk__in=high).update(employer=employers[0])
    assert "Entrants of a judge's own organisation get +" in said()
