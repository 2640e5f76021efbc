"""Codes, dependencies, configuration: the rest of the checklist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.services.invitations import TOKEN_BYTES
from accounts.tokens import new_secret
from audits.models import Certificate
from config.materials import bill

ROOT = Path(__file__).resolve().parents[2]


def test_11_5_1_codes_have_128_bits_from_the_systems_generator() -> None:
    assert TOKEN_BYTES * 8 >= 128
    key, secret = new_secret()
    rest = secret.replace(key, "", 1)
    assert len(re.sub(r"[^A-Za-z0-9]", "", rest)) * 5.1 >= 128, "at worst 36 letters and digits"
    assert len({new_secret()[1] for _ in range(200)}) == 200
    source = (ROOT / "audits" / "services" / "certificates.py").read_text()
    assert "code=secrets.token_hex(16)" in source, "the code on a certificate: 16 bytes"
    assert Certificate._meta.get_field("code").max_length >= 32


def test_15_1_2_the_bill_of_materials_names_every_locked_package(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bill_of_materials")
    made = json.loads(capsys.readouterr().out)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    lock = (ROOT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==(\S+?)(?: |\\|$)", lock, re.MULTILINE))
    assert {
        (each["name"], each["version"]) for each in made["components"] if each["purl"].startswith("pkg:pypi")
    } == pinned
    assert len(pinned) > 40
    for each in made["components"]:
        assert each["purl"].endswith(f"@{each['version']}")
        assert each["hashes"], each["name"]
        assert all(re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{128}", found["content"]) for found in each["hashes"])
    assert {"bootstrap", "htmx.org"} <= {each["name"] for each in made["components"]}


def test_15_1_2_the_bill_is_the_same_for_the_same_locks() -> None:
    assert bill(ROOT) == bill(ROOT)
    assert len({each["bom-ref"] for each in bill(ROOT)["components"]}) == len(bill(ROOT)["components"])


def test_15_1_2_known_holes_are_looked_up_where_the_network_is() -> None:
    """``pip-audit --strict`` over the lock; here only that it would read the lock, for tests ask nobody outside."""
    if not shutil.which("pip-audit", path=str(Path(sys.executable).parent)):
        pytest.skip("pip-audit is not installed; docs/security.md says how to run it")
    done = subprocess.run([str(Path(sys.executable).parent / "pip-audit"), "--help"], capture_output=True, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    "broken",
    [
        {"SECRET_KEY": ""},
        {"ALLOWED_HOSTS": "*"},
        {"DEBUG": "1"},
        {"LOG_FORMAT": "xml"},
        {"LEDGER_SHIP": "ftp://x"},
        {"SIGNING_KEY": "/no/such/file"},
    ],
)
def test_a_configuration_that_cannot_be_right_stops_the_start(broken: dict[str, str], tmp_path: Path) -> None:
    import os

    environment = {**os.environ, "TOUCHSTONE_ENV": "production", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "a.example"}
    environment |= {"TOUCHSTONE_DATA": str(tmp_path), **broken}
    code = "import config.settings"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "ImproperlyConfigured" in run.stderr
    assert next(iter(broken)) in run.stderr or "ALLOWED_HOSTS" in run.stderr
