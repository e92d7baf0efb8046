"""The sentences on pairs of municipalities, on activities and how to get there, and on similar municipalities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from geomatch.numbers import decimal, interval, whole
from geomatch.public.tables import WITHHELD
from geomatch.site.figures import is_missing, share_figure
from geomatch.site.layout import said
from geomatch.site.plain import plain
from geomatch.site.words import (
    feature_text,
    for_whom,
    listed,
    minutes_text,
    times_text,
)
from geomatch.words import N_, ngettext
from geomatch.words import gettext as _

__all__ = [
    "activity_sentences",
    "no_way_sentence",
    "pair_reason",
    "pair_sentences",
    "similar_sentence",
    "way_text",
]


def _gain(row: Any) -> str:  # noqa: ANN401 (a row of corridors)
    """How many more get a place, or would lose theirs."""
    is_open = row.status == "open"
    if row.gain_sign:
        if str(row.gain_sign) == WITHHELD:
            return (
                _("How many would lose their place without it is withheld: the number is or may be small.")
                if is_open
                else _("How many more get a place is withheld: the number is or may be small.")
            )
        return ""
    low, high = int(row.gain_low), int(row.gain_high)
    number = low if low == high else 2
    if not high:
        if is_open:
            return _("If it were closed, nobody would lose their place.")
        # "Not recommended" says that nobody is gained already.
        return "" if row.verdict == "not_recommended" else _("If it is opened, nobody more gets a place.")
    text = (
        ngettext(
            "If it were closed, {n} person would lose their place.",
            "If it were closed, {n} persons would lose their place.",
            number,
        )
        if is_open
        else ngettext(
            "If it is opened, {n} more person gets a place.",
            "If it is opened, {n} more persons get a place.",
            number,
        )
    )
    return text.format(n=interval(low, high))


# What keeps a pair from being recommended. Where only some journeys are wanting, it is said of those.
_OBSTACLES = {
    "gain_too_small": N_("it may gain fewer than {n} persons"),
    "good_gain_too_small": N_("it may gain fewer than {n} persons when only good journeys count"),
    "gain_only_paired": N_("it gains somebody only together with one more pair"),
    "walked": N_("whoever gets there is near enough to walk, and needs no open pair"),
    "places_taken": N_("the places there are taken even at the lowest need"),
    "no_day_return": N_("there is no journey there and home the same day"),
    "too_long": N_("the journey takes more than {n} minutes"),
    "booking_needed": N_("the journey must be booked ahead"),
    "tight_last_way_home": N_("the last journey home hangs on a tight change"),
    "unknown_share": N_("it is not known how many have the right to the journey"),
}
_SOME = {
    "too_long": N_("some journeys take more than {n} minutes"),
    "booking_needed": N_("some journeys must be booked ahead"),
    "tight_last_way_home": N_("on some journeys the last way home hangs on a tight change"),
}
_EXCLUSIONS = {
    "crosses_county_border": N_("it crosses a county border, which a rule in force forbids"),
    "below_min_distance": N_("it is shorter than a rule in force demands"),
    "target_group": N_("no group that lives here may travel by a rule in force"),
    "case_status": N_("nobody who lives here has a case that a rule in force demands"),
    "accommodation": N_("nobody lives here in a way that a rule in force demands"),
    "below_min_age": N_("everybody who lives here is younger than a rule in force demands"),
    "none_entitled": N_("nobody who lives here can have the right to the journey"),
}


def _obstacles(codes: list[str], settings: Mapping[str, Any]) -> list[str]:
    """What keeps a pair from being recommended, in words."""
    limits = settings["corridors"]
    texts = _OBSTACLES | (_SOME if "good_gain_too_small" in codes else {})
    return [
        _(texts[code]).format(n=decimal(limits["recommended_max_min" if code == "too_long" else "min_gain"]))
        for code in codes
        if code in texts
    ]


def _exclusions(codes: list[str]) -> list[str]:
    found = [_(_EXCLUSIONS[code]) for code in codes if code in _EXCLUSIONS]
    return found or [_("a rule in force excludes everyone")]


def pair_reason(row: Any, settings: Mapping[str, Any]) -> str:  # noqa: ANN401 (a row of corridors)
    """Why a pair is judged as it is, in one sentence.

    Args:
        row: A row of `corridors`.
        settings: `facts["settings"]` of the edition, for the limits that a recommendation must keep.
    """
    limits = settings["corridors"]
    codes = str(row.reasons).split(";")
    if row.verdict == "recommended":
        return _(
            "Recommended: at low as well as high need it gains at least {gain} persons by journeys that take at most {minutes} minutes each way, need no booking and have a safe last way home."
        ).format(gain=decimal(limits["min_gain"]), minutes=decimal(limits["recommended_max_min"]))
    if row.verdict == "outside_policy":
        return _("Outside the rules: {reasons}.").format(reasons=listed(_exclusions(codes)))
    obstacles = listed(_obstacles(codes, settings))
    if row.verdict == "not_recommended":
        text = _("Not recommended: it gains nobody, neither alone nor with one more pair.")
        return text + (" " + _("Besides, {obstacles}.").format(obstacles=obstacles) if obstacles else "")
    if not obstacles:
        return _("Possible: it gains somebody.")
    return _("Possible, but not recommended since {obstacles}.").format(obstacles=obstacles)


def _journey(row: Any) -> str:  # noqa: ANN401 (a row of corridors)
    if is_missing(row.travel_best_min):
        return _("There is no journey there and home the same day.")
    parts = [
        _("The shortest journey takes {time} each way, as a mean of there and home.").format(
            time=minutes_text(row.travel_best_min)
        )
    ]
    if not is_missing(row.transfers):
        changes = int(row.transfers)
        parts.append(
            ngettext(
                "The best journey has {n} change, there and home together.",
                "The best journey has {n} changes, there and home together.",
                changes,
            ).format(n=whole(changes))
            if changes
            else _("The best journey has no change.")
        )
    sessions = decimal(float(row.sessions_per_week))
    if sessions != "0":
        parts.append(
            ngettext(
                "At most {n} session a week can be reached.",
                "At most {n} sessions a week can be reached.",
                1 if sessions == "1" else 2,
            ).format(n=sessions)
        )
    if row.booking_needed:
        parts.append(_("It must be booked ahead."))
    if row.last_way_home_tight:
        parts.append(_("The last way home hangs on a tight change."))
    return " ".join(parts)


def pair_sentences(row: Any, start: object, end: object, settings: Mapping[str, Any]) -> Markup:  # noqa: ANN401
    """What there is to say of one pair of municipalities: who goes where, verdict, gain and journey.

    Args:
        row: A row of `corridors`.
        start: Name of the municipality of residence, or a link to its page.
        end: Name of the municipality of the activities, or a link.
        settings: `facts["settings"]` of the edition.
    """
    first = said(_("From {start} to {end}."), start=start, end=end)
    why = (
        _("Open: travel compensation may already be granted here.")
        if row.status == "open"
        else pair_reason(row, settings)
    )
    return first + " " + " ".join(one for one in (why, _gain(row), _journey(row)) if one)


def way_text(row: Any, name: str, start: object) -> Markup:  # noqa: ANN401 (a row of ways)
    """How to get to an activity from one municipality: from where, how long, how many changes.

    Args:
        row: A row of `ways`.
        name: Name of the municipality.
        start: The same, or a link to its page.
    """
    place = plain(row.from_name)
    parts = [minutes_text(row.travel_min)]
    if not is_missing(row.transfers):
        changes = int(row.transfers)
        parts.append(
            ngettext("{n} change", "{n} changes", changes).format(n=whole(changes))
            if changes
            else _("no change")
        )
    if not is_missing(row.walk_m) and round(float(row.walk_m)) > 0:
        parts.append(_("{n} m on foot").format(n=whole(int(round(float(row.walk_m), -1)))))
    if row.last_way_home:
        parts.append(_("no later way home after some session"))
    where = (
        start if place in {"", name} else said(_("{place} ({municipality})"), place=place, municipality=start)
    )
    return said(_("{where}: {facts}"), where=where, facts=", ".join(parts))


def activity_sentences(row: Any) -> str:  # noqa: ANN401 (a row of activities)
    """One activity in words: what for, for whom, when, how many, and what helps one to come."""
    parts = []
    if purpose := plain(row.primary_purpose):
        parts.append(_("Purpose: {purpose}.").format(purpose=purpose))
    parts.append(_("For {whom}.").format(whom=for_whom(row)))
    if times := times_text(str(row.times)).rstrip("."):
        parts.append(_("Times: {times}.").format(times=times))
    if row.valid_to:
        parts.append(_("Until {day}.").format(day=plain(row.valid_to)))
    places = int(row.places)
    parts.append(
        ngettext("{n} place in each session.", "{n} places in each session.", places).format(n=whole(places))
    )
    helps = [
        text
        for there, text in (
            (row.childcare, _("childcare")),
            (row.language_support, _("language support")),
            (row.parallel_group, _("women and men alternate, so that both parents can come")),
        )
        if there
    ]
    if helps:
        parts.append(_("There is {helps}.").format(helps=listed(helps)))
    return " ".join(parts)


def no_way_sentence(row: Any) -> str:  # noqa: ANN401 (a row of activities)
    """Why an activity has no way to it."""
    if row.digital:
        return _("It takes place at a distance.")
    if row.shown_at != "place":
        return _("Its place and times are not shown; ask the county board.")
    return _("Nobody gets there and home the same day by public transport or on foot.")


def similar_sentence(row: Any, other: Any, name: object) -> Markup:  # noqa: ANN401 (rows of similar and areas)
    """One similar municipality: what it differs in, and how many there get no place.

    Args:
        row: A row of `similar`.
        other: The row of `areas` of the similar municipality, or None where it is not published.
        name: Its name, or a link to its page.
    """
    feature = feature_text(str(row.differs_in))
    text = (
        said(_("{name} differs most in {feature}."), name=name, feature=feature)
        if feature
        else said(_("{name} is much like it."), name=name)
    )
    if other is None:
        return text
    if is_missing(other.gap_share_low):
        return text + " " + _("What share gets no place there is not shown.")
    share = share_figure(other.gap_share_low, other.gap_share_high, str(other.gap_sign))
    return text + " " + _("There {share} of those enrolled get no place.").format(share=share)
