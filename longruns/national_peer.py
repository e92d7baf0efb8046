"""Our router against pynigiri on the national feed at full size: over 2,000 random pairs, both ways, to the minute.

Run: python -m longruns.national_peer [FOLDER] [--scale 1] [--seed 290]

FOLDER holds the generated feed of `benchmarks.national` and is made when it is missing. The comparison is that of
`tests/peers/test_pynigiri_peer.py`, which takes a fiftieth of the feed; the copies of the whole feed take some 12 GB
and half an hour. A difference that nothing explains ends the run with an error.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path

from benchmarks.national.generate import generate
from tests.peers import plain_gtfs, questions
from tests.peers.test_pynigiri_peer import ON_THE_SPOT, WITHOUT_LIMITS, compare

DAY = date(2023, 2, 8)
TARGETS, ORIGINS = 18, 60


def main() -> None:
    """Compare, and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("benchmarks/results/national"))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=290)
    asked = parser.parse_args()
    if not list(asked.folder.glob("SYNTETISK-*.zip")):
        generate(asked.folder, scale=asked.scale)
    feed = next(asked.folder.glob("SYNTETISK-*.zip"))
    plain = plain_gtfs.whole_minutes(plain_gtfs.read(feed, [DAY]))
    spots = questions.by_spot(plain)
    places = [questions.at_stop(plain, stops[0], spots) for stops in spots.values()]
    print(f"{len(plain.trips):,} trips of {DAY} and the day before, {len(places):,} places", flush=True)
    rng = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        for name, rules in (("limits of METHOD 4", ON_THE_SPOT), ("12 hours and 12 changes", WITHOUT_LIMITS)):
            batches = questions.batches([(DAY, rules, True)], places, TARGETS, ORIGINS, rng, 25_000)
            tally = compare(plain, batches, Path(folder) / name.split(maxsplit=1)[0])
            print(f"{name}: {asdict(tally)}", flush=True)


if __name__ == "__main__":
    main()
