"""Reminders: to whom, when, in which language, and each only once."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command

from accounts.models import Role
from audits import tasks
from audits.registers import CredentialReminder
from audits.services.registers.credentials import credential_revoke, credential_update
from audits.services.registers.reminders import Sent, credentials_remind, threshold_of
from tests.audits.registers.rows import TODAY, Place, credential_facts, make_credential, make_place
from tests.factories import AT, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return make_place()


def days(number: int) -> Any:
    return TODAY + timedelta(days=number)


@pytest.mark.parametrize(("left", "threshold"), [(91, None), (90, 90), (31, 90), (30, 30), (0, 30), (-1, 0), (-999, 0)])
def test_threshold(left: int, threshold: int | None) -> None:
    assert threshold_of(days(left), TODAY) == threshold


def test_holder_and_keepers_are_told_once_in_their_language(place: Place) -> None:
    holder = make_user(Role.CONTRIBUTOR, place.organisation, language="zh-hant")
    make_credential(place, holder=holder, valid_until=days(80))
    assert credentials_remind(at=AT) == Sent(3, 0)
    told = {message.to[0] for message in mail.outbox}
    assert told == {holder.email, place.people["administrator"].email, place.people["audit_manager"].email}
    assert all(str(holder) in message.body and "/registers/credentials/" in message.body for message in mail.outbox)
    assert credentials_remind(at=AT) == Sent(0, 0)
    assert credentials_remind(at=AT + timedelta(days=20)) == Sent(0, 0)
    assert len(mail.outbox) == 3


def test_each_threshold_is_told_once(place: Place) -> None:
    make_credential(place, valid_until=days(85))
    sent = [credentials_remind(at=AT + timedelta(days=later)).sent for later in range(0, 120, 5)]
    # Reached at once (90 days), after 55 days (30 left), after 90 (lapsed); two people keep the register.
    assert sum(sent) == 6
    assert [later * 5 for later, number in enumerate(sent) if number] == [0, 55, 90]


def test_several_credentials_come_in_one_mail(place: Place) -> None:
    for name in ("Ada", "Bo", "Cy"):
        make_credential(place, holder_name=name, valid_until=days(10))
    assert credentials_remind(at=AT).sent == 2
    assert all(name in mail.outbox[0].body for name in ("Ada", "Bo", "Cy"))
    assert mail.outbox[0].subject.startswith("3 credentials")


def test_nothing_is_told_of_what_holds_was_revoked_or_renewed(place: Place) -> None:
    make_credential(place, holder_name="Holds", valid_until=days(91))
    make_credential(place, holder_name="For ever", valid_until=None)
    gone = make_credential(place, holder_name="Gone", valid_until=days(5))
    credential_revoke(credential_id=gone.pk, revision=1, reason="x", by=place.people["administrator"], at=AT)
    make_credential(place, holder_name="Renewed", valid_until=days(5))
    make_credential(place, holder_name="Renewed", valid_until=days(700), passed_on=days(-1))
    assert credentials_remind(at=AT) == Sent(0, 0)


def test_extended_credential_is_told_of_anew(place: Place) -> None:
    credential = make_credential(place, valid_until=days(10))
    credentials_remind(at=AT)
    facts = credential_facts(place, valid_until=days(20))
    credential_update(credential_id=credential.pk, revision=1, facts=facts, by=place.people["administrator"], at=AT)
    assert credentials_remind(at=AT).sent == 2


def test_mail_that_cannot_be_sent_is_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    make_credential(place, valid_until=days(10))

    def down(*_args: object, **_options: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("audits.services.registers.reminders.send_mail", down)
        assert credentials_remind(at=AT) == Sent(0, 2)
    assert not CredentialReminder.objects.exists()
    assert credentials_remind(at=AT) == Sent(2, 0)


def test_claim_of_a_run_that_was_killed_is_taken_over_after_an_hour(place: Place) -> None:
    make_credential(place, valid_until=days(10))
    credentials_remind(at=AT)
    CredentialReminder.objects.update(sent_at=None)
    assert credentials_remind(at=AT + timedelta(minutes=59)).sent == 0
    assert credentials_remind(at=AT + timedelta(minutes=60)).sent == 2


def test_people_who_left_are_not_written_to(place: Place) -> None:
    holder = make_user(Role.CONTRIBUTOR, place.organisation)
    make_credential(place, holder=holder, valid_until=days(10))
    type(holder).objects.filter(pk=holder.pk).update(is_active=False)
    credentials_remind(at=AT)
    assert holder.email not in {message.to[0] for message in mail.outbox}


def test_command_and_task_do_the_same(place: Place) -> None:
    make_credential(place, valid_until=days(-1))
    out = StringIO()
    call_command("remind_credentials", stdout=out)
    assert out.getvalue() == "2 sent, 0 failed.\n"
    tasks.remind_credentials()
    assert len(mail.outbox) == 2


def test_command_says_when_mails_failed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    make_credential(place, valid_until=days(-1))

    def down(*_args: object, **_options: object) -> None:
        raise OSError

    monkeypatch.setattr("audits.services.registers.reminders.send_mail", down)
    with pytest.raises(SystemExit) as ended:
        call_command("remind_credentials", stdout=StringIO())
    assert ended.value.code == 1
