"""The files for operators are well formed, name what exists, and agree with each other."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from accounts.bucket import storage_options

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "docs" / "operations"
UNITS = sorted(FILES.glob("systemd/*.service")) + sorted(FILES.glob("systemd/*.timer"))
MANIFESTS = [
    (path.name, document)
    for path in sorted(FILES.glob("kubernetes/*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]
KNOWN = set((ROOT / "bin/environment.sh").read_text().split("settings_variables='")[1].split("'")[0].split())
# Read by the libraries of the figures and of object storage.
OTHERS = {"PROMETHEUS_MULTIPROC_DIR", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def pods() -> list[tuple[str, dict[str, Any]]]:
    found = [(name, doc["spec"]["template"]["spec"]) for name, doc in MANIFESTS if "template" in doc.get("spec", {})]
    assert len(found) == 5
    return found


def compose() -> dict[str, Any]:
    return yaml.safe_load((FILES / "compose.yaml").read_text())


def variables_of_compose() -> set[str]:
    return {
        name
        for service in compose()["services"].values()
        if service.get("image") == "touchstone"
        for name in service["environment"]
    }


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_well_formed_and_run_commands_that_exist(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(unit.read_text())
    assert {"Unit"} < set(parser.sections()) <= {"Unit", "Service", "Timer", "Install"}
    if unit.suffix == ".service":
        assert parser["Service"]["User"] == "touchstone"
        assert parser["Service"]["NoNewPrivileges"] == "yes"
        commands = re.findall(r"^Exec\w+=(.*)$", unit.read_text(), re.MULTILINE)
        assert commands
        for command in commands:
            for name in re.findall(r"manage\.py (\w+)", command):
                assert name in get_commands()


def test_the_example_environment_names_variables_that_are_read() -> None:
    lines = (FILES / "systemd" / "environment.example").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names <= KNOWN | OTHERS
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL", "DATABASE_URL"} <= names
    empty = {line.partition("=")[0] for line in lines if line.endswith("=")}
    assert {"SECRET_KEY", "METRICS_TOKEN"} <= empty, "no secret is anybody's default"


def test_compose_has_every_part_and_known_variables() -> None:
    services = compose()["services"]
    assert set(services) == {"migrate", "web", "worker", "beat", "proxy", "database", "redis"}
    assert variables_of_compose() <= KNOWN | OTHERS
    for name, service in services.items():
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in compose()["volumes"], name
        assert set(service.get("depends_on", {})) <= set(services), name
    assert services["database"].get("ports") is None, "the database is for the inside"
    assert services["redis"].get("ports") is None


def test_pods_run_as_nobody_with_limits_and_known_variables() -> None:
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["image"].rpartition(":")[2] not in {"", "latest"}, name
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            offered = {volume["name"] for volume in pod.get("volumes", [])}
            assert name == "redis.yaml" or mounts == offered, name
    settings = next(doc for _name, doc in MANIFESTS if doc["kind"] == "ConfigMap")["data"]
    assert set(settings) <= KNOWN
    assert all(isinstance(value, str) for value in settings.values())


def test_where_files_lie_is_an_address_that_is_understood() -> None:
    settings = next(doc for _name, doc in MANIFESTS if doc["kind"] == "ConfigMap")["data"]
    assert storage_options(settings["OBJECT_STORAGE"])["OPTIONS"]["bucket_name"] == "touchstone-files"
    assert "OBJECT_STORAGE" in variables_of_compose()


def test_selectors_find_the_pods_they_mean() -> None:
    templates = [doc["spec"]["template"] for _name, doc in MANIFESTS if "template" in doc.get("spec", {})]
    labels = [template["metadata"]["labels"] for template in templates]
    for _name, doc in MANIFESTS:
        wanted = doc.get("spec", {}).get("selector", {})
        wanted = wanted.get("matchLabels", wanted)
        if wanted:
            assert any(wanted.items() <= each.items() for each in labels), doc["metadata"]["name"]
    beat = next(doc for _name, doc in MANIFESTS if doc["metadata"]["name"] == "touchstone-beat")
    assert beat["spec"]["replicas"] == 1
    assert beat["spec"]["strategy"] == {"type": "Recreate"}, "never two, not even for a moment"


def test_caddy_and_dockerfile_hold_together() -> None:
    caddy = (FILES / "Caddyfile").read_text()
    assert caddy.count("{") == caddy.count("}")
    for asked in ("reverse_proxy 127.0.0.1:8000", "header_up X-Forwarded-Proto {scheme}", "respond @inside 404"):
        assert asked in caddy
    docker = (FILES / "Dockerfile").read_text()
    assert re.findall(r"^(\w+)", docker, re.MULTILINE)[0] == "FROM"
    assert docker.index("USER 10001") < docker.index("CMD ["), "it does not run as root"
    assert "COPY . ." in docker
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", "var", ".venv", "node_modules"} <= set(ignored)


def test_the_page_for_operators_names_files_that_exist() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (ROOT / "docs" / link).exists(), link
    for command in re.findall(r"manage\.py (\w+)", text):
        assert command in get_commands()
    for path in re.findall(r"`(tests/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path
