"""Damage sound input files at random and read them: each is read, and says so, or refused with a message.

Run: python -m longruns.fuzz --seconds 600 --seed 1 --out FILE (or make fuzz). One case again: --case NUMBER --keep FOLDER.

For each case a sound file of one of the sources is damaged in one to four ways and given to its reader. It must be read,
or refused with an `InputError` that has at least one problem, each with a file name. Anything else is a failure: another
exception, a warning, more than the limit of seconds, a process that dies, a file left behind or changed. Where a file was
damaged through its cells, what was read must also be what the cells say, and nothing of it may be left out.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing as mp
import os
import platform
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from longruns.damage import Damaged, damaged
from longruns.samples import Sample, samples

SOURCES = {"enrolment": 4, "activities": 4, "corridors": 2, "localities": 1, "timetable": 2}


# -------------------------------------------------------------------------------------------------------- the reader


def serve(pipe: Connection, home: str) -> None:
    """Read the files that are asked for, one after another, in a process that may be ended."""
    os.environ["TMPDIR"] = home
    tempfile.tempdir = None
    from geomatch.errors import InputError  # noqa: PLC0415  in the process that reads, not in the one that draws
    from longruns.readers import READERS  # noqa: PLC0415  likewise

    warnings.simplefilter("always")
    while True:
        source, path = pipe.recv()
        answer: tuple[str, Any]
        try:
            with warnings.catch_warnings(record=True) as warned:
                answer = "read", READERS[source](Path(path))
            if warned:
                text = f"{warned[0].category.__name__} at {Path(warned[0].filename).name}:{warned[0].lineno}"
                answer = "failed", (text, str(warned[0].message))
        except InputError as error:
            nameless = [str(problem) for problem in error.problems if not problem.file]
            if error.problems and not nameless:
                answer = "refused", (len(error.problems), str(error)[:2000])
            else:
                answer = (
                    "failed",
                    ("a problem without a file", f"{len(error.problems)} problems: {nameless[:3]}"),
                )
        except BaseException as error:  # noqa: BLE001  whatever it is, it is what is looked for
            frames = traceback.extract_tb(error.__traceback__)
            ours = [f for f in frames if "/geomatch/" in f.filename] or frames
            place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
            answer = (
                "failed",
                (f"{type(error).__name__} at {place}", traceback.format_exception_only(error)[-1].strip()),
            )
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        try:
            pipe.send((*answer, peak_mb))
        except Exception as error:  # noqa: BLE001  an answer that cannot be sent is a failure too
            pipe.send(("failed", (f"{type(error).__name__} at the pipe", str(error)), peak_mb))


class Reader:
    """A process that reads; ended and started anew when it takes too long or dies."""

    def __init__(self, home: Path, limit_s: float) -> None:
        self.home, self.limit_s = home, limit_s
        self._start()

    def _start(self) -> None:
        context = mp.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, str(self.home)), daemon=True)
        self.process.start()
        other.close()

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()

    def read(self, source: str, path: Path) -> tuple[str, Any, int]:
        """('read', Outcome), ('refused', (problems, text)) or ('failed', (what, how)); and the peak of memory in MB."""
        try:
            self.pipe.send((source, str(path)))
            if self.pipe.poll(self.limit_s):
                answer: tuple[str, Any, int] = self.pipe.recv()
                return answer
            what = f"more than {self.limit_s:g} s"
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.process.join(5)
            what = f"the process died ({self.process.exitcode})"
        self.stop()
        self._start()
        return "failed", (what, ""), 0


# ---------------------------------------------------------------------------------------------------------- the cases


@dataclass
class Tally:
    """What came of the cases of one source and kind of file."""

    cases: int = 0
    same: int = 0
    noted: int = 0
    other: int = 0
    refused: int = 0
    problems: int = 0
    compared: int = 0
    slowest_s: float = 0.0


@dataclass
class Run:
    """All that is counted."""

    tallies: defaultdict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    ways: Counter[str] = field(default_factory=Counter)
    failures: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    peak_mb: int = 0
    cases: int = 0
    not_written: int = 0


def draw(seed: int, number: int, every: dict[str, list[Sample]]) -> Damaged | None:
    """The case of a number; None where the drawn cells cannot stand in such a file."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311  nothing is kept secret by it
    source = chance.choices(list(SOURCES), list(SOURCES.values()))[0]
    sample = chance.choice(every[source])
    try:
        return damaged(chance, sample)
    except Exception:  # noqa: BLE001  the writers of workbooks refuse some cells, each in its own way
        return None


