"""Random months and editions through disclosure control, each attacked; and what is lost against the least there is.

    python -m longruns.worlds [--worlds 1000] [--systems 1000] [--seed 1]

A world is one to three months of two to eight municipalities in one or two counties, with women and men, target groups and
accommodation, one or two editions a month, and a workbook of the agency that prints some of it. It is published by each of
the three ways of showing small counts, and attacked as `geomatch audit` does. A system is a small table with totals; what
disclosure control withholds of it is compared with the least weight there is, found by trial of every choice.
Ends with code 1 where anything falls, contradicts itself, or is more than 15 per cent above the least.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from geomatch.audit import attack
from geomatch.disclosure.pattern import pattern
from geomatch.settings import DisclosureSettings
from tests.disclosure.random_worlds import published_world, random_world
from tests.disclosure.small_systems import least_weight, random_system, stands

# Of every ten worlds, so many are published in each way.
WAYS = ("withhold",) * 8 + ("interval", "rounded")
MOST_ABOVE = 1.15


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def worlds(first: int, count: int) -> bool:
    """Publish and attack random worlds; whether nothing falls."""
    seen: Counter[str] = Counter()
    for seed in range(first, first + count):
        method = WAYS[seed % len(WAYS)]
        world = random_world(seed)
        with tempfile.TemporaryDirectory() as name:
            shown = published_world(world, Path(name), DisclosureSettings(method=method))
            report = attack(Path(name))
        seen["worlds"] += 1
        seen[f"published by `{method}`"] += 1
        seen["editions published"] += len(shown)
        seen["editions refused, since an earlier one tells too much"] += sum(world.editions.values()) - len(
            shown
        )
        seen["withheld figures attacked"] += report.attacked
        seen["guesses that an edition still holds"] += report.guesses
        seen["failures"] += len(report.failures)
        seen["contradictions"] += len(report.contradictions)
        for one in [*report.failures, *report.contradictions]:
            _tell(f"seed {seed}, {method}: {one}")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{seed - first + 1}/{count}")
    for what, times in seen.items():
        _tell(f"{what}: {times:,}")
    return not seen["failures"] and not seen["contradictions"]


def systems(first: int, count: int) -> bool:
    """Compare what is withheld of small systems with the least; whether all stand and are near it."""
    above: list[float] = []
    fallen = 0
    for seed in range(first, first + count):
        made = random_system(seed)
        chosen = pattern(made)
        fallen += not stands(made, chosen)
        best = least_weight(made)
        if best is None:
            raise RuntimeError(f"system {seed} has no choice that stands")
        lost = sum(made.figures[f].weight for f in chosen)
        above.append(lost / best if best else 1.0)
    least = sum(one <= 1 + 1e-9 for one in above)
    _tell(f"small systems: {count:,}; that do not stand: {fallen}")
    _tell(
        f"of least weight: {least:,}; the worst is {100 * (max(above) - 1):.1f} % above it, on average {100 * (sum(above) / len(above) - 1):.2f} %"
    )
    return not fallen and max(above) <= MOST_ABOVE


def main() -> int:
    """Run both, and say whether all is as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--systems", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    _tell(f"seed {chosen.seed}")
    # Not those of the tests.
    first = 10_000 * chosen.seed
    held = worlds(first, chosen.worlds)
    near = systems(first, chosen.systems)
    _tell("nothing fell" if held and near else "FAILED")
    return 0 if held and near else 1


if __name__ == "__main__":
    sys.exit(main())
