"""The columns of every table a month consists of: one contract for writers, readers, tests and documentation.

Quantities of persons are whole thousandths (`_milli`), so that parts add up exactly; whole persons stand only in
`need`. Times are minutes (`_min`), distances metres (`_m`), money kronor (`_sek`). Geometry is EPSG:3006.
Run `python -m geomatch.tables` to print docs/data-dictionary.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES", "Column", "Table", "conform", "dictionary_markdown", "records"]

ALL = "all"
TARGET_GROUPS = ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement", ALL)
SEXES = ("women", "men", ALL)
SCENARIOS = ("low", "high")
VERDICTS = ("outside_policy", "recommended", "possible", "not_recommended")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its kind, its unit and what it means.

    `kind` is one of `text`, `int`, `float`, `bool`, `geometry`; a `?` behind it allows missing values.
    """

    name: str
    kind: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, which columns tell rows apart, and all columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    @property
    def has_geometry(self) -> bool:
        """Whether the table is written as GeoParquet."""
        return any(column.kind.startswith("geometry") for column in self.columns)


MONTH = Column("month", "text", "YYYY-MM", "The month the row describes.")
COUNTY = Column("county_code", "text", "code", "County, two digits; `all` for the country.")
MUNICIPALITY = Column("municipality_code", "text", "code", "Municipality, four digits.")
TARGET_GROUP = Column(
    "target_group",
    "text",
    "",
    "`asylum_seeker`, `temporary_protection`, `permit_awaiting_settlement` or `all`.",
)
SEX = Column("sex", "text", "", "`women`, `men`, or `all` where the source does not say.")


def _milli(name: str, meaning: str) -> Column:
    return Column(name, "int", "0.001 person", meaning)


def _min(name: str, meaning: str, kind: str = "float?") -> Column:
    return Column(name, kind, "min", meaning)


def _low_high(stem: str, meaning: str) -> tuple[Column, Column]:
    return (
        _milli(f"{stem}_low_milli", f"{meaning} At low need."),
        _milli(f"{stem}_high_milli", f"{meaning} At high need."),
    )


NEED = Table(
    "need",
    "one count of the source, for one area and one combination of groups",
    (
        "county_code",
        "municipality_code",
        "locality_code",
        "accommodation",
        "target_group",
        "case_status",
        "sex",
        "age_group",
    ),
    (
        MONTH,
        COUNTY,
        Column(
            "municipality_code",
            "text",
            "code",
            "Municipality; `all` for a published total of the county or country, `unknown` for people without a known municipality.",
        ),
        Column("locality_code", "text", "code", "Locality, or `all`."),
        Column("accommodation", "text", "", "`agency` (ABO), `own` (EBO), `municipal`, `other`, or `all`."),
        TARGET_GROUP,
        Column("case_status", "text", "", "`first_instance_open`, `appeal`, `enforcement` or `all`."),
        SEX,
        Column("age_group", "text", "", "Age group of the source, or `all`."),
        Column(
            "low", "int", "persons", "Fewest persons that the published figures allow (tightened; internal)."
        ),
        Column(
            "high", "int", "persons", "Most persons that the published figures allow (tightened; internal)."
        ),
        Column("masked", "bool", "", "The source withholds the count."),
        Column("sign", "text", "", "The sign published instead of a number, or empty."),
        Column("published_low", "int", "persons", "Lower end that the sign alone says (METHOD 1)."),
        Column("published_high", "int", "persons", "Upper end that the sign alone says (METHOD 1)."),
        Column(
            "used", "bool", "", "The row is part of the finest complete breakdown that the computation uses."
        ),
        Column(
            "low_because",
            "text",
            "JSON",
            "What decided `low` where it is not `published_low`; else empty. `by`: `total` (`amount` of the total in `cell` less `rest`, the other parts in `cells` at their upper ends), `parts` (`rest`, its parts in `cells` at their lower ends), `widened` (let be anything, since totals contradict signs) or `several` (sums together). `over`: the columns in which the parts differ.",
        ),
        Column(
            "high_because",
            "text",
            "JSON",
            "The same for `high`; the other parts at their lower ends, its own parts at their upper.",
        ),
        Column("source", "text", "", "File the count comes from."),
        Column("cell", "text", "", "Sheet and cell, or row, of the count in that file."),
        Column(
            "also_in",
            "text",
            "",
            "Other files and cells that give the count too, as `[file]cell`, one a line; empty with one source.",
        ),
    ),
)

