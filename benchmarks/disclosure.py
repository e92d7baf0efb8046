"""Disclosure control and the attack on it at the size of the country: 290 municipalities, twelve months.

Run: python -m benchmarks.disclosure [--seed N] [--months 12] [--keep FOLDER]

Made-up months go through disclosure control, are kept as editions and laid out as the public site; then the attacker gets
the tree and the agency's workbooks (made up as well: every count of 1 to 5 is `..` in them). Counted is the time of
disclosure control over all months and that of the attack, which reads every file of the tree; laying the site out is told
beside. Ends with 1 when it takes longer than is asked for, or a withheld figure falls.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import tests.site.made as made_module
from geomatch.audit import attack
from geomatch.disclosure import published_tables
from geomatch.public.tables import NATION
from geomatch.settings import Settings
from geomatch.site.build import build_site
from tests.audit.trees import write_workbook
from tests.site.made import last_months, made_editions
from tests.site.made_places import GROUPS, NOT_TOLD, SEXES, UNKNOWN, persons_of, true_need, world_of

LAST = "2025-12"
# Asked for (issue 8).
ASKED_S = 120
_WITHHELD_SHARE = 0.35


def agency_rows(month: str, seed: int) -> list[tuple[Any, ...]]:
    """What the agency prints of a made-up month: everyone and each group, of every municipality, county and the country."""
    world = world_of(seed)
    true = persons_of(world, true_need(world, month, seed, _WITHHELD_SHARE, None), month, seed)
    rows: list[tuple[Any, ...]] = []
    codes = [str(code) for code in world.codes]
    for area in [*codes, *sorted({code[:2] for code in codes}), NATION]:
        own = np.array([area in (NATION, code, code[:2]) for code in codes])
        if area in UNKNOWN:
            continue
        rows.append((month, area, {}, _printed(int(true.need[own].sum()))))
        for dimension, groups in GROUPS.items():
            if area in NOT_TOLD and groups == SEXES:
                continue
            counts = true.groups[dimension][own].sum(axis=0)
            rows += [
                (month, area, {dimension: group}, _printed(int(count)))
                for group, count in zip(groups, counts, strict=True)
            ]
    return rows


def _printed(count: int) -> int | str:
    return ".." if 1 <= count <= 5 else count


def timed(work: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """`work`, which adds the seconds of each call to `spent`."""

    def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 (as `work`)
        start = time.perf_counter()
        try:
            return work(*arguments, **named)
        finally:
            spent.append(time.perf_counter() - start)

    return run


def main() -> int:
    """Measure, print, and say whether what is asked for is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--keep", type=Path, help="folder for what is made; a temporary one unless named")
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="geomatch-bench-"))
    try:
        return measured(folder, last_months(LAST, chosen.months), chosen.seed)
    finally:
        if chosen.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def measured(folder: Path, months: list[str], seed: int) -> int:
    """Make the months, attack them, print the numbers; 0 when all is as it should be."""
    spent: list[float] = []
    made_module.published_tables = timed(published_tables, spent)  # type: ignore[attr-defined]  # measured where it is used
    editions = made_editions(folder / "workspace", months, seed, withheld_share=_WITHHELD_SHARE)
    suppression_s = sum(spent)
    areas = [edition.tables["areas"] for edition in editions]
    withheld = {
        stem: sum(int((one[f"{stem}_sign"] == "..").sum()) for one in areas)
        for stem in ("need", "women", "men", "gap", "no_day_return")
    }
    start = time.perf_counter()
    build_site(folder / "workspace", folder / "attacker" / "public", Settings().site)
    site_s = time.perf_counter() - start
    write_workbook(folder / "attacker", [row for month in months for row in agency_rows(month, seed)])
    start = time.perf_counter()
    report = attack(folder / "attacker")
    audit_s = time.perf_counter() - start
    files = sum(path.is_file() for path in (folder / "attacker" / "public").rglob("*"))
    print(f"Sweden, {len(areas[0]) - 22} municipalities, {len(months)} months, made-up figures, seed {seed}")
    print(
        f"disclosure control, all tables of all months: {suppression_s:.1f} s; largest month {max(spent):.2f} s"
    )
    print(f"withheld in table areas: {', '.join(f'{stem} {count}' for stem, count in withheld.items())}")
    print(
        f"attack: {audit_s:.1f} s; {report.attacked} withheld figures in {files} files, {sum(report.figures.values())} figures read; {report.programmes} programmes in whole persons"
    )
    print(f"failures: {len(report.failures)}; contradictions: {len(report.contradictions)}")
    print(
        f"together {suppression_s + audit_s:.1f} s ({ASKED_S} asked); laying out the site, beside: {site_s:.1f} s"
    )
    print(
        f"largest memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    for one in [*report.failures[:5], *report.contradictions[:5]]:
        print(one)
    met = report.stands and suppression_s + audit_s <= ASKED_S
    print("met" if met else "NOT MET")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
