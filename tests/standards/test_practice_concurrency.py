"""Two people at the same time, on connections of their own: judging, proposing, changing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.chain import verify
from ledger.selectors import links
from standards.drafts import draft_document
from standards.practices import Practice, PracticeStatus
from standards.services.adoption import practice_adopt_criterion
from standards.services.errors import PracticeRefusedError
from standards.services.practices import practice_edit, practice_judge, practice_propose
from tests.audits.test_concurrency import _real_database as _real_database
from tests.audits.test_concurrency import together
from tests.standards.practice_scenes import AT, YES, make_scheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

pytestmark = pytest.mark.usefixtures("_real_database")


def judging(practice: Practice, by: User) -> Callable[[], Practice]:
    facts: dict[str, Any] = {"practice": practice, "answers": YES, "revision": 1, "by": by, "at": AT}
    return lambda: practice_judge(**facts)


def test_two_judges_at_once_accept_it_once() -> None:
    scheme = make_scheme()
    practice = scheme.propose()
    results = together(*[judging(practice, judge) for judge in scheme.judges[:2]])
    assert sorted(each.status for each in results) == ["accepted", "proposed"]
    assert practice.steps.filter(name="accept").count() == 1
    assert verify(links()) is None


def test_three_judges_at_once_and_the_last_comes_too_late() -> None:
    scheme = make_scheme()
    practice = scheme.propose()
    results = together(*[judging(practice, judge) for judge in scheme.judges[:3]])
    (late,) = [each for each in results if isinstance(each, PracticeRefusedError)]
    assert late.reasons == ("wrong_status",)
    assert practice.judgements.count() == 2


def test_one_judge_twice_judges_once() -> None:
    scheme = make_scheme()
    practice = scheme.propose()
    results = together(*[judging(practice, scheme.judges[0])] * 4)
    assert sum(isinstance(each, PracticeRefusedError) for each in results) == 3
    practice.refresh_from_db()
    assert (practice.status, practice.judgements.count()) == (PracticeStatus.PROPOSED, 1)


def test_judging_and_changing_the_text_do_not_cross() -> None:
    scheme = make_scheme()
    practice = scheme.propose()
    content = scheme.content(summary={"en": "Another."})
    edit: dict[str, Any] = {"practice": practice, "content": content, "revision": 1, "by": scheme.member, "at": AT}
    results = together(judging(practice, scheme.judges[0]), lambda: practice_edit(**edit))
    (refused,) = [each for each in results if isinstance(each, PracticeRefusedError)]
    assert refused.reasons in {("other_content",), ("judging_began",)}


def test_proposals_at_once_get_codes_of_their_own() -> None:
    scheme = make_scheme()
    results = together(*[scheme.propose] * 6)
    assert sorted(each.code for each in results) == [f"BP-2026-{number:02}" for number in range(1, 7)]


def test_one_finding_is_proposed_once() -> None:
    scheme = make_scheme()
    facts: dict[str, Any] = {"content": scheme.content(), "source_key": "finding:1", "by": scheme.member, "at": AT}
    results = together(*[lambda: practice_propose(standard=scheme.edition.code, **facts)] * 3)
    assert sum(isinstance(each, PracticeRefusedError) for each in results) == 2
    assert Practice.objects.count() == 1


def test_two_practices_go_into_one_draft_at_once() -> None:
    scheme = make_scheme()
    practices, draft = [scheme.accepted(), scheme.accepted()], scheme.draft()
    words: dict[str, Any] = {"title": {"en": "A"}, "requirement": {"en": "B"}, "reason": {}}
    facts: dict[str, Any] = {"edition": draft, "clause": "A1", **words, "by": scheme.judges[0], "at": AT}
    works = [lambda each=each: practice_adopt_criterion(practice=each, **facts) for each in practices]
    assert sorted(together(*works)) == ["A1.4", "A1.5"]
    draft.refresh_from_db()
    lineage = draft_document(draft)["lineage"]
    assert {lineage[code]["practices"][0] for code in ("A1.4", "A1.5")} == {each.code for each in practices}