POINTS = Table(
    "points",
    "a demand point and a stratum of the people expected there",
    ("point_id", "target_group", "sex"),
    (
        MONTH,
        Column(
            "point_id",
            "text",
            "id",
            "The point: `<municipality_code>/<locality_code>`, `<municipality_code>/cell-<x>-<y>` (its centre, EPSG:3006), `<municipality_code>/site-<number>`, or `<municipality_code>/point` for a representative point.",
        ),
        COUNTY,
        MUNICIPALITY,
        Column("locality_code", "text", "code", "Locality of the point, or empty."),
        Column("name", "text", "", "Name of the locality; for any other point of its municipality."),
        Column(
            "kind",
            "text",
            "",
            "`locality`, `cell` (of a population raster), `site` (of agency accommodation; restricted: its row is never published) or `representative` (nothing better is known).",
        ),
        Column(
            "population",
            "int",
            "persons",
            "Population the need is spread by, rounded for a cell; for a site its places.",
        ),
        TARGET_GROUP,
        SEX,
        *_low_high("need", "Persons expected at the point (Sainte-Laguë; adds up to the municipality)."),
        Column(
            "location_unknown",
            "bool",
            "",
            "Some of them live in agency accommodation whose sites are not given, so that they are spread like the rest.",
        ),
        Column("geometry", "geometry", "EPSG:3006", "The point."),
    ),
)

ACTIVITIES = Table(
    "activities",
    "a series: one activity at one place (restricted: internal use only)",
    ("series_id",),
    (
        MONTH,
        Column("series_id", "text", "id", "The series; an activity at three places is three series."),
        Column("activity_id", "text", "id", "The activity in the board's register."),
        Column("name", "text", "", "Name of the activity."),
        Column("organiser", "text", "", "Organiser."),
        Column("organiser_type", "text", "", "Kind of organiser."),
        Column("grant_scheme", "text", "", "`TIA`, `S37`, `S37A`, or what the register says."),
        Column(
            "funding",
            "text",
            "",
            "`grant`: of the board's register; `other`: of a register of activities with other funding.",
        ),
        Column("primary_purpose", "text", "", "Primary purpose."),
        Column("secondary_purposes", "text", "", "Other purposes, `;` between them."),
        Column("target_groups", "text", "", "Target groups, `;` between them, or `all`."),
        SEX,
        Column("places", "int", "persons", "How many can take part in each session."),
        Column("valid_from", "text", "date", "First day."),
        Column("valid_to", "text", "date", "Last day; empty when open."),
        Column("digital", "bool", "", "Takes place at a distance."),
        Column("childcare", "bool", "", "There is childcare."),
        Column("language_support", "bool", "", "There is language support."),
        Column("parallel_group", "bool", "", "Women and men alternate, so that both parents can come."),
        Column("visibility", "text", "", "`exact`, `municipality` or `hidden` (METHOD 8)."),
        Column("status", "text", "", "`ongoing`, `planned` or `ended`."),
        MUNICIPALITY,
        Column("sessions_text", "text", "", "Its sessions in words: weekdays and times."),
        Column(
            "sessions_in_window",
            "int",
            "sessions",
            "Sessions in the month's window, public holidays left out.",
        ),
        Column(
            "sessions_on_holidays",
            "int",
            "sessions",
            "Sessions left out because the day is a public holiday.",
        ),
        Column("sessions_assumed", "bool", "", "The register gives no times: the standard session is used."),
        Column("geometry", "geometry?", "EPSG:3006", "Its place; none when digital."),
    ),
)

