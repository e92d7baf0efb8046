"""Answers to questions without a workspace, in sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from geomatch.notes import note_text
from geomatch.numbers import decimal
from geomatch.settings import LimitSettings
from geomatch.tables import records
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["bad_row_notes", "better_lines", "journey_lines", "notes_of", "reason_sentence"]


def bad_row_notes(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """What was wrong with the timetable: a sentence for each feed and kind of bad row.

    Args:
        rows: file, kind, rows: of `timetable_report.bad_rows`.
    """
    return [f"{row['file']}: {note_text(row['kind'], row['rows'])}" for row in rows]


def notes_of(facts: Mapping[str, Any], walk_m: float) -> list[str]:
    """What was left out or cannot be reached, in sentences; `facts` are those of `ask.facts_of`."""
    said = []
    for name, count in (
        (
            ngettext(
                "{count} session on a public holiday is left out.",
                "{count} sessions on public holidays are left out.",
                facts["sessions_on_holidays"],
            ),
            facts["sessions_on_holidays"],
        ),
        (
            ngettext(
                "{count} activity has no session in the period.",
                "{count} activities have no session in the period.",
                facts["activities_without_session"],
            ),
            facts["activities_without_session"],
        ),
        (
            ngettext(
                "{count} origin has no stop within {walk} m: from there one can only walk.",
                "{count} origins have no stop within {walk} m: from there one can only walk.",
                facts["origins_without_stop"],
            ),
            facts["origins_without_stop"],
        ),
        (
            ngettext(
                "{count} activity has no stop within {walk} m: one can only walk there.",
                "{count} activities have no stop within {walk} m: one can only walk there.",
                facts["activities_without_stop"],
            ),
            facts["activities_without_stop"],
        ),
    ):
        if count:
            said.append(name.format(count=count, walk=f"{walk_m:g}"))
    for name, notes in facts["notes"].items():
        said += [f"--{name}: {note_text(note, count)}" for note, count in sorted(notes.items())]
    return said + bad_row_notes(facts["bad_rows"])


def reason_sentence(reason: str, limits: LimitSettings) -> str:
    """Why a day return does not count, as a sentence; one of REASONS."""
    texts = {
        "no_session": _("There is no session."),
        "no_service_that_day": _("No vehicle runs that day."),
        "no_way_there": _("There is no way to get there in time."),
        "no_way_home": _("There is no way home that day."),
        "needs_booking": _("A ride must be booked ahead."),
        "too_many_transfers": _("There are more than {count} changes one way."),
        "too_long": _("One way takes more than {minutes} min."),
        "away_too_long": _("One is away from home more than {away} min."),
    }
    return texts[reason].format(
        count=limits.max_transfers, minutes=f"{limits.max_travel_min:g}", away=f"{limits.max_away_min:g}"
    )


def journey_lines(told: dict[str, Any], limits: LimitSettings, walk_m: float) -> list[str]:
    """A day return from `day_return` as lines of text.

    Args:
        told: The day return.
        limits: Its limits.
        walk_m: Longest walk to a stop.
    """
    lines = []
    for name, title in (("out", _("There")), ("home", _("Home"))):
        lines += _way_lines(title, told[name], told["date"], limits)
    if told["reachable"]:
        lines.append(_("The session can be reached and left the same day."))
    else:
        lines.append(
            _("The session cannot be reached: {reason}").format(
                reason=reason_sentence(told["reason"], limits)
            )
        )
        for there, text in (
            (told["from_has_stop"], _("There is no stop within {walk} m of the home.")),
            (told["to_has_stop"], _("There is no stop within {walk} m of the activity.")),
        ):
            if not there:
                lines.append(text.format(walk=f"{walk_m:g}"))
    if told["last_way_home"]:
        lines.append(_("This is the last way home that day."))
    if told["last_way_home_tight"]:
        lines.append(
            _("It hangs on a change under {minutes} min: whoever misses it does not get home.").format(
                minutes=f"{limits.tight_change_min:g}"
            )
        )
    return lines


def _way_lines(title: str, way: dict[str, Any] | None, day: str, limits: LimitSettings) -> list[str]:
    if way is None:
        return [_("{way}: none.").format(way=title)]
    changes = ngettext("{count} change", "{count} changes", way["transfers"]).format(count=way["transfers"])
    head = _("{way}: {departure}–{arrival}, {minutes} min, {changes}").format(
        way=title,
        departure=_at(way["departure"], day),
        arrival=_at(way["arrival"], day),
        minutes=f"{way['minutes']:.0f}",
        changes=changes,
    )
    lines = [head]
    before = None
    for leg in way["legs"]:
        if leg["kind"] == "walk" and leg["departure"] == leg["arrival"] and len(way["legs"]) > 1:
            continue  # One stands there already.
        if leg["kind"] == "ride" and before is not None:
            lines.append("  " + _between(before, leg))
        span = f"{_at(leg['departure'], day)}–{_at(leg['arrival'], day)}"
        lines.append(f"  {span}  {_leg_text(leg)}")
        before = leg if leg["kind"] == "ride" else before
    if way["reason"]:
        lines.append("  " + reason_sentence(way["reason"], limits))
    return lines


def _at(moment: str, day: str) -> str:
    """The time of day, with a mark where it is of the day after."""
    return moment[11:19] + ("" if moment[:10] <= day else " (+1)")


def _between(one: dict[str, Any], other: dict[str, Any]) -> str:
    if other["seated"]:
        return _("stay on board")
    wait = datetime.fromisoformat(other["departure"]) - datetime.fromisoformat(one["arrival"])
    return _("change in {minutes} min").format(minutes=f"{wait.total_seconds() / 60:.3g}")


def _leg_text(leg: dict[str, Any]) -> str:
    if leg["kind"] == "walk":
        metres = f"{leg['walk_m']:.0f}"
        if leg["from_stop"] and leg["to_stop"]:
            return _("walk {metres} m from {start} to {end}").format(
                metres=metres, start=leg["from_stop"], end=leg["to_stop"]
            )
        if leg["to_stop"]:
            return _("walk {metres} m to {end}").format(metres=metres, end=leg["to_stop"])
        if leg["from_stop"]:
            return _("walk {metres} m from {start}").format(metres=metres, start=leg["from_stop"])
        return _("walk {metres} m from door to door").format(metres=metres)
    if leg["headsign"]:
        text = _("line {line} towards {headsign}, {start} – {end}")
    else:
        text = _("line {line}, {start} – {end}")
    text = text.format(line=leg["line"], headsign=leg["headsign"], start=leg["from_stop"], end=leg["to_stop"])
    return text + _(" (must be booked ahead)") if leg["booked"] else text


def better_lines(moves: pd.DataFrame, buses: pd.DataFrame | None) -> list[str]:
    """Better times as lines of text: one for each activity, and one for each municipality.

    Args:
        moves: From `moved_sessions`.
        buses: From `later_bus`, if it was asked for.
    """
    lines = []
    now = moves[moves["shift_min"] == 0].set_index("activity_id")
    for best in records(moves[moves["best"]]):
        one = _("{activity} ({start}–{end}): {reached} of {persons} persons can come.").format(
            activity=best.activity_id,
            start=now.loc[best.activity_id, "start"],
            end=now.loc[best.activity_id, "end"],
            reached=decimal(now.loc[best.activity_id, "persons_reachable"]),
            persons=decimal(best.persons),
        )
        if best.shift_min:
            text = (
                _("At {start}–{end} it would be {more} more ({gained} gained, {lost} lost).")
                if best.lost
                else _("At {start}–{end} it would be {more} more.")
            )
            one += " " + text.format(
                start=best.start,
                end=best.end,
                more=decimal(best.more),
                gained=decimal(best.gained),
                lost=decimal(best.lost),
            )
        else:
            one += " " + _("No move brings more.")
        lines.append(one)
    return lines + [_bus_line(row) for row in (records(buses) if buses is not None else ())]


def _bus_line(row: Any) -> str:  # noqa: ANN401 (a row of `later_bus` with a field per column)
    where = row.municipality or _("All origins")
    within = _("{where}: {reached} of {persons} persons are within reach of an activity.").format(
        where=where, reached=decimal(row.persons_reachable), persons=decimal(row.persons)
    )
    if not row.more:
        return within + " " + _("No single bus home more brings anybody within reach.")
    line = (
        _("line {line} towards {headsign}").format(line=row.line, headsign=row.headsign)
        if row.headsign
        else _("line {line}").format(line=row.line)
    )
    days = ngettext("{count} day ({weekdays})", "{count} days ({weekdays})", int(row.days)).format(
        count=row.days, weekdays=", ".join(_weekday(name) for name in row.weekdays.split(";"))
    )
    return (
        within
        + " "
        + _(
            "One more departure of {line} at {time} from {stop}, after {activity}, on {days}, would bring {more} more."
        ).format(
            line=line,
            time=row.departure,
            stop=row.from_stop,
            activity=row.activity_id,
            days=days,
            more=decimal(row.more),
        )
        + " "
        + _("It is like the departure of {line} at {time} from {stop}.").format(
            line=line, time=row.like_departure, stop=row.from_stop
        )
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
