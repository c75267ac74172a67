"""``make bench``: every benchmark of this folder, one after the other, each in a process of its own.

``make bench ARGS="save register"`` runs those named. Each prints ratios side by side from one run; nothing here
passes or fails, so that a slow machine never breaks a build.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def machine() -> str:
    """One line about the machine the figures belong to."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    model = names[0] if names else platform.processor()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, Python {platform.python_version()}"


def main(names: list[str]) -> int:
    found = {path.stem.removesuffix("_bench"): path for path in sorted(FOLDER.glob("*_bench.py"))}
    if unknown := set(names) - set(found):
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(found)}")
        return 2
    print(machine())
    failed = []
    for name in names or found:
        print(f"\n=== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.benchmarks.{found[name].stem}"]).returncode:
            failed.append(name)
    if failed:
        print(f"\nDid not finish: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