DAY_RETURNS = Table(
    "day_returns",
    "a demand point and a series: can one get there and home again the same day (METHOD 4)",
    ("point_id", "series_id"),
    (
        MONTH,
        Column("point_id", "text", "id", "Demand point."),
        Column("series_id", "text", "id", "Series."),
        Column("from_code", "text", "code", "Municipality of the point."),
        Column("to_code", "text", "code", "Municipality of the series."),
        Column("sessions", "int", "sessions", "Sessions in the window."),
        Column(
            "sessions_reachable",
            "int",
            "sessions",
            "Sessions with a journey there and one home within the limits.",
        ),
        Column("session_share", "float", "share 0-1", "sessions_reachable / sessions; 0 when there is none."),
        Column("reachable", "bool", "", "session_share reaches `sessions.min_session_share`."),
        _min("travel_min", "Lower median over reachable sessions of (out + home) / 2."),
        Column(
            "round_trip_s", "int?", "s", "Lower median over reachable sessions of out + home, in seconds."
        ),
        *(
            _min(f"{leg}_min_{stat}", f"{what}: {word} over reachable sessions.")
            for leg, what in (
                ("out", "Minutes there"),
                ("home", "Minutes home"),
                ("away", "Minutes away from home"),
            )
            for stat, word in (("median", "lower median"), ("min", "least"), ("max", "most"))
        ),
        Column("transfers", "int?", "changes", "Changes there and home in the median session."),
        Column(
            "walk_m", "float?", "m", "Metres walked there and home in the median session, detour included."
        ),
        _min("wait_min", "Minutes of waiting between vehicles, there and home, in the median session."),
        Column("walk_only", "bool?", "", "The median session is walked door to door both ways."),
        _min(
            "tightest_change_min",
            "Shortest time from arriving to departing over the changes of the median session; none without a change.",
        ),
        Column("booking_needed", "bool", "", "Some reachable session needs a leg that is booked ahead."),
        Column(
            "last_way_home_share",
            "float?",
            "share 0-1",
            "Share of reachable sessions after which there is no later journey home that day.",
        ),
        Column(
            "last_way_home_tight",
            "bool",
            "",
            "In some reachable session the last way home hangs on a change under `limits.tight_change_min`.",
        ),
        _min(
            "last_way_home_change_min",
            "Shortest change of a last way home over reachable sessions; none where none of them has a change.",
        ),
        Column("sessions_per_week", "float", "sessions/week", "Reachable sessions a week of the window."),
        Column(
            "reason",
            "text",
            "",
            "Why it is not reachable, as the most common reason of its sessions; empty when it is.",
        ),
    ),
)

_PARTS = (
    ("served_local", "Served by an activity in their own municipality."),
    (
        "served_by_corridor",
        "Served in another municipality, by an open corridor or by a walk from door to door.",
    ),
    ("served_digital", "Served by a digital activity."),
    ("in_reach_full", "Something suitable is reachable and allowed, but its places are taken."),
    ("out_of_reach", "corridor_not_open + no_entitlement + no_day_return."),
    ("corridor_not_open", "Reachable and entitled, but the corridor is not approved."),
    ("no_entitlement", "Reachable, but no right to travel there."),
    ("no_day_return", "Nothing suitable can be reached and left the same day, allowed or not."),
)

SERVED = Table(
    "served",
    "the people of one municipality and stratum, split without remainder (METHOD 5), at low and at high need",
    ("municipality_code", "target_group", "sex", "scenario"),
    (
        MONTH,
        COUNTY,
        MUNICIPALITY,
        TARGET_GROUP,
        SEX,
        Column("scenario", "text", "", "`low`: low need and low shares; `high`: high need and high shares."),
        _milli("need_milli", "Persons; the sum of the parts."),
        *(_milli(f"{name}_milli", meaning) for name, meaning in _PARTS),
    ),
)

SERVED_BY_PURPOSE = Table(
    "served_by_purpose",
    "the same as in `served`, as if everybody asked for one purpose and only its activities were there; rows of different purposes are never added",
    ("purpose", "with_hidden", "municipality_code", "target_group", "sex", "scenario"),
    (
        MONTH,
        Column(
            "purpose",
            "text",
            "",
            "The purpose, as an activity of the month names it, primary or other; an activity of two purposes has its places in both.",
        ),
        Column(
            "with_hidden",
            "bool",
            "",
            "Hidden activities of the purpose are reckoned with; without them: what pages show.",
        ),
        *SERVED.columns[1:],
    ),
)

