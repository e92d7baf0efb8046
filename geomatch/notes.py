"""What was assumed or met on the way, as sentences: nothing is filled in silently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from geomatch.words import gettext as _
from geomatch.words import ngettext

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["assumption_notes", "note_text", "page_notes"]


def note_text(note: str, count: int) -> str:
    """The sentence for a reader's note `note` that was counted `count` times; an unknown note is given as it is."""
    texts: Mapping[str, Callable[[], str]] = {
        "masked": lambda: _("{count} counts are withheld (“..”): they are taken as intervals."),
        "dash": lambda: _("{count} counts are a dash: they are taken as intervals from 0."),
        "unknown_municipality_rows": lambda: _(
            "{count} rows are of an unknown municipality: they are part of the totals only."
        ),
        "totals_over_months": lambda: _(
            "{count} totals over several months are not read: people enrolled cannot be added over months."
        ),
        "empty_months": lambda: _("{count} months have no counts yet."),
        "note_rows": lambda: _("{count} rows below the table are text and not read."),
        "hidden_sheets": lambda: _("{count} hidden sheets are not read."),
        "signs_assumed": lambda: _("{count} withheld counts have no sign of their own: “..” is assumed."),
        "ignored_columns": lambda: ngettext(
            "{count} column is not used.", "{count} columns are not used.", count
        ),
        "visibility_assumed": lambda: _("{count} rows say nothing about visibility: “kommun” is assumed."),
        "status_assumed": lambda: _("{count} rows have no status: “pågående” is assumed."),
        "sex_assumed": lambda: _("{count} rows do not say whom they are for: women and men are assumed."),
        "target_groups_assumed": lambda: _("{count} rows name no target group: all are assumed."),
        "yes_no_assumed": lambda: _("{count} blank yes-or-no cells are taken as no."),
        "grant_scheme_blank": lambda: _("{count} rows have no grant."),
        "grant_scheme_other": lambda: _("{count} rows name a grant other than TIA, S37 and S37A."),
        "newcomer": lambda: _("{count} rows name newcomers, who are not among the enrolled."),
        "nameless_rows": lambda: _(
            "{count} rows without a name come before all others: they are taken to be of an unknown municipality."
        ),
        "municipalities_not_listed": lambda: _(
            "{count} municipalities are not listed: this template leaves out those with 0. Nothing is filled in."
        ),
        "text_numbers": lambda: _("{count} counts are text in the workbook and are read as numbers."),
        "year_from_file_name": lambda: _("The year of the months is taken from the name of the file."),
        "example_rows": lambda: _("{count} rows are the template's example: left out."),
        "read_as_utf_16": lambda: _("The file is read as UTF-16."),
        "likely_duplicates": lambda: _(
            "{count} activities look like the same in two registers, under different ids: all are kept."
        ),
        "municipality_from_coordinates": lambda: _(
            "{count} rows get their municipality from the coordinates."
        ),
        "near_other_municipality": lambda: _(
            "{count} places lie in another municipality than stated, by less than 2 km: the stated one stands."
        ),
        "outside_borders": lambda: _(
            "{count} places lie outside the generalised borders and belong to the nearest municipality."
        ),
        "point_of_municipality": lambda: _(
            "{count} rows have no coordinates: the municipality's point stands for them."
        ),
        "coordinates_in_other_system": lambda: _(
            "{count} rows have coordinates in another system than their heading says: recognised by their values."
        ),
        "digital_with_coordinates": lambda: _("{count} digital rows have coordinates, which are not used."),
        "without_sessions": lambda: _("{count} activities have no times: a standard session is assumed."),
        "read_as_windows_1252": lambda: _("The file is read as Windows text (cp1252)."),
        "open_ended": lambda: ngettext(
            "{count} corridor has no last day: it stays open.",
            "{count} corridors have no last day: they stay open.",
            count,
        ),
        "without_reference": lambda: ngettext(
            "{count} corridor has no reference.", "{count} corridors have no reference.", count
        ),
        "refused_rows": lambda: ngettext(
            "{count} row is a refused corridor: it opens nothing.",
            "{count} rows are refused corridors: they open nothing.",
            count,
        ),
        "ended_rows": lambda: ngettext(
            "{count} row ends a corridor before its last day.",
            "{count} rows end a corridor before its last day.",
            count,
        ),
        "correction_rows": lambda: ngettext(
            "{count} row corrects another: it holds from the day it was decided.",
            "{count} rows correct another: they hold from the day they were decided.",
            count,
        ),
        "decided_late": lambda: ngettext(
            "{count} decision was made after its first day: it counts from the day of the decision.",
            "{count} decisions were made after their first day: they count from the day of the decision.",
            count,
        ),
        "withheld_amounts": lambda: _("{count} amounts are withheld: nothing is put in their place."),
        "withheld_counts": lambda: _("{count} counts of persons or trips are withheld: they are intervals."),
        "without_goal": lambda: _(
            "{count} rows name no municipality to travel to: they are told by residence."
        ),
        "stated_inside": lambda: _("{count} localities lie in the municipality stated for them."),
        "stated_nearest": lambda: _(
            "{count} localities lie outside the generalised borders; the stated municipality is the nearest."
        ),
        "stated_elsewhere": lambda: _(
            "{count} localities lie in another municipality by the generalised borders: the stated one stands."
        ),
        "assigned_inside": lambda: _("{count} localities get the municipality they lie in."),
        "cells_outside": lambda: _(
            "{count} cells with people lie in no municipality, at sea or abroad by the generalised borders: not used."
        ),
        "population_undated": lambda: _("{count} rows have no date: they hold for every month."),
        "assigned_nearest": lambda: _("{count} localities get the nearest municipality."),
        "calendar_bad_dates": lambda: _(
            "{count} rows of calendar.txt have dates that are no dates: left out."
        ),
        "calendar_dates_bad": lambda: _("{count} rows of calendar_dates.txt cannot be used: left out."),
        "frequencies_bad": lambda: _("{count} rows of frequencies.txt cannot be used: left out."),
        "stop_times_of_unknown_trip": lambda: _("{count} stop times belong to an unknown trip: left out."),
        "stop_times_at_unknown_stop": lambda: _("{count} stop times are at an unknown stop: left out."),
        "stop_times_without_sequence": lambda: _("{count} stop times have no place in their trip: left out."),
        "stop_times_bad_time": lambda: _("{count} stop times are no times: left out."),
        "stop_times_bad_regulation": lambda: _(
            "{count} stop times have an unknown code for boarding or alighting: left out."
        ),
        "stop_times_of_backward_trip": lambda: _(
            "{count} stop times belong to trips that run backwards in time: left out with the trip."
        ),
        "stop_times_of_untimed_trip": lambda: _(
            "{count} stop times belong to trips without a first or a last time: left out with the trip."
        ),
        "stop_times_of_single_stop_trip": lambda: _(
            "{count} stop times belong to trips with one stop only: left out."
        ),
        "stop_times_repeated": lambda: _("{count} stop times repeat another: left out."),
        "areas_instead_of_stops": lambda: _(
            "{count} stop times are for areas in which a vehicle comes when called, not for stops: not used."
        ),
        "rows_without_id": lambda: _("{count} stops, routes or trips have no id: left out."),
        "routes_repeated": lambda: _("{count} routes repeat another's id: left out."),
        "stops_of_unknown_station": lambda: _(
            "{count} stops name a station that is not in the feed: each stands alone."
        ),
        "transfers_of_unknown_route": lambda: _("{count} rules of changes name an unknown route: left out."),
        "transfers_repeated": lambda: _(
            "{count} rules of changes are for the same two stops as another: left out."
        ),
        "stops_repeated": lambda: _("{count} stops repeat another's id: left out."),
        "stops_without_coordinates": lambda: _("{count} stops have no coordinates: left out."),
        "transfers_of_unknown_trip": lambda: _("{count} rules of changes name an unknown trip: left out."),
        "transfers_not_usable": lambda: _("{count} rules of changes name an unknown stop or kind: left out."),
        "trips_of_unknown_route": lambda: _("{count} trips are of an unknown route: left out."),
        "trips_of_unknown_service": lambda: _("{count} trips have no days of service: left out."),
        "trips_repeated": lambda: _("{count} trips repeat another's id: left out."),
    }
    text = texts.get(note)
    return text().format(count=count) if text else f"{note}: {count}"


