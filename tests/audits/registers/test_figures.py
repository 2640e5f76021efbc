"""What the registers offer to an audit: figures, taking over, and what differs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.liveness import Period
from audits.returns import COST, CUSTOMER
from audits.selectors.registers.figures import register_figures
from audits.selectors.registers.overview import centres_overview
from audits.services.engagement import audit_facts_save
from audits.services.registers.credentials import credential_revoke
from audits.services.registers.errors import RegisterError
from audits.services.registers.facts import audit_fact_take
from audits.services.registers.knowledge import knowledge_measure
from ledger.models import Entry
from tests.audits.registers.rows import COST_ONLY, TODAY, Place, gain, invest, make_credential, make_place, make_project
from tests.audits.scenes import Scene, make_scene
from tests.factories import AT, submit

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db
TRAINED, FILED, CLOSED, ROI = (
    "trained_auditors",
    "auditors_with_project_filed",
    "auditors_with_project_closed",
    "roi_lower_bound",
)
SILENT: dict[str, Any] = {"customer_words": "", "customer_figure": None}


@pytest.fixture
def place() -> Place:
    return make_place()


def values(place: Place, as_of: date = TODAY) -> dict[str, str | None]:
    return {code: figure.value for code, figure in register_figures(place.centre, as_of=as_of).items()}


def test_empty_registers_say_nothing_and_never_zero(place: Place) -> None:
    figures = register_figures(place.centre, as_of=TODAY)
    assert {figure.value for figure in figures.values()} == {None}
    assert all(figure.note for figure in figures.values())


def test_trained_people_are_counted_once_and_only_while_it_holds(place: Place) -> None:
    holder = place.people["contributor"]
    make_credential(place, holder=holder)
    make_credential(place, holder=holder, passed_on=TODAY - timedelta(days=10))
    make_credential(place, holder_name="Ada Wong")
    make_credential(place, holder_name="ada  WONG", passed_on=TODAY - timedelta(days=5))
    make_credential(place, holder_name="Lapsed", valid_until=TODAY - timedelta(days=1))
    make_credential(place, holder_name="Aware", level="internal-audit.awareness")
    gone = make_credential(place, holder_name="Gone")
    credential_revoke(credential_id=gone.pk, revision=1, reason="x", by=place.people["administrator"], at=AT)
    assert values(place)[TRAINED] == "2"
    # Before anybody passed, the register says so: nobody.
    assert values(place, TODAY - timedelta(days=101))[TRAINED] == "0"
    # Yesterday the revoked one still held, and the lapsed one too.
    assert values(place, TODAY - timedelta(days=1))[TRAINED] == "4"


def test_projects_count_by_trained_lead_and_never_those_that_only_cut_cost(place: Place) -> None:
    ada, bo, cy, di = (make_credential(place, holder_name=name) for name in ("Ada", "Bo", "Cy", "Di"))
    make_project(place, ada, until="filed")
    make_project(place, ada, until="running")
    make_project(place, bo, until="closed")
    make_project(place, cy, until="filed", flows=COST_ONLY, **SILENT)
    make_project(place, di)
    found = values(place)
    assert (found[TRAINED], found[FILED], found[CLOSED]) == ("4", "2", "1")
    day_before = values(place, TODAY - timedelta(days=1))
    assert (day_before[FILED], day_before[CLOSED]) == ("0", "0")


def test_lead_whose_credential_lapsed_counts_no_longer(place: Place) -> None:
    make_project(place, make_credential(place, valid_until=TODAY + timedelta(days=3)), until="filed")
    assert values(place)[FILED] == "1"
    assert values(place, TODAY + timedelta(days=4))[FILED] == "0"


def test_lower_bound_of_the_portfolio(place: Place) -> None:
    lead = make_credential(place)
    make_project(place, lead, until="closed")  # -1000 + 300 + 200 at its low values
    assert values(place)[ROI] == "-500"
    make_project(place, lead, until="closed", flows=(invest(100), gain(CUSTOMER, 700, 800, 900)))
    make_project(place, lead, until="closed", flows=(invest(1), gain(COST, 9000, 9000, 9000)), **SILENT)
    make_project(place, lead, until="running", flows=(invest(1), gain(CUSTOMER, 9000, 9000, 9000)))
    assert values(place)[ROI] == "100"
    make_project(place, lead, until="closed", currency="GBP")
    figure = register_figures(place.centre, as_of=TODAY)[ROI]
    assert figure.value is None
    assert "GBP, HKD" in figure.note


def measured(place: Place, folder: Path, last: date, uses: int = 1) -> None:
    path = folder / "list"
    path.write_text(f"article,uses,review_due\nA,{uses},2027-01-01\nB,1,2026-01-01\n")
    period = Period(last - timedelta(days=30), last, 10, 10)
    knowledge_measure(
        centre=place.centre,
        path=path,
        file_name="a.csv",
        encoding="",
        period=period,
        by=place.people["administrator"],
        at=AT,
    )


def test_knowledge_counts_at_its_lower_end_as_known_on_the_day(place: Place, tmp_path: Path) -> None:
    measured(place, tmp_path, date(2026, 8, 31))
    measured(place, tmp_path, date(2026, 9, 13), uses=3)
    figure = register_figures(place.centre, as_of=date(2026, 9, 12))["cskm"]
    assert (figure.value, figure.as_of) == ("32.5", date(2026, 8, 31))
    assert "the lower end counts" in figure.note
    assert values(place)["cskm"] == "38.75"


# --- on the facts page ----------------------------------------------------------------------------------------------


@pytest.fixture
def scene(place: Place, tmp_path: Path) -> Scene:
    body = place.organisation.audit_bodies.get()
    made = make_scene(centre=place.centre, conductor=body)
    measured(place, tmp_path, date(2026, 8, 31))
    return made


def test_offer_is_taken_over_with_one_click_and_keeps_its_source(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["leader"])
    facts = reverse("audits:facts", args=[scene.audit.pk])
    page = client.get(facts)
    (offer,) = page.context["offers"]  # the edition asks for one of the figures
    assert (offer.figure.code, offer.figure.value, offer.stated) == ("cskm", "32.5", None)
    take = reverse("audits:fact_take", args=[scene.audit.pk, "cskm"])
    assert take in page.content.decode()
    client.post(take, {"value": "32.5"})
    scene.audit.refresh_from_db()
    fact = scene.audit.facts["cskm"]
    assert fact["value"] == "32.5"
    assert fact["source"] == {"register": "cskm", "value": "32.5", "as_of": "2026-08-31"}
    assert fact["note"].startswith("Knowledge index of 2026-08-01 to 2026-08-31")
    assert take not in client.get(facts).content.decode()
    assert Entry.objects.order_by("-sequence").first().action == "audit.fact_taken"


def test_source_stays_while_the_value_does(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["leader"])
    client.post(reverse("audits:fact_take", args=[scene.audit.pk, "cskm"]), {"value": "32.5"})
    facts = reverse("audits:facts", args=[scene.audit.pk])
    client.post(facts, {"cskm": "32.50", "cskm-note": "Seen.", "own_accounts": "yes"})
    scene.audit.refresh_from_db()
    assert scene.audit.facts["cskm"]["source"]["register"] == "cskm"
    client.post(facts, {"cskm": "90", "cskm-note": "Said so."})
    scene.audit.refresh_from_db()
    assert scene.audit.facts["cskm"] == {"value": "90", "note": "Said so."}


@pytest.mark.parametrize("value", ["99", "", "32.50", "=1+1"])
def test_another_value_than_the_register_has_now_is_not_stored(client: Client, scene: Scene, value: str) -> None:
    client.force_login(scene.people["leader"])
    take = reverse("audits:fact_take", args=[scene.audit.pk, "cskm"])
    assert "The register has changed meanwhile" in client.post(take, {"value": value}, follow=True).content.decode()
    scene.audit.refresh_from_db()
    assert scene.audit.facts == {}


def test_names_that_the_edition_does_not_ask_for_are_not_found(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["leader"])
    for code in ("trained_auditors", "own_accounts", "nonsense"):
        take = reverse("audits:fact_take", args=[scene.audit.pk, code])
        assert client.post(take, {"value": "2"}).status_code == 404
    with pytest.raises(RegisterError, match="no_such_fact"):
        audit_fact_take(
            audit_id=scene.audit.pk,
            code="own_accounts",
            value="1",
            note="",
            as_of=TODAY,
            by=scene.people["leader"],
            at=AT,
        )


def test_fact_that_differs_is_shown_to_the_reviewer(client: Client, scene: Scene) -> None:
    leader = scene.people["leader"]
    facts = {"cskm": {"value": "90", "note": ""}, "decision_route": {"value": "panel", "note": ""}}
    audit_facts_save(audit_id=scene.audit.pk, facts=facts, by=leader, at=AT)
    submit(scene.audit)
    client.force_login(scene.people["reviewer"])
    page = client.get(reverse("audits:audit_detail", args=[scene.audit.pk])).content.decode()
    assert "Manual liveness: 90 here, 32.5 in the register." in page


def test_equal_fact_is_not_shown_as_differing(client: Client, scene: Scene) -> None:
    facts = {"cskm": {"value": "32.50", "note": ""}}
    audit_facts_save(audit_id=scene.audit.pk, facts=facts, by=scene.people["leader"], at=AT)
    client.force_login(scene.people["reviewer"])
    page = client.get(reverse("audits:audit_detail", args=[scene.audit.pk])).content.decode()
    assert "differ from the registers" not in page


def test_figures_take_three_queries_however_much_there_is(place: Place) -> None:
    counts = []
    for number in (1, 6):
        for each in range(number):
            make_project(place, make_credential(place, holder_name=f"P{number}{each}"), until="closed")
        with CaptureQueriesContext(connection) as queries:
            register_figures(place.centre, as_of=TODAY)
        counts.append(len(queries))
    assert counts == [3, 3]


def test_overview_counts_each_kind_by_itself(place: Place) -> None:
    ada, bo = (make_credential(place, holder_name=name) for name in ("Ada", "Bo"))
    for until in ("draft", "filed", "running", "closed"):
        make_project(place, ada, until=until)
    make_project(place, bo, until="closed")
    make_credential(place, holder_name="Old", valid_until=TODAY - timedelta(days=1))
    (row,) = centres_overview(place.people["viewer"], text="", page=None, today=TODAY)
    assert (row.holding, row.open_projects, row.closed_projects, row.index_low) == (2, 2, 2, None)
    assert Decimal(values(place)[CLOSED] or 0) == 2