GAPS = Table(
    "gaps",
    "a municipality",
    ("municipality_code",),
    (
        MONTH,
        COUNTY,
        MUNICIPALITY,
        Column("name", "text", "", "Name of the municipality."),
        Column("need_low", "int", "persons", "Fewest persons enrolled."),
        Column("need_high", "int", "persons", "Most persons enrolled."),
        *(
            Column(
                f"need_per_1000_{end}",
                "float?",
                "persons/1000",
                f"need_{end} per 1,000 inhabitants; none where the population is not given.",
            )
            for end in SCENARIOS
        ),
        *_low_high("served", "Persons served, locally, by corridor or digitally; true bounds."),
        *_low_high("gap", "Persons not served: in_reach_full + out_of_reach; true bounds."),
        Column("gap_share_low", "float?", "share 0-1", "Gap / need where it is least; none without need."),
        Column(
            "gap_share_high",
            "float?",
            "share 0-1",
            "Gap / need where it is greatest; none without need.",
        ),
        _milli("gap_least_low_milli", "Least gap over all optima of the first three stages, at low need."),
        _milli(
            "gap_greatest_low_milli", "Greatest gap over all optima of the first three stages, at low need."
        ),
        _milli("gap_least_high_milli", "Least gap over all optima of the first three stages, at high need."),
        _milli(
            "gap_greatest_high_milli", "Greatest gap over all optima of the first three stages, at high need."
        ),
        *_low_high("no_day_return", "Persons who can reach nothing suitable; true bounds."),
        _milli("gap_best_point_milli", "Gap at low need if everyone lived at the municipality's best point."),
        _milli(
            "gap_worst_point_milli", "Gap at high need if everyone lived at the municipality's worst point."
        ),
        Column("access_index_low", "float", "places/person", "Access index (METHOD 6) at high need."),
        Column("access_index_high", "float", "places/person", "Access index (METHOD 6) at low need."),
        Column(
            "rank_best",
            "int",
            "rank",
            "Best rank by gap_share that the interval allows; 1 is the largest gap.",
        ),
        Column("rank_worst", "int", "rank", "Worst rank by gap_share that the interval allows."),
        Column("series", "int", "series", "Series in the municipality with sessions this month."),
        Column("places", "int", "persons", "Places of those series."),
        Column("masked_cells", "int", "cells", "Withheld counts behind the need."),
        Column("location_unknown", "bool", "", "Agency accommodation is spread like the rest."),
        Column(
            "representative_point", "bool", "", "No locality is known: one point stands for the municipality."
        ),
    ),
)

EQUITY_SEXES = ("women", "men", "not_known", ALL)

EQUITY = Table(
    "equity",
    "women, men, people whose sex the source does not say, or all of them, of a county or of all counties (METHOD 6)",
    ("county_code", "sex"),
    (
        MONTH,
        Column("county_code", "text", "code", "County, two digits; `all` for all that take part."),
        Column("sex", "text", "", "`women`, `men`, `not_known` (the source does not say) or `all` together."),
        *_low_high("need", "Persons counted."),
        Column(
            "access_index_low",
            "float?",
            "places/person",
            "Access index, mean over these persons, at high need; a series for one sex counts for that sex only.",
        ),
        Column("access_index_high", "float?", "places/person", "The same at low need."),
        Column("gini_low", "float?", "0-1", "Gini coefficient of the index over these persons, at low need."),
        Column("gini_high", "float?", "0-1", "The same at high need."),
        Column(
            "reached_share_low",
            "float?",
            "share 0-1",
            "Least share of these persons with any place in reach, over every count inside the intervals.",
        ),
        Column("reached_share_high", "float?", "share 0-1", "The greatest such share."),
        *(
            Column(f"visible_{name}", "float?", unit, f"`{name}` without hidden activities: what pages show.")
            for name, unit in (
                ("access_index_low", "places/person"),
                ("access_index_high", "places/person"),
                ("gini_low", "0-1"),
                ("gini_high", "0-1"),
                ("reached_share_low", "share 0-1"),
                ("reached_share_high", "share 0-1"),
            )
        ),
    ),
)

