"""The sentences that explain the numbers: what each one is, and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from geomatch.numbers import decimal, interval, percent_interval, whole
from geomatch.plain import plain
from geomatch.publish.facts import PARTS, CountyFacts, ShownMunicipality, Supply, records
from geomatch.publish.words import list_text
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["county_sentences", "locality_sentence", "masked_sentence", "municipality_sentences"]


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
        sentences.append(masked_sentence(shown))
    if not math.isnan(shown.need_per_1000[1]):
        low, high = (decimal(end) for end in shown.need_per_1000)
        sentences.append(
            _("That is {n} per 1,000 inhabitants.").format(n=low if low == high else f"{low}–{high}")
        )
    if shown.counted != shown.need:
        sentences.append(
            ngettext(
                "By the share of adults that is set, {n} of them is counted.",
                "By the share of adults that is set, {n} of them are counted.",
                _plural(shown.counted),
            ).format(n=interval(*shown.counted))
        )
    return sentences


def _supply_sentences(supply: Supply) -> str:
    """What is offered in the municipality, counted as the table of activities lists it."""
    if not supply.activities:
        sentences = [_("No activity that may be shown has sessions in the municipality in the period.")]
    elif supply.series == supply.activities:
        sentences = [
            ngettext(
                "The municipality has {n} activity with sessions in the period, with {places} places in all.",
                "The municipality has {n} activities with sessions in the period, with {places} places in all.",
                supply.activities,
            ).format(n=whole(supply.activities), places=whole(supply.places))
        ]
    else:
        sentences = [
            ngettext(
                "The municipality has {n} activity with sessions in the period, held at {series} places, with {places} places for participants in all.",
                "The municipality has {n} activities with sessions in the period, held at {series} places, with {places} places for participants in all.",
                supply.activities,
            ).format(n=whole(supply.activities), series=whole(supply.series), places=whole(supply.places))
        ]
    if supply.digital:
        sentences.append(
            ngettext(
                "Besides, {n} activity is held at a distance and is not counted here.",
                "Besides, {n} activities are held at a distance and are not counted here.",
                supply.digital,
            ).format(n=whole(supply.digital))
        )
    if supply.idle:
        sentences.append(
            ngettext(
                "{n} further activity in the table has no sessions in the period.",
                "{n} further activities in the table have no sessions in the period.",
                supply.idle,
            ).format(n=whole(supply.idle))
        )
    return " ".join(sentences)


def _studied_sentences(shown: ShownMunicipality) -> str:
    """What Folkbildningsrådet reports, which is no part of who gets a place."""
    if not shown.studied:
        return ""
    reports = [
        _("{course} {period}: {hours} study hours, {participants} participants").format(
            course=one.course,
            period=one.first_month
            if one.first_month == one.last_month
            else f"{one.first_month} – {one.last_month}",
            hours=decimal(one.hours, 0),
            participants=whole(one.participants),
        )
        for one in shown.studied
    ]
    return _("Folkbildningsrådet reports, beside the activities above: {reports}.").format(
        reports="; ".join(reports)
    )


def _feature_text(name: str) -> str:
    return {
        "persons": _("the number of persons enrolled"),
        "share_women": _("the share of women"),
        "share_asylum_seeker": _("the share of asylum seekers"),
        "share_temporary_protection": _("the share with temporary protection"),
        "share_permit_awaiting_settlement": _("the share with a permit who await settlement"),
        "population": _("the population"),
        "localities": _("the number of localities"),
        "share_in_largest": _("the share who live in the largest locality"),
        "share_with_stop": _("the share of places with a stop in reach"),
        "sessions_per_week": _("how many sessions can be reached"),
        "travel_min": _("how long the journeys are"),
        "other_municipality_min": _("how far it is to activities in another municipality"),
    }[name]


def masked_sentence(shown: ShownMunicipality) -> str:
    """How many withheld counts are behind the need, and whether they leave it uncertain."""
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
    return text.format(n=whole(shown.masked_cells))


def _similar_sentences(shown: ShownMunicipality) -> str:
    """Which municipalities it is most like, and what share of their need gets a place."""
    if not shown.similar:
        return ""
    named = []
    # What the shares are of is said with the first; the page has this sentence for every municipality.
    told = False
    for one in shown.similar:
        if math.isnan(one.served_share[1]):
            named.append(f"{one.name} ({_('nobody enrolled')})")
            continue
        share = percent_interval(*one.served_share)
        named.append(
            f"{one.name} ({share})"
            if told
            else _("{name} ({share} of the need there gets a place)").format(name=one.name, share=share)
        )
        told = True
    sentence = _("Most like it in need, settlement and public transport: {names}.").format(
        names=list_text(named)
    )
    first = shown.similar[0]
    if not first.differs_in:
        return sentence
    return (
        sentence
        + " "
        + _("From {name} it differs most in {feature}.").format(
            name=first.name, feature=_feature_text(first.differs_in)
        )
    )


def _gap_sentence(shown: ShownMunicipality) -> str:
    if not shown.gap[1]:
        return _("All of them can get a place: the gap is 0.")
    text = (
        ngettext(
            "{n} of them gets no place in any activity ({share} of those enrolled). This is the gap.",
            "{n} of them get no place in any activity ({share} of those enrolled). This is the gap.",
            _plural(shown.gap),
        )
        if shown.counted == shown.need
        else ngettext(
            "{n} of them gets no place in any activity ({share} of those counted). This is the gap.",
            "{n} of them get no place in any activity ({share} of those counted). This is the gap.",
            _plural(shown.gap),
        )
    )
    return text.format(n=interval(*shown.gap), share=percent_interval(*shown.gap_share))


def _split_sentences(shown: ShownMunicipality) -> list[str]:
    """Who is served and who is not, at low and at high need."""
    if shown.low == shown.high:
        return [_("They are divided thus: {parts}.").format(parts=_split_text(shown.low))]
    # With the same need at both ends it is the shares, of who may travel and whom an activity suits, that differ.
    same = shown.counted[0] == shown.counted[1]
    texts = (
        (
            _("If as few as possible may travel or suit the activities: {parts}."),
            _("If as many as possible may travel and suit the activities: {parts}."),
        )
        if same
        else (_("At the lowest need ({n}): {parts}."), _("At the highest need ({n}): {parts}."))
    )
    sentences = []
    for scenario, total, text in zip((shown.low, shown.high), shown.counted, texts, strict=True):
        count = ngettext("{n} person", "{n} persons", total).format(n=whole(total))
        sentences.append(text.format(n=count, parts=_split_text(scenario) or _("nobody")))
    return sentences


def _doubt_sentences(shown: ShownMunicipality) -> str:
    """What is not known besides the counts, and what it could change."""
    sure = []
    if shown.best_point != shown.worst_point:
        sure.append(
            _(
                "Where people live within the municipality is not known: if all lived at the best placed point the gap would be {best}, at the worst placed {worst}."
            ).format(best=whole(shown.best_point), worst=whole(shown.worst_point))
        )
    if shown.optima is not None:
        low, high = shown.optima
        text = (
            _(
                "The places can be shared out in several equally good ways; depending on which, the gap here is {low}."
            )
            if low == high
            else _(
                "The places can be shared out in several equally good ways; depending on which, the gap here is {low} in the first case and {high} in the second."
            )
        )
        sure.append(text.format(low=interval(*low), high=interval(*high)))
    if shown.at_sites[1]:
        few, many = (decimal(milli / 1000) for milli in shown.at_sites)
        sure.append(
            _(
                "Of those counted, {n} are reckoned to live in agency accommodation at places that are known but not shown."
            ).format(n=few if few == many else f"{few}–{many}")
        )
    if shown.location_unknown:
        sure.append(
            _("Some live in agency accommodation whose place is not given, and are spread like the rest.")
        )
    if shown.representative_point:
        sure.append(_("No locality is known here: a single point stands for the whole municipality."))
    return " ".join(sure)


def municipality_sentences(shown: ShownMunicipality) -> list[str]:
    """What the numbers of one municipality mean, a paragraph each: need, gap, split, how sure, supply."""
    need = " ".join(_need_sentences(shown))
    supply = " ".join(filter(None, [_supply_sentences(shown.supply), _studied_sentences(shown)]))
    similar = _similar_sentences(shown)
    if shown.need[1] == 0:
        return [paragraph for paragraph in (need, supply, similar) if paragraph]
    paragraphs = [
        need, _gap_sentence(shown), *_split_sentences(shown), _doubt_sentences(shown), supply, similar
    ]  # fmt: skip
    return [paragraph for paragraph in paragraphs if paragraph]


def locality_sentence(name: str, need_low_milli: int, need_high_milli: int) -> str:
    """Why a demand point without any day return is marked."""
    low, high = (decimal(milli / 1000) for milli in (need_low_milli, need_high_milli))
    return _(
        "From {name} nobody can get to any of the activities shown and home again the same day. About {n} persons are expected to live here."
    ).format(name=name, n=low if low == high else f"{low}–{high}")


def _equity_sentences(facts: CountyFacts) -> list[str]:
    """Places in reach for women and for men, and how evenly they fall; without hidden activities."""
    if facts.equity is None:
        return []
    mine = facts.equity[facts.equity["county_code"] == facts.county_code]
    rows = {str(row["sex"]): row for row in records(mine)}
    if not rows or math.isnan(rows["all"]["visible_reached_share_high"]):
        return []
    both = rows["all"]
    sentences = [
        _(
            "{share} of the need has some place in reach, of the activities that may be shown. There are {index} places in reach for each person who shares them (the access index, at low and at high need). It falls unevenly to the degree {gini} (Gini coefficient: 0 is the same for all, close to 1 is everything for a few)."
        ).format(
            share=percent_interval(both["visible_reached_share_low"], both["visible_reached_share_high"]),
            index=_index_text(both),
            gini=_two_values(both["visible_gini_low"], both["visible_gini_high"]),
        )
    ]
    if not any(rows[sex]["need_high_milli"] for sex in ("women", "men")):
        sentences.append(_("For women and men apart it is not known: the counts do not tell them apart."))
        return sentences
    sentences.append(
        _("For women the index is {women}, for men {men}.").format(
            women=_index_text(rows["women"]), men=_index_text(rows["men"])
        )
    )
    if rows["not_known"]["need_high_milli"]:
        sentences.append(_("Of some it is not known whether they are women or men; they are in neither."))
    return sentences


def _index_text(row: Mapping[str, float]) -> str:
    return _two_values(row["visible_access_index_high"], row["visible_access_index_low"])


def _two_values(low: float, high: float) -> str:
    """The value at low and at high need: `0.4 / 0.6`, or `0.4` where they are one."""
    first, last = decimal(low, 2), decimal(high, 2)
    return first if first == last else f"{first} / {last}"


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
            ngettext(
                "{n} person is enrolled in {county} in all.",
                "{n} persons are enrolled in {county} in all.",
                _plural(facts.county_need),
            ).format(n=interval(*facts.county_need), county=plain(facts.county_name))
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
                "From {n} locality nobody reaches any of the activities shown and home again the same day.",
                "From {n} localities nobody reaches any of the activities shown and home again the same day.",
                unreached,
            ).format(n=whole(unreached))
        )
    sentences += _equity_sentences(facts)
    return sentences
