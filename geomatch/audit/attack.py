"""The attack: an outsider with every public file, saved editions and the agency's workbooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from geomatch.audit.blame import Blamer
from geomatch.audit.built import build
from geomatch.audit.cells import (
    Cell,
    computed_cells,
    count_cells,
    derived_computed,
    derived_count,
    falls,
    small_part,
)
from geomatch.audit.derive import Derived, derive, interval, telling
from geomatch.audit.gather import Gathered, gather
from geomatch.audit.guesses import guesses_of, try_guesses
from geomatch.audit.model import Fact, Model
from geomatch.audit.report import Contradiction, Failure, Report, Telling
from geomatch.audit.system import INFINITE, Conflict
from geomatch.audit.told import Edition, Figure, Key
from geomatch.audit.workbooks import read_workbooks
from geomatch.words import gettext as _

__all__ = ["attack"]

Progress = Callable[[str, int, int], None]
_AGENCYS = {"masked": (1, 5), "dash": (0, 5)}
_LEAST = 5
_PAIRS = ("gain", "entitled_unserved")


def attack(
    folder: Path,
    month: str | None = None,
    progress: Progress = lambda *_: None,
    *,
    backwards: bool = False,
) -> Report:
    """Attack everything that is published, with nothing but what an outsider holds.

    Args:
        folder: `public/`, a copy of the public tree; `earlier/<month>/<edition>/`, downloads of editions that a newer
            one has replaced; `workbooks/`, the agency's workbooks in force. Any of them may be missing, and of the
            public tree any format.
        month: YYYY-MM, to report on the cells of that month alone; all months take part in the attack.
        progress: Called with a step's name, and how much of it is done of how much.
        backwards: Also guess that what a later edition shows held already where an earlier one withholds.

    Raises:
        InputError: A workbook cannot be read.
    """
    gathered = gather(folder, progress)
    withhold_to, masked, dash = _settings(gathered.editions.values())
    progress(_("Withheld cells are attacked"), 0, 4)
    counts, workbooks = read_workbooks(folder / "workbooks", masked, dash)
    model = build(gathered, counts, withhold_to)
    progress(_("Withheld cells are attacked"), 1, 4)
    found = _feasible(model)
    progress(_("Withheld cells are attacked"), 2, 4)
    blamer = Blamer(model, found)
    cells = [*count_cells(model), *computed_cells(model)]
    failures = _fallen_counts(model, found, blamer, [cell for cell in cells if not _is_computed(cell)], month)
    more, guessed, solved = _fallen_computed(
        model, found, blamer, [cell for cell in cells if _is_computed(cell)], month, backwards=backwards
    )
    failures += more
    progress(_("Withheld cells are attacked"), 3, 4)
    failures += _shown_anyway(model, found, cells, failures, month)
    pairs, fallen_pairs = _pairs(model, month)
    failures += fallen_pairs
    numbered = _numbers(cells, pairs, month)
    progress(_("Withheld cells are attacked"), 4, 4)
    months = sorted({one for one, _number in gathered.editions})
    return Report(
        months=tuple(one for one in months if month in (None, one)),
        editions={
            one: tuple(sorted(number for other, number in gathered.editions if other == one))
            for one in months
        },
        cells=numbered,
        figures=dict(sorted(gathered.figures.items())),
        files=dict(sorted(gathered.files.items())),
        workbooks=tuple(workbooks),
        programmes=solved + sum(part.solved for part in [*found.parts, *found.agency_parts]),
        guesses=guessed,
        failures=tuple(sorted(failures, key=lambda f: (f.month, f.area, f.figure, f.about, f.edition))),
        contradictions=_of_month([*_formats(gathered), *model.contradictions, *found.contradictions], month),
        outdated=_of_month(found.outdated, month),
    )


def _of_month(found: Iterable[Contradiction], month: str | None) -> tuple[Contradiction, ...]:
    """Each figure's first contradiction, of those that have to do with the month."""
    kept: dict[tuple[object, ...], Contradiction] = {}
    for one in found:
        if month is None or month == one.month or any(table.month == month for table in one.tables):
            kept.setdefault((one.month, one.edition, one.area, one.figure, one.about), one)
    return tuple(kept.values())


def _is_computed(cell: Cell) -> bool:
    return cell.low != cell.high


def _settings(editions: Iterable[Edition]) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """The threshold, and what the agency's signs stand for, as the newest manifest says; the agency's own otherwise."""
    threshold, masked, dash = _LEAST, _AGENCYS["masked"], _AGENCYS["dash"]
    for edition in sorted(editions, key=lambda one: (one.month, one.number)):
        said = edition.settings
        threshold = int((said.get("disclosure") or {}).get("withhold_to", threshold))
        mask = said.get("mask") or {}
        masked = (int(mask.get("masked_low", masked[0])), int(mask.get("masked_high", masked[1])))
        dash = (int(mask.get("dash_low", dash[0])), int(mask.get("dash_high", dash[1])))
    return threshold, masked, dash


