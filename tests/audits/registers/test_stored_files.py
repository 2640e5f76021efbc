"""Certificates of credentials are checked with the evidence."""

from __future__ import annotations

import json
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from audits.services.registers.credentials import credential_file_set
from audits.storage import path_of
from tests.audits.registers.rows import make_credential, make_place
from tests.audits.scenes import PNG
from tests.factories import AT

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


def test_damaged_certificate_is_found(tmp_path: Path, settings: SettingsWrapper) -> None:
    settings.EVIDENCE_DIR = tmp_path
    place = make_place()
    kept = credential_file_set(
        credential_id=make_credential(place).pk,
        source=BytesIO(PNG),
        filename="diploma.png",
        by=place.people["administrator"],
        at=AT,
    )
    out = StringIO()
    call_command("verify_evidence", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"checked": 1, "bad": []}
    path_of(kept.file_sha256).write_bytes(b"other")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_evidence", "--json", stdout=out)
    assert json.loads(out.getvalue())["bad"] == [{"sha256": kept.file_sha256, "problem": "changed"}]
