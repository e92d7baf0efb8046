"""Kill commands at very many moments: each time the workspace is as before or as after, and the next command works.

Run: python -m longruns.crash --seconds 600 --seed 1 --out FILE (or make crash).

Each command runs in a process that is killed (SIGKILL) just before each call that changes a file or folder, and as it
ends. Just before, it makes a copy of itself by fork; when it is dead and its folder has been looked at, the copy goes on
to the next change. What time is left goes to kills from outside at random moments, which also fall within a write.
After each kill
- `status` must answer, and what a reader sees (hidden names aside) is compared;
- the next writing command tidies up: every file must then be, byte for byte, as before the command or as after it;
- the same command again must end as it does unhindered, and leave the same bytes.
The commands that write one file for an officer must leave it whole or not at all, and beside it nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import multiprocessing as mp
import os
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from longruns.processes import Chain, ended, forked

MONTH = "2023-02"
# Rows of the demo's register from here on are left out.
FIRST_LEFT_OUT = 12
# Not a result: what a command may lose, and what it holds while it runs.
_NOT_COMPARED = ("cache", ".lock")


@dataclass(frozen=True)
class Command:
    """A command and the folder it starts from.

    Attributes:
        name: As it stands in the report.
        arguments: Of the command line; `{folder}` and `{inputs}` are filled in.
        base: `workspace` (a computed and published demo) or `empty`.
        prepare: Changes the folder before the command, so that there is something to do.
        code: How it ends unhindered.
        code_when_done: How it ends where it has been done already.
    """

    name: str
    arguments: tuple[str, ...]
    base: str = "workspace"
    prepare: Callable[[Path], None] = lambda _folder: None
    code: int = 0
    code_when_done: int = 0


def _change_fare(folder: Path) -> None:
    settings = folder / "geomatch.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("fare_sek = 45.0", "fare_sek = 50.0"), encoding="utf-8")


def _change_fare_cold(folder: Path) -> None:
    _change_fare(folder)
    shutil.rmtree(folder / "cache")


def _one_month_less(folder: Path) -> None:
    """The month was never computed."""
    shutil.rmtree(folder / "months" / MONTH)
    shutil.rmtree(folder / "internal" / MONTH)


HERE = ("-w", "{folder}")
COMMANDS = (
    Command("init", ("init", "{folder}/new"), "empty", code_when_done=2),
    Command("add a register", ("add", "activities", "{inputs}/SYNTETISK-insatser-norrbotten.xlsx", *HERE)),
    Command(
        "add three workbooks",
        ("add", "enrolment", *(f"{{inputs}}/SYNTETISK-inskrivna-2023-0{n}.xlsx" for n in (1, 2, 3)), *HERE),
    ),
    Command(
        "add a timetable", ("add", "timetable", "{inputs}/SYNTETISK-tidtabell-norrbotten-2023.zip", *HERE)
    ),
    Command("add a register of decisions", ("add", "corridors", "{inputs}/SYNTETISK-korridorer.csv", *HERE)),
    Command("documents", ("documents", MONTH, *HERE)),
    Command("remove", ("remove", "corridors", "SYNTETISK-korridorer.csv", *HERE), code_when_done=2),
    Command("run again", ("run", MONTH, "--county", "25", *HERE), prepare=_change_fare),
    Command("run the first time", ("run", MONTH, "--county", "25", *HERE), prepare=_one_month_less),
    Command("run without cache", ("run", MONTH, "--county", "25", *HERE), prepare=_change_fare_cold),
    Command("publish again", ("publish", MONTH, "--page-language", "en", *HERE)),
    Command(
        "publish the first time",
        ("publish", MONTH, *HERE),
        prepare=lambda folder: shutil.rmtree(folder / "internal" / MONTH),
    ),
    Command(
        "check --annotate",
        ("check", "{inputs}/bad.xlsx", "--annotate", "{folder}/kommenterad.xlsx"),
        "empty",
        code=2,
        code_when_done=2,
    ),
    Command("template", ("template", "activities", "{folder}/insatser.xlsx"), "empty", code_when_done=2),
    Command(
        "inspect --out",
        ("inspect", "{inputs}/SYNTETISK-inskrivna-2023-01.xlsx", "--out", "{folder}/antal.csv"),
        "empty",
        code_when_done=2,
    ),
)


# -------------------------------------------------------------------------------------------------------------- state

State = dict[str, str]


def state(folder: Path, *, everything: bool = False) -> State:
    """Every file with a hash of its bytes; the cache and the lock aside, unless `everything` is asked for."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if everything or path.relative_to(folder).parts[0] not in _NOT_COMPARED
    }


def visible(files: State) -> State:
    """What a reader is shown: without what is on its way (hidden names) and without copies not listed."""
    return {
        name: digest
        for name, digest in files.items()
        if not any(part.startswith(".") for part in name.split("/")) and not _is_copy(name)
    }


def _is_copy(name: str) -> bool:
    return name.startswith("inputs/") and name != "inputs/index.json"