def _feasible(model: Model) -> Derived:
    """What is derived, without rows that no whole numbers satisfy; those are told as contradictions."""
    without: set[int] = set()
    told: list[Contradiction] = []
    rows = model.system.rows
    while True:
        found = derive(model, without)
        bad = [part for part in found.parts if not part.exact and not part.feasible()]
        if not bad:
            found.contradictions += told
            return found
        for part in bad:
            tags = {number: rows[number].tag for number in part.rows if rows[number].tag != 0}
            believed = {n for n, tag in tags.items() if tag > 0 and not model.facts[tag - 1].firm}
            if believed:
                without |= believed
                continue
            bound = {(u, end) for n in part.rows for u in rows[n].unknowns for end in (0, 1)}
            behind = found.derived.reasons(bound) | set(part.rows)
            facts = [model.facts[rows[n].tag - 1] for n in sorted(behind) if rows[n].tag > 0]
            published = {n for n in behind if rows[n].tag > 0} | set(tags)
            if not published:
                raise Conflict(part.rows[0])
            without |= published
            if facts:
                told.append(_all_together(model, facts))


def _all_together(model: Model, facts: list[Fact]) -> Contradiction:
    first = facts[0]
    name = model.editions[first.month, first.edition].names.get(first.key[0], first.key[0])
    return Contradiction(
        "together", first.month, first.edition, first.key[0], name, first.figure, "", first.ends, (0, None),
        telling(facts),
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- falling


def _name(model: Model, month: str, area: str) -> str:
    """The name that some table gives an area."""
    for (one, _number), edition in sorted(model.editions.items(), reverse=True):
        if one == month and edition.names.get(area):
            return edition.names[area]
    return area


def _failure(
    model: Model,
    cell: Cell,
    permitted: tuple[int, int],
    derived: tuple[int, int],
    tables: tuple[Telling, ...],
    guessed: int = 0,
) -> Failure:
    return Failure(
        cell.month, cell.edition, cell.area, _name(model, cell.month, cell.area), cell.figure, cell.about,
        interval(*permitted), interval(*derived), tables, guessed,
    )  # fmt: skip


def _fallen_counts(
    model: Model, found: Derived, blamer: Blamer, cells: list[Cell], month: str | None
) -> list[Failure]:
    failures = []
    reached: dict[int, bool] = {}
    masked = {agency.at[key] for agency in model.agency.values() for key in agency.masked}
    for cell in cells:
        if month not in (None, cell.month):
            continue
        answer = derived_count(found, cell, reached)
        if answer is not None:
            permitted, derived = answer
            # What the agency itself does not withhold is withheld since it is small, or to cover a small one: only of
            # its small counts must nothing be learnt.
            small = max(1, permitted[0]), min(model.withhold_to, permitted[1])
            if cell.low not in masked and not falls(small[1], *derived, least=small[0]):
                continue
            tables = blamer.tables(cell.low, cell.high, derived)
            failures.append(_failure(model, cell, permitted, derived, tables))
    return failures


def _fallen_computed(
    model: Model,
    found: Derived,
    blamer: Blamer,
    cells: list[Cell],
    month: str | None,
    *,
    backwards: bool,
) -> tuple[list[Failure], int, int]:
    own = [cell for cell in cells if month in (None, cell.month)]
    failures = [
        _failure(model, cell, (cell.least, cell.most), derived, blamer.tables(cell.low, cell.high, derived))
        for cell, derived in derived_computed(own, found.derived, found.part)
    ]
    down = {(one.month, one.edition, one.area, one.figure) for one in failures}
    standing = [cell for cell in own if (cell.month, cell.edition, cell.area, cell.figure) not in down]
    guessed = solved = 0
    for guesses in guesses_of(model, backwards=backwards):
        guessed += len(guesses)
        fallen, count = try_guesses(model, found, guesses, standing)
        solved += count
        for one in fallen:
            tables = blamer.tables(one.cell.low, one.cell.high, one.derived, one.rows)
            failures.append(
                _failure(model, one.cell, (one.cell.least, one.cell.most), one.derived, tables, one.edition)
            )
        gone = {one.cell for one in fallen}
        standing = [cell for cell in standing if cell not in gone]
    return failures, guessed, solved


def _shown_anyway(
    model: Model, found: Derived, cells: list[Cell], failures: list[Failure], month: str | None
) -> list[Failure]:
    """Counts that the agency withholds now and an edition shows, also outside what the sign says."""
    down = {(one.month, one.area, one.figure, one.about) for one in failures}
    place = {cell.low: cell for cell in cells if not _is_computed(cell)}
    fallen: dict[int, Failure] = {}
    for row in model.system.rows:
        if row.tag <= 0 or len(row.unknowns) != 1 or row.low != row.high:
            continue
        fact = model.facts[row.tag - 1]
        cell = place.get(row.unknowns[0])
        if cell is None or cell.low in fallen or month not in (None, cell.month):
            continue
        permitted = (found.permitted.low[cell.low], found.permitted.high[cell.low])
        if permitted[0] == permitted[1] or (cell.month, cell.area, cell.figure, cell.about) in down:
            continue
        ends = (row.low, row.low)
        fallen[cell.low] = _failure(model, cell, permitted, ends, telling([fact]))
    return list(fallen.values())


# ----------------------------------------------------------------------------------------------------------------- pairs


def _pairs(model: Model, month: str | None) -> tuple[Counter[tuple[str, str]], list[Failure]]:
    """Pairs of municipalities have no sums: a figure is what some file or some edition shows of it."""
    attacked: Counter[tuple[str, str]] = Counter()
    failures = []
    for (own, number), edition in sorted(model.editions.items()):
        if month not in (None, own):
            continue
        for (table, key, figure), told in sorted(edition.figures.items()):
            if table != "corridors":
                continue
            if told.withheld:
                attacked[own, figure] += 1
            most = _most_of_pair(model, edition, key)
            for shown, showing in _shown_pairs(model, edition, key, figure, told):
                if falls(most, *shown.ends or (0, INFINITE)):
                    fact = Fact(
                        table,
                        own,
                        showing.number,
                        figure,
                        key,
                        tuple(shown.files.values()),
                        True,
                        shown.ends or (0, 0),
                    )
                    failures.append(
                        Failure(
                            own, number, "-".join(key),
                            " – ".join(_name(model, own, code) for code in key), figure, "",
                            (1, most), shown.ends or (0, 0), telling([fact]),
                            0 if showing is edition else showing.number,
                        )
                    )  # fmt: skip
                    break
    return attacked, failures


def _shown_pairs(
    model: Model, edition: Edition, key: Key, figure: str, told: Figure
) -> list[tuple[Figure, Edition]]:
    """What shows a figure of a pair: its own edition, and where the newest withholds it, earlier ones."""
    if told.ends is not None:
        return [(told, edition)]
    if not (told.withheld and edition.newest):
        return []
    found = []
    for (month, number), other in sorted(model.editions.items(), reverse=True):
        shown = other.figures.get(("corridors", key, figure))
        if (
            month == edition.month
            and number != edition.number
            and shown is not None
            and shown.ends is not None
        ):
            found.append((shown, other))
    return found


def _most_of_pair(model: Model, edition: Edition, key: Key) -> int:
    signs = model.agency[edition.month].sign_ends(key[0], ())
    return small_part(model, signs[1] if signs is not None else INFINITE)


# ------------------------------------------------------------------------------------------------------------ the report


def _numbers(
    cells: list[Cell], pairs: Mapping[tuple[str, str], int], month: str | None
) -> dict[str, dict[str, int]]:
    """How many withheld cells were attacked, by month and figure."""
    found: Counter[tuple[str, str]] = Counter(pairs)
    for cell in cells:
        if cell.withheld and month in (None, cell.month):
            found[cell.month, cell.figure] += 1
    months: dict[str, dict[str, int]] = {}
    for (one, figure), number in sorted(found.items()):
        months.setdefault(one, {})[figure] = number
    return months


def _formats(gathered: Gathered) -> list[Contradiction]:
    """Figures that two files of one edition give differently."""
    found = []
    for (month, number), edition in sorted(gathered.editions.items()):
        for (table, key, figure), told in sorted(edition.figures.items()):
            for ends, file in told.others[:1]:
                fact = Fact(
                    table, month, number, figure, key, (*sorted(told.files.values())[:1], file), True, ends
                )
                area = "-".join(key) if table == "corridors" else key[0]
                found.append(
                    Contradiction(
                        "formats", month, number, area, edition.names.get(area, area), figure,
                        f"{key[1]}={key[2]}" if table == "groups" else "", told.ends or (0, 0), ends, telling([fact]),
                    )
                )  # fmt: skip
        for area, name, file in edition.clashes:
            figure = name.removesuffix("_low").removesuffix("_high")
            share = edition.shares[area, name]
            said = (int(share.low * 10**6), int(share.high * 10**6))
            fact = Fact(
                "areas", month, number, figure, (area,), (*sorted(share.files.values())[:1], file), True, said
            )
            found.append(
                Contradiction(
                    "formats", month, number, area, edition.names.get(area, area), figure, "", said, (0, 10**6),
                    telling([fact]),
                )
            )  # fmt: skip
    return found
