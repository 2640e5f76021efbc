"""The pages: who sees them, how many queries they take, and what a wrong upload gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from benchmarks.kpis.registry import KPI_CODES
from benchmarks.models import MeasurementRun, RecordsJob
from benchmarks.services import job_run, market_load, measurement_run_create
from tests.benchmarks.samples import MAPPING, make_contacts
from tests.benchmarks.test_market import GOOD, RELEASE, release
from tests.factories import make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from accounts.models import Centre, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    """Somebody who runs a centre."""
    return make_user(Role.CENTRE_MANAGER)


@pytest.fixture
def centre(manager: User) -> Centre:
    """The centre that the manager runs."""
    return make_centre(manager.memberships.get().organisation)


@pytest.fixture
def own(client: Client, manager: User) -> Client:
    """A browser in which the manager is signed in."""
    client.force_login(manager)
    return client


def make_run(tmp_path: Path, centre: Centre, seed: int = 1) -> MeasurementRun:
    """Measure a centre."""
    make_contacts(300, seed=seed).to_csv(tmp_path / "a.csv", sep=";", index=False)
    return measurement_run_create(
        centre=centre, records=tmp_path / "a.csv", mapping_text=MAPPING, by=None, at=timezone.now()
    )


def upload(own: Client, centre: Centre, records: bytes, own_mapping: bytes = MAPPING.encode(), **extra: str) -> object:
    """Post the form."""
    data = {"records": SimpleUploadedFile("r.csv", records), "mapping_file": SimpleUploadedFile("m.yaml", own_mapping)}
    return own.post(reverse("benchmarks:measure", args=[centre.pk]), {**data, **extra})


def test_market_page_without_a_release_says_what_to_do(own: Client) -> None:
    assert "load_market" in own.get(reverse("benchmarks:market")).content.decode()


def test_market_page_searches_and_filters(own: Client) -> None:
    market_load(content=RELEASE.read_bytes(), code="m", title="Market", by=None, at=timezone.now())
    page = own.get(reverse("benchmarks:market")).content.decode()
    assert "91 figures" in page
    found = own.get(reverse("benchmarks:market"), {"text": "Connect", "region": "China", "sort": "year"})
    assert "5 figures" in found.content.decode()
    for hostile in ({"sort": "release__sha256"}, {"text": "\0"}, {"page": "x"}, {"kpi": "' OR 1=1"}, {"release": "?"}):
        assert own.get(reverse("benchmarks:market"), hostile).status_code == 200
    assert "Show all figures" in own.get(reverse("benchmarks:market"), {"text": "zzz"}).content.decode()


def test_market_page_takes_the_same_queries_for_one_and_three_figures(own: Client) -> None:
    years = ["2022", "2023", "2024"]
    counts = []
    for number in (1, 3):
        content = release(*(GOOD.replace("2024", year) for year in years[:number]))
        market_load(content=content, code=f"m{number}", title="Market", by=None, at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            own.get(reverse("benchmarks:market"), {"release": f"m{number}"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("code", sorted(KPI_CODES))
def test_kpi_page_exists_for_every_code(own: Client, code: str) -> None:
    assert own.get(reverse("benchmarks:kpi", args=[code])).status_code == 200


def test_unknown_kpi_is_not_found(own: Client) -> None:
    assert own.get(reverse("benchmarks:kpi", args=["luck"])).status_code == 404


def test_centre_and_run_pages_show_measurements_in_constant_queries(
    own: Client, centre: Centre, tmp_path: Path
) -> None:
    assert "not been measured" in own.get(reverse("benchmarks:centre_measurements", args=[centre.pk])).content.decode()
    counts = []
    for number in (1, 2, 3):
        run = make_run(tmp_path, centre, seed=number)
        with CaptureQueriesContext(connection) as queries:
            page = own.get(reverse("benchmarks:centre_analysis", args=[centre.pk])).content.decode()
        counts.append(len(queries))
        assert page.count("/benchmarks/runs/") == number + 1  # the newest is named once more
    assert counts[0] == counts[2]
    page = own.get(reverse("benchmarks:run", args=[run.pk])).content.decode()
    assert run.records_sha256 in page
    assert "answered_within_offered" in page


def test_outsider_finds_nothing_and_a_viewer_may_not_measure(client: Client, centre: Centre, tmp_path: Path) -> None:
    run = make_run(tmp_path, centre)
    addresses = [
        reverse("benchmarks:centre_measurements", args=[centre.pk]),
        reverse("benchmarks:measure", args=[centre.pk]),
        reverse("benchmarks:run", args=[run.pk]),
    ]
    client.force_login(make_user(Role.ADMINISTRATOR, make_organisation()))
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    client.force_login(make_user(Role.VIEWER, centre.organisation))
    assert [client.get(address).status_code for address in addresses] == [200, 403, 200]


def test_upload_is_measured(own: Client, centre: Centre, manager: User) -> None:
    answer = upload(own, centre, make_contacts(200).to_csv(sep=";", index=False).encode())
    job = RecordsJob.objects.get()
    assert answer.url == reverse("benchmarks:records_job", args=[job.pk])
    assert job_run(job_id=str(job.pk), clock=timezone.now)
    run = MeasurementRun.objects.get()
    assert own.get(answer.url).url == reverse("benchmarks:run", args=[run.pk])
    assert (run.created_by, run.records_name, run.rows_used) == (manager, "r.csv", 200)


@pytest.mark.parametrize(
    ("records", "mapping", "words"),
    [
        (b"a;b\n1;2\n", MAPPING.encode(), "no column"),
        (b"\0\0", MAPPING.encode(), "NUL"),
        (b"\xff\xfe\x00", MAPPING.encode(), "NUL"),
        (b"x", b"kind: [", "not valid YAML"),
        (b"x", b"\xff\xff", "not UTF-8"),
        (b"PK\x03\x04", MAPPING.replace("type: csv", "type: xlsx").encode(), "not an XLSX"),
        (b"x", MAPPING.replace("type: csv", "type: parquet").encode(), "a header but no rows"),
    ],
)
def test_unusable_upload_is_answered_at_the_field(
    own: Client, centre: Centre, records: bytes, mapping: bytes, words: str
) -> None:
    answer = upload(own, centre, records, mapping)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not MeasurementRun.objects.exists()


def test_form_wants_exactly_one_mapping_and_a_file_of_bearable_size(
    own: Client, centre: Centre, settings: object
) -> None:
    both = upload(own, centre, b"x", mapping="bank-call-log-1999")
    assert "not both" in both.content.decode()
    address = reverse("benchmarks:measure", args=[centre.pk])
    none = own.post(address, {"records": SimpleUploadedFile("r.csv", b"x")})
    assert "Choose a mapping, or upload" in none.content.decode()
    assert own.post(address, {}).status_code == 422
    settings.RECORDS_MAX_BYTES = 3
    assert "larger than" in upload(own, centre, b"xxxx").content.decode()
