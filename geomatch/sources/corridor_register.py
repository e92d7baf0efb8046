"""The register of decisions on corridors: between which municipalities travel compensation may be granted, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.activity_places import municipality_code
from geomatch.sources.corridor_effect import OPEN, Decision, Fault, linked, open_days
from geomatch.sources.population import whole_number
from geomatch.sources.register_files import open_register
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import Row, is_example, is_synthetic
from geomatch.words import gettext as _

__all__ = [
    "COLUMNS",
    "CORRIDOR_HEADINGS",
    "CORRIDOR_WORDS",
    "DECISION_COLUMNS",
    "CorridorRegister",
    "decisions_of",
    "read_corridor_register",
]

COLUMNS = ("from_code", "to_code", "valid_from", "valid_to", "reference")
DECISION_COLUMNS = (
    "from_code",
    "to_code",
    "decision",
    "valid_from",
    "valid_to",
    "decided_on",
    "decided_by",
    "reference",
    "agreement_months",
    "row",
)
CORRIDOR_HEADINGS = {
    "from": "Från",
    "to": "Till",
    "valid_from": "Gäller från",
    "valid_to": "Gäller till",
    "reference": "Referens",
    "decision": "Beslut",
    "decided_on": "Beslutsdatum",
    "decided_by": "Beslutsfattare",
    "agreement_months": "Överenskommelse (månader)",
}
# The first word for each decision is the one that is shown.
CORRIDOR_WORDS: Mapping[str, Mapping[str, str]] = {
    "decision": {
        "godkänd": "approved",
        "avslagen": "refused",
        "upphörd": "ended",
        "rättelse": "correction",
        "godkänt": "approved",
        "beviljad": "approved",
        "beviljat": "approved",
        "avslag": "refused",
        "avslaget": "refused",
        "upphört": "ended",
        "upphör": "ended",
        "approved": "approved",
        "refused": "refused",
        "ended": "ended",
        "correction": "correction",
    }
}
_HEADINGS = {
    name.casefold(): column for column, swedish in CORRIDOR_HEADINGS.items() for name in (column, swedish)
}
_HEADINGS |= {"från kommun": "from", "till kommun": "to", "from_code": "from", "to_code": "to"}
_HEADINGS |= {"gäller från och med": "valid_from", "gäller till och med": "valid_to"}
_HEADINGS |= {"status": "decision", "beslutad": "decided_on", "beslutad av": "decided_by"}
_HEADINGS |= {"längsta överenskommelse": "agreement_months"}
_MOST_MONTHS = 600
_NEEDS_ANOTHER = frozenset({"ended_nothing", "corrects_nothing"})


def _no_decisions() -> pd.DataFrame:
    return _decision_table([])


@dataclass(frozen=True, slots=True)
class CorridorRegister:
    """The decisions of one file, and the corridors they open.

    Attributes:
        table: One row per corridor and stretch of days on which it is open, by from_code, to_code and valid_from:
            from_code, to_code (text of 4 digits), valid_from, valid_to (ISO dates, both days included; valid_to ''
            while open), reference (text). A refused corridor has no row, an ended one stops the day before.
        synthetic: Whether the file says that it is made up.
        notes: open_ended (approved without a last day), without_reference, refused_rows, ended_rows,
            correction_rows, decided_late (count from the day of decision), ignored_columns, example_rows (left out),
            read_as_windows_1252, read_as_utf_16.
        rows: For each row of `table` its row in the file; empty for a register merged of several files.
        decisions: DECISION_COLUMNS: every row of the file as it was decided, in the file's order. decided_on is ''
            and agreement_months 0 where the register does not say. Empty for a merged register.
    """

    table: pd.DataFrame
    synthetic: bool
    notes: dict[str, int]
    rows: tuple[int, ...] = ()
    decisions: pd.DataFrame = field(default_factory=_no_decisions)


def read_corridor_register(path: str | Path) -> CorridorRegister:
    """Read a register of decisions from a workbook, csv file or GeoPackage. One without rows is a register.

    Raises:
        InputError: What `open_register` raises; with every problem found: unknown municipality, from = to, dates
            that are wrong or reversed, a word for the decision that is not known, approved periods of one corridor
            that overlap, an end or a correction of nothing, decisions of one day that contradict each other.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    register = open_register(path, _HEADINGS, ("from", "to", "valid_from"), CORRIDOR_HEADINGS, notes)
    found: list[Decision] = []
    rows: dict[int, Row] = {}
    wrong: list[tuple[str, str]] = []
    for number, cells in register.rows:
        row = Row(register, number, cells, problems)
        if is_example(row, "reference"):
            notes["example_rows"] += 1
            continue
        decision = _decision(row)
        if isinstance(decision, Decision):
            found.append(decision)
            rows[number] = row
        else:
            wrong.append(decision)
    periods, faults = linked(found)
    for fault in faults:
        # What a row ends or corrects may be a row that could not be read.
        if not (fault.kind in _NEEDS_ANOTHER and any(_may_be(pair, fault.decision.pair) for pair in wrong)):
            _tell(fault, rows[fault.decision.row])
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    _count(found, notes)
    records = sorted(
        (*version.pair, first, "" if last == OPEN else last, version.reference, version.row)
        for period in periods
        for first, last, version in open_days(period)
    )
    table = pd.DataFrame([record[:-1] for record in records], columns=list(COLUMNS), dtype=str)
    _check(table, register.file)
    return CorridorRegister(
        table,
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
        tuple(record[-1] for record in records),
        _decision_table(found),
    )


