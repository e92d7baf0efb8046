"""Agency accommodation: a restricted list of sites with their places. Nothing of a row is ever shown, not in messages.

Names and addresses are not read at all. Places are needed to compute journeys; they are carried in `Restricted`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import Transformer

from geomatch.errors import InputError, Problem
from geomatch.restricted import Audience, Restricted, without_quotes
from geomatch.sources.regions import CRS, assign_municipality, match_municipality, municipalities
from geomatch.sources.register_files import open_register
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import Row, is_synthetic
from geomatch.words import gettext as _

__all__ = ["SITE_COLUMNS", "SITE_HEADINGS", "Sites", "merge_sites", "read_sites"]

SITE_COLUMNS = ("municipality_code", "places", "x_m", "y_m", "file")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "municipality": ("Kommun", "kommunkod", "municipality", "municipality_code", "kommunnamn"),
    "places": ("Platser", "antal platser", "boendeplatser", "places"),
    "lon": ("lon", "longitud", "longitude"),
    "lat": ("lat", "latitud", "latitude"),
    "east_m": ("Öst", "E", "X", "east_m", "sweref e"),
    "north_m": ("Nord", "N", "Y", "north_m", "sweref n"),
}
SITE_HEADINGS = {identifier: names[0] for identifier, names in _NAMES.items()}
_HEADINGS = {name.casefold(): identifier for identifier, names in _NAMES.items() for name in names}
_NEEDS = ("municipality", "places", ("east_m", "lon"), ("north_m", "lat"))
_PAIRS = (("lon", "lat"), ("east_m", "north_m"))
# Sweden's extent with some margin: (west, east), (south, north). The ranges of the two systems share no number.
_DEGREES = ((10.0, 25.0), (55.0, 70.0))
_METRES = ((200_000.0, 950_000.0), (6_100_000.0, 7_700_000.0))
# The shipped borders are generalised: nearer than this to the stated municipality counts as in it.
_BORDER_TOLERANCE_M = 2_000.0
_MOST_PLACES = 20_000
_NUMBER = re.compile(r"[-−]?[0-9]+([.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of one file.

    Attributes:
        table: Restricted. One row per site, by municipality_code, falling places, x_m and y_m: municipality_code (text
            of 4 digits), places (int64, from 1), x_m, y_m (EPSG:3006), file (name of the file).
        count: Number of sites.
        synthetic: Whether the file says that it is made up.
        notes: ignored_columns (names and addresses among them), outside_borders, near_other_municipality,
            read_as_windows_1252, read_as_utf_16.
    """

    table: Restricted[pd.DataFrame]
    count: int
    synthetic: bool
    notes: Mapping[str, int] = field(default_factory=dict)


