"""The sentences on one pair of municipalities: verdict, gain, journey and cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from geomatch.corridors.gains import CORNERS
from geomatch.numbers import decimal, persons_floor, whole
from geomatch.plain import plain
from geomatch.publish.journeys import Journey, Minutes
from geomatch.publish.words import list_text
from geomatch.settings import Settings
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = [
    "KIND_ORDER",
    "corridor_kind",
    "corridor_name",
    "corridor_reasons",
    "corridor_sentences",
    "kind_text",
    "missing",
    "pair_name",
    "rule_text",
    "share_block_sentence",
    "verdict_text",
    "waits_for_share",
]

KIND_ORDER = ("open", "recommended", "possible", "not_recommended", "outside_policy")


def corridor_kind(row: Mapping[str, Any]) -> str:
    """`open`, or the verdict of a candidate."""
    return "open" if row["status"] == "open" else str(row["verdict"])


def waits_for_share(row: Mapping[str, Any]) -> bool:
    """Whether a candidate is kept from being recommended by an unknown share alone."""
    return row["status"] != "open" and bool(row["share_blocks"])


def kind_text(kind: str) -> str:
    """A corridor's kind in words."""
    return {
        "open": _("open"),
        "recommended": _("recommended"),
        "possible": _("possible"),
        "not_recommended": _("not recommended"),
        "outside_policy": _("outside the rules"),
    }[kind]


def missing(value: object) -> bool:
    """Whether a cell of a frame holds one of pandas' missing values."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "<NA>"


def _gains(row: Mapping[str, Any]) -> list[int]:
    """Every gain of a corridor in thousandths of a person: alone, and with one more pair."""
    return [
        *(int(row[f"gain_{corner}_milli"]) for corner in CORNERS),
        *(int(row[f"gain_paired_{corner}_milli"]) for corner in CORNERS),
    ]


def _obstacles(row: Mapping[str, Any], settings: Settings) -> list[str]:
    """What keeps a candidate from being recommended, in words (the codes of corridors/verdict.py)."""
    limits = settings.corridors
    codes = str(row["reasons"]).split(";")
    # Where anybody is gained, with one more pair, there is a place to be had.
    if any(_gains(row)):
        codes = [code for code in codes if code != "places_taken"]
    minutes = decimal(limits.recommended_max_min)
    # Where enough are gained, but not by good day returns alone, the codes are those that any day return has; where the
    # best one has them, that says it all.
    some = "good_gain_too_small" in codes and bool(row["transit_ok"])
    if not some:
        codes = [code for code in codes if code != "good_gain_too_small"]
    texts = {
        "gain_too_small": _("it may gain fewer than {n} persons").format(n=decimal(limits.min_gain)),
        "good_gain_too_small": _("it may gain fewer than {n} persons when only good journeys count").format(
            n=decimal(limits.min_gain)
        ),
        "gain_only_paired": _("it gains somebody only together with one more pair"),
        "walked": _("whoever gets there is near enough to walk, and needs no open pair"),
        "places_taken": _("the places there are taken even at the lowest need"),
        "no_day_return": _("there is no journey there and home the same day"),
        "too_long": (
            _("some journeys take more than {n} minutes")
            if some
            else _("the journey takes more than {n} minutes")
        ).format(n=minutes),
        "booking_needed": _("some journeys must be booked ahead")
        if some
        else _("the journey must be booked ahead"),
        "tight_last_way_home": _("on some journeys the last way home hangs on a tight change")
        if some
        else _("the last journey home hangs on a tight change"),
    }
    return [texts[code] for code in codes if code in texts]


def _exclusions(codes: list[str]) -> list[str]:
    """Why a corridor is outside the rules, in words."""
    texts = {
        "crosses_county_border": _("it crosses a county border, which a rule in force forbids"),
        "below_min_distance": _("it is shorter than a rule in force demands"),
        "target_group": _("no group that lives here may travel by a rule in force"),
        "case_status": _("nobody who lives here has a case that a rule in force demands"),
        "accommodation": _("nobody lives here in a way that a rule in force demands"),
        "below_min_age": _("everybody who lives here is younger than a rule in force demands"),
        "none_entitled": _("nobody who lives here can have the right to the journey"),
    }
    return [texts[code] for code in codes if code in texts] or [_("a rule in force excludes everyone")]


def _verdict_sentence(row: Mapping[str, Any], settings: Settings) -> str:
    limits = settings.corridors
    codes = str(row["reasons"]).split(";")
    if row["verdict"] == "recommended":
        return _(
            "Recommended: at low as well as high need it gains at least {gain} persons by journeys that take at most {minutes} minutes each way, need no booking and have a safe last way home."
        ).format(gain=decimal(limits.min_gain), minutes=decimal(limits.recommended_max_min))
    if row["verdict"] == "outside_policy":
        return _("Outside the rules: {reasons}.").format(reasons=list_text(_exclusions(codes)))
    obstacles = list_text(_obstacles(row, settings))
    if row["verdict"] == "not_recommended":
        text = _("Not recommended: it gains nobody, neither alone nor with one more pair.")
        return text + (" " + _("Besides, {obstacles}.").format(obstacles=obstacles) if obstacles else "")
    if not obstacles:
        return _("Possible: it gains somebody.")
    return _("Possible, but not recommended since {obstacles}.").format(obstacles=obstacles)


def share_block_sentence() -> str:
    """Why a corridor's verdict waits for a share that nobody knows."""
    return _(
        "Only an unknown share stands in the way: how many have the right to the journey is not known, and with a higher share the pair would be recommended."
    )