SIMILAR = Table(
    "similar",
    "a municipality and one of those most like it (METHOD 6)",
    ("municipality_code", "rank"),
    (
        MONTH,
        COUNTY,
        MUNICIPALITY,
        Column("rank", "int", "rank", "1 is the most alike."),
        Column("similar_code", "text", "code", "The municipality that is like it."),
        Column(
            "distance",
            "float",
            "",
            "Distance in scaled features (docs/method.md); 0 is equal in all that is known of both.",
        ),
        Column("differs_in", "text", "", "The feature they differ most in; empty when they differ in none."),
        Column("differs_own", "float?", "", "Its value in the municipality, in the feature's own unit."),
        Column("differs_similar", "float?", "", "Its value in the other."),
        Column("features_known", "int", "features", "Features known of both; the others are left out."),
        Column(
            "served_share_low",
            "float?",
            "share 0-1",
            "Least share of the other's need that gets a place: 1 - its greatest gap_share; none without need.",
        ),
        Column("served_share_high", "float?", "share 0-1", "Greatest such share: 1 - its least gap_share."),
    ),
)

_CORNERS = (
    ("ll", "both at low need"),
    ("lh", "the municipality at low, the others at high need"),
    ("hl", "the municipality at high, the others at low need"),
    ("hh", "both at high need"),
)

CORRIDORS = Table(
    "corridors",
    "an ordered pair of municipalities, open or a candidate (METHOD 7)",
    ("from_code", "to_code"),
    (
        MONTH,
        Column("from_code", "text", "code", "Municipality where people live."),
        Column("to_code", "text", "code", "Municipality of the activities."),
        Column("status", "text", "", "`open` (in the register this month) or `candidate`."),
        Column("reference", "text", "", "Reference of the decision, for an open corridor."),
        *_low_high(
            "entitled_unserved",
            "Entitled persons whom their own municipality's activities cannot serve and who reach something there.",
        ),
        *_low_high(
            "free_places",
            "Suitable places there that further people could take without anybody losing theirs.",
        ),
        _min("travel_best_min", "Shortest day return of the pair, mean of there and home."),
        _min("travel_median_min", "Lower median day return over its reachable points and series."),
        _min("travel_worst_min", "Longest day return that keeps the limits."),
        Column(
            "sessions_per_week",
            "float",
            "sessions/week",
            "Most sessions a week that one point can take part in, over all its series there.",
        ),
        Column("transfers", "int?", "changes", "Changes there and home, in the best day return."),
        Column("walk_m", "float?", "m", "Metres walked there and home in the best day return."),
        _min("tightest_change_min", "Shortest change of the best day return; none without a change."),
        Column("booking_needed", "bool", "", "The best day return needs booking ahead."),
        Column("last_way_home_share", "float?", "share 0-1", "Of the best day return."),
        Column(
            "last_way_home_tight", "bool", "", "The best day return's last way home hangs on a tight change."
        ),
        _min(
            "last_way_home_change_min",
            "Shortest change of the best day return's last way home; none where it has no change.",
        ),
        *(
            _milli(
                f"gain_{corner}_milli",
                f"Persons gained by opening it: {text}. For an open corridor: persons lost by closing it.",
            )
            for corner, text in _CORNERS
        ),
        *(
            _milli(
                f"gain_paired_{corner}_milli",
                f"The same when the best one further corridor is open as well: {text}.",
            )
            for corner, text in _CORNERS
        ),
        Column("paired_with", "text", "codes", "That further corridor, `from-to`, or empty."),
        *(
            Column(
                f"trips_{end}",
                "float",
                "trips/month",
                f"Single trips a month for those gained, at {end} need.",
            )
            for end in SCENARIOS
        ),
        *(
            Column(f"cost_{end}_sek", "float", "kr/month", f"Their fares, at {end} need.")
            for end in SCENARIOS
        ),
        Column(
            "trips_per_person",
            "float?",
            "trips/month",
            "Single trips a month of each one who is gained, at low as at high need; none where nobody is.",
        ),
        Column("cost_per_person_sek", "float?", "kr/month", "Their fares."),
        Column("verdict", "text", "", "`outside_policy`, `recommended`, `possible` or `not_recommended`."),
        Column("reasons", "text", "", "Reason codes, `;` between them."),
        Column(
            "assumed_rules",
            "text",
            "",
            "Assumed rules that would touch it, `;` between them; they exclude no one.",
        ),
        Column("share_blocks", "bool", "", "Only an unknown eligible share keeps it from being recommended."),
        Column(
            "size_ok",
            "bool",
            "",
            "Criterion size of the target group: at least `corridors.min_gain` entitled unserved, at low need.",
        ),
        Column(
            "supply_ok",
            "bool",
            "",
            "Criterion supply: at least `corridors.min_gain` free suitable places, at low and at high need.",
        ),
        Column(
            "transit_ok",
            "bool",
            "",
            "Criterion commuting: the best day return keeps `corridors.recommended_max_min`, no booking, no tight last way home.",
        ),
    ),
)

