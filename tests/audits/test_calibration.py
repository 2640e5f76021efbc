"""Calibration: two auditors who do not see each other, how far they agree, and who leans."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice, Role, User
from audits.concord import Kappa, leans, weighted_kappa
from audits.models import Audit
from audits.selectors.calibration import agreement, seen_by
from audits.services.calibration import CalibrationError, calibration_ask, card_give
from audits.services.errors import NotEditableError
from tests.factories import AT, make_audit, make_edition, make_user

if TYPE_CHECKING:
    from django.test import Client

    from audits.calibrating import Calibration

SCALE = range(6)


def test_kappa_by_hand_of_a_table_of_two_levels() -> None:
    # 20 both 0, 10 both 1, 10 apart: seen 0.75; margins 25/40 and 15/40, chance 0.53125; kappa 0.21875/0.46875.
    pairs = [(0, 0)] * 20 + [(1, 1)] * 10 + [(0, 1)] * 6 + [(1, 0)] * 4
    found = weighted_kappa(pairs, [0, 1])
    assert isinstance(found, Kappa)
    assert found.value == pytest.approx(7 / 15)
    # Two levels and exchangeable auditors: the variance of Bloch and Kraemer, Biometrics 45 (1989) 269-287.
    kappa, share = 7 / 15, 15 / 40
    variance = (1 - kappa) / 40 * ((1 - kappa) * (1 - 2 * kappa) + kappa * (2 - kappa) / (2 * share * (1 - share)))
    wide = 1.959963984540054 * sqrt(variance)
    assert (found.low, found.high) == pytest.approx((kappa - wide, kappa + wide))
    assert found.pairs == 40


def test_kappa_is_one_for_the_same_weighs_distance_and_refuses_what_it_cannot_say() -> None:
    same = weighted_kappa([(level, level) for level in SCALE] * 2, list(SCALE))
    assert isinstance(same, Kappa)
    assert (same.value, same.low, same.high) == pytest.approx((1, 1, 1))
    near = weighted_kappa([(level, min(level + 1, 5)) for level in SCALE] * 3, list(SCALE))
    far = weighted_kappa([(level, 5 - level) for level in SCALE] * 3, list(SCALE))
    assert isinstance(near, Kappa)
    assert isinstance(far, Kappa)
    assert near.value > 0.8
    assert far.value == pytest.approx(-1)
    assert far.low >= -1
    assert weighted_kappa([(1, 2)] * 9, list(SCALE)) == "too_few"
    assert weighted_kappa([(3, 3)] * 12, list(SCALE)) == "no_variation"


def test_who_leans_and_drifts_against_the_others() -> None:
    looks = [{1: 3, 2: 3}, {1: 2, 2: 2}, {1: 4, 2: 3}, {1: 5, 2: 4}, {1: 3, 2: 2}, {1: 4, 2: 3}, {3: 1, 1: 1}, {2: 5}]
    found = leans(looks)
    assert set(found) == {1, 2}  # the third looked too rarely; a look of one alone says nothing
    assert found[2].value == pytest.approx(-4 / 6)
    assert found[1].value == pytest.approx(4 / 7)
    assert found[2].drift == pytest.approx(-1 + 1 / 3)
    assert found[2].leans
    assert not leans([{1: 3, 2: 3}, {1: 4, 2: 3}] * 3 + [{1: 2, 2: 4}])[1].leans


@pytest.fixture
def audit() -> Audit:
    return make_audit(edition=make_edition(3))


def raters_of(audit: Audit) -> list[User]:
    return [make_user(Role.AUDITOR, audit.conductor) for _ in range(2)]


def ask(audit: Audit, raters: list[User], *codes: str) -> Calibration:
    manager = User.objects.get(memberships__organisation=audit.conductor, memberships__role="audit_manager")
    return calibration_ask(audit_id=audit.pk, codes=codes or ("A1.1", "B1.3"), raters=raters, by=manager, at=AT)


@pytest.mark.django_db
def test_only_two_auditors_beside_the_team_are_asked_and_only_on_what_can_be_seen(audit: Audit) -> None:
    first, second = raters_of(audit)
    insider, stranger = audit.team.first().user, make_user(Role.AUDITOR)
    audited = make_user(Role.AUDITOR, audit.conductor)
    audited.memberships.create(organisation=audit.auditee, role=Role.VIEWER)
    for raters, code in (
        ([first, first], "two_raters"),
        ([first, insider], "rater_on_team"),
        ([first, stranger], "no_auditor"),
        ([first, audited], "rater_audited"),
    ):
        with pytest.raises(CalibrationError, match=code):
            ask(audit, raters)
    with pytest.raises(CalibrationError, match="no_criteria"):
        ask(audit, [first, second], "Z9.9")
    ask(audit, [first, second])
    assert {notice.to for notice in Notice.objects.filter(kind="audits.calibrate")} == {first, second}
    Audit.objects.filter(pk=audit.pk).update(status="planned")
    with pytest.raises(NotEditableError):
        ask(audit, [first, second])


@pytest.mark.django_db
def test_nobody_sees_the_other_card_before_both_are_given(client: Client, audit: Audit) -> None:
    first, second = raters_of(audit)
    asked = ask(audit, [first, second])
    cards = {(card.rater_id, card.criterion.code): card for card in asked.cards.select_related("criterion")}
    own, other = cards[first.pk, "A1.1"], cards[second.pk, "A1.1"]
    card_give(card_id=own.pk, level=4, note="Unmistakable words.", by=first, at=AT)
    page = reverse("calibration:detail", args=[asked.pk])
    for user in (second, asked.asked_by):
        client.force_login(user)
        assert "Unmistakable words." not in client.get(page).content.decode()
    activity = client.get(reverse("audits:activity", args=[audit.pk])).content.decode()
    assert "Unmistakable" not in activity
    assert "gave an answer of their own to A1.1" in activity
    give = reverse("calibration:give", args=[other.pk])
    client.force_login(second)
    assert client.post(give, {"level": "9"}).status_code == 422
    assert client.post(give, {"level": "na", "note": "No."}).status_code == 422  # it always applies
    assert client.post(reverse("calibration:give", args=[own.pk]), {"level": "1"}).status_code == 404
    assert client.post(give, {"level": "2", "note": "Seen otherwise."}).status_code == 302
    assert client.post(give, {"level": "3"}).status_code == 409
    shown = client.get(page).content.decode()
    assert "Unmistakable words." in shown
    assert "Seen otherwise." in shown
    client.force_login(make_user(Role.AUDIT_MANAGER, audit.auditee))
    assert client.get(page).status_code == 404
    client.force_login(audit.team.first().user)
    assert client.get(page).status_code == 404
    assert client.get(reverse("calibration:new", args=[audit.pk])).status_code == 403


@pytest.mark.django_db
def test_managers_read_agreement_per_criterion_and_over_all_at_a_constant_cost(client: Client, audit: Audit) -> None:
    raters = raters_of(audit)
    manager = User.objects.get(memberships__organisation=audit.conductor, memberships__role="audit_manager")
    client.force_login(manager)

    def one_more(shift: int) -> None:
        asked = ask(audit, raters, "A1.1", "A1.2", "B1.1", "B1.3")
        for number, card in enumerate(asked.cards.order_by("pk")):
            base = (number // 2 + shift) % 4
            level = base + (card.rater_id == raters[1].pk)
            na = card.criterion.code == "B1.3" and shift == 0
            card_give(card_id=card.pk, level=None if na else level, note="Why.", by=card.rater, at=AT)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("calibration:list")).status_code == 200
        return len(captured)

    one_more(0)
    one_more(1)
    before = queries()
    for shift in (2, 3):
        one_more(shift)
    assert queries() == before
    rows, overall, found = agreement({audit.conductor_id})
    assert {row.code: row.pairs for row in rows} == {"A1.1": 4, "A1.2": 4, "B1.1": 4, "B1.3": 3}
    assert all((row.same, row.apart, row.kappa) == (0, 1.0, None) for row in rows)
    assert isinstance(overall, Kappa)
    assert overall.pairs == 15
    assert [round(lean.value, 6) for _who, lean in found] in ([-1, 1], [1, -1])
    assert agreement(set())[0] == []


@pytest.mark.django_db
def test_asking_by_the_page(client: Client, audit: Audit) -> None:
    manager = User.objects.get(memberships__organisation=audit.conductor, memberships__role="audit_manager")
    client.force_login(manager)
    url = reverse("calibration:new", args=[audit.pk])
    assert "Invite another auditor first" in client.get(url).content.decode()
    first, second = raters_of(audit)
    values = {"first": first.pk, "second": first.pk, "criteria": ["A1.1"]}
    assert client.post(url, values).status_code == 422
    assert client.post(url, values | {"second": second.pk, "criteria": ["X"]}).status_code == 422
    response = client.post(url, values | {"second": second.pk})
    assert response.status_code == 302
    client.force_login(first)
    assert "Give this answer for good" in client.get(response["Location"]).content.decode()
    (seen,) = seen_by(audit.calibrations.get(), first)
    assert [level for level, _words in seen.levels] == list(SCALE)
