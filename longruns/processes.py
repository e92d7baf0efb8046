"""Commands in processes that can be killed just before they change a file: what `crash` is made with."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["Chain", "ended", "forked"]

# What changes a file or folder, by the name of its audit event (Python's docs, "Audit events table").
_CHANGES = frozenset(
    "os.rename os.remove os.mkdir os.rmdir os.chmod os.link os.symlink os.truncate os.utime fsync".split()  # noqa: SIM905  one list
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def forked(arguments: list[str], folder: Path, change: Callable[[], None] | None = None) -> int:
    """Start a command in a process of its own and return its id; `change` is called there before each change."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(silent, number)
        if change is not None:
            _watch(str(folder), change)
        if arguments[:1] == ["tidy"]:
            from geomatch.workspace import Workspace  # noqa: PLC0415  only in the child

            with Workspace(folder).writing():
                code = 0
        else:
            from geomatch.cli import main as geomatch  # noqa: PLC0415  only in the child

            code = geomatch(arguments)
        if change is not None:
            change()
    finally:
        os._exit(code)


def _watch(folder: str, change: Callable[[], None]) -> None:
    """Call `change` just before each call that changes a file or folder, from here on."""
    inside = False

    def told() -> None:
        nonlocal inside
        if not inside:
            inside = True
            change()
            inside = False

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, _mode, flags = given
            if (
                isinstance(path, (str, os.PathLike))
                and flags & _WRITING
                and os.fspath(path).startswith(folder)
            ):
                told()
        elif event in _CHANGES:
            told()

    real = os.fsync

    def fsync(file: int) -> None:
        told()
        real(file)

    os.fsync = fsync  # type: ignore[assignment]  # a spy
    sys.addaudithook(hook)


class Chain:
    """A command that is killed before each of its changes: each time a copy of the process goes on to the next.

    The copy waits until the folder has been looked at. So every kill is one of a process that came so far by itself,
    and the way there is gone once.
    """

    def __init__(self, arguments: list[str], folder: Path) -> None:
        self.told, tell = os.pipe()
        listen, self.go = os.pipe()

        ours = [self.told, self.go]

        def change() -> None:
            # With the driver's ends open here, nobody would notice that the driver has gone.
            while ours:
                os.close(ours.pop())
            before = os.getpid()
            if os.fork():
                os.kill(before, signal.SIGKILL)
            # The process that came so far is dead when this one has another parent.
            while os.getppid() == before:
                time.sleep(0.001)
            os.write(tell, b"k")
            if not os.read(listen, 1):
                os._exit(1)

        self.first = forked(arguments, folder, change)
        os.close(tell)
        os.close(listen)

    def kills(self) -> Iterator[int]:
        """The numbers of the kills, from 1: the folder is as the killed process left it until the next is asked for."""
        number = 0
        while os.read(self.told, 1):
            number += 1
            if number == 1:
                os.waitpid(self.first, 0)
            yield number
            os.write(self.go, b"g")
        os.close(self.told)
        os.close(self.go)


def ended(child: int) -> int:
    """How a process ended: its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
