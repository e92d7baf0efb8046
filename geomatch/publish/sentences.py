"""The sentences that explain the numbers: what each one is, and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from geomatch.publish.facts import PARTS, CountyFacts, ShownMunicipality, plain
from geomatch.publish.numbers import decimal, interval, percent_interval, persons_floor, whole
from geomatch.settings import Settings
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = [
    "activity_sentences",
    "corridor_kind",
    "corridor_reasons",
    "corridor_sentences",
    "county_sentences",
    "kind_text",
    "list_text",
    "locality_sentence",
    "municipality_sentences",
    "rule_text",
    "share_block_sentence",
    "waits_for_share",
]

CORNERS = ("ll", "lh", "hl", "hh")


def list_text(items: list[str]) -> str:
    """`a`, `a och b`, `a, b och c`."""
    if len(items) < 2:
        return "".join(items)
    return _("{several} and {last}").format(several=", ".join(items[:-1]), last=items[-1])


def _plural(number: tuple[int, int]) -> int:
    """The number that grammar goes by: an interval is always plural."""
    return number[0] if number[0] == number[1] else 2


def _part_text(part: str, number: int) -> str:
    texts = {
        "served_local": ngettext(
            "{n} gets a place in their own municipality",
            "{n} get a place in their own municipality",
            number,
        ),
        "served_by_corridor": ngettext(
            "{n} gets a place in another municipality", "{n} get a place in another municipality", number
        ),
        "served_digital": ngettext("{n} takes part at a distance", "{n} take part at a distance", number),
        "in_reach_full": ngettext(
            "{n} can reach an activity whose places are taken",
            "{n} can reach an activity whose places are taken",
            number,
        ),
        "corridor_not_open": ngettext(
            "{n} can reach an activity in another municipality and may travel, but that pair of municipalities is not approved",
            "{n} can reach an activity in another municipality and may travel, but that pair of municipalities is not approved",
            number,
        ),
        "no_entitlement": ngettext(
            "{n} can reach an activity in another municipality but has no right to the journey",
            "{n} can reach an activity in another municipality but have no right to the journey",
            number,
        ),
        "no_day_return": ngettext(
            "{n} cannot get to a suitable activity and home again the same day",
            "{n} cannot get to a suitable activity and home again the same day",
            number,
        ),
    }
    return texts[part].format(n=whole(number))


def _split_text(parts: Mapping[str, int]) -> str:
    return "; ".join(_part_text(name, parts[name]) for name in PARTS if parts[name])


def _need_sentences(shown: ShownMunicipality) -> list[str]:
    if shown.need[1] == 0:
        return [_("Nobody is enrolled in {name}.").format(name=shown.name)]
    sentences = [
        ngettext(
            "In {name}, {n} person is enrolled in the reception system.",
            "In {name}, {n} persons are enrolled in the reception system.",
            _plural(shown.need),
        ).format(name=shown.name, n=interval(*shown.need))
    ]
    if shown.masked_cells:
        text = (
            ngettext(
                "{n} count behind the number is withheld for secrecy, so it is an interval.",
                "{n} counts behind the number are withheld for secrecy, so it is an interval.",
                shown.masked_cells,
            )
            if shown.need[0] != shown.need[1]
            else ngettext(
                "{n} count behind the number is withheld for secrecy, but published totals leave one value only.",
                "{n} counts behind the number are withheld for secrecy, but published totals leave one value only.",
                shown.masked_cells,
            )
        )
        sentences.append(text.format(n=whole(shown.masked_cells)))
    return sentences


def municipality_sentences(shown: ShownMunicipality) -> list[str]:
    """What the numbers of one municipality mean, a paragraph each: need, gap, split, how sure, supply."""
    need = " ".join(_need_sentences(shown))
    supply = (
        ngettext(
            "The municipality has {n} activity with sessions this month, with {places} places in all.",
            "The municipality has {n} activities with sessions this month, with {places} places in all.",
            shown.series,
        ).format(n=whole(shown.series), places=whole(shown.places))
        if shown.series
        else _("No activity in the municipality has sessions this month.")
    )
    if shown.need[1] == 0:
        return [need, supply]
    gap = (
        ngettext(
            "{n} of them gets no place in any activity ({share} of those enrolled). This is the gap.",
            "{n} of them get no place in any activity ({share} of those enrolled). This is the gap.",
            _plural(shown.gap),
        ).format(n=interval(*shown.gap), share=percent_interval(*shown.gap_share))
        if shown.gap[1]
        else _("All of them can get a place: the gap is 0.")
    )
    paragraphs = [need, gap]
    if shown.low == shown.high:
        paragraphs.append(_("They are divided thus: {parts}.").format(parts=_split_text(shown.low)))
    else:
        # With the same need at both ends it is the shares, of who may travel and whom an activity suits, that differ.
        same = shown.need[0] == shown.need[1]
        for scenario, text in (
            (
                shown.low,
                _("If as few as possible may travel or suit the activities: {parts}.")
                if same
                else _("At the lowest need ({n}): {parts}."),
            ),
            (
                shown.high,
                _("If as many as possible may travel and suit the activities: {parts}.")
                if same
                else _("At the highest need ({n}): {parts}."),
            ),
        ):
            total = shown.total(scenario)
            count = ngettext("{n} person", "{n} persons", total).format(n=whole(total))
            paragraphs.append(text.format(n=count, parts=_split_text(scenario) or _("nobody")))
    sure = []
    if shown.best_point != shown.worst_point:
        sure.append(
            _(
                "Where people live within the municipality is not known: if all lived at the best placed point the gap would be {best}, at the worst placed {worst}."
            ).format(best=whole(shown.best_point), worst=whole(shown.worst_point))
        )
    if shown.optima is not None:
        sure.append(
            _(
                "The places can be shared out in several equally good ways; depending on which, the gap here is {gap}."
            ).format(gap=interval(*shown.optima))
        )
    if shown.location_unknown:
        sure.append(
            _("Some live in agency accommodation whose place is not given, and are spread like the rest.")
        )
    if shown.representative_point:
        sure.append(_("No locality is known here: a single point stands for the whole municipality."))
    if sure:
        paragraphs.append(" ".join(sure))
    return [*paragraphs, supply]


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


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "<NA>"


def _obstacles(codes: list[str], settings: Settings) -> list[str]:
    """What keeps a candidate from being recommended, in words (the codes of corridors/verdict.py)."""
    limits = settings.corridors
    texts = {
        "gain_too_small": _("it may gain fewer than {n} persons").format(n=decimal(limits.min_gain)),
        "gain_only_paired": _("it gains somebody only together with one more pair"),
        "places_taken": _("the places there are taken even at the lowest need"),
        "no_day_return": _("there is no journey there and home the same day"),
        "too_long": _("the journey takes more than {n} minutes").format(
            n=decimal(limits.recommended_max_min)
        ),
        "booking_needed": _("the journey must be booked ahead"),
        "tight_last_way_home": _("the last journey home hangs on a tight change"),
    }
    return [texts[code] for code in codes if code in texts]


def _exclusions(codes: list[str]) -> list[str]:
    """Why a corridor is outside the rules, in words."""
    texts = {
        "crosses_county_border": _("it crosses a county border, which a rule in force forbids"),
        "below_min_distance": _("it is shorter than a rule in force demands"),
        "none_entitled": _("nobody who lives here can have the right to the journey"),
    }
    return [texts[code] for code in codes if code in texts] or [_("a rule in force excludes everyone")]


def _verdict_sentence(row: Mapping[str, Any], settings: Settings) -> str:
    limits = settings.corridors
    codes = str(row["reasons"]).split(";")
    if row["verdict"] == "recommended":
        return _(
            "Recommended: it gains at least {gain} persons at low as well as high need, the journey takes at most {minutes} minutes each way, needs no booking, and the last way home is safe."
        ).format(gain=decimal(limits.min_gain), minutes=decimal(limits.recommended_max_min))
    if row["verdict"] == "outside_policy":
        return _("Outside the rules: {reasons}.").format(reasons=list_text(_exclusions(codes)))
    obstacles = list_text(_obstacles(codes, settings))
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


def rule_text(rule: str, source: str = "") -> str:
    """A rule in words: those the settings come with are known by name, any other by its source."""
    return {
        "own_accommodation_2025": _("own accommodation gives no right to travel from September 2025"),
        "within_county_2026": _("asylum seekers must stay within the county from October 2026"),
    }.get(rule, plain(source or rule))


def _pair_name(pair: str, names: Mapping[str, str]) -> str:
    start, _dash, end = pair.partition("-")
    return f"{names.get(start, plain(start))} → {names.get(end, plain(end))}"


def _gain_sentence(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    gains = [int(row[f"gain_{corner}_milli"]) for corner in CORNERS]
    least, most = persons_floor(min(gains)), persons_floor(max(gains))
    shown = least if least == most else f"{least}–{most}"
    if row["status"] == "open":
        text = _("If it were closed, {n} persons would lose their place.").format(n=shown)
    else:
        text = _("If it is opened, {n} more persons get a place.").format(n=shown)
    if least != most:
        text += " " + _("The ends are the least and the greatest of four cases of low and high need.")
    if row["paired_with"]:
        paired = sorted(int(row[f"gain_paired_{end}_milli"]) for end in ("low", "high"))
        ends = [persons_floor(value) for value in paired]
        text += " " + _("With {pair} open as well, the gain is {n}.").format(
            pair=_pair_name(str(row["paired_with"]), names),
            n=ends[0] if ends[0] == ends[1] else " / ".join(ends),
        )
    return text


def _journey_sentence(row: Mapping[str, Any]) -> str:
    if _missing(row["travel_best_min"]):
        return _("There is no journey there and home the same day.")
    text = _(
        "The shortest day return takes {best} minutes each way on average, the median one {median} and the longest {worst}; at most {sessions} sessions a week can be reached."
    ).format(
        best=decimal(row["travel_best_min"]),
        median=decimal(row["travel_median_min"]),
        worst=decimal(row["travel_worst_min"]),
        sessions=decimal(row["sessions_per_week"]),
    )
    if not _missing(row["transfers"]):
        count = int(row["transfers"])
        text += " " + (
            ngettext(
                "The best journey has {n} change, there and home together.",
                "The best journey has {n} changes, there and home together.",
                count,
            ).format(n=whole(count))
            if count
            else _("The best journey has no change.")
        )
    if row["booking_needed"]:
        text += " " + _("It must be booked ahead.")
    if row["last_way_home_tight"]:
        text += " " + _("The last way home hangs on a tight change.")
    return text


def _cost_sentence(row: Mapping[str, Any]) -> str:
    ends = [decimal(row[f"cost_{end}_sek"], 0) for end in ("low", "high")]
    text = _("The fares are reckoned at {cost} kr a month").format(
        cost=ends[0] if ends[0] == ends[1] else " / ".join(ends)
    )
    if not _missing(row["cost_per_person_sek"]):
        text += _(", {cost} kr for one person").format(cost=decimal(row["cost_per_person_sek"], 0))
    return text + "."


def corridor_sentences(row: Mapping[str, Any], names: Mapping[str, str], settings: Settings) -> list[str]:
    """What the numbers of one corridor mean, a paragraph each: verdict, gain, journey, cost.

    Args:
        row: A row of the table `corridors`.
        names: Municipality names by code.
        settings: Settings of the run, for the limits a recommendation must keep.
    """
    paragraphs = corridor_reasons(row, settings)
    # "Not recommended" has said already that nobody is gained.
    if row["status"] == "open" or row["verdict"] != "not_recommended":
        paragraphs.append(_gain_sentence(row, names))
    paragraphs.append(_journey_sentence(row))
    paragraphs.append(_cost_sentence(row))
    return paragraphs


def corridor_reasons(row: Mapping[str, Any], settings: Settings) -> list[str]:
    """Why a corridor's verdict is what it is: the verdict, an unknown share that decides, assumed rules."""
    paragraphs = []
    if row["status"] == "open":
        reference = (
            _(" (decision {reference})").format(reference=plain(row["reference"])) if row["reference"] else ""
        )
        paragraphs.append(
            _("Open: travel compensation may already be granted here{reference}.").format(reference=reference)
        )
        if row["verdict"] == "outside_policy":
            paragraphs.append(_verdict_sentence(row, settings))
    else:
        paragraphs.append(_verdict_sentence(row, settings))
    if waits_for_share(row):
        paragraphs.append(share_block_sentence())
    if row["assumed_rules"]:
        rules = [rule_text(rule) for rule in str(row["assumed_rules"]).split(";")]
        paragraphs.append(
            _("Assumed rules, not confirmed, would touch the pair (they exclude no one): {rules}.").format(
                rules=list_text(rules)
            )
        )
    return paragraphs


