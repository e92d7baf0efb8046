"""A real month: Norrbotten's timetable and localities, from nothing and from a warm cache, and what takes how long.

Run: GEOMATCH_SHARED=FOLDER python benchmarks/norrbotten.py

Each run is a process of its own, imports included. *Cold*: no compiled timetable, no compiled scan. *Warm*: both are
there, and the month with its day returns is computed anew. *Kept*: the day returns are those of the run before.
Counts and activities are those of the demo; the timetable (1,997 trips) and SCB's localities are real.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

MONTH, COUNTY = "2023-02", "25"
FEED, LOCALITIES = "data/gtfs/norrbotten-2022-12-14.zip", "data/localities/scb_tatorter_2020_points.csv"
TARGET_S = 5.0
# Functions that `run_month` calls, one after the other.
PARTS = (
    "read_inputs", "supply_of_month", "need_of_month", "demand_points", "_taking_part", "_travel_digest",
    "returns_between", "allocate_month", "served_table", "gaps_table", "corridors_table", "manifest_of",
)  # fmt: skip


def make_workspace(folder: Path, shared: Path) -> None:
    from geomatch.demo import write_demo_inputs  # noqa: PLC0415  (imports are part of what is measured)
    from geomatch.month import facts_of  # noqa: PLC0415  (imports are part of what is measured)
    from geomatch.workspace import Workspace  # noqa: PLC0415  (imports are part of what is measured)

    inputs = write_demo_inputs(folder / "inputs")
    workspace = Workspace.create(folder / "workspace")
    for kind, path in (
        ("enrolment", inputs.enrolment[1]),
        ("activities", inputs.activities),
        ("timetable", shared / FEED),
        ("localities", shared / LOCALITIES),
    ):
        workspace.add(kind, [path], lambda one, kind=kind: facts_of(kind, one))


def timed(name: str, function: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # stands for functions of any kind
        start = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - start

    return wrapped


def run(folder: Path) -> None:
    """One run, in a process of its own; prints what took how long."""
    start = time.perf_counter()
    from geomatch import inputs, month  # noqa: PLC0415  (imports are part of what is measured)
    from geomatch.workspace import Workspace  # noqa: PLC0415  (imports are part of what is measured)

    spent = {"imports": time.perf_counter() - start}
    for name in PARTS:
        setattr(month, name, timed(name, getattr(month, name), spent))
    inputs.open_or_build = timed("of which the timetable", inputs.open_or_build, spent)
    workspace = Workspace(folder)
    before = time.perf_counter()
    with workspace.writing():
        result = month.run_month(workspace, MONTH, COUNTY)
    assert result.computed
    spent["all of run_month"] = time.perf_counter() - before
    print(json.dumps({"parts": spent, "cpu_s": time.process_time(), "kept": result.day_returns_kept}))


def measured(folder: Path, numba_cache: Path) -> tuple[float, dict[str, Any]]:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--run", str(folder)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "NUMBA_CACHE_DIR": str(numba_cache)},
    )
    return time.perf_counter() - start, json.loads(done.stdout)


def main() -> None:
    """Print seconds of the three runs, what they spend them on, and the ratio to the target."""
    shared = os.environ.get("GEOMATCH_SHARED")
    if not shared:
        sys.exit("GEOMATCH_SHARED does not name the folder with the real files")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_workspace(folder, Path(shared))
        workspace, numba_cache = folder / "workspace", folder / "numba"
        rows = []
        for word in ("cold", "warm", "kept"):
            if word == "warm":
                # With the month go its day returns.
                shutil.rmtree(workspace / "months")
            elif word == "kept":
                manifest = workspace / "months" / MONTH / "manifest.json"
                content = json.loads(manifest.read_text(encoding="utf-8"))
                manifest.write_text(json.dumps({**content, "fingerprint": "as if counts had changed"}))
            taken, found = measured(workspace, numba_cache)
            assert found["kept"] == (word == "kept")
            rows.append((word, taken, found))
    for word, taken, found in rows:
        print(
            f"Norrbotten {MONTH}, {word}: {taken:.1f} s ({found['cpu_s']:.1f} s of processor), "
            f"{taken / TARGET_S:.2f} times the {TARGET_S:.0f} s that a warm run may take"
        )
        for part, seconds in sorted(found["parts"].items(), key=lambda item: -item[1]):
            if seconds >= 0.05:
                print(f"    {part}: {seconds:.2f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(Path(sys.argv[2]))
    else:
        main()
