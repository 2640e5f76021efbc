"""The commands of ``bin/`` and the lock files: what can be checked without a fresh machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.urls import resolve

from config.smoke import AUDIT, CERTIFICATE, OF_DEMO, SHEET, SIGN_IN
from reports.demo.people import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ["bin/setup", "bin/demo", "bin/test", "bin/bench"]
LOCKS = [
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-node.lock",
    "requirements-spark.lock",
    "requirements-hsm.lock",
]


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60
    )


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> set[str]:
    return {canonical(found) for found in re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / name).read_text(), re.MULTILINE)}


def wanted(requirements: list[str]) -> set[str]:
    return {canonical(re.match(r"[A-Za-z0-9._-]+", requirement)[0]) for requirement in requirements}


@pytest.mark.parametrize("command", [*COMMANDS, "bin/environment.sh"])
def test_command_is_plain_sh(command: str) -> None:
    assert run("sh", "-n", command).stderr == ""


def test_ci_is_valid_bash() -> None:
    assert run("bash", "-n", ".ci/run").stderr == ""


@pytest.mark.parametrize("command", [*COMMANDS, ".ci/run"])
def test_command_may_be_executed(command: str) -> None:
    assert os.access(ROOT / command, os.X_OK)


@pytest.mark.parametrize("command", ["bin/setup", "bin/demo", "bin/test"])
def test_command_explains_itself_from_any_folder(command: str, tmp_path: Path) -> None:
    result = run(str(ROOT / command), "--help", cwd=tmp_path)
    assert result.returncode == 0
    assert command in result.stdout


@pytest.mark.parametrize("command", ["bin/setup", "bin/demo"])
def test_command_refuses_an_unknown_option(command: str) -> None:
    result = run(command, "--no-such-option")
    assert result.returncode == 2
    assert "--no-such-option" in result.stderr


def test_bench_refuses_an_unknown_name() -> None:
    result = run(sys.executable, "-m", "tests.bench", "--only", "no_such_benchmark")
    assert result.returncode == 2
    assert "no_such_benchmark" in result.stderr
    assert result.stdout == ""


def test_every_setting_is_kept_from_the_tests() -> None:
    """A variable of the shell that settings read would otherwise change what ``bin/test`` says."""
    read = set(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "config/settings.py").read_text()))
    listed = (ROOT / "bin/environment.sh").read_text().split("settings_variables='")[1].split("'")[0].split()
    assert read
    assert read <= set(listed)


def test_every_setting_is_documented() -> None:
    read = set(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "config/settings.py").read_text()))
    documented = set(re.findall(r"^\| `([A-Z_]+)` ", (ROOT / "docs/installation.md").read_text(), re.MULTILINE))
    assert read - documented == set()


@pytest.mark.parametrize("name", [*LOCKS, "package-lock.json"])
def test_lock_names_no_machine_and_no_index(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "file:" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    assert not re.search(r"(?<![\w.@-])/(home|root|opt|tmp|usr|work|Users)/", text)
    assert '"resolved"' not in text


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_a_hash_for_every_package(name: str) -> None:
    pinned = re.split(r"^(?=[A-Za-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    assert pinned
    assert [entry.split()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


def test_locks_are_in_step_with_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    product = wanted(project["project"]["dependencies"])
    assert product - locked("requirements.lock") == set()
    assert product | wanted(project["dependency-groups"]["dev"]) <= locked("requirements-dev.lock")
    assert wanted(project["project"]["optional-dependencies"]["spark"]) <= locked("requirements-spark.lock")


def test_locks_agree_on_every_version() -> None:
    """The tests must run on the versions that the product gets."""
    pins = [dict(re.findall(r"^(\S+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS[:2]]
    assert {name: pins[1].get(name) for name in pins[0]} == pins[0]


def test_smoke_finds_what_it_follows() -> None:
    printed = "Auditor  ada@example.org   a-pass-phrase\nCertificate: http://127.0.0.1:8000/verify/AbC-12/\n"
    assert SIGN_IN.findall(printed) == [("ada@example.org", "a-pass-phrase")]
    assert CERTIFICATE.search(printed)[0] == "/verify/AbC-12/"
    page = '<a href="/audits/17/">One</a> <a href="/audits/17/sheet/">Sheet</a>'
    assert AUDIT.search(page)[1] == "/audits/17/"
    assert SHEET.search(page)[0] == "/audits/17/sheet/"


def test_smoke_asks_for_pages_that_exist_as_people_who_exist() -> None:
    assert OF_DEMO.keys() - {"", *(person.key for person in PEOPLE)} == set()
    for path in (path for paths in OF_DEMO.values() for path in paths):
        assert resolve(path).func
