"""A register of activities written as a GeoPackage, to be edited in QGIS and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.restricted import Audience
from geomatch.sources.activities import ActivityRegister
from geomatch.sources.activity_words import ACTIVITY_HEADINGS, ACTIVITY_WORDS, DAYS, in_swedish
from geomatch.sources.cells import clock
from geomatch.sources.layers import write_layer
from geomatch.sources.regions import municipalities
from geomatch.tables import records
from geomatch.words import gettext as _

__all__ = ["write_activities_geopackage"]


def write_activities_geopackage(path: str | Path, register: ActivityRegister) -> None:
    """Write a register as a GeoPackage, to be edited in QGIS and read again: for internal work only.

    It holds what is `Restricted`: addresses, contacts and the places of protected activities. It is no publication.

    There is one row for each session pattern, with Swedish headings and words, one layer (`insatser`), points in
    EPSG:3006. The geometry is null where the activity is digital, and where it has no place of its own but stands at
    the point of its municipality. Reading the file gives the same series and sessions; what was assumed for blanks
    is stated in it, so that the notes differ.

    Args:
        path: A file that is not there yet, `.gpkg`.
        register: From `read_activities` or `merge_registers`.

    Raises:
        InputError: Another ending, the file is there already, or cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg":
        raise InputError(
            Problem(_("the name does not end in {suffix}").format(suffix=".gpkg"), file=path.name)
        )
    series = register.series.reveal(Audience.INTERNAL)
    sessions = register.sessions.reveal(Audience.INTERNAL)
    order = {name: place for place, name in enumerate(series["series_id"])}
    patterns: list[tuple[Any, ...]] = [
        (
            order[row.series_id],
            "" if pd.isna(row.weekday) else DAYS[row.weekday][0],
            row.date,
            clock(row.start_s),
            clock(row.end_s),
        )
        for row in records(sessions)
    ]
    idle = set(range(len(series))) - {pattern[0] for pattern in patterns}
    patterns = sorted(patterns + [(place, "", "", None, None) for place in idle], key=lambda one: one[0])
    places = [pattern[0] for pattern in patterns]

    def texts(values: list[Any]) -> np.ndarray[Any, Any]:
        return np.array([value or None for value in values], dtype=object)

    fields: dict[str, np.ndarray[Any, Any]] = {}
    for name, heading in ACTIVITY_HEADINGS.items():
        column = "municipality_code" if name == "municipality" else name
        if name in {"weekdays", "dates", "start", "end"}:
            at = 1 + ("weekdays", "dates", "start", "end").index(name)
            fields[heading] = texts([pattern[at] for pattern in patterns])
        elif column not in series:
            continue
        else:
            values = series[column].iloc[places]
            if name in {"valid_from", "valid_to"}:
                fields[heading] = np.array([day or "NaT" for day in values], dtype="datetime64[D]")
            elif name in {"target_groups", "sex", "visibility", "status"}:
                fields[heading] = texts([in_swedish(ACTIVITY_WORDS[name], value) for value in values])
            elif name == "places":
                fields[heading] = values.to_numpy(dtype="int64")
            elif values.dtype == bool:
                fields[heading] = values.to_numpy(dtype=bool)
            else:
                fields[heading] = texts(list(values))
    homes = municipalities().set_index("municipality_code")
    at_home = dict(zip(homes.index, zip(homes["point_x_m"], homes["point_y_m"], strict=True), strict=True))
    points = [
        None
        if point is None or (visibility != "exact" and at_home.get(code) == (point.x, point.y))
        else point
        for point, code, visibility in zip(
            series.geometry, series["municipality_code"], series["visibility"], strict=True
        )
    ]
    layer = "SYNTETISKA insatser" if register.synthetic else "insatser"
    write_layer(path, layer, fields, [points[place] for place in places])
