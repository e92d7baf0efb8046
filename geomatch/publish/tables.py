"""The rows of the page's tables: each number as text, with the value that a column is sorted by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomatch.publish.facts import GAP_PARTS, SERVED_PARTS, CountyFacts, ShownMunicipality, plain, records
from geomatch.publish.numbers import NOTHING, decimal, interval, pair, percent_interval, persons_floor, whole
from geomatch.publish.sentences import CORNERS, corridor_kind, corridor_reasons, kind_text, waits_for_share
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Cell",
    "Heading",
    "Locality",
    "Row",
    "TableView",
    "activity_table",
    "corridor_records",
    "corridor_table",
    "localities",
    "locality_table",
    "municipality_table",
]

KIND_ORDER = ("open", "recommended", "possible", "not_recommended", "outside_policy")


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column. `group` stands above it and over its neighbours of the same group."""

    text: str
    numeric: bool = False
    group: str = ""
    sorted_as: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, and what it is sorted by (text when None). `link` is the id of a place on the page."""

    text: str
    value: float | None = None
    link: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row; the first is its heading."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """One table of the page."""

    name: str
    title: str
    note: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    empty: str
    groups: tuple[tuple[str, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Put headings of one group together, in order."""
        groups: list[tuple[str, int]] = []
        for heading in self.headings:
            if groups and heading.group and groups[-1][0] == heading.group:
                groups[-1] = (heading.group, groups[-1][1] + 1)
            else:
                groups.append((heading.group, 1))
        object.__setattr__(self, "groups", tuple(groups))

    @property
    def has_groups(self) -> bool:
        """Whether any heading has a group."""
        return any(text for text, _span in self.groups)


def _number(value: Any, digits: int = 1) -> Cell:  # noqa: ANN401 (a cell of a frame: a number or one of pandas' missing values)
    missing = value is None or str(value) == "<NA>" or math.isnan(value)
    return Cell(NOTHING) if missing else Cell(decimal(float(value), digits), float(value))


def _yes(*, value: bool) -> Cell:
    return Cell(_("yes"), 1.0, mark="yes") if value else Cell(_("no"), 0.0, mark="no")


def municipality_table(shown: list[ShownMunicipality]) -> TableView:
    """Need, who is served how, who is not and why, and the gap with its bounds, for each municipality."""
    placed, not_placed = _("Get a place"), _("Get no place")
    part_names = {
        "served_local": _("in own municipality"),
        "served_by_corridor": _("in another municipality"),
        "served_digital": _("at a distance"),
        "in_reach_full": _("places taken"),
        "corridor_not_open": _("pair not approved"),
        "no_entitlement": _("no right to travel"),
        "no_day_return": _("no day return"),
    }
    gap = _("The gap")
    headings = (
        Heading(_("Municipality")),
        Heading(_("Enrolled"), numeric=True),
        *(Heading(part_names[part], numeric=True, group=placed) for part in SERVED_PARTS),
        *(Heading(part_names[part], numeric=True, group=not_placed) for part in GAP_PARTS),
        Heading(_("persons"), numeric=True, group=gap, sorted_as="descending"),
        Heading(_("share"), numeric=True, group=gap),
        Heading(_("best to worst point"), numeric=True, group=gap),
        Heading(_("rank"), numeric=True, group=gap),
    )
    rows = []
    for m in shown:
        share_high = m.gap_share[1]
        rows.append(
            Row(
                (
                    Cell(m.name, link=f"m-{m.code}"),
                    Cell(interval(*m.need), float(m.need[1])),
                    *(
                        Cell(pair(m.low[part], m.high[part]), float(m.high[part]))
                        for part in (*SERVED_PARTS, *GAP_PARTS)
                    ),
                    Cell(interval(*m.gap), float(m.gap[1]), mark="strong"),
                    Cell(
                        percent_interval(*m.gap_share), None if math.isnan(share_high) else float(share_high)
                    ),
                    Cell(interval(m.best_point, m.worst_point), float(m.worst_point)),
                    Cell(interval(*m.rank), float(m.rank[0])),
                )
            )
        )
    return TableView(
        "municipalities",
        _("Municipalities"),
        _(
            "A dash (12–20) is a lower and an upper bound. A slash (3 / 5) is the value at low and at high need; in between it can be another. Persons are rounded so that the parts add up to the need at low and at high need. A rank of 1 is the largest share without a place."
        ),
        headings,
        tuple(rows),
        _("No municipality has figures this month."),
    )


