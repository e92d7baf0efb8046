"""One month's inputs, taken for another month: what is needed to replace one factor at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import geopandas as gpd
import pandas as pd

from geomatch.access.reach import open_in_month
from geomatch.settings import Settings
from geomatch.supply import Window

__all__ = ["carried_corridors", "carried_enrolment", "carried_places", "carried_settings"]


def carried_enrolment(enrolment: pd.DataFrame, month: str, other: str) -> pd.DataFrame:
    """The counts of `month` as if they were of `other`: its rows only, with the other month's name."""
    return enrolment[enrolment["month"] == month].assign(month=other).reset_index(drop=True)


def carried_corridors(register: pd.DataFrame, month: str) -> pd.DataFrame:
    """The corridors that are open in `month`, without first and last day: open in any month."""
    return open_in_month(register, month).assign(valid_from="", valid_to="")


def carried_settings(settings: Settings, month: str) -> Settings:
    """The settings as they hold on the first day of `month`, for any later month.

    Shares that begin later are left out, so that the newest before the day stays in force; of the sets of rules the one
    in force stays, without a first and a last day.
    """
    day = date.fromisoformat(f"{month}-01")
    shares = tuple(one for one in settings.shares if date.fromisoformat(one.valid_from) <= day)
    return replace(settings, shares=shares, rules=settings.rules.only(day))


def carried_places(
    series: gpd.GeoDataFrame, sessions: pd.DataFrame, month: str, window: Window, target: Window
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The series that run in `month`, with their sessions moved by whole weeks to the weeks of `target`.

    The first week of the one window becomes the first of the other, and so on. A series that begins or ends within the
    window does so in the same week of the other; one that runs through it runs through the other, also when that is
    longer. Set days in a week that the other window does not have are left out. Public holidays belong to the calendar
    and are left out later, where the target has them.

    Args:
        series: Series of the register.
        sessions: Theirs.
        month: The month they are of, YYYY-MM.
        window: Its weeks.
        target: The weeks they are moved to.
    """
    first = date.fromisoformat(f"{month}-01")
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    shift = target.first_day - window.first_day

    def moved(text: str, edge: date, *, begins: bool) -> str:
        if not text:
            return ""
        day = date.fromisoformat(text)
        return "" if (day <= edge if begins else day >= edge) else (day + shift).isoformat()

    runs = (
        (series["status"] != "ended")
        & (series["valid_from"].map(lambda text: not text or date.fromisoformat(text) <= last))
        & (series["valid_to"].map(lambda text: not text or date.fromisoformat(text) >= first))
    )
    kept = series[runs].copy()
    # A digital series has no sessions to reach: it is there all month.
    at_a_distance = kept["digital"].astype(bool)
    kept["valid_from"] = [
        "" if digital else moved(text, window.first_day, begins=True)
        for text, digital in zip(kept["valid_from"], at_a_distance, strict=True)
    ]
    kept["valid_to"] = [
        "" if digital else moved(text, window.last_day, begins=False)
        for text, digital in zip(kept["valid_to"], at_a_distance, strict=True)
    ]
    held = sessions[sessions["series_id"].isin(set(kept["series_id"]))].copy()
    held["date"] = [(date.fromisoformat(text) + shift).isoformat() if text else "" for text in held["date"]]
    return kept, held