def one_case(
    run: Run, reader: Reader, number: int, case: Damaged, folder: Path, sound: dict[Sample, Any]
) -> None:
    """Read a damaged file and count what came of it."""
    from longruns.readers import unexplained  # noqa: PLC0415  only where it is needed

    sample = case.sample
    path = folder / case.name
    path.write_bytes(case.content)
    started = time.monotonic()
    kind, found, peak_mb = reader.read(sample.source, path)
    took_s = time.monotonic() - started
    tally = run.tallies[sample.source, sample.suffix[1:]]
    tally.cases += 1
    tally.slowest_s = max(tally.slowest_s, took_s)
    run.cases += 1
    run.peak_mb = max(run.peak_mb, peak_mb)
    run.ways.update(way.split(":")[0] for way in case.how)
    what = ""
    if kind == "refused":
        tally.refused += 1
        tally.problems += found[0]
    elif kind == "failed":
        what, how = found
    else:
        before = sound[sample]
        same = found.digest == before.digest
        tally.same += same and found.notes == before.notes
        tally.noted += found.notes != before.notes
        tally.other += not same and found.notes == before.notes
        if case.sheets is not None and sample.source != "timetable" and sample.head >= 0:
            tally.compared += 1
            rows = case.sheets[sample.main]
            heads = set(sample.sheets[sample.main][sample.head])
            first = next((n for n, row in enumerate(rows) if len(heads & set(row)) > 1), sample.head)
            how = unexplained(found, rows, first + 1)
            what = "read otherwise than it says" if how else ""
    left = sorted(p.name for p in folder.iterdir() if p != path) + [p.name for p in reader.home.iterdir()]
    if left:
        what, how = "files left behind", ", ".join(left)
    elif hashlib.sha256(path.read_bytes()).digest() != hashlib.sha256(case.content).digest():
        what, how = "the file was changed", ""
    if what:
        run.failures[f"{sample.source} {sample.suffix[1:]}: {what}"].append(
            f"case {number}, {case.name} ({', '.join(case.how)}): {how[:300]}"
        )
    for stray in [*folder.iterdir(), *reader.home.iterdir()]:
        stray.unlink()


_COLUMNS = ("cases", "refused", "problems", "same", "noted", "other", "compared", "slowest_s")


def _row(cells: tuple[object, ...]) -> str:
    texts = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
    return "".join(f"{text:<12}" for text in texts[:2]) + "".join(f"{text:>10}" for text in texts[2:])


def report(run: Run, seed: int, took_s: float, limit_s: float) -> str:
    """What is printed and kept."""
    lines = [
        f"fuzz: {run.cases} damaged files, seed {seed}, {took_s:.0f} s, at most {limit_s:g} s for each",
        f"Python {platform.python_version()}, {os.cpu_count()} cores",
        "",
        _row(("source", "file", *_COLUMNS)),
        *(
            _row((source, suffix, *(getattr(one, name) for name in _COLUMNS)))
            for (source, suffix), one in sorted(run.tallies.items())
        ),
    ]
    lines += [
        "",
        "refused: with so many problems; same: read, with what the sound file says; noted: read, and the reader says what",
        "it met; other: read as another sound file; compared: read, and held against the file, cell by cell or row by row.",
        "damage: " + ", ".join(f"{way} {count}" for way, count in sorted(run.ways.items())),
        f"cases that no such file can hold: {run.not_written}; peak memory of the reader: {run.peak_mb} MB",
        f"failures: {sum(map(len, run.failures.values()))}",
    ]
    for what, cases in sorted(run.failures.items()):
        lines += [f"  {what}: {len(cases)} times, first {cases[0]}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run until the time is up, print what came of it and keep it; 1 where anything failed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=600)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--limit", type=float, default=30)
    arguments.add_argument("--case", type=int)
    arguments.add_argument("--keep", type=Path, help="folder for the files of the cases that failed")
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    run = Run()
    every: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples():
        every[sample.source].append(sample)
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name) / "case", Path(name) / "home"
        folder.mkdir()
        home.mkdir()
        reader = Reader(home, asked.limit)
        sound = {}
        for sample in (one for group in every.values() for one in group):
            (folder / sample.name).write_bytes(sample.content)
            kind, found, _mb = reader.read(sample.source, folder / sample.name)
            if kind != "read":
                sys.exit(f"{sample.source} {sample.name} should be sound: {found}")
            sound[sample] = found
            (folder / sample.name).unlink()
        started = time.monotonic()
        number = asked.case or 0
        while asked.case is not None or time.monotonic() < started + asked.seconds:
            case = draw(asked.seed, number, every)
            if case is None:
                run.not_written += 1
            else:
                before = sum(map(len, run.failures.values()))
                one_case(run, reader, number, case, folder, sound)
                if asked.keep and (asked.case is not None or sum(map(len, run.failures.values())) > before):
                    asked.keep.mkdir(parents=True, exist_ok=True)
                    (asked.keep / f"{number}-{case.name}").write_bytes(case.content)
            if asked.case is not None:
                break
            number += 1
        reader.stop()
    text = report(run, asked.seed, time.monotonic() - started, asked.limit)
    sys.stdout.write(text)
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(text, encoding="utf-8")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
