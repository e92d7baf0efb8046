"""One municipality explained, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from geomatch.ask_text import reason_sentence
from geomatch.explain.change_text import activity_text, change_lines
from geomatch.explain.facts import Explained
from geomatch.explain.state import CELL, Pair, Stranded, Toward
from geomatch.numbers import half_up, month_text, pair, percent_interval, rounded_parts, whole
from geomatch.plain import plain
from geomatch.points import SITE
from geomatch.publish.facts import ShownMunicipality
from geomatch.publish.sentences import masked_sentence, municipality_sentences
from geomatch.publish.words import list_text
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["explained_lines"]

_ENDS = ("low", "high")


def explained_lines(explained: Explained) -> list[str]:
    """The explanation: a title, then a heading and its sentences for each thing that there is something to say of."""
    title = _("{municipality} ({code}), {month}").format(
        municipality=explained.name, code=explained.code, month=month_text(explained.month)
    )
    lines = [title + (" – " + _("SYNTHETIC DATA") if explained.synthetic else "")]
    shown = explained.shown
    if shown is None or shown.need[1] == 0:
        nobody = _("The counts of the month have nobody in {municipality}: there is nothing to explain.")
        return [*lines, nobody.format(municipality=explained.name)]
    # Without what is uncertain: that has a part of its own below.
    certain = municipality_sentences(
        replace(
            shown, masked_cells=0, best_point=0, worst_point=0, optima=None, location_unknown=False,
            representative_point=False,
        )
    )  # fmt: skip
    if _two_numbers(explained):
        certain.append(
            _("Where two numbers stand with a stroke between them, they are those at low and at high need.")
        )
    going = _going_lines(explained, shown)
    for heading, found in (
        (_("How many"), certain),
        (_("Where they go"), going),
        (_("What is full"), _full_lines(explained)),
        (_("Who may not travel"), _right_lines(explained, shown)),
        (_("Who has no way there and home"), _stranded_lines(explained, shown)),
        (_("What is uncertain, and why"), _doubt_lines(explained, shown)),
        (_("Which single change would help most"), change_lines(explained)),
    ):
        if found:
            lines += ["", heading, *(f"  {line}" for line in found)]
    return lines


def _two_numbers(explained: Explained) -> bool:
    shown = explained.shown
    return bool(shown and shown.low != shown.high) or any(
        one.own[0] != one.own[1] for one in explained.changes
    )


def _count(numbers: Pair) -> int:
    """The number that grammar goes by: two numbers are plural."""
    return numbers[0] if numbers[0] == numbers[1] else 2


def _split(values: list[Pair], totals: tuple[int, int]) -> list[Pair]:
    """Thousandths as whole persons that add up to what is shown of them together, at each end of need."""
    ends = []
    for end, total in enumerate(totals):
        milli = [value[end] for value in values]
        ends.append(rounded_parts(milli, max(total, sum(one // 1000 for one in milli))))
    return list(zip(*ends, strict=True))


def _part(shown: ShownMunicipality, *names: str) -> tuple[int, int]:
    low, high = (sum(end[name] for name in names) for end in (shown.low, shown.high))
    return low, high


def _where(code: str, explained: Explained) -> str:
    return plain(explained.names.get(code, code))


def _going_lines(explained: Explained, shown: ShownMunicipality) -> list[str]:
    lines = []
    for part, ways in (("served_local", ("own",)), ("served_by_corridor", ("corridor", "walk"))):
        rows = [row for row in explained.picture.going if row.by in ways]
        cells = [(row, sex) for row in rows for sex in row.persons]
        whole_cells = _split([row.persons[sex] for row, sex in cells], _part(shown, part))
        for row in rows:
            by_sex = {
                sex: persons
                for (of, sex), persons in zip(cells, whole_cells, strict=True)
                if of is row and any(persons)
            }
            if not by_sex:
                continue
            total = (sum(low for low, _high in by_sex.values()), sum(high for _low, high in by_sex.values()))
            texts = {
                "own": ngettext(
                    "{n} person takes part in {activity} in their own municipality{who}.",
                    "{n} persons take part in {activity} in their own municipality{who}.",
                    _count(total),
                ),
                "corridor": ngettext(
                    "{n} person travels to {activity} in {municipality} by an open corridor{who}.",
                    "{n} persons travel to {activity} in {municipality} by an open corridor{who}.",
                    _count(total),
                ),
                "walk": ngettext(
                    "{n} person walks to {activity} in {municipality}{who}.",
                    "{n} persons walk to {activity} in {municipality}{who}.",
                    _count(total),
                ),
            }
            protected = ngettext(
                "{n} person takes part in a protected activity{who}.",
                "{n} persons take part in a protected activity{who}.",
                _count(total),
            )
            lines.append(
                (texts[row.by] if row.name else protected).format(
                    n=pair(*total),
                    activity=activity_text(row.series_id, row.name, explained),
                    municipality=_where(row.municipality_code, explained),
                    who=_who(by_sex),
                )
            )
    digital = _part(shown, "served_digital")
    if any(digital):
        text = ngettext("{n} takes part at a distance", "{n} take part at a distance", _count(digital))
        lines.append(text.format(n=pair(*digital)) + ".")
    return lines or [_("Nobody gets a place in any activity.")]


def _who(by_sex: Mapping[str, Pair]) -> str:
    if set(by_sex) == {"all"}:
        # What is uncertain says it once for all.
        return ""
    texts = []
    for sex, persons in by_sex.items():
        told = {
            "women": ngettext("{n} woman", "{n} women", _count(persons)),
            "men": ngettext("{n} man", "{n} men", _count(persons)),
            "all": _("{n} whose sex the counts do not say"),
        }
        texts.append(told[sex].format(n=pair(*persons)))
    return f" ({list_text(texts)})"


def _full_lines(explained: Explained) -> list[str]:
    lines = []
    for one in explained.picture.full:
        fields = {
            "activity": activity_text(one.series_id, one.name, explained),
            "municipality": _where(one.municipality_code, explained),
            "places": whole(one.places),
            "n": pair(half_up(one.own[0]), half_up(one.own[1])),
        }
        if one.full == (True, True):
            text = _(
                "All {places} places of {activity} in {municipality} are taken, {n} of them by people from here."
            )
        elif one.full[1]:
            text = _(
                "At high need all {places} places of {activity} in {municipality} are taken, {n} of them by people from here."
            )
        else:
            text = _(
                "At low need all {places} places of {activity} in {municipality} are taken, {n} of them by people from here."
            )
        lines.append(text.format(**fields))
    return lines


def _right_lines(explained: Explained, shown: ShownMunicipality) -> list[str]:
    lines = []
    for part, toward in (
        ("no_entitlement", explained.picture.not_entitled),
        ("corridor_not_open", explained.picture.not_open),
    ):
        persons = _part(shown, part)
        if not any(persons):
            continue
        texts = {
            "no_entitlement": ngettext(
                "{n} person could get to an activity in another municipality and home again, but has no right to the journey",
                "{n} persons could get to an activity in another municipality and home again, but have no right to the journey",
                _count(persons),
            ),
            "corridor_not_open": ngettext(
                "{n} person may travel and could get to an activity in another municipality and home again, but the corridor is not open",
                "{n} persons may travel and could get to an activity in another municipality and home again, but the corridor is not open",
                _count(persons),
            ),
        }
        milli = tuple(explained.milli[end][part] for end in _ENDS)
        places = _toward_text(toward, (milli[0], milli[1]), explained)
        where = ": " + _("toward {places}").format(places=places) if places else ""
        lines.append(texts[part].format(n=pair(*persons)) + where + ".")
    return lines


def _toward_text(toward: tuple[Toward, ...], everybody: Pair, explained: Explained) -> str:
    """The municipalities; with a number where not all of them can get there."""
    texts = []
    for one in toward:
        name = _where(one.municipality_code, explained)
        all_of_them = all(abs(a - b) <= 1 for a, b in zip(one.persons, everybody, strict=True))
        number = pair(half_up(one.persons[0]), half_up(one.persons[1]))
        texts.append(name if all_of_them else f"{name} ({number})")
    return list_text(texts)


def _stranded_lines(explained: Explained, shown: ShownMunicipality) -> list[str]:
    rows = explained.picture.stranded
    persons = _split([row.persons for row in rows], _part(shown, "no_day_return"))
    lines = []
    for row, numbers in zip(rows, persons, strict=True):
        fields = {"locality": _point_name(row), "n": pair(*numbers) if any(numbers) else _("less than 1")}
        who = ngettext("{locality}: {n} person.", "{locality}: {n} persons.", _count(numbers)).format(
            **fields
        )
        why = (
            _("Why is not told, since it would tell where they are.")
            if row.kind == SITE
            else _why(row.asked_of, row.reasons, explained)
        )
        lines.append(f"{who} {why}")
    return lines


def _point_name(row: Stranded) -> str:
    if row.kind == SITE:
        return _("The sites of agency accommodation")
    return _("Cells of the population raster") if row.kind == CELL else plain(row.name)


def _why(asked_of: str, reasons: tuple[tuple[str, int], ...], explained: Explained) -> str:
    if not asked_of:
        return _("No activity that may be shown suits them.")
    told = [
        f"{reason_sentence(reason, explained.settings.limits)[:-1]} ({whole(count)})"
        for reason, count in reasons[:2]
    ]
    return (
        _("Why, by the number of activities in the municipality: {reasons}.")
        if asked_of == explained.code
        else _("Why, by the number of activities in {municipality}, the nearest that suit: {reasons}.")
    ).format(municipality=_where(asked_of, explained), reasons="; ".join(told))


def _doubt_lines(explained: Explained, shown: ShownMunicipality) -> list[str]:
    doubts = explained.doubts
    lines = []
    if shown.masked_cells:
        lines.append(masked_sentence(shown))
    for group, low, high in doubts.shares:
        who = {
            "asylum_seeker": _("the asylum seekers"),
            "temporary_protection": _("those under temporary protection"),
            "permit_awaiting_settlement": _("those who wait for settlement with a permit"),
        }.get(group, _("those enrolled, whose group the counts do not say,"))
        text = (
            _("How many of {who} have the right to travel is not known: from nobody to everybody.")
            if (low, high) == (0.0, 1.0)
            else _("How many of {who} have the right to travel is not known for certain: {share} of them.")
        )
        lines.append(text.format(who=who, share=percent_interval(low, high)))
    if any(doubts.sex_unknown):
        number = (half_up(doubts.sex_unknown[0]), half_up(doubts.sex_unknown[1]))
        text = ngettext(
            "The counts do not say whether {n} person is a woman or a man.",
            "The counts do not say whether {n} persons are women or men.",
            _count(number),
        )
        lines.append(text.format(n=pair(*number)))
    without_cells = replace(shown, masked_cells=0)
    sure = replace(
        without_cells, best_point=0, worst_point=0, optima=None, location_unknown=False, representative_point=False
    )  # fmt: skip
    told = set(municipality_sentences(sure))
    lines += [text for text in municipality_sentences(without_cells) if text not in told]
    if doubts.sessions_assumed:
        text = ngettext(
            "{n} activity that they could go to has no times in the register: the standard session is assumed.",
            "{n} activities that they could go to have no times in the register: the standard session is assumed.",
            doubts.sessions_assumed,
        )
        lines.append(text.format(n=whole(doubts.sessions_assumed)))
    return [*lines, *doubts.notes]
