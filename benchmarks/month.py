"""One month of the demo: how long run and publish take, against reading the same inputs.

Run: python benchmarks/month.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from geomatch.demo import COUNTY, write_demo_inputs
from geomatch.month import facts_of, run_month
from geomatch.publish.site import publish_month
from geomatch.rules import FOLDER
from geomatch.workspace import Workspace


def main() -> None:
    """Print seconds and ratios, cold (the first month compiles the scan or loads it) and warm."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = write_demo_inputs(Path(folder) / "inputs")
        workspace = Workspace.create(Path(folder) / "workspace", inputs.settings_toml)
        name, text = inputs.rules
        (workspace.folder / FOLDER).mkdir()
        (workspace.folder / FOLDER / name).write_text(text, encoding="utf-8")
        start = time.perf_counter()
        for kind, paths in (
            ("enrolment", inputs.enrolment),
            ("activities", [inputs.activities]),
            ("timetable", [inputs.timetable]),
            ("corridors", [inputs.corridors]),
            ("travel_compensation", [inputs.compensation]),
        ):
            workspace.add(kind, list(paths), lambda path, kind=kind: facts_of(kind, path))  # type: ignore[misc]  # bound now, called now
        reading = time.perf_counter() - start
        print(f"add, three workbooks, register, timetable, corridors, compensation: {reading:.2f} s")
        for month, word in zip(inputs.months, ("cold", "warm", "warm"), strict=True):
            start = time.perf_counter()
            run_month(workspace, month, COUNTY)
            middle = time.perf_counter()
            publish_month(workspace, month)
            end = time.perf_counter()
            print(
                f"{month} ({word}): run {middle - start:.2f} s ({(middle - start) / reading:.1f} times add), "
                f"publish {end - middle:.2f} s ({(end - middle) / reading:.1f} times add)"
            )


if __name__ == "__main__":
    main()
