"""The command `surface`: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path

import click

from geomatch.cli_output import Progress, json_option, print_result, say
from geomatch.cli_travel import FeedsCommand
from geomatch.words import gettext as _

__all__ = ["add_to"]


def _surface(
    timetable: tuple[Path, ...],
    activities: Path,
    activity: str,
    purpose: str,
    first: str,
    last: str,
    out: Path,
    cell: int,
    bbox: str,
    municipality: str,
    county: str,
    settings: Path | None,
    threads: int | None,
    cache: Path | None,
    no_cache: bool,  # noqa: FBT001 (click passes them by name)
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.ask import default_cache
    from geomatch.ask_surface import Area, Choice, ask_surface

    progress = Progress()
    try:
        answer = ask_surface(
            timetable, activities, Choice(activity, purpose), (first, last), out,
            area=Area(bbox, municipality, county), cell_m=float(cell), settings=settings,
            cache=None if no_cache else cache or default_cache(), threads=threads, progress=progress,
        )  # fmt: skip
    finally:
        progress.clear()
    for note in answer.notes:
        say(note)
    print_result(answer.facts, answer.text, as_json=as_json)


def add_to(group: click.Group) -> None:
    """Add the command to `group`, in the language in force."""
    path = click.Path(path_type=Path)
    day, file, code = _("YYYY-MM-DD"), _("FILE"), _("CODE")
    text = _(
        "Minutes there and home for every cell of a grid, as a GeoTIFF. Only for activities whose place anyone may know: the least minutes give it away."
    )
    function = _surface
    for decorate in reversed(
        (
            click.option(
                "--timetable",
                type=path,
                multiple=True,
                required=True,
                metavar=_("FEED..."),
                help=_("GTFS feeds, zip files or folders; feeds of one operator follow each other by date."),
            ),
            click.option(
                "--activities",
                type=path,
                required=True,
                metavar=file,
                help=_("Activities: id, lon, lat, weekday (mon..sun, several by ;), start, end (HH:MM)."),
            ),
            click.option(
                "--activity",
                default="",
                metavar="ID",
                help=_(
                    "Only the activity with this id (default: cell by cell the one that takes least time)."
                ),
            ),
            click.option(
                "--purpose",
                default="",
                metavar=_("WORD"),
                help=_("Only the activities with this word in the column purpose."),
            ),
            click.option(
                "--from", "first", required=True, metavar=day, help=_("First day of the period, as it is.")
            ),
            click.option("--to", "last", required=True, metavar=day, help=_("Last day of the period.")),
            click.option(
                "--out",
                type=path,
                required=True,
                metavar=file,
                help=_("The raster, .tif; an earlier one of that name is replaced."),
            ),
            click.option(
                "--cell",
                type=click.IntRange(10, 100_000),
                default=500,
                show_default=True,
                metavar="M",
                help=_("Side of a cell in metres; cells lie on multiples of it in EPSG:3006."),
            ),
            click.option(
                "--bbox",
                default="",
                metavar="W,S,E,N",
                help=_("Cover this box, in degrees (default: all that can be reached)."),
            ),
            click.option(
                "--municipality",
                default="",
                metavar=code,
                help=_("Cover the box around this municipality, four digits."),
            ),
            click.option(
                "--county", default="", metavar=code, help=_("Cover the box around this county, two digits.")
            ),
            click.option(
                "--settings",
                type=path,
                metavar=file,
                help=_("Settings as in a workspace's geomatch.toml (default: those of geomatch)."),
            ),
            click.option(
                "--threads",
                type=click.IntRange(1),
                metavar="N",
                help=_("How many work at once (default: all cores); the result is the same."),
            ),
            click.option(
                "--cache",
                type=path,
                metavar=_("FOLDER"),
                help=_("Where compiled timetables are kept (default: ~/.cache/geomatch)."),
            ),
            click.option("--no-cache", is_flag=True, help=_("Compile the timetable anew, and keep nothing.")),
            json_option,
        )
    ):
        function = decorate(function)
    group.command("surface", cls=FeedsCommand, help=text, options_metavar=_("[OPTIONS]"))(function)
