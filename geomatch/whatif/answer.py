"""A scenario side by side with the month as it is: a table, and sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.change.decompose import published
from geomatch.change.words import amount_text
from geomatch.errors import InputError, Problem
from geomatch.month import Computed, compute_month
from geomatch.newfile import new_file_problems, table_csv
from geomatch.numbers import month_text
from geomatch.plain import plain
from geomatch.tables import ALL, records
from geomatch.whatif.changed import Altered, altered, problems_in_month
from geomatch.whatif.scenario import CloseAccommodation, Scenario, read_scenario
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = ["MEASURES", "Answer", "Side", "answer_what_if", "csv_file", "side_by_side"]

Progress = Callable[[str, int, int], None]

MEASURES = ("need", "served", "gap", "no_day_return")
_MILLI = 1000
_ENDS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Side:
    """One municipality, or `all` together: thousandths at low and at high, today and with the scenario."""

    code: str
    name: str
    today: Mapping[str, tuple[int, int]]
    changed: Mapping[str, tuple[int, int]]

    @property
    def moves(self) -> bool:
        """Whether anything differs."""
        return self.today != self.changed


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command prints.

    Attributes:
        lines: The table and the sentences.
        notes: What was assumed.
        facts: The same as plain values.
        csv: The table as a file, and `rows` how many it has.
        synthetic: The month is made from made-up data.
    """

    lines: tuple[str, ...]
    notes: tuple[str, ...]
    facts: Mapping[str, Any]
    csv: bytes
    rows: int
    synthetic: bool


def csv_file(out: Path) -> Path:
    """Where the table goes: it is internal and says so in its name."""
    return (
        out if "intern" in out.stem.casefold() else out.with_name(f"{out.stem}-{_('internal')}{out.suffix}")
    )


def answer_what_if(
    workspace: Workspace,
    file: Path,
    month: str | None = None,
    county: str | None = None,
    out: Path | None = None,
    progress: Progress = lambda *_: None,
) -> Answer:
    """Compute a month as it is and with a scenario, from the workspace's inputs of today.

    Args:
        workspace: Where inputs and settings are; nothing of it changes but a compiled timetable.
        file: The scenario.
        month: YYYY-MM; None takes the last that is computed.
        county: Two digits; None takes what the month was computed for.
        out: A new file that the table will be written to, looked at before anything is computed.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: Every problem of the scenario, of the month and of the new file.
    """
    problems = new_file_problems(csv_file(out)) if out is not None else []
    scenario, wrong = read_scenario(file)
    problems += wrong
    base = None
    try:
        month, county = _chosen(workspace, month, county)
        base = compute_month(workspace, month, county, progress=progress)
        problems += problems_in_month(base, scenario)
    except InputError as error:
        problems += error.problems
    if problems or base is None:
        raise InputError(problems)
    found = altered(base, scenario, progress)
    sides = side_by_side(base, found, scenario)
    table = _table(sides, synthetic=any(one.synthetic for one in base.inputs.used))
    return Answer(
        lines=(*_heading(base, file), *_text_table(sides), "", *_sentences(sides)),
        notes=found.notes,
        facts=_facts(base, file, sides, found),
        csv=table_csv(table),
        rows=len(table),
        synthetic=any(one.synthetic for one in base.inputs.used),
    )


def _chosen(workspace: Workspace, month: str | None, county: str | None) -> tuple[str, str | None]:
    """The month, and the county that it was computed for where none is asked for."""
    computed = sorted(path.parent.name for path in (workspace.folder / "months").glob("[0-9]*/manifest.json"))
    if month is None:
        if not computed:
            raise InputError(
                Problem(
                    _("no month is computed yet"), remedy=_("Compute one, or name one with --month YYYY-MM")
                )
            )
        month = computed[-1]
    if county is None and month in computed:
        county = workspace.manifest(month)["county"]
    return month, county


def side_by_side(base: Computed, found: Altered, scenario: Scenario) -> list[Side]:
    """The municipalities that the scenario names or changes, by code, and last all of the county together.

    Need of all is the published total, with those who move over the county's border; served, gap and no day return
    of all are sums of the municipalities' bounds.
    """
    names = {str(row.municipality_code): str(row.name) for row in records(found.gaps)}
    today, changed = _amounts(base.gaps), _amounts(found.gaps)
    nobody = dict.fromkeys(MEASURES, (0, 0))
    sides = [
        Side(code, names.get(code, code), today.get(code, nobody), changed.get(code, nobody))
        for code in sorted({*today, *changed})
    ]
    own = [side for side in sides if base.county is None or side.code[:2] == base.county]
    total = published(base.need.table, base.county)
    both = []
    for which, moves in (("today", ()), ("changed", scenario.closed)):
        sums = {
            measure: (
                sum(getattr(side, which)[measure][0] for side in own),
                sum(getattr(side, which)[measure][1] for side in own),
            )
            for measure in MEASURES
        }
        if total is not None:
            sums["need"] = _moved(total, moves, base.county)
        both.append(sums)
    shown = [side for side in sides if side.moves or side.code in scenario.named]
    return [*shown, Side(ALL, _("All together"), *both)]


