"""What the documents of a month are made from: the county page's facts, places left, addresses, sessions, timetable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from geomatch.access import allocate_month
from geomatch.asked import check_asked, computed_counties
from geomatch.decisions.gather import Gathered, gathered
from geomatch.disclosure import visible_activities
from geomatch.errors import InputError
from geomatch.month import Computed, computed_again
from geomatch.numbers import month_text
from geomatch.plain import plain
from geomatch.points import without_sites
from geomatch.publish.facts import CountyFacts, records
from geomatch.restricted import Audience, Restricted
from geomatch.sources.regions import counties, municipalities
from geomatch.tables import SCENARIOS
from geomatch.travel.network import Network
from geomatch.words import gettext as _
from geomatch.words import ngettext
from geomatch.workspace import Input, Workspace

__all__ = ["DocumentFacts", "Left", "month_facts", "places_left", "shown_addresses"]

Progress = Callable[[str, int, int], None]
Left = tuple[int, int]
"""Thousandths of places that nobody takes, at low and at high need."""

_TABLES = ("gaps", "served", "corridors", "points", "day_returns")


@dataclass(frozen=True)
class DocumentFacts:
    """One county's part of a month, as its documents may say it.

    Attributes:
        county: Facts of the county page: visible activities only, and no sites of accommodation.
        addresses: Address by series, of those whose exact place may be shown.
        left: Places left by series, reckoned as if there were no hidden activities.
        sessions: series_id, date, start_s, end_s of the visible activities, in the weeks that journeys are judged by.
        network: The timetable.
        contact: Whom to ask about what is not listed.
        made_from: Source, day of the counts, and run.
        entitled: Who may travel, where counts of case status or rules say it (`geomatch.barred.entitled_by_rules`).
        undecided: Why the decisions on corridors cannot be told; '' where they can.
    """

    county: CountyFacts
    addresses: Mapping[str, str]
    left: Mapping[str, Left]
    sessions: pd.DataFrame
    network: Network
    contact: str
    made_from: str
    entitled: pd.DataFrame | None = None
    undecided: str = ""

    @property
    def day(self) -> date:
        """The first day of the month, whose shares and rules hold."""
        return date.fromisoformat(f"{self.county.month}-01")

    @property
    def kicker(self) -> str:
        """County and month in words."""
        return f"{plain(self.county.county_name)}, {month_text(self.county.month)}"

    def codes(self) -> list[str]:
        """The county's municipalities, by name."""
        shapes, names = self.county.municipalities, self.county.names()
        own = shapes.loc[shapes["county_code"] == self.county.county_code, "municipality_code"]
        return sorted(map(str, own), key=lambda code: (names[code], code))

    def activities_in(self, code: str) -> list[dict[str, Any]]:
        """The visible activities of a municipality by name, those at a distance last."""
        table = self.county.activities
        mine = table[table["municipality_code"] == code].drop(columns="geometry")
        return sorted(
            records(mine), key=lambda row: (bool(row["digital"]), plain(row["name"]), row["series_id"])
        )

    def file_name(self, name: str) -> str:
        """Name of a file: what it is, month and county, and whether it is synthetic."""
        mark = _("SYNTHETIC") + "-" if self.county.synthetic else ""
        return f"{mark}{name}-{self.county.month}-{self.county.county_code}"

    def titled(self, title: str) -> str:
        """A title that says where the input is synthetic."""
        return _("SYNTHETIC DATA: {title}").format(title=title) if self.county.synthetic else title

    def marks(self, *, internal: bool) -> tuple[str, ...]:
        """How a document may be used, and whether it is synthetic."""
        use = _("Internal working material") if internal else _("For reception desks")
        return (use, _("SYNTHETIC DATA")) if self.county.synthetic else (use,)

    def elsewhere(self) -> str:
        """Whom to ask about what is not listed. The same in every municipality, so that it tells of none of them."""
        return _(
            "There may be more activities than those listed here, among them protected ones, whose names and places are not written down. Ask {contact}."
        ).format(contact=self.contact)


def shown_addresses(series: Restricted[pd.DataFrame]) -> dict[str, str]:
    """Address by series_id, of those at an `exact` place: the address is no more than what the map shows (METHOD 8).

    Contacts stay in the register: they are persons'.

    Args:
        series: The register's series: series_id, visibility, digital, address.
    """
    table = series.reveal(Audience.INTERNAL)
    table = table[
        (table["visibility"] == "exact") & ~table["digital"].astype(bool) & (table["address"] != "")
    ]
    return {
        str(name): plain(address)
        for name, address in zip(table["series_id"], table["address"].astype(str), strict=True)
    }