def _corridor_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sorting key of corridors: kind, then greatest gain, then codes."""
    return (
        KIND_ORDER.index(corridor_kind(row)),
        -max(int(row[f"gain_{corner}_milli"]) for corner in CORNERS),
        row["from_code"],
        row["to_code"],
    )


def corridor_records(facts: CountyFacts) -> list[dict[str, Any]]:
    """The county's corridors as dicts: open ones first, then by verdict, greatest gain and codes."""
    return sorted(records(facts.own_corridors()), key=_corridor_order)


def corridor_table(facts: CountyFacts) -> TableView:
    """Every corridor that starts or ends in the county: verdict, gain, journey, cost, criteria, and the reason."""
    names = facts.names()
    gain, journey, criteria = _("Gain, persons (need here / elsewhere)"), _("Day return"), _("Criteria")
    corner_names = {
        "ll": _("low / low"),
        "lh": _("low / high"),
        "hl": _("high / low"),
        "hh": _("high / high"),
    }
    headings = (
        Heading(_("From")),
        Heading(_("To")),
        Heading(_("Verdict"), sorted_as="ascending"),
        Heading(_("Reason")),
        *(Heading(corner_names[corner], numeric=True, group=gain) for corner in CORNERS),
        Heading(_("best, min"), numeric=True, group=journey),
        Heading(_("median, min"), numeric=True, group=journey),
        Heading(_("sessions a week"), numeric=True, group=journey),
        Heading(_("changes"), numeric=True, group=journey),
        Heading(_("booking"), group=journey),
        Heading(_("Fares, kr a month"), numeric=True),
        Heading(_("size"), group=criteria),
        Heading(_("supply"), group=criteria),
        Heading(_("commuting"), group=criteria),
    )
    rows = []
    for row in corridor_records(facts):
        kind = corridor_kind(row)
        costs = [decimal(row[f"cost_{end}_sek"], 0) for end in ("low", "high")]
        verdict = kind_text(kind)
        if waits_for_share(row):
            verdict = _("{verdict}; only an unknown share stands in the way").format(verdict=verdict)
        rows.append(
            Row(
                (
                    Cell(names.get(row["from_code"], plain(row["from_code"]))),
                    Cell(names.get(row["to_code"], plain(row["to_code"]))),
                    Cell(verdict, float(KIND_ORDER.index(kind)), mark=kind),
                    Cell(" ".join(corridor_reasons(row, facts.settings)), mark="long"),
                    *(
                        Cell(persons_floor(row[f"gain_{corner}_milli"]), float(row[f"gain_{corner}_milli"]))
                        for corner in CORNERS
                    ),
                    _number(row["travel_best_min"]),
                    _number(row["travel_median_min"]),
                    _number(row["sessions_per_week"]),
                    _number(row["transfers"], 0),
                    _yes(value=bool(row["booking_needed"])),
                    Cell(
                        costs[0] if costs[0] == costs[1] else " / ".join(costs), float(row["cost_high_sek"])
                    ),
                    _yes(value=bool(row["size_ok"])),
                    _yes(value=bool(row["supply_ok"])),
                    _yes(value=bool(row["transit_ok"])),
                )
            )
        )
    return TableView(
        "corridors",
        _("Pairs of municipalities for travel compensation"),
        _(
            "From is where people live, to is where the activity is. For an open pair the gain is how many would lose their place if it were closed. Gains are rounded down to a tenth of a person."
        ),
        headings,
        tuple(rows),
        _("No pair of municipalities can be reached."),
    )


def activity_table(facts: CountyFacts) -> TableView:
    """The activities as their visibility allows."""
    names = facts.names()
    visibility = {"exact": _("exact place"), "municipality": _("municipality only")}
    status = {"ongoing": _("ongoing"), "planned": _("planned"), "ended": _("ended")}
    headings = (
        Heading(_("Activity")),
        Heading(_("Organiser")),
        Heading(_("Municipality"), sorted_as="ascending"),
        Heading(_("Purpose")),
        Heading(_("For")),
        Heading(_("Places"), numeric=True),
        Heading(_("Times")),
        Heading(_("Sessions in the period"), numeric=True),
        Heading(_("Childcare")),
        Heading(_("Grant")),
        Heading(_("Status")),
        Heading(_("Place shown")),
    )
    rows = []
    for row in sorted(
        records(facts.own_activities().drop(columns="geometry")),
        key=lambda r: (
            names.get(r["municipality_code"], r["municipality_code"]),
            plain(r["name"]),
            r["series_id"],
        ),
    ):
        times = plain(row["sessions_text"])
        if row["sessions_assumed"]:
            times = _("{times} (assumed)").format(times=times) if times else _("assumed")
        rows.append(
            Row(
                (
                    Cell(plain(row["name"])),
                    Cell(plain(row["organiser"]) or NOTHING),
                    Cell(names.get(row["municipality_code"], plain(row["municipality_code"]))),
                    Cell(plain(row["primary_purpose"]) or NOTHING),
                    Cell({"women": _("women"), "men": _("men")}.get(str(row["sex"]), _("everyone"))),
                    Cell(whole(int(row["places"])), float(row["places"])),
                    Cell(times or NOTHING),
                    Cell(whole(int(row["sessions_in_window"])), float(row["sessions_in_window"])),
                    _yes(value=bool(row["childcare"])),
                    Cell(plain(row["grant_scheme"]) or NOTHING),
                    Cell(status.get(str(row["status"]), plain(row["status"]))),
                    Cell(_("at a distance") if row["digital"] else visibility[str(row["visibility"])]),
                )
            )
        )
    return TableView(
        "activities",
        _("Activities"),
        _(
            "Activities in the county and at the other end of its pairs. Protected activities are part of the computation but are neither on the map nor in this table; where only the municipality may be known, the point on the map is the municipality's."
        ),
        headings,
        tuple(rows),
        _("No activity may be shown."),
    )


