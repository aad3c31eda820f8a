"""The image and its composition: their syntax and promises here, the image itself where an engine runs."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings

ROOT = Path(__file__).parents[1]
INSTRUCTIONS = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
SERVICE = {
    "build", "cap_drop", "depends_on", "env_file", "environment", "healthcheck", "image", "init", "ports",
    "profiles", "read_only", "restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip


def instructions() -> list[tuple[str, str]]:
    """Give the instructions of the Dockerfile with their arguments, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip()]


def given(name: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == name]


def composition() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


class TestImage:
    def test_is_written_in_instructions_that_exist_over_stages_that_exist(self) -> None:
        assert {name for name, _ in instructions()} <= INSTRUCTIONS
        assert instructions()[0][0] == "FROM"
        stages = set(re.findall(r" AS (\w+)", " ".join(given("FROM"))))
        for source in re.findall(r"--from=(\w+)", " ".join(given("COPY"))):
            assert source in stages
        for copied in given("COPY"):
            if "--from" not in copied:
                assert all((ROOT / name).exists() for name in copied.split()[:-1])

    def test_names_no_registry_and_no_index(self) -> None:
        for image in given("FROM"):
            assert "/" not in image.split()[0]
        assert not re.search(r"https?://(?!127)", (ROOT / "Dockerfile").read_text("utf-8"))

    def test_holds_what_is_locked_and_nothing_else(self) -> None:
        installed = [line for line in given("RUN") if "pip install" in line]
        assert len(installed) == 2
        assert all("--require-hashes" in line for line in installed)
        assert "-r requirements.lock" in installed[0]

    def test_runs_as_a_user_without_rights_who_owns_only_the_data(self) -> None:
        last = max(n for n, (name, _) in enumerate(instructions()) if name == "FROM")
        own = instructions()[last:]
        names = [name for name, _ in own]
        assert dict(own)["USER"] not in ("root", "0")
        assert names.index("USER") < names.index("CMD")
        assert not any("--chown" in argument for argument in given("COPY"))

    def test_stops_at_sigterm_for_nothing_stands_between(self) -> None:
        assert json.loads(given("CMD")[-1]) == ["python", "server.py"]

    def test_is_asked_for_its_health_by_a_program_that_runs(self) -> None:
        (check,) = given("HEALTHCHECK")
        command = json.loads(check[check.index("CMD") + 3 :])
        compile(command[-1], "health check", "exec")
        assert "/health" in command[-1]

    def test_leaves_secrets_data_and_history_out(self) -> None:
        ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        assert {".env", ".env.*", "data", ".git", ".venv"} <= set(ignored)

    def test_is_told_settings_that_exist(self) -> None:
        known = {f"REGENTE_{name.upper()}" for name in Settings.model_fields}
        both = "".join((ROOT / name).read_text("utf-8") for name in ("Dockerfile", "compose.yaml"))
        named = set(re.findall(r"REGENTE_[A-Z_]+", both))
        assert named <= known


class TestComposition:
    def test_is_of_services_that_fit_together(self) -> None:
        whole = composition()
        services = whole["services"]
        assert set(services) == {"application", "database", "chroma", "alone"}
        for service in services.values():
            assert set(service) <= SERVICE
            assert service.keys() & {"image", "build"}
            assert set(service.get("depends_on", {})) <= set(services)
            for volume in service["volumes"]:
                name, place = volume.split(":")[:2]
                assert name in whole["volumes"]
                assert place.startswith("/")

    def test_starts_with_postgresql_and_chroma_or_alone_when_that_is_asked_for(self) -> None:
        services = composition()["services"]
        assert [name for name, one in services.items() if "profiles" in one] == ["alone"]
        inside = services["application"]["environment"]
        assert inside["REGENTE_DATABASE_URL"] == "postgresql://regente@database/regente"
        assert inside["REGENTE_CHROMA_URL"] == "http://chroma:8000"
        assert services["alone"]["environment"]["REGENTE_DATABASE_URL"] == ""
        assert "depends_on" not in services["alone"]

    def test_keeps_no_password_and_opens_no_door_beyond_this_machine(self) -> None:
        services = composition()["services"]
        assert services["database"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD-}"
        for name, service in services.items():
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name

    def test_has_the_chroma_server_that_the_client_was_locked_with(self) -> None:
        locked = re.search(
            r"^chromadb==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
        )
        assert locked
        assert composition()["services"]["chroma"]["image"] == f"chromadb/chroma:{locked[1]}"

    def test_waits_for_the_server_to_stop_as_long_as_it_may_take(self) -> None:
        for name in ("application", "alone"):
            assert composition()["services"][name]["stop_grace_period"] == "25s"


def engine() -> bool:
    docker = shutil.which("docker")
    return bool(docker) and not subprocess.run([docker, "info"], capture_output=True).returncode


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.mark.attack
def test_the_image_serves_keeps_itself_healthy_and_stops_when_told() -> None:
    if not engine():
        pytest.skip("NO CONTAINER ENGINE RUNS HERE: the image was NOT built and NOT tried")
    docker("build", "--tag", "regente-smoke", ".")
    safe = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--env=REGENTE_DEMO_LIFE=off")
    name, state = docker("run", "--detach", "--rm", *safe, "regente-smoke"), ""
    try:
        for _ in range(200):
            state = docker("inspect", "--format={{.State.Health.Status}}", name)
            if state != "starting":
                break
            time.sleep(1)
        assert state == "healthy"
        assert docker("exec", name, "id", "-u") == "10001"
        docker("exec", name, "python", "-m", "core.backup", "make", "/backups/one.tgz")
    finally:
        began = time.monotonic()
        docker("stop", "--time=25", name)
    assert time.monotonic() - began < 20