STUDY_HOURS = Table(
    "study_hours",
    "what Folkbildningsrådet reports of one course in a municipality, for the month or the latest period before it",
    ("municipality_code", "course"),
    (
        MONTH,
        COUNTY,
        MUNICIPALITY,
        Column(
            "course",
            "text",
            "",
            "`from_day_one` (Svenska från dag 1) or `everyday_swedish` (Vardagssvenska).",
        ),
        Column("first_month", "text", "YYYY-MM", "First month of the period."),
        Column("last_month", "text", "YYYY-MM", "Last month of the period, included."),
        Column("hours", "float", "h", "Study hours in the period."),
        Column("participants", "int", "persons", "Participants in the period."),
    ),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            NEED,
            POINTS,
            ACTIVITIES,
            DAY_RETURNS,
            SERVED,
            SERVED_BY_PURPOSE,
            GAPS,
            CORRIDORS,
            EQUITY,
            SIMILAR,
            STUDY_HOURS,
        )
    }
)

_DTYPES: dict[str, Any] = {
    "text": "str",
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "float?": "float64",
    "bool": "bool",
    "bool?": "boolean",
}


def conform(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """`frame` with exactly the columns of `table`, in order, in their types, sorted by its key.

    Raises:
        ValueError: A column is missing or unknown, a value is missing where none may be, or the key repeats.
    """
    missing = [name for name in table.names if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in table.names]
    if missing or unknown:
        raise ValueError(f"table {table.name}: missing columns {missing}, unknown columns {unknown}")
    result = frame[table.names].copy()
    for column in table.columns:
        if column.kind.startswith("geometry"):
            continue
        if not column.kind.endswith("?") and result[column.name].isna().any():
            raise ValueError(f"table {table.name}: column {column.name} has missing values")
        result[column.name] = result[column.name].astype(_DTYPES[column.kind])
    if result.duplicated(list(table.key)).any():
        raise ValueError(f"table {table.name}: the key {table.key} repeats")
    return result.sort_values(list(table.key), kind="stable").reset_index(drop=True)


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of `frame` as named tuples, typed Any: a type checker cannot know the columns."""
    return iter(frame.itertuples(index=False))


def dictionary_markdown() -> str:
    """The data dictionary as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        "The tables of a month, under `months/<month>/` of a workspace, as Parquet (GeoParquet in EPSG:3006 where",
        "there is geometry). All of them are internal (METHOD 8). This page is made by `python -m geomatch.tables`.",
        "",
    ]
    for table in TABLES.values():
        lines += [
            f"## {table.name}",
            "",
            f"A row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}.",
            "",
        ]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [f"| `{c.name}` | {c.kind} | {c.unit} | {c.meaning} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(dictionary_markdown(), end="")  # noqa: T201  # printing the page is what the module run as a program is for
