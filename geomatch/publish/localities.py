"""The localities of a county: how many people are expected there, what they reach, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geomatch.numbers import decimal, whole
from geomatch.plain import plain
from geomatch.publish.facts import CountyFacts
from geomatch.publish.journeys import Minutes, shown_minutes
from geomatch.publish.tables import Cell, Heading, Row, TableView, minutes_cell
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["Locality", "localities", "locality_table"]


@dataclass(frozen=True, slots=True)
class Locality:
    """A demand point as the page shows it.

    `reached` counts the activities one can get to and home from; one held at several places counts once. `travel` is
    the shortest such journey, None without any. Hidden activities are neither counted nor give a time: what is left
    when the list is subtracted would be theirs. The cells of a population raster in one municipality are one of these,
    with what is reached from any of them: `cells` is their number, 0 for a locality.
    """

    point_id: str
    name: str
    municipality_code: str
    representative: bool
    need_low_milli: int
    need_high_milli: int
    reached: int
    travel: Minutes | None
    geometry: Any
    cells: int = 0


def localities(facts: CountyFacts) -> list[Locality]:
    """The demand points of the county that expect anybody, by name."""
    reachable = facts.day_returns.loc[
        facts.day_returns["reachable"], ["point_id", "series_id", "travel_min"]
    ].merge(facts.activities[["series_id", "activity_id", "visibility"]], on="series_id", how="inner")
    own = facts.own_points()
    cell = own["kind"] == "cell"
    own = own.assign(shown_id=own["point_id"].where(~cell, own["municipality_code"] + "/cells"))
    shown_id = dict(zip(own["point_id"], own["shown_id"], strict=True))
    by_point = dict(tuple(reachable.groupby(reachable["point_id"].map(shown_id), sort=True)))
    result = []
    for point_id, rows in own.groupby("shown_id", sort=True):
        first = rows.iloc[0]
        low, high = int(rows["need_low_milli"].sum()), int(rows["need_high_milli"].sum())
        if high == 0:
            continue
        times = by_point.get(point_id)
        travels = (
            [shown_minutes(*pair) for pair in zip(times["travel_min"], times["visibility"], strict=True)]
            if times is not None
            else []
        )
        result.append(
            Locality(
                point_id=str(point_id),
                name=plain(first["name"]),
                municipality_code=str(first["municipality_code"]),
                representative=first["kind"] == "representative",
                need_low_milli=low,
                need_high_milli=high,
                reached=0 if times is None else int(times["activity_id"].nunique()),
                travel=min(travels, default=None),
                geometry=first["geometry"],
                cells=int(rows["point_id"].nunique()) if first["kind"] == "cell" else 0,
            )
        )
    return sorted(result, key=lambda place: (place.name, place.point_id))


def _place_name(place: Locality) -> str:
    if place.cells:
        return ngettext(
            "{name} ({n} cell of the population raster)",
            "{name} ({n} cells of the population raster)",
            place.cells,
        ).format(name=place.name, n=whole(place.cells))
    return _("{name} (whole municipality)").format(name=place.name) if place.representative else place.name


def locality_table(facts: CountyFacts, places: list[Locality]) -> TableView:
    """How many activities each demand point reaches, and how far the nearest is."""
    names = facts.names()
    rows = []
    for place in places:
        low, high = (decimal(milli / 1000) for milli in (place.need_low_milli, place.need_high_milli))
        rows.append(
            Row(
                (
                    Cell(_place_name(place)),
                    Cell(names.get(place.municipality_code, place.municipality_code)),
                    Cell(low if low == high else f"{low}–{high}", float(place.need_high_milli)),
                    Cell(
                        whole(place.reached),
                        float(place.reached),
                        mark="" if place.reached else "none",
                    ),
                    minutes_cell(place.travel),
                )
            )
        )
    return TableView(
        "localities",
        _("Localities"),
        _(
            "Expected persons are the municipality's need spread by population, rounded to a tenth one by one. Activities reached counts those shown that one can get to and home from the same day, each once. ≤ marks a time rounded up to tens, where the activity's place may not be known."
        )
        + (
            " "
            + _(
                "The cells of a municipality are one row: what is reached from any of them, and the shortest journey from any."
            )
            if any(place.cells for place in places)
            else ""
        )
        + (
            " " + _("Those placed at sites of agency accommodation are in no row.")
            if any(facts.at_sites.get(code, (0, 0))[1] for code in set(facts.own_gaps()["municipality_code"]))
            else ""
        ),
        (
            Heading(_("Locality"), sorted_as="ascending"),
            Heading(_("Municipality")),
            Heading(_("Expected persons"), numeric=True),
            Heading(_("Activities reached"), numeric=True),
            Heading(_("Shortest journey each way, min"), numeric=True),
        ),
        tuple(rows),
        _("No locality expects anybody."),
    )
