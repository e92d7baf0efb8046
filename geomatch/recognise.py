"""Which kind of input a file is, told by its headings and not by its name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from geomatch.errors import InputError, Problem
from geomatch.sources.csv_text import DELIMITERS, csv_delimiter
from geomatch.sources.tabular import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, Book, fold, open_book
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = ["KIND_NAMES", "Recognised", "recognise"]

KIND_NAMES: Mapping[str, str] = {
    "enrolment": N_("counts of persons enrolled"),
    "activities": N_("register of activities"),
    "timetable": N_("timetable"),
    "localities": N_("localities"),
    "corridors": N_("register of corridors"),
    "raster": N_("population raster"),
    "sites": N_("sites of agency accommodation"),
    "population": N_("population of municipalities"),
    "study_hours": N_("Folkbildningsrådet's study hours"),
    "other_activities": N_("register of activities with other funding"),
    "travel_compensation": N_("travel compensation applied for, granted and paid"),
}
# What each kind cannot be without: (the heading to name, all words for it). In the order in which kinds are tried:
# where two fit equally well the first is taken. docs/inputs.md tells all headings.
_Signs = tuple[tuple[str, frozenset[str]], ...]
_MUNICIPALITY = frozenset(
    {"kommun", "kommunnamn", "kommunkod", "municipality", "municipality_code", "region"}
)
_SIGNS: tuple[tuple[str, _Signs], ...] = (
    (
        "enrolment",
        (
            ("Län", frozenset({"län", "county"})),
            ("Kommun", frozenset({"kommun", "municipality"})),
        ),
    ),
    (
        "enrolment",
        (
            ("month", frozenset({"month"})),
            ("municipality_code", frozenset({"municipality_code"})),
            ("low", frozenset({"low"})),
            ("high", frozenset({"high"})),
        ),
    ),
    (
        "activities",
        (
            ("Insats-id", frozenset({"insats-id", "insatsid", "insats id", "activity_id"})),
            ("Namn", frozenset({"namn", "insats", "insatsens namn", "name"})),
            ("Anordnare", frozenset({"anordnare", "organiser"})),
            ("Primärt syfte", frozenset({"primärt syfte", "primary_purpose"})),
            ("Platser", frozenset({"platser", "antal platser", "places"})),
            ("Startdatum", frozenset({"startdatum", "valid_from"})),
        ),
    ),
    (
        "corridors",
        (
            ("Från", frozenset({"från", "från kommun", "from", "from_code"})),
            ("Till", frozenset({"till", "till kommun", "to", "to_code"})),
            ("Gäller från", frozenset({"gäller från", "gäller från och med", "valid_from"})),
        ),
    ),
    (
        "localities",
        (
            ("tätortskod", frozenset({"tätortskod", "locality_code", "code"})),
            ("namn", frozenset({"namn", "tätort", "name"})),
            ("kommunkod", frozenset({"kommunkod", "municipality_code", "mun_code"})),
            ("folkmängd", frozenset({"folkmängd", "befolkning", "population", "pop"})),
        ),
    ),
    (
        "study_hours",
        (
            ("Kommun", _MUNICIPALITY),
            ("Period", frozenset({"period", "rapportperiod"})),
            ("Kurs", frozenset({"kurs", "course", "insats", "verksamhet"})),
            ("Studietimmar", frozenset({"studietimmar", "timmar", "hours"})),
            ("Deltagare", frozenset({"deltagare", "antal deltagare", "participants"})),
        ),
    ),
    (
        "sites",
        (
            ("Kommun", _MUNICIPALITY),
            ("Platser", frozenset({"platser", "antal platser", "boendeplatser", "places"})),
            ("Öst", frozenset({"öst", "e", "x", "east_m", "sweref e", "lon", "longitud", "longitude"})),
            ("Nord", frozenset({"nord", "n", "y", "north_m", "sweref n", "lat", "latitud", "latitude"})),
        ),
    ),
    (
        "population",
        (
            ("Kommun", _MUNICIPALITY),
            ("Folkmängd", frozenset({"folkmängd", "befolkning", "population", "pop", "invånare"})),
        ),
    ),
    (
        "travel_compensation",
        (
            ("Månad", frozenset({"månad", "month", "period"})),
            ("Från", frozenset({"från", "från kommun", "from", "from_code"})),
            (
                "Utbetalt (kr)",
                frozenset(
                    {
                        "ansökt (kr)",
                        "ansökt",
                        "sökt",
                        "applied",
                        "applied_sek",
                        "beviljat (kr)",
                        "beviljat",
                        "granted",
                        "granted_sek",
                        "utbetalt (kr)",
                        "utbetalt",
                        "paid",
                        "paid_sek",
                    }
                ),
            ),
        ),
    ),
)
# These have the headings of another kind, or none: only the name of the file, or the one who adds it, tells them.
_RASTERS = (".tif", ".tiff")
_WORDS = frozenset(word for _kind, signs in _SIGNS for _name, words in signs for word in words)
# What only a workbook of the agency says; another series of it is refused by name by the reader.
_AGENCY = re.compile(r"mottagningssystem|migrationsverket|simbas? |\bsenast körd\b", re.IGNORECASE)
_WITHIN_ROWS = 20
_PREFIX_BYTES = 1 << 16
_LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Recognised:
    """Kind of a file, and the sheet and row (from 1) of its headings; '' and None where there is none to name."""

    kind: str
    sheet: str = ""
    header_row: int | None = None


def recognise(path: Path, kind: str | None = None) -> Recognised:
    """Tell the kind of a file; with `kind`, only where its headings stand.

    Raises:
        InputError: The file cannot be opened (not with `kind`: its reader says so better), or no kind fits: what
            each kind would have needed is told.
    """
    if kind == "timetable" or (kind is None and (path.is_dir() or path.suffix.lower() == ".zip")):
        return Recognised("timetable")
    if kind == "raster" or (kind is None and path.suffix.lower() in _RASTERS):
        return Recognised("raster")
    # The two have the same headings.
    headings_of = "activities" if kind == "other_activities" else kind
    try:
        rows = list(_rows(path))
    except InputError:
        if kind is None:
            raise
        return Recognised(kind)
    best: tuple[float, Recognised] | None = None
    for name, signs in _SIGNS:
        if headings_of not in {None, name}:
            continue
        for sheet, number, cells in rows:
            share = sum(not words.isdisjoint(cells) for _heading, words in signs) / len(signs)
            if share >= _LEAST_SHARE and (best is None or share > best[0]):
                best = share, Recognised(kind or name, sheet, number)
    agency = any(_AGENCY.search(cell) for _sheet, _number, cells in rows for cell in cells)
    if agency and (best is None or best[0] < 1):
        return Recognised("enrolment") if kind is None else Recognised(kind)
    if best is not None:
        return best[1]
    if kind is not None:
        return Recognised(kind)
    raise InputError(_unknown(path))


def _unknown(path: Path) -> Problem:
    """What each kind would have needed."""
    needs: dict[str, list[str]] = {}
    for name, signs in _SIGNS:
        needs.setdefault(name, []).append(", ".join(heading for heading, _words in signs))
    either = _(" or ")
    wanted = [f"{name} ({either.join(headings)})" for name, headings in needs.items()]
    wanted.append("timetable ({})".format(_("a zip file or folder with GTFS")))
    wanted.append("raster ({})".format(_("a GeoTIFF (.tif)")))
    return Problem(
        _("nothing in the file tells what it is"),
        _("the headings of one kind: {kinds}").format(kinds="; ".join(wanted)),
        _("Correct the headings, or say what it is with --as"),
        file=path.name,
    )


def _rows(path: Path) -> Iterator[tuple[str, int, frozenset[str]]]:
    """The first rows of each visible sheet, as sets of folded cells; text of an information sheet is row 0."""
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        yield from _layers(path)
        return
    if suffix in TEXT_SUFFIXES and path.is_file():
        for number, cells in enumerate(_first_lines(path), 1):
            yield "", number, _folded(cells)
        return
    if suffix not in WORKBOOK_SUFFIXES and path.is_file():
        raise InputError(
            Problem(
                _("files of the kind “{suffix}” are not read").format(suffix=suffix),
                ", ".join((*WORKBOOK_SUFFIXES, *TEXT_SUFFIXES, ".gpkg", ".zip")),
                file=path.name,
            )
        )
    book: Book = open_book(path, _WORDS)
    for sheet in book.sheets:
        if not sheet.hidden:
            for number, row in enumerate(sheet.rows[:_WITHIN_ROWS], 1):
                yield sheet.name, number, _folded(row)
    yield "", 0, _folded(book.information)


def _folded(cells: Iterable[object]) -> frozenset[str]:
    return frozenset(text for cell in cells if (text := fold(str(cell))))


def _first_lines(path: Path) -> Sequence[Sequence[str]]:
    """The first lines of a text file, parted by the separator that shows most headings. Its reader judges the rest."""
    try:
        with path.open("rb") as file:
            content = file.read(_PREFIX_BYTES)
    except OSError:
        raise InputError(
            Problem(
                _("the file cannot be opened"),
                remedy=_("Check its name and that you may read it"),
                file=path.name,
            )
        ) from None
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise InputError(Problem(_("the file is empty"), file=path.name))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.decode("utf-8-sig", errors="replace")
        if "\ufffd" in text[:-4]:
            text = content.decode("cp1252", errors="replace")
    delimiter = csv_delimiter(text, _WORDS, (*DELIMITERS, "|"), _WITHIN_ROWS)
    lines = list(islice(io.StringIO(text, newline=""), 10 * _WITHIN_ROWS))
    rows = _parted(lines, delimiter)
    if max((len(_folded(row) & _WORDS) for row in rows), default=0) < 2:
        # A quotation mark that is not closed hides what comes after it; the file's reader tells of it.
        rows = [cells for line in lines[:_WITHIN_ROWS] for cells in _parted([line], delimiter)]
    return rows


def _parted(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The first rows of csv, as far as they can be read."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(lines, delimiter=delimiter), _WITHIN_ROWS))
    return rows


def _layers(path: Path) -> Iterator[tuple[str, int, frozenset[str]]]:
    """The columns of each layer of a GeoPackage, as one row."""
    import pyogrio  # noqa: PLC0415  slow to load; only needed for this kind of file

    from geomatch.sources.layers import NOT_LAYERS  # noqa: PLC0415  as above

    try:
        for name, _geometry in pyogrio.list_layers(path):
            if name not in NOT_LAYERS:
                yield str(name), 1, _folded(pyogrio.read_info(path, layer=name)["fields"])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        raise InputError(
            Problem(
                _("the file is no GeoPackage that can be read"),
                remedy=_("Save it again from QGIS as GeoPackage"),
                file=path.name,
            )
        ) from None
