"""Canaries in all that is restricted, searched for in every byte that is published; and every difference by itself.

    python -m longruns.canaries --out longruns/results/2026-11-22-canaries.txt

Ends with code 1 where a canary is found, where a change of a restricted thing changes a public byte, or where a change
of a public thing, or a control, is not seen.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from tests.canaries.containers import OF_BYTES, OF_NUMBERS, OF_TEXT
from tests.canaries.differences import CHANGES, VISIBLE, compared, first_files, fresh
from tests.canaries.planted import planted_workspace
from tests.canaries.search import Canary, Report, search, word
from tests.canaries.unpack import unpacked
from tests.site.made import last_months, made_editions
from tests.site.made_site import laid_out

# Of the site of Sweden's size.
LAST_MONTH, SEED = "2023-02", 7


class _Told:
    """Lines for the reader and the file of results, and whether anything failed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.failed = 0

    def line(self, text: str) -> None:
        self.lines.append(text)
        print(text, flush=True)  # noqa: T201  # what a long run says

    def check(self, text: str, *, good: bool) -> None:
        self.failed += not good
        self.line(f"{'ok    ' if good else 'FAILED'} {text}")


@contextmanager
def _timed(told: _Told, what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    told.line(f"       {what}: {time.perf_counter() - started:.0f} s")


def _searched(told: _Told, what: str, tree: Path, canaries: Iterable[Canary]) -> Report:
    """Search a tree; none may be found."""
    started = time.perf_counter()
    # What an edition was made from lies beside the editions, and is no part of what the site is made of.
    report = search((part for part in unpacked(tree) if "run.json" not in part[0]), canaries)
    told.check(
        f"{what}: {report.files} files, {report.size:,} bytes, {report.parts:,} parts when unpacked, "
        f"{len(report.found)} canaries found ({time.perf_counter() - started:.0f} s)",
        good=not report.found and report.files > 0,
    )
    for one in report.found[:20]:
        told.line(f"         {one.canary.what} ({one.canary.kind}, {one.form}) in {one.place}")
    return report


def _demo(told: _Told, folder: Path) -> list[Canary]:
    """The demo with canaries; what was planted."""
    with _timed(told, "two months of the demo by the commands"):
        workspace, planted, said = planted_workspace(folder)
    kinds = Counter(one.kind for one in planted.canaries)
    told.line(
        f"       {len(planted.canaries)} canaries: "
        + ", ".join(f"{n} of kind {kind}" for kind, n in sorted(kinds.items()))
    )
    for tree in ("public", "published"):
        _searched(told, f"demo, {tree}/", workspace / tree, planted.canaries)
    inside = search(unpacked(workspace / "internal"), planted.canaries)
    live = {one.canary for one in inside.found}
    told.check(
        f"demo, internal/: {len(live)} of the canaries are in {inside.files} files of the board's own",
        good=len(live) > 50,
    )
    in_inputs = {one.canary.what for one in search(unpacked(workspace / "inputs"), planted.canaries).found}
    words = {one.what for one in planted.canaries if one.kind in ("word", "place", "number")}
    told.line(
        f"       {len(words & in_inputs)} of {len(words)} texts, places and numbers are found in the workspace's inputs/"
    )
    heard = {one.canary.what for one in search([("said", said.encode())], planted.canaries).found}
    told.check(
        "what the commands say has names of files alone",
        good=all(one.startswith("name of the file of ") for one in heard),
    )
    return planted.canaries


def _sweden(told: _Told, folder: Path, canaries: list[Canary], months: int) -> None:
    """The made-up site of the country: no canary, and each name that is published is found in every kind of file."""
    with _timed(told, f"a site of 290 municipalities, {months} months"):
        editions = made_editions(folder / "w", last_months(LAST_MONTH, months), SEED)
        site = laid_out(folder / "w", editions, folder / "site", downloads=True)
    here = word(str(folder), "the folder that it was made in")
    # Activities there are held on any day; what else was planted stands nowhere by chance.
    _searched(told, "Sweden, public/", site, [here, *(one for one in canaries if one.kind != "pattern")])
    table: pd.DataFrame = editions[-1].tables["activities"]
    names = sorted((str(name) for name in table["name"].unique() if len(str(name)) > 11), key=len)[-1:]
    found = search(unpacked(site), [word(name) for name in names]).found
    kinds = {Path(one.place.split("!")[0]).suffix for one in found}
    told.check(
        f"control: a published name is found in files of kinds {', '.join(sorted(kinds))}",
        good=kinds >= {".csv", ".gpkg", ".geojson", ".js", ".xlsx"},
    )


def _differences(told: _Told, folder: Path) -> None:
    """Each change of the files by itself, in a copy of a workspace, by the commands."""
    files = first_files(folder / "demo")
    workspace = fresh(files, folder / "files", folder / "w")
    for name, change in CHANGES.items():
        changed = _in(folder / "copy", lambda own, c=change: compared(workspace, files, c, own))  # type: ignore[misc]  # bound now, called now
        told.check(
            f"restricted: {name}: {len(changed) if isinstance(changed, list) else changed} public files change",
            good=changed == [],
        )
    for name, change in VISIBLE.items():
        changed = _in(folder / "copy", lambda own, c=change: compared(workspace, files, c, own))  # type: ignore[misc]  # likewise
        # Numbers that have changed are refused without a note.
        seen = "andra siffror" in changed if isinstance(changed, str) else bool(changed)
        told.check(f"public: {name}: is seen", good=seen)


def _in(folder: Path, do: Callable[[Path], list[str]]) -> list[str] | str:
    """What `do` gives in a new folder, or what a command said that failed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        return do(folder)
    except AssertionError as error:
        return str(error)


def main(arguments: list[str] | None = None) -> int:
    """Run all of it; the code to end with."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, help="where the results are written")
    parser.add_argument("--months", type=int, default=2, help="months of the site of Sweden's size")
    chosen = parser.parse_args(arguments)
    told = _Told()
    told.line(f"canaries: {json.dumps({'months': chosen.months, 'seed': SEED})}")
    told.line(
        f"       the search is tested with {len(OF_BYTES)} kinds of files for any bytes, {len(OF_TEXT)} for text and "
        f"{len(OF_NUMBERS)} for numbers (tests/canaries/test_searcher.py)"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("demo", "sweden", "differences"):
            (folder / part).mkdir()
        canaries = _demo(told, folder / "demo")
        _sweden(told, folder / "sweden", canaries, chosen.months)
        _differences(told, folder / "differences")
    told.line(f"{told.failed} failures")
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text("\n".join(told.lines) + "\n", encoding="utf-8")
    return int(told.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
