"""The demo data: played through the services, in miniature; what it promises to show is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from audits.models import Audit, AuditStatus
from audits.registers import Credential, KnowledgeIndex, Project, ProjectStatus
from audits.selectors.moving import move_plan, move_targets
from audits.selectors.registers.projects import cuts_only_cost
from awards.models import EntryFile, Programme
from awards.selectors.years import benchmarks_of, history_of
from reports.demo import play
from reports.demo.people import CENTRES, PEOPLE
from reports.demo.registers import COLUMNS, QUARTERS, article_rows
from reports.demo.scenario import AUDITS, TURN
from standards.drafts import draft_overview
from standards.editions import parse_edition
from standards.editions.lineage import criteria_of
from standards.library import Wanted, library
from standards.models import Edition, EditionStatus
from standards.practices import Practice
from standards.selectors import known_kpi_codes
from standards.shelf import known_clauses

TODAY = max(scene.last_day for scene in AUDITS if scene.until != "planned")


def test_scenes_name_people_centres_and_criteria_that_exist() -> None:
    files = {year: settings.BASE_DIR / "fixtures" / "standards" / f"four-block-{year}.yaml" for year in (2025, 2026)}
    codes = {
        year: criteria_of(
            parse_edition(path.read_bytes(), known_kpis=known_kpi_codes(), known_clauses=known_clauses()).document
        )
        for year, path in files.items()
    }
    for scene in AUDITS:
        named = {scene.leader, *scene.auditors, scene.reviewer, scene.decider}
        assert named <= {person.key for person in PEOPLE}
        assert scene.centre in {centre.key for centre in CENTRES}
        asked = codes[2025 if scene.planned < TURN else 2026]
        assert {finding.criterion for finding in scene.findings} <= asked.keys()


def test_lists_of_articles_are_the_same_every_time() -> None:
    for number, (period, _at) in enumerate(QUARTERS):
        rows = article_rows(number, period)
        assert rows == article_rows(number, period)
        assert {len(row) for row in rows} == {len(COLUMNS)}


@pytest.mark.django_db
def test_the_demo_shows_what_it_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the measurements and certified audits, which take most of the time and are seen in the browser tests."""
    wanted = {(3, "answered"), (4, "answered"), (5, "answered")}
    scenes = [replace(AUDITS[number - 1], until=until, records_from=None, share=0.3) for number, until in wanted]
    monkeypatch.setattr(play, "AUDITS", sorted(scenes, key=lambda scene: scene.first_day))
    play.World(lambda _line: None).make()
    last, present = Programme.objects.order_by("year")
    assert {file.figures["kind"] for file in EntryFile.objects.exclude(figures=None)} == {"survey", "mystery"}
    assert [each.division for each in benchmarks_of(last)]
    entry = present.entries.order_by("pk").first()
    years = [year.entry for year in history_of(entry, at=timezone.now())]
    assert [each.programme.year for each in years if each.centre == entry.centre] == [2026, 2025]
    assert entry.references.exists() == Audit.objects.filter(centre=entry.centre, status=AuditStatus.CLOSED).exists()

    assert {edition.version: edition.status for edition in Edition.objects.all()} == {
        "2025": EditionStatus.SUPERSEDED,
        "2026": EditionStatus.PUBLISHED,
        "2027": EditionStatus.DRAFT,
    }
    for version in ("2025", "2026"):
        steps = {step.name: step.by for step in Edition.objects.get(version=version).steps.all()}
        assert steps["send"] != steps["publish"]
    draft = draft_overview(Edition.objects.get(version="2027"))
    assert draft.faults == ()
    assert [(gap.part, gap.language) for gap in draft.coverage.gaps] == [("B4.1", "zh-hant")]
    assert {each.code for each in draft.comparison.criteria if each.aspects} == {"B4.1", "C2.3", "C4.1"}

    states = {practice.code: str(practice.status) for practice in Practice.objects.filter(year=2026)}
    assert sorted(states.values()) == ["accepted", "adopted", "declined", "proposed"]
    assert Practice.objects.get(status="proposed").judgements.count() == 1
    assert library(Wanted()).count() == 5

    waiting = Audit.objects.get(centre__name__startswith="Cardiff")
    moved = Audit.objects.get(centre__name__startswith="Private")
    assert (waiting.edition.version, waiting.status) == ("2025", AuditStatus.FIELDWORK)
    assert [target.edition.version for target in move_targets(waiting)] == ["2026"]
    assert move_plan(waiting, move_targets(waiting)[0], today=TODAY).must_read
    assert (moved.edition.version, moved.moves.count()) == ("2026", 1)
    again = moved.answers.filter(criterion__edition=moved.edition).exclude(former=None)
    assert again.filter(revision=0).exists()
    assert again.filter(revision=1).exists()

    ends = sorted(credential.valid_until for credential in Credential.objects.all())
    assert len(ends) == 4
    assert ends[0] < TODAY <= ends[1] <= TODAY + timedelta(days=90) < ends[2]
    projects = {str(project.status): project for project in Project.objects.all()}
    assert projects.keys() == {ProjectStatus.FILED, ProjectStatus.RUNNING, ProjectStatus.CLOSED}
    assert [status for status, project in projects.items() if cuts_only_cost(project)] == [ProjectStatus.FILED]
    indices = list(KnowledgeIndex.objects.order_by("last"))
    assert [index.last for index in indices] == [date(2026, 6, 30), date(2026, 9, 30)]
    assert indices[0].high < indices[1].low
    assert indices[0].result["batch_days"] == ["2026-06-22"]
    assert indices[1].result["batch_days"] == []
