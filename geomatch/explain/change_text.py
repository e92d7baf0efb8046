"""The changes that were tried, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from geomatch.explain.facts import Explained
from geomatch.explain.state import Pair
from geomatch.explain.travelled import MOST_MIN
from geomatch.explain.trial import MORE_PLACES, Change
from geomatch.numbers import persons_floor, whole
from geomatch.plain import plain
from geomatch.publish.activities import times_text
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["activity_text", "change_lines", "change_text"]


def activity_text(series_id: str, name: str, explained: Explained) -> str:
    """The name of an activity, with its times where another in its municipality has the same name."""
    more = explained.apart.get(series_id)
    return plain(name) if more is None else f"{plain(name)} ({times_text(more)})"


def change_lines(explained: Explained) -> list[str]:
    """The best change with its number, those that are as good, the others that help, and how many do not."""
    if explained.shown is not None and not any(explained.shown.gap):
        return [_("Nobody is without a place: no change is tried.")]
    if not explained.changes:
        return [_("There is no change to try: nothing suitable is near enough.")]
    best, lines = explained.best, []
    if best:
        text = _("Most would be gained by {change}.").format(change=change_text(best[0], explained))
        lines.append(f"{text} {_effect_sentence(best[0])}")
    else:
        lines.append(_("No single change of those tried would give anybody here a place."))
    others = [one for one in explained.changes if one not in best and one.helps]
    lines += [_several(alike, explained, as_good=alike[0] in best) for alike in _alike([*best[1:], *others])]
    without = len(explained.changes) - len(best) - len(others)
    if without and best:
        text = ngettext(
            "{n} more change was tried and would help nobody here.",
            "{n} more changes were tried and would help nobody here.",
            without,
        )
        lines.append(text.format(n=whole(without)))
    kinds = {one.kind for one in explained.changes}
    if "time" not in kinds:
        text = _(
            "No activity held up to {minutes} min earlier or later would come within reach of more people here."
        )
        lines.append(text.format(minutes=MOST_MIN))
    if "bus" not in kinds:
        lines.append(
            _("No single departure home more would bring more people here within reach of an activity.")
        )
    return lines


def _alike(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes that follow each other and do the same, together."""
    groups: list[list[Change]] = []
    for one in changes:
        last = groups[-1][-1] if groups else None
        if last is not None and (last.possible, last.own, last.everywhere) == (
            one.possible, one.own, one.everywhere,
        ):  # fmt: skip
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _several(alike: Sequence[Change], explained: Explained, *, as_good: bool) -> str:
    """A sentence for changes that do the same, and what each of them does."""
    listed = "; ".join(change_text(one, explained) for one in alike)
    if len(alike) == 1:
        text = (
            _("Outside the rules: {change}.")
            if not alike[0].possible
            else _("As much would be gained by {change}.")
            if as_good
            else _("Less would be gained by {change}.")
        )
    else:
        text = (
            _("Outside the rules, each by itself: {change}.")
            if not alike[0].possible
            else _("As much would be gained by each of these: {change}.")
            if as_good
            else _("Less would be gained by each of these: {change}.")
        )
    return f"{text.format(change=listed)} {_effect_sentence(alike[0])}"


def _numbers(pair: Pair) -> str:
    low, high = (persons_floor(milli) for milli in pair)
    return low if low == high else f"{low} / {high}"


def _effect_sentence(one: Change) -> str:
    return _("{own} fewer would be without a place here, {everywhere} fewer in all municipalities.").format(
        own=_numbers(one.own), everywhere=_numbers(one.everywhere)
    )


def _series(one: Change, explained: Explained) -> str:
    if not one.name:
        return _("a protected activity")
    return _("{activity} in {municipality}").format(
        activity=activity_text(one.series_id, one.name, explained),
        municipality=plain(explained.names.get(one.municipality_code, "")),
    )


def change_text(one: Change, explained: Explained) -> str:
    """A change, as the end of a sentence."""
    if one.kind == "places":
        return _("{places} more places at {activity}").format(
            places=MORE_PLACES, activity=_series(one, explained)
        )
    if one.kind == "corridor":
        return _("opening the corridor to {municipality}").format(
            municipality=plain(explained.names.get(one.municipality_code, one.municipality_code))
        )
    if one.kind == "time":
        text = (
            _("holding {activity} {minutes} min later ({times})")
            if one.shift_min > 0
            else _("holding {activity} {minutes} min earlier ({times})")
        )
        return text.format(
            activity=_series(one, explained), minutes=abs(one.shift_min), times=", ".join(one.times)
        )
    told = one.bus
    line = (
        _("line {line} towards {headsign}").format(line=plain(told["line"]), headsign=plain(told["headsign"]))
        if told["headsign"]
        else _("line {line}").format(line=plain(told["line"]))
    )
    days = ngettext("{count} day ({weekdays})", "{count} days ({weekdays})", int(told["days"])).format(
        count=told["days"], weekdays=", ".join(_weekday(name) for name in str(told["weekdays"]).split(";"))
    )
    return _("one more departure home of {line} at {time} from {stop}, after {activity}, on {days}").format(
        line=line,
        time=told["departure"],
        stop=plain(told["from_stop"]),
        activity=_series(one, explained),
        days=days,
    )


def _weekday(name: str) -> str:
    """Short name of a weekday, from its identifier."""
    names = {
        "mon": _("Mon"),
        "tue": _("Tue"),
        "wed": _("Wed"),
        "thu": _("Thu"),
        "fri": _("Fri"),
        "sat": _("Sat"),
        "sun": _("Sun"),
    }
    return names[name]
