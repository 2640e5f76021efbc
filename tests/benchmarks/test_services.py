"""Loading releases and measuring centres: whole or not at all, and in the ledger."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.utils import timezone

from benchmarks.market import MarketError
from benchmarks.measuring import MappingError, RecordsError
from benchmarks.models import MarketFigure, MarketRelease, Measurement, MeasurementRun
from benchmarks.selectors import interval, verdicts
from benchmarks.services import ReleaseExistsError, market_load, measurement_run_create
from ledger.models import Entry
from tests.benchmarks.samples import MAPPING, make_contacts
from tests.benchmarks.test_market import GOOD, RELEASE, release
from tests.factories import make_centre, make_user

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def load(content: bytes, code: str = "m1") -> MarketRelease:
    """Load a release."""
    return market_load(content=content, code=code, title="Market", by=None, at=timezone.now())


def test_release_is_loaded_once_and_never_changed() -> None:
    first = load(release(GOOD))
    assert load(release(GOOD)) == first
    assert Entry.objects.filter(action="market.load").count() == 1
    with pytest.raises(ReleaseExistsError, match="other figures"):
        load(release(GOOD.replace("94.18", "95")))
    with pytest.raises(ReleaseExistsError, match="already, as release “m1”"):
        load(release(GOOD), code="m2")
    assert MarketFigure.objects.count() == 1


def test_faulty_release_leaves_nothing() -> None:
    with pytest.raises(MarketError):
        load(release(GOOD, GOOD))
    assert not MarketRelease.objects.exists()
    assert not Entry.objects.exists()


def test_load_market_tells_people_and_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = StringIO()
    call_command("load_market", str(RELEASE), "--json", stdout=out)
    assert json.loads(out.getvalue())["figures"] == 91
    (tmp_path / "bad.csv").write_bytes(release(GOOD.replace(",A,", ",C,")))
    err = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("load_market", str(tmp_path / "bad.csv"), stderr=err)
    assert caught.value.code == 2
    assert "line 2: grade" in err.getvalue()


def test_run_keeps_what_it_rests_on(tmp_path: Path) -> None:
    make_contacts().to_csv(tmp_path / "a.csv", sep=";", index=False)
    user = make_user()
    run = measurement_run_create(
        centre=make_centre(), records=tmp_path / "a.csv", mapping_text=MAPPING, by=user, at=timezone.now()
    )
    run.refresh_from_db()
    assert (run.rows_read, run.rows_used, len(run.records_sha256)) == (3000, 3000, 64)
    assert run.mapping == MAPPING
    assert set(run.measurements.values_list("channel", flat=True)) == {"all", "voice", "chat"}
    voice = run.measurements.get(kpi="connect_rate", channel="voice")
    assert voice.standard_error is not None
    entry = Entry.objects.get(action="measurement_run.create")
    assert run.records_sha256 in entry.content


def test_nothing_is_written_when_the_records_or_the_mapping_are_unusable(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b\n")
    centre = make_centre()
    for text, error in ((MAPPING, RecordsError), (MAPPING.replace("kind", "kin"), MappingError)):
        with pytest.raises(error):
            measurement_run_create(
                centre=centre, records=tmp_path / "a.csv", mapping_text=text, by=None, at=timezone.now()
            )
    assert not MeasurementRun.objects.exists()
    assert not Measurement.objects.exists()
    assert not Entry.objects.exists()


def test_verdicts_of_a_run_against_a_release(tmp_path: Path) -> None:
    make_contacts().to_csv(tmp_path / "a.csv", sep=";", index=False)
    centre = make_centre(country="CN", channels=["voice", "chat"])
    run = measurement_run_create(
        centre=centre, records=tmp_path / "a.csv", mapping_text=MAPPING, by=None, at=timezone.now()
    )
    market = load(RELEASE.read_bytes())
    found = verdicts(kpis=["connect_rate", "nps"], centre=centre, run=run, release=market)
    assert found["connect_rate"]["state"] == "below"
    assert found["connect_rate"]["channel"] == "voice"
    assert found["nps"]["state"] == "no_figure"
    missing = verdicts(kpis=["connect_rate"], centre=centre, run=None, release=market)
    assert missing["connect_rate"]["state"] == "missing"
    assert verdicts(kpis=["connect_rate"], centre=centre, run=run, release=None) == {}


def test_compute_kpis_prints_json_alone(tmp_path: Path) -> None:
    make_contacts(300).to_csv(tmp_path / "a.csv", sep=";", index=False)
    (tmp_path / "m.yaml").write_text(MAPPING)
    out, err = StringIO(), StringIO()
    files = ["--records", str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "m.yaml")]
    call_command("compute_kpis", *files, "--json", stdout=out, stderr=err)
    keys = ["kpi", "variant", "value", "numerator", "denominator", "n", "se", "cluster", "design_effect", "unit"]
    found = json.loads(out.getvalue())
    assert all(list(each) == keys for each in found["kpis"])
    assert found["quality"]["rows_read"] == 300
    assert err.getvalue() == ""
    call_command("compute_kpis", *files, stdout=out)
    assert "service_level" in out.getvalue()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--engine", "oracle"], "no engine oracle"),
        (["--by", "moon"], "Cannot split by moon"),
    ],
)
def test_compute_kpis_refuses_in_one_line(tmp_path: Path, options: list[str], words: str) -> None:
    make_contacts(30).to_csv(tmp_path / "a.csv", sep=";", index=False)
    (tmp_path / "m.yaml").write_text(MAPPING)
    err = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command(
            *("compute_kpis", "--records", str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "m.yaml")),
            *options,
            stderr=err,
        )
    assert caught.value.code == 2
    assert words in err.getvalue()
    assert len(err.getvalue().strip().splitlines()) == 1


def test_run_of_several_files_keeps_each_with_its_hash_and_shows_its_warnings(tmp_path: Path) -> None:
    from benchmarks.services import RecordsFile
    from tests.benchmarks.test_kinds import FILES, mapping_of

    files = []
    for kind in ("contacts", "bot_sessions", "surveys"):
        path = tmp_path / f"{kind}.csv"
        path.write_text(FILES[kind])
        files.append(RecordsFile(path=path, mapping_text=mapping_of(kind)))
    run = measurement_run_create(centre=make_centre(), sources=files, by=None, at=timezone.now())
    assert list(run.sources.values_list("kind", "rows_used")) == [("contacts", 4), ("bot_sessions", 5), ("surveys", 11)]
    assert run.records_sha256 not in set(run.sources.values_list("records_sha256", flat=True))
    assert run.measurements.get(kpi="bot_containment", variant="standard").value == pytest.approx(100 / 3)
    codes = {each["code"] for each in run.warnings}
    assert {"bot_given_up", "other_scale", "short_period"} <= codes
    score = run.measurements.get(kpi="nps", variant="transactional", channel="all")
    assert (score.low, score.high) == interval(score)


def test_compute_kpis_takes_pairs_and_patterns(tmp_path: Path) -> None:
    from tests.benchmarks.test_kinds import FILES, mapping_of

    lines = FILES["contacts"].splitlines()
    (tmp_path / "c1.csv").write_text("\n".join(lines[:3]))
    (tmp_path / "c2.csv").write_text("\n".join([lines[0], *lines[3:]]))
    (tmp_path / "bots.csv").write_text(FILES["bot_sessions"])
    for kind in ("contacts", "bot_sessions"):
        (tmp_path / f"{kind}.yaml").write_text(mapping_of(kind))
    out, err = StringIO(), StringIO()
    pairs = ["--records", str(tmp_path / "c?.csv"), "--mapping", str(tmp_path / "contacts.yaml")]
    pairs += ["--records", str(tmp_path / "bots.csv"), "--mapping", str(tmp_path / "bot_sessions.yaml")]
    call_command("compute_kpis", *pairs, "--json", stdout=out, stderr=err)
    found = json.loads(out.getvalue())
    assert [each["kind"] for each in found["sources"]] == ["contacts", "contacts", "bot_sessions"]
    assert {"bot_containment", "connect_rate"} <= {each["kpi"] for each in found["kpis"]}
    (tmp_path / "bots.csv").write_text("")
    with pytest.raises(SystemExit):
        call_command("compute_kpis", *pairs, stdout=out, stderr=err)
    assert "bots.csv: The file is empty" in err.getvalue()
