"""The register of credentials: states, rights, lists, forms, files."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audits.registers import Credential
from audits.selectors.registers.credentials import STATES, credentials_found, state_of
from audits.services.registers.credentials import credential_revoke, credential_update
from audits.services.registers.errors import RegisterError, StaleEntryError
from audits.views.registers.words import REFUSALS
from ledger.models import Entry
from tests.audits.registers.rows import AUDITOR, TODAY, Place, credential_facts, make_credential, make_place
from tests.audits.scenes import PNG
from tests.factories import AT, make_centre, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
WRITERS = ("administrator", "audit_manager", "centre_manager")
READERS = ("contributor", "viewer", "body_auditor")
STRANGERS = ("outsider", "body_viewer")


@pytest.fixture
def place() -> Place:
    return make_place()


def days(number: int) -> Any:
    return TODAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (None, "valid"),
        (91, "valid"),
        (90, "expiring_90"),
        (31, "expiring_90"),
        (30, "expiring_30"),
        (0, "expiring_30"),
        (-1, "expired"),
    ],
)
def test_state_follows_from_the_day(place: Place, left: int | None, state: str) -> None:
    credential = make_credential(place, valid_until=None if left is None else days(left))
    assert state_of(credential, TODAY) == state
    found = {name: credentials_found(place.people["viewer"], today=TODAY, state=name).count() for name in STATES}
    assert found == {name: int(name == state) for name in STATES}


def test_revoked_is_revoked_from_that_day_on(place: Place) -> None:
    credential = make_credential(place)
    by = place.people["administrator"]
    credential = credential_revoke(credential_id=credential.pk, revision=1, reason="Left.", by=by, at=AT)
    assert (state_of(credential, TODAY), state_of(credential, days(-1))) == ("revoked", "valid")
    with pytest.raises(RegisterError, match="credential_revoked"):
        credential_revoke(credential_id=credential.pk, revision=2, reason="Again.", by=by, at=AT)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"level": "unknown.level"}, "unknown_level"),
        ({"centres": ()}, "centre_elsewhere"),
        ({"holder_name": ""}, "one_holder"),
        ({"passed_on": TODAY + timedelta(days=1)}, "in_future"),
        ({"valid_until": TODAY - timedelta(days=101)}, "dates_reversed"),
    ],
)
def test_credentials_that_cannot_be_are_refused(place: Place, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RegisterError, match=code):
        make_credential(place, **fields)
    assert not Credential.objects.exists()


def test_people_and_centres_of_elsewhere_are_refused(place: Place) -> None:
    with pytest.raises(RegisterError, match="holder_elsewhere"):
        make_credential(place, holder=place.people["outsider"])
    with pytest.raises(RegisterError, match="centre_elsewhere"):
        make_credential(place, centres=(place.centre, make_centre()))


def test_the_same_training_twice_is_refused(place: Place) -> None:
    first = make_credential(place)
    with pytest.raises(RegisterError, match="credential_twice"):
        make_credential(place, holder_name="  ADA   wong ", course="internal AUDITING")
    make_credential(place, holder_name="Ada Wong", passed_on=days(-50))
    by = place.people["administrator"]
    credential_update(credential_id=first.pk, revision=1, facts=credential_facts(place, number="7"), by=by, at=AT)


def test_holder_who_left_keeps_what_they_passed(place: Place) -> None:
    holder = make_user(Role.CONTRIBUTOR, place.organisation)
    credential = make_credential(place, holder=holder)
    holder.memberships.all().delete()
    holder.forget_roles()
    facts = credential_facts(place, holder=holder, number="42")
    by = place.people["administrator"]
    assert credential_update(credential_id=credential.pk, revision=1, facts=facts, by=by, at=AT).number == "42"


def test_second_save_on_an_old_revision_is_refused(place: Place) -> None:
    credential, by = make_credential(place), place.people["administrator"]
    credential_update(credential_id=credential.pk, revision=1, facts=credential_facts(place), by=by, at=AT)
    with pytest.raises(StaleEntryError):
        credential_update(
            credential_id=credential.pk, revision=1, facts=credential_facts(place, number="9"), by=by, at=AT
        )
    assert Credential.objects.get().number == ""


def test_what_happens_is_in_the_ledger(place: Place) -> None:
    credential = make_credential(place)
    credential_revoke(credential_id=credential.pk, revision=1, reason="Left.", by=place.people["administrator"], at=AT)
    actions = Entry.objects.filter(subject=f"credential:{credential.pk}").values_list("action", flat=True)
    assert list(actions) == ["credential.added", "credential.revoked"]


# --- pages ----------------------------------------------------------------------------------------------------------


def form_data(place: Place, **fields: Any) -> dict[str, Any]:
    return {
        "holder": "",
        "holder_name": "Ada Wong 黃愛達",
        "centres": [place.centre.pk],
        "course": "Internal auditing",
        "level": AUDITOR,
        "body": "Harbour Academy",
        "passed_on": "2026-05-01",
        "valid_until": "",
        "number": "",
        "revision": "0",
        **fields,
    }


def add(client: Client, place: Place, **fields: Any) -> Any:
    return client.post(reverse("registers:credential_create", args=[place.organisation.pk]), form_data(place, **fields))


@pytest.mark.parametrize("who", [*WRITERS, *READERS, *STRANGERS])
def test_rights(client: Client, place: Place, who: str) -> None:
    credential = make_credential(place)
    client.force_login(place.people[who])
    read = 404 if who in STRANGERS else 200
    write = 200 if who in WRITERS else 404 if who in STRANGERS else 403
    assert client.get(reverse("registers:credential_detail", args=[credential.pk])).status_code == read
    assert client.get(reverse("registers:credential_file", args=[credential.pk])).status_code == 404
    for name in ("credential_update", "credential_revoke"):
        assert client.get(reverse(f"registers:{name}", args=[credential.pk])).status_code == write
    assert client.get(reverse("registers:credential_create", args=[place.organisation.pk])).status_code == write
    assert add(client, place).status_code == (302 if who in WRITERS else write)
    text = client.get(reverse("registers:credential_list")).content.decode()
    assert ("Ada Wong" in text) == (read == 200)


def test_entering_and_correcting(client: Client, place: Place) -> None:
    client.force_login(place.people["centre_manager"])
    response = add(client, place, file=SimpleUploadedFile("diploma.png", PNG))
    credential = Credential.objects.get()
    assert response.headers["Location"] == reverse("registers:credential_detail", args=[credential.pk])
    assert (credential.file_name, credential.valid_until) == ("diploma.png", None)
    handed = client.get(reverse("registers:credential_file", args=[credential.pk]))
    assert b"".join(handed.streaming_content) == PNG
    assert handed.headers["Content-Security-Policy"] == "sandbox"
    edit = reverse("registers:credential_update", args=[credential.pk])
    assert 'value="2026-05-01"' in client.get(edit).content.decode()
    assert client.post(edit, form_data(place, number="<b>7</b>", revision="1")).status_code == 302
    assert "&lt;b&gt;7" in client.get(reverse("registers:credential_detail", args=[credential.pk])).content.decode()


def test_stale_form_keeps_what_was_typed_and_saves_knowingly(client: Client, place: Place) -> None:
    credential = make_credential(place)
    client.force_login(place.people["centre_manager"])
    edit = reverse("registers:credential_update", args=[credential.pk])
    client.post(edit, form_data(place, number="first", revision="1"))
    response = client.post(edit, form_data(place, number="second", revision="1"))
    assert response.status_code == 409
    text = response.content.decode()
    assert "Somebody else saved this meanwhile" in text
    assert 'value="second"' in text
    assert 'name="revision" value="2"' in text
    assert client.post(edit, form_data(place, number="second", revision="2")).status_code == 302


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"holder_name": ""}, "holder_name"),
        ({"holder_name": "a\x00b"}, "holder_name"),
        ({"holder": "9" * 400}, "holder"),
        ({"holder": "x"}, "holder"),
        ({"centres": []}, "centres"),
        ({"centres": ["9" * 400]}, "centres"),
        ({"level": "x"}, "level"),
        ({"course": "x" * 201}, "course"),
        ({"passed_on": "2999-01-01"}, "passed_on"),
        ({"passed_on": "01/02/2026"}, "passed_on"),
        ({"passed_on": "2100-12-31"}, "passed_on"),
        ({"valid_until": "2026-04-30"}, "valid_until"),
        ({"revision": "x"}, "revision"),
        ({"revision": "9" * 50}, "revision"),
    ],
)
def test_wrong_entries_are_located_at_their_field(
    client: Client, place: Place, fields: dict[str, Any], field: str
) -> None:
    client.force_login(place.people["centre_manager"])
    response = add(client, place, **fields)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})
    assert not Credential.objects.exists()


def test_file_that_is_not_taken_is_told_and_the_credential_is_kept(client: Client, place: Place) -> None:
    client.force_login(place.people["centre_manager"])
    add(client, place, file=SimpleUploadedFile("run.exe", b"MZ"))
    text = client.get(reverse("registers:credential_detail", args=[Credential.objects.get().pk])).content.decode()
    assert "Files of this type are not taken" in text


def test_revoking_needs_a_reason(client: Client, place: Place) -> None:
    credential = make_credential(place)
    client.force_login(place.people["centre_manager"])
    url = reverse("registers:credential_revoke", args=[credential.pk])
    assert client.post(url, {"revision": "1", "reason": " "}).status_code == 422
    assert client.post(url, {"revision": "1", "reason": "Left us."}).status_code == 302
    assert client.post(url, {"revision": "2", "reason": "Again."}).status_code == 409


def test_list_searches_filters_and_sorts(client: Client, place: Place) -> None:
    now = timezone.localdate()
    make_credential(place, holder_name="Zoe", valid_until=now + timedelta(days=10))
    make_credential(place, holder_name="Ben", body="Peak School", valid_until=now + timedelta(days=60))
    make_credential(place, holder=place.people["viewer"], valid_until=None)
    client.force_login(place.people["viewer"])

    def names(**query: Any) -> list[str]:
        rows = client.get(reverse("registers:credential_list"), query).context["rows"]
        return [row[0].person for row in rows]

    me = str(place.people["viewer"])
    assert names() == ["Ben", me, "Zoe"]
    assert names(q="peak") == ["Ben"]
    assert names(state="expiring_30") == ["Zoe"]
    assert names(sort="valid_until")[-2:] in (["Zoe", "Ben"], ["Ben", me])
    assert names(organisation=place.organisation.pk, q="nobody") == []
    assert names(organisation="9" * 30, state="x", sort="-secret", page="x", q="\x00") == ["Ben", me, "Zoe"]
    assert "No credential matches" in client.get(reverse("registers:credential_list"), {"q": "nobody"}).content.decode()


def test_empty_register_says_what_to_do(client: Client, place: Place) -> None:
    for who, words in (("centre_manager", "Enter the first"), ("viewer", "A manager of the organisation enters")):
        client.force_login(place.people[who])
        assert words in client.get(reverse("registers:credential_list")).content.decode()


def test_list_takes_the_same_queries_for_one_and_for_many(client: Client, place: Place) -> None:
    client.force_login(place.people["centre_manager"])
    counts = []
    for number in (1, 12):
        for each in range(number):
            make_credential(place, holder_name=f"Person {number} {each}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("registers:credential_list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_every_refusal_of_the_registers_has_words() -> None:
    folder = Path(__file__).resolve().parents[3] / "audits" / "services" / "registers"
    codes = {
        code for path in folder.glob("*.py") for code in re.findall(r'RegisterError\(\s*"(\w+)"', path.read_text())
    }
    assert len(codes) > 15
    assert codes <= set(REFUSALS)