def places_left(computed: Computed) -> dict[str, Left]:
    """Places left by series, of the visible ones: all places less those that the month's allocation fills.

    Everybody is allotted anew as if there were no hidden activities, so that no number here tells of them.
    """
    visible = computed.supply.activities
    visible = visible[visible["visibility"] != "hidden"].reset_index(drop=True)
    allocation = computed.allocation
    if len(visible) < len(computed.supply.activities):
        returns = computed.day_returns[computed.day_returns["series_id"].isin(set(visible["series_id"]))]
        allocation = allocate_month(
            computed.points, visible, returns.reset_index(drop=True), computed.inputs.corridors,
            computed.inputs.settings, computed.month,
        )  # fmt: skip
    reach = allocation.reach
    left: dict[str, dict[str, int]] = {name: {} for name in reach.series_id}
    for end in SCENARIOS:
        scenario = allocation.scenarios[end]
        taken = dict.fromkeys(reach.series_id, 0.0)
        flows = zip(scenario.network.series.tolist(), scenario.allocation.flow.tolist(), strict=True)
        for series, amount in flows:
            taken[reach.series_id[series]] += amount
        for number, name in enumerate(reach.series_id):
            # Quantities have two decimals of a thousandth.
            left[name][end] = max(0, round(int(reach.capacity[number]) - taken[name]))
    return {name: (ends["low"], ends["high"]) for name, ends in left.items()}


def month_facts(
    workspace: Workspace,
    month: str,
    county: str | None = None,
    contact: str = "",
    progress: Progress = lambda *_: None,
) -> list[DocumentFacts]:
    """What the documents of a computed month are made from, for one county or for all that it was computed for.

    Numbers are those of the month's tables. Places left, and journeys leg by leg, need the allocation and the
    timetable once more, from the inputs and settings that the month was made from, also where the workspace has
    others by now.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        county: Two digits, or None for all.
        contact: Whom to ask about what is not listed; empty names the county board.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: The month is not computed, or not for that county; a copy of its inputs is gone.
    """
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    check_asked(month, county)
    manifest = workspace.manifest(month)
    wanted = computed_counties(manifest, county)
    computed = computed_again(workspace, month, progress)
    used = [Input(**one) for one in manifest["inputs"]]
    shapes = municipalities()
    activities = visible_activities(workspace.read_activities(month), shapes)
    tables = {name: workspace.read_table(month, name) for name in _TABLES}
    tables["points"], tables["day_returns"] = without_sites(tables["points"], tables["day_returns"])
    progress(_("Places left"), 0, 1)
    left = places_left(computed)
    sessions = computed.supply.sessions
    decided = _decided(workspace, used)
    base = CountyFacts(
        month=month,
        county_code="",
        county_name="",
        synthetic=bool(manifest["synthetic"]),
        municipalities=shapes,
        activities=activities,
        sources=(),
        window=_window(manifest),
        notes=(),
        settings=computed.inputs.settings,
        decided=decided if isinstance(decided, Gathered) else None,
        **tables,
    )
    return [
        DocumentFacts(
            county=replace(base, county_code=code, county_name=names[code]),
            addresses=shown_addresses(Restricted(_series(computed.inputs.series))),
            left=left,
            sessions=sessions[sessions["series_id"].isin(set(activities["series_id"]))],
            network=computed.inputs.network,
            contact=plain(contact)
            or _("the county administrative board of {county}").format(county=names[code]),
            made_from=_made_from(manifest),
            entitled=computed.entitled,
            undecided=str(decided) if isinstance(decided, InputError) else "",
        )
        for code in wanted
    ]


def _decided(workspace: Workspace, used: list[Input]) -> Gathered | InputError:
    """The decisions that the month was made from, or why they cannot be told: the documents are no worse for it."""
    try:
        return gathered(workspace, used)
    except InputError as error:
        return error


def _series(series: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(series[["series_id", "visibility", "digital", "address"]])


def _window(manifest: Mapping[str, Any]) -> str:
    """The weeks that journeys are judged by, in words."""
    window = manifest["window"]
    return ngettext(
        "{first} to {last}, {n} whole week", "{first} to {last}, {n} whole weeks", window["weeks"]
    ).format(first=window["first_day"], last=window["last_day"], n=window["weeks"])


def _made_from(manifest: Mapping[str, Any]) -> str:
    """Whose figures the documents are made from, and by which run."""
    # Made-up files are nobody's.
    parts = [] if manifest["synthetic"] else ["Källa: Migrationsverket"]
    if manifest["updated"]:
        parts.append(_("counts updated {day}").format(day=manifest["updated"]))
    parts.append(
        _("geomatch {version}, run {run}").format(
            version=manifest["geomatch"], run=str(manifest["fingerprint"])[:12]
        )
    )
    return " · ".join([*parts, _("borders of municipalities: SCB")])