def activity_sentences(row: Mapping[str, Any]) -> str:
    """One activity in a paragraph: who, what for, when, how many, and what of it is assumed."""
    who = plain(row["name"])
    parts = [f"{who} ({plain(row['organiser'])})." if row["organiser"] else f"{who}."]
    if row["primary_purpose"]:
        parts.append(_("Purpose: {purpose}.").format(purpose=plain(row["primary_purpose"])))
    if row["sex"] != "all":
        parts.append({"women": _("For women."), "men": _("For men.")}[str(row["sex"])])
    places, sessions = int(row["places"]), int(row["sessions_in_window"])
    parts.append(
        ngettext("{n} place in each session.", "{n} places in each session.", places).format(n=whole(places))
    )
    if row["sessions_text"]:
        parts.append(_("Sessions: {times}.").format(times=plain(row["sessions_text"]).rstrip(".")))
    parts.append(
        ngettext("{n} session in the period.", "{n} sessions in the period.", sessions).format(
            n=whole(sessions)
        )
    )
    if row["sessions_assumed"]:
        parts.append(_("The register gives no times: a standard session is assumed."))
    if row["visibility"] == "municipality" and not row["digital"]:
        parts.append(_("Its place is not shown: the point stands for the whole municipality."))
    return " ".join(parts)


