"""All candidate pairs of Sweden judged, and the best sets of corridors beside taking the best one each time.

Run: python -m benchmarks.corridors [--seed N]

On the synthetic national results of `benchmarks.sweden`, with the corridors of its register in use. (a) `corridors_table`
after the allocation; (b) the best 5 corridors of each county; (c) the best 20 of the country. Each part runs in a process
of its own. Ends with 1 when a claim is not met.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time

import numpy as np

from benchmarks.sweden.generate import COUNTIES, MONTH, Results, generate, settings
from geomatch.access import MonthAllocation, allocate_month
from geomatch.corridors import corridors_table
from geomatch.corridors.best_set import BestSet, best_set
from geomatch.corridors.gains import mended_gains
from geomatch.corridors.ways import good_returns
from geomatch.corridors.worth import worth_of

MOST_S = 180
COUNTY_NUMBER, COUNTRY_NUMBER = 5, 20


class Clock:
    """Seconds on the clock and of work since it was made."""

    def __init__(self) -> None:
        self._wall_s, self._work_s = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Seconds passed, and seconds of work."""
        return time.perf_counter() - self._wall_s, time.process_time() - self._work_s


def _month(seed: int) -> tuple[Results, MonthAllocation]:
    results, clock = generate(seed), Clock()
    month = allocate_month(
        results.points, results.activities, results.day_returns, results.register, settings(), MONTH
    )
    wall_s, work_s = clock.read()
    print(
        f"allocation: {len(month.reach.pairs):,} candidate pairs, {int(month.opened.sum()):,} of them open; "
        f"{wall_s:.0f} s ({work_s:.0f} s of work)"
    )
    return results, month


def judged(seed: int) -> bool:
    """Part (a). A first, small month compiles what is compiled once on a machine."""
    _small()
    results, month = _month(seed)
    clock = Clock()
    table = corridors_table(month, results.points, results.activities, results.need)
    wall_s, work_s = clock.read()
    counts = {str(name): int(count) for name, count in table["verdict"].value_counts().items()}
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"judged: {len(table):,} pairs in {wall_s:.0f} s ({work_s:.0f} s of work on one core; to reach: {MOST_S}), "
        f"{1000 * work_s / len(table):.1f} ms a pair, peak memory {peak_gib:.2f} GiB"
    )
    print(
        f"  {', '.join(f'{counts[name]:,} {name}' for name in sorted(counts))}; "
        f"{int((table['paired_with'] != '').sum()):,} bring more with one further pair"
    )
    return work_s <= MOST_S


def _small() -> None:
    results = generate(1, points=300, series=60, pairs=2000, persons=2000, places=500, corridors=40)
    month = allocate_month(
        results.points, results.activities, results.day_returns, results.register, settings(), MONTH
    )
    # A month so small would be reckoned the plain way, which compiles nothing.
    gains = mended_gains(month.reach, month.opened, good_returns(month.reach, month.settings))
    worth_of(month, gains, [], np.zeros(len(month.reach.pairs)))


def _told(what: str, found: BestSet, spent: tuple[float, float]) -> None:
    best, greedy = found.best.more_milli[0] / 1000, found.greedy.more_milli[0] / 1000
    sure = "proved" if found.proved else f"at most {found.most_milli / 1000:,.1f}"
    print(
        f"{what}: {found.candidates:,} candidates, {best:,.1f} persons more, one at a time {greedy:,.1f} "
        f"({100 * (best / greedy - 1) if greedy else 0:+.1f} %); {sure}, {found.nodes} nodes; {spent[0]:.0f} s "
        f"({spent[1]:.0f} s of work)",
        flush=True,
    )


def chosen(seed: int, *, country: bool) -> bool:
    """Parts (b) and (c). Met when no set is worse than taking the best one each time."""
    results, month = _month(seed)
    table = corridors_table(month, results.points, results.activities, results.need)
    met, better, proved = True, 0, 0
    for county in [None] if country else COUNTIES:
        clock = Clock()
        found = best_set(month, table, number=COUNTRY_NUMBER if country else COUNTY_NUMBER, county=county)
        _told(
            f"best {found.number}, {'the country' if county is None else 'county ' + county}",
            found,
            clock.read(),
        )
        met = met and found.best.more_milli[0] >= found.greedy.more_milli[0]
        better += found.best.more_milli[0] > found.greedy.more_milli[0]
        proved += found.proved
    if not country:
        print(f"in {better} of {len(COUNTIES)} counties better than one at a time; proved in {proved}")
    return met


def main() -> int:
    """Run one part, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=["judged", "counties", "country"])
    asked = parser.parse_args()
    if asked.part == "judged":
        return int(not judged(asked.seed))
    if asked.part:
        return int(not chosen(asked.seed, country=asked.part == "country"))
    print(f"seed {asked.seed}, {os.cpu_count()} cores", flush=True)
    codes = []
    for part in ("judged", "counties", "country"):
        command = [sys.executable, "-m", "benchmarks.corridors", "--seed", str(asked.seed), "--part", part]
        codes.append(subprocess.run(command, check=False).returncode)
        sys.stdout.flush()
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
