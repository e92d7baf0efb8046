"""The county's pairs of municipalities as they may be shown, and their table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from geomatch.corridors.gains import CORNERS
from geomatch.corridors.table import trips_a_month
from geomatch.decisions.state import ENDED, EXPIRED, states
from geomatch.numbers import NOTHING, decimal, percent_interval, persons_floor, whole
from geomatch.plain import plain
from geomatch.publish.facts import CountyFacts, records
from geomatch.publish.journeys import Journey, journeys
from geomatch.publish.pairs import (
    KIND_ORDER,
    corridor_kind,
    corridor_reasons,
    kind_text,
    missing,
    pair_name,
    verdict_text,
)
from geomatch.publish.tables import Cell, Heading, Row, TableView, minutes_cell, number_cell, yes_no
from geomatch.settings import CorridorSettings
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = [
    "GAIN_LIMITS",
    "corridor_matrix",
    "corridor_records",
    "corridor_sentence",
    "corridor_table",
    "gain_class",
]

# Least gain, in persons, of line classes 1 to 4. Fixed, so that two months can be laid side by side.
GAIN_LIMITS = (1, 6, 20, 50)

_ENDS = (("low", "ll"), ("high", "hh"))


def _corridor_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sorting key of corridors: kind, then greatest gain, then codes."""
    return (
        KIND_ORDER.index(corridor_kind(row)),
        -max(int(row[f"gain_{corner}_milli"]) for corner in CORNERS),
        row["from_code"],
        row["to_code"],
    )


# Columns of the table `corridors` that could tell where a protected activity is, when it is held or how large it is.
_WITHHELD = (
    "travel_best_min",
    "travel_median_min",
    "travel_worst_min",
    "sessions_per_week",
    "transfers",
    "walk_m",
    "tightest_change_min",
    "booking_needed",
    "last_way_home_share",
    "last_way_home_tight",
    "last_way_home_change_min",
    "trips_low",
    "trips_high",
    "cost_low_sek",
    "cost_high_sek",
    "trips_per_person",
    "cost_per_person_sek",
    "free_places_low_milli",
    "free_places_high_milli",
    "supply_ok",
    "transit_ok",
)


def _as_shown(row: Mapping[str, Any], journey: Journey | None, settings: CorridorSettings) -> dict[str, Any]:
    """A row with what `_WITHHELD` holds reckoned anew from the visible activities."""
    sessions, places_milli = (journey.best_sessions_per_week, journey.places * 1000) if journey else (0.0, 0)
    trips = {end: trips_a_month(int(row[f"gain_{corner}_milli"]), sessions) for end, corner in _ENDS}
    gained = journey is not None and any(int(row[f"gain_{corner}_milli"]) for corner in CORNERS)
    for_one = trips_a_month(1000, sessions) if gained else math.nan
    free = {end: min(int(row[f"free_places_{end}_milli"]), places_milli) for end, _corner in _ENDS}
    return {
        **{name: value for name, value in row.items() if name not in _WITHHELD},
        "journey": journey,
        # Missing in the table itself: nobody gets there, by whatever activity.
        "shown": journey is not None or missing(row["travel_best_min"]),
        **{f"trips_{end}": value for end, value in trips.items()},
        **{f"cost_{end}_sek": value * settings.fare_sek for end, value in trips.items()},
        "trips_per_person": for_one,
        "cost_per_person_sek": for_one * settings.fare_sek if gained else math.nan,
        **{f"free_places_{end}_milli": value for end, value in free.items()},
        "supply_ok": min(free.values()) >= settings.min_gain * 1000,
        "transit_ok": journey is not None and journey.good,
    }


def _ended(facts: CountyFacts) -> dict[tuple[str, str], str]:
    """The last day of each corridor that was open in the month and is not in force on its last day."""
    if facts.decided is None:
        return {}
    return {
        (one.from_code, one.to_code): (date.fromisoformat(one.since) - timedelta(days=1)).isoformat()
        for one in states(facts.decided.decisions, facts.month)
        if one.open_in_month and one.state in {ENDED, EXPIRED}
    }


