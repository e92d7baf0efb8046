"""The commands that ask a timetable without a workspace: parse, call one function, print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from geomatch.cli_output import Progress, json_option, print_result, say
from geomatch.words import gettext as _

__all__ = ["FeedsCommand", "commands"]

F = TypeVar("F", bound=Callable[..., Any])


class FeedsCommand(click.Command):
    """A command whose option `--timetable` takes all that follows it up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The option is written out before each of its values."""
        written: list[str] = []
        following = False
        for one in args:
            option = one.startswith("-")
            if following and not option and written[-1] != "--timetable":
                written.append("--timetable")
            written.append(one)
            following = one.partition("=")[0] == "--timetable" if option else following
        return super().parse_args(ctx, written)


def _options(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    def apply(function: F) -> F:
        for decorate in reversed(decorators):
            function = decorate(function)
        return function

    return apply


@contextmanager
def _progress() -> Iterator[Progress]:
    progress = Progress()
    try:
        yield progress
    finally:
        progress.clear()


def _cache(folder: Path | None, *, without: bool) -> Path | None:
    from geomatch.ask import default_cache

    return None if without else folder or default_cache()


def _travel(
    timetable: tuple[Path, ...],
    origins: Path,
    activities: Path,
    first: str,
    last: str,
    out: Path,
    each_session: bool,  # noqa: FBT001 (click passes them by name)
    settings: Path | None,
    threads: int | None,
    scheduler: str | None,
    cache: Path | None,
    no_cache: bool,  # noqa: FBT001 (click passes it by name)
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.ask import ask_travel

    with _progress() as progress:
        answer = ask_travel(
            timetable, origins, activities, (first, last), out, by_session=each_session, settings=settings,
            cache=_cache(cache, without=no_cache), threads=threads, scheduler=scheduler, progress=progress,
        )  # fmt: skip
    for note in answer.notes:
        say(note)
    print_result(answer.facts, answer.text, as_json=as_json)


def _journey(
    timetable: tuple[Path, ...],
    origin: str,
    activity: str,
    day: str,
    start: str,
    end: str,
    settings: Path | None,
    cache: Path | None,
    no_cache: bool,  # noqa: FBT001 (click passes them by name)
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.ask import ask_journey

    with _progress() as progress:
        answer = ask_journey(
            timetable, (origin, activity), day, (start, end), settings=settings,
            cache=_cache(cache, without=no_cache), progress=progress,
        )  # fmt: skip
    for note in answer.notes:
        say(note)
    print_result(answer.facts, answer.text, as_json=as_json)


def _better_times(
    timetable: tuple[Path, ...],
    origins: Path,
    activities: Path,
    first: str,
    last: str,
    out: Path | None,
    up_to: int,
    step: int,
    no_bus: bool,  # noqa: FBT001 (click passes them by name)
    settings: Path | None,
    threads: int | None,
    cache: Path | None,
    no_cache: bool,  # noqa: FBT001 (click passes it by name)
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.ask import ask_better_times

    with _progress() as progress:
        answer = ask_better_times(
            timetable, origins, activities, (first, last), out=out, moves_min=(up_to, step), buses=not no_bus,
            settings=settings, cache=_cache(cache, without=no_cache), threads=threads, progress=progress,
        )  # fmt: skip
    for note in answer.notes:
        say(note)
    print_result(answer.facts, answer.text, as_json=as_json)


def commands() -> list[click.Command]:
    """The commands, in the language in force."""
    path = click.Path(path_type=Path)
    day = _("YYYY-MM-DD")
    file = _("FILE")
    asks = _options(
        click.option(
            "--timetable",
            type=path,
            multiple=True,
            required=True,
            metavar=_("FEED..."),
            help=_("GTFS feeds, zip files or folders; feeds of one operator follow each other by date."),
        )
    )
    places = _options(
        click.option(
            "--origins",
            type=path,
            required=True,
            metavar=file,
            help=_("Where people live: id, lon, lat; csv or a workbook."),
        ),
        click.option(
            "--activities",
            type=path,
            required=True,
            metavar=file,
            help=_("Activities: id, lon, lat, weekday (mon..sun, several by ;), start, end (HH:MM)."),
        ),
        click.option(
            "--from", "first", required=True, metavar=day, help=_("First day of the period, as it is.")
        ),
        click.option("--to", "last", required=True, metavar=day, help=_("Last day of the period.")),
    )
    settings = click.option(
        "--settings",
        type=path,
        metavar=file,
        help=_("Settings as in a workspace's geomatch.toml (default: those of geomatch)."),
    )
    threads = click.option(
        "--threads",
        type=click.IntRange(1),
        metavar="N",
        help=_("How many work at once (default: all cores); the result is the same."),
    )
    keeps = _options(
        click.option(
            "--cache",
            type=path,
            metavar=_("FOLDER"),
            help=_("Where compiled timetables are kept (default: ~/.cache/geomatch)."),
        ),
        click.option("--no-cache", is_flag=True, help=_("Compile the timetable anew, and keep nothing.")),
    )

    def command(
        name: str, function: Callable[..., None], text: str, *decorators: Callable[[Any], Any]
    ) -> click.Command:
        made = click.command(name, cls=FeedsCommand, help=text, options_metavar=_("[OPTIONS]"))
        return made(_options(*decorators)(function))

    return [
        command(
            "travel",
            _travel,
            _("Who can get to which activity and home again the same day; no workspace is needed."),
            asks,
            places,
            click.option(
                "--out",
                type=path,
                required=True,
                metavar=file,
                help=_("The result, .parquet or .csv; an earlier one of that name is replaced."),
            ),
            click.option(
                "--each-session", is_flag=True, help=_("A row per pair and date, with times and reasons.")
            ),
            settings,
            threads,
            click.option(
                "--scheduler",
                metavar=_("ADDRESS"),
                help=_(
                    "Let the workers of a dask scheduler answer (extra “cluster”); the result is the same."
                ),
            ),
            keeps,
            json_option,
        ),
        command(
            "journey",
            _journey,
            _("Tell one journey there and home leg by leg, or why there is none."),
            asks,
            click.option(
                "--from", "origin", required=True, metavar="LON,LAT", help=_("The home, in degrees.")
            ),
            click.option(
                "--to", "activity", required=True, metavar="LON,LAT", help=_("The activity, in degrees.")
            ),
            click.option("--date", "day", required=True, metavar=day, help=_("The day of the session.")),
            click.option("--start", required=True, metavar=_("HH:MM"), help=_("When the session starts.")),
            click.option("--end", required=True, metavar=_("HH:MM"), help=_("When it ends.")),
            settings,
            keeps,
            json_option,
        ),
        command(
            "better-times",
            _better_times,
            _("How many more could come at another time of day, or with one more bus home."),
            asks,
            places,
            click.option("--out", type=path, metavar=file, help=_("Write all moves, .parquet or .csv.")),
            click.option(
                "--up-to",
                type=click.IntRange(1, 720),
                default=60,
                show_default=True,
                metavar=_("MINUTES"),
                help=_("The farthest that a session is moved, either way."),
            ),
            click.option(
                "--step",
                type=click.IntRange(1, 720),
                default=15,
                show_default=True,
                metavar=_("MINUTES"),
                help=_("Sessions are moved by whole steps."),
            ),
            click.option("--no-bus", is_flag=True, help=_("Do not look for one more bus home.")),
            settings,
            threads,
            keeps,
            json_option,
        ),
    ]
