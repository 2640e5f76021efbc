"""The real call log to the end: measured, judged, audited on the shipped edition, decided, and printed."""

from __future__ import annotations

import io
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pypdf
import pytest

from accounts.models import Role
from audits.selectors.computed import computed_levels
from audits.selectors.overview import TOO_OLD
from audits.services.answers import AnswerInput, answer_save
from audits.services.engagement import audit_facts_save
from audits.services.market import market_attach, market_waive
from audits.services.transitions import audit_decide, audit_step
from benchmarks.services import market_load, measurement_run_create
from reports.renderers import render_pdf
from reports.selectors import audit_document
from standards.services import edition_load, edition_publish
from tests.factories import leader_of, make_audit, make_centre, make_user, submit

SHARED = os.environ.get("TOUCHSTONE_SHARED", "")
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not SHARED, reason="needs the real call log; .ci/run sets TOUCHSTONE_SHARED where it is there"),
]


def test_real_call_log_ends_in_a_decided_audit_and_its_report() -> None:
    edition_file = (FIXTURES / "standards" / "four-block-2026.yaml").read_bytes()
    edition = edition_publish(edition=edition_load(data=edition_file, at=AT).edition, at=AT)
    release = market_load(
        content=(FIXTURES / "markets" / "2026.csv").read_bytes(), code="m", title="Market", by=None, at=AT
    )
    centre = make_centre(name="Telephone bank", country="IL", industry="banking", channels=["voice"], seats=48)
    audit = make_audit(edition=edition, centre=centre, onsite_from=date(2026, 11, 2), onsite_to=date(2026, 11, 4))
    leader = leader_of(audit)
    run = measurement_run_create(
        centre=centre,
        records=Path(SHARED) / "data" / "technion_anonymous_bank_feb1999.txt",
        mapping_text=(FIXTURES / "mappings" / "bank-call-log-1999.yaml").read_text(),
        by=leader,
        at=AT,
    )
    audit = market_attach(audit_id=audit.pk, run=run, release=release, by=leader, at=AT)
    # The records are of 1999 and the figures of 2016: nothing is judged before somebody takes that on themselves.
    assert {verdict["state"] for verdict in audit.market.values()} <= {"insufficient", "missing", "no_figure"}
    decider = make_user(Role.DECISION_MAKER, audit.conductor)
    for kpi, verdict in audit.market.items():
        if verdict["reason"]["code"] in TOO_OLD:
            market_waive(audit_id=audit.pk, kpi=kpi, reason="A historical log, to show the method.", by=decider, at=AT)
    audit.refresh_from_db()
    assert audit.market["abandonment"]["state"] == "below"
    assert audit.market["service_level"]["state"] == "below"
    answers = list(audit.answers.select_related("criterion"))
    computed = {
        code: found.level
        for code, found in computed_levels(audit, [answer.criterion for answer in answers]).items()
        if found.level is not None
    }
    # Access is clearly below the market: the first level, whatever an assessor thinks of it.
    assert computed["D3.1"] == 1
    for answer in answers:
        content = AnswerInput(level=computed.get(answer.criterion.code, 4))
        answer_save(answer_id=answer.pk, content=content, revision=0, by=leader, at=AT)
    audit_facts_save(
        audit_id=audit.pk,
        facts={
            name: {"value": value, "note": ""}
            for name, value in (
                ("cskm", "90"),
                ("trained_auditors", "3"),
                ("auditors_with_project_filed", "3"),
                ("decision_route", "panel"),
            )
        },
        by=leader,
        at=AT,
    )
    submit(audit)
    reviewer = make_user(Role.AUDIT_MANAGER, audit.conductor)
    audit_step(audit_id=audit.pk, step="approve", reason="Supports the result.", by=reviewer, at=AT)
    audit_decide(
        audit_id=audit.pk, granted=False, tier="", route="panel", reason="Below the market.", by=decider, at=AT
    )
    audit.refresh_from_db()
    operational = audit.result["result"]["tiers"]["operational"]
    # Every judged answer at 4 of 5 is far above 550 points: it is what was measured that refuses, as a mandatory
    # result below level 2 and in the market gate.
    assert operational["total"] == {"low": "771.2", "high": "771.2"}
    unmet = [gate["gate"] for gate in operational["gates"] if gate["state"] != "met"]
    assert unmet == ["mandatory_level", "market"]
    assert audit.result["result"]["tier"] is None
    printed = render_pdf(audit_document(audit, language="en", at=AT))
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed.data)).pages)
    assert "Telephone bank" in text
    assert "49.0" in text
    assert "17.9" in text
