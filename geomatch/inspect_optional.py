"""What the readers of the optional kinds of input understand of a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geomatch.inspection import Inspection, Told, span
from geomatch.recognise import Recognised
from geomatch.restricted import Audience
from geomatch.sources.population import read_population
from geomatch.sources.raster import read_raster
from geomatch.sources.sites import read_sites
from geomatch.sources.study_hours import read_study_hours
from geomatch.sources.travel_compensation import read_travel_compensation
from geomatch.words import gettext as _

__all__ = ["inspect_optional"]


def inspect_optional(kind: str, path: Path, told: Told, where: Recognised) -> Inspection:
    """What is understood of one file of the kinds `raster`, `sites`, `population`, `study_hours`, `travel_compensation`.

    Args:
        kind: Which of them.
        path: The file.
        told: What was said so far.
        where: Its sheet and header row.

    Raises:
        InputError: With every problem of the file.
        ValueError: Another kind.
    """
    told.facts |= {"sheet": where.sheet, "header_row": where.header_row}
    if where.sheet:
        told.say(_("Sheet"), where.sheet)
    if where.header_row:
        told.say(_("Headings"), _("row {row}").format(row=where.header_row))
    if kind == "raster":
        return _raster(path, told)
    if kind == "sites":
        return _sites(path, told)
    if kind == "population":
        return _population(path, told)
    if kind == "study_hours":
        return _study_hours(path, told)
    if kind == "travel_compensation":
        return _compensation(path, told)
    raise ValueError(kind)


def _municipalities(told: Told, codes: pd.Series[str]) -> None:
    count = int(codes.nunique())
    told.say(_("Names matched"), _("{municipalities} municipalities").format(municipalities=count))
    told.facts["municipalities"] = count


def _raster(path: Path, told: Told) -> Inspection:
    raster = read_raster(path)
    persons = round(float(raster.cells["population"].sum()))
    told.say(_("Coordinate system"), raster.crs)
    told.say(_("Cells with people in Sweden"), len(raster.cells))
    told.say(_("Population"), persons)
    _municipalities(told, raster.cells["municipality_code"])
    told.facts |= {"rows": len(raster.cells), "persons": persons, "crs": raster.crs}
    told.synthetic(synthetic=raster.synthetic)
    told.notes(raster.notes)
    return told.done(raster.cells)


def _sites(path: Path, told: Told) -> Inspection:
    """The table is of municipalities: where a site is stays in its own file."""
    sites = read_sites(path)
    table = sites.table.reveal(Audience.INTERNAL)
    told.say(_("Sites"), sites.count)
    told.say(_("Places"), int(table["places"].sum()))
    _municipalities(told, table["municipality_code"])
    told.facts |= {"rows": sites.count, "places": int(table["places"].sum())}
    told.synthetic(synthetic=sites.synthetic)
    told.notes(sites.notes)
    grouped = table.groupby("municipality_code", sort=True)["places"].agg(["size", "sum"]).reset_index()
    return told.done(grouped.rename(columns={"size": "sites", "sum": "places"}), internal=True)


def _population(path: Path, told: Told) -> Inspection:
    found = read_population(path)
    days = sorted(set(found.table["date"]) - {""})
    told.say(_("Rows"), len(found.table))
    if days:
        told.say(_("Period"), span(days[0], days[-1]))
    _municipalities(told, found.table["municipality_code"])
    told.facts |= {"rows": len(found.table), "days": days}
    told.synthetic(synthetic=found.synthetic)
    told.notes(found.notes)
    return told.done(found.table)


def _study_hours(path: Path, told: Told) -> Inspection:
    found = read_study_hours(path)
    first, last = min(found.table["first_month"]), max(found.table["last_month"])
    told.say(_("Rows"), len(found.table))
    told.say(_("Period"), span(first, last))
    _municipalities(told, found.table["municipality_code"])
    told.facts |= {"rows": len(found.table), "first_month": first, "last_month": last}
    told.synthetic(synthetic=found.synthetic)
    told.notes(found.notes)
    return told.done(found.table)


def _compensation(path: Path, told: Told) -> Inspection:
    """The table is internal: small counts of persons stand in it."""
    given = read_travel_compensation(path)
    first, last = min(given.table["month"], default=""), max(given.table["month"], default="")
    told.say(_("Rows"), len(given.table))
    if first:
        told.say(_("Period"), span(first, last))
    _municipalities(told, given.table["from_code"])
    told.facts |= {"rows": len(given.table), "first_month": first, "last_month": last}
    told.synthetic(synthetic=given.synthetic)
    told.notes(given.notes)
    return told.done(given.table, internal=True)
