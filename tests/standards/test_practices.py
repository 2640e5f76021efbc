"""Proposing, judging, consenting, adopting: the services and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Membership, Role
from ledger.models import Entry
from standards.drafts import draft_document
from standards.editions.lineage import criteria_of
from standards.library import judgements_for, practices_of_criterion, work_of
from standards.models import Criterion
from standards.practices import Practice, PracticeConsent, PracticeJudgement, PracticeStatus
from standards.rules import CONSENTING
from standards.services import edition_step
from standards.services.adoption import practice_adopt_criterion, practice_adopt_guidance
from standards.services.errors import EditionLockedError, PracticeRefusedError
from standards.services.practices import (
    practice_consent,
    practice_edit,
    practice_judge,
    practice_propose,
    practice_step,
)
from tests.factories import make_user
from tests.standards.practice_scenes import AT, YES, Scheme, make_scheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheme() -> Scheme:
    return make_scheme()


def refused(code: str, work: Callable[[], Any]) -> None:
    with pytest.raises(PracticeRefusedError) as caught:
        work()
    assert code in caught.value.reasons


def test_codes_are_numbered_by_year(scheme: Scheme) -> None:
    assert [scheme.propose().code for _ in range(3)] == ["BP-2026-01", "BP-2026-02", "BP-2026-03"]
    later = practice_propose(
        standard=scheme.edition.code, content=scheme.content(), by=scheme.member, at=AT.replace(year=2027)
    )
    assert later.code == "BP-2027-01"


def test_what_comes_from_one_finding_is_proposed_once(scheme: Scheme) -> None:
    facts: dict[str, Any] = {"standard": scheme.edition.code, "content": scheme.content(), "source_key": "finding:7"}
    practice_propose(**facts, by=scheme.member, at=AT)
    refused("taken", lambda: practice_propose(**facts, by=scheme.manager, at=AT))
    assert Practice.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"summary": {"zh-hans": "摘要"}}, "no_text"),
        ({"organisation": None}, "no_origin"),
        ({"places": ["Z9"]}, "unknown_place"),
    ],
)
def test_too_little_is_refused(scheme: Scheme, fields: dict[str, Any], code: str) -> None:
    refused(code, lambda: scheme.propose(**fields))
    assert not Practice.objects.exists()


def test_a_published_source_has_to_be_cited(scheme: Scheme) -> None:
    def propose(**citation: str) -> Practice:
        content = scheme.content(citation=citation)
        return practice_propose(
            standard=scheme.edition.code, content=content, consent=PracticeConsent.PUBLISHED, by=scheme.member, at=AT
        )

    refused("no_citation", lambda: propose(publisher="A journal"))
    assert propose(publisher="A journal", page="12").consent == PracticeConsent.PUBLISHED


def test_consent_counts_only_from_those_who_answer_for_the_organisation(scheme: Scheme) -> None:
    def propose(by: User, note: str = "", **fields: Any) -> str:
        content = scheme.content(**fields)
        return practice_propose(
            standard=scheme.edition.code, content=content, consent="given", consent_note=note, by=by, at=AT
        ).consent

    assert propose(scheme.manager) == PracticeConsent.GIVEN
    assert propose(scheme.member) == PracticeConsent.ASKED
    elsewhere = {"organisation": None, "organisation_name": "Far Away Inc"}
    assert propose(scheme.member, "Ms Li, by e-mail", **elsewhere) == PracticeConsent.GIVEN
    refused("no_reason", lambda: propose(scheme.member, **elsewhere))
    # Naming an organisation that is here does not get round its consent.
    assert propose(scheme.outsider, "They said so", organisation=None, organisation_name="PARCELS ltd") == "asked"


def test_two_people_accept(scheme: Scheme) -> None:
    practice = scheme.propose()
    assert scheme.judge(practice, who=0).status == PracticeStatus.PROPOSED
    assert scheme.judge(practice, who=1).status == PracticeStatus.ACCEPTED
    assert [step.name for step in practice.steps.all()] == ["propose", "accept"]
    assert Entry.objects.filter(action="practice.judge", subject=f"practice:{practice.code}").count() == 2


def test_one_person_cannot_accept_alone(scheme: Scheme) -> None:
    practice = scheme.propose()
    scheme.judge(practice, who=0)
    refused("judged_already", lambda: scheme.judge(practice, who=0))
    practice.refresh_from_db()
    assert (practice.status, practice.judgements.count()) == ("proposed", 1)


def test_two_who_agree_on_a_no_decline_and_their_reasons_stay(scheme: Scheme) -> None:
    practice = scheme.declined()
    assert practice.status == PracticeStatus.DECLINED
    assert {each.proven_reason for each in practice.judgements.all()} == {"Not shown."}
    refused("wrong_status", lambda: scheme.judge(practice, who=2))


def test_two_who_differ_wait_for_a_third(scheme: Scheme) -> None:
    practice = scheme.propose()
    scheme.judge(practice, "proven", who=0)
    assert scheme.judge(practice, who=1).status == PracticeStatus.PROPOSED
    assert scheme.judge(practice, who=2).status == PracticeStatus.ACCEPTED


def test_three_who_all_differ_send_it_back(scheme: Scheme) -> None:
    practice = scheme.propose()
    for who, question in enumerate(YES):
        practice = scheme.judge(practice, question, who=who)
    assert practice.status == PracticeStatus.MORE_EVIDENCE


def test_a_judge_needs_the_role_in_the_owning_organisation(scheme: Scheme) -> None:
    practice = scheme.propose()
    others = (make_user(Role.SCHEME_OWNER), make_user(Role.ADMINISTRATOR, scheme.owner), scheme.manager)
    for other in others:
        refused("no_right", lambda by=other: practice_judge(practice=practice, answers=YES, revision=1, by=by, at=AT))


def test_nobody_judges_what_they_proposed(scheme: Scheme) -> None:
    judge = scheme.judges[0]
    practice = practice_propose(standard=scheme.edition.code, content=scheme.content(), by=judge, at=AT)
    refused("proposed_it", lambda: scheme.judge(practice, who=0))


@pytest.mark.parametrize("named_only", [False, True])
def test_nobody_judges_their_own_organisation(scheme: Scheme, named_only: bool) -> None:
    practice = scheme.propose()
    if named_only:
        # Named before the organisation had a place here.
        Practice.objects.update(organisation=None, organisation_name="parcels LTD")
    Membership.objects.create(user=scheme.judges[0], organisation=scheme.origin, role=Role.VIEWER)
    scheme.judges[0].forget_roles()
    refused("own_organisation", lambda: scheme.judge(practice, who=0))
    assert not practice.judgements.exists()


def test_judged_is_what_was_seen(scheme: Scheme) -> None:
    practice = scheme.propose()
    changed = scheme.content(summary={"en": "Another thing."})
    practice_edit(practice=practice, content=changed, revision=1, by=scheme.member, at=AT)
    old = {"answers": YES, "revision": 1, "by": scheme.judges[0], "at": AT}
    refused("other_content", lambda: practice_judge(practice=practice, **old))


def test_a_text_that_somebody_has_judged_stays(scheme: Scheme) -> None:
    practice = scheme.propose()
    scheme.judge(practice)
    changed = scheme.content(summary={"en": "Another thing."})
    edit: dict[str, Any] = {"content": changed, "revision": 1, "by": scheme.member, "at": AT}
    refused("judging_began", lambda: practice_edit(practice=practice, **edit))


def test_an_edit_of_an_older_text_is_refused_and_the_same_text_changes_nothing(scheme: Scheme) -> None:
    practice = scheme.propose()
    same = practice_edit(practice=practice, content=scheme.content(), revision=1, by=scheme.member, at=AT)
    assert same.revision == 1
    changed = scheme.content(places=["B1"])
    assert practice_edit(practice=practice, content=changed, revision=1, by=scheme.member, at=AT).revision == 2
    edit: dict[str, Any] = {"content": scheme.content(), "revision": 1, "by": scheme.member, "at": AT}
    refused("other_content", lambda: practice_edit(practice=practice, **edit))


def test_more_evidence_begins_a_new_round(scheme: Scheme) -> None:
    practice = scheme.propose()
    scheme.judge(practice, "proven", who=0)
    practice_step(practice=practice, step="ask", reason="Three months more.", by=scheme.judges[1], at=AT)
    hand_in: dict[str, Any] = {"practice": practice, "step": "answer", "by": scheme.member, "at": AT}
    refused("nothing_new", lambda: practice_step(**hand_in))
    more = scheme.content(evidence=["Three months more."])
    practice_edit(practice=practice, content=more, revision=1, by=scheme.member, at=AT)
    assert practice_step(**hand_in).round == 2
    assert scheme.judge(practice, who=0).status == PracticeStatus.PROPOSED
    assert scheme.judge(practice, who=1).status == PracticeStatus.ACCEPTED
    assert practice.judgements.count() == 3


def test_the_second_judge_is_blind(scheme: Scheme) -> None:
    practice = scheme.propose()
    scheme.judge(practice, "proven", who=0)
    practice.refresh_from_db()
    seen = {
        name: (len(judgements_for(practice, user)[0]), judgements_for(practice, user)[1])
        for name, user in {
            "first": scheme.judges[0],
            "second": scheme.judges[1],
            "proposer": scheme.member,
            "outsider": scheme.outsider,
        }.items()
    }
    assert seen == {"first": (1, 1), "second": (0, 1), "proposer": (0, 1), "outsider": (0, 0)}
    practice = scheme.judge(practice, who=1)  # they differ: a third is waited for
    assert [len(judgements_for(practice, scheme.judges[who])[0]) for who in (0, 1, 2)] == [2, 2, 0]
    assert judgements_for(practice, scheme.member)[0] == []
    practice = scheme.judge(practice, who=2)
    assert len(judgements_for(practice, scheme.member)[0]) == len(judgements_for(practice, scheme.judges[3])[0]) == 3


def test_what_one_judge_said_stays_unread_when_evidence_is_asked_for_and_in_the_next_round(scheme: Scheme) -> None:
    practice = scheme.propose()
    scheme.judge(practice, "proven", who=0)
    practice = practice_step(practice=practice, step="ask", reason="More.", by=scheme.judges[1], at=AT)
    assert judgements_for(practice, scheme.judges[1])[0] == []
    practice_edit(practice=practice, content=scheme.content(evidence=["a"]), revision=1, by=scheme.member, at=AT)
    practice = practice_step(practice=practice, step="answer", by=scheme.member, at=AT)
    assert judgements_for(practice, scheme.judges[1])[0] == []
    assert len(judgements_for(practice, scheme.judges[0])[0]) == 1


def test_the_origin_changes_its_mind_and_the_public_reads_no_more(scheme: Scheme) -> None:
    practice = scheme.accepted()
    assert Practice.objects.public().count() == 1
    practice_consent(practice=practice, given=False, note="The board said no.", by=scheme.manager, at=AT)
    assert not Practice.objects.public().exists()
    refused("no_reason", lambda: practice_consent(practice=practice, given=True, note=" ", by=scheme.manager, at=AT))


def test_who_sees_what(scheme: Scheme) -> None:
    scheme.propose()
    seen = {
        name: Practice.objects.visible_to(user).exists()
        for name, user in {
            "judge": scheme.judges[0],
            "proposer": scheme.member,
            "manager": scheme.manager,
            "outsider": scheme.outsider,
            "administrator of the owner": make_user(Role.ADMINISTRATOR, scheme.owner),
        }.items()
    }
    assert seen == {
        "judge": True,
        "proposer": True,
        "manager": True,
        "outsider": False,
        "administrator of the owner": False,
    }
    scheme.accepted()
    assert Practice.objects.visible_to(scheme.outsider).count() == 1


def test_a_practice_becomes_a_draft_criterion_with_its_lineage(scheme: Scheme) -> None:
    practice, draft = scheme.accepted(), scheme.draft()
    code = practice_adopt_criterion(
        practice=practice,
        edition=draft,
        clause="B1",
        title={"en": "Call first"},
        requirement={"en": "The centre shall call first."},
        reason={"en": "From a practice."},
        by=scheme.judges[0],
        at=AT,
    )
    draft.refresh_from_db()
    practice.refresh_from_db()
    document = draft_document(draft)
    assert code == "B1.4"
    assert document["lineage"][code] == {
        "from": [],
        "practices": [practice.code],
        "reason": {"en": "From a practice."},
    }
    assert criteria_of(document)[code]["anchors"] == {str(level): {} for level in range(6)}
    assert practice.status == PracticeStatus.ADOPTED
    assert practices_of_criterion(draft, code, scheme.judges[0]) == [(practice.code, practice)]
    assert Criterion.objects.get(edition=draft, code=code).title == {"en": "Call first"}


def test_a_code_of_an_older_edition_is_not_used_again(scheme: Scheme) -> None:
    first = scheme.accepted()
    draft = scheme.draft()
    words: dict[str, Any] = {"title": {"en": "A"}, "requirement": {"en": "B"}, "reason": {}}
    adopt: dict[str, Any] = {"edition": draft, "clause": "A1", "by": scheme.judges[0], "at": AT, **words}
    assert practice_adopt_criterion(practice=first, **adopt) == "A1.4"
    assert practice_adopt_criterion(practice=scheme.accepted(), **adopt) == "A1.5"


@pytest.mark.parametrize("place", ["look_at", "evidence"])
def test_guidance_is_added_behind_what_stands_there(scheme: Scheme, place: str) -> None:
    draft = scheme.draft()
    adopt: dict[str, Any] = {"edition": draft, "criterion": "A1.2", "place": place, "by": scheme.judges[0], "at": AT}
    first, second = scheme.accepted(), scheme.accepted()
    practice_adopt_guidance(practice=first, words={"en": "One."}, reason={"en": "First."}, **adopt)
    practice_adopt_guidance(practice=second, words={"en": "Two."}, reason={"en": "Second."}, **adopt)
    draft.refresh_from_db()
    document = draft_document(draft)
    criterion = criteria_of(document)["A1.2"]
    expected = {"look_at": {"en": "One.\nTwo."}, "evidence": [{"en": "One."}, {"en": "Two."}]}[place]
    assert criterion[place] == expected
    assert document["lineage"]["A1.2"] == {
        "practices": [first.code, second.code],
        "reason": {"en": "First.\nSecond."},
    }
    again: dict[str, Any] = {"practice": first, "words": {"en": "x"}, "reason": {}, **adopt}
    refused("adopted_here", lambda: practice_adopt_guidance(**again))


def test_only_an_accepted_practice_goes_into_a_draft_of_its_own_standard(scheme: Scheme) -> None:
    words: dict[str, Any] = {"title": {"en": "A"}, "requirement": {"en": "B"}, "reason": {}}
    facts: dict[str, Any] = {"clause": "A1", **words, "by": scheme.judges[0], "at": AT}
    draft = scheme.draft()
    refused("wrong_status", lambda: practice_adopt_criterion(practice=scheme.propose(), edition=draft, **facts))
    practice = scheme.accepted()
    other = replace_code(draft)
    refused("other_standard", lambda: practice_adopt_criterion(practice=practice, edition=other, **facts))
    refused(
        "unknown_place", lambda: practice_adopt_criterion(practice=practice, edition=draft, **facts | {"clause": "Q"})
    )
    with pytest.raises(EditionLockedError):
        practice_adopt_criterion(practice=practice, edition=scheme.edition, **facts)
    practice.refresh_from_db()
    assert (practice.status, practice.adoptions.count()) == ("accepted", 0)


def replace_code(edition: Any) -> Any:
    """Return the edition as if it belonged to another standard; not saved."""
    other = type(edition).objects.get(pk=edition.pk)
    other.code = "other"
    return other


def test_an_edition_in_review_takes_nothing_in(scheme: Scheme) -> None:
    practice, draft = scheme.accepted(), scheme.draft()
    edition_step(edition=draft, step="send", seen_sha256=draft.sha256, by=scheme.judges[0], at=AT)
    facts: dict[str, Any] = {"clause": "A1", "title": {"en": "A"}, "requirement": {"en": "B"}, "reason": {}}
    with pytest.raises(EditionLockedError):
        practice_adopt_criterion(practice=practice, edition=draft, **facts, by=scheme.judges[0], at=AT)
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.ACCEPTED


def test_withdrawn_ends_it(scheme: Scheme) -> None:
    practice = scheme.accepted()
    practice_step(practice=practice, step="withdraw", reason="Sold.", by=scheme.manager, at=AT)
    assert not Practice.objects.public().exists()
    refused("wrong_status", lambda: scheme.judge(practice, who=2))


def test_work_waits_for_those_who_can_do_it(scheme: Scheme) -> None:
    fresh, done = scheme.propose(), scheme.accepted(consent=False)
    scheme.judge(fresh, who=0)
    first, second, manager = (
        work_of(user, CONSENTING) for user in (scheme.judges[0], scheme.judges[1], scheme.manager)
    )
    assert (first.to_judge, first.waiting, first.to_adopt) == ([], [fresh], [done])
    assert second.to_judge == [fresh]
    assert set(manager.consent_asked) == {fresh, done}
    assert (manager.is_judge, work_of(scheme.member, CONSENTING).own) == (False, [done, fresh])


def test_a_judgement_without_a_reason_is_refused(scheme: Scheme) -> None:
    practice = scheme.propose()
    answers = {**YES, "proven": (True, "  ")}
    facts: dict[str, Any] = {"answers": answers, "revision": 1, "by": scheme.judges[0], "at": AT}
    refused("no_reason", lambda: practice_judge(practice=practice, **facts))
    assert not PracticeJudgement.objects.exists()


def test_another_edition_is_not_the_standards_own(scheme: Scheme) -> None:
    content = replace(scheme.content(), edition=scheme.edition)
    refused("other_standard", lambda: practice_propose(standard="other", content=content, by=scheme.member, at=AT))
