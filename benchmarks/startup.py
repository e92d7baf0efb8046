"""How long a command takes to answer `--help`, against Python starting and against importing the heavy packages.

Run: python benchmarks/startup.py
"""

from __future__ import annotations

import subprocess
import sys
import time

REPEATS = 5


def median_s(*arguments: str) -> float:
    """The middle of REPEATS runs of Python with `arguments`."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return sorted(times)[REPEATS // 2]


def main() -> None:
    """Print one line per command: seconds, and the ratio to a Python that does nothing."""
    nothing = median_s("-c", "pass")
    heavy = median_s("-c", "import geopandas, pandera.pandas, numba, scipy.optimize")
    print(
        f"python -c pass: {nothing:.3f} s; importing the heavy packages: {heavy:.2f} s, {heavy / nothing:.0f} times that"
    )
    for command in ("", "init", "add", "run", "publish", "serve", "demo"):
        taken = median_s("-m", "geomatch", *([command] if command else []), "--help")
        print(
            f"geomatch {command} --help: {taken:.3f} s, {taken / nothing:.1f} times python, {heavy / taken:.0f} times less than the imports"
        )


if __name__ == "__main__":
    main()