def rule_text(rule: str, text: str = "") -> str:
    """A rule in its own words, or where they are not known its name."""
    return plain(text or rule)


def _rule_texts(names: Iterable[str], settings: Settings) -> list[str]:
    """What rules say, by their names."""
    texts = {rule.name: str(rule.text) for one in settings.rules.sets for rule in one.rules}
    return [rule_text(name, texts.get(name, "")) for name in names]


def pair_name(pair: str, names: Mapping[str, str]) -> str:
    """`from-to` as the names of the two municipalities."""
    start, _dash, end = pair.partition("-")
    return f"{names.get(start, plain(start))} → {names.get(end, plain(end))}"


def _gain_sentence(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a corridor gains, empty where that is nobody."""
    gains = [int(row[f"gain_{corner}_milli"]) for corner in CORNERS]
    least, most = persons_floor(min(gains)), persons_floor(max(gains))
    shown = least if least == most else f"{least}–{most}"
    number = 1 if least == most == "1" else 2
    sentences = []
    if most == "0":
        if row["status"] == "open":
            sentences.append(_("If it were closed, nobody would lose their place."))
    elif row["status"] == "open":
        sentences.append(
            ngettext(
                "If it were closed, {n} person would lose their place.",
                "If it were closed, {n} persons would lose their place.",
                number,
            ).format(n=shown)
        )
    else:
        sentences.append(
            ngettext(
                "If it is opened, {n} more person gets a place.",
                "If it is opened, {n} more persons get a place.",
                number,
            ).format(n=shown)
        )
    if least != most:
        sentences.append(
            _(
                "The ends are the least and the greatest of four cases: low and high need here and in the other municipalities, the shares of who may travel and whom an activity suits included."
            )
        )
    if row["paired_with"]:
        pair = pair_name(str(row["paired_with"]), names)
        both = [int(row[f"gain_paired_{corner}_milli"]) for corner in CORNERS]
        least, most = persons_floor(min(both)), persons_floor(max(both))
        sentences.append(
            _("With {pair} open as well, the gain is {n}.").format(
                pair=pair, n=least if least == most else f"{least}–{most}"
            )
        )
    return " ".join(sentences)


def _minutes_text(time: Minutes) -> str:
    """A time inside a sentence."""
    return _("at most {n}").format(n=whole(time.value)) if time.rounded else whole(time.value)


def _journey_sentence(journey: Journey) -> str:
    text = _(
        "The shortest day return takes {best} minutes each way on average, the median one {median} and the longest {worst}."
    ).format(
        best=_minutes_text(journey.best),
        median=_minutes_text(journey.median),
        worst=_minutes_text(journey.worst),
    )
    sessions = decimal(journey.sessions_per_week)
    if sessions != "0":
        text += " " + ngettext(
            "At most {n} session a week can be reached.",
            "At most {n} sessions a week can be reached.",
            1 if sessions == "1" else 2,
        ).format(n=sessions)
    if journey.transfers is not None:
        text += " " + (
            ngettext(
                "The best journey has {n} change, there and home together.",
                "The best journey has {n} changes, there and home together.",
                journey.transfers,
            ).format(n=whole(journey.transfers))
            if journey.transfers
            else _("The best journey has no change.")
        )
    if journey.booking_needed:
        text += " " + _("It must be booked ahead.")
    if journey.last_way_home_tight:
        # Tight means that it has a change, and that one is under `limits.tight_change_min`.
        text += " " + _("The last way home hangs on a change of {n} minutes.").format(
            n=decimal(journey.last_way_home_change_min or 0, 0)
        )
    return text


def _way_sentence(row: Mapping[str, Any]) -> str:
    """The journey, or why there is none."""
    if row["journey"] is not None:
        return _journey_sentence(row["journey"])
    if row["shown"]:
        return _("There is no journey there and home the same day.")
    return _(
        "The journey is not shown: it leads to protected activities only, or starts in a county that is not computed."
    )


def _cost_sentence(row: Mapping[str, Any]) -> str:
    """What the journeys of those gained cost, empty where nobody travels."""
    low, high = (decimal(row[f"cost_{end}_sek"], 0) for end in ("low", "high"))
    if (low, high) == ("0", "0"):
        return ""
    text = (
        _("The fares are reckoned at {low} kr a month")
        if low == high
        else _("The fares are reckoned at {low} kr a month at low need and {high} kr at high need")
    ).format(low=low, high=high)
    if not missing(row["cost_per_person_sek"]):
        text += _(", {cost} kr for one person").format(cost=decimal(row["cost_per_person_sek"], 0))
    return text + "."


def corridor_sentences(row: Mapping[str, Any], names: Mapping[str, str], settings: Settings) -> list[str]:
    """What the numbers of one corridor mean, a paragraph each: verdict, gain, journey, cost.

    Args:
        row: A row of corridors.corridor_records.
        names: Municipality names by code.
        settings: Settings of the run, for the limits a recommendation must keep.
    """
    paragraphs = corridor_reasons(row, settings)
    # "Not recommended" has said already that nobody is gained.
    if row["status"] == "open" or row["verdict"] != "not_recommended":
        paragraphs.append(_gain_sentence(row, names))
    paragraphs.append(_way_sentence(row))
    paragraphs.append(_cost_sentence(row))
    return [paragraph for paragraph in paragraphs if paragraph]


def corridor_name(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A corridor as a button is named: from, to and verdict."""
    start, end = (names.get(row[side], plain(row[side])) for side in ("from_code", "to_code"))
    return _("From {start} to {end}: {verdict}").format(start=start, end=end, verdict=verdict_text(row))


def verdict_text(row: Mapping[str, Any]) -> str:
    """The verdict in words, for an open one in brackets behind that; whether it only waits for an unknown share."""
    text = kind_text(corridor_kind(row))
    if row["status"] == "open":
        state = _("open until {last}").format(last=row["ended"]) if row["ended"] else text
        return _("{state} ({verdict})").format(state=state, verdict=kind_text(str(row["verdict"])))
    if waits_for_share(row):
        text = _("{verdict}; only an unknown share stands in the way").format(verdict=text)
    return text


def corridor_reasons(row: Mapping[str, Any], settings: Settings) -> list[str]:
    """Why a corridor's verdict is what it is: the verdict, an unknown share that decides, assumed rules."""
    paragraphs = []
    if row["status"] == "open":
        reference = (
            _(" (decision {reference})").format(reference=plain(row["reference"])) if row["reference"] else ""
        )
        text = (
            _("It was open until {last}{reference}, and is not any more.")
            if row["ended"]
            else _("Open: travel compensation may already be granted here{reference}.")
        )
        paragraphs.append(text.format(reference=reference, last=row["ended"]))
        # A renewal is decided from it.
        judged = _verdict_sentence(row, settings)
        if row["verdict"] != "outside_policy":
            judged = _("Judged by what is lost when it is closed. {verdict}").format(verdict=judged)
        paragraphs.append(judged)
    else:
        paragraphs.append(_verdict_sentence(row, settings))
    if waits_for_share(row):
        paragraphs.append(share_block_sentence())
    codes = str(row["reasons"]).split(";")
    partly = [code.removeprefix("not_for:") for code in codes if code.startswith("not_for:")]
    if partly:
        paragraphs.append(
            _("A rule in force excludes some of those who live here: {rules}.").format(
                rules=list_text(_rule_texts(partly, settings))
            )
        )
    if row["assumed_rules"]:
        rules = _rule_texts(str(row["assumed_rules"]).split(";"), settings)
        paragraphs.append(
            _("Assumed rules, not confirmed, would touch the pair (they exclude no one): {rules}.").format(
                rules=list_text(rules)
            )
        )
    return paragraphs