def _amounts(gaps: pd.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    found = {}
    for row in records(gaps):
        amounts = {"need": (int(row.need_low) * _MILLI, int(row.need_high) * _MILLI)}
        for measure in MEASURES[1:]:
            low, high = (int(getattr(row, f"{measure}_{end}_milli")) for end in _ENDS)
            amounts[measure] = (low, high)
        found[str(row.municipality_code)] = amounts
    return found


def _moved(
    total: tuple[int, int], moves: Sequence[CloseAccommodation], county: str | None
) -> tuple[int, int]:
    """The published total in thousandths, with those who move into the county or out of it."""
    low, high = total
    for move in moves:
        more = (county is None or move.move_to[:2] == county) - (
            county is None or move.municipality[:2] == county
        )
        low, high = max(low + more * move.persons, 0), max(high + more * move.persons, 0)
    return low * _MILLI, high * _MILLI


def _measure_text(measure: str) -> str:
    return {
        "need": _("enrolled"),
        "served": _("get a place"),
        "gap": _("get no place"),
        "no_day_return": _("of them no day return"),
    }[measure]


def _heading(base: Computed, file: Path) -> tuple[str, ...]:
    return (
        _("{month} as it is, and with {file}").format(month=month_text(base.month), file=plain(file.name)),
        "",
    )


def _text_table(sides: Sequence[Side]) -> list[str]:
    """The table as aligned text."""
    cells = [("", _("today"), _("what if"))]
    for side in sides:
        cells.append((plain(side.name), "", ""))
        cells += [
            (
                "  " + _measure_text(measure),
                amount_text(*side.today[measure]),
                amount_text(*side.changed[measure]),
            )
            for measure in MEASURES
        ]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    return [
        f"{name:<{widths[0]}}  {left:>{widths[1]}}  {right:>{widths[2]}}".rstrip()
        for name, left, right in cells
    ]


def _sentences(sides: Sequence[Side]) -> list[str]:
    """What the scenario would do to each municipality and to all together."""
    found = []
    for side in sides:
        if not side.moves:
            found.append(_("{name}: nothing would change.").format(name=plain(side.name)))
            continue
        texts = {
            "gap": _("{after} would get no place instead of {before}"),
            "need": _("{after} would be enrolled instead of {before}"),
            "no_day_return": _("{after} would have no day return instead of {before}"),
        }
        parts = [
            text.format(before=amount_text(*side.today[measure]), after=amount_text(*side.changed[measure]))
            for measure, text in texts.items()
            if side.today[measure] != side.changed[measure]
        ]
        parts = parts or [
            _("{after} would get a place instead of {before}").format(
                before=amount_text(*side.today["served"]), after=amount_text(*side.changed["served"])
            )
        ]
        found.append(f"{plain(side.name)}: {'; '.join(parts)}.")
    return found


def _persons(milli: int) -> float:
    return float(Decimal(milli) / _MILLI)


def _table(sides: Sequence[Side], *, synthetic: bool) -> pd.DataFrame:
    """A row per municipality and measure; persons."""
    rows = [
        {
            "municipality_code": side.code,
            "municipality": side.name,
            "measure": measure,
            **{f"today_{end}": _persons(side.today[measure][n]) for n, end in enumerate(_ENDS)},
            **{f"what_if_{end}": _persons(side.changed[measure][n]) for n, end in enumerate(_ENDS)},
            "internal": True,
            "synthetic": synthetic,
        }
        for side in sides
        for measure in MEASURES
    ]
    return pd.DataFrame(rows)


def _facts(base: Computed, file: Path, sides: Sequence[Side], found: Altered) -> dict[str, Any]:
    return {
        "internal": True,
        "synthetic": any(one.synthetic for one in base.inputs.used),
        "file": file.name,
        "month": base.month,
        "county": base.county,
        "municipalities": [
            {
                "municipality_code": side.code,
                "municipality": side.name,
                "today": {m: [_persons(v) for v in side.today[m]] for m in MEASURES},
                "what_if": {m: [_persons(v) for v in side.changed[m]] for m in MEASURES},
            }
            for side in sides
        ],
        "sentences": _sentences(sides),
        "notes": list(found.notes),
    }