@dataclass
class Tally:
    """What came of the kills of one command."""

    moments: int = 0
    at_random: int = 0
    kills: int = 0
    before: int = 0
    after: int = 0
    between: int = 0
    left: int = 0
    failures: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


# -------------------------------------------------------------------------------------------------------------- kills


class Bench:
    """One command, its folder before and after, and what came of killing it."""

    def __init__(self, command: Command, base: Path, inputs: Path, work: Path) -> None:
        self.command, self.inputs = command, inputs
        self.start, self.folder, self.found = work / "start", work / "ws å", work / "found"
        if command.base == "workspace":
            shutil.copytree(base, self.start)
        else:
            self.start.mkdir()
        command.prepare(self.start)
        self.tally = Tally()
        # What was seen of a state once need not be looked at again: the same files, the same answer.
        self.answers: dict[tuple[str, str], tuple[str, ...]] = {}
        self.before = state(self.start)
        _renewed(self.start, self.folder)
        started = time.monotonic()
        modules = work / "modules"
        code = ended(forked(self.arguments(self.folder), self.folder, lambda: _note_modules(modules)))
        self.took_s = time.monotonic() - started
        if code != command.code:
            sys.exit(f"{command.name} should end with {command.code}, not {code}")
        # What the command loads is loaded here, once, so that each fork starts at once. Nothing of it is used here.
        for name in modules.read_text().split():
            importlib.import_module(name)
        self._tidy()
        self.after = state(self.folder)

    def arguments(self, folder: Path) -> list[str]:
        """The command line."""
        return [part.format(folder=folder, inputs=self.inputs) for part in self.command.arguments]

    def kill_everywhere(self) -> None:
        """Kill the command before each of its changes, and as it ends."""
        _renewed(self.start, self.folder)
        for number in Chain(self.arguments(self.folder), self.folder).kills():
            self.tally.moments = number
            _renewed(self.folder, self.found)
            self._look(f"at change {number}")

    def kill_at(self, moment_s: float) -> None:
        """Kill the command from outside after some time, also within a write."""
        _renewed(self.start, self.found)
        child = forked(self.arguments(self.found), self.found)
        time.sleep(moment_s)
        os.kill(child, signal.SIGKILL)
        if ended(child) == -signal.SIGKILL:
            self.tally.at_random += 1
            self._look(f"after {moment_s:.3f} of {self.took_s:.3f} s")

    def _look(self, when: str) -> None:
        """Look at the folder that a killed command left, and use it."""
        tally, command = self.tally, self.command
        tally.kills += 1
        seen = visible(state(self.found))
        tally.between += seen not in (visible(self.before), visible(self.after))
        failures: list[str] = []
        if command.base == "workspace":
            failures += self._answer("status", self._status)
            if (code := self._tidy()) != 0:
                failures.append(f"the workspace does not open: {code}")
        found = state(self.found)
        if command.base == "empty":
            found = visible(found)
        if found == self.before:
            tally.before += 1
        elif found == self.after:
            tally.after += 1
        else:
            old = self.before if found.keys() == self.before.keys() else self.after
            changed = sorted(name for name in old.keys() | found.keys() if old.get(name) != found.get(name))
            failures.append(f"neither as before nor as after: {', '.join(changed[:4])}")
        again = self._answer("again", lambda: self._again(found))
        tally.left += "left" in again
        for failure in [*failures, *(text for text in again if text != "left")]:
            tally.failures[failure].append(when)

    def _answer(self, question: str, ask: Callable[[], list[str]]) -> tuple[str, ...]:
        key = question, json.dumps(state(self.found, everything=True))
        if key not in self.answers:
            self.answers[key] = tuple(ask())
        return self.answers[key]

    def _status(self) -> list[str]:
        code = ended(forked(["status", "-w", str(self.found)], self.found))
        return [f"status ends with {code}"] if code else []

    def _tidy(self) -> int:
        folder = self.found if self.found.exists() else self.folder
        return ended(forked(["tidy"], folder)) if self.command.base == "workspace" else 0

    def _again(self, found: State) -> list[str]:
        """The same command once more, as one does after a power cut: what is wrong, and whether something is left."""
        said = []
        code = ended(forked(self.arguments(self.found), self.found))
        # What is there already is not written over, and what is gone cannot be taken out: the officer is told so.
        done = visible(found) == visible(self.after)
        if code != (self.command.code_when_done if done else self.command.code):
            said.append(f"the same command again ends with {code}")
        self._tidy()
        last = state(self.found)
        if any(name not in self.after for name in last):
            said.append("left")
        if visible(last) != visible(self.after):
            said.append("the same command again gives something else")
        return said


