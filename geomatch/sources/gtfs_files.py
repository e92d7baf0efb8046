"""The files of one GTFS feed, zip or folder, as frames of text; what is wrong or left out is kept beside them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.notes import note_text
from geomatch.words import gettext as _

__all__ = ["CALENDARS", "DAMAGE", "REQUIRED", "FeedFiles", "column"]

# The largest file of a feed, unpacked. The stop times of the whole country are a few hundred megabytes; a zip that
# unpacks to more is damaged or meant to fill the memory.
_MEBIBYTE = 1 << 20
_MAX_FILE_BYTES = 1024 * _MEBIBYTE
# What zipfile raises on an archive that is damaged, of another method or locked.
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    struct.error,
)
_LONGER_ROW = re.compile(r"Expected ([0-9]+) fields in line ([0-9]+), saw ([0-9]+)")

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "agency": ("agency_timezone",),
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
}
CALENDARS: Mapping[str, tuple[str, ...]] = {
    "calendar": (
        "service_id",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "start_date",
        "end_date",
    ),
    "calendar_dates": ("service_id", "date", "exception_type"),
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "transfers": ("from_stop_id", "to_stop_id", "transfer_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "feed_info": (),
}


class FeedFiles:
    """One feed while it is being read: its frames, its problems and its bad rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.problems: list[Problem] = []
        self.bad: dict[str, int] = {}
        self.rows = 0

    def problem(
        self,
        found: str,
        expected: str = "",
        remedy: str = "",
        file: str = "",
        column: str = "",
        row: int | None = None,
    ) -> None:
        """Something that keeps the feed from being used."""
        self.problems.append(Problem(found, expected, remedy, self.name, file, row, column))

    def count(self, kind: str, number: int) -> None:
        """Rows of one kind that were left out."""
        if number:
            self.bad[kind] = self.bad.get(kind, 0) + int(number)

    def counted(self, prefix: str = "") -> list[Problem]:
        """The bad rows, one problem for each kind."""
        return [
            Problem(note_text(kind, count).rstrip("."), file=self.name)
            for kind, count in sorted(self.bad.items())
            if kind.startswith(prefix)
        ]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every GTFS file that is used, all columns as text. Collects problems for files that are missing."""
        if self.path.is_file() and not self.path.stat().st_size:
            self.problem(_("the file is empty"), remedy=_("Download the timetable again"))
            return {}
        names = self.names()
        if not any(f"{name}.txt" in names for name in (*REQUIRED, *CALENDARS)):
            self.problem(
                _("there is no file of a GTFS feed in it"),
                ", ".join(f"{name}.txt" for name in (*REQUIRED, "calendar_dates")),
                _("Choose the zip from Trafiklab, unchanged, or the folder with its files"),
            )
            return {}
        found: dict[str, pd.DataFrame] = {}
        for name, columns in {**REQUIRED, **CALENDARS, **_OPTIONAL}.items():
            content = self.content(names[f"{name}.txt"]) if f"{name}.txt" in names else None
            if content is None:
                continue
            frame = self.table(name, content)
            if frame is None or (not len(frame) and name in REQUIRED):
                continue
            if name == "agency" and frame.empty:
                continue
            missing = [column for column in columns if column not in frame.columns]
            for column in missing:
                self.problem(
                    _("the column is missing"),
                    remedy=_("Download the timetable again"),
                    file=f"{name}.txt",
                    column=column,
                )
            if not missing:
                found[name] = frame
        missing_files = [name for name in REQUIRED if name not in found]
        if not any(name in found for name in CALENDARS):
            missing_files.append("calendar_dates")
        for name in missing_files:
            if not any(problem.sheet == f"{name}.txt" for problem in self.problems):
                self.problem(
                    _("the file is missing or empty"),
                    _("a GTFS feed with {file}").format(file=f"{name}.txt"),
                    _("Download the timetable again; the zip must be the one from Trafiklab, unchanged"),
                    file=f"{name}.txt",
                )
        return found

    def names(self) -> dict[str, str]:
        """Where each file of the feed lies: its name -> its path in the folder or the archive."""
        if self.path.is_dir():
            return {entry.name: entry.name for entry in sorted(self.path.iterdir()) if entry.is_file()}
        with zipfile.ZipFile(self.path) as archive:
            if "xl/workbook.xml" in archive.namelist():
                raise InputError(
                    Problem(
                        _("it is an Excel workbook, not a timetable"),
                        _("a GTFS zip or a folder with its files"),
                        _("Add it as what it is: geomatch add activities FILE"),
                        file=self.name,
                    )
                )
            # Some publishers put the files in one folder of the archive.
            inside = sorted((entry.filename for entry in archive.infolist() if not entry.is_dir()), key=len)
        return {entry.rpartition("/")[2]: entry for entry in reversed(inside)}

    def content(self, place: str) -> bytes | None:
        """The bytes of one file; None, and a problem, where it is larger than any file of a feed can be."""
        if self.path.is_dir():
            file = self.path / place
            size = file.stat().st_size
            content = file.read_bytes() if size <= _MAX_FILE_BYTES else None
        else:
            with zipfile.ZipFile(self.path) as archive:
                # What is unpacked is never more than the archive says here: zipfile stops there.
                size = archive.getinfo(place).file_size
                content = archive.read(place) if size <= _MAX_FILE_BYTES else None
        if content is None:
            self.problem(
                _("the file is {size} MB when unpacked").format(size=-(-size // _MEBIBYTE)),
                _("at most {limit} MB").format(limit=_MAX_FILE_BYTES // _MEBIBYTE),
                _("Download the timetable again; the zip must be the one from Trafiklab, unchanged"),
                file=place.rpartition("/")[2],
            )
        return content

    def table(self, name: str, content: bytes) -> pd.DataFrame | None:
        """One file as text; None, and mostly a problem, where it holds nothing that can be read."""
        try:
            frame = pd.read_csv(
                io.BytesIO(content),
                dtype=str,
                keep_default_na=False,
                na_filter=False,
                encoding="utf-8-sig",
                skipinitialspace=True,
            )
        except pd.errors.EmptyDataError:
            return None
        except UnicodeDecodeError:
            self.problem(
                _("the text is not UTF-8"),
                _("UTF-8, as GTFS says"),
                _("Download the timetable again"),
                file=f"{name}.txt",
            )
            return None
        except pd.errors.ParserError as error:
            longer = _LONGER_ROW.search(str(error))
            if longer:
                self.problem(
                    _("the row has {cells} cells, the headings {headings}").format(
                        cells=longer[3], headings=longer[1]
                    ),
                    remedy=_("Download the timetable again"),
                    file=f"{name}.txt",
                    row=int(longer[2]),
                )
                return None
            self.problem(
                _("the rows cannot be read ({reason})").format(reason=error),
                _("comma-separated values"),
                file=f"{name}.txt",
            )
            return None
        frame.columns = [str(column).strip() for column in frame.columns]
        return frame if isinstance(frame.index, pd.RangeIndex) else self.moved_back(name, frame)

    def moved_back(self, name: str, frame: pd.DataFrame) -> pd.DataFrame | None:
        """Rows longer than the headings, which pandas moves to the right: as they stand in the file.

        Commas at the end of every row are common and mean nothing; cells without a heading are a problem.
        """
        extra = frame.index.nlevels
        headings = list(frame.columns)
        whole = frame.reset_index()
        beyond = whole.iloc[:, len(headings) :]
        filled = np.flatnonzero((beyond.to_numpy() != "").any(axis=1))
        if len(filled):
            self.problem(
                _("the row has {cells} cells, the headings {headings}").format(
                    cells=len(headings) + extra, headings=len(headings)
                ),
                remedy=_("Download the timetable again"),
                file=f"{name}.txt",
                row=int(filled[0]) + 2,
            )
            return None
        whole = whole.iloc[:, : len(headings)]
        whole.columns = pd.Index(headings)
        return whole


def column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """A column without blanks around its texts; empty texts where the feed has no such column."""
    return frame[name].str.strip() if name in frame.columns else pd.Series("", index=frame.index, dtype=str)
