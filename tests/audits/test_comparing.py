"""Two audits side by side, and what an audit's score would be if: sums to the last decimal, and nothing is saved."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from audits.contrasts import Why, contrast, shares
from audits.selectors.comparing import comparison_page
from audits.services.answers import AnswerInput, answer_save
from ledger.models import Entry
from standards.editions import parse_edition, spec_of
from standards.scoring import parse_case, score
from tests.audits.editions import as_yaml, documents, make_pair
from tests.audits.scenes import make_people, make_scene, raise_finding
from tests.factories import AT, leader_of, make_audit, make_centre, make_edition, make_user

if TYPE_CHECKING:
    from django.test import Client

    from audits.models import Audit

OLD, NEW = (spec_of(parse_edition(as_yaml(each).encode()).document, "0" * 64) for each in documents(number=10**6))
ORIGINS = {row.code: (row.code,) for row in NEW.rows if row.code != "A1.99"} | {"A1.4": ("A1.4", "A1.5"), "A1.99": ()}
ANSWER = st.one_of(st.none(), st.integers(0, 3), st.just("na"))


def case(spec: Any, answers: dict[str, Any]) -> Any:
    rows = spec.row_by_code
    known = {code: value for code, value in answers.items() if code in rows and value is not None}
    found = {
        code: {"na": "x"} if value == "na" else {"level": value}
        for code, value in known.items()
        if value != "na" or rows[code].na_allowed
    }
    return parse_case(spec, {"answers": found})


@given(st.dictionaries(st.sampled_from([*(row.code for row in OLD.rows), "A1.99"]), ANSWER), st.data())
def test_what_made_the_difference_adds_up_to_it(before: dict[str, Any], data: st.DataObject) -> None:
    after = {**before, **data.draw(st.dictionaries(st.sampled_from([row.code for row in NEW.rows]), ANSWER))}
    for tier in range(len(OLD.tiers)):
        old, new = case(OLD, before), case(NEW, after)
        found = contrast(shares(OLD, old, tier), shares(NEW, new, tier), ORIGINS)
        assert found.delta == score(NEW, new).tiers[tier].low - score(OLD, old).tiers[tier].low
        assert sum(found.sums.values(), Fraction(0)) == found.delta


def test_reasons() -> None:
    before = {"A1.1": 2, "A1.2": 3, "A1.4": 1, "A1.5": 3, "B1.3": 2, "B1.5": "na", "B1.4": 4}
    after = {"A1.1": 4, "A1.2": 1, "A1.3": 2, "A1.4": 2, "A1.99": 5, "B1.5": 3}
    found = contrast(shares(OLD, case(OLD, before), 0), shares(NEW, case(NEW, after), 0), ORIGINS)
    reasons = {row.code: row.why for row in found.rows}
    assert {code: reasons[code] for code in ("A1.1", "A1.2", "A1.3", "A1.99", "B1.3", "B1.4", "B1.5")} == {
        "A1.1": Why.RAISED,
        "A1.2": Why.LOWERED,
        "A1.3": Why.ANSWERED,
        "A1.99": Why.CAME,
        "B1.3": Why.GONE,
        "B1.4": Why.EMPTIED,
        "B1.5": Why.NA,
    }
    merged = next(row for row in found.rows if row.code == "A1.4")
    assert [share.code for share in merged.old] == ["A1.4", "A1.5"]
    assert found.biggest(1)[0].code == "B1.4"


def answered(audit: Audit, level: int, *, only: int | None = None) -> Audit:
    for pk in list(audit.current_answers.values_list("pk", flat=True))[:only]:
        answer_save(answer_id=pk, content=AnswerInput(level=level), revision=0, by=leader_of(audit), at=AT)
    return audit


@pytest.mark.django_db
def test_the_page_of_two_editions(client: Client) -> None:
    from datetime import date

    older, newer = make_pair()
    centre = make_centre()
    one = answered(make_audit(edition=older, centre=centre, onsite_from=date(2025, 9, 1)), 2)
    two = answered(make_audit(edition=newer, centre=centre, conductor=one.conductor), 3)
    stranger = make_audit(edition=newer)
    client.force_login(leader_of(two))
    assert one.reference in client.get(reverse("audits:compare_choice", args=[two.pk])).content.decode()
    page = client.get(reverse("audits:compare", args=[two.pk, one.pk]))
    shown = page.context["page"]
    assert (shown.old.audit, shown.new.audit) == (one, two)
    assert [block.code for block in shown.blocks] == ["A", "B"]
    assert "Asked for the first time" in page.content.decode()
    assert client.get(reverse("audits:compare", args=[two.pk, one.pk]), {"tier": "base"}).context["page"].tier == "base"
    assert client.get(reverse("audits:compare", args=[two.pk, one.pk]), {"tier": "x"}).status_code == 200
    assert client.get(reverse("audits:compare", args=[two.pk, two.pk])).status_code == 404
    assert client.get(reverse("audits:compare", args=[two.pk, stranger.pk])).status_code == 404


@pytest.mark.django_db
def test_comparing_takes_the_same_queries_for_few_answers_and_for_many() -> None:
    edition, centre = make_edition(6), make_centre()
    first = make_audit(edition=edition, centre=centre)

    def cost(level: int, only: int) -> int:
        second = answered(make_audit(edition=edition, centre=centre, conductor=first.conductor), level, only=only)
        with CaptureQueriesContext(connection) as captured:
            comparison_page(first, second, tier="", today=AT.date())
        return len(captured)

    assert cost(2, 1) == cost(4, 12)


@pytest.mark.django_db
def test_what_if_recalculates_and_saves_nothing(client: Client) -> None:
    scene = make_scene()
    major = raise_finding(scene, "major")
    client.force_login(scene.people["viewer"])
    address = reverse("audits:what_if", args=[scene.audit.pk])
    before = (Entry.objects.count(), list(scene.audit.current_answers.values()))
    stands = client.get(address)
    assert "Nothing is saved here." in stands.content.decode()
    assert stands.context["tiers"][0].low == "80.0"
    states = {row.code: row.state for row, _before in stands.context["gates"][0][1]}
    assert states["findings:major_open"] == "not_met"
    sent = {"closed": [str(major.pk), "99999", "x"], "level:A1.1": "0", "level:B1.3": "na", "level:B1.1": "9"}
    fragment = client.get(address, sent, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "69.3" in fragment
    tried = client.get(address, sent)
    assert tried.context["supposed"].levels == {"A1.1": "0", "B1.3": "na"}, "a level that there is not is left out"
    changed = {row.code: (was, row.state) for row, was in tried.context["gates"][0][1] if was != row.state}
    assert changed["findings:major_open"] == ("not_met", "met")
    assert changed["mandatory_level"] == ("met", "not_met")
    # A: 40 x (0 + 4 + 4) / 15, B: 60 x 8 / 10
    assert tried.context["tiers"][0].low == "69.3"
    assert (Entry.objects.count(), list(scene.audit.current_answers.values())) == before


@pytest.mark.django_db
def test_what_if_supposes_verdicts_and_works_on_a_frozen_result(client: Client) -> None:
    from tests.audits.test_computed import result_edition

    audit = make_audit(edition=result_edition())
    people = make_people(audit)
    client.force_login(people["leader"])
    address = reverse("audits:what_if", args=[audit.pk])

    def gate(**sent: str) -> str:
        rows = client.get(address, sent).context["gates"][0][1]
        return str(next(row.state for row, _was in rows if row.code.startswith("market")))

    assert gate() == "open"
    assert gate(**{"verdict:connect_rate": "above"}) == "met"
    assert gate(**{"verdict:connect_rate": "below"}) != "met"
    assert gate(**{"verdict:connect_rate": "great", "verdict:nps": "above"}) == "open"

    scene = make_scene("technical_review")
    client.force_login(scene.people["leader"])
    page = client.get(reverse("audits:what_if", args=[scene.audit.pk]), {"level:A1.1": "5"})
    assert page.context["tiers"][0].low == "82.7"


@pytest.mark.django_db
def test_what_if_supposes_facts(client: Client) -> None:
    scene = make_scene()
    client.force_login(scene.people["leader"])
    address = reverse("audits:what_if", args=[scene.audit.pk])
    stands = client.get(address)
    assert [each.code for each in stands.context["facts"]] == ["cskm", "own_accounts", "decision_route"]
    sent = {"fact:cskm": "100", "fact:own_accounts": "yes", "fact:decision_route": "panel", "fact:nothing": "1"}
    tried = client.get(address, sent).context
    assert tried["supposed"].facts == {key[5:]: value for key, value in sent.items() if key != "fact:nothing"}
    before = {row.code: row.state for _title, rows in stands.context["gates"] for row, _was in rows}
    after = {row.code: row.state for _title, rows in tried["gates"] for row, _was in rows}
    assert {code for code in before if before[code] != after[code]} >= {"fact:decision_route"}
    for wrong in ("-1", "1e9", "١", "NaN", "9" * 40, ".5", "1.2.3"):
        assert client.get(address, {"fact:cskm": wrong}).context["supposed"].facts == {}
    assert not client.get(address, {"fact:own_accounts": "maybe"}).context["supposed"].facts


@pytest.mark.django_db
def test_outsiders_see_neither(client: Client) -> None:
    audit = make_audit()
    client.force_login(make_user())
    for name in ("compare_choice", "what_if"):
        assert client.get(reverse(f"audits:{name}", args=[audit.pk])).status_code == 404
