"""The files of one GTFS feed, zip or folder: where they lie, which may be read; what is wrong or left out is kept."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from geomatch.errors import InputError, Problem
from geomatch.notes import note_text
from geomatch.sources.gtfs_csv import Block, CsvError, joined, read_ahead, read_blocks, read_headings
from geomatch.words import gettext as _

__all__ = ["STOP_TIMES", "WEEKDAYS", "FeedFiles"]

# The largest files of a feed, unpacked. A zip that unpacks to more is damaged or meant to fill the memory. The stop
# times of the whole country are less than a gigabyte; they are read block by block and kept in some 25 bytes a row.
_MEBIBYTE = 1 << 20
_MAX_STOP_TIMES_BYTES = 4096 * _MEBIBYTE
_MAX_FILE_BYTES = 512 * _MEBIBYTE
# What zipfile raises on an archive that is damaged, of another method or locked.
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    struct.error,
)

STOP_TIMES = "stop_times"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _Columns(NamedTuple):
    needed: tuple[str, ...]
    used: tuple[str, ...] = ()


_REQUIRED: Mapping[str, _Columns] = {
    "agency": _Columns(("agency_timezone",), ("agency_id", "agency_name")),
    "stops": _Columns(("stop_id", "stop_lat", "stop_lon"), ("stop_name", "location_type", "parent_station")),
    "routes": _Columns(("route_id", "route_type"), ("route_short_name", "route_long_name")),
    "trips": _Columns(("trip_id", "route_id", "service_id"), ("trip_headsign", "block_id")),
    STOP_TIMES: _Columns(
        ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
        (
            "pickup_type",
            "drop_off_type",
            "pickup_booking_rule_id",
            "drop_off_booking_rule_id",
            "location_id",
            "location_group_id",
        ),
    ),
}
_CALENDARS: Mapping[str, _Columns] = {
    "calendar": _Columns(("service_id", *WEEKDAYS, "start_date", "end_date")),
    "calendar_dates": _Columns(("service_id", "date", "exception_type")),
}
_OPTIONAL: Mapping[str, _Columns] = {
    "transfers": _Columns(
        ("from_stop_id", "to_stop_id", "transfer_type"),
        ("min_transfer_time", "from_trip_id", "to_trip_id", "from_route_id", "to_route_id"),
    ),
    "frequencies": _Columns(("trip_id", "start_time", "end_time", "headway_secs")),
    "feed_info": _Columns((), ("feed_id", "feed_publisher_name", "feed_version")),
}


class FeedFiles:
    """One feed while it is being read: its files, its problems and its bad rows."""

    def __init__(self, path: Path) -> None:
        """Look for the files of the feed.

        Raises:
            InputError: There is no such file, or it is no zip file.
        """
        self.path = path
        self.name = path.name
        self.problems: list[Problem] = []
        self.bad: dict[str, int] = {}
        self.lost: dict[str, int] = {}
        self._places: dict[str, str] = {}
        if not path.exists():
            raise InputError(Problem(_("there is no such file"), remedy=_("Check the path"), file=self.name))

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

    def count(self, kind: str, number: int, of: str = "") -> None:
        """Rows of one kind that cannot be used as they are.

        Args:
            kind: What is wrong with them, as `note_text` knows it.
            number: How many rows.
            of: The file whose rows they are (without `.txt`), where they are left out; blank for what is only worth
                a remark, since by that no feed is judged. One row is counted once.
        """
        if number:
            self.bad[kind] = self.bad.get(kind, 0) + int(number)
            if of:
                self.lost[of] = self.lost.get(of, 0) + int(number)

    def counted(self, prefix: str = "") -> list[Problem]:
        """The bad rows, one problem for each kind."""
        return [
            Problem(note_text(kind, count).rstrip("."), file=self.name)
            for kind, count in sorted(self.bad.items())
            if kind.startswith(prefix)
        ]

    def tables(self) -> dict[str, Block]:
        """Every file that is used, with the columns that are used; stop_times, the largest, without its rows.

        Raises:
            InputError: A file is missing, too large or cannot be read, or lacks a column. All problems of the feed.
        """
        if self.path.is_file() and not self.path.stat().st_size:
            self.problem(_("the file is empty"), remedy=_("Download the timetable again"))
            raise InputError(self.problems)
        self._places = self._found()
        if not any(f"{name}.txt" in self._places for name in (*_REQUIRED, *_CALENDARS)):
            self.problem(
                _("there is no file of a GTFS feed in it"),
                ", ".join(f"{name}.txt" for name in (*_REQUIRED, "calendar_dates")),
                _("Choose the zip from Trafiklab, unchanged, or the folder with its files"),
            )
            raise InputError(self.problems)
        tables: dict[str, Block] = {}
        for name, columns in {**_REQUIRED, **_CALENDARS, **_OPTIONAL}.items():
            if f"{name}.txt" in self._places and self._small_enough(name) and self._has(name, columns):
                try:
                    rows = self._read(name, columns)
                except CsvError as error:
                    self._unreadable(name, error)
                    continue
                if rows.rows or name not in _REQUIRED:
                    tables[name] = rows
        missing_files = [name for name in _REQUIRED if name not in tables]
        if not any(name in tables for name in _CALENDARS):
            missing_files.append("calendar_dates")
        for name in missing_files:
            if not any(problem.sheet == f"{name}.txt" for problem in self.problems):
                self.problem(
                    _("the file is missing or empty"),
                    _("a GTFS feed with {file}").format(file=f"{name}.txt"),
                    _("Download the timetable again; the zip must be the one from Trafiklab, unchanged"),
                    file=f"{name}.txt",
                )
        if self.problems:
            if STOP_TIMES in tables:
                self._look_through(STOP_TIMES)
            raise InputError(self.problems)
        return tables

    def blocks(self, name: str, columns: tuple[str, ...] = ()) -> Iterator[Block]:
        """The rows of one file, block by block, with `columns` or else those that are used.

        Raises:
            InputError: The file cannot be read.
        """
        own = {**_REQUIRED, **_CALENDARS, **_OPTIONAL}[name]
        try:
            with self._readable():
                yield from read_ahead(
                    read_blocks(lambda: self._opened(name), columns or (*own.needed, *own.used))
                )
        except CsvError as error:
            self._unreadable(name, error)
            raise InputError(self.problems) from error

    def _look_through(self, name: str) -> None:
        """Read a file only to learn whether it can be read."""
        try:
            for _block in self.blocks(name, ("trip_id",)):
                pass
        except InputError:
            return  # it is among the problems now

    def _read(self, name: str, columns: _Columns) -> Block:
        with self._readable():
            blocks = read_blocks(lambda: self._opened(name), (*columns.needed, *columns.used))
            return next(blocks, Block(0, {})) if name == STOP_TIMES else joined(list(blocks))

    def _unreadable(self, name: str, error: CsvError) -> None:
        self.problem(error.found, error.expected, error.remedy, file=f"{name}.txt", row=error.row)

    def _has(self, name: str, columns: _Columns) -> bool:
        """Whether a file has headings, all that are needed."""
        try:
            with self._readable():
                headings = read_headings(lambda: self._opened(name))
        except CsvError as error:
            self._unreadable(name, error)
            return False
        missing = [column for column in columns.needed if headings and column not in headings]
        for column in missing:
            self.problem(
                _("the column is missing"),
                remedy=_("Download the timetable again"),
                file=f"{name}.txt",
                column=column,
            )
        return bool(headings) and not missing

    def _small_enough(self, name: str) -> bool:
        place = self._places[f"{name}.txt"]
        limit = _MAX_STOP_TIMES_BYTES if name == STOP_TIMES else _MAX_FILE_BYTES
        if self.path.is_dir():
            size = (self.path / place).stat().st_size
        else:
            with self._readable(), zipfile.ZipFile(self.path) as archive:
                # What is unpacked is never more than the archive says here: zipfile stops there.
                size = archive.getinfo(place).file_size
        if size <= limit:
            return True
        self.problem(
            _("the file is {size} MB when unpacked").format(size=-(-size // _MEBIBYTE)),
            _("at most {limit} MB").format(limit=limit // _MEBIBYTE),
            _("Download the timetable again; the zip must be the one from Trafiklab, unchanged"),
            file=f"{name}.txt",
        )
        return False

    def _found(self) -> dict[str, str]:
        """Where each file of the feed lies: its name -> its path in the folder or the archive."""
        if self.path.is_dir():
            return {entry.name: entry.name for entry in sorted(self.path.iterdir()) if entry.is_file()}
        with self._readable(), zipfile.ZipFile(self.path) as archive:
            entries = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        if "xl/workbook.xml" in entries:
            raise InputError(
                Problem(
                    _("it is an Excel workbook, not a timetable"),
                    _("a GTFS zip or a folder with its files"),
                    _("Add it as what it is: geomatch add activities FILE"),
                    file=self.name,
                )
            )
        # Some publishers put the files in one folder of the archive.
        inside = sorted(entries, key=lambda entry: (len(entry), entry))
        return {entry.rpartition("/")[2]: entry for entry in reversed(inside)}

    def _opened(self, name: str) -> IO[bytes]:
        place = self._places[f"{name}.txt"]
        if self.path.is_dir():
            return (self.path / place).open("rb")
        with zipfile.ZipFile(self.path) as archive:
            return archive.open(place)  # the archive stays open until the member is closed

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Whatever a damaged archive makes zipfile raise, as one plain message."""
        try:
            yield
        except _DAMAGE as error:
            raise InputError(
                Problem(
                    _("it is not a readable zip file"),
                    _("a GTFS zip or a folder with its files"),
                    _("Download the timetable again"),
                    file=self.name,
                )
            ) from error
