"""The words of the map, as a script for each language: the same gettext catalogue as everything else."""

from __future__ import annotations

from typing import Any

from geomatch.numbers import month_text
from geomatch.site.figures import sign_text
from geomatch.site.values import script
from geomatch.words import DEFAULT_LANGUAGE, language
from geomatch.words import gettext as _

__all__ = ["field_text", "words_script"]


def field_text(field: str) -> str:
    """The short name of a figure, as headings have it."""
    return {
        "need": _("Enrolled"),
        "women": _("Women"),
        "men": _("Men"),
        "women_share": _("Share of women"),
        "series": _("Activities"),
        "places": _("Places"),
        "gap": _("Without a place"),
        "gap_share": _("Share without a place"),
        "access_index": _("Access index"),
        "need_change": _("Change in enrolled"),
        "gap_change": _("Change in those without a place"),
    }[field]


def _what(field: str) -> str:
    """What a figure is, as a sentence."""
    return {
        "need": _("Persons enrolled in Migrationsverket's reception system."),
        "women": _("Women among those enrolled."),
        "men": _("Men among those enrolled."),
        "women_share": _("Women among women and men enrolled."),
        "series": _("Activities that are held in the municipality."),
        "places": _("Places in activities that are held in the municipality."),
        "gap": _("Persons enrolled who get no place in any activity they can reach and get home from the same day."),
        "gap_share": _("Those without a place, as a share of the enrolled; computed."),
        "access_index": _("Places within reach for each person; nearer places count more. A low index is worse."),
    }[field]  # fmt: skip


def words_script() -> str:
    """The script `words-<language>.js` in the language in force."""
    fields = (
        "need", "women", "men", "women_share", "series", "places", "gap", "gap_share", "access_index", "need_change", "gap_change",
    )  # fmt: skip
    value: dict[str, Any] = {
        "prefix": "" if language() == DEFAULT_LANGUAGE else f"{language()}/",
        "decimal": "," if language() == "sv" else ".",
        "thousands": "\u00a0" if language() == "sv" else ",",
        "months": [month_text(f"2000-{number:02d}").rsplit(" ", 1)[0] for number in range(1, 13)],
        "fields": {field: field_text(field) for field in fields},
        "layers": {
            "gap": _("Without a place"),
            "need": _("Enrolled"),
            "places": _("Places"),
            "access_index": _("Access index"),
            "women_share": _("Share of women"),
            "need_change": _("Change in enrolled"),
        },
        "what": {field: _what(field) for field in fields if not field.endswith("_change")},
        "since": _("Since {month}, the published month before."),
        "no_earlier": _("No earlier month is published."),
        "no_figures": _("no figures are published"),
        "signs": {sign: sign_text(sign) for sign in ("..", "-", ".")},
        "methods": {
            "natural": _("Class limits: natural breaks (Fisher-Jenks), rounded, from the months up to {month}; the same for all months. The colour goes by the highest value of an interval."),
            "natural_change": _("Class limits: natural breaks (Fisher-Jenks) of the sizes of changes, rounded, from the months up to {month}; the same for all months. The colour goes by the highest value of an interval; one that may be a decrease or an increase has that of no change."),
            "assumed": _("Class limits: fixed, since the first months have too few different values; the same for all months. The colour goes by the highest value of an interval."),
            "fixed": _("Class limits: fixed, the same distance on both sides of half; the same for all months."),
        },
        "kinds": {
            "open": _("open for travel compensation"),
            "recommended": _("recommended"),
            "possible": _("possible"),
            "not_recommended": _("not recommended"),
            "outside_policy": _("outside the rules"),
        },
        "kind_order": ["open", "recommended", "possible", "not_recommended", "outside_policy"],
        "groups": {
            "asylum_seeker": _("asylum seekers"),
            "temporary_protection": _("temporary protection"),
            "permit_awaiting_settlement": _("awaiting settlement"),
            "newcomer": _("newcomers"),
            "all": _("everyone"),
            "women": _("women"),
            "men": _("men"),
        },
        "days": {
            "mon": _("Mondays"), "tue": _("Tuesdays"), "wed": _("Wednesdays"), "thu": _("Thursdays"),
            "fri": _("Fridays"), "sat": _("Saturdays"), "sun": _("Sundays"),
        },
        "from_to": _("{low} to {high}"),
        "under": _("under {n}"),
        "or_more": _("{n} or more"),
        "hatched": _("hatched: an interval, since counts are withheld or shares unknown"),
        "sure_interval": _("An interval, since counts are withheld or shares unknown."),
        "from_whom": _("The figures are for {month}. Enrolled: Migrationsverket, updated {updated}. Activities: the county boards. Journeys: timetables of public transport."),
        "from_whom_synthetic": _("The figures are for {month}, and made up: they say nothing about any real place."),
        "unknown_day": _("on a day that is not known"),
        "synthetic": _("SYNTHETIC DATA"),
        "no_data": _("The month has no figures for this municipality."),
        "no_month": _("{month} could not be loaded."),
        "page_of": _("The page of {name}"),
        "page_of_month": _("The page of {month}"),
        "other_month": _("Map and table show {month}. The rest of this page is of {own}."),
        "pairs_out": _("Journeys to activities elsewhere"),
        "pairs_in": _("Journeys hither from elsewhere"),
        "minutes": _("{n} minutes each way"),
        "under_minute": _("under 1 minute each way"),
        "gain": _("persons more who get a place: {n}"),
        "gain_open": _("persons who would lose their place if it were closed: {n}"),
        "more_on_page": _("{n} more on the page of {name}"),
        "more_ways": _("{n} ways more"),
        "more_on_county": _("{n} more: zoom in, or see the page of the county."),
        "minutes_between": _("{low}–{high} minutes"),
        "minutes_more": _("{n} minutes or more"),
        "no_surface": _("{month} has no such surface."),
        "unnamed": _("without a name"),
        "one_activity": _("{name} in {place}"),
        "several_activities": _("{n} activities: {place}"),
        "places": _("{n} places"),
        "no_times": _("The times are not given."),
        "place_not_shown": _("Place and times are not shown."),
        "how_to_get_there": _("There and home the same day:"),
        "way": _("from {place} {minutes}"),
        "no_change": _("no change"),
        "one_change": _("{n} change there and home"),
        "changes": _("{n} changes there and home"),
        "no_way": _("Nobody gets there and home the same day by public transport or on foot."),
        "closer": _("Zoom in"),
        "more_in_table": _("{n} more: zoom in, or see the table."),
        "all_purposes": _("all purposes"),
        "all_groups": _("everyone"),
        "activity_in": _("activity in {place}"),
        "hits": _("{n} found"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
    }  # fmt: skip
    return script("words", value)