def page_notes(assumptions: Mapping[str, Any], shown: pd.DataFrame) -> list[str]:
    """The sentences of a month's `assumptions` for a page that does not show protected activities.

    A count of activities is of those shown, so that nothing is left when they are counted on the page. What is not on
    the page, and so cannot be counted there, is said without a number.

    Args:
        assumptions: Of the county, from manifest.json.
        shown: The visible activities of the page: columns `sessions_assumed`, `sessions_on_holidays` and `funding` of
            ACTIVITIES.
    """
    counted = {
        "series_with_assumed_sessions": int(shown["sessions_assumed"].sum()),
        "sessions_on_holidays": int(shown["sessions_on_holidays"].sum()),
        "series_with_other_funding": int((shown["funding"] == "other").sum()),
    }
    silent = {
        "series_not_running": _("Some series of the register do not run this month."),
        "likely_duplicates": _(
            "Some activities look like the same in two registers, under different ids: all are kept."
        ),
    }
    told = [text for name, text in silent.items() if assumptions.get(name)]
    return [*assumption_notes({**assumptions, **counted, **dict.fromkeys(silent, 0)}), *told]


def _optional_texts() -> Mapping[str, str]:
    """What is said of the inputs that a month can do without: of each that is absent, and of what is made of the others."""
    return {
        "raster_absent": _("There is no population raster: people are spread over localities."),
        "raster_cells": _("Where people live is spread over {count} cells of the population raster."),
        "sites_absent": _(
            "There is no list of the sites of agency accommodation: the people there are spread like the rest."
        ),
        "municipalities_with_sites": _(
            "In {count} municipalities those in agency accommodation are placed at the sites of the board's list, by places. The sites are shown nowhere."
        ),
        "municipalities_with_sites_unused": _(
            "In {count} municipalities with listed sites the counts have nobody, or do not say how many live, in agency accommodation: the sites are not used there."
        ),
        "municipalities_with_agency_shared_out": _(
            "In {count} municipalities agency accommodation is counted for several groups together: it is shared out by the need of each."
        ),
        "population_absent": _(
            "There is no population of the municipalities: need is not given per 1,000 inhabitants."
        ),
        "municipalities_without_population": _(
            "{count} municipalities have no population for the month: they get no number per 1,000 inhabitants."
        ),
        "study_hours_absent": _("Folkbildningsrådet's study hours are not given."),
        "other_activities_absent": _(
            "There are no activities with other funding than the grants: the supply is that of the register alone."
        ),
        "travel_compensation_absent": _(
            "Migrationsverket's travel compensation (applied for, granted, paid) is not given."
        ),
        "series_with_other_funding": _(
            "{count} series have other funding than the grants: they are supply as well."
        ),
    }


