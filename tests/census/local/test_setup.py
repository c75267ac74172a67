"""Set-up of a bare machine, and the files that say what is installed and deployed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from census.local import bootstrap
from census.local.paths import REPOSITORY

UNREACHABLE = "http://127.0.0.1:9/"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that set-up reads, in a folder of their own."""
    shutil.copytree(REPOSITORY / "requirements", tmp_path / "requirements")
    (tmp_path / "census" / "local").mkdir(parents=True)
    shutil.copy(REPOSITORY / "census" / "local" / "bootstrap.py", tmp_path / "census" / "local")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(REPOSITORY / name, tmp_path)
    return tmp_path


def set_up(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "census/local/bootstrap.py", "run"],
        cwd=clone,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_registry_out_of_reach_is_said_and_the_next_try_goes_on(clone: Path) -> None:
    away = {"PIP_INDEX_URL": UNREACHABLE, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0"}
    first = set_up(clone, **away, PIP_NO_CACHE_DIR="1", PIP_CONFIG_FILE=os.devnull)
    assert first.returncode == 1
    assert "The Python packages could not be installed" in first.stderr
    assert "registry is out of reach" in first.stderr
    assert "Traceback" not in first.stderr
    assert (clone / ".venv" / "bin" / "python").exists()
    assert not (clone / ".venv" / ".stamp-run").exists()
    again = set_up(clone, **away, PIP_NO_CACHE_DIR="1", PIP_CONFIG_FILE=os.devnull)
    assert "making .venv" not in again.stdout


def test_what_is_installed_is_not_installed_again(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = clone / ".venv"
    venv.mkdir()
    monkeypatch.setattr(bootstrap, "ROOT", clone)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    commands: list[str] = []
    monkeypatch.setattr(bootstrap, "execute", lambda command, *rest: commands.append(" ".join(command)))
    bootstrap.install_python_packages("run")
    bootstrap.install_python_packages("run")
    assert len(commands) == 1
    assert "--require-hashes" in commands[0]
    lock = clone / "requirements" / "local.txt"
    lock.write_text(lock.read_text() + "\n")
    bootstrap.install_python_packages("run")
    assert len(commands) == 2  # the lock file changed


def test_front_end_packages_of_a_test_serve_a_run_too(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clone / "node_modules").mkdir()
    monkeypatch.setattr(bootstrap, "ROOT", clone)
    commands: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "execute", lambda command, *rest: commands.append(command))
    bootstrap.front_end("run")()
    assert commands[-1][-1] == "--omit=dev"
    bootstrap.front_end("test")()
    assert "--omit=dev" not in commands[-1]
    assert bootstrap.front_end("run") is None
    assert len(commands) == 2


@pytest.mark.parametrize("missing", [{"ensurepip"}, {"ensurepip", "pip"}])
def test_a_python_without_ensurepip(clone: Path, monkeypatch: pytest.MonkeyPatch, missing: set[str]) -> None:
    """Debian's python3 without python3-venv: the system's pip fills the environment; else a clear word."""
    venv = clone / ".venv"
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    commands: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "execute", lambda command, *rest: commands.append(command))
    monkeypatch.setattr(
        bootstrap, "_has_module", lambda name, python="": name not in missing | {"virtualenv"}
    )
    if "pip" in missing:
        with pytest.raises(bootstrap.SetUpError, match="apt-get install python3-venv"):
            bootstrap.make_venv()
        return
    bootstrap.make_venv()
    assert "--without-pip" in commands[0]
    assert commands[1][1:4] == ["-m", "pip", "--python"]


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for lock in (REPOSITORY / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        packages = [block for block in re.split(r"\n(?=[a-z0-9])", text) if "==" in block]
        assert packages, lock.name
        assert all("--hash=sha256:" in package for package in packages), lock.name
    packages = json.loads((REPOSITORY / "package-lock.json").read_text())["packages"]
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert all("integrity" in entry for name, entry in packages.items() if name)


def compose() -> dict[str, dict]:
    return yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())


def test_every_service_of_the_deployment_is_hardened() -> None:
    services = compose()["services"]
    assert set(services) == {"db", "cache", "migrate", "web", "worker", "beat"}
    for name in ("migrate", "web", "worker", "beat"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert "owner_password" not in services[name]["secrets"] or name == "migrate"
    for name in ("db", "cache", "web", "worker"):
        assert "healthcheck" in services[name]
    assert [name for name in services if "ports" in services[name]] == ["web"]


def test_the_deployment_holds_no_password() -> None:
    """Every secret is a file named at the end; nothing has a default."""
    text = (REPOSITORY / "docker-compose.yml").read_text()
    declared = compose()["secrets"]
    assert all(entry["file"].startswith("./secrets/") for entry in declared.values())
    assert {s for service in compose()["services"].values() for s in service.get("secrets", [])} == set(
        declared
    )
    assert not re.search(r"PASSWORD: ", text)


def run_entrypoint(**environment: str) -> dict[str, str]:
    """Environment of the command that the container's entry point becomes."""
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    result = subprocess.run(
        [sys.executable, "deploy/entrypoint.py", sys.executable, "-c", show],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def test_the_entry_point_reads_secrets_from_files(tmp_path: Path) -> None:
    for name in ("web", "owner", "cache", "key"):
        (tmp_path / name).write_text(f"{name}:/@?\n")
    web = run_entrypoint(
        CENSUS_SECRET_KEY_FILE=str(tmp_path / "key"),
        CENSUS_WEB_PASSWORD_FILE=str(tmp_path / "web"),
        CENSUS_CACHE_PASSWORD_FILE=str(tmp_path / "cache"),
    )
    assert web["CENSUS_SECRET_KEY"] == "key:/@?"
    assert web["WEB_DATABASE_URL"] == "postgresql://census_web:web%3A%2F%40%3F@db:5432/census"
    assert web["REDIS_URL"] == "redis://:cache%3A%2F%40%3F@cache:6379/0"
    assert "DATABASE_URL" not in web
    owner = run_entrypoint(CENSUS_OWNER_PASSWORD_FILE=str(tmp_path / "owner"), CENSUS_DB_PLACE="host:1/name")
    assert owner["DATABASE_URL"] == "postgresql://census_owner:owner%3A%2F%40%3F@host:1/name"
    assert run_entrypoint(DATABASE_URL="x", CENSUS_OWNER_PASSWORD="y")["DATABASE_URL"] == "x"
