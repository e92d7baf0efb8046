"""Where people live: localities (tätorter) with their population, shipped with the package or from a file.

The file is a CSV such as SCB's list of localities. It is checked whole: every problem in it is reported at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.locality_file import locality_table
from geomatch.sources.regions import CRS, NEAREST_LIMIT_M, assign_municipality, municipalities, read_shape
from geomatch.sources.schemas import check_table
from geomatch.words import gettext as _

__all__ = ["ATTRIBUTION", "Localities", "embedded_localities", "read_localities"]

# To be shown wherever the shipped localities, or results that rest on them, are published.
ATTRIBUTION = "GeoNames, CC BY 4.0"

# Above this a population is a slip of the keyboard: the country has some ten million people.
LARGEST_POPULATION = 20_000_000

# Farther from its stated municipality than this, the code or the coordinates of a locality are wrong. The shipped
# borders are generalised: in SCB's list of 2020 the farthest is 9.5 km away, on the coast.
STATED_LIMIT_M = 20_000.0

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Localities:
    """Localities read from a file, and how their municipalities were settled.

    Attributes:
        frame: locality_code (text, unique), name, municipality_code, county_code (text), population (int64),
            assigned_by (`stated`: in the file; else `inside`, `nearest` as in `assign_municipality`), nearest_m
            (metres from the point to the municipality it is given to, 0 inside), geometry (points, EPSG:3006). In
            the order of the file. No nulls.
        notes: Counts of rows: `stated_inside` (the stated municipality is the one the point is in),
            `stated_nearest` (the point is in none, the stated one is the nearest), `stated_elsewhere` (the
            generalised borders say another municipality; the stated one stands), `assigned_inside` and
            `assigned_nearest` (no municipality stated).
    """

    frame: gpd.GeoDataFrame
    notes: Mapping[str, int]


def embedded_localities() -> gpd.GeoDataFrame:
    """The localities shipped with the package, from GeoNames; publish them with `ATTRIBUTION`.

    Good enough to start with: `docs/shapes.md` compares them with SCB's list, which `read_localities` reads.

    Returns:
        A copy with locality_code (text, `G` and GeoNames' number), name, municipality_code, county_code (text),
        population (int64), municipality_by (`inside`, `nearest`, or `name`: the place bears the municipality's
        name), nearest_m (metres to the municipality, 0 inside), geometry (points, EPSG:3006). By municipality,
        the largest first. No nulls. Salem (0128) has none.
    """
    return read_shape("localities.parquet").copy()


def read_localities(path: Path | str) -> Localities:
    """Localities from a CSV file in UTF-8, with comma, semicolon or tab between the columns.

    Columns, in any order, others are ignored: locality_code (or code, tätortskod), name (namn, tätort),
    municipality_code (mun_code, kommunkod; a cell may be blank), population (pop, folkmängd, befolkning), and x
    and y (x_3006, y_3006; SWEREF 99 TM, x to the east) or else lon and lat (longitud, latitud; WGS 84). A decimal
    comma is read where columns are not separated by commas.

    Args:
        path: The file. Its name stands in every problem.

    Returns:
        The localities and the counts of how their municipalities were settled.

    Raises:
        InputError: With every problem of the file: it cannot be opened or is not UTF-8, is empty, lacks a column
            or has one twice; a row has too many or too few cells; a code or name is blank, a code is repeated, a
            population is no whole number from 0, a municipality code is unknown, a coordinate is no number or
            lies more than 10 km from every municipality, or more than 20 km from the one stated.
    """
    path = Path(path)
    table, headings, crs, delimiter = locality_table(path)
    problems = [
        *_name_problems(table, headings, path.name),
        *_code_problems(table, headings, path.name),
        *_population_problems(table, headings, path.name),
    ]
    for column in ("x", "y"):
        table[f"{column}_value"], found = _numbers(
            table, column, headings, path.name, decimal_comma=delimiter != ","
        )
        problems += found
    points = gpd.GeoSeries(gpd.points_from_xy(table["x_value"], table["y_value"], crs=crs)).to_crs(CRS)
    assigned = assign_municipality(points)
    problems += _place_problems(table, assigned, headings, path.name)
    problems += _far_problems(table, points, assigned, headings, path.name)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: (problem.row or 0, problem.column)))
    return _settled(table, points, assigned, path.name)


def _name_problems(table: pd.DataFrame, headings: Mapping[str, str], file: str) -> list[Problem]:
    """Blank codes and names, and codes used before."""
    problems = []
    for column in ("locality_code", "name"):
        problems += [
            Problem(
                _("the cell is empty"),
                _("a text"),
                _("Fill in the cell, or remove the row"),
                file=file,
                row=row,
                column=headings[column],
            )
            for row in table.loc[table[column] == "", "row"]
        ]
    first: dict[str, int] = {}
    for row, code in zip(table["row"], table["locality_code"], strict=True):
        if code and first.setdefault(code, row) != row:
            problems.append(
                Problem(
                    _("the code {code} also stands in row {row}").format(code=code, row=first[code]),
                    _("another code in each row"),
                    _("Remove one of the rows, or correct its code"),
                    file=file,
                    row=row,
                    column=headings["locality_code"],
                )
            )
    return problems


def _code_problems(table: pd.DataFrame, headings: Mapping[str, str], file: str) -> list[Problem]:
    """Municipality codes that no municipality has."""
    unknown = ~table["municipality_code"].isin(["", *municipalities()["municipality_code"]])
    return [
        Problem(
            _("there is no municipality with the code {code}").format(code=code),
            _("a code of four digits such as 2580, leading zero included"),
            _("Correct the code, or leave the cell empty to use the place of the point"),
            file=file,
            row=row,
            column=headings["municipality_code"],
        )
        for row, code in table.loc[unknown, ["row", "municipality_code"]].itertuples(index=False)
    ]


def _population_problems(table: pd.DataFrame, headings: Mapping[str, str], file: str) -> list[Problem]:
    """Populations that are no whole number, below 0 or larger than the country's."""
    problems = []
    for row, text in zip(table["row"], table["population"], strict=True):
        if _WHOLE_NUMBER.fullmatch(text) is None:
            found = _("“{text}” is not a whole number").format(text=text)
        elif text.startswith("-"):
            found = _("the population is {text}").format(text=text)
        elif len(text) > 15 or int(text) > LARGEST_POPULATION:
            found = _("the population {text} is larger than the country's").format(text=text)
        else:
            continue
        problems.append(
            Problem(
                found,
                _("a whole number from 0, in digits only"),
                _("Correct the number"),
                file=file,
                row=row,
                column=headings["population"],
            )
        )
    return problems


def _numbers(
    table: pd.DataFrame, column: str, headings: Mapping[str, str], file: str, *, decimal_comma: bool
) -> tuple[list[float], list[Problem]]:
    """A column of coordinates, missing where it is no number, and the problems of those cells."""
    values, problems = [], []
    for row, text in zip(table["row"], table[column], strict=True):
        plain = text.replace(",", ".") if decimal_comma else text
        if _NUMBER.fullmatch(plain) is not None:
            values.append(float(plain))
            continue
        values.append(math.nan)
        problems.append(
            Problem(
                _("“{text}” is not a number").format(text=text),
                _("a coordinate, such as {example}").format(example="654321.5"),
                _("Correct the number"),
                file=file,
                row=row,
                column=headings[column],
            )
        )
    return values, problems


def _place_problems(
    table: pd.DataFrame, assigned: pd.DataFrame, headings: Mapping[str, str], file: str
) -> list[Problem]:
    """Points that are outside the country. A cell that is no number has its problem already."""
    outside = (assigned["assigned_by"] == "none") & table["x_value"].notna() & table["y_value"].notna()
    return [
        Problem(
            _("the place {x}, {y} is outside Sweden").format(x=x, y=y),
            _("a place at most {km} km from a municipality").format(km=round(NEAREST_LIMIT_M / 1000)),
            _("Check that the columns hold what their headings say: x and lon grow to the east"),
            file=file,
            row=row,
            column=headings["x"],
        )
        for row, x, y in table.loc[outside, ["row", "x", "y"]].itertuples(index=False)
    ]


def _far_problems(
    table: pd.DataFrame, points: gpd.GeoSeries, assigned: pd.DataFrame, headings: Mapping[str, str], file: str
) -> list[Problem]:
    """Points far from the municipality that is stated. Where there is none, or no place, there is a problem already."""
    known = municipalities().set_index("municipality_code")
    problems = []
    elsewhere = table["municipality_code"].isin(known.index) & (assigned["assigned_by"] != "none")
    elsewhere &= table["municipality_code"] != assigned["municipality_code"]
    for place in table.index[elsewhere]:
        code = table.loc[place, "municipality_code"]
        distance_m = points[place].distance(known.geometry[code])
        if distance_m > STATED_LIMIT_M:
            problems.append(
                Problem(
                    _("the place lies in {found}, {distance} km from {stated}").format(
                        found=known["name"][assigned.loc[place, "municipality_code"]],
                        distance=round(distance_m / 1000),
                        stated=known["name"][code],
                    ),
                    _("a place at most {km} km from its municipality").format(
                        km=round(STATED_LIMIT_M / 1000)
                    ),
                    _("Correct the code or the coordinates"),
                    file=file,
                    row=int(table.loc[place, "row"]),
                    column=headings["municipality_code"],
                )
            )
    return problems


def _settled(table: pd.DataFrame, points: gpd.GeoSeries, assigned: pd.DataFrame, file: str) -> Localities:
    """The frame with one municipality for each locality, and the counts of how it was found."""
    stated = table["municipality_code"] != ""
    agrees = table["municipality_code"] == assigned["municipality_code"]
    inside = assigned["assigned_by"] == "inside"
    code = table["municipality_code"].where(stated, assigned["municipality_code"]).astype(str)
    elsewhere = stated & ~agrees
    borders = municipalities().set_index("municipality_code").geometry
    nearest_m = assigned["nearest_m"].to_numpy(copy=True)
    own = gpd.GeoSeries(borders.loc[code[elsewhere]].to_numpy(), index=points.index[elsewhere], crs=CRS)
    nearest_m[elsewhere] = points[elsewhere].distance(own).to_numpy()
    frame = gpd.GeoDataFrame(
        {
            "locality_code": table["locality_code"].astype(str),
            "name": table["name"].astype(str),
            "municipality_code": code,
            "county_code": code.str[:2],
            "population": table["population"].astype("int64"),
            "assigned_by": pd.Series(np.where(stated, "stated", assigned["assigned_by"]), dtype=code.dtype),
            "nearest_m": nearest_m,
        },
        geometry=points,
        crs=CRS,
    )
    notes = {
        "stated_inside": int((stated & agrees & inside).sum()),
        "stated_nearest": int((stated & agrees & ~inside).sum()),
        "stated_elsewhere": int(elsewhere.sum()),
        "assigned_inside": int((~stated & inside).sum()),
        "assigned_nearest": int((~stated & ~inside).sum()),
    }
    _check(frame, file)
    return Localities(frame, notes)


def _check(frame: gpd.GeoDataFrame, file: str) -> None:
    """The promises of `Localities.frame`, checked on the finished table. Raises InputError where one is broken."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    schema = pa.DataFrameSchema(
        {
            "locality_code": pa.Column(checks=pa.Check.str_length(min_value=1), unique=True),
            "name": pa.Column(checks=pa.Check.str_length(min_value=1)),
            "municipality_code": pa.Column(checks=pa.Check.isin(list(municipalities()["municipality_code"]))),
            "county_code": pa.Column(checks=pa.Check.str_matches(r"^[0-9]{2}$")),
            "population": pa.Column("int64", checks=pa.Check.in_range(0, LARGEST_POPULATION)),
            "assigned_by": pa.Column(checks=pa.Check.isin(["stated", "inside", "nearest"])),
            "nearest_m": pa.Column("float64", checks=pa.Check.ge(0)),
        }
    )
    check_table(pd.DataFrame(frame.drop(columns="geometry")), schema, file)