def _breakdown_texts(used: Mapping[str, Any]) -> list[str]:
    """What counts by age and by case status were used for, and what holds where there are none."""
    texts = []
    of_all, ages, status = (
        used.get(name, 0) for name in ("municipalities", "ages_counted", "case_status_counted")
    )
    if ages:
        texts.append(
            _("In {count} municipalities adults (18 or more) are counted from the counts by age.").format(
                count=ages
            )
        )
        if ages < of_all:
            texts.append(
                _(
                    "In {count} municipalities the counts say nothing of ages: all ages count, or the adult share."
                ).format(count=of_all - ages)
            )
    if used.get("adults_together"):
        texts.append(
            _(
                "In {count} municipalities some adults are known only as a total: their sex, group or locality is taken as unknown, and nothing is made up."
            ).format(count=used["adults_together"])
        )
    if used.get("age_groups_not_read"):
        texts.append(
            _("Age groups that do not say their ages may be adults or not: {listed}.").format(
                listed=", ".join(used["age_groups_not_read"])
            )
        )
    if status:
        texts.append(
            _(
                "In {count} municipalities the right to travel is counted from the counts by case status (open first-instance cases)."
            ).format(count=status)
        )
        if status < of_all:
            texts.append(
                _(
                    "In {count} municipalities the counts say nothing of case status: the eligible share holds, with the source given."
                ).format(count=of_all - status)
            )
    return texts