def _decision_table(decisions: list[Decision]) -> pd.DataFrame:
    table = pd.DataFrame(
        [astuple(one)[: len(DECISION_COLUMNS)] for one in decisions], columns=list(DECISION_COLUMNS)
    )
    whole = {"agreement_months": "int64", "row": "int64"}
    return table.astype({name: whole.get(name, "str") for name in DECISION_COLUMNS})


def decisions_of(register: CorridorRegister, file: str = "") -> list[Decision]:
    """The rows of a register as decisions, which name `file`."""
    return [replace(Decision(*values), file=file) for values in register.decisions.itertuples(index=False)]


def _may_be(pair: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether the two municipalities of a row, '' where one is not known, may be those of another."""
    return all(one in {"", two} for one, two in zip(pair, other, strict=True))


def _decision(row: Row) -> Decision | tuple[str, str]:
    """One row; with a problem its two municipalities, '' where one is not known."""
    before = len(row.problems)
    row.needed("from")
    row.needed("to")
    origin, goal = municipality_code(row, "from"), municipality_code(row, "to")
    decision = row.choice("decision", CORRIDOR_WORDS["decision"], "approved")
    first, last = row.date("valid_from", blank=False), row.date("valid_to")
    decided_on = row.date("decided_on")
    months = whole_number(row, "agreement_months", _MOST_MONTHS) if row.text("agreement_months") else 0
    if origin and origin == goal:
        row.wrong("to", _("a corridor from a municipality to itself"))
    if first and last and last < first:
        text = _("the last day {last} is before the first day {first}")
        row.wrong("valid_to", text.format(last=last, first=first))
    if decision == "ended" and row.text("valid_to"):
        row.wrong(
            "valid_to",
            _("a row that ends a corridor has no last day of its own"),
            remedy=_(
                "Write the first day without the corridor as its first day, and leave the last day blank"
            ),
        )
    if decision == "correction" and not row.text("decided_on"):
        row.wrong(
            "decided_on",
            _("a correction does not say when it was decided"),
            _("a date as YYYY-MM-DD"),
            _("Write the day of the correction: it holds from then"),
        )
    if len(row.problems) > before or months is None:
        return origin, goal
    return Decision(
        origin,
        goal,
        decision,
        first,
        last,
        decided_on,
        row.text("decided_by"),
        row.text("reference"),
        months,
        row.number,
    )


def _count(decisions: list[Decision], notes: Counter[str]) -> None:
    for one in decisions:
        notes["open_ended"] += one.decision in {"approved", "correction"} and not one.valid_to
        notes["without_reference"] += not one.reference
        notes["refused_rows"] += one.decision == "refused"
        notes["ended_rows"] += one.decision == "ended"
        notes["correction_rows"] += one.decision == "correction"
        notes["decided_late"] += one.decision in {"approved", "ended"} and one.decided_on > one.valid_from


def _tell(fault: Fault, row: Row) -> None:
    """Note what does not fit in a row, with the other row."""
    texts: Mapping[str, Callable[[], tuple[str, str]]] = {
        "overlap": lambda: (
            _("the period overlaps that of row {row} for the same two municipalities"),
            _("Let one period end the day before the next begins"),
        ),
        "contradiction": lambda: (
            _("refused on the day on which row {row} approves the same two municipalities for the same days"),
            _("Keep the decision that was made, or write the day of each"),
        ),
        "refused_twice": lambda: (
            _("the refusal stands in row {row} as well"),
            _("Keep one of the rows"),
        ),
        "ended_nothing": lambda: (
            _("no approved period of the two municipalities is there to end on that day"),
            _("Write a day after the first and not after the last day of the approved period"),
        ),
        "ended_twice": lambda: (
            _("row {row} has ended that period already"),
            _("Keep one of the rows"),
        ),
        "corrects_nothing": lambda: (
            _("no approved row of the two municipalities begins on that day"),
            _("Write the first day of the row that is corrected"),
        ),
        "corrected_twice": lambda: (
            _("row {row} is a correction of the same row on the same day"),
            _("Keep one of the rows"),
        ),
        "corrected_before": lambda: (
            _("the correction is from before row {row}, which it corrects, was decided"),
            _("Correct the day of the decision"),
        ),
    }
    found, remedy = texts[fault.kind]()
    row.wrong(fault.column, found.format(row=fault.other.row) if fault.other else found, remedy=remedy)


def _check(table: pd.DataFrame, file: str) -> None:
    """A second look at what the table keeps, after the checks that name rows. Raises InputError."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    code, day = pa.Check.str_matches("^[0-9]{4}$"), "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    columns = {
        "from_code": pa.Column(str, code),
        "to_code": pa.Column(str, code),
        "valid_from": pa.Column(str, pa.Check.str_matches(f"^{day}$")),
        "valid_to": pa.Column(str, pa.Check.str_matches(f"^({day})?$")),
        "reference": pa.Column(str),
    }
    schema = pa.DataFrameSchema(columns, strict=True, ordered=True, unique=list(COLUMNS[:4]))
    check_table(table, schema, file)