def corridor_records(facts: CountyFacts) -> list[dict[str, Any]]:
    """The county's corridors as they may be shown: open ones first, then by verdict, greatest gain and codes.

    Persons, verdict and reasons are those of the table `corridors`, where protected activities take part. Day return
    (`journey`, a Journey or None), free places, trips, cost and the criteria of supply and commuting are those of the
    visible activities alone. `shown` is False where there is a day return, but none that may be shown. `ended` is the
    last day (ISO) of a corridor that was open in the month and is not at its end; empty for all others.
    """
    known, settings, ended = journeys(facts), facts.settings.corridors, _ended(facts)
    rows = []
    for row in records(facts.own_corridors()):
        pair = str(row["from_code"]), str(row["to_code"])
        rows.append({**_as_shown(row, known.get(pair), settings), "ended": ended.get(pair, "")})
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
    milli = [int(row[f"gain_paired_{corner}_milli"]) for corner in CORNERS]
    least, most = persons_floor(min(milli)), persons_floor(max(milli))
    return (
        Cell(least if least == most else f"{least}–{most}", float(max(milli))),
        Cell(pair_name(str(row["paired_with"]), names)),
    )


def _share(value: float) -> Cell:
    known = number_cell(value)
    return known if known.value is None else Cell(percent_interval(known.value, known.value), known.value)


def _criteria(row: Mapping[str, Any], least: str) -> list[Cell]:
    """The three criteria in words; `least` is the number that size and supply are held against."""
    words = (
        (True, row["size_ok"], _("large enough"), _("under {n} persons").format(n=least)),
        (row["shown"], row["supply_ok"], _("enough"), _("under {n} free places").format(n=least)),
        (row["shown"], row["transit_ok"], _("good"), _("wanting")),
    )
    return [
        (Cell(yes, 1.0, mark="yes") if met else Cell(no, 0.0, mark="no")) if shown else Cell(NOTHING)
        for shown, met, yes, no in words
    ]


def _journey_cells(journey: Journey | None) -> list[Cell]:
    if journey is None:
        return [Cell(NOTHING)] * 11
    return [
        minutes_cell(journey.best),
        minutes_cell(journey.median),
        minutes_cell(journey.worst),
        number_cell(journey.sessions_per_week),
        number_cell(journey.transfers, 0),
        number_cell(journey.walk_m, 0),
        number_cell(journey.tightest_change_min, 0),
        yes_no(value=journey.booking_needed, wanted=False),
        _share(journey.last_way_home_share),
        number_cell(journey.last_way_home_change_min, 0),
        yes_no(value=journey.last_way_home_tight, wanted=False),
    ]


def _fare_cells(row: Mapping[str, Any]) -> list[Cell]:
    if not row["shown"]:
        return [Cell(NOTHING)] * 4
    return [
        _amount(row, "trips"),
        _amount(row, "cost", "_sek"),
        number_cell(row["trips_per_person"], 0),
        number_cell(row["cost_per_person_sek"], 0),
    ]


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
        Heading(_("walk, m"), numeric=True, group=journey),
        Heading(_("shortest change, min"), numeric=True, group=journey),
        Heading(_("booking"), group=journey),
        Heading(_("no later way home"), numeric=True, group=journey),
        Heading(_("its shortest change, min"), numeric=True, group=journey),
        Heading(_("tight change"), group=journey),
        Heading(_("trips a month"), numeric=True, group=fares),
        Heading(_("kr a month"), numeric=True, group=fares),
        Heading(_("trips a person"), numeric=True, group=fares),
        Heading(_("kr a person"), numeric=True, group=fares),
        Heading(_("size"), group=criteria),
        Heading(_("supply"), group=criteria),
        Heading(_("commuting"), group=criteria),
        Heading(_("Reason")),
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
                    *(
                        Cell(persons_floor(row[f"gain_{corner}_milli"]), float(row[f"gain_{corner}_milli"]))
                        for corner in CORNERS
                    ),
                    *_paired(row, names),
                    _persons(row, "entitled_unserved"),
                    _persons(row, "free_places") if row["shown"] else Cell(NOTHING),
                    *_journey_cells(row["journey"]),
                    *_fare_cells(row),
                    *_criteria(row, least),
                    Cell(" ".join(corridor_reasons(row, facts.settings)), mark="long"),
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
                    "Gain, verdict and reason count protected activities as well, and can be better than the journey shown. Journeys, free places, fares and the criteria of supply and commuting are those of the activities shown; a dash stands where none of them is reached, or where the people live in a county that is not computed. ≤ marks a time rounded up to tens, where the activity's place may not be known."
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


