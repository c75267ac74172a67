"""``python -m census.local run | stop | with COMMAND ...``; see the Makefile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from census.local.errors import LocalError
from census.local.lock import RunLock
from census.local.paths import REPOSITORY, Layout
from census.local.run import run, say, servers_for_run
from census.local.servers import Servers
from census.local.supervisor import Stopped

_STOP_SECONDS = 120


def stop() -> int:
    """End the run that uses the data folder, from another terminal."""
    lock = RunLock(Layout.from_environment().lock)
    holder = lock.holder()
    if holder is None:
        print("Nothing is running.")
        return 0
    number, _ = holder
    os.kill(number, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while lock.holder() is not None:
        if time.monotonic() > deadline:
            raise LocalError(
                f"Process {number} has not ended after {_STOP_SECONDS} s; its logs are in var/log."
            )
        time.sleep(0.2)
    print("Stopped.")
    return 0


def with_servers(command: list[str]) -> int:
    """Run *command* beside a running `make run`, or with servers started for it. Returns its exit code."""
    if not command:
        raise LocalError("Name a command to run, for example: make manage ARGS=check")
    layout = Layout.from_environment()

    def call(servers: Servers) -> int:
        settings = {"DJANGO_SETTINGS_MODULE": "census.conf.settings"}
        return subprocess.call(command, cwd=REPOSITORY, env={**os.environ, **servers.environment, **settings})

    if RunLock(layout.lock).holder() is not None:
        return call(Servers(data=layout.root, sockets=layout.sockets, log=layout.log))
    with servers_for_run(layout, says=f"It runs {command[-1]}.") as (servers, _):
        return call(servers)


def main(words: list[str]) -> int:
    match words:
        case ["run"]:
            return run()
        case ["stop"]:
            return stop()
        case ["with", *command]:
            return with_servers(command)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LocalError as error:
        sys.exit(f"\n{error}")
    except Stopped:
        say("all processes have ended; the data is kept")
        sys.exit(0 if sys.argv[1:] == ["run"] else 130)  # Ctrl-C is how a run is meant to end
