"""Bring clean records to Spark, where the same expressions run: on this machine, or on an operator's cluster."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.records.files import RecordsError
from benchmarks.records.limits import UNLIMITED, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

_TABLE = "touchstone_{kind}"
_JAVA = 17  # the oldest that Spark 4 runs on
_QUIET = Path(__file__).with_name("spark-log4j2.properties")


@dataclass(frozen=True)
class Spark:
    """Where Spark runs: ``master`` as Spark writes it, and the ``folder`` that all its machines see.

    An empty folder is one for temporary files, which is enough on this machine.
    """

    master: str = "local[*]"
    folder: str = ""


LOCAL = Spark()


def lacking() -> str:
    """Say what is missing to run Spark, and what gets it; empty when it can run."""
    if importlib.util.find_spec("pyspark") is None:
        return "The engine spark needs pyspark, which is not installed: run bin/setup --spark."
    if _java_version() < _JAVA:
        return f"The engine spark needs Java {_JAVA} or later (Debian: apt-get install openjdk-17-jre-headless)."
    return ""


@contextlib.contextmanager
def in_spark(
    tables: dict[str, ir.Table], where: Spark, scratch: Path, limits: Limits = UNLIMITED
) -> Iterator[dict[str, ir.Table]]:
    """Write the records as Parquet and give them as tables of Spark, there until the end of the ``with`` block.

    RecordsError when Spark cannot run here or its master cannot be reached.
    """
    if missing := lacking():
        raise RecordsError(missing)
    import ibis
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    quiet()
    with contextlib.ExitStack() as stack:
        shared = Path(where.folder) if where.folder else scratch
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=shared, prefix="touchstone-")))
        except OSError as error:
            raise RecordsError("SPARK_FOLDER cannot be written to: {error}.", error=error.strerror) from error
        for kind, table in tables.items():
            table.drop("key").to_parquet(folder / f"{kind}.parquet")
        stack.enter_context(warnings.catch_warnings())
        # Spark 4 still asks pandas 3 for results in the old ways.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        session = stack.enter_context(_session(where, folder, limits))
        backend = ibis.pyspark.connect(session)
        found = {}
        for kind in tables:
            name = _TABLE.format(kind=kind)
            session.read.parquet((folder / f"{kind}.parquet").as_uri()).createOrReplaceTempView(name)
            stack.callback(session.catalog.dropTempView, name)
            found[kind] = backend.table(name)
        try:
            yield found
        except (PySparkException, Py4JError) as error:
            why = str(error).split("\n", maxsplit=1)[0][:300]
            raise RecordsError("Spark could not compute it: {error}", error=why) from error


def quiet() -> None:
    """Keep the bridge to Java from telling that it opens and closes, even after the last stream is closed."""
    logging.getLogger("py4j").setLevel(logging.ERROR)


@contextlib.contextmanager
def _session(where: Spark, folder: Path, limits: Limits) -> Iterator[Any]:
    """Give the session that is there, or one of its own that ends with the block."""
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    builder = SparkSession.builder.appName("touchstone").master(where.master)
    for name, value in options(where, folder, limits).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # whatever Java raises, it is the same news
        raise RecordsError("Spark cannot be reached at {master}.", master=where.master) from error
    try:
        yield session
    finally:
        session.stop()


def options(where: Spark, folder: Path, limits: Limits = UNLIMITED) -> dict[str, str]:
    """What makes figures equal on every machine; and on this one, what keeps Spark small.

    On a cluster everything else is the operator's: Spark reads spark-defaults.conf below SPARK_CONF_DIR.
    """
    chosen = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_QUIET.as_uri()}",
    }
    if where.master.startswith("local"):
        chosen |= {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": str(folder),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.sql.shuffle.partitions": "8",
        }
        if limits.memory:
            chosen["spark.driver.memory"] = _java_size(limits.memory)
        if where.master == "local[*]" and limits.threads:
            chosen["spark.master"] = f"local[{limits.threads}]"
    return chosen


def _java_size(memory: str) -> str:
    """Write a size such as 1.2GB as Java does, whole mebibytes; Java itself does not start below 512."""
    number, unit = re.fullmatch(r"([0-9.]+) ?([KMGT])i?B", memory).groups()  # type: ignore[union-attr] # Limits checks it
    factor = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024 * 1024}[unit]
    return f"{max(int(float(number) * factor), 512)}m"


def _java_version() -> int:
    """Return the major version of the Java that Spark would start, 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home) / "bin" / "java") if home else "java")
    if java is None:
        return 0
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - Java itself
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else 0


__all__ = ["LOCAL", "Spark", "in_spark", "lacking", "options", "quiet"]
