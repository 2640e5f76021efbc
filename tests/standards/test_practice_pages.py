"""The pages of best practices: who may open them, what they show, what they refuse, what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from standards.practices import Practice, PracticeConsent, PracticeStatus
from standards.services.adoption import practice_adopt_criterion
from standards.services.practice_loading import practices_load
from tests.standards.conftest import AT as LOADED
from tests.standards.practice_scenes import AT, Scheme, form_data, make_scheme
from tests.standards.test_practice_files import SHIPPED

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from standards.models import Edition

pytestmark = pytest.mark.django_db
LIST = "/standards/practices/"


@pytest.fixture
def scheme() -> Scheme:
    return make_scheme()


def page(client: Client, practice: Practice, name: str = "practice", *more: str) -> Any:
    return client.get(reverse(f"standards:{name}", args=[practice.code, *more]))


def judged(**fields: str) -> dict[str, str]:
    words = {f"{question}_reason": "Seen." for question in ("innovative", "effective", "proven")}
    return {**dict.fromkeys(("innovative", "effective", "proven"), "yes"), **words, "revision": "1", **fields}


def test_the_empty_library_says_what_to_do(client: Client, scheme: Scheme) -> None:
    assert "No practice has been accepted yet" in client.get(LIST).text
    client.force_login(scheme.member)
    assert reverse("standards:practice_new") in client.get(LIST).text


def test_everybody_reads_what_is_accepted_with_consent(client: Client, scheme: Scheme) -> None:
    practice = scheme.accepted()
    text = page(client, practice).text
    assert "Call back before they call" in client.get(LIST).text
    assert "Parcels Ltd" in text
    assert "17 %" in text
    assert "Two people of the standard" in text
    assert "Report of 3 March" not in text
    assert "By letter" not in text
    assert not [judge for judge in scheme.judges if judge.name in text]
    assert "Seen it." not in text


@pytest.mark.parametrize("consent", [PracticeConsent.ASKED, PracticeConsent.REFUSED])
def test_without_consent_it_is_not_there_for_the_public(client: Client, scheme: Scheme, consent: str) -> None:
    practice = scheme.accepted(consent=False)
    Practice.objects.update(consent=consent)
    assert page(client, practice).status_code == 404
    assert "Call back before" not in client.get(LIST).text
    client.force_login(scheme.outsider)
    assert page(client, practice).status_code == 404
    client.force_login(scheme.member)
    assert "Inside only" in page(client, practice).text


def test_a_name_that_is_kept_back_stays_inside(client: Client, scheme: Scheme) -> None:
    practice = scheme.accepted(anonymous=True)
    text = page(client, practice).text
    assert "One that does not wish to be named" in text
    assert "Parcels" not in text
    assert "No practice matches" in client.get(LIST, {"q": "parcels ltd"}).text
    client.force_login(scheme.judges[0])
    assert "Parcels Ltd" in page(client, practice).text


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("proposed", 404),
        ("more_evidence", 404),
        ("declined", 404),
        ("withdrawn", 404),
        ("accepted", 200),
        ("adopted", 200),
    ],
)
def test_the_public_reads_by_status(client: Client, scheme: Scheme, status: str, expected: int) -> None:
    practice = scheme.accepted()
    Practice.objects.update(status=status)
    assert page(client, practice).status_code == expected


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"q": "LATE parcel"}, 1),
        ({"q": "late nothing"}, 0),
        ({"q": "客户"}, 1),
        ({"q": "%"}, 1),
        ({"clause": "A1"}, 1),
        ({"clause": "a1.1"}, 1),
        ({"clause": "B1"}, 1),
        ({"clause": "B1.1"}, 0),
        ({"industry": "logistics"}, 1),
        ({"industry": "banking"}, 0),
        ({"industry": "nonsense"}, 2),
        ({"year": "2026"}, 2),
        ({"year": "1999"}, 0),
        ({"year": "٢٠٢٦"}, 2),
        ({"q": "q\0q"}, 0),
        ({"q": "x" * 5000}, 0),
        ({"page": "999"}, 2),
        ({"sort": "old"}, 2),
    ],
)
def test_the_library_is_searched(client: Client, scheme: Scheme, query: dict[str, str], count: int) -> None:
    scheme.accepted()
    texts = {"title": {"zh-hans": "先打给客户 100%"}, "summary": {"zh-hans": "主动"}, "done": {"zh-hans": "每天"}}
    scheme.accepted(**texts, changed={}, figures=[], industry="", places=["B1"])
    assert client.get(LIST, query).text.count("<article") == count


def test_another_language_is_seen_to_be_one(client: Client, scheme: Scheme) -> None:
    texts = {name: {"zh-hant": "顧客"} for name in ("title", "summary", "done")}
    practice = scheme.accepted(**texts, changed={})
    text = page(client, practice).text
    assert '<span lang="zh-hant">顧客</span>' in text
    assert "Not yet in your language" in text
    text = client.get(reverse("standards:practice", args=[practice.code]), {"lang": "zh-hant"}).text
    assert '<span lang="zh-hant">' not in text


def test_the_loaded_practices_say_where_they_were_judged(client: Client, shipped: Edition) -> None:
    practices_load(data=SHIPPED.read_bytes(), at=LOADED)
    practice = Practice.objects.get(code="BP-2025-01")
    text = page(client, practice).text
    assert "Judged outside this installation" in text
    assert "Two people of the standard" not in text
    assert "C3.6" in text
    assert "Stacking time found and removed" in text
    assert "/standards/four-block/2026/C3.6/" not in text  # without an account it leads nowhere
    member = make_scheme().member
    client.force_login(member)
    assert "/standards/four-block/2026/C3.6/" in page(client, practice).text
    criterion = client.get(f"/standards/{shipped.code}/{shipped.version}/C3.6/").text
    assert reverse("standards:practice", args=["BP-2025-01"]) in criterion


def who(scheme: Scheme) -> dict[str, User]:
    return {
        "judge": scheme.judges[1],
        "proposer": scheme.member,
        "manager": scheme.manager,
        "outsider": scheme.outsider,
    }


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("practice", {"judge", "proposer", "manager"}),
        ("practice_edit", {"proposer"}),
        ("practice_judge", {"judge"}),
        ("practice_adopt", {"judge"}),
        ("practice_consent", {"manager"}),
        ("practice_step ask", {"judge"}),
        ("practice_step answer", {"proposer"}),
        ("practice_step withdraw", {"proposer", "manager"}),
    ],
)
def test_outsiders_find_nothing_and_others_may_what_is_theirs(
    client: Client, scheme: Scheme, name: str, allowed: set[str]
) -> None:
    practice = scheme.propose()
    found = {}
    for person, user in who(scheme).items():
        client.force_login(user)
        found[person] = page(client, practice, *name.split()).status_code
    inside = {person: 200 if person in allowed else 403 for person in ("judge", "proposer", "manager")}
    assert found == {**inside, "outsider": 404}


@pytest.mark.parametrize("step", ["accept", "decline", "judge", "adopt", "nonsense"])
def test_what_is_no_step_of_its_own_has_no_page(client: Client, scheme: Scheme, step: str) -> None:
    practice = scheme.propose()
    client.force_login(scheme.judges[0])
    address = reverse("standards:practice_step", args=[practice.code, step])
    assert client.post(address, {"reason": "x"}).status_code == 404
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.PROPOSED


def test_propose_judge_consent_adopt_through_the_pages(client: Client, scheme: Scheme) -> None:
    client.force_login(scheme.member)
    response = client.post(reverse("standards:practice_new"), form_data(scheme))
    assert response.status_code == 302
    practice = Practice.objects.get()
    assert (practice.code[:3], practice.consent) == ("BP-", PracticeConsent.ASKED)
    assert [place.code for place in practice.places.all()] == ["A1.1", "B1"]
    for judge in scheme.judges[:2]:
        client.force_login(judge)
        text = page(client, practice).text
        assert "Seen." not in text
        assert client.post(reverse("standards:practice_judge", args=[practice.code]), judged()).status_code == 302
    client.force_login(scheme.manager)
    answer = {"given": "yes", "note": "We agree."}
    assert client.post(reverse("standards:practice_consent", args=[practice.code]), answer).status_code == 302
    draft = scheme.draft()
    client.force_login(scheme.judges[0])
    address = reverse("standards:practice_adopt", args=[practice.code]) + f"?edition={draft.version}"
    assert "As a criterion of its own" in client.get(address).text
    words = {"title__en": "Call", "requirement__en": "Shall call.", "reason__en": "Learnt."}
    assert client.post(address, {"manner": "criterion", "clause": "A1", **words}).status_code == 302
    practice.refresh_from_db()
    assert practice.status == PracticeStatus.ADOPTED
    text = page(client, practice).text
    assert f"/standards/{draft.code}/{draft.version}/A1.4/" in text
    client.logout()
    assert "A1.4" not in page(client, practice).text  # a draft is nothing for the public


def test_adopting_asks_for_every_declared_language(client: Client, scheme: Scheme) -> None:
    practice, draft = scheme.accepted(), scheme.draft()
    client.force_login(scheme.judges[0])
    address = reverse("standards:practice_adopt", args=[practice.code])
    posted = {"manner": "guidance", "criterion": "A1.1", "place": "look_at"}
    response = client.post(address, posted)
    assert response.status_code == 422
    assert "declares this language as complete" in response.text
    response = client.post(address, {**posted, "words__en": "<script>x</script>"})
    assert (response.status_code, "contains HTML" in response.text) == (422, True)
    assert client.post(address, {**posted, "words__en": "Ask for the list."}).status_code == 302
    draft.refresh_from_db()
    assert "Ask for the list." in draft.document


def test_without_a_draft_adopting_says_what_to_do(client: Client, scheme: Scheme) -> None:
    practice = scheme.accepted()
    client.force_login(scheme.judges[0])
    assert "There is no draft of this standard" in page(client, practice, "practice_adopt").text
    assert client.get(reverse("standards:practice_adopt", args=[practice.code]), {"edition": "x"}).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"title__en": "<b>x</b>"},
        {"title__en": "a\0b"},
        {"title__en": "turn \u202eround"},
        {"title__en": "x" * 4001},
        {"title__en": ""},
        {"places": "Z9"},
        {"edition": "99999999999999999999999"},
        {"edition": "1e3"},
        {"industry": "nonsense"},
        {"organisation": "", "organisation_name": ""},
        {"organisation": "999999"},
        {"consent": "nonsense"},
        {"consent": PracticeConsent.PUBLISHED},
        {"citation_url": "javascript:alert(1)"},
        {"citation_date": "spring"},
        {"figure_0_measure": "Calls"},
        {"evidence": "x\n" * 21},
        {"evidence": "x" * 501},
    ],
)
def test_bad_input_is_refused_where_it_stands(client: Client, scheme: Scheme, bad: dict[str, str]) -> None:
    client.force_login(scheme.member)
    response = client.post(reverse("standards:practice_new"), form_data(scheme, **bad))
    assert response.status_code in {409, 422}
    assert "invalid-feedback" in response.text or "alert-danger" in response.text
    assert not Practice.objects.exists()


def test_right_to_left_and_emoji_are_kept_and_shown(client: Client, scheme: Scheme) -> None:
    client.force_login(scheme.manager)
    words = "שירות לקוחות 👩‍💻 & more"
    assert client.post(reverse("standards:practice_new"), form_data(scheme, title__en=words)).status_code == 302
    practice = Practice.objects.get()
    assert practice.title["en"] == words
    assert "שירות לקוחות 👩‍💻 &amp; more" in page(client, practice).text


def test_evidence_is_text_and_its_links_run_nothing(client: Client, scheme: Scheme) -> None:
    practice = scheme.propose(evidence=['<img src=x onerror="a()">', "https://example.org/a", "javascript:alert(1)"])
    client.force_login(scheme.judges[0])
    text = page(client, practice).text
    assert "<img src=x" not in text
    assert 'href="https://example.org/a"' in text
    assert 'href="javascript' not in text


def test_editing_through_the_page_knows_which_text_was_seen(client: Client, scheme: Scheme) -> None:
    practice = scheme.propose()
    client.force_login(scheme.member)
    address = reverse("standards:practice_edit", args=[practice.code])
    text = client.get(address).text
    assert 'name="revision" value="1"' in text
    data = form_data(scheme, summary__en="Another.", revision="1")
    assert client.post(address, data).status_code == 302
    assert client.post(address, {**data, "summary__en": "A third."}).status_code == 409
    assert client.post(address, {**data, "revision": "x"}).status_code == 409
    practice.refresh_from_db()
    assert (practice.summary, practice.revision) == ({"en": "Another."}, 2)
    assert practice.organisation == scheme.origin


def test_a_stale_or_second_judgement_is_told(client: Client, scheme: Scheme) -> None:
    practice = scheme.propose()
    client.force_login(scheme.judges[0])
    address = reverse("standards:practice_judge", args=[practice.code])
    assert client.post(address, judged(revision="7")).status_code == 409
    assert client.post(address, judged(proven_reason=" ")).status_code == 422
    assert client.post(address, judged(proven="maybe")).status_code == 422
    assert client.post(address, judged(revision="9" * 40)).status_code == 422
    assert client.post(address, judged()).status_code == 302
    response = client.post(address, judged())
    assert (response.status_code, "You have judged this practice already." in response.text) == (409, True)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("signed_in", [False, True])
def test_lists_cost_the_same_for_one_and_for_many(client: Client, scheme: Scheme, signed_in: bool) -> None:
    if signed_in:
        client.force_login(scheme.judges[0])
    addresses = [LIST, *([reverse("standards:practice_work")] if signed_in else [])]
    scheme.accepted()
    scheme.propose()
    before = [queries(client, address) for address in addresses]
    for _ in range(4):
        scheme.accepted()
        scheme.propose()
    assert [queries(client, address) for address in addresses] == before


def test_a_page_costs_the_same_however_much_came_of_it(client: Client, scheme: Scheme) -> None:
    practice, draft = scheme.accepted(places=["A1.1"]), scheme.draft()
    words: dict[str, Any] = {"title": {"en": "A"}, "requirement": {"en": "B"}, "reason": {}, "by": scheme.judges[0]}
    practice_adopt_criterion(practice=practice, edition=draft, clause="A1", **words, at=AT)
    client.force_login(scheme.judges[0])
    address = reverse("standards:practice", args=[practice.code])
    before = queries(client, address)
    for _ in range(3):
        practice_adopt_criterion(practice=practice, edition=draft, clause="B1", **words, at=AT)
    assert queries(client, address) == before


def test_titles_of_a_draft_are_not_for_the_public(client: Client, scheme: Scheme) -> None:
    draft = scheme.draft()
    practice = scheme.accepted(edition=draft, places=["A1", "A1.1"])
    text = page(client, practice).text
    assert "A1.1" in text
    assert "Title A1.1" not in text
    assert "Clause A1" not in text
    client.force_login(scheme.judges[0])
    text = page(client, practice).text
    assert "Title A1.1" in text
    assert "Clause A1" in text
