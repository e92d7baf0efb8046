"""The rows of the page's tables: each number as text, with the value that a column is sorted by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomatch.publish.facts import GAP_PARTS, SERVED_PARTS, CountyFacts, ShownMunicipality, plain, records
from geomatch.publish.numbers import NOTHING, decimal, interval, pair, percent_interval, persons_floor, whole
from geomatch.publish.pairs import CORNERS, corridor_kind, corridor_reasons, pair_name, verdict_text
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Cell",
    "Heading",
    "Locality",
    "Row",
    "TableView",
    "corridor_records",
    "corridor_table",
    "localities",
    "locality_table",
    "municipality_table",
    "yes_no",
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


def yes_no(*, value: bool, wanted: bool = True) -> Cell:
    """`yes` or `no`; a yes is ticked where it is `wanted`."""
    if value:
        return Cell(_("yes"), 1.0, mark="yes" if wanted else "")
    return Cell(_("no"), 0.0, mark="no")


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
    gap, supply = _("The gap"), _("Supply")
    headings = (
        Heading(_("Municipality")),
        Heading(_("Enrolled"), numeric=True),
        *(Heading(part_names[part], numeric=True, group=placed) for part in SERVED_PARTS),
        *(Heading(part_names[part], numeric=True, group=not_placed) for part in GAP_PARTS),
        Heading(_("persons"), numeric=True, group=gap, sorted_as="descending"),
        Heading(_("share"), numeric=True, group=gap),
        Heading(_("best to worst point"), numeric=True, group=gap),
        Heading(_("rank"), numeric=True, group=gap),
        Heading(_("activities"), numeric=True, group=supply),
        Heading(_("places"), numeric=True, group=supply),
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
                    Cell(whole(m.supply.activities), float(m.supply.activities)),
                    Cell(whole(m.supply.places), float(m.supply.places)),
                )
            )
        )
    return TableView(
        "municipalities",
        _("Municipalities"),
        _(
            "A dash (12–20) is a lower and an upper bound, rounded outwards to whole persons. A slash (3 / 5) is the value at low and at high need; in between it can be another. Persons are rounded so that the parts add up to the need at low and at high need. A rank of 1 is the largest share without a place."
        )
        + " "
        + _(
            "The best and the worst point need not enclose the gap: with everyone at one point other activities are near, often fewer."
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


def _visible_sessions(facts: CountyFacts) -> dict[tuple[str, str], float]:
    """Most sessions a week of one point, for the pairs of municipalities where hidden activities are reached too."""
    reached = facts.day_returns[facts.day_returns["reachable"]]
    seen = reached["series_id"].isin(set(facts.activities["series_id"]))
    pairs = ["from_code", "to_code"]
    a_week = reached["sessions_per_week"].where(seen, 0.0)
    by_point = a_week.groupby([reached[name] for name in (*pairs, "point_id")]).sum()
    most = by_point.groupby(level=pairs).max()
    with_hidden = set(zip(*(reached.loc[~seen, name] for name in pairs), strict=True))
    return {(str(start), str(end)): float(most[start, end]) for start, end in sorted(with_hidden)}


def corridor_records(facts: CountyFacts) -> list[dict[str, Any]]:
    """The county's corridors as dicts: open ones first, then by verdict, greatest gain and codes.

    `sessions_per_week` counts the visible activities alone; missing where there are none.
    """
    shown = _visible_sessions(facts)
    rows = records(facts.own_corridors())
    for row in rows:
        pair_codes = (row["from_code"], row["to_code"])
        if pair_codes in shown:
            row["sessions_per_week"] = min(float(row["sessions_per_week"]), shown[pair_codes]) or math.nan
    return sorted(rows, key=_corridor_order)


def _ends(texts: list[str], value: float) -> Cell:
    """The value at low and at high need, sorted by the latter."""
    return Cell(texts[0] if texts[0] == texts[1] else " / ".join(texts), value)


def _persons(row: Mapping[str, Any], name: str) -> Cell:
    """Persons or places at low and at high need."""
    milli = [int(row[f"{name}_{end}_milli"]) for end in ("low", "high")]
    return _ends([persons_floor(value) for value in milli], float(milli[1]))


def _amount(row: Mapping[str, Any], name: str, unit: str = "") -> Cell:
    values = [float(row[f"{name}_{end}{unit}"]) for end in ("low", "high")]
    return _ends([decimal(value, 0) for value in values], values[1])


def _paired(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Cell, Cell]:
    """The gain with one further corridor, and that corridor."""
    if not row["paired_with"]:
        return Cell(NOTHING), Cell(NOTHING)
    milli = sorted(int(row[f"gain_paired_{end}_milli"]) for end in ("low", "high"))
    return (
        _ends([persons_floor(value) for value in milli], float(milli[1])),
        Cell(pair_name(str(row["paired_with"]), names)),
    )


def _share(value: Any) -> Cell:  # noqa: ANN401 (a cell of a frame: a number or one of pandas' missing values)
    known = _number(value)
    return known if known.value is None else Cell(percent_interval(known.value, known.value), known.value)


def _criteria(row: Mapping[str, Any], least: str) -> tuple[Cell, Cell, Cell]:
    """The three criteria in words; `least` is the number that size and supply are held against."""
    words = (
        (row["size_ok"], _("large enough"), _("under {n} persons").format(n=least)),
        (row["supply_ok"], _("enough"), _("under {n} free places").format(n=least)),
        (row["transit_ok"], _("good"), _("wanting")),
    )
    return tuple(  # type: ignore[return-value]  # of three words there are three cells
        Cell(yes, 1.0, mark="yes") if met else Cell(no, 0.0, mark="no") for met, yes, no in words
    )


def _corridor_headings() -> tuple[Heading, ...]:
    gain, journey, criteria = _("Gain, persons (need here / elsewhere)"), _("Day return"), _("Criteria")
    paired, base, fares = _("Gain with one more pair"), _("At low / high need"), _("Fares")
    corner_names = {
        "ll": _("low / low"),
        "lh": _("low / high"),
        "hl": _("high / low"),
        "hh": _("high / high"),
    }
    return (
        Heading(_("From")),
        Heading(_("To")),
        Heading(_("Verdict"), sorted_as="ascending"),
        Heading(_("Reason")),
        *(Heading(corner_names[corner], numeric=True, group=gain) for corner in CORNERS),
        Heading(_("persons"), numeric=True, group=paired),
        Heading(_("which"), group=paired),
        Heading(_("may travel, without a place"), numeric=True, group=base),
        Heading(_("free places"), numeric=True, group=base),
        Heading(_("best, min"), numeric=True, group=journey),
        Heading(_("median, min"), numeric=True, group=journey),
        Heading(_("longest, min"), numeric=True, group=journey),
        Heading(_("sessions a week"), numeric=True, group=journey),
        Heading(_("changes"), numeric=True, group=journey),
        Heading(_("booking"), group=journey),
        Heading(_("no later way home"), numeric=True, group=journey),
        Heading(_("tight change"), group=journey),
        Heading(_("trips a month"), numeric=True, group=fares),
        Heading(_("kr a month"), numeric=True, group=fares),
        Heading(_("kr a person"), numeric=True, group=fares),
        Heading(_("size"), group=criteria),
        Heading(_("supply"), group=criteria),
        Heading(_("commuting"), group=criteria),
    )


def corridor_table(facts: CountyFacts) -> TableView:
    """Every corridor that starts or ends in the county: verdict, reason, gain, journey, cost and criteria."""
    names = facts.names()
    least = decimal(facts.settings.corridors.min_gain)
    rows = []
    for row in corridor_records(facts):
        kind = corridor_kind(row)
        rows.append(
            Row(
                (
                    Cell(names.get(row["from_code"], plain(row["from_code"]))),
                    Cell(names.get(row["to_code"], plain(row["to_code"]))),
                    Cell(verdict_text(row), float(KIND_ORDER.index(kind)), mark=kind),
                    Cell(" ".join(corridor_reasons(row, facts.settings)), mark="long"),
                    *(
                        Cell(persons_floor(row[f"gain_{corner}_milli"]), float(row[f"gain_{corner}_milli"]))
                        for corner in CORNERS
                    ),
                    *_paired(row, names),
                    _persons(row, "entitled_unserved"),
                    _persons(row, "free_places"),
                    _number(row["travel_best_min"]),
                    _number(row["travel_median_min"]),
                    _number(row["travel_worst_min"]),
                    _number(row["sessions_per_week"]),
                    _number(row["transfers"], 0),
                    yes_no(value=bool(row["booking_needed"]), wanted=False),
                    _share(row["last_way_home_share"]),
                    yes_no(value=bool(row["last_way_home_tight"]), wanted=False),
                    _amount(row, "trips"),
                    _amount(row, "cost", "_sek"),
                    _number(row["cost_per_person_sek"], 0),
                    *_criteria(row, least),
                )
            )
        )
    return TableView(
        "corridors",
        _("Pairs of municipalities for travel compensation"),
        " ".join(
            (
                _(
                    "From is where people live, to is where the activity is. For an open pair the gain is how many would lose their place if it were closed. Persons and places are rounded down to a tenth."
                ),
                _(
                    "Low and high need also cover the shares: how many have the right to the journey, and how many an activity suits."
                ),
                _(
                    "The need elsewhere matters, since people of other municipalities may want the same places."
                ),
                _(
                    "No later way home is the share of the sessions of the best day return after which no journey home is left but the one that is taken."
                ),
            )
        ),
        _corridor_headings(),
        tuple(rows),
        _("No pair of municipalities can be reached."),
    )


@dataclass(frozen=True, slots=True)
class Locality:
    """A demand point as the page shows it.

    `reached` counts the activities one can get to and home from; one held at several places counts once.
    `travel_min` is the shortest such journey in whole minutes; for an activity whose place is not shown it is rounded
    up to tens (`rounded`), so that the times from several localities do not give the place away. Protected activities
    are neither counted nor give a time: what is left when the list is subtracted would be theirs.
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
    ].merge(facts.activities[["series_id", "activity_id", "visibility"]], on="series_id", how="inner")
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
                reached=0 if times is None else int(times["activity_id"].nunique()),
                travel_min=travel_min,
                rounded=rounded,
                geometry=first["geometry"],
            )
        )
    return sorted(result, key=lambda place: (place.name, place.point_id))


def locality_table(facts: CountyFacts, places: list[Locality]) -> TableView:
    """How many activities each demand point reaches, and how far the nearest is."""
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
            "Expected persons are the municipality's need spread by population, rounded to a tenth one by one. Activities reached counts those shown that one can get to and home from the same day, each once. ≤ marks a time rounded up to tens, where the activity's place may not be known."
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
