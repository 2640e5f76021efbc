"""Clean records are kept between report and measurement: the same figures, and never those of another reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from benchmarks import gathering
from benchmarks.measuring import look_at, measure_files, parse_mapping
from benchmarks.records import kept as keeping
from benchmarks.records.kept import kept
from benchmarks.storage import cleaned_path, cleaned_remove, records_path, records_remove
from tests.benchmarks.samples import MAPPING, make_contacts, write_csv
from tests.benchmarks.test_records import row

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

CONTACTS = parse_mapping(MAPPING)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two exports of contacts that overlap, with wrong rows in both."""
    made = make_contacts(300).to_csv(sep=";", index=False, header=False).splitlines()
    wrong = [row(id="9001", wait="soon"), row(id="9002", arrived="1900-01-01 00:00:00")]
    return [write_csv(tmp_path / "a's.csv", [*made[:200], *wrong]), write_csv(tmp_path / "b.csv", made[150:])]


@pytest.mark.parametrize("number", [1, 2])
def test_measured_from_what_was_kept_the_figures_are_the_same(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    pairs = [(path, CONTACTS) for path in files[:number]]
    places = [tmp_path / f"{path.name}.parquet" for path in files[:number]]
    direct, looked = measure_files(pairs), look_at(pairs, places=places)
    assert looked == direct.sources
    # Nothing is read again.
    monkeypatch.setattr(gathering, "prepare", None)
    again = measure_files(pairs, places=places)
    assert look_at(pairs, places=places) == looked
    assert (again.quality, again.rejected, again.sources) == (direct.quality, direct.rejected, direct.sources)
    for mine, theirs in zip(again.kpis, direct.kpis, strict=True):
        assert (mine.kpi, mine.variant, mine.n, mine.clusters) == (
            theirs.kpi,
            theirs.variant,
            theirs.n,
            theirs.clusters,
        )
        assert (mine.value, mine.se or 0) == pytest.approx((theirs.value, theirs.se or 0), rel=1e-9)


def test_what_other_code_or_another_hand_wrote_is_read_again(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "kept.parquet"
    assert kept(None) is kept(place) is None
    look_at([(files[0], CONTACTS)], places=[place])
    assert kept(place) is not None
    whole = place.read_bytes()
    for damaged in (b"", b"PAR1", whole[: len(whole) // 2]):
        place.write_bytes(damaged)
        assert kept(place) is None
        assert look_at([(files[0], CONTACTS)], places=[place])
        assert kept(place) is not None, "kept anew"
    duckdb.sql("SELECT 1 AS row").write_parquet(str(place))
    assert kept(place) is None
    place.write_bytes(whole)
    monkeypatch.setattr(keeping, "cleaning_code", lambda: "a later release")
    assert kept(place) is None


def test_no_room_to_keep_them_is_no_reason_not_to_measure(files: list[Path], tmp_path: Path) -> None:
    place = tmp_path / "kept.parquet"
    place.mkdir()  # nothing can take its place
    assert look_at([(files[0], CONTACTS)], places=[place])
    assert not list(tmp_path.glob(".writing-*"))


def test_clean_records_go_with_the_file_and_with_its_mapping(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    raw = records_path(1, "a" * 64)
    raw.parent.mkdir()
    paths = [
        raw,
        cleaned_path(1, "a" * 64, "b" * 64),
        cleaned_path(1, "a" * 64, "c" * 64),
        cleaned_path(2, "a" * 64, "b" * 64),
    ]
    for path in paths:
        path.touch()
    cleaned_remove(1, "a" * 64)
    assert [path.exists() for path in paths] == [True, False, False, True]
    paths[1].touch()
    records_remove(1, "a" * 64)
    assert [path.exists() for path in paths] == [False, False, False, True]


def test_a_repeat_in_another_channel_counts_against_the_first_contact_in_each_channel(tmp_path: Path) -> None:
    lines = [
        row(id="1", customer="ann", channel="voice"),
        row(id="2", customer="ann", channel="chat", arrived="2026-03-02 09:00:00"),
        row(id="3", customer="bob", channel="voice"),
        row(id="4", customer="eve", channel="chat", arrived="2026-05-30 09:00:00"),
    ]
    found = measure_files([(write_csv(tmp_path / "a.csv", lines), CONTACTS)], channels=True)
    values = {
        (name, each.variant): each for name, kpis in found.per_channel.items() for each in kpis if each.kpi == "fcr"
    }
    voice = values["voice", "no_repeat_7d"]
    assert (voice.numerator, voice.denominator) == (1, 2), "ann came back by chat"
    chat = values["chat", "no_repeat_7d"]
    assert (chat.numerator, chat.denominator) == (1, 1)