def _gains(row: Mapping[str, Any]) -> list[int]:
    return [int(row[f"gain_{corner}_milli"]) for corner in CORNERS]


def gain_class(row: Mapping[str, Any]) -> int:
    """How thick a corridor is drawn: 0 to 4 by the greatest gain of the four corners."""
    return sum(max(_gains(row)) >= limit * 1000 for limit in GAIN_LIMITS)


def _gain_text(row: Mapping[str, Any]) -> str:
    """The least and the greatest gain of the four corners: `6–9`, or `6` when they are one."""
    least, most = (persons_floor(value) for value in (min(_gains(row)), max(_gains(row))))
    return least if least == most else f"{least}–{most}"


def corridor_sentence(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A corridor in one sentence: verdict, persons, journey, sessions and fares.

    Args:
        row: A row of `corridor_records`.
        names: Municipality names by code.
    """
    gain = _gain_text(row)
    number = 1 if gain == "1" else 2
    if row["status"] == "open":
        text = ngettext(
            "{n} person would lose their place without it",
            "{n} persons would lose their place without it",
            number,
        )
    else:
        text = ngettext("{n} more person gets a place", "{n} more persons get a place", number)
    parts = [text.format(n=gain)]
    journey = row["journey"]
    if journey is not None:
        minutes = (
            _("at most {n}").format(n=whole(journey.best.value))
            if journey.best.rounded
            else whole(journey.best.value)
        )
        parts.append(_("the shortest journey takes {n} minutes each way").format(n=minutes))
        sessions = decimal(journey.sessions_per_week)
        parts.append(
            ngettext(
                "{n} session a week can be reached",
                "{n} sessions a week can be reached",
                1 if sessions == "1" else 2,
            ).format(n=sessions)
        )
    elif row["shown"]:
        parts.append(_("no journey there and home the same day"))
    low, high = (decimal(row[f"cost_{end}_sek"], 0) for end, _corner in _ENDS)
    if high != "0" or low != "0":
        cost = low if low == high else f"{low} / {high}"
        parts.append(_("the fares are {cost} kr a month").format(cost=cost))
    return _("{pair}: {verdict}; {facts}.").format(
        pair=pair_name(f"{row['from_code']}-{row['to_code']}", names),
        verdict=verdict_text(row),
        facts=", ".join(parts),
    )


def corridor_matrix(facts: CountyFacts) -> TableView:
    """From each municipality to each other: verdict and gain of the pair; a dash where there is no day return."""
    names = facts.names()
    rows = {(str(row["from_code"]), str(row["to_code"])): row for row in corridor_records(facts)}

    def ordered(codes: set[str]) -> list[str]:
        return sorted(codes, key=lambda code: (code[:2] != facts.county_code, names.get(code, code), code))

    starts, goals = ordered({o for o, _d in rows}), ordered({d for _o, d in rows})

    def cell(start: str, goal: str) -> Cell:
        row = rows.get((start, goal))
        if row is None:
            return Cell(NOTHING)
        kind = corridor_kind(row)
        gain = _gain_text(row)
        text = verdict_text(row) if row["status"] == "open" else kind_text(kind)
        if gain != "0":
            text = _("{verdict}, {gain}").format(verdict=text, gain=gain)
        return Cell(text, float(max(_gains(row))), mark=f"kind {kind}")

    return TableView(
        "matrix",
        _("Pairs as a matrix"),
        _(
            "Rows are where people live, columns where the activity is. Each cell has the verdict and how many more get a place, from the least to the greatest of the four cases; for an open pair, how many would lose theirs. A dash is no day return, or a pair that is not of this county."
        ),
        (Heading(_("From")), *(Heading(names.get(code, plain(code)), group=_("To")) for code in goals)),
        tuple(
            Row((Cell(names.get(start, plain(start))), *(cell(start, goal) for goal in goals)))
            for start in starts
        ),
        _("No pair of municipalities can be reached."),
    )
