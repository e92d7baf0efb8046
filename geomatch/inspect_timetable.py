"""What is understood of the feeds of a timetable: what each holds, how they join, and the trips of each day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from geomatch.asked import check_asked
from geomatch.errors import InputError, Problem
from geomatch.inspection import Inspection, Told, span
from geomatch.notes import note_text
from geomatch.settings.tree import SessionSettings
from geomatch.sources.timetable import Timetable, read_timetable
from geomatch.sources.timetable_report import (
    bad_rows,
    call_ahead_share,
    feeds_table,
    per_weekday,
    periods_in_force,
    service_per_day,
)
from geomatch.supply import month_window
from geomatch.tables import records
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = ["inspect_timetable"]

_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_DAYS_SHOWN = 5


def _read_feeds(paths: Sequence[Path]) -> Timetable:
    """All feeds as one timetable; where any is wrong, the problems of all."""
    try:
        return read_timetable(paths)
    except InputError as error:
        problems: list[Problem] = []
        for path in paths if len(paths) > 1 else []:
            try:
                read_timetable([path])
            except InputError as one:
                problems += one.problems
        if problems:
            raise InputError(problems) from error
        raise


def inspect_timetable(paths: Sequence[Path], told: Told, month: str | None) -> Inspection:
    """Read the feeds and tell what they hold.

    Args:
        paths: The feeds.
        told: What is told already.
        month: YYYY-MM, to count only the weeks that this month would be judged by (METHOD 4).

    Raises:
        InputError: No such month; what `read_timetable` and `month_window` raise.
    """
    if month is not None:
        check_asked(month)
    timetable = _read_feeds(paths)
    feeds, periods, bad = feeds_table(timetable), periods_in_force(timetable), bad_rows(timetable)
    for feed in timetable.feeds:
        told.lines.append(f"  {feed.file}")
        for name, value in (
            (_("Operator"), feed.operator),
            (_("Days with service"), span(feed.first_day.isoformat(), feed.last_day.isoformat())),
            (_("Stops"), feed.stops),
            (_("Trips"), feed.trips),
            (_("Stop times"), feed.stop_times),
        ):
            told.lines.append(f"    {name}: {value}")
        told.lines += [f"    {note_text(kind, count)}" for kind, count in sorted(feed.bad_rows.items())]
    share = call_ahead_share(timetable)
    told.say(
        _("Trips that must be booked ahead"),
        _("{count} of {trips} ({share} %)").format(
            count=int(feeds["call_ahead_trips"].sum()),
            trips=int(feeds["trips"].sum()),
            share=_percent(share),
        ),
    )
    if len(feeds) > 1:
        told.lines.append("  " + _("Joined by date:"))
        told.lines += [
            f"    {span(row.first_day, row.last_day)}: {row.file} ({row.operator})"
            for row in records(periods)
        ]
    first = last = None
    if month is not None:
        validity = ", ".join(f"{f.file}: {f.first_day} – {f.last_day}" for f in timetable.feeds)
        window = month_window(month, timetable.covers, SessionSettings(), validity)
        first, last = window.first_day, window.last_day
        told.say(_("Weeks of {month}").format(month=month), span(first.isoformat(), last.isoformat()))
    service = service_per_day(timetable, first, last)
    covered = service[service["covered"]]
    _say_service(told, service, covered)
    told.facts |= {
        "feeds": feeds.to_dict("records"),
        "bad_rows": bad.to_dict("records"),
        "periods": periods.to_dict("records"),
        "call_ahead_share": round(share, 6),
        "month": month,
        "service": {
            "first_day": service["date"].iloc[0],
            "last_day": service["date"].iloc[-1],
            "uncovered_days": int((~service["covered"]).sum()),
            "per_weekday": per_weekday(covered).to_dict("records"),
            "least": _extreme(covered, "min"),
            "most": _extreme(covered, "max"),
        },
    }
    told.synthetic(synthetic=bool(feeds["synthetic"].any()))
    return told.done(service)


def _percent(share: float) -> str:
    """A share as per cent with one decimal, written as the language in force does."""
    return f"{100 * share:.1f}".replace(".", _("."))


def _extreme(days: pd.DataFrame, which: Literal["min", "max"]) -> dict[str, Any]:
    trips = int(getattr(days["trips"], which)()) if len(days) else 0
    return {"trips": trips, "dates": days.loc[days["trips"] == trips, "date"].tolist()}


def _say_service(told: Told, service: pd.DataFrame, covered: pd.DataFrame) -> None:
    """Trips per weekday, the days with least and most, and the days without any feed."""
    told.say(_("Trips per day"), span(service["date"].iloc[0], service["date"].iloc[-1]))
    rows = [[_("weekday"), _("days"), _("least"), _("median"), _("most")]]
    for row in records(per_weekday(covered)):
        numbers = (row.days, row.least_trips, row.median_trips, row.most_trips)
        rows.append([_(_WEEKDAYS[row.weekday]), *map(str, numbers)])
    wide = max(len(row[0]) for row in rows)
    told.lines += ["    " + row[0].ljust(wide) + "".join(cell.rjust(8) for cell in row[1:]) for row in rows]
    for text, extreme in (
        (_("Fewest trips"), _extreme(covered, "min")),
        (_("Most trips"), _extreme(covered, "max")),
    ):
        dates = extreme["dates"]
        more = len(dates) - _DAYS_SHOWN
        shown = ", ".join(dates[:_DAYS_SHOWN]) + (
            " " + _("and {count} more").format(count=more) if more > 0 else ""
        )
        told.say(text, f"{extreme['trips']} ({shown})")
    without = int((~service["covered"]).sum())
    if without:
        told.lines.append(
            "  " + _("{count} days are covered by no feed of some operator.").format(count=without)
        )