def _renewed(source: Path, target: Path) -> None:
    """Copy a folder into the place of another."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _note_modules(target: Path) -> None:
    """Keep the names of what is loaded by now; the last one to be kept has them all."""
    names = [name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]
    target.write_text(" ".join(names))


def write_inputs(folder: Path, seed: int) -> None:
    """The demo's files with fewer activities, so that a month is soon computed, and one with mistakes to comment on."""
    import openpyxl  # noqa: PLC0415  used in a process of its own, as is all below

    from geomatch.demo import write_demo_inputs  # noqa: PLC0415  # slow to import, and seldom needed

    made = write_demo_inputs(folder, seed)
    book = openpyxl.load_workbook(made.activities)
    book.worksheets[-1].delete_rows(FIRST_LEFT_OUT, 1000)
    book.save(made.activities)
    book = openpyxl.load_workbook(made.enrolment[0])
    sheet = book.worksheets[-1]
    sheet.cell(6, 3).value, sheet.cell(8, 2).value = "tolv", "Lule"
    book.save(folder / "bad.xlsx")
    (folder / "geomatch.toml").write_text(made.settings_toml, encoding="utf-8")
    name, text = made.rules
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / name).write_text(text, encoding="utf-8")


def make_base(folder: Path, inputs: Path) -> None:
    """A workspace with a month that is computed and published."""
    from geomatch.cli import main as geomatch  # noqa: PLC0415  in a process of its own

    silent = os.open(os.devnull, os.O_RDWR)
    os.dup2(silent, 1)
    for command in (
        ["init", str(folder)],
        ["add", "enrolment", *(str(inputs / f"SYNTETISK-inskrivna-2023-0{n}.xlsx") for n in (1, 2, 3))],
        ["add", "activities", str(inputs / "SYNTETISK-insatser-norrbotten.xlsx")],
        ["add", "timetable", str(inputs / "SYNTETISK-tidtabell-norrbotten-2023.zip")],
        ["add", "corridors", str(inputs / "SYNTETISK-korridorer.csv")],
        ["add", "travel_compensation", str(inputs / "SYNTETISK-reseersattning.csv")],
        ["run", MONTH, "--county", "25"],
        ["publish", MONTH],
    ):
        if geomatch([*command, *(["-w", str(folder)] if command[0] != "init" else [])]) != 0:
            sys.exit(f"geomatch {' '.join(command)} does not work")
        if command[0] == "init":
            shutil.copy(inputs / "geomatch.toml", folder)
            shutil.copytree(inputs / "rules", folder / "rules")


def apart(function: Callable[..., None], *given: object) -> None:
    """Call a function in a process of its own, so that what it loads and starts does not stay here."""
    process = mp.get_context("spawn").Process(target=function, args=given)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


_COLUMNS = ("moments", "at_random", "kills", "before", "after", "between", "left", "failures")


def report(benches: list[Bench], seed: int, took_s: float) -> str:
    """What is printed and kept."""
    total: Counter[str] = Counter()
    lines = [f"{'command':<26}" + "".join(f"{name:>10}" for name in _COLUMNS)]
    for bench in benches:
        tally = bench.tally
        numbers = {name: getattr(tally, name) for name in _COLUMNS[:-1]}
        numbers["failures"] = sum(map(len, tally.failures.values()))
        total.update(numbers)
        lines.append(f"{bench.command.name:<26}" + "".join(f"{numbers[name]:>10}" for name in _COLUMNS))
    lines.append(f"{'all':<26}" + "".join(f"{total[name]:>10}" for name in _COLUMNS))
    head = [
        f"crash: {total['kills']} kills, seed {seed}, {took_s:.0f} s",
        f"Python {platform.python_version()}, {os.cpu_count()} cores",
        "",
    ]
    foot = [
        "",
        "moments: changes of files in the command, and its end, before each of which it was killed; at_random: kills at",
        "random moments; before, after: as the workspace was found by the next command; between: a reader that came first",
        "saw neither of the two, and would have until then; left: a hidden part of a file stays for good.",
        f"failures: {total['failures']}",
    ]
    for bench in benches:
        for what, cases in sorted(bench.tally.failures.items()):
            foot.append(f"  {bench.command.name}: {what}: {len(cases)} times, first {cases[0]}")
    return "\n".join([*head, *lines, *foot]) + "\n"


def main() -> int:
    """Kill before each change, then until the time is up; 1 where anything failed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=600)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", help="part of the name of the commands to kill")
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  nothing is kept secret by it
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        os.environ["TMPDIR"] = str(work)
        base = work / "base"
        apart(write_inputs, work / "first", 25)
        apart(write_inputs, work / "in", 7)
        apart(make_base, base, work / "first")
        started = time.monotonic()
        benches: list[Bench] = []
        for number, command in enumerate(COMMANDS):
            if asked.only and asked.only not in command.name:
                continue
            (work / str(number)).mkdir()
            bench = Bench(command, base, work / "in", work / str(number))
            benches.append(bench)
            bench.kill_everywhere()
            sys.stderr.write(f"{command.name}: {bench.tally.moments} moments, {bench.took_s:.1f} s\n")
        while time.monotonic() < started + asked.seconds:
            bench = chance.choice(benches)
            bench.kill_at(chance.uniform(0, bench.took_s))
        text = report(benches, asked.seed, time.monotonic() - started)
    sys.stdout.write(text)
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(text, encoding="utf-8")
    return 1 if any(bench.tally.failures for bench in benches) else 0


if __name__ == "__main__":
    sys.exit(main())