@dataclass(frozen=True, slots=True)
class Locality:
    """A demand point as the page shows it.

    `reached` counts the series one can get to and home from. `travel_min` is the shortest such journey in whole
    minutes; for an activity whose place is not shown it is rounded up to tens (`rounded`), so that the times from
    several localities do not give the place away. Protected activities are counted but give no time.
    """

    point_id: str
    name: str
    municipality_code: str
    representative: bool
    need_low_milli: int
    need_high_milli: int
    reached: int
    travel_min: int | None
    rounded: bool
    geometry: Any


def _shortest(times: pd.DataFrame) -> tuple[int | None, bool]:
    """Shortest journey of a point, and whether it is rounded up to tens."""
    ends: list[tuple[int, bool]] = []
    for visibility, step in (("exact", 1), ("municipality", 10)):
        own = times.loc[times["visibility"] == visibility, "travel_min"]
        if len(own):
            ends.append((math.ceil(round(float(own.min()), 6) / step) * step, step > 1))
    return min(ends) if ends else (None, False)


def localities(facts: CountyFacts) -> list[Locality]:
    """The demand points of the county that expect anybody, by name."""
    reachable = facts.day_returns.loc[
        facts.day_returns["reachable"], ["point_id", "series_id", "travel_min"]
    ].merge(facts.activities[["series_id", "visibility"]], on="series_id", how="left")
    by_point = dict(tuple(reachable.groupby("point_id", sort=True)))
    result = []
    for point_id, rows in facts.own_points().groupby("point_id", sort=True):
        first = rows.iloc[0]
        low, high = int(rows["need_low_milli"].sum()), int(rows["need_high_milli"].sum())
        if high == 0:
            continue
        times = by_point.get(point_id)
        travel_min, rounded = _shortest(times) if times is not None else (None, False)
        result.append(
            Locality(
                point_id=str(point_id),
                name=plain(first["name"]),
                municipality_code=str(first["municipality_code"]),
                representative=first["kind"] == "representative",
                need_low_milli=low,
                need_high_milli=high,
                reached=0 if times is None else len(times),
                travel_min=travel_min,
                rounded=rounded,
                geometry=first["geometry"],
            )
        )
    return sorted(result, key=lambda place: (place.name, place.point_id))


def locality_table(facts: CountyFacts, places: list[Locality]) -> TableView:
    """How many series each demand point reaches, and how far the nearest is."""
    names = facts.names()
    rows = []
    for place in places:
        low, high = (decimal(milli / 1000) for milli in (place.need_low_milli, place.need_high_milli))
        if place.travel_min is None:
            time = Cell(NOTHING)
        else:
            text = whole(place.travel_min)
            time = Cell(f"≤ {text}" if place.rounded else text, float(place.travel_min))
        rows.append(
            Row(
                (
                    Cell(
                        _("{name} (whole municipality)").format(name=place.name)
                        if place.representative
                        else place.name
                    ),
                    Cell(names.get(place.municipality_code, place.municipality_code)),
                    Cell(low if low == high else f"{low}–{high}", float(place.need_high_milli)),
                    Cell(
                        whole(place.reached),
                        float(place.reached),
                        mark="" if place.reached else "none",
                    ),
                    time,
                )
            )
        )
    return TableView(
        "localities",
        _("Localities"),
        _(
            "Expected persons are the municipality's need spread by population, rounded to a tenth one by one. Activities reached counts those one can get to and home from the same day. ≤ marks a time rounded up to tens, where the activity's place may not be known."
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
