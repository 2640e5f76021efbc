"""The whole journey on a standard that shares nothing with the one that is shipped: see ``tests.second_standard``."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from audits.services.transitions import audit_decide, audit_step
from reports.renderers import render_html, render_pdf
from reports.selectors import audit_document
from tests.factories import AT, leader_of, make_audit, make_centre, make_user, submit
from tests.second_standard import CODES, SCALES, second_standard, second_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from audits.models import Answer, Audit

pytestmark = pytest.mark.django_db
VOICE_ONLY = [code for code in CODES if code != "ASK-1.chat"]


@pytest.fixture
def audit(client: Client) -> Audit:
    """Return an audit of a voice desk on the second standard; the team leader is signed in."""
    made = make_audit(edition=second_standard(), centre=make_centre(channels=["voice"]))
    client.force_login(leader_of(made))
    return made


def page(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def answers_of(audit: Audit) -> dict[str, Answer]:
    return {answer.criterion.code: answer for answer in audit.answers.select_related("criterion")}


def offered(html: str, answer: Answer) -> list[str]:
    """Return the levels that the sheet offers for an answer."""
    row = html[html.index(f'id="row-{answer.pk}"') :]
    return re.findall(r'name="level"\s+value="([^"]+)"', row[: row.index("</article>")])


def save(client: Client, answer: Answer, level: int) -> int:
    answer.refresh_from_db()
    fields = {"level": str(level), "note": "Seen.", "revision": str(answer.revision)}
    return client.post(reverse("audits:answer_save", args=[answer.pk]), fields).status_code


def answer_all(client: Client, audit: Audit, *, lower: int = 0) -> None:
    """Answer what is asked, on the sheet, each with its highest level or some steps below it."""
    for code, answer in answers_of(audit).items():
        low, high = SCALES[code]
        if code in VOICE_ONLY:
            assert save(client, answer, max(low, high - lower)) == 200


def submitted(client: Client, audit: Audit) -> Audit:
    answer_all(client, audit)
    facts = {"rooms": "120", "decision_route": "phone", "services": ["groups"]}
    assert client.post(reverse("audits:facts", args=[audit.pk]), facts).status_code == 302
    return submit(audit)


# --- reading the standard -----------------------------------------------------------------------------------------


def test_pages_of_the_standard_show_its_own_sections_and_levels(client: Client, audit: Audit) -> None:
    tree = page(client, "standards:edition", "hotel-desk", "3")
    assert all(code in tree for code in CODES)
    assert "Gold thread" in tree
    usual = page(client, "standards:criterion", "hotel-desk", "3", "ASK-1.greeting")
    assert re.findall(r"<b>(\d+)</b>", usual) == ["1", "2", "3", "4"]
    assert "Exemplary" in usual
    own = page(client, "standards:criterion", "hotel-desk", "3", "BOOK-1.held")
    assert re.findall(r"<b>(\d+)</b>", own) == [str(level) for level in range(11)]
    assert "Exemplary" not in own
    assert "level 3 of 1 to 4, or that share of its own scale, on all 2" in tree


# --- the sheet ----------------------------------------------------------------------------------------------------


def test_sheet_offers_each_criterion_its_own_levels(client: Client, audit: Audit) -> None:
    html, answers = page(client, "audits:sheet", audit.pk), answers_of(audit)
    for code in VOICE_ONLY:
        low, high = SCALES[code]
        levels = [str(level) for level in range(low, high + 1)]
        assert offered(html, answers[code]) == levels + ["na"] * (code == "BOOK-1.groups")
    one = answers["BOOK-1.voice"]
    assert offered(page(client, "audits:answer_row", one.pk), one) == ["2", "3"]
    assert re.findall(r"<li><b>(\d+)</b>", page(client, "audits:answer_panel", one.pk)) == ["2", "3"]


def test_sheet_asks_only_what_concerns_the_centre(client: Client, audit: Audit) -> None:
    html, answers = page(client, "audits:sheet", audit.pk), answers_of(audit)
    assert f"row-{answers['ASK-1.chat'].pk}" not in html
    assert f"row-{answers['BOOK-1.groups'].pk}" in html  # nobody said yet which services there are
    client.post(reverse("audits:facts", args=[audit.pk]), {"rooms": "1"})
    assert f"row-{answers['BOOK-1.groups'].pk}" in page(client, "audits:sheet", audit.pk)
    client.post(reverse("audits:facts", args=[audit.pk]), {"services": ["spa_visits"]})
    assert f"row-{answers['BOOK-1.groups'].pk}" not in page(client, "audits:sheet", audit.pk)
    ticked = re.findall(r'value="(\w+)"[^>]*checked', page(client, "audits:facts", audit.pk))
    assert ticked == ["spa_visits"]


@pytest.mark.parametrize(
    ("code", "level", "status"),
    [
        ("ASK-1.greeting", 0, 422),
        ("ASK-1.greeting", 4, 200),
        ("ASK-1.greeting", 5, 422),
        ("ASK-1.recorded", 0, 200),
        ("ASK-1.recorded", 2, 422),
        ("BOOK-1.held", 10, 200),
        ("BOOK-1.held", 11, 422),
        ("BOOK-1.voice", 1, 422),
        ("BOOK-1.voice", 2, 200),
    ],
)
def test_sheet_takes_only_levels_of_the_criterions_own_scale(
    client: Client, audit: Audit, code: str, level: int, status: int
) -> None:
    answer = answers_of(audit)[code]
    assert save(client, answer, level) == status
    answer.refresh_from_db()
    assert answer.level == (level if status == 200 else None)


def test_strip_shows_no_minimum_where_the_tier_has_none(client: Client, audit: Audit) -> None:
    html = page(client, "audits:sheet", audit.pk)
    assert "of at least 0" not in html
    assert "of at least 230.5" in html


# --- the result ---------------------------------------------------------------------------------------------------


def test_audit_is_scored_submitted_decided_and_certified(client: Client, audit: Audit) -> None:
    audit = submitted(client, audit)
    tiers = audit.result["result"]["tiers"]
    assert {code: tier["total"]["low"] for code, tier in tiers.items()} == dict.fromkeys(tiers, "240")
    assert [tier["attained"] for tier in tiers.values()] == [True, True, True, False]
    assert audit.result["result"]["tier"] == "silk"
    conductor = audit.conductor
    reviewer, decider = make_user("audit_manager", conductor), make_user("decision_maker", conductor)
    audit_step(audit_id=audit.pk, step="approve", reason="Sound.", by=reviewer, at=AT)
    client.force_login(decider)
    form = page(client, "audits:decision", audit.pk)
    assert re.findall(r'<option value="([^"]*)"', form.partition('name="route"')[2]) == ["board_vote", "phone"]
    decision = audit_decide(
        audit_id=audit.pk, granted=True, tier="gold-thread", route="board_vote", reason="All.", by=decider, at=AT
    )
    assert decision.audit.certificate.tier == "gold-thread"
    assert "Gold thread" in page(client, "verify", decision.audit.certificate.code)


def test_plan_and_gaps_count_on_each_own_scale(client: Client, audit: Audit) -> None:
    answer_all(client, audit, lower=1)
    report = audit_document(audit, language="en", at=AT)
    now = {step.criterion: (step.level_from, step.level_to) for step in report.plan}
    # Level 3 of 1 to 4 is wanted of the mandatory ones: "greeting" has it, "recorded" is at 0 of 0 to 1.
    assert now == {"ASK-1.recorded": (0, 1)}
    html = page(client, "reports:preview", audit.pk)
    gaps = html[html.index('id="gaps"') :]
    # Weight 2.5 of 4.5 (chat is not asked) of 100 points is missing at "recorded".
    assert "71.4" in gaps


# --- the report ---------------------------------------------------------------------------------------------------


def test_report_tells_each_scale_and_prints(client: Client, audit: Audit) -> None:
    audit = submitted(client, audit)
    report = audit_document(audit, language="en", at=AT)
    rows = {row.code: row for part in report.sections for clause in part.clauses for row in clause.rows}
    assert {code: (row.scale.low, row.scale.high) for code, row in rows.items()} == SCALES
    assert not rows["ASK-1.chat"].asked
    with override("en"):
        html = render_html(report)
    assert "Levels run from 1 to 4." in html
    assert "divided by five" not in html
    printed = render_pdf(report)
    reader = pypdf.PdfReader(io.BytesIO(printed.data))
    text = re.sub(r"\s+", " ", "\n".join(each.extract_text() for each in reader.pages))
    for words in ("Gold thread", "Section BOOK", "scale 0 to 10", "scale 0 to 1", "scale 2 to 3", "IV"):
        assert words in text, words
    carried = json.loads(reader.attachments["report.json"][0])
    levels = {row["code"]: row["scale"] for part in carried["sections"] for c in part["clauses"] for row in c["rows"]}
    assert levels["BOOK-1.voice"] == {"low": 2, "high": 3}


def test_score_file_scores_the_second_standard(tmp_path: Path, capsys: Any) -> None:
    edition, case = tmp_path / "edition.yaml", tmp_path / "case.json"
    edition.write_text(second_yaml())
    answers = {code: {"level": SCALES[code][1]} for code in VOICE_ONLY}
    facts = {"channels": ["voice"], "services": ["groups"], "rooms": 101, "decision_route": "board_vote"}
    case.write_text(json.dumps({"answers": answers, "facts": facts, "findings": {"major_open": 0}}))
    call_command("score_file", "--edition", str(edition), "--input", str(case), "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["tier"], found["next_tier_plan"]) == ("gold-thread", [])
