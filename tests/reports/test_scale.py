"""A large invented installation: marked as invented, refused where there is something, and consistent in itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Centre, Organisation, User
from audits.models import Answer, Audit, Certificate, Decision, Finding
from audits.services.results import result_of
from ledger.models import Entry
from reports.demo import scale
from tests.factories import make_organisation

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SIZE = {"organisations": 4, "centres": 3, "audits": 40}


def loaded(**options: Any) -> dict[str, int]:
    out = StringIO()
    call_command("load_scale", json=True, stdout=out, stderr=StringIO(), **{**SIZE, **options})
    made: dict[str, int] = json.loads(out.getvalue())
    return made


@pytest.mark.django_db
def test_as_much_is_there_as_was_asked_for_and_all_of_it_is_marked() -> None:
    made = loaded()
    models: dict[str, Any] = {
        "organisations": Organisation,
        "centres": Centre,
        "people": User,
        "audits": Audit,
        "answers": Answer,
    }
    models |= {"findings": Finding, "decisions": Decision, "certificates": Certificate}
    assert {name: model.objects.count() for name, model in models.items()} == {
        name: count for name, count in made.items() if name != "seconds"
    }
    assert {name: made[name] for name in SIZE} == SIZE
    assert made["answers"] == 40 * 110
    assert not Organisation.objects.filter(is_demo=False).exists()
    assert not Organisation.objects.exclude(name__endswith="(demo)").exists()
    assert "(demo)" in Audit.objects.all()[0].edition.title["en"]
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert Entry.objects.filter(action="demo.scale_loaded").count() == 1


@pytest.mark.django_db
def test_what_is_frozen_is_the_result_of_the_answers_and_alone_is_certified() -> None:
    loaded()
    statuses = set(Audit.objects.values_list("status", flat=True))
    assert statuses == {"planned", "fieldwork", "technical_review", "decision", "closed"}
    for audit in Audit.objects.filter(status="closed").select_related("edition", "centre")[:5]:
        assert result_of(audit, at=AT) == audit.result
        tier = audit.result["result"]["tier"]
        assert (audit.decision.granted, audit.decision.tier) == (bool(tier), tier or "")
        assert Certificate.objects.filter(audit=audit, tier=tier or "-").exists() == bool(tier)
    for audit in Audit.objects.filter(status="fieldwork"):
        assert audit.result is None
        assert audit.answers.filter(level=None).count() == audit.answers.exclude(level=None).count() == 55
    in_force = Certificate.objects.filter(status="active").values_list("audit__centre", flat=True)
    assert 0 < len(in_force) == len(set(in_force)) <= 3


@pytest.mark.django_db
def test_where_there_is_an_organisation_it_goes_only_when_told_to() -> None:
    make_organisation()
    with pytest.raises(SystemExit) as refused:
        loaded()
    assert refused.value.code == 2
    assert not Audit.objects.exists()
    loaded(into_existing=True)
    loaded(into_existing=True, password="correct horse battery staple")
    assert Audit.objects.count() == 80
    assert User.objects.order_by("-pk")[0].check_password("correct horse battery staple")


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"organisations": 1}, {"centres": 1}, {"audits": 19}, {"audits": -1}])
def test_too_little_to_be_an_installation_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SystemExit) as refused:
        loaded(**wrong)
    assert refused.value.code == 2
    assert scale.is_empty()
