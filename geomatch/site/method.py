"""The page of the method: how figures are computed, what each figure and sign means, sources, what is withheld."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geomatch.numbers import decimal, interval, percent_interval, whole
from geomatch.public.editions import Edition
from geomatch.settings import Settings
from geomatch.site.described import LICENCE_NAME
from geomatch.site.figures import sign_text
from geomatch.site.layout import Pages
from geomatch.site.text_page import Section, text_page
from geomatch.site.words import kind_text
from geomatch.words import gettext as _

__all__ = ["method_page"]


def _need() -> Section:
    return Section(
        "need",
        _("Need: who is counted"),
        (
            _(
                "The need is everyone enrolled in the reception system at the end of the month, as the Swedish Migration Agency publishes it by municipality. All ages are counted, unless the agency's counts or a county board say how many are adults."
            ),
            _(
                "The number of a county or of Sweden is the agency's own total. It also holds those whose municipality is not known, so the municipalities need not add up to it."
            ),
            _(
                "Where the agency withholds a number it is not taken to be 0. It is computed with the least and with the most it can be, which is why many figures here are intervals, such as 33–39."
            ),
            _(
                "Where people live within a municipality is not known. They are spread over its localities by population."
            ),
        ),
    )


def _supply() -> Section:
    return Section(
        "supply",
        _("Supply: activities and places"),
        (
            _(
                "The activities are those in the county boards' registers that may be shown. Places are how many can take part each time. An activity at three places is counted as three."
            ),
            _(
                "Some activities are for people who need protection. A board then has only the municipality shown, or does not show the activity at all. What is not shown is part of no number on this site."
            ),
            _(
                "Sessions on public holidays are left out. An activity without times in the register is judged by a standard session on weekdays."
            ),
        ),
    )


def _journeys(settings: Mapping[str, Any]) -> Section:
    limits, walk, sessions = settings["limits"], settings["walk"], settings["sessions"]
    return Section(
        "journeys",
        _("Journeys: there and home the same day"),
        (
            _(
                "An activity is within reach when one gets there before it begins and home after it ends the same day, by public transport or on foot. The timetables of the month are searched for every session."
            ),
        ),
        (
            _("At most {minutes} minutes each way, with at most {changes} changes.").format(
                minutes=decimal(limits["max_travel_min"]), changes=whole(int(limits["max_transfers"]))
            ),
            _("There {n} minutes before the session begins, and leaving {n} minutes after it ends.").format(
                n=decimal(limits["margin_min"])
            ),
            _(
                "At most {metres} m on foot to or from a stop, at {speed} km/h; the way is reckoned as {detour} times the straight line."
            ).format(
                metres=decimal(walk["max_walk_m"], 0),
                speed=decimal(walk["speed_kmh"]),
                detour=decimal(walk["detour"]),
            ),
            _("At most {hours} hours away from home.").format(hours=decimal(limits["max_away_min"] / 60)),
            _("Journeys that must be booked ahead are counted.")
            if limits["allow_booking"]
            else _("Journeys that must be booked ahead are not counted as reachable."),
            _("At least {share} of the sessions must be within reach.").format(
                share=percent_interval(sessions["min_session_share"], sessions["min_session_share"])
            ),
        ),
        after=(
            _(
                "The time that is shown is the mean of the way there and the way home. A last way home is marked when there is no later journey that day."
            ),
        ),
    )


def _gap() -> Section:
    return Section(
        "gap",
        _("The gap: who gets no place"),
        (
            _(
                "Those enrolled are matched with places in activities that suit them: first as many as possible in their own municipality, then as many as possible in all, then with the shortest journeys, then as evenly as can be. The gap is those who are left."
            ),
            _(
                "An activity in another municipality counts only if one can walk there, or if travel compensation may be granted between the two municipalities and the person has the right to it. How many have that right is not published by municipality, so it is reckoned with an interval."
            ),
            _(
                "The gap is computed, so nobody has been counted or registered for it. The true number lies within the interval whatever the withheld counts and unknown shares are, as long as the rest of the input is right."
            ),
        ),
    )


def _figures(settings: Mapping[str, Any]) -> Section:
    steps = settings["index"]["steps_min"]
    weights = settings["index"]["weights"]
    told = ", ".join(
        _("{weight} up to {minutes} min").format(weight=decimal(weight, 2), minutes=decimal(minutes))
        for weight, minutes in zip(weights, steps, strict=True)
    )
    return Section(
        "figures",
        _("What each figure means"),
        terms=(
            (
                _("Enrolled"),
                _("Persons in the reception system at the end of the month, by the Swedish Migration Agency."),
            ),
            (_("Women, men"), _("Of those enrolled, where the agency's counts tell them apart.")),
            (
                _("Share of women"),
                _("Women among women and men; shown only where neither number is withheld."),
            ),
            (
                _("Activities"),
                _("Activities with sessions in the weeks that were looked at, not counting those at a distance."),
            ),
            (_("Places"), _("How many can take part each time, of all those activities together.")),
            (_("Gap"), _("Persons enrolled who get no place in any activity.")),
            (_("Gap, share"), _("The gap as a share of those enrolled.")),
            (
                _("No day return"),
                _("Persons who can reach no suitable activity and get home the same day, allowed or not."),
            ),
            (
                _("Access index"),
                _(
                    "Places within reach for each person enrolled. Places are shared with everyone who reaches them, and near ones count more: {weights}. The method is the enhanced two-step floating catchment area (Luo & Qi 2009); the times are our assumption."
                ).format(weights=told),
            ),
            (
                _("Fifth"),
                _(
                    "In which fifth of all municipalities one is by its share without a place. Two fifths are given where the intervals leave it open."
                ),
            ),
            (
                _("Gini coefficient"),
                _("How unevenly the access index falls: 0 is the same for all, close to 1 is all to a few."),
            ),
            (
                _("Change"),
                _("The difference from the month that was published before, of the numbers as published."),
            ),
        ),
    )  # fmt: skip


def _kind(kind: str) -> str:
    """A kind of pair as a term."""
    text = kind_text(kind)
    return text[:1].upper() + text[1:]


def _pairs(settings: Mapping[str, Any]) -> Section:
    corridors = settings["corridors"]
    return Section(
        "pairs",
        _("Pairs of municipalities for travel compensation"),
        (
            _(
                "The Swedish Migration Agency can grant travel compensation between two municipalities. Each pair between which people can go there and home the same day is looked at, each direction by itself."
            ),
        ),
        terms=(
            (_kind("open"), _("Compensation may already be granted between the two.")),
            (
                _kind("recommended"),
                _(
                    "Opening it gives at least {n} persons more a place whatever the withheld counts are, in at most {minutes} minutes each way, without booking and with a safe last way home."
                ).format(n=decimal(corridors["min_gain"]), minutes=decimal(corridors["recommended_max_min"])),
            ),
            (_kind("possible"), _("It gives somebody a place, alone or together with one more pair.")),
            (_kind("not_recommended"), _("It gives nobody more a place.")),
            (_kind("outside_policy"), _("A confirmed rule of the month excludes everyone.")),
        ),
        after=(
            _(
                "A recommendation is a computed proposal. The agency decides, and what the county boards know of places and people counts more than a number."
            ),
        ),
    )


def _withheld(least: str, disclosure: Mapping[str, Any]) -> Section:
    # An edition that is older than the setting withholds.
    method = disclosure.get("method", "withhold")
    small = {
        "withhold": _(
            "Numbers that are {n} persons, or may be, are not shown, of those enrolled as well as of the gap and all that follows from it. In a small place a small number could tell who it is about."
        ),
        "interval": _(
            "Numbers that are {n} persons, or may be, are shown as an interval that holds all of these, of those enrolled as well as of the gap and all that follows from it. In a small place a small number could tell who it is about."
        ),
        "rounded": _(
            "Numbers of persons are shown as the two multiples of {step} that they lie between, so that nobody can tell {n} persons from a few more. In a small place a small number could tell who it is about."
        ),
    }[method].format(n=least, step=disclosure.get("round_to"))
    more = {
        "withhold": _(
            "Where a total, another table or an earlier edition would tell what is withheld, other numbers are withheld with it: as few as possible, and first those that say least. So .. need not mean a small number."
        ),
        "interval": _(
            "The gap of a county and of the country is as much wider as their municipalities' gaps are."
        ),
        "rounded": _("Where that would not do, a number is withheld altogether."),
    }[method]
    return Section(
        "withheld",
        _("What is withheld, and why"),
        (
            small,
            more,
            _(
                "The numbers here are made in a computation of their own, from nothing but what anybody may know: the agency's published counts with their signs, public timetables, and activities that may be shown. Addresses of accommodation are never part of it."
            ),
            _(
                "Before anything is published, a program that knows all pages, files and editions tries to work out every withheld number. What it can work out is not published."
            ),
        ),
        terms=tuple((sign, sign_text(sign)) for sign in ("..", "-", ".")),
        after=(_("0 means that the number is known and is nought. No sign means 0."),),
    )


def _editions() -> Section:
    return Section(
        "editions",
        _("Editions and corrections"),
        (
            _(
                "A month is published as edition 1. It is not rewritten afterwards. If a number turns out to be wrong, the month becomes a new edition with a note of what changed and why; the note is at the top of its pages and on the page of data."
            ),
            _(
                "A page of a month says nothing of later months, and its address stays the same, so it can be quoted."
            ),
        ),
    )


def _sources() -> Section:
    return Section(
        "sources",
        _("Sources and licence"),
        (),
        (
            _("Persons enrolled: “Källa: Migrationsverket”. The agency sets no terms."),
            _("Activities and open pairs: the county administrative boards."),
            _("Timetables: Trafiklab, CC0."),
            _("Borders of municipalities and counties: SCB, CC0."),
            _("Names and population of localities: GeoNames, CC BY 4.0, where no other list was given."),
        ),
        after=(
            _("The data may be used freely under {licence}, if the sources are named.").format(
                licence=LICENCE_NAME
            ),
            _(
                "The figures are made by geomatch, an open program. The same input and the same settings always give the same numbers."
            ),
        ),
    )


def method_page(pages: Pages, newest: Edition | None, *, synthetic: bool = False) -> tuple[str, str]:
    """Path and HTML of the page of the method.

    Args:
        pages: The pages of the site.
        newest: The edition whose limits are told; None tells those that hold without any.
        synthetic: The site is of made-up figures, though of no edition.
    """
    settings: Mapping[str, Any] = newest.facts["settings"] if newest is not None else Settings().as_dict()
    ends = (
        settings["disclosure"]["withhold_to"],
        settings["mask"]["masked_high"],
        settings["mask"]["dash_high"],
    )
    return text_page(
        pages,
        "metod/index.html",
        "method",
        _("Method: how the figures are made"),
        _("Method"),
        [
            _(
                "geomatch matches people enrolled in the reception system with activities for them, and shows who gets a place, who does not, and why."
            ),
            _(
                "Three things are put together each month: how many are enrolled, where there are activities, and whether the timetables take people there and home the same day."
            ),
        ],
        [
            _need(),
            _supply(),
            _journeys(settings),
            _gap(),
            _figures(settings),
            _pairs(settings),
            _withheld(interval(1, max(int(end) for end in ends)), settings["disclosure"]),
            _editions(),
            _sources(),
        ],
        synthetic=newest.synthetic if newest is not None else synthetic,
    )
