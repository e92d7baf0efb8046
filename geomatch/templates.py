"""Workbooks to fill in: registers of activities and of corridors, travel compensation; with drop-downs, notes and an example row."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.newfile import write_new
from geomatch.sources.activity_words import ACTIVITY_HEADINGS, ACTIVITY_WORDS
from geomatch.sources.corridor_register import CORRIDOR_HEADINGS, CORRIDOR_WORDS
from geomatch.sources.regions import municipalities
from geomatch.sources.register_files import MOST_ROWS
from geomatch.sources.tabular import EXAMPLE
from geomatch.sources.travel_compensation import COMPENSATION_HEADINGS
from geomatch.words import gettext as _

__all__ = ["KINDS", "template_bytes", "undated", "write_template"]

KINDS = ("activities", "corridors", "travel_compensation")
_FIRST_ROW, _LAST_ROW = 2, MOST_ROWS + 1
_LISTS = "Listor"
_FORMATS = {
    "text": "@",
    "date": "yyyy-mm-dd",
    "time": "hh:mm",
    "whole": "0",
    "kronor": "General",
    "degrees": "0.0000##",
    "metres": "0",
}
_STAMP = "2000-01-01T00:00:00Z"
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Column:
    """How one column is filled in.

    Attributes:
        kind: Key of `_FORMATS`, `words` (one of a closed list), `several` (some of it, `;` between them) or
            `municipality`.
        note: What to write, called when the language is known.
        example: The value of the example row.
        needed: Whether it must be filled in.
        width: In characters.
    """

    kind: str
    note: Callable[[], str]
    example: object = None
    needed: bool = False
    width: int = 14


def _yes_no() -> str:
    return _("ja or nej. Blank means nej.")


_ACTIVITIES: Mapping[str, _Column] = MappingProxyType(
    {
        "activity_id": _Column(
            "text",
            lambda: _(
                "A name or number of your own for the activity, without “#”. The same on all of its rows."
            ),
            EXAMPLE,
            needed=True,
        ),
        "name": _Column(
            "text", lambda: _("What the activity is called."), "Språkcafé", needed=True, width=26
        ),
        "organiser": _Column(
            "text", lambda: _("Who holds it."), "Studieförbundet Exempel", needed=True, width=26
        ),
        "organiser_type": _Column(
            "text", lambda: _("For instance studieförbund or kommun."), "studieförbund"
        ),
        "grant_scheme": _Column("several", lambda: _("TIA, S37 or S37A; another text is kept."), "TIA"),
        "primary_purpose": _Column(
            "text", lambda: _("The one purpose that matters most."), "Svenska", needed=True
        ),
        "secondary_purposes": _Column("text", lambda: _("Several with “;” between them."), "Samhälle; Hälsa"),
        "target_groups": _Column(
            "several",
            lambda: _("One from the list, or several with “;” between them. Blank means alla."),
            "asylsökande; massflyktsdirektivet",
            width=26,
        ),
        "sex": _Column("words", lambda: _("Whom it is for. Blank means alla."), "alla"),
        "places": _Column(
            "whole",
            lambda: _("How many can take part in each session: a whole number from 0."),
            12,
            needed=True,
        ),
        "valid_from": _Column(
            "date", lambda: _("The first day, YYYY-MM-DD."), dt.date(2024, 1, 8), needed=True
        ),
        "valid_to": _Column(
            "date",
            lambda: _("The last day, that day included. Blank while it is open."),
            dt.date(2024, 6, 14),
        ),
        "weekdays": _Column(
            "several",
            lambda: _("Weekdays with the same times, “;” between them. Other times on another row."),
            "mån;ons",
        ),
        "dates": _Column(
            "text", lambda: _("Set days, YYYY-MM-DD with “;” between them, where it is not weekly."), None
        ),
        "start": _Column("time", lambda: _("When a session begins, HH:MM."), dt.time(10)),
        "end": _Column("time", lambda: _("When a session ends, HH:MM."), dt.time(12)),
        "digital": _Column("words", _yes_no, "nej"),
        "childcare": _Column("words", _yes_no, "ja"),
        "language_support": _Column("words", _yes_no, "nej"),
        "parallel_group": _Column(
            "words", lambda: _("ja where women and men alternate, so that both parents can come."), "nej"
        ),
        "visibility": _Column(
            "words",
            lambda: _(
                "exakt: the place is shown. kommun: only the municipality. dold: nothing. Blank means kommun."
            ),
            "kommun",
        ),
        "status": _Column("words", lambda: _("Blank means pågående."), "pågående"),
        "municipality": _Column(
            "municipality",
            lambda: _("The municipality's name, or its code of four digits."),
            "Luleå",
            width=18,
        ),
        "address": _Column(
            "text", lambda: _("Stays internal unless it may be shown."), "Exempelgatan 1", width=22
        ),
        "contact": _Column(
            "text", lambda: _("Stays internal unless it may be shown."), "exempel@example.org", width=22
        ),
        "lon": _Column("degrees", lambda: _("Degrees east, WGS 84. Either lon and lat, or Öst and Nord.")),
        "lat": _Column("degrees", lambda: _("Degrees north, WGS 84. Either lon and lat, or Öst and Nord.")),
        "east_m": _Column("metres", lambda: _("Metres, SWEREF 99 TM: six digits."), 829_440),
        "north_m": _Column("metres", lambda: _("Metres, SWEREF 99 TM: seven digits."), 7_292_327),
    }
)
_CORRIDORS: Mapping[str, _Column] = MappingProxyType(
    {
        "from": _Column(
            "municipality",
            lambda: _("Where people live: a name, or a code of four digits."),
            "Boden",
            needed=True,
            width=18,
        ),
        "to": _Column(
            "municipality",
            lambda: _("Where the activity is: a name, or a code of four digits."),
            "Luleå",
            needed=True,
            width=18,
        ),
        "valid_from": _Column(
            "date", lambda: _("The first day, YYYY-MM-DD."), dt.date(2024, 1, 1), needed=True
        ),
        "valid_to": _Column(
            "date",
            lambda: _("The last day, that day included. Blank while it is open."),
            dt.date(2024, 12, 31),
        ),
        "reference": _Column("text", lambda: _("The decision, for instance its number."), EXAMPLE, width=26),
        "decision": _Column(
            "words",
            lambda: _(
                "godkänd opens the corridor; avslagen opens nothing; upphörd ends it from the first day; rättelse corrects the approved row of that first day. Blank means godkänd."
            ),
            "godkänd",
        ),
        "decided_on": _Column(
            "date",
            lambda: _("The day it was decided, YYYY-MM-DD. It counts from then."),
            dt.date(2023, 12, 11),
        ),
        "decided_by": _Column("text", lambda: _("Who decided, for instance the office."), None, width=22),
        "agreement_months": _Column(
            "whole", lambda: _("The longest agreement with one person, in whole months.")
        ),
    }
)
_COMPENSATION: Mapping[str, _Column] = MappingProxyType(
    {
        "month": _Column("text", lambda: _("The month, YYYY-MM."), "2024-01", needed=True),
        "from": _Column(
            "municipality",
            lambda: _("Where people live: a name, or a code of four digits."),
            "Boden",
            needed=True,
            width=18,
        ),
        "to": _Column(
            "municipality",
            lambda: _("Where the activity is. Blank where amounts are known by residence only."),
            "Luleå",
            width=18,
        ),
        "applied": _Column("kronor", lambda: _("Kronor applied for; .. where it is withheld."), 12000),
        "granted": _Column("kronor", lambda: _("Kronor granted; .. where it is withheld."), 11000),
        "paid": _Column("kronor", lambda: _("Kronor paid; .. where it is withheld."), 10500),
        "persons": _Column("kronor", lambda: _("How many persons; .. where it is withheld."), ".."),
        "trips": _Column("kronor", lambda: _("How many single trips; .. where it is withheld."), 84),
        "reference": _Column("text", lambda: _("Anything to remember. It is not used."), EXAMPLE, width=26),
    }
)
_TABLES: Mapping[
    str, tuple[Mapping[str, _Column], Mapping[str, str], Mapping[str, Mapping[str, str]], str]
] = {
    "activities": (_ACTIVITIES, ACTIVITY_HEADINGS, ACTIVITY_WORDS, "Insatser"),
    "corridors": (_CORRIDORS, CORRIDOR_HEADINGS, CORRIDOR_WORDS, "Korridorer"),
    "travel_compensation": (_COMPENSATION, COMPENSATION_HEADINGS, {}, "Reseersättning"),
}


def write_template(kind: str, path: str | Path) -> None:
    """Write an empty register to fill in, as an Excel workbook without macros.

    Headings and words are Swedish, as the readers know them; the notes are in the language in force. Row 2 is an
    example that says EXEMPEL; the readers leave it out and count it. The same call gives the same bytes.

    Args:
        kind: One of `KINDS`.
        path: A file that is not there yet, `.xlsx`.

    Raises:
        InputError: Another kind or ending, the file is there already, or cannot be written.
    """
    path = Path(path)
    if kind not in KINDS:
        raise InputError(
            Problem(_("there is no template of the kind “{kind}”").format(kind=kind), ", ".join(KINDS))
        )
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            Problem(_("the name does not end in {suffix}").format(suffix=".xlsx"), file=path.name)
        )
    write_new(path, template_bytes(kind))


def template_bytes(kind: str) -> bytes:
    """The workbook of `write_template`."""
    import openpyxl  # noqa: PLC0415  slow to load; only needed here

    columns, headings, words, title = _TABLES[kind]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    sheet.freeze_panes = "A2"
    names = list(municipalities().sort_values("municipality_code")["name"])
    for place, (name, column) in enumerate(columns.items(), 1):
        _fill(sheet, place, headings[name], column, _choices(name, column, words, len(names)))
    lists = book.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    for name in names:
        lists.append([name])
    buffer = io.BytesIO()
    book.save(buffer)
    return undated(buffer.getvalue())


def _choices(name: str, column: _Column, words: Mapping[str, Mapping[str, str]], municipalities_: int) -> str:
    """The formula of the drop-down list, '' without one."""
    if column.kind == "municipality":
        return f"{_LISTS}!$A$1:$A${municipalities_}"
    if name == "grant_scheme":
        return '"TIA,S37,S37A"'
    first: dict[str, str] = {}
    for word, identifier in words.get(name, {}).items():
        first.setdefault(identifier, word)
    return f'"{",".join(first.values())}"' if first else ""


def _fill(sheet: Any, place: int, heading: str, column: _Column, choices: str) -> None:  # noqa: ANN401  openpyxl has no types
    from openpyxl.comments import Comment  # noqa: PLC0415  slow to load; only needed here
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415  # slow to import, and for xlsx only
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  # slow to import, and for xlsx only
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415  # slow to import, and for xlsx only

    letter = get_column_letter(place)
    number_format = _FORMATS.get(column.kind, "@")
    note = column.note() + (" " + _("Must be filled in.") if column.needed else "")
    head = sheet.cell(1, place, heading)
    head.font = Font(bold=True)
    head.fill = PatternFill("solid", fgColor="FFD9E2EC" if column.needed else "FFF0F4F8")
    comment = Comment(note, "geomatch", height=90, width=260)
    head.comment = comment
    example = sheet.cell(_FIRST_ROW, place, column.example)
    example.font = Font(italic=True, color="FF5F6B76")
    example.number_format = number_format
    dimension = sheet.column_dimensions[letter]
    dimension.width = max(column.width, len(heading) + 3)
    dimension.number_format = number_format
    rules: dict[str, dict[str, Any]] = {
        "date": {"type": "date", "operator": "greaterThanOrEqual", "formula1": "DATE(2000,1,1)"},
        "time": {"type": "time", "operator": "between", "formula1": "0", "formula2": "0.999988425925926"},
        "whole": {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "0"},
        "degrees": {"type": "decimal", "operator": "between", "formula1": "10", "formula2": "70"},
        "metres": {"type": "decimal", "operator": "between", "formula1": "200000", "formula2": "7700000"},
    }
    rule = {"type": "list", "formula1": choices} if choices else rules.get(column.kind)
    if rule is None:
        return
    validation = DataValidation(**rule, allow_blank=True)
    # A list of several words is a help and no fence, and a municipality may be a code.
    validation.showErrorMessage = column.kind not in {"several", "municipality"}
    validation.error = note
    validation.errorTitle = heading
    validation.add(f"{letter}{_FIRST_ROW}:{letter}{_LAST_ROW}")
    sheet.add_data_validation(validation)


def undated(content: bytes) -> bytes:
    """The same workbook with one date everywhere, so that its bytes repeat."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(made, "w") as result:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _STAMP.encode(), data)
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            result.writestr(entry, data, compresslevel=9)
    return made.getvalue()
