"""The API of the standards room: editions as they were published, byte for byte."""

from __future__ import annotations

import hashlib

import pytest

from accounts.models import Role
from standards.editions.document import digest
from standards.models import Edition, EditionStatus, Standard
from tests.api import Program
from tests.factories import make_edition, make_organisation, make_user

pytestmark = pytest.mark.django_db


def test_the_document_has_the_hash_that_the_edition_names() -> None:
    edition = make_edition()
    program = Program(make_user(Role.VIEWER))
    path = f"editions/{edition.code}/{edition.version}"
    shown, document = program.get(path).json(), program.get(f"{path}/document")
    assert shown["sha256"] == edition.sha256 == hashlib.sha256(document.content).hexdigest()
    assert (document["Content-Type"], document["ETag"]) == ("application/json", f'"{edition.sha256}"')
    assert shown["criteria"] == 6
    assert program.get(f"editions?status=published&code={edition.code}").json()["items"] == [shown]


def test_draft_of_another_owner_is_not_there() -> None:
    edition = make_edition()
    owner = make_organisation()
    Standard.objects.update_or_create(code=edition.code, defaults={"owner": owner})
    draft = Edition.objects.create(
        code=edition.code, version="next", title={"en": "Next"}, document="{}", sha256=digest("{}")
    )
    assert draft.status == EditionStatus.DRAFT
    stranger, member = Program(make_user(Role.VIEWER)), Program(make_user(Role.SCHEME_OWNER, owner))
    assert [each["version"] for each in stranger.get("editions").json()["items"]] == [edition.version]
    for path in ("editions/sample/next", "editions/sample/next/document"):
        assert stranger.get(path).status_code == 404
    assert member.get("editions/sample/next").json()["status"] == "draft"
    assert member.get("editions/sample/next/document").content == b"{}"