def assumption_notes(assumptions: Mapping[str, Any]) -> list[str]:
    """The sentences of a month's `assumptions` (manifest.json), those that apply.

    The counts include protected activities: they are for those who have the register (see `page_notes`).
    """
    texts: list[str] = []

    def add(name: str, text: str, **values: object) -> None:
        value = assumptions.get(name)
        if value:
            count = len(value) if isinstance(value, list) else value
            listed = ", ".join(map(str, value)) if isinstance(value, list) else ""
            texts.append(text.format(count=count, listed=listed, **values))

    add("corridor_register_absent", _("There is no register of open corridors: none is taken to be open."))
    add(
        "localities_embedded",
        _(
            "Where people live is spread over the localities that come with the program (GeoNames, CC BY 4.0)."
        ),
    )
    add(
        "purposes_asked",
        _(
            "Only activities for these purposes count as supply: {listed}. The others are left out of all figures."
        ),
    )
    for name, text in _optional_texts().items():
        add(name, text)
    if assumptions.get("likely_duplicates"):
        texts.append(note_text("likely_duplicates", assumptions["likely_duplicates"]))
    add(
        "enrolment_files",
        _(
            "The counts are joined from {count} files: {listed}. Where several give the same count they agree."
        ),
    )
    add(
        "withheld_known_elsewhere",
        _("{count} counts that one file withholds stand as numbers in another: the numbers are used."),
    )
    add(
        "withheld_larger_elsewhere",
        _("{count} of them are larger than the sign in the other file says."),
    )
    add(
        "masked_cells",
        _(
            "{count} counts are withheld by the agency and taken as intervals, tightened by the published totals."
        ),
    )
    add(
        "widened_cells",
        _(
            "{count} withheld counts must be larger than their sign says, since the totals do not add up otherwise: {listed}."
        ),
    )
    texts += _breakdown_texts(assumptions.get("breakdowns_used", {}))
    add(
        "rules_changing",
        _(
            "The rules of who may travel change within the month, on {listed}: it is judged by those of its first day."
        ),
    )
    add(
        "rules_left_out",
        _(
            "Sets of rules that are wrong are left out: {listed}. They do not touch this month; geomatch rules explain tells what is wrong."
        ),
    )
    add(
        "corridors_against_rules",
        _(
            "{count} corridors are open by the register though a verified rule forbids them: {listed}. They count as open; geomatch decisions list tells which rule."
        ),
    )
    low, high = assumptions.get("unknown_municipality_low"), assumptions.get("unknown_municipality_high")
    if high:
        texts.append(
            _(
                "{persons} persons have no known municipality: they are part of the country's total only."
            ).format(persons=high if low == high else f"{low}–{high}")
        )
    add("series_not_running", _("{count} series of the register do not run this month."))
    add("series_with_assumed_sessions", _("{count} series have no times: the standard session is assumed."))
    add("sessions_on_holidays", _("{count} sessions fall on public holidays and are left out."))
    add(
        "municipalities_with_representative_point",
        _("{count} municipalities have no known locality: one point stands for each."),
    )
    add(
        "municipalities_with_location_unknown",
        _(
            "In {count} municipalities people live in agency accommodation whose sites are not given: they are spread over the localities like the rest."
        ),
    )
    add(
        "neighbours_without_activities",
        _(
            "The workspace has no activities of the neighbouring counties {listed}: what they offer is not counted."
        ),
    )
    add(
        "neighbours_without_need",
        _(
            "The workspace has no counts of the neighbouring counties {listed}: their people do not compete for places."
        ),
    )
    return texts
