"""Pages of contact centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Centre, Organisation, Role
from tests.factories import make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
EDITORS = {Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER}
LIST = "/centres/"


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation()


def filled(**changes: object) -> dict[str, object]:
    return {
        "name": "Harbour",
        "city": "Hong Kong",
        "country": "hk",
        "industry": "banking",
        "channels": ["voice", "chat"],
        "languages": "English, 廣東話，English",
        "seats": "120",
        "time_zone": "Asia/Hong_Kong",
        "revision": "1",
    } | changes


def signed_in(client: Client, organisation: Organisation, role: str = Role.CENTRE_MANAGER) -> Client:
    client.force_login(make_user(role, organisation))
    return client


def test_addresses_are_those_of_the_interface() -> None:
    assert reverse("accounts:centre_list") == LIST
    assert reverse("accounts:centre_detail", args=[7]) == "/centres/7/"


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    client: Client, organisation: Organisation, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(client, organisation)
    for _ in range(count):
        make_centre(organisation)
    with django_assert_num_queries(6):  # session, person, roles, count, centres, unread notices
        response = client.get(LIST)
    assert response.content.count(b'<a href="/centres/') == count


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_no_more_for_centres_of_clients(
    client: Client, organisation: Organisation, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(client, organisation, Role.AUDITOR)
    for _ in range(count):
        centre = make_centre()
        centre.organisation.audit_bodies.add(organisation)
    with django_assert_num_queries(6):
        response = client.get(LIST)
    assert len(response.context["page"].object_list) == count


def test_list_says_what_to_do_when_it_is_empty(client: Client, organisation: Organisation) -> None:
    signed_in(client, organisation)
    assert "Add the first" in client.get(LIST).content.decode()
    make_centre(organisation)
    assert "No centre matches" in client.get(LIST, {"q": "nowhere"}).content.decode()


def names(client: Client, **query: str) -> list[str]:
    return [centre.name for centre in client.get(LIST, query).context["page"].object_list]


def test_list_searches_filters_and_sorts(client: Client, organisation: Organisation) -> None:
    signed_in(client, organisation)
    make_centre(organisation, name="Alpha", city="Köln", industry="energy", seats=10)
    make_centre(organisation, name="Beta", industry="banking", seats=30)
    make_centre(organisation, name="Gamma", industry="energy", seats=20)
    make_centre(name="Foreign", industry="energy")
    assert names(client) == ["Alpha", "Beta", "Gamma"]
    assert names(client, q="köl") == ["Alpha"] or names(client, q="Köl") == ["Alpha"]
    assert names(client, q="gam") == ["Gamma"]
    assert names(client, industry="energy", sort="-name") == ["Gamma", "Alpha"]
    assert names(client, sort="-seats") == ["Beta", "Gamma", "Alpha"]
    for sort in ("industry", "organisation", "-created"):
        assert sorted(names(client, sort=sort)) == ["Alpha", "Beta", "Gamma"]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"q": "x" * 100_000},
        {"sort": "organisation__audit_bodies__name"},
        {"sort": "?"},
        {"industry": "' OR 1=1 --"},
        {"page": "-1"},
        {"page": "9" * 400},
        {"page": "\0"},
        {"q": "%_\\'\""},
    ],
)
def test_list_survives_any_query(client: Client, organisation: Organisation, query: dict[str, str]) -> None:
    signed_in(client, organisation)
    make_centre(organisation)
    assert client.get(LIST, query).status_code == 200


def test_list_gives_htmx_the_rows_alone(client: Client, organisation: Organisation) -> None:
    signed_in(client, organisation)
    text = client.get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert text.strip().startswith('<div id="rows"')
    assert "<html" not in text


@pytest.mark.parametrize("role", Role)
def test_rights_by_role_and_verb(client: Client, organisation: Organisation, role: str) -> None:
    centre = make_centre(organisation)
    signed_in(client, organisation, role)
    changes = 200 if role in EDITORS else 403
    assert client.get(f"/centres/{centre.pk}/").status_code == 200
    assert client.get(f"/centres/{centre.pk}/edit/").status_code == changes
    assert client.post(f"/centres/{centre.pk}/edit/", {}).status_code == changes
    assert client.get("/centres/new/").status_code == changes
    assert (b"/edit/" in client.get(f"/centres/{centre.pk}/").content) == (changes == 200)


@pytest.mark.parametrize("role", Role)
def test_an_outsider_gets_404_whatever_the_role_elsewhere(
    client: Client, organisation: Organisation, role: str
) -> None:
    centre = make_centre()
    signed_in(client, organisation, role)
    assert client.get(f"/centres/{centre.pk}/").status_code == 404
    assert client.get(f"/centres/{centre.pk}/edit/").status_code == 404
    assert client.post(f"/centres/{centre.pk}/edit/", filled()).status_code == 404


def test_audit_staff_of_a_mandated_body_read_but_do_not_change(client: Client, organisation: Organisation) -> None:
    centre = make_centre()
    centre.organisation.audit_bodies.add(organisation)
    signed_in(client, organisation, Role.AUDITOR)
    assert client.get(f"/centres/{centre.pk}/").status_code == 200
    assert client.get(f"/centres/{centre.pk}/edit/").status_code == 403


@pytest.mark.parametrize("pk", ["0", "9" * 30, "99999"])
def test_detail_of_an_unknown_centre_is_404(client: Client, organisation: Organisation, pk: str) -> None:
    signed_in(client, organisation)
    assert client.get(f"/centres/{pk}/").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_405(client: Client, organisation: Organisation, method: str) -> None:
    signed_in(client, organisation)
    assert getattr(client, method)(LIST).status_code == 405
    assert client.head(LIST).status_code == 200


def test_create_keeps_what_was_filled_in(client: Client, organisation: Organisation) -> None:
    signed_in(client, organisation)
    response = client.post("/centres/new/", filled(organisation=organisation.pk))
    centre = Centre.objects.get()
    assert response.url == f"/centres/{centre.pk}/"
    assert (centre.organisation, centre.country, centre.seats) == (organisation, "HK", 120)
    assert (centre.channels, centre.languages) == (["voice", "chat"], ["English", "廣東話"])
    page = client.get(response.url).content.decode()
    assert "Voice, Chat" in page


def test_create_refuses_an_organisation_of_others(client: Client, organisation: Organisation) -> None:
    signed_in(client, organisation)
    response = client.post("/centres/new/", filled(organisation=make_organisation().pk))
    assert "organisation" in response.context["form"].errors
    assert not Centre.objects.exists()


def test_create_names_a_name_that_is_taken(client: Client, organisation: Organisation) -> None:
    signed_in(client, organisation)
    make_centre(organisation, name="Harbour")
    response = client.post("/centres/new/", filled(organisation=organisation.pk))
    assert response.status_code == 200
    assert response.context["form"].errors["name"] == ["The organisation has a centre of this name already."]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "\0"),
        ("name", "Har\0bour"),
        ("name", "x" * 201),
        ("name", "   "),
        ("city", "\0"),
        ("city", "x" * 121),
        ("country", "H"),
        ("country", "H1"),
        ("country", "ＨＫ"),
        ("industry", "spying"),
        ("channels", ["voice", "carrier pigeon"]),
        ("channels", []),
        ("languages", "\0"),
        ("languages", "x" * 41),
        ("languages", ",".join(map(str, range(31)))),
        ("languages", "x" * 100_000),
        ("seats", "0"),
        ("seats", "-1"),
        ("seats", "1e3"),
        ("seats", "9" * 40),
        ("seats", "NaN"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("revision", "x"),
        ("revision", ""),
        ("revision", SimpleUploadedFile("revision", b"1")),
    ],
)
def test_update_refuses_bad_input_at_its_field(
    client: Client, organisation: Organisation, field: str, value: object
) -> None:
    centre = make_centre(organisation, name="Before")
    signed_in(client, organisation)
    response = client.post(f"/centres/{centre.pk}/edit/", filled(**{field: value}))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert Centre.objects.get().name == "Before"


@pytest.mark.parametrize(
    "name", ["مركز الاتصال", "مركز \u202e abc", "🎧 Desk", "客戶服務中心", "<script>alert(1)</script>"]
)
def test_update_keeps_text_of_any_script_and_escapes_it(client: Client, organisation: Organisation, name: str) -> None:
    centre = make_centre(organisation)
    signed_in(client, organisation)
    assert client.post(f"/centres/{centre.pk}/edit/", filled(name=name)).status_code == 302
    assert Centre.objects.get().name == name
    assert b"<script>alert" not in client.get(f"/centres/{centre.pk}/").content


def test_update_ignores_fields_that_the_form_does_not_offer(client: Client, organisation: Organisation) -> None:
    centre = make_centre(organisation)
    signed_in(client, organisation)
    client.post(f"/centres/{centre.pk}/edit/", filled(organisation=make_organisation().pk, created_at="2000-01-01"))
    changed = Centre.objects.get()
    assert (changed.organisation, changed.created_at) == (organisation, centre.created_at)


def test_update_of_a_stale_form_shows_both_and_overwrites_nothing(client: Client, organisation: Organisation) -> None:
    centre = make_centre(organisation)
    signed_in(client, organisation)
    assert client.post(f"/centres/{centre.pk}/edit/", filled(name="First", channels=["email"])).status_code == 302
    response = client.post(f"/centres/{centre.pk}/edit/", filled(name="Second"))
    text = response.content.decode()
    assert response.status_code == 409
    assert Centre.objects.get().name == "First"
    assert "Somebody else saved this centre" in text
    assert ("Name", "First") in [(str(label), value) for label, value in response.context["differing"]]
    assert ("Channels", "E-mail") in [(str(label), value) for label, value in response.context["differing"]]
    assert 'value="Second"' in text
    assert 'name="revision" value="2"' in text
    assert client.post(f"/centres/{centre.pk}/edit/", filled(name="Second", revision="2")).status_code == 302
    assert Centre.objects.get().name == "Second"
