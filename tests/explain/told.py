"""A tiny world explained: the same steps as for a workspace, without a timetable."""

from __future__ import annotations

from geomatch.access import gaps_table, served_table
from geomatch.corridors import corridors_table
from geomatch.explain.facts import Explained, doubts_of, shown_of, told_apart
from geomatch.explain.state import picture
from geomatch.explain.trial import Change, Month, corridor_trials, place_trials, ranked_changes
from geomatch.settings import Settings
from geomatch.sources.regions import municipalities
from tests.worlds import MONTH, World, settings

SHAPES = municipalities()
NAMES = dict(zip(SHAPES["municipality_code"], SHAPES["name"], strict=True))


def month_of(world: World, chosen: Settings | None = None) -> Month:
    return Month(
        world.points(), world.activities(), world.day_returns(), world.register(), chosen or settings(), MONTH
    )


def changes_of(world: World, code: str, chosen: Settings | None = None) -> list[Change]:
    """Places and corridors, best first."""
    month = month_of(world, chosen)
    now = month.allocated()
    need = world.need()
    corridors = corridors_table(now, month.points, month.activities, need)
    return ranked_changes(place_trials(month, now, code) + corridor_trials(month, now, corridors, code))


def explained_world(
    world: World, code: str, chosen: Settings | None = None, more: tuple[Change, ...] = ()
) -> Explained:
    """A world explained, with `more` changes besides places and corridors."""
    month = month_of(world, chosen)
    now = month.allocated()
    gaps = gaps_table(now, month.points, month.activities, world.need(), NAMES)
    shown, milli = shown_of(
        code, served_table(now), gaps, month.points, month.activities, SHAPES, month.settings
    )
    changes = ranked_changes([*changes_of(world, code, chosen), *more]) if shown and shown.gap[1] else []
    return Explained(
        month=MONTH, code=code, name=NAMES[code], names=NAMES, synthetic=False, shown=shown, milli=milli,
        picture=picture(now, month.points, month.activities, month.day_returns, code),
        doubts=doubts_of(now, month.activities, code), changes=tuple(changes), settings=month.settings,
        apart=told_apart(month.activities),
    )  # fmt: skip
