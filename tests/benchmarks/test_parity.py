"""One expression, three engines: what PostgreSQL and Spark say is what DuckDB says, of every kind and in every split.

PostgreSQL is asked where ``DATABASE_URL`` names one, Spark where ``SPARK_MASTER`` does: ``.ci/run`` sets both where
they are there. ``SPARK_MASTER='local[2]' .venv/bin/python -m pytest tests/benchmarks/test_parity.py`` runs them alone.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.measuring import GROUPS, Measured, Spark, measure_file, measure_files, parse_mapping
from benchmarks.records import spark as spark_records
from tests.benchmarks.samples import MAPPING, make_contacts
from tests.benchmarks.test_kinds import FILES, mapping_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.server
POSTGRES = os.environ.get("DATABASE_URL", "")
MASTER = os.environ.get("SPARK_MASTER", "")
# Together they name everything that --by may name.
SPLITS = (["month", "channel"], ["week", "queue"], ["day", "skill"], ["agent"])
SAME = ("kpi", "variant", "group", "n", "cluster", "clusters", "unit")
NEAR = ("value", "numerator", "denominator", "se", "design_effect", "low", "high")


@pytest.fixture(scope="module")
def _spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start one Spark for all tests of this module: a Java that rather begins soon than runs fast for hours."""
    if not MASTER:
        pytest.skip("SPARK_MASTER names no Spark; .ci/run sets it where Java is there")
    if missing := spark_records.lacking():
        pytest.skip(missing)
    from pyspark.sql import SparkSession

    spark_records.quiet()
    options = spark_records.options(Spark(MASTER), tmp_path_factory.mktemp("spark"))
    options["spark.driver.extraJavaOptions"] += " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    options |= {
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    builder = SparkSession.builder.appName("tests").master(MASTER)
    for name, value in options.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyspark's own modules, when they are first loaded
        session = builder.getOrCreate()
    yield
    session.stop()


@pytest.fixture(params=["postgres", "spark"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "spark":
        request.getfixturevalue("_spark")
    elif not POSTGRES.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL; .ci/run sets it where one answers")
    return str(request.param)


def agree(ours: Measured, theirs: Measured) -> None:
    """Hold two outcomes against each other: counts and words to the last digit, everything else within 1e-9."""
    assert theirs.sources == ours.sources
    assert theirs.rejected == ours.rejected
    assert theirs.not_measured == ours.not_measured
    assert theirs.warnings == ours.warnings
    assert [_names(each) for each in theirs.kpis] == [_names(each) for each in ours.kpis]
    for left, right in zip(ours.kpis, theirs.kpis, strict=True):
        for name in NEAR:
            wanted, found = getattr(left, name), getattr(right, name)
            near = wanted if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-12)
            assert found == near, (left.kpi, left.variant, left.group, name)
            if name in {"numerator", "denominator"} and left.unit == "%" and float(wanted or 0).is_integer():
                assert found == wanted, (left.kpi, left.variant, left.group, name)


def _names(each: object) -> tuple[object, ...]:
    return tuple(getattr(each, name) for name in SAME)


@pytest.mark.parametrize("without", ["ticket_events", "tickets"])
def test_every_kind_is_measured_alike(engine: str, tmp_path: Path, without: str) -> None:
    # Tickets come before events where both are there: once with the one, once with the other.
    files = []
    for kind in FILES.keys() - {without}:
        (tmp_path / f"{kind}.csv").write_text(FILES[kind], encoding="utf-8")
        files.append((tmp_path / f"{kind}.csv", parse_mapping(mapping_of(kind))))
    files.sort()
    ours, theirs = (measure_files(files, engine=each, url=POSTGRES) for each in ("duckdb", engine))
    assert len(ours.kpis) > 50
    agree(ours, theirs)


@pytest.mark.parametrize("by", [[], *SPLITS], ids=lambda by: "+".join(by) or "whole")
def test_contacts_are_measured_and_refused_alike_in_every_split(engine: str, tmp_path: Path, by: list[str]) -> None:
    contacts = make_contacts(2000)
    contacts["line"] = np.where(contacts.index % 5 == 0, "", np.where(contacts.index % 2, "Ligne d'été", "客服"))
    contacts["skill"] = np.where(contacts.index % 3 == 0, "zh", "en")
    contacts["wait"] = contacts["wait"] + (contacts.index % 7) / 7  # fractions that no double holds exactly
    contacts = contacts.astype({"wait": object})
    contacts.loc[contacts.index % 100 == 3, "wait"] = "-1"
    contacts.loc[contacts.index % 100 == 4, "wait"] = "NaN"
    contacts.loc[contacts.index % 100 == 5, "arrived"] = "1900-01-01 00:00:00"
    contacts.loc[contacts.index % 100 == 6, "id"] = 1
    contacts.to_csv(tmp_path / "a.csv", sep=";", index=False)
    mapping = parse_mapping(f"{MAPPING}  queue: {{column: line}}\n  skill: {{column: skill}}\n")
    ours, theirs = (
        measure_file(tmp_path / "a.csv", mapping, by=by, engine=e, url=POSTGRES) for e in ("duckdb", engine)
    )
    assert len(ours.rejected) > 3
    assert len(ours.kpis) > 20
    agree(ours, theirs)


def test_the_splits_name_everything() -> None:
    assert {name for by in SPLITS for name in by} == set(GROUPS)


def test_what_spark_lacks_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(spark_records.importlib.util, "find_spec", lambda _name: None)
    assert "bin/setup --spark" in spark_records.lacking()
    monkeypatch.setattr(spark_records.importlib.util, "find_spec", lambda _name: object())
    assert "Java 17" in spark_records.lacking()


@pytest.mark.parametrize(
    ("memory", "java"),
    [("1GB", "1024m"), ("1.5GB", "1536m"), ("60MB", "512m"), ("2 GiB", "2048m")],
)
def test_spark_gets_the_memory_that_measuring_may_take(tmp_path: Path, memory: str, java: str) -> None:
    options = spark_records.options(Spark(), tmp_path, spark_records.Limits(memory, 3))
    assert (options["spark.driver.memory"], options["spark.master"]) == (java, "local[3]")


def test_a_cluster_keeps_its_own_options(tmp_path: Path) -> None:
    options = spark_records.options(Spark("spark://host:7077"), tmp_path, spark_records.Limits("1GB", 3))
    assert {"spark.driver.memory", "spark.master", "spark.local.dir"} & set(options) == set()
    assert options["spark.sql.session.timeZone"] == "UTC"
