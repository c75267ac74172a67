"""Keeps the children of a run alive, says so when one had to be restarted, and ends them all."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from census.local.errors import LocalError
from census.local.services import Service

_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0  # a child that lived this long starts anew with a short pause
_HOPELESS = 5  # falls in a row of a vital child after which we give up


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived: end everything. No Exception, so that no handler swallows it."""


@contextmanager
def stop_signals() -> Iterator[None]:
    """Within: a stop signal raises Stopped. Afterwards further ones are ignored, so that the ending ends."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        raise Stopped(signal.Signals(number).name)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if (
        signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    ):  # else started by nohup, to outlive the terminal
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)


@dataclass
class _Child:
    service: Service
    vital: bool = False
    server: bool = False
    falls: int = 0
    restart_at: float | None = None


class Supervisor:
    """Watches services; ``note`` hears after each start, ``say`` prints one line for the person watching."""

    def __init__(self, *, say: Callable[[str], None], note: Callable[[], None] = lambda: None) -> None:
        self.say, self.note = say, note
        self._children: list[_Child] = []

    @property
    def services(self) -> list[Service]:
        return [child.service for child in self._children]

    def adopt(self, server: Service) -> None:
        """Watch a server that already runs, and on which the others depend."""
        self._children.append(_Child(server, server=True))
        self.note()

    def start(self, service: Service, *, vital: bool = False) -> None:
        """Start and watch *service*. The run gives up when a *vital* one falls again and again."""
        service.start()
        self._children.append(_Child(service, vital=vital))
        self.note()

    def watch(self, pause: float = 0.3) -> NoReturn:
        """Restart what falls, for ever. Ends by Stopped, or by LocalError when a vital child is hopeless."""
        while True:
            for child in self._children:
                self._look_after(child)
            time.sleep(pause)

    def _look_after(self, child: _Child) -> None:
        service, now = child.service, time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                child.restart_at = None
                service.start()
                self.note()
            return
        code = service.returncode()
        if code is None:
            return
        lived = now - service.started_at
        child.falls = 1 if lived > _STEADY_SECONDS else child.falls + 1
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        if child.vital and child.falls >= _HOPELESS:
            raise LocalError(f"{service.name} {how} for the {child.falls}th time.\n{service.last_lines()}")
        wait = min(_LONGEST_PAUSE, 2.0 ** (child.falls - 1))
        self.say(f"{service.name} {how}; starting it again in {wait:.0f} s.\n{service.last_lines(5)}")
        service.stop()  # what the fallen child had started
        child.restart_at = now + wait

    def stop(self) -> None:
        """End all children: first, all at once, those that use the servers, then the servers one by one."""
        users = [child.service for child in self._children if not child.server]
        for service in users:
            service.ask_to_stop()
        for service in users:
            service.stop()
        for child in reversed(self._children):
            child.service.stop()
        self._children.clear()
