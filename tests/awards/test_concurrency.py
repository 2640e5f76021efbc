"""Two chairs at the same time, on connections of their own."""

from __future__ import annotations

import pytest

from awards.models import Result
from awards.services.results import results_freeze
from ledger.models import Entry
from tests.audits.test_concurrency import _real_database as _real_database
from tests.audits.test_concurrency import together
from tests.awards.scenes import OVER, make_judging


@pytest.mark.usefixtures("_real_database")
def test_of_two_chairs_who_freeze_at_once_one_wins() -> None:
    scene = make_judging(2, 2)
    scene.assign()
    scene.score(lambda entry, _judge: (entry.pk % 5, 3))

    def freeze() -> Result:
        return results_freeze(programme_id=scene.programme.pk, by=scene.chair, at=OVER)

    outcomes = together(freeze, freeze)
    assert sorted(type(each).__name__ for each in outcomes) == ["FrozenFirstError", "Result"]
    assert Result.objects.count() == 1
    assert Entry.objects.filter(action="award.results_frozen").count() == 1