def read_sites(path: str | Path) -> Sites:
    """Read a workbook, csv file or GeoPackage's table with municipality, places and coordinates (docs/inputs.md).

    No message holds a value of the file: where, what is wrong and what is expected, but not what stands there.

    Raises:
        InputError: What `open_register` raises; with every problem found: no or an unknown municipality, places that
            are no whole number from 1, coordinates that are missing, no numbers, swapped, outside Sweden or more than
            2 km from the stated municipality.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    try:
        register = open_register(path, _HEADINGS, _NEEDS, SITE_HEADINGS, notes)
    except InputError as error:
        # The only ones that quote cells. Headings may be named.
        raise InputError([without_quotes(one, _shown()) for one in error.problems]) from None
    rows = [Row(register, number, cells, problems) for number, cells in register.rows]
    codes = [_municipality(row) for row in rows]
    places = [_places(row) for row in rows]
    points = [_point(row) for row in rows]
    _check_places(rows, codes, points, notes)
    if not rows:
        problems.append(
            Problem(_("there are no rows below the headings"), file=register.file, sheet=register.sheet)
        )
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    table = pd.DataFrame(
        {
            "municipality_code": codes,
            "places": pd.Series(places, dtype="int64"),
            "x_m": [x for x, _y in points],
            "y_m": [y for _x, y in points],
            "file": register.file,
        }
    )
    _check(table, register.file)
    return Sites(
        Restricted(_ordered(table)),
        len(table),
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
    )


def _shown() -> frozenset[str]:
    """What a message may quote: headings."""
    return frozenset(_HEADINGS)


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(
        ["municipality_code", "places", "x_m", "y_m"],
        ascending=[True, False, True, True],
        kind="stable",
        ignore_index=True,
    )


def _municipality(row: Row) -> str:
    text = row.text("municipality")
    code = text.zfill(4) if text.isdecimal() else match_municipality(text) or "" if text else ""
    if code in set(municipalities()["municipality_code"]):
        return code
    row.wrong(
        "municipality",
        _("the cell does not name a municipality") if text else _("the cell is empty"),
        _("a municipality's name, or its code of four digits"),
    )
    return ""


def _places(row: Row) -> int:
    text = row.text("places").replace(" ", "")
    if (
        re.fullmatch("[0-9]{1,5}", text)
        and 1 <= int(text) <= _MOST_PLACES
        and not isinstance(row.cell("places"), bool)
    ):
        return int(text)
    row.wrong(
        "places",
        _("the cell does not hold a number of places") if text else _("the cell is empty"),
        _("a whole number from 1, in digits"),
        _("Remove the row of a site that is closed"),
    )
    return 0


def _number(row: Row, column: str) -> float | None:
    """The number of a cell; None where it is blank, NaN with a problem."""
    text = row.text(column).replace(" ", "")
    if not text:
        return None
    if _NUMBER.fullmatch(text) and not isinstance(row.cell(column), bool):
        return float(text.replace(",", ".").replace("−", "-"))
    row.wrong(
        column, _("the cell does not hold a number"), _("decimal degrees (WGS 84) or metres (SWEREF 99 TM)")
    )
    return math.nan


def _within(east: float, north: float, extent: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    (west, far_east), (south, far_north) = extent
    return west <= east <= far_east and south <= north <= far_north


def _point(row: Row) -> tuple[float, float]:
    """The place in EPSG:3006, NaN with a problem. Metres are taken before degrees, which such lists round."""
    for first, second in reversed(_PAIRS):
        east, north = _number(row, first), _number(row, second)
        if east is None and north is None:
            continue
        if east is None or north is None:
            row.wrong(
                first if east is None else second,
                _("one of the two coordinates is missing"),
                remedy=_("Give both coordinates"),
            )
        elif math.isnan(east) or math.isnan(north):
            pass
        elif _within(east, north, _METRES):
            return east, north
        elif _within(east, north, _DEGREES):
            x_m, y_m = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(east, north)
            return float(x_m), float(y_m)
        elif _within(north, east, _METRES) or _within(north, east, _DEGREES):
            row.wrong(first, _("the coordinates are swapped"), remedy=_("Let the two columns change places"))
        else:
            row.wrong(
                first,
                _("the coordinates lie outside Sweden"),
                _("degrees (WGS 84) or metres (SWEREF 99 TM)"),
                _("Correct the coordinates"),
            )
        return math.nan, math.nan
    column = next(name for pair in reversed(_PAIRS) for name in pair if name in row.register.columns)
    row.wrong(column, _("the site has no coordinates"), remedy=_("Give both coordinates, or remove the row"))
    return math.nan, math.nan


def _check_places(
    rows: Sequence[Row], codes: Sequence[str], points: Sequence[tuple[float, float]], notes: Counter[str]
) -> None:
    """Note each site that lies elsewhere than in its municipality."""
    known = municipalities().set_index("municipality_code")
    given = [n for n, (x_m, _y) in enumerate(points) if not math.isnan(x_m)]
    at = gpd.GeoSeries([shapely.Point(points[n]) for n in given], index=given, crs=CRS)
    assigned = assign_municipality(at)
    for number in given:
        row, code, found = rows[number], codes[number], assigned.loc[number]
        column = next(name for pair in reversed(_PAIRS) for name in pair if row.text(name))
        if code and float(known.geometry[code].distance(at[number])) > _BORDER_TOLERANCE_M:
            row.wrong(
                column,
                _("the coordinates do not lie in {municipality}").format(municipality=known["name"][code]),
                _("a place at most {km} km from its municipality").format(
                    km=round(_BORDER_TOLERANCE_M / 1000)
                ),
                _("Correct the coordinates or the municipality"),
            )
        elif code:
            inside = bool(found["assigned_by"] == "inside")
            notes["outside_borders"] += not inside
            notes["near_other_municipality"] += inside and bool(found["municipality_code"] != code)


def merge_sites(lists: Sequence[tuple[str, Sites]]) -> Restricted[pd.DataFrame]:
    """Several boards' lists as one table, as `Sites.table`; the order of the files does not matter.

    Raises:
        InputError: A municipality has sites in two files: they would be counted twice, or one is out of date.
    """
    tables = [one.table.reveal(Audience.INTERNAL) for _file, one in sorted(lists, key=lambda pair: pair[0])]
    whole = (
        pd.concat(tables, ignore_index=True)
        if tables
        else pd.DataFrame({name: pd.Series(dtype=object) for name in SITE_COLUMNS})
    )
    names = dict(zip(municipalities()["municipality_code"], municipalities()["name"], strict=True))
    problems = [
        Problem(
            _("{municipality} has sites in {file} as well").format(
                municipality=names[str(code)], file=", ".join(files[:-1])
            ),
            _("each municipality in one list"),
            _("Take one of the lists out: geomatch remove sites FILE"),
            file=files[-1],
        )
        for code, group in whole.groupby("municipality_code", sort=True)
        if len(files := sorted(set(group["file"]))) > 1
    ]
    if problems:
        raise InputError(problems)
    return Restricted(_ordered(whole))


def _check(table: pd.DataFrame, file: str) -> None:
    """A second look at what the table keeps, after the checks that name rows. Raises InputError."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    (west, east), (south, north) = _METRES
    schema = pa.DataFrameSchema(
        {
            "municipality_code": pa.Column(str, pa.Check.str_matches("^[0-9]{4}$")),
            "places": pa.Column("int64", pa.Check.in_range(1, _MOST_PLACES)),
            # A corner in degrees can lie outside the extent in metres.
            "x_m": pa.Column("float64", pa.Check.in_range(west - 100_000, east + 100_000)),
            "y_m": pa.Column("float64", pa.Check.in_range(south - 100_000, north + 100_000)),
            "file": pa.Column(str),
        },
        strict=True,
        ordered=True,
    )
    # A breach would tell its value: only that there is one may be said.
    try:
        check_table(table, schema, file)
    except InputError:
        raise InputError(
            Problem(
                _("the table of sites is not what it should be"), remedy=_("Report this as a bug"), file=file
            )
        ) from None