def locality_sentence(name: str, need_low_milli: int, need_high_milli: int) -> str:
    """Why a demand point without any day return is marked."""
    low, high = (decimal(milli / 1000) for milli in (need_low_milli, need_high_milli))
    return _(
        "From {name} nobody can get to a suitable activity and home again the same day. About {n} persons are expected to live here."
    ).format(name=name, n=low if low == high else f"{low}–{high}")


def county_sentences(facts: CountyFacts, shown: list[ShownMunicipality], unreached: int) -> list[str]:
    """The county in a few sentences: need, where the gap is largest, corridors, and what an unknown share decides.

    Args:
        facts: The facts of the page.
        shown: Its municipalities, largest gap first.
        unreached: Number of localities without any day return.
    """
    sentences = []
    if facts.county_need is not None:
        sentences.append(
            _("{n} persons are enrolled in {county} in all.").format(
                n=interval(*facts.county_need), county=plain(facts.county_name)
            )
        )
    largest = [municipality for municipality in shown if municipality.gap[1]][:3]
    if largest:
        sentences.append(
            _("The gap is largest in {names}.").format(
                names=list_text([f"{m.name} ({interval(*m.gap)})" for m in largest])
            )
        )
    elif shown:
        sentences.append(_("No municipality has a gap."))
    corridors = facts.own_corridors()
    candidates = corridors[corridors["status"] != "open"]
    recommended = int((candidates["verdict"] == "recommended").sum())
    sentences.append(
        ngettext(
            "{n} further pair of municipalities is recommended for travel compensation.",
            "{n} further pairs of municipalities are recommended for travel compensation.",
            recommended,
        ).format(n=whole(recommended))
    )
    blocked = int(candidates["share_blocks"].sum())
    if blocked:
        sentences.append(
            ngettext(
                "For {n} pair only an unknown share stands in the way of a recommendation: how many have the right to the journey.",
                "For {n} pairs only an unknown share stands in the way of a recommendation: how many have the right to the journey.",
                blocked,
            ).format(n=whole(blocked))
        )
    if unreached:
        sentences.append(
            ngettext(
                "From {n} locality nobody reaches any activity and home again the same day.",
                "From {n} localities nobody reaches any activity and home again the same day.",
                unreached,
            ).format(n=whole(unreached))
        )
    return sentences
